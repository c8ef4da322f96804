//! `GET /api/v1/indicators`: released figures of a unit, with what they may and may not say.

use axum::Json;
use axum::extract::State;
use domain::canonical;
use domain::channel::ChannelClass;
use domain::civil;
use domain::id::{CampaignId, UnitId};
use domain::period::Period;
use domain::release::Released;
use domain::release::figures::Figures;
use domain::unit::{Resolved, UnitDirectory};
use serde::{Deserialize, Serialize};
use service::Service;
use service::results::{CellState, ChildOrder, ChildrenPage, Results, ResultsQuery};
use store::catalogue::StoredVersion;
use time::OffsetDateTime;
use utoipa::ToSchema;

use super::ApiState;
use super::figures::FiguresDocument;
use super::points::{CampaignDocument, campaign};
use super::query::{Page, Params, parsed};
use super::units::{UnitItem, item};
use crate::problem::{Problem, ProblemDocument};

/// What is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct IndicatorsQuery {
    /// The unit, by id, by the address of its page, or by a code that means one unit today.
    #[param(example = "29954")]
    unit: String,
    /// The campaign, by id or key; the newest one that asks there without it.
    #[param(example = "desk-2026")]
    campaign: Option<String>,
    /// One of the versions that the campaign asks, by key and version; the newest with figures without it.
    #[param(example = "desk-rating/1")]
    questionnaire: Option<String>,
    /// `2026`, `2026-Q4`, `2026-11` or `campaign`; the longest released one that holds the newest answers without it.
    #[param(
        example = "2026-11",
        pattern = "^([0-9]{4}(-(Q[1-4]|0[1-9]|1[0-2]))?|campaign)$"
    )]
    period: Option<String>,
    /// `desk`, `online`, `field` or `import`; all together without it.
    #[param(example = "desk", pattern = "^(desk|online|field|import)$")]
    channel: Option<String>,
    /// Lists the units directly below, in this order: `code`, `name` or `weakest_first`.
    #[param(example = "weakest_first", pattern = "^(code|name|weakest_first)$")]
    children: Option<String>,
    /// Only children whose name or code contains this.
    q: Option<String>,
    /// How many children to skip.
    #[param(value_type = Option<u32>, minimum = 0, maximum = 2_147_483_647, default = 0)]
    offset: Option<String>,
    /// How many children to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// The language of an error: `vi` or `en`.
    #[serde(rename = "lang")]
    #[param(rename = "lang", example = "en")]
    _lang: Option<String>,
}

/// The figures of a unit in one campaign and period, from the newest release.
#[derive(Debug, Serialize, ToSchema)]
pub struct Indicators {
    pub unit: UnitItem,
    pub campaign: CampaignDocument,
    /// The version whose items the figures speak of.
    pub questionnaire: AskedVersion,
    /// The versions that were answered at the unit, oldest first. Their figures are never added up.
    pub questionnaires: Vec<AskedVersion>,
    #[schema(value_type = String, example = "2026-11")]
    pub period: Period,
    /// The periods in which the unit has figures, newest first.
    #[schema(value_type = Vec<String>)]
    pub periods: Vec<Period>,
    /// None when all channels are together.
    #[schema(value_type = Option<String>, example = "desk")]
    pub channel: Option<ChannelClass>,
    /// None before the first release.
    pub release: Option<ReleaseDocument>,
    pub cell: Cell,
    /// The same period by channel; empty when only one was used.
    pub channels: Vec<ChannelCell>,
    /// The shortest periods that may be shown, up to this one, oldest first; without items.
    pub series: Vec<PeriodCell>,
    /// The units directly below, when asked for; without items.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub children: Option<Children>,
}

/// A version by name and content.
#[derive(Debug, Serialize, ToSchema)]
pub struct AskedVersion {
    #[schema(example = "desk-rating")]
    pub key: String,
    #[schema(example = "1")]
    pub version: String,
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
}

impl AskedVersion {
    fn of(stored: &StoredVersion) -> Self {
        let definition = stored.version.definition();
        Self {
            key: definition.key.clone(),
            version: definition.version.clone(),
            hash: canonical::hex(&stored.version.hash()),
        }
    }
}

/// The release that the figures come from.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReleaseDocument {
    pub number: i64,
    #[serde(with = "time::serde::rfc3339")]
    #[schema(value_type = String, format = DateTime)]
    pub made_at: OffsetDateTime,
}

/// What may be said: figures, or for which reason there are none.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Cell {
    Shown {
        #[schema(value_type = FiguresDocument)]
        figures: Box<Released<Figures>>,
    },
    /// Not published, to protect those who answered.
    Hidden,
    /// What has been released of the period holds no answers from there.
    NoAnswers,
    /// The campaign does not ask there.
    NotInSample,
    /// The campaign asks there, but no release speaks of the cell. It does not mean that nobody has answered.
    NotPublished {
        /// `no_release`: the period is due, and the next release brings it. `not_due`: the period is not over, or has not
        /// settled. `not_asked`: the campaign or this version was not asked in it. `whole_campaign_only`: a sample has no
        /// figures by month, quarter or year. `channels_together`: channels are told apart in quarters and longer only.
        #[schema(
            example = "not_due",
            pattern = "^(no_release|not_due|not_asked|whole_campaign_only|channels_together)$"
        )]
        reason: &'static str,
        /// The first day on which there may be figures, where it is known.
        #[serde(skip_serializing_if = "Option::is_none")]
        #[schema(value_type = Option<String>, format = Date, required = false, example = "2026-12-06")]
        due_on: Option<String>,
    },
}

/// The figures of one channel.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChannelCell {
    #[schema(value_type = String, example = "desk")]
    pub channel: ChannelClass,
    pub cell: Cell,
}

