//! How long to wait before trying again.

use super::Millis;

/// The wait after the first failure.
const FIRST_DELAY: Millis = 2_000;

/// The longest wait that the device chooses: the network is back for at most this long before it notices.
pub const LONGEST_DELAY: Millis = 300_000;

/// The longest wait that a server can ask for.
pub const LONGEST_RETRY_AFTER: Millis = 900_000;

/// The wait after so many failures in a row: doubling, bounded, and between half and all of it by `jitter`, so
/// that a province's devices do not come back in the same second. A server may ask for longer.
pub fn delay(failures: u32, retry_after: Option<Millis>, jitter: u16) -> Millis {
    let doublings = failures.saturating_sub(1).min(16);
    let whole = FIRST_DELAY.saturating_mul(1 << doublings).min(LONGEST_DELAY);
    let spread = |range: Millis| range * Millis::from(jitter) / Millis::from(u16::MAX);
    let own = whole / 2 + spread(whole / 2);
    // Spread over a tenth on top: whoever is told "in 60 seconds" was told together with others.
    let asked = retry_after.map_or(0, |asked| {
        let asked = asked.clamp(0, LONGEST_RETRY_AFTER);
        (asked + spread(asked / 10)).min(LONGEST_RETRY_AFTER)
    });
    own.max(asked)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes() {
        let waits: Vec<Millis> = (1..=10).map(|failures| delay(failures, None, u16::MAX)).collect();
        assert_eq!(
            waits,
            [
                2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 128_000, 256_000, 300_000, 300_000
            ]
        );
        assert_eq!(delay(u32::MAX, None, u16::MAX), LONGEST_DELAY);
        assert_eq!(delay(1, None, 0), 1_000);
    }

    #[test]
    fn a_server_may_ask_for_longer_but_not_for_ever() {
        assert_eq!(delay(1, Some(60_000), 0), 60_000);
        assert_eq!(delay(1, Some(60_000), u16::MAX), 66_000);
        assert_eq!(delay(1, Some(Millis::MAX), u16::MAX), LONGEST_RETRY_AFTER);
        assert_eq!(delay(9, Some(1_000), u16::MAX), LONGEST_DELAY);
    }
}
