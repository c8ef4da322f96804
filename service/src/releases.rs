//! Making releases: fold what changed, plan what may be shown, store what differs.

use domain::civil;
use domain::method::Selection;
use domain::period::Period;
use domain::release::{self, Atom, Column, Input, Row, Rules, State, Units};
use store::catalogue::{Campaign, VersionId};
use store::releases::CellRow;
use store::tallies::{Disagreement, PeriodTally};
use time::{Date, Duration};

use crate::Service;
use crate::coverage::Coverage;
use crate::error::ServiceError;
use crate::live::is_live;

/// How many changed groups are folded in one transaction.
const FOLD: i64 = 500;

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
        self.fold().await?;
        let mut made = Vec::new();
        for campaign in self.campaigns() {
            if let Some(release) = self.release(&campaign).await? {
                made.push((campaign.key.clone(), release));
            }
        }
        Ok(made)
    }

    /// Makes the next release of a campaign from the folded tallies; none when nothing differs.
    pub async fn release(&self, campaign: &Campaign) -> Result<Option<Made>, ServiceError> {
        let day = self.tree_day(campaign);
        let version = self
            .released_version(campaign)
            .ok_or(ServiceError::NotFound("questionnaire version"))?;
        let units = self.release_units(campaign, day);
        let mut periods = self.released_periods(campaign);
        if periods.is_empty() {
            return Ok(None);
        }
        let live = is_live(campaign);
        let rules = Rules {
            live,
            ..Rules::PUBLIC
        };
        let tallies = self.store().periods(campaign.id, None).await?;
        let tallies = tallies
            .into_iter()
            .filter(|tally| tally.key.version == version.id);
        let atoms: Vec<Atom> = if campaign.selection == Selection::Probability {
            // Villages were visited in several months, so their sums exist for the whole campaign only: it
            // enters as if it were one month, which no page asks for.
            let month = Period::month_of(campaign.starts_on).ok_or(ServiceError::NotFound("month"))?;
            periods.insert(0, month);
            tallies
                .filter(|tally| tally.key.month.is_none())
                .map(|tally| atom(tally, month, true))
                .collect()
        } else {
            let monthly = tallies.filter_map(|tally| Some((Period::month_of(tally.key.month?)?, tally)));
            monthly.map(|(month, tally)| atom(tally, month, false)).collect()
        };
        let previous: Vec<Row> = self
            .store()
            .all_cells(campaign.id)
            .await?
            .into_iter()
            .filter_map(|row| row_of(row, version.id))
            .collect();
        let input = Input {
            version: &version.version,
            units: &units,
            periods: &periods,
            rules,
            atoms: &atoms,
            previous: &previous,
        };
        let rows = release::plan(&input).map_err(|error| ServiceError::Invalid(error.to_string()))?;
        if rows.is_empty() {
            return Ok(None);
        }
        let changed: Vec<CellRow> = rows.into_iter().map(|row| cell_of(row, version.id)).collect();
        let release = self
            .store()
            .put_release(campaign.id, self.inner.clock.now(), &changed)
            .await?;
        Ok(Some(Made {
            number: release.number,
            changed: changed.len(),
        }))
    }

    /// Compares the tallies of a campaign with its responses, and with `repair` writes what differs.
    pub async fn recount(&self, campaign: &str, repair: bool) -> Result<Vec<Disagreement>, ServiceError> {
        let campaign = self.campaign_by_key(campaign)?;
        Ok(self.store().recount(campaign.id, repair).await?)
    }

    /// The periods of a campaign that may be released today, in the order of a timeline.
    pub(crate) fn released_periods(&self, campaign: &Campaign) -> Vec<Period> {
        let today = self.today();
        let last = crate::desk::last_day(campaign);
        let live = is_live(campaign);
        if campaign.selection == Selection::Probability {
            // A sample is drawn for the campaign as a whole; its months are not samples of anything.
            let whole = Some(Period::Campaign).filter(|whole| live || whole.is_complete(today, last));
            return whole.into_iter().collect();
        }
        let mut months = Vec::new();
        let mut day = civil::first_of_month(campaign.starts_on);
        let end = last.map_or(today, |last| last.min(today));
        while day <= end {
            months.extend(Period::month_of(day));
            day = civil::first_of_month(day + Duration::days(32));
        }
        release::periods(&months, today, last, live)
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

fn row_of(row: CellRow, version: VersionId) -> Option<Row> {
    if row.version != version {
        return None;
    }
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
