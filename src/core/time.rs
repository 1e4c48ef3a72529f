//! Time, as numbers that somebody hands in. Owns days, ISO 8601 texts and the `Stamp`; must never read a clock.

/// Milliseconds since 1970-01-01T00:00:00Z on the wall clock.
pub type Millis = u64;

/// Whole UTC days since 1970-01-01.
pub type Day = u32;

/// One second in milliseconds.
pub const SECOND: Millis = 1_000;
/// One minute in milliseconds.
pub const MINUTE: Millis = 60 * SECOND;
/// One UTC day in milliseconds.
pub const DAY: Millis = 24 * 60 * MINUTE;

/// When an event happened, and the randomness that handling it may use. Every event comes with one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Wall clock: for days, records and what people read. May jump either way.
    pub wall: Millis,
    /// Milliseconds since an unspecified start, never going back: for durations.
    pub monotonic: Millis,
    /// 128 random bits: for identifiers and jitter.
    pub entropy: u128,
}

/// The UTC day that a wall-clock time falls in; a clock beyond the year 9999 is taken as its last day.
pub fn day(wall: Millis) -> Day {
    (wall / DAY).min(2_932_896) as Day
}

/// `2026-11-21`, proleptic Gregorian, UTC.
pub fn iso_day(day: Day) -> String {
    // Days to civil date by 400-year eras that begin on 1 March (H. Hinnant, "chrono-compatible low-level date algorithms").
    let shifted = day + 719_468;
    let era = shifted / 146_097;
    let of_era = shifted % 146_097;
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let date = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + u32::from(month <= 2);
    digits(&[(year, 4, "-"), (month, 2, "-"), (date, 2, "")])
}

/// `2026-11-21T18:02:11Z`, to the second, UTC.
pub fn iso(wall: Millis) -> String {
    let seconds = (wall % DAY / SECOND) as u32;
    let clock = digits(&[(seconds / 3600, 2, ":"), (seconds / 60 % 60, 2, ":"), (seconds % 60, 2, "Z")]);
    iso_day(day(wall)) + "T" + &clock
}

/// `18:02`, at a place that is so many minutes ahead of UTC, with this between hours and minutes.
pub fn clock(wall: Millis, ahead: i32, between: &str) -> String {
    let minutes = (wall.saturating_add_signed(i64::from(ahead) * MINUTE as i64) % DAY / MINUTE) as u32;
    digits(&[(minutes / 60, 2, between), (minutes % 60, 2, "")])
}

/// Numbers padded with zeros, without the formatting machinery that `format!("{:02}")` brings into the wasm.
fn digits(parts: &[(u32, usize, &str)]) -> String {
    let mut text = String::new();
    for (number, width, after) in parts {
        let number = crate::text::number((*number).into());
        text.extend(std::iter::repeat_n('0', width.saturating_sub(number.len())));
        text += &number;
        text += after;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn civil_dates() {
        assert_eq!(iso(0), "1970-01-01T00:00:00Z");
        assert_eq!(iso(951_782_399_999), "2000-02-28T23:59:59Z");
        assert_eq!(iso(951_782_400_000), "2000-02-29T00:00:00Z");
        assert_eq!(iso_day(20_778), "2026-11-21");
        assert_eq!(iso_day(47_540), "2100-02-28");
        assert_eq!(iso_day(47_541), "2100-03-01");
    }
}
