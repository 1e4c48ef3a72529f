//! Business hours. Owns their written form, and whether somebody is there; must not know the time zones of the world: how
//! far a zone is ahead of UTC comes from the browser.

use crate::json::{At, Value};
use crate::list::gather;
use crate::shape::{Field, Shape};
use crate::text::{cut, late, number, place, split, thousandths};
use crate::time::{DAY, MINUTE, Millis, day, iso_day};

/// When somebody is there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "native", derive(schemars::JsonSchema))]
pub struct Hours {
    /// The time zone, by its IANA name, such as `Europe/Helsinki`; the visitor's own where absent.
    #[cfg_attr(feature = "native", schemars(default))]
    pub zone: String,
    /// Days of the week and times, such as `mon-fri 9:00-17:00` and `sat 10:00-14:00`.
    #[cfg_attr(feature = "native", schemars(with = "Vec<String>"))]
    pub open: Vec<Span>,
    /// Days on which nobody is there all the same, such as `2026-12-24`.
    #[cfg_attr(feature = "native", schemars(default))]
    pub closed: Vec<String>,
}

/// A part of each of some days of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Days of the week, from and to, both included; 0 is Sunday.
    pub days: (u32, u32),
    /// Minutes of the day, from and to; the latter is not included.
    pub minutes: (u32, u32),
}

pub(crate) const SHAPE: Shape = Shape::Object(&[&[
    Field("zone", Shape::Text),
    Field("open", Shape::List(&Shape::Text)),
    Field("closed", Shape::List(&Shape::Text)),
]]);

const DAYS: &str = "sun mon tue wed thu fri sat";

impl Hours {
    /// Reads hours of the right shape, noting what else is wrong with them.
    pub(crate) fn read(at: &At, value: &Value) -> Hours {
        let mut open = Vec::new();
        for (index, text) in value.many("open").iter().enumerate() {
            match text.as_str().and_then(span) {
                Some(span) => open.push(span),
                None => at.field("open").item(index).problem(
                    &["`", text.as_str().unwrap_or_default(), late!("` are no hours")].concat(),
                    late!(
                        "Write days and times as \"mon-fri 9:00-17:00\"; the days are mon, tue, wed, thu, fri, sat, sun"
                    ),
                ),
            }
        }
        if value.many("open").is_empty() {
            at.field("open").problem(late!("there are no hours"), late!("Add \"open\": [\"mon-fri 9:00-17:00\"]"));
        }
        let closed = gather(value.many("closed").iter().filter_map(|day| day.as_str().map(str::to_owned)));
        for (index, day) in closed.iter().enumerate() {
            let number = |part: &str| thousandths(part).unwrap_or(-1) / 1_000;
            let parts = gather(split(day, b'-').into_iter().map(|part| (part.len(), number(part))));
            let fits = matches!(parts[..], [(4, year), (2, month), (2, day)] if year > 0 && (1..=12).contains(&month) && (1..=31).contains(&day));
            if !fits {
                at.field("closed").item(index).problem(late!("this is no day"), late!("Write it as \"2026-12-24\""));
            }
        }
        let zone = value.text("zone");
        if !(zone.is_empty() || zone == "UTC" || cut(&zone, b"/").1.is_some()) {
            let wrong = ["`", &zone, late!("` is no time zone")].concat();
            at.field("zone").problem(&wrong, late!("Write it as \"Europe/Helsinki\" or \"Europe/Budapest\""));
        }
        Hours { zone, open, closed }
    }

    /// Whether somebody is there. `ahead`: minutes that the zone is ahead of UTC.
    pub fn are_open(&self, now: Millis, ahead: i32) -> bool {
        let (weekday, minute, date) = local(now, ahead);
        !self.closed.contains(&date)
            && self.open.iter().any(|span| span.has_day(weekday) && (span.minutes.0..span.minutes.1).contains(&minute))
    }

