//! Making releases: fold what changed, plan what may be shown, store what differs.

use std::collections::HashMap;

use domain::civil;
use domain::id::{CampaignId, UnitId};
use domain::method::Selection;
use domain::period::Period;
use domain::release::plan::SETTLES;
use domain::release::{self, Atom, Column, Input, Plan, PlanError, Row, Rules, State, Units};
use store::catalogue::{Campaign, StoredVersion, VersionId};
use store::releases::{CellQuery, CellRow, Draft};
use store::tallies::{Disagreement, PeriodTally};
use time::{Date, Duration, OffsetDateTime};

use crate::Service;
use crate::clock::random;
use crate::coverage::Coverage;
use crate::desk::last_day;
use crate::error::ServiceError;
use crate::live::is_live;
use crate::results::Unpublished;

/// How many changed groups are folded in one transaction.
const FOLD: i64 = 500;
/// How many cells of a release are written in one transaction: answers wait no longer than for them.
const CELLS: usize = 500;

/// The hour in Việt Nam from which the nightly release is made.
const NIGHT_HOUR: u8 = 1;

/// Whether the day's release may be made.
pub fn is_night(now: OffsetDateTime) -> bool {
    now.to_offset(civil::VIETNAM).hour() >= NIGHT_HOUR
}

/// What a release changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    pub number: i64,
    /// Rows that are new or differ.
    pub changed: usize,
}

impl Service {
    /// Folds every day that had changed into months and campaigns; returns how many groups changed. What
    /// changes meanwhile is for the next time.
    pub async fn fold(&self) -> Result<u64, ServiceError> {
        let mut folded = 0;
        let mut after = None;
        loop {
            let pass = self.store().fold(after, FOLD).await?;
            folded += pass.groups;
            after = pass.last;
            if after.is_none() {
                return Ok(folded);
            }
        }
    }

    /// Makes the next release of every campaign, nightly or by hand.
    pub async fn release_all(&self) -> Result<Vec<(String, Made)>, ServiceError> {
        self.refresh().await?;
        let keys = self.campaigns().into_iter().map(|campaign| campaign.key.clone());
        self.release_each(keys.collect()).await
    }

    /// Makes the next release of one campaign, by hand.
    pub async fn release(&self, key: &str) -> Result<Vec<(String, Made)>, ServiceError> {
        self.refresh().await?;
        self.release_each(vec![key.to_owned()]).await
    }

    /// Closes those that have settled, folds, and releases, in this order: what was counted before the closing is in the
    /// release, and what comes after it is late.
    async fn release_each(&self, keys: Vec<String>) -> Result<Vec<(String, Made)>, ServiceError> {
        for key in &keys {
            self.close_settled(key).await?;
        }
        self.fold().await?;
        let mut made = Vec::new();
        for key in keys {
            let campaign = self.campaign_by_key(&key)?;
            if let Some(release) = self.release_folded(&campaign).await? {
                made.push((key, release));
            }
        }
        Ok(made)
    }

    /// Closes a campaign whose announced end has settled, so that nothing enters behind the figures of all of it. Those of
    /// a live demo move with every answer.
    async fn close_settled(&self, key: &str) -> Result<(), ServiceError> {
        let campaign = self.campaign_by_key(key)?;
        let is_open = campaign.closed_on.is_none() && !is_live(&campaign);
        let has_settled = settled_on(&campaign).is_some_and(|settled| settled < self.today());
        match campaign.ends_on {
            Some(end) if is_open && has_settled => self.close_campaign(key, end).await,
            _ => Ok(()),
        }
    }

    /// Makes the next release of a campaign from the folded tallies; none when nothing differs.
    ///
    /// Figures of two instruments are never pooled: each version that the campaign asks is planned by itself, and no
    /// person has answered two of them in one response.
    async fn release_folded(&self, campaign: &Campaign) -> Result<Option<Made>, ServiceError> {
        let units = self.release_units(campaign, self.tree_day(campaign));
        let mut draft = self.store().begin_draft(campaign.id, random()).await?;
        let mut changed = 0;
        for (from, version) in self.versions_of(campaign) {
            changed += self
                .draft_version(campaign, &version, from, &units, &mut draft)
                .await?;
        }
        if changed == 0 {
            return Ok(None);
        }
        let release = self.store().publish_draft(draft, self.inner.clock.now()).await?;
        Ok(Some(Made {
            number: release.number,
            changed,
        }))
    }

