//! Slips of dossiers: a system of the administration asks for them, a device asks where one stands.

use axum::Json;
use axum::extract::{Request, State};
use domain::civil;
use domain::slip;
use serde::{Deserialize, Serialize};
use service::slips::{Dossier, IssuedSlip, Order, Standing, VALID_DAYS};
use store::slips::Issued;
use utoipa::ToSchema;

use super::ApiState;
use super::body;
use super::devices;
use super::query::Segments;
use super::responses::bearer;
use crate::problem::{Problem, ProblemDocument};

/// The longest body, in bytes: a thousand dossiers with long numbers.
const BODY_LIMIT: usize = 256 * 1024;
/// The longest question of a device, in bytes.
const QUESTION_LIMIT: usize = 4 * 1024;

/// Dossiers whose people may rate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipsRequest {
    #[schema(max_items = 1000)]
    dossiers: Vec<DossierDocument>,
    /// For how many days the slips are good; 60 without it.
    #[schema(minimum = 1, maximum = 366)]
    valid_days: Option<u16>,
}

/// A dossier.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DossierDocument {
    /// Its number. It decides the code and is not kept.
    #[schema(min_length = 1, max_length = 64, example = "H20.18-261122-0001")]
    number: String,
    /// The unit that decides it, by id or code, where it is not the one of the point.
    #[schema(example = "29954")]
    handled_by: Option<String>,
    /// Its field: an option of the question `field` of the point's questionnaire.
    #[schema(example = "land")]
    field: Option<String>,
}

/// Slips in the order of the dossiers.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlipsDocument {
    slips: Vec<SlipDocument>,
}

/// The slip of a dossier.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlipDocument {
    /// The one-time code, as the `code` of a response has it.
    #[schema(pattern = "^[2-9A-HJ-NP-Z]{16}$")]
    token: String,
    /// The same in groups, to be printed and typed.
    #[schema(example = "2345-6789-ABCD-EFGH")]
    slip: String,
    /// The address of the form with it, on this server.
    #[schema(example = "/s/23456786?slip=23456789ABCDEFGH")]
    link: String,
    /// The last civil date on which an answer may be given with it.
    #[schema(value_type = String, format = Date)]
    expires_on: String,
    /// `new`; `renewed` where the dossier had an unused one, which is the same; `used` where it was rated already.
    state: StateName,
}

#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
enum StateName {
    New,
    Renewed,
    Used,
}

impl SlipDocument {
    fn of(point: &str, issued: &IssuedSlip) -> Self {
        Self {
            token: issued.code.to_string(),
            slip: issued.code.grouped(),
            link: slip::link(point, &issued.code),
            expires_on: civil::format(issued.expires_on),
            state: match issued.issued {
                Issued::New => StateName::New,
                Issued::Renewed => StateName::Renewed,
                Issued::Used => StateName::Used,
            },
        }
    }
}

/// A slip that a person brought to a device.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SlipQuestion {
    /// The code as typed: sixteen characters, any case, with or without hyphens.
    #[schema(example = "2345-6789-ABCD-EFGH")]
    code: String,
}

/// Where a slip stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct SlipStanding {
    /// `good`, `used`, `expired`, `unknown` in the campaign of the device, or `mistyped`: no code at all.
    #[schema(example = "good")]
    standing: &'static str,
    /// The option of the question `field` that is known of the dossier, so that it need not be asked.
    field: Option<String>,
}

/// Where the slip stands that a person brought to a device. Asking uses nothing up.
#[utoipa::path(
    post, path = "/api/v1/device/slip", tag = "devices", operation_id = "askSlip",
    request_body = SlipQuestion,
    responses(
        (status = 200, description = "Where it stands today", body = SlipStanding),
        (status = 400, description = "No JSON of this form", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "No token, or an unknown one", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The device was revoked", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "Longer than 4 KB", body = ProblemDocument, content_type = "application/problem+json"),
    ),
    security(("device" = [])),
)]
pub async fn standing(
    State(state): State<ApiState>,
    request: Request,
) -> Result<Json<SlipStanding>, Problem> {
    let (parts, body) = request.into_parts();
    let service = state.service();
    let device = devices::device(&state, &parts.headers).await?;
    let campaign = service.desk_of(&device).await?.campaign.id;
    let asked: SlipQuestion = body::json(&body::bytes(&parts.headers, body, QUESTION_LIMIT).await?)?;
    let Ok(code) = slip::read(&asked.code) else {
        let standing = "mistyped";
        return Ok(Json(SlipStanding {
            standing,
            field: None,
        }));
    };
    let (standing, field) = match service.slip(campaign, &code).await? {
        Standing::Good(slip) => ("good", slip.field),
        Standing::Used => ("used", None),
        Standing::Expired(_) => ("expired", None),
        Standing::Unknown => ("unknown", None),
    };
    Ok(Json(SlipStanding { standing, field }))
}

/// Issues slips for dossiers, so that each rates once.
///
/// Asking again for a dossier gives the same slip. The numbers of dossiers are not kept.
#[utoipa::path(
    post, path = "/api/v1/points/{code}/slips", tag = "points", operation_id = "issueSlips",
    params(("code" = String, Path, description = "The code of the point that the links lead to; a slip is good at every point of its campaign")),
    request_body = SlipsRequest,
    responses(
        (status = 200, description = "The slips, in the order asked", body = SlipsDocument),
        (status = 400, description = "No JSON, or not of this form", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 401, description = "The issuer's token is missing, unknown or revoked", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 403, description = "The issuer is of another campaign", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 404, description = "No point has the code", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 413, description = "Longer than 256 KB", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 422, description = "Wrong fields, each named by its path; nothing was issued", body = ProblemDocument, content_type = "application/problem+json"),
        (status = 503, description = "The database cannot be reached", body = ProblemDocument, content_type = "application/problem+json", headers(("Retry-After" = u32, description = "Seconds to wait"))),
    ),
    security(("issuer" = [])),
)]
pub async fn issue(
    State(state): State<ApiState>,
    Segments(code): Segments<String>,
    request: Request,
) -> Result<Json<SlipsDocument>, Problem> {
    let (parts, body) = request.into_parts();
    let service = state.service();
    let token = bearer(&parts.headers)?.ok_or_else(Problem::unknown_issuer)?;
    let issuer = service
        .issuer_of(&token)
        .await?
        .ok_or_else(Problem::unknown_issuer)?;
    let point = service.desk(&code).await?.point;
    if point.campaign != issuer.campaign {
        return Err(Problem::foreign_issuer());
    }
    let asked: SlipsRequest = body::json(&body::bytes(&parts.headers, body, BODY_LIMIT).await?)?;
    let dossiers = asked.dossiers.into_iter().map(|dossier| Dossier {
        number: dossier.number,
        handled_by: dossier.handled_by,
        field: dossier.field,
    });
    let order = Order {
        dossiers: dossiers.collect(),
        valid_days: asked.valid_days.unwrap_or(VALID_DAYS),
    };
    let made = service.issue_slips(point.campaign, &order).await?;
    let slips = made.iter().map(|issued| SlipDocument::of(&point.code, issued));
    Ok(Json(SlipsDocument {
        slips: slips.collect(),
    }))
}
