//! The SQLite file that inbox, conversations and accounts are kept in. Owns how it is opened, and secrets for what is kept there; must
//! not know any table.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rusqlite::Connection;
use sha2::{Digest, Sha256};

/// A connection of one room of the program. Each room has its own, so that none waits for another's transaction longer than SQLite does.
pub struct Store(Mutex<Connection>);

impl Store {
    /// Opens a file, which is made where missing, with the tables of a room.
    pub fn open(file: &Path, tables: &str) -> Result<Store> {
        if let Some(directory) = file.parent() {
            fs::create_dir_all(directory).with_context(|| format!("{} cannot be made", directory.display()))?;
        }
        let database = Connection::open(file).with_context(|| format!("{} cannot be opened", file.display()))?;
        // Readers do not wait for a writer then, and a write waits for the disk once.
        let ways = "pragma journal_mode = wal; pragma foreign_keys = on;";
        let opened = database.execute_batch(ways).and_then(|()| database.execute_batch(tables));
        opened.with_context(|| format!("{} is no inbox of leadheat", file.display()))?;
        Ok(Store(Mutex::new(database)))
    }

    /// The connection, for as long as this is held.
    pub fn lock(&self) -> MutexGuard<'_, Connection> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 256 bits that nobody can guess, as they stand in addresses and cookies.
///
/// # Panics
/// Where the system has no randomness: then nothing here is safe.
pub fn secret() -> String {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What is kept of a secret that only its holder needs to know.
pub fn hash(secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(secret))
}

/// Now, in seconds since 1970.
pub fn seconds() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs() as i64)
}