    /// Adds what changed of a version, asked from a day on, to a draft; returns how many rows that are.
    async fn draft_version(
        &self,
        campaign: &Campaign,
        version: &StoredVersion,
        from: Date,
        units: &Units,
        draft: &mut Draft,
    ) -> Result<usize, ServiceError> {
        let mut periods = self.released_periods(campaign, from);
        if periods.is_empty() {
            return Ok(0);
        }
        let rules = Rules {
            live: is_live(campaign),
            ..Rules::PUBLIC
        };
        if campaign.selection == Selection::Probability {
            // Villages were visited in several months, so their sums exist for the whole campaign only: it
            // enters as if it were one month, which no page asks for.
            periods.insert(0, month_of(campaign.starts_on)?);
        }
        let mut previous = Vec::new();
        self.store()
            .predecessor(
                campaign.id,
                version.id,
                release::tags(&version.version),
                State::Ledger.code(),
                &mut |row| previous.extend(row_of(row)),
            )
            .await?;
        let input = Input {
            version: &version.version,
            units,
            periods: &periods,
            rules,
        };
        let is_first = previous.is_empty();
        let mut plan = Plan::new(input, previous);
        for month in periods
            .iter()
            .filter(|period| matches!(period, Period::Month(..)))
        {
            plan.take(&self.atoms(campaign, version.id, *month).await?)
                .map_err(unplanned)?;
        }
        let decided = plan.decide().map_err(unplanned)?;
        let mut changed = 0;
        for rows in decided.rows() {
            let rows = rows.map_err(unplanned)?.into_iter();
            let mut cells = rows.map(|row| cell_of(row, version.id)).peekable();
            while cells.peek().is_some() {
                let mut new: Vec<CellRow> = cells.by_ref().take(CELLS).collect();
                if !is_first {
                    new = self.changed(campaign.id, new).await?;
                }
                changed += new.len();
                self.store().add_to_draft(draft, &new).await?;
            }
        }
        Ok(changed)
    }

    /// The folded tallies of a month; of a sampled campaign those of all of it, which stand for one month.
    async fn atoms(
        &self,
        campaign: &Campaign,
        version: VersionId,
        month: Period,
    ) -> Result<Vec<Atom>, ServiceError> {
        let sampled = campaign.selection == Selection::Probability;
        let month_or_all = [month.first_day().ok_or(ServiceError::NotFound("month"))?];
        let months = (!sampled).then_some(month_or_all.as_slice());
        let mut tallies = self.store().periods(campaign.id, months).await?;
        tallies.retain(|tally| sampled == tally.key.month.is_none());
        let of_version = tallies.into_iter().filter(|tally| tally.key.version == version);
        Ok(of_version.map(|tally| atom(tally, month, sampled)).collect())
    }

    /// Those of planned rows that differ from the stored ones. Of cells that are shown the plan did not know the
    /// bytes before; those given here are of one version, period and channel.
    async fn changed(
        &self,
        campaign: CampaignId,
        mut planned: Vec<CellRow>,
    ) -> Result<Vec<CellRow>, ServiceError> {
        let shown: Vec<&CellRow> = planned.iter().filter(|cell| cell.hidden.is_none()).collect();
        let Some(first) = shown.first() else {
            return Ok(planned);
        };
        let units: Vec<UnitId> = shown.iter().map(|cell| cell.unit).collect();
        let query = CellQuery {
            campaign,
            version: first.version,
            units: &units,
            periods: &[&first.period],
            channels: &[&first.channel],
            items: true,
        };
        let stored = self.store().cells(&query).await?;
        let stored: HashMap<UnitId, CellRow> = stored.into_iter().map(|cell| (cell.unit, cell)).collect();
        let is_same = |cell: &CellRow| {
            stored.get(&cell.unit).is_some_and(|stored| {
                let stored = (stored.hidden, &stored.nodes, &stored.items);
                stored == (cell.hidden, &cell.nodes, &cell.items)
            })
        };
        planned.retain(|cell| !is_same(cell));
        Ok(planned)
    }

