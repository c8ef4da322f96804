//! Folding the changed days of a unit into its months and campaigns.
//!
//! What a unit's changed months come to is computed anew from its day tallies and responses, never
//! incremented, so folding twice is folding once. A campaign's row is the sum of its months.
//!
//! Two things are not in a sum of months: which people belong to one point on one day, and which to one
//! sampling cluster. Both are squared as a whole (see [`ClusterMoments`]), the first by day, the second over
//! the campaign. Where two units are rated in one response, each counts its own part of a point-day; the
//! product between the two is in the moments over respondents and not in those over point-days.
//!
//! A row has sums over sampling clusters only when everybody who is counted in it belongs to one.

mod body;
mod sums;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use domain::cross::CrossProducts;
use domain::id::UnitId;
use domain::moments::ClusterMoments;
use domain::questionnaire::Version;
use domain::release::{pack_clusters, unpack_clusters};
use domain::tally::Tally;
use domain::varint::{self, Reader};
use uuid::Uuid;

use self::sums::{Sums, add_clusters};
use super::place::Place;
use super::rows::{CountRow, FoldDay, Versions};
use crate::StoreError;
use crate::backend::date_of;
use crate::catalogue::VersionId;

/// The `month` of a row over the whole campaign.
pub(super) const CAMPAIGN: i32 = -1;
/// The dimension of a row that is not split by it.
pub(super) const ALL: i16 = -1;
/// The dimension of people who did not answer its question.
const UNANSWERED: i16 = -2;

/// A folded row of one unit and campaign, but for these two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Split {
    pub(super) month: i32,
    pub(super) version: i32,
    pub(super) channel: i16,
    pub(super) dim1: i16,
    pub(super) dim2: i16,
}

impl Split {
    fn is_whole(&self) -> bool {
        (self.dim1, self.dim2) == (ALL, ALL)
    }
}

/// The packed numbers of a folded row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Packed {
    pub(super) counts: Vec<u8>,
    pub(super) clusters: Vec<u8>,
    pub(super) samples: Vec<u8>,
}

/// What the fold of one unit and campaign writes.
#[derive(Debug)]
pub(super) struct Folded {
    pub(super) bucket: i16,
    pub(super) campaign: Uuid,
    pub(super) unit: Uuid,
    /// Whose rows are replaced: the changed months and the campaign.
    pub(super) months: BTreeSet<i32>,
    pub(super) periods: Vec<(Split, Packed)>,
    pub(super) cross: Vec<(Split, Vec<u8>)>,
    /// The changed days with the `rev` that was read and their point-day sums.
    pub(super) days: Vec<(Place, i64, Vec<u8>)>,
    /// Rows that are stored otherwise, or not at all, or should not be.
    pub(super) differs: BTreeSet<Split>,
}

/// Everything read of one unit and campaign.
pub(super) struct Read {
    pub(super) days: Vec<FoldDay>,
    /// The responses of the changed months.
    pub(super) responses: Vec<CountRow>,
    /// Those of the campaign that belong to a sampling cluster.
    pub(super) samples: Vec<CountRow>,
    pub(super) periods: Vec<(Split, Packed)>,
    pub(super) cross: Vec<(Split, Vec<u8>)>,
}

/// The first day of the month of a stored day.
pub(super) fn month_of(day: i32) -> Result<i32, StoreError> {
    let date = date_of(day)?;
    Ok(day + 1 - i32::from(date.day()))
}

