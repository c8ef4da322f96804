//! Whether somebody set the device's clock between an answer and its delivery.
//!
//! With a network that comes back comes the right time: a clock that was days wrong while people answered may be
//! right when their answers are sent. So the device watches its clock against its uptime, which nobody can set,
//! and can tell of every answer what the clock that dated it would show now.

use serde::{Deserialize, Serialize};

use super::Millis;

/// What is known of the device's clock; written with the [`super::Ledger`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Clock {
    /// By how much it was set forward in all, as far as that was seen; back is negative.
    pub set_by: Millis,
    /// Its last reading that was written. Over a restart nobody watches, but time does not run backwards.
    pub seen: Millis,
}

/// One look at the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    pub clock: Millis,
    /// Milliseconds since the page was opened.
    pub uptime: Millis,
    /// The device was awake since the look before. While it sleeps, its uptime stands still.
    pub awake: bool,
}

/// A step that is smaller is the clock's own way of being put right, and moves no date.
const NOTICED: Millis = 2_000;

/// By how much the clock was set since the last reading, or since `seen` where there was none in this life of
/// the page.
pub(super) fn set_since(last: Option<Reading>, seen: Millis, now: Reading) -> Option<Millis> {
    let ahead = match last {
        None => (now.clock - seen).min(0),
        Some(last) => {
            let ahead = (now.clock - last.clock) - (now.uptime - last.uptime);
            if now.awake { ahead } else { ahead.min(0) }
        }
    };
    (ahead.abs() >= NOTICED).then_some(ahead)
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn reading(clock: Millis, uptime: Millis) -> Reading {
        Reading {
            clock,
            uptime,
            awake: true,
        }
    }

    #[test]
    fn a_clock_that_runs_with_the_uptime_was_not_set() {
        let last = Some(reading(1_000_000, 500));
        assert_eq!(set_since(last, 0, reading(1_060_000, 60_500)), None);
        assert_eq!(set_since(last, 0, reading(1_061_999, 60_500)), None);
        assert_eq!(set_since(last, 0, reading(1_062_500, 60_500)), Some(2_500));
        assert_eq!(set_since(last, 0, reading(460_000, 60_500)), Some(-600_000));
    }

    #[test]
    fn sleep_is_not_a_set_clock() {
        let last = Some(reading(1_000_000, 500));
        let morning = Reading {
            awake: false,
            ..reading(51_000_000, 1_500)
        };
        assert_eq!(set_since(last, 0, morning), None);
        let set_back = Reading {
            awake: false,
            ..reading(500_000, 1_500)
        };
        assert_eq!(set_since(last, 0, set_back), Some(-501_000));
    }

    #[test]
    fn a_start_before_the_last_reading_is_a_wrong_clock() {
        assert_eq!(set_since(None, 0, reading(1_000_000, 0)), None);
        assert_eq!(set_since(None, 1_000_000, reading(9_000_000, 0)), None);
        assert_eq!(
            set_since(None, 9_000_000, reading(1_000_000, 0)),
            Some(-8_000_000)
        );
    }
}
