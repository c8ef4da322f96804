//! Comparing day tallies with the responses behind them.

use std::collections::BTreeMap;

use domain::id::CampaignId;
use domain::tally::Tally;
use time::Date;

use super::place::{Cell, DayWrite, Deltas, Place, seal_of};
use super::rows::{CountRow, DayRow, Versions};
use super::{Disagreement, Grain};
use crate::StoreError;
use crate::backend::Dialect;

/// What the responses of one day come to.
pub(super) struct Expected {
    campaign: CampaignId,
    day: Date,
    deltas: Deltas,
}

impl Expected {
    pub(super) fn new(campaign: CampaignId, day: Date) -> Self {
        Self {
            campaign,
            day,
            deltas: Deltas::default(),
        }
    }

    /// Counts one response. One whose answers retention removed belongs to a sealed day.
    pub(super) fn count<D: Dialect>(
        &mut self,
        row: &CountRow,
        versions: &Versions,
    ) -> Result<(), StoreError> {
        if let Some(counted) = row.counted(versions)? {
            let cell = Cell {
                campaign: self.campaign,
                version: counted.version_id,
                channel: counted.channel,
                day: self.day,
            };
            self.deltas.add::<D>(
                cell,
                counted.version,
                &counted.answers,
                counted.status,
                counted.rated,
            );
        }
        Ok(())
    }

    /// What disagrees, and the rows that would put it right. A broken seal cannot be put right.
    pub(super) fn compare(
        self,
        rows: Vec<DayRow>,
        versions: &Versions,
    ) -> Result<(Vec<Disagreement>, Vec<DayWrite>), StoreError> {
        let mut expected: BTreeMap<Place, Tally> = self
            .deltas
            .into_tallies()
            .into_iter()
            .map(|(place, (_, tally))| (place, tally))
            .collect();
        let (mut found, mut repairs) = (Vec::new(), Vec::new());
        for row in rows {
            let place = row.place();
            let should = expected.remove(&place);
            if let Some(seal) = row.seal {
                if seal != seal_of(&row.counts) {
                    found.push(disagreement(&place, "the sealed counts do not have their hash")?);
                }
                continue;
            }
            let should = match should {
                Some(tally) => tally,
                None => Tally::empty(
                    versions
                        .get(&crate::catalogue::VersionId(place.version))
                        .ok_or(StoreError::Corrupt("a tally names an unknown version"))?
                        .layout(),
                ),
            };
            // Packed numbers have one form, so bytes compare like counts do.
            let counts = should.pack();
            if counts != row.counts {
                found.push(disagreement(&place, "the counts are not those of the responses")?);
                repairs.push(DayWrite {
                    place,
                    rev: row.rev + 1,
                    seal: None,
                    counts,
                });
            }
        }
        for (place, tally) in expected {
            if !tally.is_zero() {
                found.push(disagreement(&place, "responses without a tally")?);
                repairs.push(DayWrite {
                    place,
                    rev: 1,
                    seal: None,
                    counts: tally.pack(),
                });
            }
        }
        repairs.sort_unstable_by_key(|write| write.place);
        Ok((found, repairs))
    }
}

fn disagreement(place: &Place, what: &'static str) -> Result<Disagreement, StoreError> {
    let key = place.key()?;
    Ok(Disagreement {
        unit: key.unit,
        campaign: key.campaign,
        version: key.version,
        channel: key.channel,
        grain: Grain::Day(key.day),
        what,
    })
}
