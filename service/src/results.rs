//! Released figures for pages, CSV, JSON and the API.

use std::sync::Arc;

use domain::channel::ChannelClass;
use domain::id::{CampaignId, UnitId};
use domain::period::Period;
use domain::release::{self, Column, Disclosed, Figures, Opening, Reason, Released, State};
use domain::unit::fold;
use store::catalogue::{Campaign, StoredVersion, VersionId};
use store::releases::{CellQuery, CellRow};
use time::{Date, OffsetDateTime};

use crate::Service;
use crate::coverage::Coverage;
use crate::error::ServiceError;

/// What is asked for.
#[derive(Clone, Debug)]
pub struct ResultsQuery {
    pub unit: UnitId,
    pub campaign: CampaignId,
    /// One of the versions that the campaign asks; none: the newest of which the unit has figures, in the period when
    /// there is one.
    pub version: Option<VersionId>,
    /// None: of a survey the whole campaign, of an open campaign its newest year.
    pub period: Option<Period>,
    /// None: all channels of the campaign together.
    pub channel: Option<ChannelClass>,
    /// Which children to list, if any.
    pub children: Option<ChildrenPage>,
}

/// A page of the units directly below.
#[derive(Clone, Debug)]
pub struct ChildrenPage {
    pub offset: usize,
    pub limit: usize,
    pub order: ChildOrder,
    /// Keeps the children whose folded name or code contains this.
    pub search: String,
}

/// The order of children.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ChildOrder {
    /// The order of the official list.
    #[default]
    Code,
    Name,
    /// The lowest share first; what is not shown comes last.
    WeakestFirst,
}

/// What may be said about one cell. The four are different things and say so.
#[derive(Clone, Debug)]
pub enum CellState {
    Shown(Box<Released<Figures>>),
    /// Not published, to protect those who answered.
    Hidden,
    /// Nobody has answered yet.
    NoAnswers,
    /// The campaign does not ask there.
    NotInSample,
}

/// A unit's results in one campaign and period.
#[derive(Clone, Debug)]
pub struct Results {
    pub unit: UnitId,
    pub campaign: Arc<Campaign>,
    pub version: StoredVersion,
    /// The versions that were answered at the unit, oldest first: figures of two are never added up.
    pub versions: Vec<StoredVersion>,
    pub release: Option<ReleaseInfo>,
    pub period: Period,
    /// Periods that have any figures of the unit, newest first.
    pub periods: Vec<Period>,
    pub channel: Option<ChannelClass>,
    /// With every criterion and question.
    pub cell: CellState,
    /// The same period by channel, side by side; empty when only one channel was used.
    pub channels: Vec<(ChannelClass, CellState)>,
    /// The months (or the shortest periods that may be shown) up to this one, oldest first; nodes only.
    pub series: Vec<(Period, CellState)>,
    pub children: Option<Children>,
}

/// The release that figures come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReleaseInfo {
    pub number: i64,
    pub made_at: OffsetDateTime,
}

/// Units directly below, nodes only.
#[derive(Clone, Debug)]
pub struct Children {
    pub total: usize,
    pub offset: usize,
    pub rows: Vec<(UnitId, CellState)>,
}

impl CellState {
    /// The figures, where they are shown.
    pub fn figures(&self) -> Option<&Released<Figures>> {
        match self {
            Self::Shown(figures) => Some(figures),
            Self::Hidden | Self::NoAnswers | Self::NotInSample => None,
        }
    }

    /// The pooled share of satisfied answers, for sorting.
    fn share(&self) -> Option<f64> {
        self.figures()?
            .nodes
            .first()?
            .share
            .map(|share| share.estimate.value)
    }
}