    /// When somebody is there again, where that is within a week: the day of the week, and the time.
    pub fn next(&self, now: Millis, ahead: i32) -> Option<(u32, String)> {
        for days in 0..7 {
            let (weekday, minute, date) = local(now + days * DAY, ahead);
            let after = if days == 0 { minute } else { 0 };
            let begins = self.open.iter().filter(|span| span.has_day(weekday)).map(|span| span.minutes.0);
            let next = begins.filter(|begin| *begin >= after).min();
            if let Some(begin) = next.filter(|_| !self.closed.contains(&date)) {
                let minutes = number((100 + begin % 60).into());
                return Some((weekday, [&number((begin / 60).into()), ":", minutes.get(1..).unwrap_or("")].concat()));
            }
        }
        None
    }
}

impl Span {
    fn has_day(self, weekday: u32) -> bool {
        let (from, to) = self.days;
        if from <= to { (from..=to).contains(&weekday) } else { weekday >= from || weekday <= to }
    }
}

/// Day of the week, minute of the day, and the date, in a zone.
fn local(now: Millis, ahead: i32) -> (u32, u32, String) {
    let local = now.saturating_add_signed(i64::from(ahead) * MINUTE as i64);
    // The first of January 1970 was a Thursday.
    ((day(local) + 4) % 7, (local % DAY / MINUTE) as u32, iso_day(day(local)))
}

fn span(text: &str) -> Option<Span> {
    let (days, times) = cut(text, b" ");
    let (from, to) = cut(days, b"-");
    let (begin, end) = cut(times?.trim(), b"-");
    let weekday = |name: &str| place(DAYS, &name.to_ascii_lowercase()).map(|day| day as u32);
    let minutes = (minute(begin)?, minute(end?)?);
    let days = (weekday(from)?, weekday(to.unwrap_or(from))?);
    (minutes.0 < minutes.1).then_some(Span { days, minutes })
}

fn minute(time: &str) -> Option<u32> {
    let (hours, minutes) = cut(time.trim(), b":.");
    let whole =
        |text: &str, most: i64| thousandths(text).map(|number| number / 1_000).filter(|n| (0..=most).contains(n));
    let minute = whole(hours, 24)? * 60 + whole(minutes.unwrap_or("0"), 59)?;
    (minute <= 24 * 60).then_some(minute as u32)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    fn hours(open: &str, closed: &str) -> Result<Hours, usize> {
        let json = format!(r#"{{"zone": "Europe/Helsinki", "open": {open}, "closed": {closed}}}"#);
        let problems = RefCell::default();
        let hours = Hours::read(&At::root(&problems), &serde_json::from_str(&json).unwrap());
        let problems = problems.into_inner().len();
        if problems == 0 { Ok(hours) } else { Err(problems) }
    }

    #[test]
    fn open_and_closed() {
        let hours = hours(r#"["mon-fri 9:00-17:00", "fri-sat 18-20.30"]"#, r#"["2026-11-30"]"#).unwrap();
        // 2026-11-27T07:00Z, a Friday; Helsinki is two hours ahead.
        let friday = 1_795_762_800_000;
        let after = |minutes: u64| hours.are_open(friday + minutes * MINUTE, 120);
        assert_eq!([0, 479, 480, 540, 689, 690].map(after), [true, true, false, true, true, false]);
        assert!(!hours.are_open(friday, 119), "the minute before");
        let next = |minutes: u64| hours.next(friday + minutes * MINUTE, 120).unwrap();
        assert_eq!(next(500), (5, "18:00".to_owned()));
        assert_eq!(next(700), (6, "18:00".to_owned()));
        assert_eq!(next(36 * 60), (2, "9:00".to_owned()), "Monday is a holiday");
    }

    #[test]
    fn what_is_no_time_is_said() {
        for bad in [
            "mon",
            "mon 9-",
            "mon 17:00-9:00",
            "mon 9:60-10:00",
            "mon 0-25",
            "noon 9-10",
            "mon-tue-wed 9-10",
            "",
            "mon 9:00-9:00",
        ] {
            assert!(hours(&format!(r#"["{bad}"]"#), "[]").is_err(), "{bad}");
        }
        for good in ["mon 0:00-24:00", "MON-sun 8-16", "sat 10.00-14.00", "fri-mon  9:30 - 10:00"] {
            assert!(hours(&format!(r#"["{good}"]"#), "[]").is_ok(), "{good}");
        }
        assert_eq!(hours("[]", r#"["24.12.2026", "2026-1-1", "2026-12-aa"]"#), Err(4));
    }
}
