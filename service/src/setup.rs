//! Making what a survey needs: units, versions, campaigns, points and one-time codes.
//!
//! Today the command line and the demo call these; administrators' pages will.

mod points;

use domain::canonical::Hash;
use domain::code::{Code, ONE_TIME_LENGTH};
use domain::id::CampaignId;
use domain::method::Method;
use domain::questionnaire::Version;
use domain::unit::UnitDirectory;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use store::StoreError;
use store::catalogue::{Campaign, KeyPair, UnitRows, VersionId};
use time::Date;
use uuid::Uuid;

use crate::Service;
use crate::clock::random;
use crate::error::ServiceError;

pub use points::NewPoint;

impl Service {
    /// Writes units, after checking that they make a directory together with those that are there.
    pub async fn put_units(&self, rows: &UnitRows) -> Result<(), ServiceError> {
        let mut all = self.store().units().await?;
        all.units
            .retain(|known| !rows.units.iter().any(|new| new.id == known.id));
        all.units.extend(rows.units.iter().cloned());
        all.successions.extend(
            rows.successions
                .iter()
                .filter(|new| !all.successions.contains(new))
                .cloned()
                .collect::<Vec<_>>(),
        );
        UnitDirectory::new(all.units, all.successions)
            .map_err(|error| ServiceError::Invalid(error.to_string()))?;
        self.store().put_units(rows).await?;
        self.refresh().await
    }

    /// Freezes a version. Publishing the same content again changes nothing.
    ///
    /// # Errors
    ///
    /// [`ServiceError::Invalid`] when other content was published under this key and version.
    pub async fn publish(&self, version: &Version) -> Result<VersionId, ServiceError> {
        let id = self.store().put_version(version).await.map_err(|error| match error {
            StoreError::Conflict(_) => {
                let definition = version.definition();
                ServiceError::Invalid(format!(
                    "{} {} is published with other content; a published version is frozen, so give the new one another version",
                    definition.key, definition.version
                ))
            }
            other => ServiceError::Store(other),
        })?;
        self.refresh().await?;
        Ok(id)
    }

    /// Writes a campaign, after checking that its units, versions and dates fit together.
    pub async fn put_campaign(&self, campaign: &Campaign) -> Result<(), ServiceError> {
        let units = self.units();
        if campaign.versions.is_empty()
            || campaign
                .versions
                .iter()
                .any(|(_, id)| self.version_by_id(*id).is_none())
        {
            return Err(ServiceError::NotFound("questionnaire version"));
        }
        let asks_nothing = |id: &VersionId| {
            let stored = self.version_by_id(*id)?;
            let definition = stored.version.definition();
            definition
                .import_only
                .then(|| format!("{}/{}", definition.key, definition.version))
        };
        if let Some(name) = campaign.versions.iter().find_map(|(_, id)| asks_nothing(id)) {
            return Err(ServiceError::Invalid(format!(
                "{name} asks nothing: it only carries the structure of published results, so no campaign can ask it"
            )));
        }
        // What was answered stays what it was published as: a version never gives way to another one.
        let known = self.campaigns().into_iter().find(|known| known.id == campaign.id);
        let today = self.today();
        let is_dropped = |asked: &(Date, VersionId)| asked.0 <= today && !campaign.versions.contains(asked);
        if known.is_some_and(|known| known.versions.iter().any(is_dropped)) {
            return Err(ServiceError::Invalid(
                "a campaign keeps the questionnaire versions that it has asked".to_owned(),
            ));
        }
        if campaign.units.is_empty() || campaign.units.iter().any(|unit| units.unit(*unit).is_none()) {
            return Err(ServiceError::NotFound("unit"));
        }
        self.check_selection(campaign)?;
        if campaign.ends_on.is_some_and(|end| end < campaign.starts_on) {
            return Err(ServiceError::Invalid(
                "the campaign ends before it starts".to_owned(),
            ));
        }
        let key_ok = !campaign.key.is_empty()
            && campaign
                .key
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if !key_ok {
            return Err(ServiceError::Invalid(
                "a campaign's key has lower-case letters, digits and hyphens".to_owned(),
            ));
        }
        if self
            .campaigns()
            .iter()
            .any(|known| known.key == campaign.key && known.id != campaign.id)
        {
            return Err(ServiceError::Invalid(format!(
                "there is a campaign `{}` already",
                campaign.key
            )));
        }
        self.store().put_campaign(campaign).await?;
        self.refresh().await
    }

