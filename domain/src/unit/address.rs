//! Addresses of units: readable words and a short id that never changes.

use std::fmt;
use std::str::FromStr;

use super::UnitId;
use super::collation::fold;

/// Crockford's base 32 in lower case: no i, l, o, u.
const DIGITS: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
const LENGTH: usize = 8;

/// Eight characters from the last 40 bits of a unit's id, the bits that no kind of UUID derives from
/// time. A directory refuses two units with the same one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ShortId([u8; LENGTH]);

impl ShortId {
    /// The short id of a unit.
    pub fn of(id: UnitId) -> Self {
        let mut bits = id.0.as_u128();
        let mut text = [0; LENGTH];
        for digit in text.iter_mut().rev() {
            *digit = DIGITS[(bits & 31) as usize];
            bits >>= 5;
        }
        Self(text)
    }
}

impl fmt::Display for ShortId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .iter()
            .try_for_each(|digit| write!(f, "{}", char::from(*digit)))
    }
}

/// A text that is no short id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a short id: 8 characters of 0-9 and a-z without i, l, o, u")]
pub struct NotAShortId;

impl FromStr for ShortId {
    type Err = NotAShortId;

    /// Reads a short id in either case; `o` is taken for 0, `i` and `l` for 1, as people copy them.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let bytes: [u8; LENGTH] = text.as_bytes().try_into().map_err(|_| NotAShortId)?;
        let read = bytes.map(|byte| match byte.to_ascii_lowercase() {
            b'o' => b'0',
            b'i' | b'l' => b'1',
            other => other,
        });
        if read.iter().all(|byte| DIGITS.contains(byte)) {
            Ok(Self(read))
        } else {
            Err(NotAShortId)
        }
    }
}

/// What an address leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Resolved {
    Unit(UnitId),
    /// A code that has meant several units, newest first.
    Choice(Vec<UnitId>),
    Unknown,
}

/// The words of an address: `phuong-hong-ngu` for "Phường Hồng Ngự".
pub fn slug(name: &str) -> String {
    let mut slug = String::with_capacity(name.len());
    for c in fold(name).chars() {
        if c.is_ascii_alphanumeric() {
            slug.push(c);
        } else if c != '\'' && c != '’' && !slug.is_empty() && !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// The short id at the end of an address; the words before it are not looked at.
pub(super) fn short_of_address(address: &str) -> Option<ShortId> {
    address.trim().rsplit('-').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn slugs_are_plain_words() {
        assert_eq!(slug("Phường Hồng Ngự"), "phuong-hong-ngu");
        assert_eq!(slug("Tỉnh Bà Rịa - Vũng Tàu"), "tinh-ba-ria-vung-tau");
        assert_eq!(slug("Xã Ea H'Leo"), "xa-ea-hleo");
        assert_eq!(slug(" Quầy 3 (tầng 2) "), "quay-3-tang-2");
    }

    #[test]
    fn a_short_id_is_the_end_of_the_id_and_reads_back() {
        let id = UnitId(Uuid::from_u128(0xff_0044_3214_c742_54b6));
        let short = ShortId::of(id);
        // 0x3214c74254 b6: the last 40 bits 14 c7 42 54 b6 in base 32.
        assert_eq!(short.to_string(), "2k3m4n5p");
        assert_eq!("2K3M4N5P".parse(), Ok(short));
        assert_eq!(short_of_address("phuong-hong-ngu-2k3m4n5p"), Some(short));
        assert_eq!(short_of_address("29954"), None);
        assert_eq!("2k3m4n5".parse::<ShortId>(), Err(NotAShortId));
    }
}
