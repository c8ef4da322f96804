//! More answers at one point than people can have been there.
//!
//! A point's code hangs on the wall, so anyone may send under it, and nobody may switch the desk off with
//! it: what exceeds the point's rate is stored and held for review instead of refused. Addresses are not
//! looked at: a commune office, a carrier and a classroom each share one.
//!
//! Those who show no token are counted together, and each device of the point by itself. A flood under the code
//! on the wall therefore takes nothing from the device, and what a device brings after an outage takes nothing
//! from people who answer on their phones.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use domain::id::{DeviceId, PointId};
use time::OffsetDateTime;

const HOUR_S: i64 = 3600;
/// How many times its point's rate a device may send before it is told to wait: a queue emptied after an
/// outage is no misbehaviour, a loop is.
const RUNAWAY: i64 = 20;
/// How many hours of its point's rate a device may bring in one: a day without a network.
const DAY: i64 = 10;

/// Who sends: whoever knows the point's code, or one device of the point.
type Sender = (PointId, Option<DeviceId>);

/// Answers taken of each sender in the running hour, in this process.
#[derive(Debug, Default)]
pub(crate) struct Bursts {
    hours: Mutex<HashMap<Sender, Hour>>,
}

#[derive(Clone, Copy, Debug)]
struct Hour {
    began: i64,
    taken: i64,
}

/// How full the hour of a sender is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    taken: i64,
    limit: i64,
    left_s: i64,
}

impl Load {
    pub(crate) fn is_over(self) -> bool {
        self.taken > self.limit
    }

    /// More than a working day's answers: a device that was cut off brings them all at once.
    pub(crate) fn is_over_a_day(self) -> bool {
        self.taken > self.limit.saturating_mul(DAY)
    }

    pub(crate) fn is_runaway(self) -> bool {
        self.taken > self.limit.saturating_mul(RUNAWAY)
    }

    pub(crate) fn retry_after_s(self) -> u32 {
        u32::try_from(self.left_s.max(1)).unwrap_or(60)
    }
}

impl Bursts {
    /// Counts one more answer of the sender and says how full its hour is.
    pub(crate) fn take(&self, sender: Sender, limit: i32, now: OffsetDateTime) -> Load {
        let now = now.unix_timestamp();
        let mut hours = self.hours.lock().unwrap_or_else(PoisonError::into_inner);
        let hour = hours.entry(sender).or_insert(Hour { began: now, taken: 0 });
        if now - hour.began >= HOUR_S || now < hour.began {
            *hour = Hour { began: now, taken: 0 };
        }
        hour.taken += 1;
        Load {
            taken: hour.taken,
            limit: i64::from(limit),
            left_s: HOUR_S - (now - hour.began),
        }
    }
}

#[cfg(test)]
mod tests {
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    use super::*;

    #[test]
    fn a_point_over_its_rate_is_seen_and_recovers_after_the_hour() {
        let bursts = Bursts::default();
        let wall = (PointId(Uuid::from_u128(1)), None);
        let start = datetime!(2026-11-22 08:00 UTC);
        assert!((0..3).all(|_| !bursts.take(wall, 3, start).is_over()));
        let over = bursts.take(wall, 3, start + Duration::minutes(59));
        assert!(over.is_over() && !over.is_runaway());
        let device = (wall.0, Some(DeviceId(Uuid::from_u128(3))));
        let elsewhere = (PointId(Uuid::from_u128(2)), None);
        for other in [device, elsewhere] {
            assert!(
                !bursts.take(other, 3, start).is_over(),
                "{other:?} is not touched"
            );
        }
        assert!(!bursts.take(wall, 3, start + Duration::minutes(61)).is_over());
    }
}
