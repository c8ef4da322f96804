//! The server's key pairs: the newest for devices to seal to, the older ones to open what they still hold.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use hpke::kem::DhP256HkdfSha256;
use hpke::{Deserializable, Kem, Serializable};
use service::Service;
use service::clock::random;
use service::error::ServiceError;
use store::catalogue::KeyPair;
use time::{Duration, OffsetDateTime};

use super::PrivateKey;
use crate::master_key::MasterKey;

/// The age at which the newest pair is replaced.
pub const ROTATE_AFTER: Duration = Duration::days(90);

/// The key pairs of the database, opened with the master key.
pub struct Keyring {
    master: MasterKey,
    open: RwLock<Open>,
}

#[derive(Default)]
struct Open {
    private: HashMap<u32, PrivateKey>,
    /// Pairs to seal to, the newest first.
    public: Vec<PublicKey>,
}

/// What a device needs to seal.
#[derive(Clone, Debug)]
pub struct PublicKey {
    pub id: u32,
    /// An uncompressed point of P-256, 65 bytes.
    pub bytes: Vec<u8>,
    pub made_at: OffsetDateTime,
}

/// Why the key pairs cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeyringError {
    #[error(
        "key pair {0} does not open with this master key; give the one that made it with --master-key-file"
    )]
    OtherMaster(i32),
    #[error(transparent)]
    Service(#[from] ServiceError),
}

impl Keyring {
    /// Reads the key pairs, and makes the first one when there is none.
    pub async fn load(
        service: &Service,
        master: MasterKey,
        now: OffsetDateTime,
    ) -> Result<Self, KeyringError> {
        let keyring = Self {
            master,
            open: RwLock::default(),
        };
        keyring.refresh(service).await?;
        if keyring.public().is_empty() {
            keyring.rotate(service, now).await?;
        }
        Ok(keyring)
    }

    /// Reads the key pairs again: another server may have made one.
    pub async fn refresh(&self, service: &Service) -> Result<(), KeyringError> {
        let mut open = Open::default();
        for pair in service.key_pairs().await? {
            let id = u32::try_from(pair.id).map_err(|_| KeyringError::OtherMaster(pair.id))?;
            let private = self
                .master
                .open(&pair.sealed_private, &label(pair.id))
                .and_then(|bytes| PrivateKey::from_bytes(&bytes).ok())
                .ok_or(KeyringError::OtherMaster(pair.id))?;
            open.private.insert(id, private);
            if pair.retired_at.is_none() {
                open.public.push(PublicKey {
                    id,
                    bytes: pair.public,
                    made_at: pair.made_at,
                });
            }
        }
        open.public
            .sort_by_key(|key| std::cmp::Reverse((key.made_at, key.id)));
        *self.open.write().unwrap_or_else(PoisonError::into_inner) = open;
        Ok(())
    }

    /// Makes a new pair and retires those before it. Retired pairs stay: a device may have been offline for
    /// a year.
    pub async fn rotate(&self, service: &Service, now: OffsetDateTime) -> Result<(), KeyringError> {
        let now = now.replace_nanosecond(0).unwrap_or(now);
        let known = service.key_pairs().await?;
        // Drawn, not counted: two servers that rotate at once then make two pairs, and neither is lost.
        let id = i32::from_be_bytes(random()) & i32::MAX;
        let (private, public) = DhP256HkdfSha256::derive_keypair(&random::<32>());
        let sealed_private = self.master.seal(&private.to_bytes(), &label(id));
        let pair = KeyPair {
            id,
            public: public.to_bytes().to_vec(),
            sealed_private,
            made_at: now,
            retired_at: None,
        };
        service.put_key_pair(&pair).await?;
        for old in known.into_iter().filter(|old| old.retired_at.is_none()) {
            service
                .put_key_pair(&KeyPair {
                    retired_at: Some(now),
                    ..old
                })
                .await?;
        }
        self.refresh(service).await
    }

    /// Makes a new pair when the newest is older than [`ROTATE_AFTER`].
    pub async fn rotate_when_due(
        &self,
        service: &Service,
        now: OffsetDateTime,
    ) -> Result<bool, KeyringError> {
        let due = self
            .public()
            .first()
            .is_none_or(|newest| now - newest.made_at >= ROTATE_AFTER);
        if due {
            self.rotate(service, now).await?;
        }
        Ok(due)
    }

    /// The keys to seal to, the newest first.
    pub fn public(&self) -> Vec<PublicKey> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .public
            .clone()
    }

    /// The private half of a pair, retired or not.
    pub(crate) fn private(&self, id: u32) -> Option<PrivateKey> {
        self.open
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .private
            .get(&id)
            .cloned()
    }
}

/// What a sealed private half is bound to, so that rows cannot be swapped.
fn label(id: i32) -> Vec<u8> {
    [b"nghe-dan key pair ".as_slice(), &id.to_be_bytes()].concat()
}