    /// An index that is measured on a sample takes no answers of people who chose themselves to answer.
    fn check_selection(&self, campaign: &Campaign) -> Result<(), ServiceError> {
        match self
            .methods(campaign)
            .find(|method| !method.accepts(campaign.selection))
        {
            Some(method) => Err(ServiceError::Invalid(format!(
                "the method {} takes no answers of people who chose themselves to answer: give the campaign the \
                 selection `probability` or `census-of-served`",
                method.id
            ))),
            None => Ok(()),
        }
    }

    /// The method by which the version is counted that a campaign asks today.
    pub fn method_of(&self, campaign: &Campaign) -> Option<&'static Method> {
        let version = self.version_on(campaign, self.today())?.version;
        Method::by_id(&version.definition().method)
    }

    /// The methods by which the versions of a campaign are counted.
    fn methods(&self, campaign: &Campaign) -> impl Iterator<Item = &'static Method> {
        let versions = campaign.versions.iter();
        versions.filter_map(move |(_, id)| {
            let version = self.version_by_id(*id)?.version;
            Method::by_id(&version.definition().method)
        })
    }

    /// Closes a campaign: answers of later days are refused, and what arrives from now on is late.
    pub async fn close_campaign(&self, key: &str, on: Date) -> Result<(), ServiceError> {
        let campaign = self.campaign_by_key(key)?;
        self.store().close_campaign(campaign.id, on).await?;
        self.refresh().await
    }

    /// A campaign by its key.
    pub fn campaign_by_key(&self, key: &str) -> Result<std::sync::Arc<Campaign>, ServiceError> {
        self.campaigns()
            .into_iter()
            .find(|campaign| campaign.key == key)
            .ok_or(ServiceError::NotFound("campaign"))
    }

    /// Makes one-time codes for a campaign. They are stored as keyed hashes, so this is the only time that
    /// they can be printed.
    pub async fn issue_codes(&self, campaign: CampaignId, count: usize) -> Result<Vec<String>, ServiceError> {
        self.campaign(campaign).await?;
        let codes = (0..count)
            .map(|_| new_code(ONE_TIME_LENGTH))
            .collect::<Result<Vec<_>, _>>()?;
        let hashes: Vec<Hash> = codes.iter().map(|code| self.code_hash(code)).collect();
        self.store().issue_codes(campaign, &hashes).await?;
        Ok(codes)
    }

    /// Stores a key pair for sealed answers.
    pub async fn put_key_pair(&self, pair: &KeyPair) -> Result<(), ServiceError> {
        Ok(self.store().put_key_pair(pair).await?)
    }

    /// The key pairs for sealed answers, newest first.
    pub async fn key_pairs(&self) -> Result<Vec<KeyPair>, ServiceError> {
        let mut pairs = self.store().key_pairs().await?;
        pairs.sort_by_key(|pair| std::cmp::Reverse(pair.id));
        Ok(pairs)
    }

    /// The keyed hash under which a one-time code or dossier token is stored.
    pub(crate) fn code_hash(&self, code: &str) -> Hash {
        // HMAC takes a key of any length, so this never falls back.
        Hmac::<Sha256>::new_from_slice(&self.inner.pepper).map_or([0; 32], |mut mac| {
            mac.update(code.as_bytes());
            mac.finalize().into_bytes().into()
        })
    }
}

pub(crate) fn random_uuid() -> Uuid {
    uuid::Builder::from_random_bytes(random()).into_uuid()
}

pub(crate) fn new_code(length: usize) -> Result<String, ServiceError> {
    let code = Code::from_random(length, &random::<ONE_TIME_LENGTH>());
    code.map(|code| code.as_str().to_owned())
        .ok_or_else(|| ServiceError::Invalid("no code of that length".to_owned()))
}
