//! Released figures for pages, CSV, JSON and the API.

mod reader;

use std::sync::Arc;

use domain::channel::ChannelClass;
use domain::id::{CampaignId, UnitId};
use domain::method::Selection;
use domain::period::Period;
use domain::release::{Figures, Released};
use store::catalogue::{Campaign, StoredVersion, VersionId};
use time::{Date, OffsetDateTime};

use crate::Service;
use crate::coverage::Coverage;
use crate::error::ServiceError;

use self::reader::{Key, Reader};

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

/// What may be said about one cell. These are different things and say so.
#[derive(Clone, Debug)]
pub enum CellState {
    Shown(Box<Released<Figures>>),
    /// Not published, to protect those who answered.
    Hidden,
    /// What has been released of the period holds no answers from there.
    NoAnswers,
    /// The campaign does not ask there.
    NotInSample,
    /// The campaign asks there, but no release speaks of the cell, so nothing is said of who answered.
    NotPublished(Unpublished),
}

/// Why no release speaks of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpublished {
    /// The period is due, but nothing has been released since.
    NoRelease,
    /// The period is not over or has not settled; with the first day on which it may be released, which is not known of a
    /// campaign without an end.
    NotDue(Option<Date>),
    /// The campaign, or this version of its questionnaire, was not asked in the period.
    NotAsked,
    /// A sample is drawn for a campaign as a whole; its months, quarters and years are samples of nothing.
    WholeCampaignOnly,
    /// Channels are told apart in longer periods only.
    ChannelsTogether,
}

impl Unpublished {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::NoRelease => "no_release",
            Self::NotDue(_) => "not_due",
            Self::NotAsked => "not_asked",
            Self::WholeCampaignOnly => "whole_campaign_only",
            Self::ChannelsTogether => "channels_together",
        }
    }

    /// The first day on which there may be figures, where one is known.
    pub fn due_on(self) -> Option<Date> {
        match self {
            Self::NotDue(day) => day,
            Self::NoRelease | Self::NotAsked | Self::WholeCampaignOnly | Self::ChannelsTogether => None,
        }
    }
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
            Self::Hidden | Self::NoAnswers | Self::NotInSample | Self::NotPublished(_) => None,
        }
    }

    /// The stable code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Shown(_) => "shown",
            Self::Hidden => "hidden",
            Self::NoAnswers => "no_answers",
            Self::NotInSample => "not_in_sample",
            Self::NotPublished(_) => "not_published",
        }
    }

    /// Whether a release holds answers of the cell, shown or not.
    fn has_answers(&self) -> bool {
        matches!(self, Self::Shown(_) | Self::Hidden)
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
        let coverage = Coverage::of(&units, &campaign, day);
        let release = self.store().latest(campaign.id).await?;
        let History {
            version,
            from,
            timeline,
            periods,
            versions,
        } = self.history(&campaign, &coverage, query).await?;
        let reader = Reader {
            service: self,
            campaign: &campaign,
            version: &version,
            from,
            coverage: &coverage,
        };
        let period = query.period.unwrap_or_else(|| {
            let released: Vec<Period> = timeline.iter().rev().map(|(key, _)| key.period).collect();
            default_period(&campaign, &periods)
                .or_else(|| default_period(&campaign, &released))
                .or_else(|| Period::month_of(from))
                .unwrap_or(Period::Campaign)
        });
        let cell = reader.cell(query.unit, period, query.channel).await?;
        let channels = reader.channels(query, period, &cell).await?;
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
    async fn history(
        &self,
        campaign: &Campaign,
        coverage: &Coverage<'_>,
        query: &ResultsQuery,
    ) -> Result<History, ServiceError> {
        let mut histories = Vec::new();
        for (from, version) in self.versions_of(campaign) {
            let reader = Reader {
                service: self,
                campaign,
                version: &version,
                from,
                coverage,
            };
            let candidates = self.released_periods(campaign, from);
            let timeline = reader.cells(&[query.unit], &candidates, query.channel).await?;
            let answered = timeline.iter().rev().filter(|(_, cell)| cell.has_answers());
            histories.push(History {
                periods: answered.map(|(key, _)| key.period).collect(),
                version,
                from,
                timeline,
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
    /// The first day on which it is asked.
    from: Date,
    /// A cell for each period that may be released, oldest first; nodes only.
    timeline: Vec<(Key, CellState)>,
    /// The periods in which it was answered, newest first.
    periods: Vec<Period>,
    /// All versions that were answered.
    versions: Vec<StoredVersion>,
}

/// Of a survey the whole campaign; of an open one the newest year, else the newest of what there is.
fn default_period(campaign: &Campaign, periods: &[Period]) -> Option<Period> {
    let newest = |wanted: fn(&Period) -> bool| periods.iter().copied().find(wanted);
    if campaign.ends_on.is_some() || campaign.selection == Selection::Probability {
        return Some(Period::Campaign);
    }
    newest(|period| matches!(period, Period::Year(_)))
        .or_else(|| newest(|period| matches!(period, Period::Quarter(..))))
        .or_else(|| newest(|period| matches!(period, Period::Month(..))))
}

/// The months up to the period; quarters where no month is shown, and years where no quarter is either.
fn series(timeline: Vec<(Key, CellState)>, period: Period) -> Vec<(Period, CellState)> {
    let last = period.last_day();
    let up_to = |candidate: &Period| match (candidate.last_day(), last) {
        (Some(end), Some(last)) => end <= last,
        _ => true,
    };
    let mut series: Vec<(Period, CellState)> = timeline
        .into_iter()
        .map(|(key, cell)| (key.period, cell))
        .filter(|(period, cell)| up_to(period) && !matches!(cell, CellState::NotPublished(_)))
        .collect();
    let is_shown = |kind: fn(&Period) -> bool| {
        let mut cells = series.iter();
        cells.any(|(period, cell)| kind(period) && cell.figures().is_some())
    };
    let month: fn(&Period) -> bool = |period| matches!(period, Period::Month(..));
    let quarter: fn(&Period) -> bool = |period| matches!(period, Period::Quarter(..));
    let year: fn(&Period) -> bool = |period| matches!(period, Period::Year(..));
    let kind = [month, quarter].into_iter().find(|kind| is_shown(*kind));
    let kind = kind.unwrap_or(year);
    series.retain(|(period, _)| kind(period));
    series.sort_by_key(|(period, _)| *period);
    series
}
