//! What a company hosts: built whole, small enough, and the same everywhere.
