//! The first screen: who asks, why, and what becomes of the answers.

use domain::questionnaire::ProvenanceKind;
use leptos::prelude::*;

use super::{actions, error_summary, message};
use crate::pages::survey::desk::View;
use crate::pages::survey::form::{field_of, own};
use crate::pages::survey::question::{Page, anchor, sentence};
use crate::pages::survey::slip;

/// The notice, before anything is asked.
pub(super) fn start(page: &Page<'_>) -> AnyView {
    let view = page.view;
    let tongue = view.tongue;
    let desk = &view.desk;
    let motto = desk.motto.as_ref().map(|motto| {
        let (text, lang) = view.text(motto);
        view! { <p class="motto" lang=lang>{text.to_owned()}</p> }
    });
    let (agency, _) = view.text(&desk.agency);
    let unit = desk.unit.get(tongue.locale()).to_owned();
    let lines = [
        tongue.tr("survey-notice-who", &[("agency", agency), ("unit", &unit)]),
        tongue.t("survey-notice-names"),
        tongue.t("survey-notice-seen"),
        tongue.t("survey-notice-free"),
    ];
    let above: Vec<String> = desk
        .above
        .iter()
        .map(|name| name.get(tongue.locale()).to_owned())
        .collect();
    let sections = page.walk.visible_sections().len() as u64;
    view! {
        <div class="start">
            {error_summary(page)}
            {message(page)}
            {motto}
            {view.is_partial().then(|| view! { <p class="partial">{tongue.t("partial-note")}</p> })}
            <h1>{tongue.t("survey-title")}</h1>
            <p class="lead unit-name" lang=view.place_lang()>
                {view.place()} {(!above.is_empty()).then(|| format!(", {}", above.join(", ")))}
            </p>
            <ul class="notice">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {details(view)}
            {slip::at_start(page)}
            {desk.needs_code.then(|| code_field(page, "survey-code", "survey-code-hint"))}
            <p class="hint">{tongue.tn("survey-length", sections)}</p>
            {actions(None, tongue.t("survey-start"), "next")}
        </div>
    }
    .into_any()
}

/// What a careful reader wants to know before answering.
fn details(view: &View) -> AnyView {
    let tongue = view.tongue;
    let provenance = &view.desk.version.definition().provenance;
    let kind = match provenance.kind {
        ProvenanceKind::Official => "survey-wording-official",
        ProvenanceKind::Abridged => "survey-wording-abridged",
        ProvenanceKind::Reconstructed => "survey-wording-reconstructed",
        ProvenanceKind::Own => "survey-wording-own",
    };
    let (note, note_lang) = view.text(&provenance.note);
    let note = note.to_owned();
    let (title, title_lang) = view.text(&view.desk.version.definition().title);
    let title = title.to_owned();
    let hotline = &view.desk.hotline;
    let call = (!hotline.is_empty()).then(|| {
        let text = tongue.tr("survey-detail-hotline", &[("hotline", hotline)]);
        view! { <li>{text}</li> }
    });
    view! {
        <details class="details">
            <summary>{tongue.t("survey-details")}</summary>
            <ul>
                <li>{tongue.t("survey-detail-stored")}</li>
                <li>{tongue.t("survey-detail-device")}</li>
                <li>{tongue.t("survey-detail-published")}</li>
                <li>{tongue.t("survey-detail-remark")}</li>
                {call}
            </ul>
            <p>
                <strong lang=title_lang>{title}</strong>
                ". "
                {tongue.t(kind)}
                " "
                <span lang=note_lang>{note}</span>
            </p>
        </details>
    }
    .into_any()
}

/// The field for a one-time code, with its label and hint.
pub(crate) fn code_field(page: &Page<'_>, label: &str, hint: &str) -> AnyView {
    let tongue = page.view.tongue;
    let error = page
        .screen
        .errors
        .iter()
        .find(|error| field_of(error) == own::CODE)
        .map(|error| sentence(tongue, &error.code));
    let wrong = error.is_some();
    let value = page.screen.form.own(own::CODE).unwrap_or_default().to_owned();
    let id = anchor(own::CODE);
    view! {
        <div class="question typed" class:wrong=wrong>
            <label for=id.clone()>{tongue.t(label)}</label>
            <p class="hint" id="code-hint">{tongue.t(hint)}</p>
            {error.map(|text| view! { <p class="field-error" id="code-error">{text}</p> })}
            <input
                id=id
                class="code-input"
                type="text"
                name=own::CODE
                value=value
                autocomplete="off"
                autocapitalize="characters"
                spellcheck="false"
                aria-invalid=wrong.then_some("true")
                aria-describedby=if wrong { "code-hint code-error" } else { "code-hint" }
            />
        </div>
    }
    .into_any()
}
