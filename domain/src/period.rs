//! Reporting periods: whole civil months, quarters and years, and the campaign as a whole.
//!
//! Figures are never shown for free ranges of dates: two ranges that differ by a day would give that day's
//! answers by subtraction (METHOD 7.1). The four kinds nest, so a table over them is a tree.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use time::{Date, Month};

/// A period for which figures exist. The order is that of a timeline: by first day, the longer one first,
/// the campaign before all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// Everything answered in a campaign.
    Campaign,
    /// A calendar year.
    Year(u16),
    /// A quarter from 1 to 4.
    Quarter(u16, u8),
    /// A month from 1 to 12.
    Month(u16, u8),
}

/// A text that is not a period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a period is written `2026-11`, `2026-Q4`, `2026` or `campaign`")]
pub struct NotAPeriod;

impl Period {
    /// The month in which a civil date lies; nothing before the year 0.
    pub fn month_of(date: Date) -> Option<Self> {
        let year = u16::try_from(date.year()).ok()?;
        Some(Self::Month(year, u8::from(date.month())))
    }

    /// The next longer period that contains this one; nothing contains the campaign.
    pub fn parent(self) -> Option<Self> {
        match self {
            Self::Campaign => None,
            Self::Year(_) => Some(Self::Campaign),
            Self::Quarter(year, _) => Some(Self::Year(year)),
            Self::Month(year, month) => Some(Self::Quarter(year, month.div_ceil(3))),
        }
    }

    /// The longer periods that contain this one, the shortest first.
    pub fn containing(self) -> impl Iterator<Item = Self> {
        std::iter::successors(self.parent(), |period| period.parent())
    }

    /// Whether every day of `other` lies in this period.
    pub fn contains(self, other: Self) -> bool {
        self == other || other.containing().any(|longer| longer == self)
    }

    /// The months of the period in order; none for the campaign, whose months are those it was answered in.
    pub fn months(self) -> impl Iterator<Item = Self> {
        let (year, months) = match self {
            Self::Campaign => (0, 1..1),
            Self::Year(year) => (year, 1..13),
            Self::Quarter(year, quarter) => (year, 3 * quarter - 2..3 * quarter + 1),
            Self::Month(year, month) => (year, month..month + 1),
        };
        months.map(move |month| Self::Month(year, month))
    }

    /// The first day; nothing for the campaign.
    pub fn first_day(self) -> Option<Date> {
        let Self::Month(year, month) = self.months().next()? else {
            return None;
        };
        Date::from_calendar_date(year.into(), Month::try_from(month).ok()?, 1).ok()
    }

    /// The last day; nothing for the campaign.
    pub fn last_day(self) -> Option<Date> {
        let Self::Month(year, month) = self.months().last()? else {
            return None;
        };
        let month = Month::try_from(month).ok()?;
        Date::from_calendar_date(year.into(), month, month.length(year.into())).ok()
    }

    /// Whether the period is whole on the morning of `today`: its last day is over, or the campaign was
    /// closed before, after which nothing can be added to any period of it.
    ///
    /// `closed_on` is the last day of which answers were taken.
    pub fn is_complete(self, today: Date, closed_on: Option<Date>) -> bool {
        closed_on.is_some_and(|closed| closed < today) || self.last_day().is_some_and(|last| last < today)
    }

    /// Position on a timeline: first month, then the longer period first.
    fn key(self) -> (u16, u8, u8) {
        match self {
            Self::Campaign => (0, 0, 0),
            Self::Year(year) => (year, 1, 1),
            Self::Quarter(year, quarter) => (year, 3 * quarter - 2, 2),
            Self::Month(year, month) => (year, month, 3),
        }
    }
}

impl PartialOrd for Period {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Period {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

impl fmt::Display for Period {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Campaign => f.write_str("campaign"),
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Quarter(year, quarter) => write!(f, "{year:04}-Q{quarter}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
        }
    }
}

impl FromStr for Period {
    type Err = NotAPeriod;

