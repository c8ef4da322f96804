//! The PIN of the staff's screen: PBKDF2 (RFC 8018) with HMAC-SHA-256, because every browser can compute it
//! without a network. The PIN keeps hands off the screen; what lies behind it holds no answer.

use domain::canonical::Hash;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::clock::random;

/// How often the hash is repeated.
pub const ITERATIONS: u32 = 100_000;

/// Six random digits.
pub(super) fn draw() -> String {
    // 2^64 is so much more than a million that no PIN is noticeably likelier than another.
    format!("{:06}", u64::from_be_bytes(random()) % 1_000_000)
}

/// The first block of PBKDF2, which is all of a hash.
pub(super) fn derive(pin: &str, salt: &[u8; 16]) -> Hash {
    rounds(pin, salt, ITERATIONS)
}

fn rounds(pin: &str, salt: &[u8], iterations: u32) -> Hash {
    // HMAC takes a key of any length, so this never falls back.
    let Ok(keyed) = Hmac::<Sha256>::new_from_slice(pin.as_bytes()) else {
        return [0; 32];
    };
    let mut mac = keyed.clone();
    mac.update(salt);
    mac.update(&1_u32.to_be_bytes());
    let mut last: Hash = mac.finalize().into_bytes().into();
    let mut sum = last;
    for _ in 1..iterations {
        let mut mac = keyed.clone();
        mac.update(&last);
        last = mac.finalize().into_bytes().into();
        for (byte, add) in sum.iter_mut().zip(last) {
            *byte ^= add;
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_pbkdf2_of_others() {
        // The vectors of RFC 7914, section 11, of which the first block is what is made here.
        let hex = |hash: Hash| domain::canonical::hex(&hash);
        assert_eq!(
            hex(rounds("passwd", b"salt", 1)),
            "55ac046e56e3089fec1691c22544b605f94185216dde0465e68b9d57c20dacbc"
        );
        assert_eq!(
            hex(rounds("Password", b"NaCl", 80_000)),
            "4ddcd8f60b98be21830cee5ef22701f9641a4418d04c0414aeff08876b34ab56"
        );
    }

    #[test]
    fn a_drawn_pin_has_six_digits() {
        let pin = draw();
        assert!(pin.len() == 6 && pin.bytes().all(|digit| digit.is_ascii_digit()));
    }
}
