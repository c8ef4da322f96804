//! The one secret that is not in the database: a file of 32 random bytes, written as 64 hexadecimal digits.
//!
//! Under it lie the private halves of the key pairs for sealed answers, and the hashes of one-time codes. A
//! copy of the database without the file opens neither.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;

use aes_gcm::aead::{Aead, KeyInit, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use anyhow::{Context as _, bail};
use domain::canonical::{self, Hash};
use service::clock::random;

const NONCE: usize = 12;

/// The master key; its bytes never leave this module.
#[derive(Clone)]
pub struct MasterKey([u8; 32]);

impl MasterKey {
    /// A key of these bytes.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Reads the key, or makes the file when `create` allows it.
    pub fn load(path: &Path, create: bool) -> anyhow::Result<Self> {
        match std::fs::read_to_string(path) {
            Ok(text) => match canonical::from_hex(text.trim()) {
                Some(bytes) => Ok(Self(bytes)),
                None => bail!(
                    "{} is no master key: it must hold 64 hexadecimal digits",
                    path.display()
                ),
            },
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && create => Self::make(path),
            Err(error) => Err(error).with_context(|| {
                format!(
                    "cannot read the master key {}; make it with `openssl rand -hex 32`",
                    path.display()
                )
            }),
        }
    }

    fn make(path: &Path) -> anyhow::Result<Self> {
        let key = Self(random());
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options
            .open(path)
            .with_context(|| format!("cannot make the master key {}", path.display()))?;
        writeln!(file, "{}", canonical::hex(&key.0))?;
        file.sync_all()?;
        Ok(key)
    }

    /// The key under which one-time codes are hashed.
    pub fn pepper(&self) -> Hash {
        self.derive(b"nghe-dan one-time codes")
    }

    /// Encrypts with AES-256-GCM, bound to `label`: nonce, then ciphertext and tag.
    pub(crate) fn seal(&self, plaintext: &[u8], label: &[u8]) -> Vec<u8> {
        let nonce = random::<NONCE>();
        let sealed = self.cipher().encrypt(
            &Nonce::from(nonce),
            Payload {
                msg: plaintext,
                aad: label,
            },
        );
        // Encryption fails only for messages of many gigabytes.
        [nonce.to_vec(), sealed.unwrap_or_default()].concat()
    }

    /// Decrypts what [`Self::seal`] made with the same label.
    pub(crate) fn open(&self, sealed: &[u8], label: &[u8]) -> Option<Vec<u8>> {
        let (nonce, ciphertext) = sealed.split_first_chunk::<NONCE>()?;
        self.cipher()
            .decrypt(
                &Nonce::from(*nonce),
                Payload {
                    msg: ciphertext,
                    aad: label,
                },
            )
            .ok()
    }

    fn cipher(&self) -> Aes256Gcm {
        Aes256Gcm::new(&self.derive(b"nghe-dan key pairs").into())
    }

    /// A key for one purpose. SHA-256 of a uniform key and a fixed label is a key of its own, as in HKDF with
    /// a single block.
    fn derive(&self, purpose: &[u8]) -> [u8; 32] {
        canonical::sha256(&[self.0.as_slice(), purpose].concat())
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("MasterKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_opens_only_under_the_same_key_and_label() {
        let key = MasterKey::new([1; 32]);
        let sealed = key.seal(b"secret", b"one");
        assert_eq!(key.open(&sealed, b"one").as_deref(), Some(b"secret".as_slice()));
        assert_eq!(key.open(&sealed, b"two"), None);
        assert_eq!(MasterKey::new([2; 32]).open(&sealed, b"one"), None);
        assert_eq!(key.open(&sealed[..5], b"one"), None);
        assert_ne!(
            sealed,
            key.seal(b"secret", b"one"),
            "each sealing has its own nonce"
        );
    }

    #[test]
    fn the_file_is_made_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("key");
        assert!(MasterKey::load(&path, false).is_err());
        let made = MasterKey::load(&path, true).unwrap();
        assert_eq!(MasterKey::load(&path, true).unwrap().0, made.0);
        std::fs::write(&path, "short").unwrap();
        assert!(MasterKey::load(&path, true).is_err());
    }
}
