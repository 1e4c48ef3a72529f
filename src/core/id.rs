//! Identifiers made from a stamp's time and entropy. Owns their written form; must not keep a counter or a generator.

use crate::time::Stamp;

/// A UUID version 7 (RFC 9562): 48 bits of wall clock, then random bits, in lower-case hex with hyphens.
pub fn uuid7(stamp: Stamp) -> String {
    let time = u128::from(stamp.wall) & 0xffff_ffff_ffff;
    let random = stamp.entropy & !(0xf << 76) & !(0b11 << 62) & ((1 << 80) - 1);
    let bits = time << 80 | random | 7 << 76 | 0b10 << 62;
    let mut id = String::new();
    for (place, digit) in hex(bits, 32).chars().enumerate() {
        if matches!(place, 8 | 12 | 16 | 20) {
            id.push('-');
        }
        id.push(digit);
    }
    id
}

/// A short random name for one writer (one life of one page), 16 hex digits.
pub fn writer(stamp: Stamp) -> String {
    // The high half: the low half is in the UUID that the same stamp may make.
    hex(stamp.entropy >> 64, 16)
}

/// A short name for a text, the same for the same text, 8 hex digits: FNV-1a of 32 bits (draft-eastlake-fnv).
pub fn digest(text: &str) -> String {
    let hash = text.bytes().fold(0x811c_9dc5_u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    hex(hash.into(), 8)
}

fn hex(bits: u128, digits: u32) -> String {
    (0..digits).rev().map(|place| char::from(b"0123456789abcdef"[(bits >> (4 * place) & 0xf) as usize])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuid_has_time_version_and_variant() {
        let id = uuid7(Stamp { wall: 0x0199_a3c2_7d10, monotonic: 0, entropy: u128::MAX });
        assert_eq!(id, "0199a3c2-7d10-7fff-bfff-ffffffffffff");
        let id = uuid7(Stamp { wall: 0, monotonic: 0, entropy: 0 });
        assert_eq!(id, "00000000-0000-7000-8000-000000000000");
    }
}
