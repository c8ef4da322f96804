//! Answers sealed on the device to a key of the server, `application/nghe-dan-sealed`.
//!
//! Staff, who are the rated, hold the device: what waits on it can be read by nobody but the server
//! (METHOD 7.6). HPKE in base mode (RFC 9180) with DHKEM(P-256, HKDF-SHA256), HKDF-SHA256 and AES-256-GCM,
//! all of which a browser's `WebCrypto` has. `docs/sealed.md` describes the bytes, with test vectors.

mod keyring;

use hpke::aead::AesGcm256;
use hpke::kdf::HkdfSha256;
use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use uuid::Uuid;

pub use keyring::{Keyring, PublicKey, ROTATE_AFTER};

/// The media type of a sealed body.
pub const MEDIA_TYPE: &str = "application/nghe-dan-sealed";

const FORMAT: u8 = 1;
const INFO: &[u8] = b"nghe-dan sealed response 1";
const POINT: usize = domain::code::POINT_LENGTH;
/// An uncompressed point of P-256.
const ENCAPSULATED: usize = 65;
/// Format, key id and point.
const HEAD: usize = 1 + 4 + POINT;
/// The tag of AES-GCM.
const TAG: usize = 16;
/// Plaintexts fill whole kilobytes, so that the length of a body tells next to nothing of what was written.
const PAD: usize = 1024;
/// The length of the document stands before it.
const PREFIX: usize = 4;

type PrivateKey = <DhP256HkdfSha256 as Kem>::PrivateKey;
type EncappedKey = <DhP256HkdfSha256 as Kem>::EncappedKey;

/// A sealed body, taken apart but not opened.
#[derive(Clone, Copy, Debug)]
pub struct Sealed<'a> {
    /// The key pair it was sealed to.
    pub key: u32,
    /// The point's code, as the device knew it.
    pub point: &'a str,
    head: &'a [u8],
    encapsulated: &'a [u8],
    ciphertext: &'a [u8],
}

/// The bytes are no sealed body, or were sealed to another key, id or point, or were changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sealed body does not open")]
pub struct Unreadable;

impl<'a> Sealed<'a> {
    /// Takes a body apart.
    pub fn parse(body: &'a [u8]) -> Result<Self, Unreadable> {
        let (head, rest) = body.split_at_checked(HEAD).ok_or(Unreadable)?;
        let (encapsulated, ciphertext) = rest.split_at_checked(ENCAPSULATED).ok_or(Unreadable)?;
        let padded = ciphertext.len().checked_sub(TAG).ok_or(Unreadable)?;
        if head[0] != FORMAT || padded == 0 || padded % PAD != 0 {
            return Err(Unreadable);
        }
        let key = <[u8; 4]>::try_from(&head[1..5]).map_err(|_| Unreadable)?;
        let point = str::from_utf8(&head[5..]).map_err(|_| Unreadable)?;
        Ok(Self {
            key: u32::from_be_bytes(key),
            point,
            head,
            encapsulated,
            ciphertext,
        })
    }

    /// Opens the body under the id of its address and returns the document's bytes.
    pub fn open(&self, id: Uuid, key: &PrivateKey) -> Result<Vec<u8>, Unreadable> {
        let encapsulated = EncappedKey::from_bytes(self.encapsulated).map_err(|_| Unreadable)?;
        let mut context = hpke::setup_receiver::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(
            &OpModeR::Base,
            key,
            &encapsulated,
            INFO,
        )
        .map_err(|_| Unreadable)?;
        let mut plaintext = context
            .open(self.ciphertext, &bound_to(self.head, id))
            .map_err(|_| Unreadable)?;
        let length = plaintext
            .first_chunk::<PREFIX>()
            .map(|bytes| u32::from_be_bytes(*bytes))
            .ok_or(Unreadable)?;
        let end = PREFIX + usize::try_from(length).map_err(|_| Unreadable)?;
        // Anything but zeros behind the document, or a kilobyte too many, would be a second form of it.
        let padding = plaintext.get(end..).ok_or(Unreadable)?;
        if padding.len() >= PAD || padding.iter().any(|byte| *byte != 0) {
            return Err(Unreadable);
        }
        plaintext.truncate(end);
        plaintext.drain(..PREFIX);
        Ok(plaintext)
    }
}

