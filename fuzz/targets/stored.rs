#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| leadheat_core::fuzz::stored(bytes));
