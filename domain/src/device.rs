//! Rules about desk devices: which formats the server still takes, how long a revoked device may deliver, and
//! when someone should look after one.

use serde::{Deserialize, Serialize};
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

/// The tokens of a device: that of its present enrolment, and those of the enrolments before, the first one first. What a
/// person answered under one is sent with its token, so that a later enrolment neither moves it to another point nor
/// makes it a trial.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tokens {
    #[serde(rename = "token")]
    present: String,
    #[serde(default)]
    earlier: Vec<String>,
}

impl Tokens {
    /// The tokens with that of a new enrolment, after those that the device had.
    pub fn enrolled(before: Option<Self>, token: String) -> Self {
        let earlier = before.map(|before| {
            let mut tokens = before.earlier;
            tokens.push(before.present);
            tokens
        });
        Self {
            present: token,
            earlier: earlier.unwrap_or_default(),
        }
    }

    /// The token of the present enrolment.
    pub fn present(&self) -> &str {
        &self.present
    }

    /// The number of the present enrolment, the first being 0.
    pub fn enrolment(&self) -> u32 {
        u32::try_from(self.earlier.len()).unwrap_or(u32::MAX)
    }

    /// The token of an enrolment.
    pub fn of(&self, enrolment: u32) -> &str {
        let earlier = usize::try_from(enrolment)
            .ok()
            .and_then(|at| self.earlier.get(at));
        earlier.filter(|token| !token.is_empty()).unwrap_or(&self.present)
    }

    /// Forgets the tokens of earlier enrolments in whose name nothing is sent any more; true when there were any. Their numbers
    /// stay taken.
    pub fn forget(&mut self, is_needed: impl Fn(u32) -> bool) -> bool {
        let mut forgot = false;
        for (enrolment, token) in (0..).zip(&mut self.earlier) {
            if !token.is_empty() && !is_needed(enrolment) {
                token.clear();
                forgot = true;
            }
        }
        forgot
    }
}

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
    /// It cannot write to its storage, or not read all that is there.
    Failing,
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
            Self::Failing => "failing",
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
    pub storage_failing: Option<bool>,
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
        (health.storage_failing == Some(true), Trouble::Failing),
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
    fn what_was_given_under_an_enrolment_is_sent_with_its_token() {
        // As a program wrote it that knew one token.
        let known: Tokens = serde_json::from_str(r#"{"token": "a"}"#).unwrap();
        assert_eq!((known.enrolment(), known.of(0)), (0, "a"));
        let again = Tokens::enrolled(Some(known), "b".to_owned());
        let thrice = Tokens::enrolled(Some(again), "c".to_owned());
        assert_eq!((thrice.enrolment(), thrice.present()), (2, "c"));
        assert_eq!(
            [0, 1, 2, 3].map(|enrolment| thrice.of(enrolment)),
            ["a", "b", "c", "c"]
        );
        let kept = serde_json::to_string(&thrice).unwrap();
        assert!(serde_json::from_str::<Tokens>(&kept).unwrap() == thrice);
    }

    #[test]
    fn a_token_is_kept_as_long_as_something_is_sent_with_it() {
        let tokens = |token: &str, before| Tokens::enrolled(before, token.to_owned());
        let mut known = tokens("c", Some(tokens("b", Some(tokens("a", None)))));
        assert!(known.forget(|enrolment| enrolment == 1));
        assert_eq!([0, 1, 2].map(|enrolment| known.of(enrolment)), ["c", "b", "c"]);
        assert!(!known.forget(|enrolment| enrolment == 1));
        assert!(!serde_json::to_string(&known).unwrap().contains(r#""a""#));
        let next = tokens("d", Some(known));
        assert_eq!((next.enrolment(), next.of(1), next.of(2)), (3, "b", "c"));
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
            storage_failing: Some(false),
        };
        assert_eq!(troubles(Some(well), now), []);
        assert_eq!(troubles(None, now), [Trouble::Silent]);
        let ill = Health {
            contact_at: datetime!(2026-11-22 02:00 UTC),
            clock_skew_s: i64::MIN,
            oldest_unsent_s: Some(3_601),
            refused: 1,
            storage_used: Some(80),
            storage_failing: Some(true),
            ..well
        };
        assert_eq!(
            troubles(Some(ill), now),
            [
                Trouble::Silent,
                Trouble::Failing,
                Trouble::Stuck,
                Trouble::Filling,
                Trouble::Refused,
                Trouble::Clock
            ]
        );
    }
}
