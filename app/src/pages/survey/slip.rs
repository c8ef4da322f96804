//! What the slip of a dossier changes: what it knows is not asked, and a dossier rates once.

use axum::http::StatusCode;
use axum::response::Response;
use domain::form::field_name;
use domain::questionnaire::{AnswerKind, Question};
use domain::response::{FieldError, FieldErrorCode};
use domain::slip::{FIELD, field_option, read};
use leptos::prelude::*;
use service::Service;
use service::slips::Standing;

use crate::error::AppError;
use crate::pages::survey::desk::{Slip, UnitName, View};
use crate::pages::survey::flow::{Screen, Step};
use crate::pages::survey::form::{Form, field_of, own};
use crate::pages::survey::question::Page;
use crate::pages::survey::render;
use crate::pages::survey::view::start::code_field;
use crate::shell::PageRequest;

/// Takes over what the point knows, looks the code of the form up and takes over what is known from it. Where it cannot
/// be used, some page says so, but only before the person has answered: later the answer of handing in decides, which
/// knows a repeat.
pub(crate) async fn take(
    service: &Service,
    request: &PageRequest,
    view: &mut View,
    form: &mut Form,
    begins: bool,
) -> Result<Option<Response>, AppError> {
    if let Some(field) = &view.desk.field {
        form.know(&field_name(FIELD, None), field);
    }
    let asked = view.desk.needs_code || view.desk.takes_slips;
    let Some(typed) = form.own(own::CODE).filter(|_| asked).map(str::to_owned) else {
        return Ok(None);
    };
    let back = async |view: &View, form: &Form, code: FieldErrorCode| {
        let error = FieldError::new(format!("/{}", own::CODE), code);
        let screen = Screen {
            errors: vec![error],
            ..Screen::of(Step::Start, form.clone())
        };
        render::screen(request, view, screen, StatusCode::UNPROCESSABLE_ENTITY).await
    };
    let Ok(code) = read(&typed) else {
        if !begins {
            return Ok(None);
        }
        return Ok(Some(back(view, form, FieldErrorCode::Mistyped).await));
    };
    let standing = service.slip(view.desk.campaign, &code).await?;
    match standing {
        Standing::Good(slip) => {
            form.set(own::CODE, code.as_str());
            let units = service.units();
            let handled_by = slip.handled_by.and_then(|unit| {
                let fact = units.unit(unit)?.fact_near(service.today())?;
                Some(UnitName::of(fact))
            });
            let field = slip
                .field
                .filter(|field| field_option(&view.desk.version, field).is_some());
            if let Some(field) = &field {
                form.know(&field_name(FIELD, None), field);
            }
            // A plain one-time code knows nothing, and is typed like before.
            view.slip = slip.expires_on.map(|_| Slip { handled_by, field });
            Ok(None)
        }
        // An invitation's code, which is no dossier's.
        Standing::Used if begins && view.desk.needs_code => {
            let screen = Screen {
                message: Some("survey-code-used"),
                ..Screen::of(Step::Start, form.clone())
            };
            let screen = render::screen(request, view, screen, StatusCode::CONFLICT).await;
            Ok(Some(screen))
        }
        Standing::Used if begins => Ok(Some(render::used_slip(request, view).await)),
        Standing::Expired(on) if begins => Ok(Some(render::expired_slip(request, view, on).await)),
        Standing::Unknown if begins => Ok(Some(back(view, form, FieldErrorCode::NotFound).await)),
        _ => Ok(None),
    }
}

/// On the first screen: what is known, or where a code can be typed.
pub(crate) fn at_start(page: &Page<'_>) -> Option<AnyView> {
    let view = page.view;
    let tongue = view.tongue;
    let code = page.screen.form.own(own::CODE).unwrap_or_default().to_owned();
    if let Some(slip) = &view.slip {
        let handled = slip.handled_by.as_ref().map(|unit| {
            let text = tongue.tr("survey-slip-handled", &[("unit", unit.get(tongue.locale()))]);
            view! { <p>{text}</p> }
        });
        let field = slip.field.as_deref().and_then(|field| field_words(page, field));
        let field = field.map(|field| {
            let text = tongue.tr("survey-slip-field", &[("field", &field)]);
            view! { <p>{text}</p> }
        });
        // Where the point insists on a code, its field holds this one.
        let carried =
            (!view.desk.needs_code).then(|| view! { <input type="hidden" name=own::CODE value=code/> });
        return Some(
            view! {
                <section class="known" aria-labelledby="slip">
                    <h2 id="slip">{tongue.t("survey-slip-known")}</h2>
                    {handled}
                    {field}
                    <p class="hint">{tongue.t("survey-slip-once")}</p>
                    {carried}
                </section>
            }
            .into_any(),
        );
    }
    if view.desk.needs_code || !view.desk.takes_slips {
        return None;
    }
    let wrong = page
        .screen
        .errors
        .iter()
        .any(|error| field_of(error) == own::CODE);
    Some(
        view! {
            <details class="details" open=wrong || !code.is_empty()>
                <summary>{tongue.t("survey-slip-have")}</summary>
                {code_field(page, "survey-slip", "survey-slip-hint")}
            </details>
        }
        .into_any(),
    )
}

/// In place of a question whose answer is known: the answer, and from where it is known.
pub(crate) fn known_answer(page: &Page<'_>, question: &Question) -> Option<AnyView> {
    let (field, from) = page.view.known_field().filter(|_| question.id == FIELD)?;
    let words = field_words(page, field)?;
    let tongue = page.view.tongue;
    Some(
        view! {
            <div class="question known">
                <p><strong>{page.view.text(&question.text).0.to_owned()}</strong></p>
                <p>{words} " – " {tongue.t(from)}</p>
                <input type="hidden" name=field_name(FIELD, None) value=field.to_owned()/>
            </div>
        }
        .into_any(),
    )
}

/// The words of a field.
fn field_words(page: &Page<'_>, field: &str) -> Option<String> {
    let (_, question) = page
        .view
        .desk
        .version
        .questions()
        .find(|(_, question)| question.id == FIELD)?;
    let AnswerKind::Single { options } = &question.answer else {
        return None;
    };
    let option = options.iter().find(|option| option.id == field)?;
    Some(page.view.text(&option.text).0.to_owned())
}
