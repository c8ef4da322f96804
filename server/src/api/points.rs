//! `GET /api/v1/points/{code}` and `/campaigns`: what to ask where.

use axum::Json;
use axum::extract::State;
use domain::civil;
use domain::id::{CampaignId, UnitId};
use domain::questionnaire::VersionRef;
use serde::Serialize;
use service::Service;
use service::desk::Desk;
use store::catalogue::{Campaign, ReleaseRule, StoredVersion};
use time::Date;
use utoipa::ToSchema;

use super::ApiState;
use super::query::Segments;
use super::units::{UnitItem, item};
use crate::problem::{Problem, ProblemDocument};

/// An access point, with all that a device or page needs to ask there.
#[derive(Debug, Serialize, ToSchema)]
pub struct PointDocument {
    /// Eight characters, as they stand in `point` of a response.
    #[schema(example = "23456786")]
    pub code: String,
    /// What the point is called at its unit; empty for the whole desk.
    pub label: String,
    #[schema(example = "point_qr")]
    pub channel: &'static str,
    /// Whether a response must carry a one-time code.
    pub needs_code: bool,
    /// Whether dossiers of the campaign have slips, so that a person may be asked for theirs.
    pub takes_slips: bool,
    /// The option of the question `field` that holds for everybody who answers here, so that it need not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    pub field: Option<String>,
    /// Nothing answered today would count.
    pub closed: bool,
    /// The unit where the person is served, then everything above it.
    pub units: Vec<UnitItem>,
    pub campaign: CampaignDocument,
    /// The version asked today.
    pub questionnaire: VersionDocument,
    /// Versions to come, so that a device can have them ahead of their first day.
    pub upcoming: Vec<VersionDocument>,
}

/// A version and the time from which it is asked.
#[derive(Debug, Serialize, ToSchema)]
pub struct VersionDocument {
    #[schema(example = "desk-rating")]
    pub key: String,
    #[schema(example = "1")]
    pub version: String,
    /// The content hash that a response must carry.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub hash: String,
    /// The first civil date on which it is asked.
    #[schema(value_type = String, format = Date)]
    pub from: String,
    /// The languages in which it can be asked. Those that a language pack adds have their texts at `/api/v1/languages`.
    #[schema(example = json!(["vi", "en"]))]
    pub languages: Vec<String>,
}

/// A campaign: what is asked of whom, and what its figures may say.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignDocument {
    #[schema(value_type = Uuid)]
    pub id: CampaignId,
    #[schema(example = "sipas-2026")]
    pub key: String,
    /// Texts by language.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub title: domain::text::Text,
    /// Who runs the survey.
    #[schema(value_type = std::collections::BTreeMap<String, String>)]
    pub agency: domain::text::Text,
    /// Where a person may complain by telephone.
    pub hotline: String,
    /// How respondents are found: `probability`, `census_of_served` or `open`.
    #[schema(value_type = String, example = "open")]
    pub selection: domain::method::Selection,
    /// The channels by which answers may reach it; empty where every channel that the method accepts may be used.
    #[schema(example = json!(["point_qr", "desk_device"]))]
    pub channels: Vec<&'static str>,
    /// The method of the version that it asks today.
    pub method: Option<CampaignMethod>,
    /// Synthetic answers.
    pub demo: bool,
    /// `nightly`, or `live` for demo campaigns.
    pub release: &'static str,
    #[schema(value_type = String, format = Date)]
    pub starts_on: String,
    #[schema(value_type = Option<String>, format = Date)]
    pub ends_on: Option<String>,
    /// The day after which nothing is counted, once it was closed.
    #[schema(value_type = Option<String>, format = Date)]
    pub closed_on: Option<String>,
    /// The units it covers, with everything below them.
    #[schema(value_type = Vec<Uuid>)]
    pub units: Vec<UnitId>,
}

