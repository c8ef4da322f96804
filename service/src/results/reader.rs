//! Reading cells of the newest release, and saying what is meant where it has none.

use std::collections::{BTreeSet, HashMap};

use domain::channel::ChannelClass;
use domain::id::UnitId;
use domain::period::Period;
use domain::release::{self, Column, Disclosed, Opening, Reason, Rules, State};
use domain::unit::fold;
use store::catalogue::{Campaign, StoredVersion};
use store::releases::{CellQuery, CellRow};
use time::Date;

use super::{CellState, ChildOrder, Children, ChildrenPage, ResultsQuery, Unpublished};
use crate::Service;
use crate::coverage::Coverage;
use crate::error::ServiceError;

/// Reads one version's cells of a campaign.
pub(super) struct Reader<'a> {
    pub(super) service: &'a Service,
    pub(super) campaign: &'a Campaign,
    pub(super) version: &'a StoredVersion,
    /// The first day on which the version is asked.
    pub(super) from: Date,
    pub(super) coverage: &'a Coverage<'a>,
}

/// Which cell a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    pub(super) unit: UnitId,
    pub(super) period: Period,
}

/// Which stored row a state was read from.
type Stored = (Key, Column);

impl Reader<'_> {
    /// The cell of one unit and period, with every criterion and question.
    pub(super) async fn cell(
        &self,
        unit: UnitId,
        period: Period,
        channel: Option<ChannelClass>,
    ) -> Result<CellState, ServiceError> {
        let mut cells = self.read(&[unit], &[period], channel, true).await?;
        Ok(cells.remove(0).1)
    }

    /// A cell for each unit and period, in the order given; nodes only.
    pub(super) async fn cells(
        &self,
        units: &[UnitId],
        periods: &[Period],
        channel: Option<ChannelClass>,
    ) -> Result<Vec<(Key, CellState)>, ServiceError> {
        self.read(units, periods, channel, false).await
    }

    /// The channels of a period side by side; empty when only one was used.
    ///
    /// They are those of a shown cell only. A hidden cell may be one that nobody answered, and which channels the
    /// release has of it would tell.
    pub(super) async fn channels(
        &self,
        query: &ResultsQuery,
        period: Period,
        cell: &CellState,
    ) -> Result<Vec<(ChannelClass, CellState)>, ServiceError> {
        let is_shown = if query.channel.is_none() {
            cell.figures().is_some()
        } else {
            let together = self.cells(&[query.unit], &[period], None).await?;
            together.iter().all(|(_, cell)| cell.figures().is_some())
        };
        if !is_shown || !Rules::PUBLIC.grain.splits(period) {
            return Ok(Vec::new());
        }
        let unit = query.unit;
        let classes = ChannelClass::ALL.iter().copied();
        let columns: Vec<Column> = classes.clone().map(Column::Class).collect();
        let mut stored = self.stored(&[unit], &[period], &columns, false).await?;
        let used = classes.filter_map(|class| {
            let cell = stored.remove(&(Key { unit, period }, Column::Class(class)))?;
            (!matches!(cell, CellState::NoAnswers)).then_some((class, cell))
        });
        let used: Vec<_> = used.collect();
        Ok(if used.len() < 2 { Vec::new() } else { used })
    }

    async fn read(
        &self,
        units: &[UnitId],
        periods: &[Period],
        channel: Option<ChannelClass>,
        items: bool,
    ) -> Result<Vec<(Key, CellState)>, ServiceError> {
        let column = channel.map_or(Column::All, Column::Class);
        let mut stored = self.stored(units, periods, &[column], items).await?;
        let keys: Vec<Key> = units
            .iter()
            .flat_map(|&unit| periods.iter().map(move |&period| Key { unit, period }))
            .collect();
        // A release leaves channels out where there is nothing that they could split. What that means is said by the
        // cell of all channels.
        let is_missing =
            |key: &&Key| !stored.contains_key(&(**key, column)) && Rules::PUBLIC.grain.splits(key.period);
        let missing: Vec<Key> = keys.iter().filter(is_missing).copied().collect();
        let together = if channel.is_some() && !missing.is_empty() {
            let units: BTreeSet<UnitId> = missing.iter().map(|key| key.unit).collect();
            let periods: BTreeSet<Period> = missing.iter().map(|key| key.period).collect();
            let (units, periods): (Vec<_>, Vec<_>) =
                (units.into_iter().collect(), periods.into_iter().collect());
            self.stored(&units, &periods, &[Column::All], false).await?
        } else {
            HashMap::new()
        };
        // What is due is the same for all units, of which there may be a country.
        let mut unreleased = HashMap::new();
        let cells = keys.into_iter().map(|key| {
            let cell = stored.remove(&(key, column)).unwrap_or_else(|| {
                let why = *unreleased
                    .entry(key.period)
                    .or_insert_with(|| self.service.unreleased(self.campaign, self.from, key.period));
                self.absent(key, channel, why, together.get(&(key, Column::All)))
            });
            (key, cell)
        });
        Ok(cells.collect())
    }

    /// The rows that the newest release has.
    async fn stored(
        &self,
        units: &[UnitId],
        periods: &[Period],
        columns: &[Column],
        items: bool,
    ) -> Result<HashMap<Stored, CellState>, ServiceError> {
        let periods: Vec<String> = periods.iter().map(ToString::to_string).collect();
        let columns: Vec<String> = columns.iter().map(ToString::to_string).collect();
        let query = CellQuery {
            campaign: self.campaign.id,
            version: self.version.id,
            units,
            periods: &periods.iter().map(String::as_str).collect::<Vec<_>>(),
            channels: &columns.iter().map(String::as_str).collect::<Vec<_>>(),
            items,
        };
        let rows = self.service.store().cells(&query).await?;
        rows.iter().filter_map(|row| self.open(row).transpose()).collect()
    }

    fn open(&self, row: &CellRow) -> Result<Option<(Stored, CellState)>, ServiceError> {
        let (Ok(period), Ok(column)) = (row.period.parse(), row.channel.parse()) else {
            return Ok(None);
        };
        let opening = Opening {
            version: &self.version.version,
            selection: self.campaign.selection,
            minimum: Rules::PUBLIC.threshold,
        };
        let state = row.hidden.and_then(State::from_code);
        let disclosed = release::open(&opening, state, &row.nodes, &row.items)
            .map_err(|error| ServiceError::Invalid(format!("a stored cell cannot be shown: {error}")))?;
        let cell = match disclosed {
            Disclosed::Shown(figures) => CellState::Shown(figures),
            Disclosed::Withheld(Reason::Hidden) => CellState::Hidden,
            Disclosed::Withheld(Reason::NoAnswers) => CellState::NoAnswers,
            Disclosed::Withheld(Reason::NotSampled) => CellState::NotInSample,
        };
        let key = Key {
            unit: row.unit,
            period,
        };
        Ok(Some(((key, column), cell)))
    }

    /// What is said of a cell that no row speaks of, whose period is not released as `unreleased` says, and of which a
    /// release has `together` for all channels.
    ///
    /// A release has a row for all channels of every unit and period in it, also where nobody answered.
    fn absent(
        &self,
        key: Key,
        channel: Option<ChannelClass>,
        unreleased: Option<Unpublished>,
        together: Option<&CellState>,
    ) -> CellState {
        if !self.coverage.reaches(key.unit) {
            return CellState::NotInSample;
        }
        if let Some(why) = unreleased {
            return CellState::NotPublished(why);
        }
        if channel.is_some() && !Rules::PUBLIC.grain.splits(key.period) {
            return CellState::NotPublished(Unpublished::ChannelsTogether);
        }
        match together {
            // Others answered there, and nobody anywhere by this channel.
            Some(CellState::Shown(_)) => CellState::NoAnswers,
            Some(together) => together.clone(),
            None => CellState::NotPublished(Unpublished::NoRelease),
        }
    }

    pub(super) async fn children(
        &self,
        query: &ResultsQuery,
        period: Period,
        page: &ChildrenPage,
        day: Date,
    ) -> Result<Children, ServiceError> {
        let units = self.service.units();
        let folded = fold(&page.search);
        let children = match page.order {
            ChildOrder::Name => units.children_by_name(query.unit, day),
            ChildOrder::Code | ChildOrder::WeakestFirst => units.children_on(query.unit, day).collect(),
        };
        let ids: Vec<UnitId> = children
            .iter()
            .filter(|child| {
                fold(&child.fact.name.vi).contains(&folded) || child.fact.code.starts_with(&page.search)
            })
            .map(|child| child.unit.id)
            .collect();
        let total = ids.len();
        // Only the order by figures needs the figures of all.
        let wanted: Vec<UnitId> = match page.order {
            ChildOrder::WeakestFirst => ids,
            ChildOrder::Code | ChildOrder::Name => {
                ids.into_iter().skip(page.offset).take(page.limit).collect()
            }
        };
        let cells = self.cells(&wanted, &[period], query.channel).await?;
        let mut rows: Vec<(UnitId, CellState)> =
            cells.into_iter().map(|(key, cell)| (key.unit, cell)).collect();
        if page.order == ChildOrder::WeakestFirst {
            rows.sort_by(|(_, a), (_, b)| match (a.share(), b.share()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                (a, b) => a.is_none().cmp(&b.is_none()),
            });
            rows = rows.into_iter().skip(page.offset).take(page.limit).collect();
        }
        Ok(Children {
            total,
            offset: page.offset,
            rows,
        })
    }
}
