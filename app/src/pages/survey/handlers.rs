//! What the addresses of the survey answer: opening, each step, sending, thanks.

use std::collections::HashMap;
use std::sync::Arc;

use axum::extract::{Form as AxumForm, Path, State as AxumState};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse as _, Redirect, Response};
use domain::answer::Unasked;
use domain::code::{Code, POINT_LENGTH};
use domain::response::{FieldError, FieldErrorCode};
use domain::text::Language;
use service::Service;
use service::clock::random;
use service::error::ServiceError;
use service::intake::{Delivery, Refusal};

use crate::error::{AppError, ErrorCode};
use crate::i18n::Locale;
use crate::pages::survey::desk::{Desk, UnitName, View};
use crate::pages::survey::flow::{self, Next, Screen, Step};
use crate::pages::survey::form::{Form, own};
use crate::pages::survey::render;
use crate::routes::State;
use crate::shell::PageRequest;

/// The code, and the language where the address names a third one.
pub(super) type Parameters = Path<HashMap<String, String>>;

/// Opens the form: its first page, with an id that makes every repeat of it the same response.
pub(crate) async fn open(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let view = match find(&state.service, &request, &parameters).await? {
        Found::Desk(view) => view,
        Found::Elsewhere(view) => return Ok(Redirect::permanent(&view.href()).into_response()),
    };
    if let Some(on) = view.desk.closed {
        return Ok(render::closed(&request, &view, on));
    }
    let form = flow::opened(state.service.now(), random(), random());
    Ok(render::screen(
        &request,
        &view,
        &Screen::of(Step::Start, form),
        StatusCode::OK,
    ))
}

/// Takes a posted step, and answers with the next one or hands the response in.
pub(crate) async fn answer(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
    AxumForm(pairs): AxumForm<Vec<(String, String)>>,
) -> Result<Response, AppError> {
    let service = &state.service;
    let (Found::Desk(view) | Found::Elsewhere(view)) = find(service, &request, &parameters).await?;
    let (mut form, pressed) = Form::read(pairs);
    let now = service.now();
    complete(&mut form, now);
    if let Some(on) = view
        .desk
        .closed
        .filter(|last| pressed.go != "send" || answered_after(&form, *last))
    {
        return Ok(render::closed(&request, &view, on));
    }
    match flow::decide(&view, form, &pressed) {
        Next::Show(mut screen) => {
            if screen.step == Step::Review {
                flow::settle(&mut screen.form, now);
            }
            Ok(render::screen(&request, &view, &screen, StatusCode::OK))
        }
        Next::Send(form) => send(service, &request, &view, form).await,
    }
}

/// The page of thanks, of its own address so that a reload sends nothing again.
pub(crate) async fn thanks(
    request: PageRequest,
    AxumState(state): AxumState<State>,
    Path(parameters): Parameters,
) -> Result<Response, AppError> {
    let (Found::Desk(view) | Found::Elsewhere(view)) = find(&state.service, &request, &parameters).await?;
    Ok(render::thanks(&request, &view))
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
        flow::settle(form, now);
    }
}

/// Whether the form was finished after the last day; one that was finished before may still be sent.
fn answered_after(form: &Form, last: time::Date) -> bool {
    form.own(own::ANSWERED_ON)
        .and_then(domain::civil::parse)
        .is_none_or(|on| on > last)
}

async fn send(
    service: &Service,
    request: &PageRequest,
    view: &View,
    mut form: Form,
) -> Result<Response, AppError> {
    let today = service.today();
    let Some(id) = flow::response_id(&form) else {
        flow::fresh_id(&mut form, today, random());
        return Ok(render::screen(
            request,
            view,
            &Screen::of(Step::Review, form),
            StatusCode::BAD_REQUEST,
        ));
    };
    let document = flow::document(view, &form);
    let delivery = Delivery {
        id,
        document,
        device: None,
        unasked: Unasked::Drop,
    };
    let said = |step: Step, form: Form, message: &'static str| Screen {
        message: Some(message),
        ..Screen::of(step, form)
    };
    let (screen, status, retry_after_s) = match service.submit(delivery).await {
        // Also when it was here before: whoever never saw the first reply is thanked like everyone else.
        Ok(_) => return Ok(Redirect::to(&format!("{}/thanks", view.href())).into_response()),
        Err(Refusal::Invalid(errors)) => {
            let (screen, status) = refused(view, form, errors, today);
            (screen, status, None)
        }
        Err(Refusal::Conflict) => {
            flow::fresh_id(&mut form, today, random());
            (
                said(Step::Review, form, "survey-conflict"),
                StatusCode::CONFLICT,
                None,
            )
        }
        Err(Refusal::CodeUsed) => (
            said(Step::Start, form, "survey-code-used"),
            StatusCode::CONFLICT,
            None,
        ),
        Err(Refusal::Gone { closed_on }) => return Ok(render::closed(request, view, closed_on)),
        Err(Refusal::UnknownPoint) => return Err(AppError::new(ErrorCode::PointUnknown)),
        Err(Refusal::Full { retry_after_s } | Refusal::DeviceTooFast { retry_after_s }) => (
            said(Step::Review, form, "survey-busy"),
            StatusCode::SERVICE_UNAVAILABLE,
            Some(retry_after_s),
        ),
        Err(Refusal::Service(error)) => {
            tracing::error!(error = %error, "a form could not be stored");
            (
                said(Step::Review, form, "survey-busy"),
                StatusCode::SERVICE_UNAVAILABLE,
                Some(5),
            )
        }
        Err(refusal @ (Refusal::UnknownDevice | Refusal::ForeignDevice | Refusal::RevokedDevice { .. })) => {
            return Err(AppError::internal(refusal));
        }
    };
    let mut response = render::screen(request, view, &screen, status);
    if let Some(seconds) = retry_after_s {
        response
            .headers_mut()
            .insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(response)
}

