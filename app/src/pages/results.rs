//! `/results` and `/results/{unit}`: the public picture, from the newest release.
//!
//! The page is made of plain functions over a `sheet::Sheet`, a section each. Everything that a reader
//! chooses stands in the address; nothing needs scripting.

mod children;
mod choice;
mod export;
mod filters;
mod find;
mod headline;
mod question_table;
mod questions;
mod sheet;
mod side;
mod structure;
mod tree;
mod twin;
mod words;

#[cfg(test)]
mod tests;

use axum::extract::{Path, Query, State as AxumState};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::unit::{Resolved, UnitId};
use service::Service;
use service::results::{ChildrenPage, ResultsQuery};

use self::choice::{Asked, Choice, PAGE, with_query};
use self::sheet::Sheet;
use crate::error::AppError;
use crate::routes::State;
use crate::shell::{Page, PageRequest};

/// `/results`: what was searched for, else the whole country.
pub(crate) async fn country(
    AxumState(state): AxumState<State>,
    request: PageRequest,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let service = &state.service;
    let (units, day) = (service.units(), service.today());
    let locale = request.locale;
    if let Some(typed) = asked
        .q
        .as_deref()
        .map(str::trim)
        .filter(|typed| !typed.is_empty())
    {
        let mut page = Page::new(locale.t("found-title"), locale.t("find-label"));
        page.unlisted = true;
        let typed = typed.to_owned();
        let view = move || find::found(locale, &units, day, &typed);
        return Ok(request.render(page, view).await);
    }
    let country = units.country(day).ok_or_else(AppError::not_found)?.unit.id;
    page(service, &request, country, Choice::of(&asked)?).await
}

/// `/results.csv`: the figures of the country and of its provinces.
pub(crate) async fn country_csv(
    AxumState(state): AxumState<State>,
    request: PageRequest,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    country_file(&state.service, &request, &asked, File::Csv).await
}

/// `/results.json`: the same from the API.
pub(crate) async fn country_json(
    AxumState(state): AxumState<State>,
    request: PageRequest,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    country_file(&state.service, &request, &asked, File::Json).await
}

async fn country_file(
    service: &Service,
    request: &PageRequest,
    asked: &Asked,
    kind: File,
) -> Result<Response, AppError> {
    let country = service
        .units()
        .country(service.today())
        .map(|country| country.unit.id);
    let country = country.ok_or_else(AppError::not_found)?;
    file(service, request, country, Choice::of(asked)?, kind).await
}

/// What figures are given as, beside the page.
#[derive(Clone, Copy)]
enum File {
    Csv,
    Json,
}

/// `/results/{unit}`, and the same with `.csv` and `.json`.
pub(crate) async fn unit(
    AxumState(state): AxumState<State>,
    request: PageRequest,
    Path(address): Path<String>,
    Query(asked): Query<Asked>,
) -> Result<Response, AppError> {
    let service = &state.service;
    let (units, day) = (service.units(), service.today());
    let locale = request.locale;
    let (wanted, kind) = match address.rsplit_once('.') {
        Some((wanted, "csv")) => (wanted, Some(File::Csv)),
        Some((wanted, "json")) => (wanted, Some(File::Json)),
        _ => (address.as_str(), None),
    };
    let unit = match units.resolve(wanted) {
        Resolved::Unit(unit) => unit,
        Resolved::Choice(_) => {
            let mut page = Page::new(
                locale.tr("code-several", &[("code", wanted)]),
                locale.t("code-several-lead"),
            );
            page.unlisted = true;
            let wanted = wanted.to_owned();
            let view = move || find::several(locale, &units, day, &wanted);
            return Ok(request.render(page, view).await);
        }
        Resolved::Unknown => return Err(AppError::not_found()),
    };
    // A bare code, a short id or an earlier name: the address says the name of today.
    let own = units.address(unit, day).ok_or_else(AppError::not_found)?;
    if wanted != own {
        let extension = match kind {
            None => "",
            Some(File::Csv) => ".csv",
            Some(File::Json) => ".json",
        };
        let query = if request.query.is_empty() {
            String::new()
        } else {
            format!("?{}", request.query)
        };
        let to = locale.href(&format!("/results/{own}{extension}"));
        return Ok(Redirect::to(&format!("{to}{query}")).into_response());
    }
    if units.fact_on(unit, day).is_none() {
        let page = Page::new(words::unit(locale, &units, unit, day), locale.t("ended-became"));
        let view = move || find::ended(locale, &units, day, unit);
        return Ok(request.render(page, view).await);
    }
    let choice = Choice::of(&asked)?;
    match kind {
        None => page(service, &request, unit, choice).await,
        Some(kind) => file(service, &request, unit, choice, kind).await,
    }
}