    /// Compares the tallies of a campaign with its responses, and with `repair` writes what differs.
    pub async fn recount(&self, campaign: &str, repair: bool) -> Result<Vec<Disagreement>, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        Ok(self.store().recount(campaign.id, repair).await?)
    }

    /// The periods that may be released today of a version that the campaign asks from a day on, in the order of a
    /// timeline.
    pub(crate) fn released_periods(&self, campaign: &Campaign, from: Date) -> Vec<Period> {
        let today = self.today();
        let settled = settled_on(campaign);
        let live = is_live(campaign);
        if from > today {
            return Vec::new();
        }
        if campaign.selection == Selection::Probability {
            // A sample is drawn for the campaign as a whole; its months are not samples of anything.
            let whole = Some(Period::Campaign).filter(|whole| live || whole.is_complete(today, settled));
            return whole.into_iter().collect();
        }
        let mut months = Vec::new();
        let mut day = civil::first_of_month(campaign.starts_on.max(from));
        let end = last_day(campaign).map_or(today, |last| last.min(today));
        while day <= end {
            months.extend(Period::month_of(day));
            day = civil::first_of_month(day + Duration::days(32));
        }
        release::periods(&months, today, settled, live)
    }

    /// Why a version that the campaign asks from a day on has no figures of a period today; none when it may be released.
    pub(crate) fn unreleased(&self, campaign: &Campaign, from: Date, period: Period) -> Option<Unpublished> {
        if self.released_periods(campaign, from).contains(&period) {
            return None;
        }
        let last = last_day(campaign);
        let begins = campaign.starts_on.max(from);
        let is_before = period.last_day().is_some_and(|day| day < begins);
        let is_after = period.first_day().zip(last).is_some_and(|(day, last)| day > last);
        Some(
            if campaign.selection == Selection::Probability && period != Period::Campaign {
                Unpublished::WholeCampaignOnly
            } else if is_before || is_after {
                Unpublished::NotAsked
            } else if is_live(campaign) {
                Unpublished::NotDue(period.first_day())
            } else {
                Unpublished::NotDue(release::due(period, settled_on(campaign)))
            },
        )
    }

    /// The first day whose month is not public yet, once an earlier one is; of a sampled campaign the day after it. The
    /// answers of a labelled demo are nobody's.
    pub(crate) fn published_before(&self, campaign: &Campaign) -> Option<Date> {
        if is_live(campaign) {
            return None;
        }
        let periods = self.released_periods(campaign, campaign.starts_on);
        let last = if campaign.selection == Selection::Probability {
            periods.first().and_then(|_| last_day(campaign))
        } else {
            let months = periods
                .iter()
                .filter(|period| matches!(period, Period::Month(..)));
            months.filter_map(|month| month.last_day()).max()
        };
        last?.next_day()
    }

    /// The units that existed on that day as a tree, each with whether the campaign asks there or below.
    fn release_units(&self, campaign: &Campaign, day: Date) -> Units {
        let units = self.units();
        let coverage = Coverage::of(&units, campaign, day);
        let rows: Vec<_> = units
            .units()
            .iter()
            .filter_map(|unit| {
                let fact = unit.fact_on(day)?;
                Some((unit.id, fact.parent, coverage.reaches(unit.id)))
            })
            .collect();
        Units::new(&rows)
    }
}

/// The day after which nothing can enter any more: that of closing, or [`SETTLES`] after the announced end, for what
/// devices bring late.
fn settled_on(campaign: &Campaign) -> Option<Date> {
    let announced = campaign.ends_on.and_then(|end| end.checked_add(SETTLES));
    [announced, campaign.closed_on].into_iter().flatten().min()
}

fn month_of(day: Date) -> Result<Period, ServiceError> {
    Period::month_of(day).ok_or(ServiceError::NotFound("month"))
}

fn unplanned(error: PlanError) -> ServiceError {
    ServiceError::Invalid(error.to_string())
}

/// The folded tally as the plan takes it, with its villages or its point-days.
fn atom(tally: PeriodTally, month: Period, villages: bool) -> Atom {
    Atom {
        unit: tally.key.unit,
        month,
        class: tally.key.channel,
        counts: tally.counts,
        clusters: if villages { tally.samples } else { tally.clusters },
    }
}

fn row_of(row: CellRow) -> Option<Row> {
    Some(Row {
        unit: row.unit,
        period: row.period.parse().ok()?,
        column: row.channel.parse::<Column>().ok()?,
        state: row.hidden.and_then(State::from_code),
        nodes: row.nodes,
        items: row.items,
    })
}

fn cell_of(row: Row, version: VersionId) -> CellRow {
    CellRow {
        unit: row.unit,
        period: row.period.to_string(),
        channel: row.column.to_string(),
        version,
        nodes: row.nodes,
        items: row.items,
        hidden: row.state.map(State::code),
        changed_in: 0,
    }
}
