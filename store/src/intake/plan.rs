//! What a batch comes to, before and between its statements.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use domain::canonical::Hash;
use domain::civil::days_since_epoch;
use domain::id::{CampaignId, DeviceId};
use domain::status::{Reason, Status};
use uuid::Uuid;

use super::{NewResponse, Recorded};
use crate::StoreError;
use crate::backend::{Dialect, hash_of};
use crate::catalogue::DeviceState;
use crate::catalogue::sql::device_state_number;
use crate::tallies::place::{Cell, Deltas};

/// A response known from before: number in the statement, digest, status, reason.
pub(super) type KnownRow = (i32, Vec<u8>, i16, Option<i16>);

/// What a campaign says about the responses of a batch, read in the transaction that writes them. Days since
/// 1970.
#[derive(Clone, Copy, Debug, sqlx::FromRow)]
pub(crate) struct Barrier {
    pub(super) closed_on: Option<i32>,
    pub(super) ends_on: Option<i32>,
    /// The first day of which exact times are kept, once those of days before it were erased.
    pub(super) times_kept_from: Option<i32>,
}

/// The barriers of a batch.
#[derive(Debug, Default)]
pub(crate) struct Barriers {
    pub(super) campaigns: BTreeMap<CampaignId, Barrier>,
    /// The devices of the batch that are revoked.
    pub(super) revoked: BTreeSet<DeviceId>,
}

/// A device and the number of its state.
pub(super) type DeviceRow = (Uuid, i16);

impl Barriers {
    /// Notes which of the devices are revoked.
    pub(super) fn note_devices(&mut self, rows: Vec<DeviceRow>) {
        let revoked = device_state_number(DeviceState::Revoked);
        let devices = rows.into_iter().filter(|(_, state)| *state == revoked);
        self.revoked.extend(devices.map(|(device, _)| DeviceId(device)));
    }
}

impl Barrier {
    /// The last day on which a response may have been answered, once it is known.
    ///
    /// A clock that tells a day which cannot have come yet does not tell that the announced end has passed: such
    /// a response is held for review as long as the campaign is open.
    fn last_day(self, response: &NewResponse) -> Option<i32> {
        let announced = self.ends_on.filter(|_| response.reason != Some(Reason::Clock));
        match (self.closed_on, announced) {
            (Some(closed), Some(end)) => Some(closed.min(end)),
            (closed, end) => closed.or(end),
        }
    }
}

/// The batch without repeats, in key order, and what became of each so far.
pub(super) struct Plan<'a> {
    pub(super) batch: &'a [NewResponse],
    /// Indices of the first response of each id, by bucket and id. Arrival order is thereby not kept.
    pub(super) order: Vec<(i16, usize)>,
    /// Indices of repeats inside the batch, each with the index of the first.
    repeats: Vec<(usize, usize)>,
    outcomes: Vec<Option<Recorded>>,
}

impl<'a> Plan<'a> {
    pub(super) fn new<D: Dialect>(batch: &'a [NewResponse]) -> Self {
        let mut first = HashMap::with_capacity(batch.len());
        let mut order = Vec::with_capacity(batch.len());
        let mut repeats = Vec::new();
        for (index, response) in batch.iter().enumerate() {
            if let Some(known) = first.get(&response.id) {
                repeats.push((index, *known));
            } else {
                first.insert(response.id, index);
                order.push((D::bucket(response.id.0), index));
            }
        }
        order.sort_unstable_by_key(|(bucket, index)| (*bucket, batch[*index].id));
        Self {
            batch,
            order,
            repeats,
            outcomes: vec![None; batch.len()],
        }
    }

    /// Forgets what was found in an attempt that was rolled back.
    pub(super) fn reset(&mut self) {
        self.outcomes.fill(None);
    }

    /// The campaigns of the batch, in order, so that two batches lock them alike.
    pub(super) fn campaigns(&self) -> BTreeSet<CampaignId> {
        self.batch.iter().map(|response| response.campaign).collect()
    }

    /// The devices that brought something of the batch; none where nobody showed a token.
    pub(super) fn devices(&self) -> Vec<DeviceId> {
        let devices: BTreeSet<DeviceId> = self.batch.iter().filter_map(|response| response.device).collect();
        devices.into_iter().collect()
    }

    /// Those that must be looked up before anything is written: all of them when an insert found some known;
    /// else those whose code or closing would be judged wrongly if they were repeats.
    pub(super) fn to_look_up(&self, barriers: &Barriers, careful: bool) -> Vec<(i16, usize)> {
        let late = |index: usize| is_gone(&self.batch[index], barriers);
        let must = |index: usize| careful || self.batch[index].code.is_some() || late(index);
        self.pending().filter(|(_, index)| must(*index)).collect()
    }