    fn from_str(text: &str) -> Result<Self, NotAPeriod> {
        let number = |digits: &str, length: usize| {
            let plain = digits.len() == length && digits.bytes().all(|byte| byte.is_ascii_digit());
            plain
                .then(|| digits.parse::<u16>().ok())
                .flatten()
                .ok_or(NotAPeriod)
        };
        let within = |value: u16, most: u8| {
            u8::try_from(value)
                .ok()
                .filter(|value| (1..=most).contains(value))
                .ok_or(NotAPeriod)
        };
        if text == "campaign" {
            return Ok(Self::Campaign);
        }
        match text.split_once('-') {
            None => Ok(Self::Year(number(text, 4)?)),
            Some((year, rest)) => {
                let year = number(year, 4)?;
                match rest.strip_prefix('Q') {
                    Some(quarter) => Ok(Self::Quarter(year, within(number(quarter, 1)?, 4)?)),
                    None => Ok(Self::Month(year, within(number(rest, 2)?, 12)?)),
                }
            }
        }
    }
}

impl Serialize for Period {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Period {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn texts_lead_there_and_back() {
        for text in ["campaign", "2026", "2026-Q4", "2026-11", "0999-01"] {
            let period: Period = text.parse().expect("a period");
            assert_eq!(period.to_string(), text);
            let json = serde_json::to_string(&period).expect("JSON");
            assert_eq!(serde_json::from_str::<Period>(&json).expect("a period"), period);
        }
        for text in [
            "",
            "26",
            "2026-0",
            "2026-13",
            "2026-00",
            "2026-Q5",
            "2026-Q0",
            "2026-q1",
            "+026",
            "2026-1",
            "2026-+1",
            "2026-11-01",
        ] {
            assert_eq!(text.parse::<Period>(), Err(NotAPeriod), "{text}");
        }
    }

    #[test]
    fn periods_nest() {
        let month = Period::month_of(date!(2026 - 11 - 22)).expect("a month");
        let chain: Vec<_> = month.containing().map(|period| period.to_string()).collect();
        assert_eq!(chain, ["2026-Q4", "2026", "campaign"]);
        assert!(Period::Year(2026).contains(month) && Period::Campaign.contains(month));
        assert!(!Period::Quarter(2026, 3).contains(month) && !month.contains(Period::Year(2026)));
        assert_eq!(Period::Year(2026).months().count(), 12);
        for month in Period::Quarter(2026, 1).months() {
            assert_eq!(month.parent(), Some(Period::Quarter(2026, 1)));
        }
        let mut line = [
            month,
            Period::Year(2026),
            Period::Campaign,
            Period::Quarter(2026, 4),
        ];
        line.sort();
        assert_eq!(
            line,
            [
                Period::Campaign,
                Period::Year(2026),
                Period::Quarter(2026, 4),
                month
            ]
        );
    }

    #[test]
    fn a_period_is_whole_when_its_last_day_is_over() {
        let quarter = Period::Quarter(2028, 1);
        assert_eq!(quarter.first_day(), Some(date!(2028 - 01 - 01)));
        assert_eq!(quarter.last_day(), Some(date!(2028 - 03 - 31)));
        assert_eq!(Period::Month(2028, 2).last_day(), Some(date!(2028 - 02 - 29)));
        assert!(!quarter.is_complete(date!(2028 - 03 - 31), None));
        assert!(quarter.is_complete(date!(2028 - 04 - 01), None));
        assert!(!Period::Campaign.is_complete(date!(2099 - 01 - 01), None));
        // Once the campaign is closed nothing more can come, so each of its periods is whole.
        assert!(!Period::Campaign.is_complete(date!(2028 - 02 - 10), Some(date!(2028 - 02 - 10))));
        assert!(quarter.is_complete(date!(2028 - 02 - 11), Some(date!(2028 - 02 - 10))));
    }
}
