//! What the addresses of the survey answer: opening, each step, sending, thanks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Form as AxumForm, Path, Query, State as AxumState};
use axum::http::header::{ACCEPT, CACHE_CONTROL, RETRY_AFTER};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::answer::Unasked;
use domain::code::{Code, POINT_LENGTH};
use domain::questionnaire::{Definition, Version};
use domain::response::{FieldError, FieldErrorCode};
use domain::slip::{PARAMETER, field_option};
use domain::text::Language;
use serde_json::{Value, json};
use service::Service;
use service::clock::random;
use service::error::ServiceError;
use service::intake::{Delivery, Refusal};
use service::languages::Languages;

use crate::error::{AppError, ErrorCode};
use crate::i18n::Tongue;
use crate::pages::survey::desk::{Desk, UnitName, View};
use crate::pages::survey::flow::{self, Next, Screen, Step};
use crate::pages::survey::form::{Form, own};
use crate::pages::survey::{render, slip};
use crate::routes::State;
use crate::shell::PageRequest;

/// The code, and the language where the address names a third one.
pub(super) type Parameters = Path<HashMap<String, String>>;

/// Opens the form: its first page, with an id that makes every repeat of it the same response.
pub(crate) async fn open(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Response, AppError> {
    let mut view = match find(&state, &request, &parameters).await? {
        Found::Desk(view) => view,
        Found::Elsewhere(view) => {
            let query = Some(request.query.as_str()).filter(|query| !query.is_empty());
            let query = query.map_or_else(String::new, |query| format!("?{query}"));
            return Ok(Redirect::permanent(&format!("{}{query}", view.href())).into_response());
        }
    };
    if let Some(on) = view.desk.closed {
        return Ok(render::closed(&request, &view, on, None).await);
    }
    let mut form = flow::opened(state.service.now(), random(), random());
    if let Some(slip) = query.get(PARAMETER) {
        form.set(own::CODE, slip.as_str());
        // A link that carries a slip is a form that asks for one.
        Arc::make_mut(&mut view.desk).takes_slips = true;
        if let Some(refused) = slip::take(&state.service, &request, &mut view, &mut form, true).await? {
            return Ok(refused);
        }
    }
    let screen = Screen::of(Step::Start, form);
    Ok(render::screen(&request, &view, screen, StatusCode::OK).await)
}

/// Takes a posted step, and answers with the next one or hands the response in.
pub(crate) async fn answer(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
    headers: HeaderMap,
    AxumForm(pairs): AxumForm<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let service = &state.service;
    let (Found::Desk(mut view) | Found::Elsewhere(mut view)) = find(&state, &request, &parameters).await?;
    let (mut form, pressed) = Form::read(pairs);
    let now = service.now();
    complete(&mut form, now);
    let by_script = asked_by_script(&headers);
    let sends = pressed.go == "send";
    if let Some(on) = view
        .desk
        .closed
        .filter(|last| !sends || answered_after(&form, *last))
    {
        let sent = Sent::Closed(on, Box::new(form));
        return Ok(reply(&request, &view, sent, by_script).await);
    }
    let begins = pressed.at == Step::Start.name() && matches!(pressed.go.as_str(), "next" | "");
    if let Some(refused) = slip::take(service, &request, &mut view, &mut form, begins).await? {
        return Ok(refused);
    }
    match flow::decide(&view, form, &pressed) {
        Next::Show(screen) if sends => {
            let sent = Sent::Back(Box::new(screen), INVALID);
            Ok(reply(&request, &view, sent, by_script).await)
        }
        Next::Show(mut screen) => {
            if screen.step == Step::Review {
                flow::settle(&mut screen.form, now, random());
            }
            Ok(render::screen(&request, &view, screen, StatusCode::OK).await)
        }
        Next::Send(form) => {
            let sent = hand_in(service, &view, form).await?;
            Ok(reply(&request, &view, sent, by_script).await)
        }
    }
}

/// The page of thanks, of its own address so that a reload sends nothing again.
pub(crate) async fn thanks(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let (Found::Desk(view) | Found::Elsewhere(view)) = find(&state, &request, &parameters).await?;
    Ok(render::thanks(&request, &view).await)
}

/// Fills in what every form has, should a browser or a person have lost it.
fn complete(form: &mut Form, now: time::OffsetDateTime) {
    let fresh = flow::opened(now, random(), random());
    for (name, value) in fresh.carried() {
        if form.own(name).is_none() {
            form.set(name, value);
        }
    }
    if form.own(own::ANSWERED_ON).is_none() || form.own(own::DURATION).is_none() {
        flow::settle(form, now, random());
    }
}

/// Whether the form was finished after the last day; one that was finished before may still be sent.
fn answered_after(form: &Form, last: time::Date) -> bool {
    form.own(own::ANSWERED_ON)
        .and_then(domain::civil::parse)
        .is_none_or(|on| on > last)
}

/// What became of a form that was handed in.
enum Sent {
    /// Also when it was here before: whoever never saw the first reply is thanked like everyone else.
    Recorded,
    /// It comes back with everything typed.
    Back(Box<Screen>, Said),
    /// It was answered after the campaign's last day.
    Closed(time::Date, Box<Form>),
}

/// Whether sending the same form again may help.
enum Said {
    Refused(StatusCode),
    /// The server cannot take it now; in so many seconds it may.
    Later(u32),
}

impl Said {
    const fn status(&self) -> StatusCode {
        match self {
            Self::Refused(status) => *status,
            Self::Later(_) => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

const INVALID: Said = Said::Refused(StatusCode::UNPROCESSABLE_ENTITY);

async fn hand_in(service: &Service, view: &View, mut form: Form) -> Result<Sent, AppError> {
    let today = service.today();
    let back = |step: Step, form: Form, message: Option<&'static str>, said: Said| {
        let screen = Screen {
            message,
            ..Screen::of(step, form)
        };
        Ok(Sent::Back(Box::new(screen), said))
    };
    let Some(id) = flow::response_id(&form) else {
        flow::fresh_id(&mut form, today, random());
        let said = Said::Refused(StatusCode::BAD_REQUEST);
        return back(Step::Review, form, None, said);
    };
    let delivery = Delivery {
        id,
        document: flow::document(view, &form),
        device: None,
        unasked: Unasked::Drop,
    };
    match service.submit(delivery).await {
        Ok(_) => Ok(Sent::Recorded),
        Err(Refusal::Invalid(errors)) => {
            Ok(Sent::Back(Box::new(refused(view, form, errors, today)), INVALID))
        }
        Err(Refusal::Conflict) => {
            flow::fresh_id(&mut form, today, random());
            let said = Said::Refused(StatusCode::CONFLICT);
            back(Step::Review, form, Some("survey-conflict"), said)
        }
        Err(Refusal::CodeUsed) => {
            let said = Said::Refused(StatusCode::CONFLICT);
            back(Step::Start, form, Some("survey-code-used"), said)
        }
        Err(Refusal::Gone { closed_on }) => Ok(Sent::Closed(closed_on, Box::new(form))),
        Err(Refusal::UnknownPoint) => Err(AppError::new(ErrorCode::PointUnknown)),
        Err(Refusal::Full { retry_after_s } | Refusal::DeviceTooFast { retry_after_s }) => back(
            Step::Review,
            form,
            Some("survey-busy"),
            Said::Later(retry_after_s),
        ),
        Err(Refusal::Service(error)) => {
            tracing::error!(error = %error, "a form could not be stored");
            back(Step::Review, form, Some("survey-busy"), Said::Later(5))
        }
        Err(refusal @ (Refusal::UnknownDevice | Refusal::ForeignDevice | Refusal::RevokedDevice { .. })) => {
            Err(AppError::internal(refusal))
        }
    }
}

/// Answers as the browser asked: with a page, or with what a script reads.
async fn reply(request: &PageRequest, view: &View, sent: Sent, by_script: bool) -> Response {
    match sent {
        Sent::Recorded if by_script => told(StatusCode::OK, &json!({ "recorded": true })),
        Sent::Recorded => Redirect::to(&format!("{}/thanks", view.href())).into_response(),
        Sent::Closed(..) if by_script => told(StatusCode::GONE, &json!({ "refused": true })),
        Sent::Closed(on, form) => render::closed(request, view, on, Some(*form)).await,
        Sent::Back(screen, said) => {
            let refused = matches!(said, Said::Refused(_));
            let mut response = if by_script {
                told(said.status(), &json!({ "refused": refused }))
            } else {
                render::screen(request, view, *screen, said.status()).await
            };
            if let Said::Later(seconds) = said {
                let headers = response.headers_mut();
                headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
            }
            response
        }
    }
}

fn told(status: StatusCode, body: &Value) -> Response {
    let headers = [(CACHE_CONTROL, HeaderValue::from_static("no-store"))];
    (status, headers, Json(body)).into_response()
}

/// Whether the island asks, which sends the form by script so that it can tell whether it arrived.
fn asked_by_script(headers: &HeaderMap) -> bool {
    let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
    accept.is_some_and(|accept| accept.starts_with("application/json"))
}

/// The form with everything typed, at the first step that has something wrong.
fn refused(view: &View, mut form: Form, errors: Vec<FieldError>, today: time::Date) -> Screen {
    if errors.iter().any(|error| error.path == "/code") {
        let error = FieldError::new(format!("/{}", own::CODE), FieldErrorCode::Mistyped);
        return Screen {
            errors: vec![error],
            ..Screen::of(Step::Start, form)
        };
    }
    if let Some((step, errors)) = flow::by_step(&view.desk.version, errors) {
        return Screen {
            errors,
            ..Screen::of(step, form)
        };
    }
    // The form's own fields were damaged on the way; the answers were not.
    flow::fresh_id(&mut form, today, random());
    Screen {
        message: Some("survey-changed"),
        ..Screen::of(Step::Review, form)
    }
}

/// The desk of an address.
pub(super) enum Found {
    Desk(View),
    /// The code is right but not written as addresses write it.
    Elsewhere(View),
}

pub(super) async fn find(
    state: &State,
    request: &PageRequest,
    parameters: &HashMap<String, String>,
) -> Result<Found, AppError> {
    let service = &state.service;
    let typed = parameters.get("code").map(String::as_str).unwrap_or_default();
    let language = match parameters.get("lang") {
        Some(tag) => Language::parse(tag).ok_or_else(AppError::not_found)?,
        None => request.locale.language(),
    };
    let code = Code::parse(typed, POINT_LENGTH).map_err(|_| AppError::new(ErrorCode::PointMistyped))?;
    let found = service.desk(code.as_str()).await.map_err(|error| match error {
        ServiceError::Mistyped => AppError::new(ErrorCode::PointMistyped),
        ServiceError::NotFound(_) => AppError::new(ErrorCode::PointUnknown),
        other => other.into(),
    })?;
    let version = service.translated(&found.version);
    let asks_in = version.definition().languages.contains(&language);
    if parameters.contains_key("lang") && !asks_in {
        return Err(AppError::not_found());
    }
    let view = View {
        desk: Arc::new(desk_of(state, found, version, code.as_str().to_owned())),
        tongue: Tongue::of(&language, state.interfaces),
        language,
        slip: None,
    };
    if typed == view.desk.code {
        Ok(Found::Desk(view))
    } else {
        Ok(Found::Elsewhere(view))
    }
}

/// The languages of a version, each as those who speak it call it.
fn languages_of(definition: &Definition, packs: &Languages) -> Vec<(Language, String)> {
    let named = definition.languages.iter().map(|language| {
        let name = packs
            .pack(language)
            .map_or(language.own_name(), |pack| &pack.name);
        (language.clone(), name.to_owned())
    });
    named.collect()
}

fn desk_of(state: &State, found: service::desk::Desk, version: Arc<Version>, code: String) -> Desk {
    let service = &state.service;
    let units = service.units();
    let today = service.today();
    let mut names = found.path.iter().filter_map(|id| {
        let fact = units.unit(*id)?.fact_near(today)?;
        // The country stands above everything and says nothing.
        (fact.parent.is_some() || *id == found.point.unit).then(|| UnitName::of(fact))
    });
    let unit = names.next().unwrap_or_else(|| UnitName {
        vi: code.clone(),
        en: code.clone(),
    });
    let above = names.collect();
    let campaign = &found.campaign;
    let closed = found.closed.then(|| {
        let ends = [campaign.ends_on, campaign.closed_on];
        ends.into_iter().flatten().min().unwrap_or(today)
    });
    let known = found.point.field;
    let field = known.filter(|field| field_option(&version, field).is_some());
    Desk {
        code,
        campaign: campaign.id,
        languages: languages_of(version.definition(), service.languages()),
        version,
        unit,
        above,
        label: found.point.label,
        agency: campaign.agency.clone(),
        hotline: campaign.hotline.clone(),
        motto: campaign.motto.clone(),
        needs_code: found.point.needs_code,
        takes_slips: service.takes_slips(campaign.id),
        field,
        demo: campaign.demo,
        closed,
    }
}