/// Computes the rows of one unit and campaign anew.
pub(super) fn fold(
    (bucket, campaign, unit): (i16, Uuid, Uuid),
    changed: &BTreeSet<i32>,
    read: Read,
    versions: &Versions,
) -> Result<Folded, StoreError> {
    let sealed: BTreeSet<i32> = read
        .days
        .iter()
        .filter(|day| day.row.seal.is_some())
        .map(|day| month_of(day.row.place().day))
        .collect::<Result<_, _>>()?;
    let mut sums = Sums::new(UnitId(unit), versions);
    for row in &read.responses {
        sums.add(row, month_of(row.answered_on)?)?;
    }
    let stored_periods: BTreeMap<Split, Packed> = read.periods.into_iter().collect();
    let stored_cross: BTreeMap<Split, Vec<u8>> = read.cross.into_iter().collect();
    let mut periods: BTreeMap<Split, Packed> = BTreeMap::new();
    let mut cross: BTreeMap<Split, Vec<u8>> = BTreeMap::new();
    // Rows of other months stay; those of a month of which a day is sealed can be made only as a whole.
    for (split, packed) in &stored_periods {
        let kept = !changed.contains(&split.month) || (sealed.contains(&split.month) && !split.is_whole());
        if split.month != CAMPAIGN && kept {
            periods.insert(*split, packed.clone());
        }
    }
    for (split, products) in &stored_cross {
        if split.month != CAMPAIGN && (!changed.contains(&split.month) || sealed.contains(&split.month)) {
            cross.insert(*split, products.clone());
        }
    }
    let stored = Stored {
        periods: &stored_periods,
        sealed: &sealed,
    };
    let mut days = Vec::new();
    for (split, packed) in fold_days(&read.days, changed, &sums, versions, &stored, &mut days)? {
        periods.insert(split, packed);
    }
    for (split, packed) in sums.splits() {
        if !sealed.contains(&split.month) && !split.is_whole() {
            periods.insert(split, packed);
        }
    }
    for (split, products) in sums.cross() {
        if !sealed.contains(&split.month) {
            cross.insert(split, products);
        }
    }
    let mut samples = Sums::new(UnitId(unit), versions);
    for row in &read.samples {
        samples.add(row, CAMPAIGN)?;
    }
    add_campaign(&mut periods, &samples, versions, &stored)?;
    add_campaign_cross(&mut cross, versions)?;
    let months: BTreeSet<i32> = changed.iter().copied().chain([CAMPAIGN]).collect();
    let mut differs = differences(&stored_periods, &periods);
    differs.extend(differences(&stored_cross, &cross));
    periods.retain(|split, _| months.contains(&split.month));
    cross.retain(|split, _| months.contains(&split.month));
    Ok(Folded {
        bucket,
        campaign,
        unit,
        months,
        periods: periods.into_iter().collect(),
        cross: cross.into_iter().collect(),
        days,
        differs,
    })
}

/// What is stored of a unit and campaign before a fold.
struct Stored<'s> {
    periods: &'s BTreeMap<Split, Packed>,
    /// The months of which retention has sealed a day.
    sealed: &'s BTreeSet<i32>,
}

impl Stored<'_> {
    /// The packed sums over sampling clusters of a row with these counts. Where answers of it are gone they cannot be
    /// made again: the stored ones stay as long as they are those of the counts.
    fn samples(
        &self,
        split: &Split,
        counts: &Tally,
        versions: &Versions,
        sums: &Sums<'_>,
    ) -> Result<Vec<u8>, StoreError> {
        let layout = version_of(versions, split.version)?.layout();
        let is_whole_there = if split.month == CAMPAIGN {
            self.sealed.is_empty()
        } else {
            !self.sealed.contains(&split.month)
        };
        if is_whole_there {
            return Ok(pack_clusters(&sums.samples(split, counts, layout)));
        }
        let Some(stored) = self.periods.get(split) else {
            return Ok(Vec::new());
        };
        let before = Tally::unpack(layout, &stored.counts)?;
        let is_same = (0..layout.nodes().len())
            .all(|node| before.moments(layout, node) == counts.moments(layout, node));
        Ok(if is_same {
            stored.samples.clone()
        } else {
            Vec::new()
        })
    }
}

/// The keys at which two sets of rows are not the same.
fn differences<T: PartialEq>(stored: &BTreeMap<Split, T>, computed: &BTreeMap<Split, T>) -> BTreeSet<Split> {
    let keys: BTreeSet<&Split> = stored.keys().chain(computed.keys()).collect();
    keys.into_iter()
        .filter(|key| stored.get(key) != computed.get(key))
        .copied()
        .collect()
}

fn version_of(versions: &Versions, id: i32) -> Result<&Arc<Version>, StoreError> {
    versions
        .get(&VersionId(id))
        .ok_or(StoreError::Corrupt("a tally names an unknown version"))
}