/// Which rules make the figures of a campaign. What they are stands beside every figure.
#[derive(Debug, Serialize, ToSchema)]
pub struct CampaignMethod {
    #[schema(example = "desk-rating-1")]
    pub id: &'static str,
    /// Raised when a figure would come out differently, from the first release of the program on.
    pub version: u32,
}

/// Every campaign.
#[derive(Debug, Serialize, ToSchema)]
pub struct Campaigns {
    pub campaigns: Vec<CampaignDocument>,
}

/// What to ask at a point.
#[utoipa::path(
    get, path = "/api/v1/points/{code}", tag = "points", operation_id = "getPoint",
    params(("code" = String, Path, description = "The point's code as typed: any case, with hyphens or spaces")),
    responses(
        (status = 200, description = "What to ask there", body = PointDocument),
        (status = 400, description = "The address cannot be read", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No point has the code, or it was mistyped", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database cannot be reached", body = ProblemDocument, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds to wait"))),
    ),
)]
pub async fn get(
    State(state): State<ApiState>,
    Segments(code): Segments<String>,
) -> Result<Json<PointDocument>, Problem> {
    let service = state.service();
    let desk = service.desk(&code).await?;
    Ok(Json(document(service, desk)))
}

/// The document of a point.
pub(super) fn document(service: &Service, desk: Desk) -> PointDocument {
    let (units, today) = (service.units(), service.today());
    let from = desk
        .campaign
        .versions
        .iter()
        .find(|(_, id)| *id == desk.version.id)
        .map(|(from, _)| *from);
    PointDocument {
        code: desk.point.code,
        label: desk.point.label,
        channel: desk.point.channel.as_str(),
        needs_code: desk.point.needs_code,
        takes_slips: service.takes_slips(desk.campaign.id),
        field: desk.point.field,
        closed: desk.closed,
        units: desk
            .path
            .iter()
            .filter_map(|id| item(&units, *id, today, None))
            .collect(),
        questionnaire: version(service, from.unwrap_or(desk.campaign.starts_on), &desk.version),
        upcoming: desk
            .upcoming
            .iter()
            .map(|(from, stored)| version(service, *from, stored))
            .collect(),
        campaign: campaign(service, &desk.campaign),
    }
}

/// The campaigns, newest first.
#[utoipa::path(
    get, path = "/api/v1/campaigns", tag = "points", operation_id = "listCampaigns",
    responses((status = 200, description = "The campaigns, newest first", body = Campaigns)),
)]
pub async fn campaigns(State(state): State<ApiState>) -> Json<Campaigns> {
    let service = state.service();
    let campaigns = service.campaigns();
    let campaigns = campaigns.iter().map(|known| campaign(service, known));
    Json(Campaigns {
        campaigns: campaigns.collect(),
    })
}

fn version(service: &Service, from: Date, stored: &StoredVersion) -> VersionDocument {
    let VersionRef { key, version, hash } = stored.version.reference();
    let languages = service
        .translated(stored)
        .definition()
        .languages
        .iter()
        .map(ToString::to_string)
        .collect();
    VersionDocument {
        key,
        version,
        hash,
        from: civil::format(from),
        languages,
    }
}

pub(super) fn campaign(service: &Service, campaign: &Campaign) -> CampaignDocument {
    CampaignDocument {
        id: campaign.id,
        key: campaign.key.clone(),
        title: campaign.title.clone(),
        agency: campaign.agency.clone(),
        hotline: campaign.hotline.clone(),
        selection: campaign.selection,
        channels: campaign.channels.iter().map(|channel| channel.as_str()).collect(),
        method: service.method_of(campaign).map(|method| CampaignMethod {
            id: method.id,
            version: method.version,
        }),
        demo: campaign.demo,
        release: match campaign.release {
            ReleaseRule::Nightly => "nightly",
            ReleaseRule::Live => "live",
        },
        starts_on: civil::format(campaign.starts_on),
        ends_on: campaign.ends_on.map(civil::format),
        closed_on: campaign.closed_on.map(civil::format),
        units: campaign.units.clone(),
    }
}