async fn file(
    service: &Service,
    request: &PageRequest,
    unit: UnitId,
    choice: Choice,
    kind: File,
) -> Result<Response, AppError> {
    match kind {
        File::Csv => table(service, request, unit, choice).await,
        File::Json => {
            let address = service.units().address(unit, service.today());
            let address = address.ok_or_else(AppError::not_found)?;
            Ok(Redirect::to(&json(service, &address, unit, &choice)?).into_response())
        }
    }
}

/// The page of a unit that exists.
async fn page(
    service: &Service,
    request: &PageRequest,
    unit: UnitId,
    choice: Choice,
) -> Result<Response, AppError> {
    let locale = request.locale;
    let below = ChildrenPage {
        offset: choice.turned.saturating_mul(PAGE),
        limit: PAGE,
        order: choice.below,
        search: choice.find.clone(),
    };
    let Some(sheet) = sheet(service, request, unit, choice, below).await? else {
        let page = Page::new(locale.t("nav-results"), locale.t("no-campaign"));
        return Ok(request.render(page, move || find::nothing_asked(locale)).await);
    };
    let title = locale.tr("results-page-title", &[("unit", &sheet.name(unit))]);
    let page =
        Page::new(title, side::described(locale, &sheet.results.cell)).demo(sheet.results.campaign.demo);
    Ok(request.render(page, move || sheet.view()).await)
}

/// The figures of a unit and of all units below it as a file.
async fn table(
    service: &Service,
    request: &PageRequest,
    unit: UnitId,
    choice: Choice,
) -> Result<Response, AppError> {
    let below = ChildrenPage {
        offset: 0,
        limit: usize::MAX,
        order: choice.below,
        search: String::new(),
    };
    let sheet = sheet(service, request, unit, choice, below)
        .await?
        .ok_or_else(AppError::not_found)?;
    let name = format!(
        "{}-{}-{}.csv",
        sheet.units.address(unit, sheet.day).unwrap_or_default(),
        sheet.results.campaign.key,
        sheet.results.period
    );
    let text = export::csv(&sheet).map_err(AppError::internal)?;
    let headers = [
        (CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (CACHE_CONTROL, "no-cache".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, text).into_response())
}

/// The most units below that the API lists at once: more than any province has communes.
const MOST_BELOW: usize = 200;

/// The same figures from the API, which alone decides the shape of JSON.
fn json(service: &Service, address: &str, unit: UnitId, choice: &Choice) -> Result<String, AppError> {
    let campaign = chosen(service, unit, choice)?.ok_or_else(AppError::not_found)?.1;
    let mut fields = vec![("unit", address.to_owned()), ("campaign", campaign)];
    fields.extend(
        choice
            .fields()
            .into_iter()
            .filter(|(name, _)| ["questionnaire", "period", "channel"].contains(name)),
    );
    fields.push(("children", "code".to_owned()));
    fields.push(("limit", MOST_BELOW.to_string()));
    Ok(with_query("/api/v1/indicators", &fields))
}

/// The id and key of the campaign to show: the chosen one, else the newest that asks at the unit, else the
/// newest of all, whose page then says that the unit is not in its sample.
fn chosen(
    service: &Service,
    unit: UnitId,
    choice: &Choice,
) -> Result<Option<(domain::id::CampaignId, String)>, AppError> {
    let all = service.campaigns();
    let found = match &choice.campaign {
        Some(key) => Some(
            all.iter()
                .find(|known| known.key == *key)
                .cloned()
                .ok_or_else(AppError::not_found)?,
        ),
        None => service
            .campaigns_of(unit)
            .into_iter()
            .next()
            .or_else(|| all.first().cloned()),
    };
    Ok(found.map(|campaign| (campaign.id, campaign.key.clone())))
}

async fn sheet(
    service: &Service,
    request: &PageRequest,
    unit: UnitId,
    choice: Choice,
    below: ChildrenPage,
) -> Result<Option<Sheet>, AppError> {
    let Some((campaign, key)) = chosen(service, unit, &choice)? else {
        return Ok(None);
    };
    let language = request.locale.language();
    let mut campaigns: Vec<(String, String)> = service
        .campaigns_of(unit)
        .iter()
        .map(|campaign| (campaign.key.clone(), campaign.title.get(&language).to_owned()))
        .collect();
    let version = choice.questionnaire.as_deref().map(|named| {
        let version = service.version_named(named);
        version.map(|version| version.id).ok_or_else(AppError::not_found)
    });
    let query = ResultsQuery {
        unit,
        campaign,
        version: version.transpose()?,
        period: choice.period,
        channel: choice.channel,
        children: Some(below),
    };
    let results = service.results(&query).await?;
    if !campaigns.iter().any(|(known, _)| *known == key) {
        campaigns.insert(0, (key, results.campaign.title.get(&language).to_owned()));
    }
    Ok(Some(Sheet {
        locale: request.locale,
        units: service.units(),
        day: service.today(),
        choice,
        results,
        campaigns,
    }))
}
