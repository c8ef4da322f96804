//! The only place that asks for the time, and the only one that asks for randomness.

use time::OffsetDateTime;

/// Where the time comes from; tests have one that stands still.
pub trait Clock: Send + Sync + 'static {
    /// The instant now, UTC.
    fn now(&self) -> OffsetDateTime;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock")]
    fn now(&self) -> OffsetDateTime {
        OffsetDateTime::now_utc()
    }
}

/// Random bytes from the operating system.
///
/// # Panics
///
/// When the operating system has no randomness to give: nothing may be issued then.
#[expect(
    clippy::expect_used,
    reason = "without randomness neither ids nor codes may be made"
)]
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
    bytes
}
