//! Each of the fuzzer's targets with many inputs, the same every time. `cargo fuzz run TARGET` goes on searching.
#![allow(missing_docs)]

use leadheat_core::fuzz::TARGETS;

/// 100,000 are asked for: a matter of minutes, by `LEADHEAT_LONG=1 cargo test --release --package leadheat-core --test fuzz`.
fn inputs() -> usize {
    if std::env::var_os("LEADHEAT_LONG").is_some() { 100_000 } else { 2_000 }
}

fn fuzz(name: &str) {
    let (_, target) = TARGETS.iter().find(|(known, _)| *known == name).unwrap();
    let mut random = fastrand::Rng::with_seed(6);
    for input in 0..inputs() {
        let mut bytes = vec![0; random.usize(..64)];
        random.fill(&mut bytes);
        let outcome = std::panic::catch_unwind(|| target(&bytes));
        assert!(outcome.is_ok(), "input {input} of {name}: {bytes:?}");
    }
}

#[test]
fn configs() {
    fuzz("config");
}

#[test]
fn stored_state() {
    fuzz("stored");
}

#[test]
fn leads_and_their_receivers() {
    fuzz("lead");
}

#[test]
fn consent_managers() {
    fuzz("managers");
}

#[test]
fn data_layers() {
    fuzz("data_layer");
}