/// The whole rows of the changed months, as sums of their days, and the point-day sums of the changed days.
fn fold_days(
    rows: &[FoldDay],
    changed: &BTreeSet<i32>,
    sums: &Sums<'_>,
    versions: &Versions,
    stored: &Stored<'_>,
    days: &mut Vec<(Place, i64, Vec<u8>)>,
) -> Result<Vec<(Split, Packed)>, StoreError> {
    let mut months: BTreeMap<Split, (Tally, Vec<ClusterMoments>)> = BTreeMap::new();
    for day in rows {
        let place = day.row.place();
        let month = month_of(place.day)?;
        if !changed.contains(&month) {
            continue;
        }
        let layout = version_of(versions, place.version)?.layout();
        let kept = day.clusters.as_deref().unwrap_or_default();
        // The answers of a sealed day are gone: its sums stay as they were.
        let clusters = if day.row.seal.is_some() {
            unpack_clusters(layout, kept)?
        } else {
            sums.point_days(&place)
        };
        if day.dirty != 0 {
            days.push((place, day.row.rev, pack_clusters(&clusters)));
        }
        let split = Split {
            month,
            version: place.version,
            channel: place.channel,
            dim1: ALL,
            dim2: ALL,
        };
        let (tally, sum) = months
            .entry(split)
            .or_insert_with(|| (Tally::empty(layout), Vec::new()));
        tally.add_packed(&day.row.counts)?;
        add_clusters(sum, &clusters);
    }
    let whole = months.into_iter().map(|(split, (tally, clusters))| {
        let packed = Packed {
            counts: tally.pack(),
            clusters: pack_clusters(&clusters),
            samples: stored.samples(&split, &tally, versions, sums)?,
        };
        Ok((split, packed))
    });
    whole.collect()
}

/// The rows of the campaign: the sums of those of its months.
fn add_campaign(
    periods: &mut BTreeMap<Split, Packed>,
    samples: &Sums<'_>,
    versions: &Versions,
    stored: &Stored<'_>,
) -> Result<(), StoreError> {
    let mut whole: BTreeMap<Split, (Tally, Vec<ClusterMoments>)> = BTreeMap::new();
    for (split, packed) in periods.iter() {
        let layout = version_of(versions, split.version)?.layout();
        let split = Split {
            month: CAMPAIGN,
            ..*split
        };
        let (tally, clusters) = whole
            .entry(split)
            .or_insert_with(|| (Tally::empty(layout), Vec::new()));
        tally.add_packed(&packed.counts)?;
        add_clusters(clusters, &unpack_clusters(layout, &packed.clusters)?);
    }
    for (split, (tally, clusters)) in whole {
        let packed = Packed {
            counts: tally.pack(),
            clusters: pack_clusters(&clusters),
            samples: stored.samples(&split, &tally, versions, samples)?,
        };
        periods.insert(split, packed);
    }
    Ok(())
}

fn add_campaign_cross(cross: &mut BTreeMap<Split, Vec<u8>>, versions: &Versions) -> Result<(), StoreError> {
    let mut whole: BTreeMap<Split, CrossProducts> = BTreeMap::new();
    for (split, packed) in cross.iter() {
        let criteria = version_of(versions, split.version)?.layout().criteria();
        let split = Split {
            month: CAMPAIGN,
            ..*split
        };
        *whole.entry(split).or_insert_with(|| CrossProducts::new(criteria)) +=
            &unpack_cross(criteria, packed)?;
    }
    cross.extend(
        whole
            .into_iter()
            .map(|(split, products)| (split, pack_cross(&products))),
    );
    Ok(())
}

/// Packs cross-products like the numbers of a tally.
fn pack_cross(products: &CrossProducts) -> Vec<u8> {
    let mut out = Vec::with_capacity(products.cells().len() + 64);
    for cell in products.cells() {
        varint::put_signed(&mut out, *cell);
    }
    out
}

/// Reads packed cross-products over so many criteria.
pub(super) fn unpack_cross(criteria: usize, packed: &[u8]) -> Result<CrossProducts, StoreError> {
    let mut reader = Reader::new(packed);
    let mut cells = Vec::with_capacity(CrossProducts::cells_for(criteria));
    while !reader.is_empty() {
        cells.push(
            reader
                .next_signed()
                .ok_or(StoreError::Corrupt("cross-products"))?,
        );
    }
    CrossProducts::from_cells(criteria, cells).ok_or(StoreError::Corrupt("cross-products"))
}