    /// Notes what is known of the responses looked up.
    pub(super) fn note_known(
        &mut self,
        asked: &[(i16, usize)],
        start: usize,
        rows: Vec<KnownRow>,
    ) -> Result<(), StoreError> {
        for (number, digest, status, reason) in rows {
            let index = asked[crate::backend::place(start, number)].1;
            self.outcomes[index] = Some(if hash_of(digest)? == self.batch[index].digest {
                Recorded::Same {
                    status: status_of(status)?,
                    reason: reason.map(reason_of).transpose()?,
                }
            } else {
                Recorded::Conflict
            });
        }
        Ok(())
    }

    /// Settles what closing means for those not known yet.
    pub(super) fn note_closing(&mut self, barriers: &Barriers) {
        for index in self.pending().map(|(_, index)| index).collect::<Vec<_>>() {
            if is_gone(&self.batch[index], barriers) {
                self.outcomes[index] = Some(Recorded::Gone);
            }
        }
    }

    /// Responses whose one-time code is to be consumed. A code twice in the batch goes to the first.
    pub(super) fn with_codes(&mut self) -> Vec<(usize, Hash)> {
        let mut seen = HashSet::new();
        let mut codes = Vec::new();
        let mut indices: Vec<usize> = self.pending().map(|(_, index)| index).collect();
        indices.sort_unstable();
        for index in indices {
            if let Some(code) = self.batch[index].code {
                if seen.insert(code) {
                    codes.push((index, code));
                } else {
                    self.outcomes[index] = Some(Recorded::CodeUsed);
                }
            }
        }
        codes
    }

    /// Settles responses whose code was not open.
    pub(super) fn note_used(&mut self, indices: impl IntoIterator<Item = usize>) {
        for index in indices {
            if self.outcomes[index].is_none() {
                self.outcomes[index] = Some(Recorded::CodeUsed);
            }
        }
    }

    /// Those about which nothing is settled: they are to be written.
    pub(super) fn pending(&self) -> impl Iterator<Item = (i16, usize)> + '_ {
        self.order
            .iter()
            .copied()
            .filter(|(_, index)| self.outcomes[*index].is_none())
    }

    /// What the written responses add to day tallies.
    pub(super) fn deltas<D: Dialect>(&self, barriers: &Barriers) -> Deltas {
        let mut deltas = Deltas::default();
        for (_, index) in self.pending() {
            let response = &self.batch[index];
            let cell = Cell {
                campaign: response.campaign,
                version: response.version_id,
                channel: response.channel.class(),
                day: response.answered_on,
            };
            let (status, _) = verdict(response, barriers);
            deltas.add::<D>(cell, &response.version, &response.answers, status, response.rated);
        }
        deltas
    }

    /// What became of each, once everything is written.
    pub(super) fn finish(&self, barriers: &Barriers) -> Vec<Recorded> {
        let mut all: Vec<Recorded> = self
            .batch
            .iter()
            .zip(&self.outcomes)
            .map(|(response, outcome)| {
                outcome.unwrap_or_else(|| {
                    let (status, reason) = verdict(response, barriers);
                    Recorded::New { status, reason }
                })
            })
            .collect();
        for (index, first) in &self.repeats {
            let same = self.batch[*index].digest == self.batch[*first].digest;
            all[*index] = match all[*first] {
                Recorded::New { status, reason } | Recorded::Same { status, reason } if same => {
                    Recorded::Same { status, reason }
                }
                Recorded::New { .. } | Recorded::Same { .. } => Recorded::Conflict,
                other => other,
            };
        }
        all
    }
}

/// The status with which a response is stored: what was found before, held once its device is revoked, or late once
/// its campaign is closed.
pub(super) fn verdict(response: &NewResponse, barriers: &Barriers) -> (Status, Option<Reason>) {
    let is_revoked = response
        .device
        .is_some_and(|device| barriers.revoked.contains(&device));
    let is_closed = barriers
        .campaigns
        .get(&response.campaign)
        .is_some_and(|barrier| barrier.closed_on.is_some());
    match response.status {
        Status::Counted if is_revoked => (Status::Held, Some(Reason::Revoked)),
        Status::Counted if is_closed => (Status::Late, Some(Reason::Closed)),
        found => (found, response.reason),
    }
}

/// Whether the exact time of a response may be stored: not where its day was published.
pub(super) fn keeps_times(response: &NewResponse, barriers: &Barriers) -> bool {
    barriers
        .campaigns
        .get(&response.campaign)
        .and_then(|barrier| barrier.times_kept_from)
        .is_none_or(|from| days_since_epoch(response.answered_on) >= from)
}

fn is_gone(response: &NewResponse, barriers: &Barriers) -> bool {
    barriers
        .campaigns
        .get(&response.campaign)
        .and_then(|barrier| barrier.last_day(response))
        .is_some_and(|last| days_since_epoch(response.answered_on) > last)
}

pub(crate) fn status_of(code: i16) -> Result<Status, StoreError> {
    Status::from_code(code).ok_or(StoreError::Corrupt("a status with an unknown number"))
}

pub(crate) fn reason_of(code: i16) -> Result<Reason, StoreError> {
    Reason::from_code(code).ok_or(StoreError::Corrupt("a reason with an unknown number"))
}