/// The figures of one period.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeriodCell {
    #[schema(value_type = String, example = "2026-10")]
    pub period: Period,
    pub cell: Cell,
}

/// A page of units directly below.
#[derive(Debug, Serialize, ToSchema)]
pub struct Children {
    /// How many there are in all.
    pub total: usize,
    pub offset: usize,
    pub rows: Vec<ChildCell>,
}

/// The figures of a unit directly below.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChildCell {
    pub unit: UnitItem,
    pub cell: Cell,
}

/// Released figures of a unit: respondents, shares, means, intervals and what they cover.
#[utoipa::path(
    get, path = "/api/v1/indicators", tag = "indicators", operation_id = "getIndicators",
    params(IndicatorsQuery),
    responses(
        (status = 200, description = "The figures, or why there are none", body = Indicators),
        (status = 400, description = "A parameter does not fit", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such unit, campaign or version", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database cannot be reached", body = ProblemDocument, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds to wait"))),
    ),
)]
pub async fn get(
    State(state): State<ApiState>,
    Params(query): Params<IndicatorsQuery>,
) -> Result<Json<Indicators>, Problem> {
    let service = state.service();
    let unit = named_unit(service, &query.unit)?;
    let campaign = named_campaign(service, unit, query.campaign.as_deref())?;
    let page = Page::of(query.offset.as_deref(), query.limit.as_deref())?;
    let order = query.children.as_deref().map(order).transpose()?;
    let children = order.map(|order| ChildrenPage {
        offset: page.offset,
        limit: page.limit,
        order,
        search: query.q.clone().unwrap_or_default(),
    });
    let asked = ResultsQuery {
        unit,
        campaign,
        version: query
            .questionnaire
            .as_deref()
            .map(|named| {
                let version = service.version_named(named);
                version
                    .map(|version| version.id)
                    .ok_or_else(|| Problem::not_found("questionnaire version"))
            })
            .transpose()?,
        period: parsed(
            query.period.as_deref(),
            "period",
            "a period such as 2026, 2026-Q4, 2026-11 or campaign",
        )?,
        channel: parsed(
            query.channel.as_deref(),
            "channel",
            "desk, online, field or import",
        )?,
        children,
    };
    let results = service.results(&asked).await?;
    document(service, results).map(Json)
}

fn order(name: &str) -> Result<ChildOrder, Problem> {
    match name {
        "code" => Ok(ChildOrder::Code),
        "name" => Ok(ChildOrder::Name),
        "weakest_first" => Ok(ChildOrder::WeakestFirst),
        _ => Err(Problem::bad_parameter("children", "code, name or weakest_first")),
    }
}

fn named_unit(service: &Service, text: &str) -> Result<UnitId, Problem> {
    let units = service.units();
    if let Ok(id) = text.parse::<UnitId>() {
        return units
            .unit(id)
            .map(|unit| unit.id)
            .ok_or_else(|| Problem::not_found("unit"));
    }
    if let Some(today) = units.by_code(text, service.today()) {
        return Ok(today.unit.id);
    }
    match units.resolve(text) {
        Resolved::Unit(id) => Ok(id),
        Resolved::Choice(_) | Resolved::Unknown => Err(Problem::not_found("unit")),
    }
}

fn named_campaign(service: &Service, unit: UnitId, text: Option<&str>) -> Result<CampaignId, Problem> {
    let found = match text {
        None => service.campaigns_of(unit).first().map(|campaign| campaign.id),
        Some(text) => {
            let id = text.parse::<CampaignId>().ok();
            let campaigns = service.campaigns();
            campaigns
                .iter()
                .find(|known| known.key == text || id == Some(known.id))
                .map(|known| known.id)
        }
    };
    found.ok_or_else(|| Problem::not_found("campaign"))
}

fn document(service: &Service, results: Results) -> Result<Indicators, Problem> {
    let (units, today) = (service.units(), service.today());
    let describe = |id: UnitId, units: &UnitDirectory| {
        item(units, id, today, None)
            .ok_or_else(|| Problem::internal(format!("results name {id}, which is no unit")))
    };
    let children = results.children.map(|children| {
        let rows = children.rows.into_iter();
        let rows: Result<Vec<ChildCell>, Problem> = rows
            .map(|(id, state)| {
                Ok(ChildCell {
                    unit: describe(id, &units)?,
                    cell: cell(state),
                })
            })
            .collect();
        rows.map(|rows| Children {
            total: children.total,
            offset: children.offset,
            rows,
        })
    });
    Ok(Indicators {
        unit: describe(results.unit, &units)?,
        campaign: campaign(service, &results.campaign),
        questionnaire: AskedVersion::of(&results.version),
        questionnaires: results.versions.iter().map(AskedVersion::of).collect(),
        period: results.period,
        periods: results.periods,
        channel: results.channel,
        release: results.release.map(|release| ReleaseDocument {
            number: release.number,
            made_at: release.made_at,
        }),
        cell: cell(results.cell),
        channels: results
            .channels
            .into_iter()
            .map(|(channel, state)| ChannelCell {
                channel,
                cell: cell(state),
            })
            .collect(),
        series: results
            .series
            .into_iter()
            .map(|(period, state)| PeriodCell {
                period,
                cell: cell(state),
            })
            .collect(),
        children: children.transpose()?,
    })
}

fn cell(state: CellState) -> Cell {
    match state {
        CellState::Shown(figures) => Cell::Shown { figures },
        CellState::Hidden => Cell::Hidden,
        CellState::NoAnswers => Cell::NoAnswers,
        CellState::NotInSample => Cell::NotInSample,
        CellState::NotPublished(why) => Cell::NotPublished {
            reason: why.code(),
            due_on: why.due_on().map(civil::format),
        },
    }
}