impl Service {
    /// The results of a unit from the newest release.
    ///
    /// # Errors
    ///
    /// [`ServiceError::NotFound`] for an unknown unit, campaign or version.
    pub async fn results(&self, query: &ResultsQuery) -> Result<Results, ServiceError> {
        let campaign = self.campaign(query.campaign).await?;
        let units = self.units();
        units.unit(query.unit).ok_or(ServiceError::NotFound("unit"))?;
        let day = self.tree_day(&campaign);
        let release = self.store().latest(campaign.id).await?;
        let History {
            version,
            timeline,
            periods,
            versions,
        } = self.history(&campaign, query).await?;
        let reader = Reader {
            service: self,
            campaign: &campaign,
            version: &version,
        };
        let period = query
            .period
            .unwrap_or_else(|| default_period(&campaign, &periods));

        let mut cell = reader
            .cells(&[query.unit], &[period], &[column(query.channel)], true)
            .await?;
        let cell = match cell.pop() {
            Some((_, cell)) => cell,
            None => reader.absent(query.unit),
        };
        let classes: Vec<Column> = ChannelClass::ALL
            .iter()
            .map(|class| Column::Class(*class))
            .collect();
        let channels = reader.cells(&[query.unit], &[period], &classes, false).await?;
        let mut channels: Vec<(ChannelClass, CellState)> = channels
            .into_iter()
            .filter_map(|(key, cell)| match key.column {
                Column::Class(class) if !matches!(cell, CellState::NoAnswers) => Some((class, cell)),
                _ => None,
            })
            .collect();
        if channels.len() < 2 {
            channels.clear();
        }
        let children = match &query.children {
            Some(page) => Some(reader.children(query, period, page, day).await?),
            None => None,
        };
        Ok(Results {
            unit: query.unit,
            release: release.map(|release| ReleaseInfo {
                number: release.number,
                made_at: release.made_at,
            }),
            period,
            periods,
            channel: query.channel,
            cell,
            channels,
            series: series(timeline, period),
            children,
            version,
            versions,
            campaign,
        })
    }

    /// What there is of a unit over time, in the version that is asked for or else in the newest with figures.
    async fn history(&self, campaign: &Campaign, query: &ResultsQuery) -> Result<History, ServiceError> {
        let mut histories = Vec::new();
        for (from, version) in self.versions_of(campaign) {
            let reader = Reader {
                service: self,
                campaign,
                version: &version,
            };
            let candidates = self.released_periods(campaign, from);
            let timeline = reader
                .cells(&[query.unit], &candidates, &[column(query.channel)], false)
                .await?;
            let periods = answered(&candidates, &timeline);
            histories.push(History {
                version,
                timeline,
                periods,
                versions: Vec::new(),
            });
        }
        let versions: Vec<StoredVersion> = histories
            .iter()
            .filter(|history| !history.periods.is_empty())
            .map(|history| history.version.clone())
            .collect();
        let newest = |wanted: &dyn Fn(&History) -> bool| histories.iter().rposition(wanted);
        let chosen = match query.version {
            Some(id) => newest(&|history| history.version.id == id),
            None => newest(&|history| {
                query
                    .period
                    .is_some_and(|period| history.periods.contains(&period))
            })
            .or_else(|| newest(&|history| !history.periods.is_empty()))
            .or_else(|| (!histories.is_empty()).then_some(0)),
        };
        let chosen = chosen.ok_or(ServiceError::NotFound("questionnaire version"))?;
        Ok(History {
            versions,
            ..histories.swap_remove(chosen)
        })
    }

    /// Campaigns that cover a unit, newest first.
    pub fn campaigns_of(&self, unit: UnitId) -> Vec<Arc<Campaign>> {
        self.campaigns()
            .into_iter()
            .filter(|campaign| self.reaches(campaign, unit))
            .collect()
    }

    fn reaches(&self, campaign: &Campaign, unit: UnitId) -> bool {
        Coverage::of(&self.units(), campaign, self.tree_day(campaign)).reaches(unit)
    }

    /// The day whose tree of units a campaign is reported in: today, or its last day.
    pub(crate) fn tree_day(&self, campaign: &Campaign) -> Date {
        let today = self.today();
        crate::desk::last_day(campaign).map_or(today, |last| last.min(today))
    }
}

/// A unit's cells of one version over time.
struct History {
    version: StoredVersion,
    /// Nodes only.
    timeline: Vec<(Key, CellState)>,
    /// The periods in which it was answered, newest first.
    periods: Vec<Period>,
    /// All versions that were answered.
    versions: Vec<StoredVersion>,
}

