//! Civil dates of Việt Nam: UTC+7 all year, no daylight saving.

use time::macros::{date, format_description};
use time::{Date, OffsetDateTime, UtcOffset};

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
pub fn parse(text: &str) -> Option<Date> {
    Date::parse(text, format_description!("[year]-[month]-[day]")).ok()
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
        assert_eq!(parse("2026-2-28"), None);
        assert_eq!(parse("2026-02-30"), None);
    }
}
