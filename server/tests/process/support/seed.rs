//! Chance that can be repeated.

use std::hash::{BuildHasher as _, RandomState};

use rand_chacha::ChaCha12Rng;
use rand_chacha::rand_core::SeedableRng as _;

use super::say::say;

/// Another seed each run, printed; `NGHE_DAN_TEST_SEED` repeats one.
#[expect(
    clippy::disallowed_methods,
    reason = "a failure is repeated with the seed it printed"
)]
pub(crate) fn draw(test: &str) -> ChaCha12Rng {
    let asked = std::env::var("NGHE_DAN_TEST_SEED")
        .ok()
        .map(|seed| seed.parse().expect("a seed is a number"));
    let seed = asked.unwrap_or_else(|| RandomState::new().hash_one(test));
    say(&format!("{test}: NGHE_DAN_TEST_SEED={seed}"));
    ChaCha12Rng::seed_from_u64(seed)
}
