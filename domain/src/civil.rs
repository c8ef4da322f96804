//! Civil dates of Việt Nam: UTC+7 all year, no daylight saving.

use time::macros::date;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

const EPOCH: Date = date!(1970 - 01 - 01);

/// The offset of Vietnamese civil time.
pub const VIETNAM: UtcOffset = time::macros::offset!(+7);

/// The civil date in Việt Nam at an instant.
pub fn date_of(instant: OffsetDateTime) -> Date {
    instant.to_offset(VIETNAM).date()
}

/// Days since 1970-01-01, the form in which dates are packed and stored.
pub fn days_since_epoch(date: Date) -> i32 {
    date.to_julian_day() - EPOCH.to_julian_day()
}

/// The date that many days after 1970-01-01, or `None` outside the calendar.
pub fn date_from_days(days: i32) -> Option<Date> {
    Date::from_julian_day(days.checked_add(EPOCH.to_julian_day())?).ok()
}

/// The first day of the date's month.
pub fn first_of_month(date: Date) -> Date {
    // Every month has a first day, so the fallback is never reached.
    date.replace_day(1).unwrap_or(date)
}

/// Reads `YYYY-MM-DD` and nothing else.
///
/// By hand, as are instants: a desk device loads what it runs, and the general parser weighs as much as all of
/// its screens.
pub fn parse(text: &str) -> Option<Date> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = text.as_bytes() else {
        return None;
    };
    let year = number(&[*y1, *y2, *y3, *y4])?;
    let month = u8::try_from(number(&[*m1, *m2])?).ok()?;
    let day = u8::try_from(number(&[*d1, *d2])?).ok()?;
    Date::from_calendar_date(i32::from(year), Month::try_from(month).ok()?, day).ok()
}

/// Reads an instant as this program writes it, `YYYY-MM-DDTHH:MM:SSZ`, and nothing else.
pub fn parse_instant(text: &str) -> Option<OffsetDateTime> {
    let (date, time) = text.split_once('T')?;
    let [h1, h2, b':', m1, m2, b':', s1, s2, b'Z'] = time.as_bytes() else {
        return None;
    };
    let part = |digits: [&u8; 2]| u8::try_from(number(&digits.map(|digit| *digit))?).ok();
    let time = Time::from_hms(part([h1, h2])?, part([m1, m2])?, part([s1, s2])?).ok()?;
    Some(parse(date)?.with_time(time).assume_utc())
}

/// Writes an instant as `YYYY-MM-DDTHH:MM:SSZ`.
pub fn format_instant(at: OffsetDateTime) -> String {
    let at = at.to_offset(UtcOffset::UTC);
    let (hour, minute, second) = at.to_hms();
    format!("{}T{hour:02}:{minute:02}:{second:02}Z", format(at.date()))
}

/// The number of decimal digits.
fn number(digits: &[u8]) -> Option<u16> {
    digits.iter().try_fold(0, |number: u16, digit| {
        let digit = digit.is_ascii_digit().then(|| u16::from(digit - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// Writes `YYYY-MM-DD`.
pub fn format(date: Date) -> String {
    format!(
        "{:04}-{:02}-{:02}",
        date.year(),
        u8::from(date.month()),
        date.day()
    )
}

/// Serde for a date as `YYYY-MM-DD`: `#[serde(with = "domain::civil::iso")]`.
pub mod iso {
    use serde::{Deserialize, Deserializer, Serializer, de};
    use time::Date;

    /// Writes the date as `YYYY-MM-DD`.
    pub fn serialize<S: Serializer>(date: &Date, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&super::format(*date))
    }

    /// Reads a date from `YYYY-MM-DD`.
    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Date, D::Error> {
        let text = String::deserialize(deserializer)?;
        super::parse(&text).ok_or_else(|| de::Error::custom("a date is written YYYY-MM-DD"))
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn midnight_in_hanoi_is_seventeen_hours_utc() {
        assert_eq!(date_of(datetime!(2026-11-21 16:59:59 UTC)), date!(2026 - 11 - 21));
        assert_eq!(date_of(datetime!(2026-11-21 17:00:00 UTC)), date!(2026 - 11 - 22));
    }

    #[test]
    fn days_and_text_go_there_and_back() {
        for text in ["1970-01-01", "2025-07-01", "2026-02-28", "1960-12-31"] {
            let date = parse(text).expect("a date");
            assert_eq!(date_from_days(days_since_epoch(date)), Some(date));
            assert_eq!(format(date), text);
        }
        for wrong in [
            "2026-2-28",
            "2026-02-30",
            "2026-13-01",
            "+026-01-01",
            "2026/01/01",
            " 2026-01-01",
            "",
        ] {
            assert_eq!(parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn instants_are_written_and_read_in_one_form() {
        let at = datetime!(2026-11-22 09:05:07.9 +7);
        assert_eq!(format_instant(at), "2026-11-22T02:05:07Z");
        let read = parse_instant("2026-11-22T02:05:07Z");
        assert_eq!(read, Some(datetime!(2026-11-22 02:05:07 UTC)));
        let rfc3339 = time::format_description::well_known::Rfc3339;
        assert_eq!(OffsetDateTime::parse("2026-11-22T02:05:07Z", &rfc3339).ok(), read);
        for wrong in [
            "2026-11-22",
            "2026-11-22T02:05:07",
            "2026-11-22T24:00:00Z",
            "2026-11-22T02:60:00Z",
            "2026-11-22T02:05:07+07:00",
            "2026-11-22t02:05:07Z",
        ] {
            assert_eq!(parse_instant(wrong), None, "{wrong}");
        }
    }
}
