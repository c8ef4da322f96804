//! Rules about desk devices: which formats the server still takes, how long a revoked device may deliver, and
//! when someone should look after one.

use time::{Date, Duration, OffsetDateTime};

/// The number of the way in which a device asks, seals and sends: one number for the API, the sealed format and
/// the response document together, because a device is built with all three.
pub const FORMAT: u32 = 1;

/// Every format that was ever in use, with the last day on which it is taken: a year after its successor came.
const FORMATS: &[(u32, Option<Date>)] = &[(FORMAT, None)];

/// For how long a revoked device may deliver what it took before, in days.
pub const GRACE_DAYS: i64 = 30;

/// How far a device's clock may be off before the dates that it gives are not believed, in seconds.
pub const CLOCK_TOLERANCE_S: i64 = 3_600;

/// How long a device may be silent before someone should look after it. A weekend is not silence.
const SILENT_AFTER: Duration = Duration::days(3);

/// How old the oldest unsent response of a device that is in contact may be.
const STUCK_AFTER_S: i64 = 3_600;

/// How much of its storage a device may fill, in hundredths.
const FILLING_FROM: i64 = 80;

/// Whether the server takes a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acceptance {
    /// Until and including this day, if an end is set.
    Taken {
        until: Option<Date>,
    },
    TooOld,
    /// Of a newer program than this server: one that was put back to an older version.
    Unknown,
}

/// Whether a format is taken on a day.
pub fn acceptance(format: u32, today: Date) -> Acceptance {
    acceptance_in(FORMATS, format, today)
}

fn acceptance_in(formats: &[(u32, Option<Date>)], format: u32, today: Date) -> Acceptance {
    match formats.iter().find(|(known, _)| *known == format) {
        Some((_, Some(last))) if today > *last => Acceptance::TooOld,
        Some((_, until)) => Acceptance::Taken { until: *until },
        None => Acceptance::Unknown,
    }
}

/// Whether what a device delivers after it was revoked is still taken; it is held for review.
pub fn in_grace(revoked_on: Date, today: Date) -> bool {
    (today - revoked_on).whole_days() <= GRACE_DAYS
}

/// What someone should look after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It never made contact, or not for days.
    Silent,
    /// It makes contact, and yet responses wait on it.
    Stuck,
    /// Its storage is nearly full.
    Filling,
    /// Responses were refused and wait for a decision.
    Refused,
    /// Its clock is wrong, so that its dates are not believed.
    Clock,
}

impl Trouble {
    /// The name in lists.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Silent => "silent",
            Self::Stuck => "stuck",
            Self::Filling => "filling",
            Self::Refused => "refused",
            Self::Clock => "clock",
        }
    }
}

/// What a device said of itself, as far as its troubles show in it.
#[derive(Clone, Copy, Debug)]
pub struct Health {
    pub contact_at: OffsetDateTime,
    pub clock_skew_s: i64,
    pub oldest_unsent_s: Option<i64>,
    pub refused: i32,
    pub storage_used: Option<i64>,
    pub storage_quota: Option<i64>,
}

/// The troubles of a device, the worst first.
pub fn troubles(health: Option<Health>, now: OffsetDateTime) -> Vec<Trouble> {
    let Some(health) = health else {
        return vec![Trouble::Silent];
    };
    let filling = health
        .storage_used
        .zip(health.storage_quota)
        .is_some_and(|(used, quota)| used.saturating_mul(100) >= quota.saturating_mul(FILLING_FROM));
    let found = [
        (now - health.contact_at > SILENT_AFTER, Trouble::Silent),
        (
            health.oldest_unsent_s.is_some_and(|age| age > STUCK_AFTER_S),
            Trouble::Stuck,
        ),
        (filling, Trouble::Filling),
        (health.refused > 0, Trouble::Refused),
        (!clock_is_believed(health.clock_skew_s), Trouble::Clock),
    ];
    found
        .into_iter()
        .filter_map(|(holds, trouble)| holds.then_some(trouble))
        .collect()
}

/// Whether dates given by a clock that is off by so many seconds are believed.
pub fn clock_is_believed(skew_s: i64) -> bool {
    skew_s.unsigned_abs() <= CLOCK_TOLERANCE_S.unsigned_abs()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::*;

    #[test]
    fn a_format_is_taken_for_a_year_after_its_successor() {
        let formats = [(1, Some(date!(2027 - 11 - 22))), (2, None)];
        let on = |format, day| acceptance_in(&formats, format, day);
        let taken = |until| Acceptance::Taken { until };
        assert_eq!(on(1, date!(2027 - 11 - 22)), taken(Some(date!(2027 - 11 - 22))));
        assert_eq!(on(1, date!(2027 - 11 - 23)), Acceptance::TooOld);
        assert_eq!(on(2, date!(2030 - 01 - 01)), taken(None));
        assert_eq!(on(3, date!(2026 - 11 - 22)), Acceptance::Unknown);
        assert_eq!(acceptance(FORMAT, date!(2026 - 11 - 22)), taken(None));
    }

    #[test]
    fn a_revoked_device_has_thirty_days() {
        assert!(in_grace(date!(2026 - 11 - 22), date!(2026 - 12 - 22)));
        assert!(!in_grace(date!(2026 - 11 - 22), date!(2026 - 12 - 23)));
    }

    #[test]
    fn troubles_are_named_the_worst_first() {
        let now = datetime!(2026-11-25 02:00:01 UTC);
        let well = Health {
            contact_at: datetime!(2026-11-25 02:00 UTC),
            clock_skew_s: -3_600,
            oldest_unsent_s: Some(10),
            refused: 0,
            storage_used: Some(79),
            storage_quota: Some(100),
        };
        assert_eq!(troubles(Some(well), now), []);
        assert_eq!(troubles(None, now), [Trouble::Silent]);
        let ill = Health {
            contact_at: datetime!(2026-11-22 02:00 UTC),
            clock_skew_s: i64::MIN,
            oldest_unsent_s: Some(3_601),
            refused: 1,
            storage_used: Some(80),
            ..well
        };
        assert_eq!(
            troubles(Some(ill), now),
            [
                Trouble::Silent,
                Trouble::Stuck,
                Trouble::Filling,
                Trouble::Refused,
                Trouble::Clock
            ]
        );
    }
}