/// The form comes back with everything typed, at the first step that has something wrong.
fn refused(view: &View, mut form: Form, errors: Vec<FieldError>, today: time::Date) -> (Screen, StatusCode) {
    if errors.iter().any(|error| error.path == "/code") {
        let error = FieldError::new(format!("/{}", own::CODE), FieldErrorCode::Mistyped);
        let screen = Screen {
            errors: vec![error],
            ..Screen::of(Step::Start, form)
        };
        return (screen, StatusCode::UNPROCESSABLE_ENTITY);
    }
    if let Some((step, errors)) = flow::by_step(&view.desk.version, errors) {
        return (
            Screen {
                errors,
                ..Screen::of(step, form)
            },
            StatusCode::UNPROCESSABLE_ENTITY,
        );
    }
    // The form's own fields were damaged on the way; the answers were not.
    flow::fresh_id(&mut form, today, random());
    let screen = Screen {
        message: Some("survey-changed"),
        ..Screen::of(Step::Review, form)
    };
    (screen, StatusCode::UNPROCESSABLE_ENTITY)
}

/// The desk of an address.
pub(super) enum Found {
    Desk(View),
    /// The code is right but not written as addresses write it.
    Elsewhere(View),
}

pub(super) async fn find(
    service: &Service,
    request: &PageRequest,
    parameters: &HashMap<String, String>,
) -> Result<Found, AppError> {
    let typed = parameters.get("code").map(String::as_str).unwrap_or_default();
    let language = match parameters.get("lang") {
        Some(tag) => Language::parse(tag).ok_or_else(AppError::not_found)?,
        None => request.locale.language(),
    };
    let code = Code::parse(typed, POINT_LENGTH).map_err(|_| AppError::new(ErrorCode::PointMistyped))?;
    let found = service.desk(code.as_str()).await.map_err(|error| match error {
        ServiceError::Mistyped => AppError::new(ErrorCode::PointMistyped),
        ServiceError::NotFound(_) => AppError::new(ErrorCode::PointUnknown),
        other => AppError::internal(other),
    })?;
    let asks_in = found.version.version.definition().languages.contains(&language);
    if parameters.contains_key("lang") && !asks_in {
        return Err(AppError::not_found());
    }
    let view = View {
        desk: Arc::new(desk_of(service, found, code.as_str().to_owned())),
        locale: Locale::of(&language),
        language,
    };
    if typed == view.desk.code {
        Ok(Found::Desk(view))
    } else {
        Ok(Found::Elsewhere(view))
    }
}

fn desk_of(service: &Service, found: service::desk::Desk, code: String) -> Desk {
    let units = service.units();
    let today = service.today();
    let mut names = found.path.iter().filter_map(|id| {
        let fact = units.unit(*id)?.fact_near(today)?;
        // The country stands above everything and says nothing.
        (fact.parent.is_some() || *id == found.point.unit).then(|| UnitName {
            vi: fact.name.vi.clone(),
            en: fact.name.en.clone(),
        })
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
    Desk {
        code,
        campaign: campaign.id,
        version: found.version.version,
        unit,
        above,
        label: found.point.label,
        agency: campaign.agency.clone(),
        hotline: campaign.hotline.clone(),
        motto: campaign.motto.clone(),
        needs_code: found.point.needs_code,
        demo: campaign.demo,
        closed,
    }
}