struct Reader<'a> {
    service: &'a Service,
    campaign: &'a Campaign,
    version: &'a StoredVersion,
}

/// Which cell a state belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Key {
    unit: UnitId,
    period: Period,
    column: Column,
}

impl Reader<'_> {
    async fn cells(
        &self,
        units: &[UnitId],
        periods: &[Period],
        columns: &[Column],
        items: bool,
    ) -> Result<Vec<(Key, CellState)>, ServiceError> {
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

    fn open(&self, row: &CellRow) -> Result<Option<(Key, CellState)>, ServiceError> {
        let (Ok(period), Ok(column)) = (row.period.parse(), row.channel.parse()) else {
            return Ok(None);
        };
        let opening = Opening {
            version: &self.version.version,
            selection: self.campaign.selection,
            minimum: release::Rules::PUBLIC.threshold,
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
        Ok(Some((
            Key {
                unit: row.unit,
                period,
                column,
            },
            cell,
        )))
    }

    /// What is said of a unit that no row speaks of.
    fn absent(&self, unit: UnitId) -> CellState {
        if self.service.reaches(self.campaign, unit) {
            CellState::NoAnswers
        } else {
            CellState::NotInSample
        }
    }

    async fn children(
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
        let coverage = Coverage::of(&units, self.campaign, day);
        let absent = |unit| {
            if coverage.reaches(unit) {
                CellState::NoAnswers
            } else {
                CellState::NotInSample
            }
        };
        let mut cells = self
            .cells(&wanted, &[period], &[column(query.channel)], false)
            .await?;
        let mut rows: Vec<(UnitId, CellState)> = wanted
            .iter()
            .map(|unit| match cells.iter().position(|(key, _)| key.unit == *unit) {
                Some(at) => (*unit, cells.swap_remove(at).1),
                None => (*unit, absent(*unit)),
            })
            .collect();
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

fn column(channel: Option<ChannelClass>) -> Column {
    channel.map_or(Column::All, Column::Class)
}

/// The periods of which more can be said than that nobody answered, newest first.
fn answered(candidates: &[Period], timeline: &[(Key, CellState)]) -> Vec<Period> {
    let known = |period: &Period| {
        timeline
            .iter()
            .find(|(key, _)| key.period == *period)
            .is_some_and(|(_, cell)| !matches!(cell, CellState::NoAnswers))
    };
    candidates.iter().rev().copied().filter(known).collect()
}

/// Of a survey the whole campaign; of an open one the newest year, else the newest of what there is.
fn default_period(campaign: &Campaign, periods: &[Period]) -> Period {
    let newest = |wanted: fn(&Period) -> bool| periods.iter().copied().find(wanted);
    if campaign.ends_on.is_some() {
        return Period::Campaign;
    }
    newest(|period| matches!(period, Period::Year(_)))
        .or_else(|| newest(|period| matches!(period, Period::Quarter(..))))
        .or_else(|| newest(|period| matches!(period, Period::Month(..))))
        .unwrap_or(Period::Campaign)
}

/// The months up to the period; quarters where no month is shown.
fn series(timeline: Vec<(Key, CellState)>, period: Period) -> Vec<(Period, CellState)> {
    let last = period.last_day();
    let up_to = |candidate: &Period| match (candidate.last_day(), last) {
        (Some(end), Some(last)) => end <= last,
        _ => true,
    };
    let shown = |kind: fn(&Period) -> bool| {
        timeline
            .iter()
            .any(|(key, cell)| kind(&key.period) && cell.figures().is_some())
    };
    let month: fn(&Period) -> bool = |period| matches!(period, Period::Month(..));
    let quarter: fn(&Period) -> bool = |period| matches!(period, Period::Quarter(..));
    let kind = if shown(month) { month } else { quarter };
    let mut series: Vec<(Period, CellState)> = timeline
        .into_iter()
        .filter(|(key, _)| kind(&key.period) && up_to(&key.period))
        .map(|(key, cell)| (key.period, cell))
        .collect();
    series.sort_by_key(|(period, _)| *period);
    series
}
