//! `GET /api/v1/units`: finding a unit, and walking down the tree.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use domain::civil;
use domain::id::UnitId;
use domain::unit::{Former, SearchQuery, UnitDirectory, UnitFact};
use serde::{Deserialize, Serialize};
use time::Date;
use utoipa::ToSchema;
use validator::Validate;

use super::ApiState;
use super::query::{Page, Params, parsed};
use crate::problem::{Problem, ProblemDocument};

/// Official units change a few times a year.
pub(super) const AN_HOUR: [(HeaderName, HeaderValue); 1] = [(
    header::CACHE_CONTROL,
    HeaderValue::from_static("public, max-age=3600"),
)];

/// What is asked for.
#[derive(Debug, Deserialize, utoipa::IntoParams, Validate)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct UnitsQuery {
    /// A name or code as typed: without marks, an old name, with a slip. Best hits first.
    #[param(example = "hong ngu", max_length = 200)]
    #[validate(length(max = 200))]
    q: Option<String>,
    /// The id of a unit: only those below it; without `q`, those directly below.
    #[param(value_type = Option<Uuid>)]
    parent: Option<String>,
    /// The civil date on which the units exist; today without it.
    #[param(value_type = Option<String>, format = Date, example = "2026-11-22")]
    on: Option<String>,
    /// How many to skip.
    #[param(value_type = Option<u32>, minimum = 0, maximum = 2_147_483_647, default = 0)]
    offset: Option<String>,
    /// How many to return.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 200, default = 50)]
    limit: Option<String>,
    /// The language of an error: `vi` or `en`.
    #[serde(rename = "lang")]
    #[param(rename = "lang", example = "en")]
    _lang: Option<String>,
}

/// A page of units.
#[derive(Debug, Serialize, ToSchema)]
pub struct Units {
    /// How many there are in all; with `q`, how many of the best hits.
    pub total: usize,
    pub offset: usize,
    pub units: Vec<UnitItem>,
}

/// A unit as it is on the date asked about.
#[derive(Debug, Serialize, ToSchema)]
pub struct UnitItem {
    #[schema(value_type = Uuid)]
    pub id: UnitId,
    /// The official code. A code means a unit only together with a date.
    #[schema(example = "29954")]
    pub code: String,
    #[schema(example = "commune")]
    pub level: &'static str,
    #[schema(example = "phuong")]
    pub kind: &'static str,
    pub name: Name,
    /// The unit above; none for the country.
    #[schema(value_type = Option<Uuid>)]
    pub parent: Option<UnitId>,
    /// The last part of the address of its page of results.
    #[schema(example = "phuong-hong-ngu-2k3m4n5p")]
    pub address: String,
    /// The first day on which this name, code, kind and parent hold; none when before our records.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_from: Option<String>,
    /// The first day on which they no longer hold.
    #[schema(value_type = Option<String>, format = Date)]
    pub valid_to: Option<String>,
    /// The earlier name by which it was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub former: Option<FormerName>,
}

/// A name in two languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct Name {
    #[schema(example = "Phường Hồng Ngự")]
    pub vi: String,
    #[schema(example = "Hong Ngu Ward")]
    pub en: String,
}

/// An earlier name, of the unit itself or of one whose territory it took over.
#[derive(Debug, Serialize, ToSchema)]
pub struct FormerName {
    /// The unit that bore it.
    #[schema(value_type = Uuid)]
    pub id: UnitId,
    pub code: String,
    pub name: Name,
    /// The first day on which it was no longer borne.
    #[schema(value_type = Option<String>, format = Date)]
    pub until: Option<String>,
}

/// Finds units by name or code, or lists those directly below one; without either, the country.
#[utoipa::path(
    get, path = "/api/v1/units", tag = "units", operation_id = "listUnits",
    params(UnitsQuery),
    responses(
        (status = 200, description = "A page of units", body = Units),
        (status = 400, description = "A parameter does not fit", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "There is no such parent", body = ProblemDocument, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    State(state): State<ApiState>,
    Params(query): Params<UnitsQuery>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Units>), Problem> {
    // A name has no more; finding one is the dearest thing that anybody may ask for.
    query
        .validate()
        .map_err(|_| Problem::bad_parameter("q", "at most 200 characters"))?;
    let service = state.service();
    let page = Page::of(query.offset.as_deref(), query.limit.as_deref())?;
    let parent: Option<UnitId> = parsed(query.parent.as_deref(), "parent", "the id of a unit")?;
    let on = match query.on.as_deref() {
        None => service.today(),
        Some(text) => {
            civil::parse(text).ok_or_else(|| Problem::bad_parameter("on", "a date such as 2026-11-22"))?
        }
    };
    let units = service.units();
    if parent.is_some_and(|parent| units.unit(parent).is_none()) {
        return Err(Problem::not_found("unit"));
    }
    let found: Vec<(UnitId, Option<Former>)> = match (query.q.as_deref().map(str::trim), parent) {
        (Some(text), under) if !text.is_empty() => {
            let limit = page.offset.saturating_add(page.limit).min(MOST_HITS);
            units
                .search(&SearchQuery {
                    text,
                    on,
                    under,
                    limit,
                })
                .into_iter()
                .map(|hit| (hit.unit, hit.former))
                .collect()
        }
        (_, Some(parent)) => units
            .children_on(parent, on)
            .map(|child| (child.unit.id, None))
            .collect(),
        (_, None) => units
            .country(on)
            .map(|country| (country.unit.id, None))
            .into_iter()
            .collect(),
    };
    let total = found.len();
    let rows = found.into_iter().skip(page.offset).take(page.limit);
    let items = rows
        .filter_map(|(id, former)| item(&units, id, on, former))
        .collect();
    Ok((
        AN_HOUR,
        Json(Units {
            total,
            offset: page.offset,
            units: items,
        }),
    ))
}

/// Nobody pages through more hits of a search than this.
const MOST_HITS: usize = 1000;

/// A unit as it was on the date or, for one that ended, last.
pub(super) fn item(units: &UnitDirectory, id: UnitId, on: Date, former: Option<Former>) -> Option<UnitItem> {
    let unit = units.unit(id)?;
    let fact: &UnitFact = unit.fact_near(on)?;
    Some(UnitItem {
        id,
        code: fact.code.clone(),
        level: unit.level.code(),
        kind: fact.kind.code(),
        name: Name {
            vi: fact.name.vi.clone(),
            en: fact.name.en.clone(),
        },
        parent: fact.parent,
        address: units.address(id, on)?,
        valid_from: fact.valid_from.map(civil::format),
        valid_to: fact.valid_to.map(civil::format),
        former: former.map(|former| FormerName {
            id: former.unit,
            code: former.code,
            name: Name {
                vi: former.name.vi,
                en: former.name.en,
            },
            until: former.until.map(civil::format),
        }),
    })
}
