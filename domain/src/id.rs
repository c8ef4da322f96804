//! Identifiers: a type for each kind, so that a unit's id cannot stand where a campaign's is meant.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use time::Date;
use uuid::Uuid;

use crate::civil;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::from_str(text).map(Self)
            }
        }
    };
}

id!(
    /// A unit, for as long as its territory or remit stays the same, whatever it is called.
    UnitId
);
id!(
    /// A campaign: a questionnaire version asked of units in a period.
    CampaignId
);
id!(
    /// An access point: a link, a QR code, a desk device or an invitation.
    PointId
);
id!(
    /// A device tied to a point.
    DeviceId
);
id!(
    /// A response, chosen by whoever takes it, so that sending it again is recognised.
    ResponseId
);

/// Why an id is refused for a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResponseIdError {
    #[error("the id is neither a UUIDv7 of a civil date nor a UUIDv4")]
    Version,
    #[error(
        "the time in the id is not midnight UTC of a civil date, so it would tell when the answer was given"
    )]
    TimeOfDay,
    #[error("the date in the id lies in the future")]
    Future,
}

const MS_PER_DAY: i128 = 86_400_000;
const SECONDS_PER_DAY: u64 = 86_400;

impl ResponseId {
    /// Makes an id that tells no more than the civil date: a `UUIDv7` whose time is the date at 00:00 UTC
    /// and whose other 74 bits are random (RFC 9562, section 5.7; METHOD 7.4).
    pub fn new(answered_on: Date, random: [u8; 10]) -> Self {
        let midnight = answered_on.midnight().assume_utc().unix_timestamp_nanos() / 1_000_000;
        let ms = u64::try_from(midnight).unwrap_or(0);
        Self(uuid::Builder::from_unix_timestamp_millis(ms, &random).into_uuid())
    }

    /// The civil date that the id tells; none for a `UUIDv4`.
    pub fn date(self) -> Option<Date> {
        if self.0.get_version_num() != 7 {
            return None;
        }
        let (seconds, _) = self.0.get_timestamp()?.to_unix();
        let days = seconds / SECONDS_PER_DAY;
        civil::date_from_days(i32::try_from(days).ok()?)
    }

    /// Checks that the id tells no time of day and is not of the future.
    ///
    /// `today` is the server's civil date; a day of grace covers devices east of it.
    pub fn check(self, today: Date) -> Result<(), ResponseIdError> {
        match self.0.get_version_num() {
            4 => Ok(()),
            7 => {
                let (seconds, nanos) = self.0.get_timestamp().map_or((0, 1), |stamp| stamp.to_unix());
                let ms = i128::from(seconds) * 1000 + i128::from(nanos / 1_000_000);
                if ms % MS_PER_DAY != 0 {
                    return Err(ResponseIdError::TimeOfDay);
                }
                let day = ms / MS_PER_DAY;
                if day > i128::from(civil::days_since_epoch(today)) + 1 {
                    return Err(ResponseIdError::Future);
                }
                Ok(())
            }
            _ => Err(ResponseIdError::Version),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn an_id_tells_the_date_and_nothing_else() {
        let id = ResponseId::new(date!(2026 - 11 - 22), [0xff; 10]);
        assert_eq!(id.0.get_version_num(), 7);
        assert_eq!(id.date(), Some(date!(2026 - 11 - 22)));
        assert_eq!(id.check(date!(2026 - 11 - 22)), Ok(()));
        assert_eq!(id.check(date!(2026 - 11 - 20)), Err(ResponseIdError::Future));
    }

    #[test]
    fn an_id_with_a_time_of_day_is_refused() {
        let with_time = uuid::Builder::from_unix_timestamp_millis(1_763_000_000_123, &[1; 10]).into_uuid();
        assert_eq!(
            ResponseId(with_time).check(date!(2026 - 11 - 22)),
            Err(ResponseIdError::TimeOfDay)
        );
        let other = ResponseId(Uuid::from_u128(0x1234_5678_1234_1234_8234_1234_5678_9abc));
        assert_eq!(other.check(date!(2026 - 11 - 22)), Err(ResponseIdError::Version));
        let random = ResponseId(uuid::Builder::from_random_bytes([7; 16]).into_uuid());
        assert_eq!(
            (random.check(date!(2026 - 11 - 22)), random.date()),
            (Ok(()), None)
        );
    }
}
