//! The keys of day tallies as stored, and what a transaction adds to them.

use std::collections::BTreeMap;
use std::sync::Arc;

use domain::answer::Answers;
use domain::canonical;
use domain::channel::ChannelClass;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, UnitId};
use domain::questionnaire::Version;
use domain::status::Status;
use domain::tally::{self, Rated, Tally};
use time::Date;
use uuid::Uuid;

use super::DayKey;
use crate::StoreError;
use crate::backend::{Dialect, date_of};
use crate::catalogue::VersionId;

/// The primary key of a day tally, in its order. Writing in this order keeps two writers from waiting for
/// each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place {
    pub(crate) bucket: i16,
    pub(crate) campaign: Uuid,
    pub(crate) unit: Uuid,
    pub(crate) day: i32,
    pub(crate) version: i32,
    pub(crate) channel: i16,
}

impl Place {
    pub(crate) fn of<D: Dialect>(key: &DayKey) -> Self {
        Self {
            bucket: D::bucket(key.unit.0),
            campaign: key.campaign.0,
            unit: key.unit.0,
            day: days_since_epoch(key.day),
            version: key.version.0,
            channel: key.channel.code(),
        }
    }

    pub(crate) fn key(&self) -> Result<DayKey, StoreError> {
        Ok(DayKey {
            unit: UnitId(self.unit),
            day: date_of(self.day)?,
            campaign: CampaignId(self.campaign),
            version: VersionId(self.version),
            channel: ChannelClass::from_code(self.channel)
                .ok_or(StoreError::Corrupt("a channel class with an unknown number"))?,
        })
    }
}

/// Where the tallies of one response stand, but for the unit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Cell {
    pub(crate) campaign: CampaignId,
    pub(crate) version: VersionId,
    pub(crate) channel: ChannelClass,
    pub(crate) day: Date,
}

/// What is added to day tallies, or taken away.
#[derive(Debug, Default)]
pub(crate) struct Deltas {
    rows: BTreeMap<Place, (Arc<Version>, Tally)>,
}

impl Deltas {
    /// Adds what a response counts with that status.
    pub(crate) fn add<D: Dialect>(
        &mut self,
        cell: Cell,
        version: &Arc<Version>,
        answers: &Answers,
        status: Status,
        rated: Rated,
    ) {
        self.merge::<D>(
            cell,
            version,
            tally::contributions(version, answers, status, rated),
            Tally::add,
        );
    }

    /// Takes away what a response counted with that status.
    pub(crate) fn subtract<D: Dialect>(
        &mut self,
        cell: Cell,
        version: &Arc<Version>,
        answers: &Answers,
        status: Status,
        rated: Rated,
    ) {
        let contributions = tally::contributions(version, answers, status, rated);
        self.merge::<D>(cell, version, contributions, Tally::subtract);
    }

    fn merge<D: Dialect>(
        &mut self,
        cell: Cell,
        version: &Arc<Version>,
        contributions: Vec<(UnitId, Tally)>,
        with: fn(&mut Tally, &Tally),
    ) {
        for (unit, tally) in contributions {
            let place = Place::of::<D>(&DayKey {
                unit,
                day: cell.day,
                campaign: cell.campaign,
                version: cell.version,
                channel: cell.channel,
            });
            let (_, sum) = self
                .rows
                .entry(place)
                .or_insert_with(|| (Arc::clone(version), Tally::empty(version.layout())));
            with(sum, &tally);
        }
    }

    /// The rows that change anything, in key order.
    pub(crate) fn into_rows(self) -> Vec<(Place, Tally)> {
        self.rows
            .into_iter()
            .filter(|(_, (_, tally))| !tally.is_zero())
            .map(|(place, (_, tally))| (place, tally))
            .collect()
    }

    /// Every row with its version, also those that add nothing.
    pub(crate) fn into_tallies(self) -> BTreeMap<Place, (Arc<Version>, Tally)> {
        self.rows
    }
}

/// A day tally as it will be written.
#[derive(Debug)]
pub(crate) struct DayWrite {
    pub(crate) place: Place,
    /// One more than the row had when it was read.
    pub(crate) rev: i64,
    pub(crate) seal: Option<Vec<u8>>,
    pub(crate) counts: Vec<u8>,
}

/// A row of [`super::sql::READ_DAYS`]: number, rev, counts, whether it is sealed.
pub(crate) type DayRead = (i32, i64, Vec<u8>, i32);

/// Adds what was read to what is to be added. `read` has a slot for each of `rows`.
pub(crate) fn writes(
    rows: Vec<(Place, Tally)>,
    read: Vec<Option<DayRead>>,
) -> Result<Vec<DayWrite>, StoreError> {
    rows.into_iter()
        .zip(read)
        .map(|((place, mut tally), before)| {
            let (rev, sealed) = match before {
                Some((_, rev, counts, sealed)) => {
                    tally.add_packed(&counts)?;
                    (rev + 1, sealed != 0)
                }
                None => (1, false),
            };
            let counts = tally.pack();
            Ok(DayWrite {
                place,
                rev,
                seal: sealed.then(|| seal_of(&counts)),
                counts,
            })
        })
        .collect()
}

/// The hash by which a sealed day is checked.
pub(crate) fn seal_of(counts: &[u8]) -> Vec<u8> {
    canonical::sha256(counts).to_vec()
}