/// Seals a document as a device does; for tests, the bench and tools that speak for a device.
pub fn seal(document: &[u8], id: Uuid, key: u32, point: &str, public: &[u8]) -> Result<Vec<u8>, Unreadable> {
    let public = <DhP256HkdfSha256 as Kem>::PublicKey::from_bytes(public).map_err(|_| Unreadable)?;
    let (encapsulated, mut context) =
        hpke::setup_sender::<AesGcm256, HkdfSha256, DhP256HkdfSha256>(&OpModeS::Base, &public, INFO)
            .map_err(|_| Unreadable)?;
    if point.len() != POINT {
        return Err(Unreadable);
    }
    let mut body = vec![FORMAT];
    body.extend_from_slice(&key.to_be_bytes());
    body.extend_from_slice(point.as_bytes());
    let bound = bound_to(&body, id);
    let length = u32::try_from(document.len()).map_err(|_| Unreadable)?;
    let mut plaintext = length.to_be_bytes().to_vec();
    plaintext.extend_from_slice(document);
    plaintext.resize(plaintext.len().next_multiple_of(PAD), 0);
    body.extend_from_slice(&encapsulated.to_bytes());
    body.extend_from_slice(&context.seal(&plaintext, &bound).map_err(|_| Unreadable)?);
    Ok(body)
}

/// What the ciphertext is bound to: format, key and point as they stand in the body, and the response's id.
fn bound_to(head: &[u8], id: Uuid) -> Vec<u8> {
    [head, id.as_bytes()].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys() -> (PrivateKey, Vec<u8>) {
        let (private, public) = DhP256HkdfSha256::derive_keypair(&[7; 32]);
        (private, public.to_bytes().to_vec())
    }

    #[test]
    fn a_document_goes_there_and_back_at_every_length_around_a_kilobyte() {
        let (private, public) = keys();
        let id = Uuid::from_u128(1);
        for length in [0, 1, PAD - PREFIX - 1, PAD - PREFIX, PAD - PREFIX + 1, 5000] {
            let document = vec![b'a'; length];
            let body = seal(&document, id, 3, "22222222", &public).unwrap();
            assert_eq!((body.len() - HEAD - ENCAPSULATED - TAG) % PAD, 0);
            let sealed = Sealed::parse(&body).unwrap();
            assert_eq!((sealed.key, sealed.point), (3, "22222222"));
            assert_eq!(sealed.open(id, &private), Ok(document));
        }
    }

    #[test]
    fn it_is_bound_to_id_key_and_point() {
        let (private, public) = keys();
        let id = Uuid::from_u128(1);
        let body = seal(b"{}", id, 3, "22222222", &public).unwrap();
        assert_eq!(
            Sealed::parse(&body).unwrap().open(Uuid::from_u128(2), &private),
            Err(Unreadable)
        );
        for at in 0..body.len() {
            let mut changed = body.clone();
            changed[at] ^= 1;
            let opened = Sealed::parse(&changed).and_then(|sealed| sealed.open(id, &private));
            assert_eq!(opened, Err(Unreadable), "byte {at} may not be changed");
        }
        let (other, _) = DhP256HkdfSha256::derive_keypair(&[8; 32]);
        assert_eq!(Sealed::parse(&body).unwrap().open(id, &other), Err(Unreadable));
    }

    #[test]
    fn broken_bodies_are_refused_without_opening() {
        let (_, public) = keys();
        let body = seal(b"{}", Uuid::nil(), 3, "22222222", &public).unwrap();
        for length in [
            0,
            1,
            HEAD,
            HEAD + ENCAPSULATED,
            HEAD + ENCAPSULATED + TAG,
            body.len() - 1,
        ] {
            assert!(Sealed::parse(&body[..length]).is_err(), "{length} bytes");
        }
    }
}
