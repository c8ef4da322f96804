//! The survey's screens.

use domain::form::Walk;
use domain::layout::Item;
use domain::questionnaire::{ProvenanceKind, Question, Version};
use domain::text::Language;
use leptos::prelude::*;

use crate::i18n::Locale;
use crate::layout::{DemoBanner, Lotus, SkipLink};
use crate::pages::survey::desk::View;
use crate::pages::survey::faces::faces;
use crate::pages::survey::flow::{Screen, Step, questions_of};
use crate::pages::survey::form::{field_of, own};
use crate::pages::survey::question::{self, Page, anchor, sentence};

const FORM: &str = "survey";

/// The whole body of a survey page: slim header, the form, and the bar with the button to go on.
pub(crate) fn body(view: &View, screen: &Screen, island: AnyView) -> AnyView {
    let version = &view.desk.version;
    let (answers, _) = screen.form.check(version);
    let walk = Walk::new(version, &answers.items);
    let page = Page {
        view,
        screen,
        walk: &walk,
    };
    let contents = match screen.step {
        Step::Start => start(&page),
        Step::Section(index) => section(&page, index),
        Step::Review => review(&page),
    };
    let own_fields: Vec<(String, String)> = screen
        .form
        .carried()
        // The code has a field of its own on the first screen.
        .filter(|(name, _)| !(*name == own::CODE && screen.step == Step::Start))
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    let carried: Vec<(String, String)> = match screen.step {
        Step::Section(index) => screen
            .form
            .answers()
            .carried(&walk, index)
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect(),
        _ => screen.form.answers().pairs().to_vec(),
    };
    let hidden = |(name, value): (String, String)| view! { <input type="hidden" name=name value=value/> };
    let locale = view.locale;
    view! {
        <SkipLink locale/>
        {header(view)}
        {view.desk.demo.then(|| view! { <DemoBanner locale/> })}
        <main id="main" class="survey" tabindex="-1">
            <div class="wrap">{island}</div>
            <form id=FORM class="wrap" method="post" action=view.href() novalidate=true>
                {own_fields.into_iter().map(hidden).collect_view()}
                <input type="hidden" name=own::AT value=screen.step.name()/>
                {carried.into_iter().map(hidden).collect_view()}
                {contents}
            </form>
        </main>
        {faces()}
    }
    .into_any()
}

/// The unit's name, and the languages; choosing one sends the form along, so that nothing is lost.
fn header(view: &View) -> AnyView {
    let languages: Vec<Language> = view
        .desk
        .version
        .definition()
        .languages
        .iter()
        .filter(|language| **language != view.language)
        .cloned()
        .collect();
    let buttons = languages
        .into_iter()
        .map(|language| {
            view! {
                <button
                    class="link-button"
                    type="submit"
                    form=FORM
                    formaction=view.href_in(&language)
                    name=own::GO
                    value="stay"
                    lang=language.to_string()
                >
                    {language.own_name().to_owned()}
                </button>
            }
        })
        .collect_view();
    view! {
        <header class="survey-header">
            <div class="wrap survey-header-row">
                <Lotus/>
                <p class="survey-place">{view.place()}</p>
                <div class="survey-languages">{buttons}</div>
            </div>
        </header>
    }
    .into_any()
}

/// Wrong fields, listed at the top and linked.
fn error_summary(page: &Page<'_>) -> Option<AnyView> {
    if page.screen.errors.is_empty() {
        return None;
    }
    let locale = page.view.locale;
    let items: Vec<(String, String)> = page
        .screen
        .errors
        .iter()
        .map(|error| {
            let field = field_of(error);
            let words = question_words(page, &field);
            let sentence = sentence(locale, &error.code);
            let text = if words.is_empty() {
                sentence
            } else {
                format!("{words} – {sentence}")
            };
            (format!("#{}", anchor(&field)), text)
        })
        .collect();
    Some(
        view! {
            <div class="error-summary" role="alert" aria-labelledby="error-summary" tabindex="-1">
                <h2 id="error-summary">{locale.tn("survey-error-summary", items.len() as u64)}</h2>
                <ul>
                    {items
                        .into_iter()
                        .map(|(href, text)| view! { <li><a href=href>{text}</a></li> })
                        .collect_view()}
                </ul>
            </div>
        }
        .into_any(),
    )
}

/// The words of the question or row of a field.
fn question_words(page: &Page<'_>, field: &str) -> String {
    let version = &page.view.desk.version;
    let path = field.trim_start_matches("a.");
    let id = path.split('.').next().unwrap_or_default();
    let Some((_, question)) = version.questions().find(|(_, question)| question.id == id) else {
        return String::new();
    };
    row_words(page.view, version, question, path)
}

fn row_words(view: &View, version: &Version, question: &Question, path: &str) -> String {
    let row = path
        .strip_prefix(&question.id)
        .and_then(|rest| rest.strip_prefix('.'));
    let rows = domain::form::rows(version.definition(), question);
    let text = row
        .and_then(|row| rows.iter().find(|known| known.id == row))
        .map_or(&question.text, |row| row.text);
    view.text(text).0.to_owned()
}

fn message(page: &Page<'_>) -> Option<AnyView> {
    let key = page.screen.message?;
    let text = page.view.locale.t(key);
    Some(view! { <p class="message" role="alert">{text}</p> }.into_any())
}

/// The notice, before anything is asked.
fn start(page: &Page<'_>) -> AnyView {
    let view = page.view;
    let locale = view.locale;
    let desk = &view.desk;
    let motto = desk.motto.as_ref().map(|motto| {
        let (text, lang) = view.text(motto);
        view! { <p class="motto" lang=lang>{text.to_owned()}</p> }
    });
    let (agency, _) = view.text(&desk.agency);
    let unit = desk.unit.get(locale).to_owned();
    let lines = [
        locale.tr("survey-notice-who", &[("agency", agency), ("unit", &unit)]),
        locale.t("survey-notice-names"),
        locale.t("survey-notice-seen"),
        locale.t("survey-notice-free"),
    ];
    let above: Vec<String> = desk
        .above
        .iter()
        .map(|name| name.get(locale).to_owned())
        .collect();
    let sections = page.walk.visible_sections().len() as u64;
    view! {
        <div class="start">
            {error_summary(page)}
            {message(page)}
            {motto}
            <h1>{locale.t("survey-title")}</h1>
            <p class="lead unit-name">
                {view.place()} {(!above.is_empty()).then(|| format!(", {}", above.join(", ")))}
            </p>
            <ul class="notice">{lines.into_iter().map(|line| view! { <li>{line}</li> }).collect_view()}</ul>
            {details(view)}
            {desk.needs_code.then(|| code_field(page))}
            <p class="hint">{locale.tn("survey-length", sections)}</p>
            {actions(None, locale.t("survey-start"), "next")}
        </div>
    }
    .into_any()
}

/// What a careful reader wants to know before answering.
fn details(view: &View) -> AnyView {
    let locale = view.locale;
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
        let text = locale.tr("survey-detail-hotline", &[("hotline", hotline)]);
        view! { <li>{text}</li> }
    });
    view! {
        <details class="details">
            <summary>{locale.t("survey-details")}</summary>
            <ul>
                <li>{locale.t("survey-detail-stored")}</li>
                <li>{locale.t("survey-detail-device")}</li>
                <li>{locale.t("survey-detail-published")}</li>
                <li>{locale.t("survey-detail-remark")}</li>
                {call}
            </ul>
            <p>
                <strong lang=title_lang>{title}</strong>
                ". "
                {locale.t(kind)}
                " "
                <span lang=note_lang>{note}</span>
            </p>
        </details>
    }
    .into_any()
}

fn code_field(page: &Page<'_>) -> AnyView {
    let locale = page.view.locale;
    let error = page
        .screen
        .errors
        .iter()
        .find(|error| field_of(error) == own::CODE)
        .map(|error| sentence(locale, &error.code));
    let wrong = error.is_some();
    let value = page.screen.form.own(own::CODE).unwrap_or_default().to_owned();
    let id = anchor(own::CODE);
    view! {
        <div class="question typed" class:wrong=wrong>
            <label for=id.clone()>{locale.t("survey-code")}</label>
            <p class="hint" id="code-hint">{locale.t("survey-code-hint")}</p>
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

/// One section, with its place among those that are asked.
fn section(page: &Page<'_>, index: usize) -> AnyView {
    let view = page.view;
    let locale = view.locale;
    let version = &view.desk.version;
    let Some(section) = version.definition().sections.get(index) else {
        return ().into_any();
    };
    let visible = page.walk.visible_sections();
    let total = visible.len();
    let at = visible
        .iter()
        .position(|known| *known == index)
        .map_or(1, |at| at + 1);
    let (title, lang) = view.text(&section.title);
    let title = title.to_owned();
    let intro = section.intro.as_ref().map(|intro| {
        let (text, lang) = view.text(intro);
        view! { <p lang=lang>{text.to_owned()}</p> }
    });
    let questions: Vec<AnyView> = questions_of(version, index)
        .map(|(place, (_, question))| question::question(page, place, question))
        .collect();
    let progress = locale.tr(
        "survey-progress",
        &[
            ("at", &locale.count(at as u64)),
            ("total", &locale.count(total as u64)),
        ],
    );
    view! {
        <div class="progress">
            <p id="progress">{progress.clone()}</p>
            <progress value=at.to_string() max=total.to_string() aria-labelledby="progress"></progress>
        </div>
        {error_summary(page)}
        {message(page)}
        <h1 lang=lang>{title}</h1>
        {intro}
        {questions}
        {actions(Some(locale.t("survey-back")), locale.t("survey-next"), "next")}
    }
    .into_any()
}

/// What is unanswered, before sending.
fn review(page: &Page<'_>) -> AnyView {
    let view = page.view;
    let locale = view.locale;
    let version = &view.desk.version;
    let unanswered = page.walk.unanswered();
    let items = version.layout().items();
    let asked = page
        .walk
        .items()
        .iter()
        .filter(|answer| **answer != domain::answer::Answer::NotShown)
        .count();
    let given = asked - unanswered.len();
    let summary = locale.tr(
        "survey-review-count",
        &[
            ("given", &locale.count(given as u64)),
            ("asked", &locale.count(asked as u64)),
        ],
    );
    let sections: Vec<AnyView> = page
        .walk
        .visible_sections()
        .into_iter()
        .filter_map(|index| {
            let section = version.definition().sections.get(index)?;
            let missing: Vec<&Item> = unanswered
                .iter()
                .filter(|unanswered| unanswered.section == index)
                .filter_map(|unanswered| items.get(unanswered.item))
                .collect();
            (!missing.is_empty()).then(|| missing_of(view, index, view.text(&section.title).0, &missing))
        })
        .collect();
    let all_given = sections.is_empty();
    view! {
        {error_summary(page)}
        {message(page)}
        <h1>{locale.t("survey-review-title")}</h1>
        <p class="lead">{summary}</p>
        {if all_given {
            view! { <p>{locale.t("survey-review-complete")}</p> }.into_any()
        } else {
            view! {
                <p>{locale.t("survey-review-missing")}</p>
                {sections}
            }
            .into_any()
        }}
        {actions(Some(locale.t("survey-back")), locale.t("survey-send"), "send")}
    }
    .into_any()
}

/// The unanswered items of a section, each a button that leads to it with everything typed.
fn missing_of(view: &View, section: usize, title: &str, missing: &[&Item]) -> AnyView {
    let version = &view.desk.version;
    let buttons: Vec<AnyView> = missing
        .iter()
        .filter_map(|item| {
            let (_, question) = version.questions().nth(item.question)?;
            let words = row_words(view, version, question, &item.path);
            let action = format!("{}#{}", view.href(), anchor(&item.path));
            Some(
                view! {
                    <li>
                        <button
                            class="link-button"
                            type="submit"
                            name=own::GO
                            value=Step::Section(section).name()
                            formaction=action
                        >
                            {words}
                        </button>
                    </li>
                }
                .into_any(),
            )
        })
        .collect();
    view! {
        <section class="missing">
            <h2>{title.to_owned()}</h2>
            <ul>{buttons}</ul>
        </section>
    }
    .into_any()
}

/// The bar at the thumb: on, and back. The first button of the form is what the Enter key presses.
fn actions(back: Option<String>, next: String, go: &'static str) -> AnyView {
    view! {
        <div class="survey-actions">
            <button class="button" type="submit" name=own::GO value=go>
                {next}
            </button>
            {back
                .map(|back| {
                    view! {
                        <button class="button quiet" type="submit" name=own::GO value="back">
                            {back}
                        </button>
                    }
                })}
        </div>
    }
    .into_any()
}

/// After sending; the same page for a repeat.
pub(crate) fn thanks(view: &View, island: AnyView) -> AnyView {
    let locale = view.locale;
    message_page(
        view,
        locale.t("survey-thanks-title"),
        vec![locale.t("survey-thanks-text"), locale.t("survey-thanks-close")],
        island,
    )
}

/// The campaign is over.
pub(crate) fn closed(view: &View, on: &str) -> AnyView {
    let locale = view.locale;
    let unit = view.desk.unit.get(locale);
    message_page(
        view,
        locale.t("survey-closed-title"),
        vec![
            locale.tr("survey-closed-text", &[("date", on), ("unit", unit)]),
            locale.t("survey-closed-next"),
        ],
        ().into_any(),
    )
}

fn message_page(view: &View, title: String, lines: Vec<String>, island: AnyView) -> AnyView {
    let locale = view.locale;
    view! {
        <SkipLink locale/>
        {header_without_languages(view)}
        {view.desk.demo.then(|| view! { <DemoBanner locale/> })}
        <main id="main" class="survey survey-message" tabindex="-1">
            <div class="wrap">
                <svg class="big-face" aria-hidden="true" focusable="false">
                    <use href="#face-4"></use>
                </svg>
                <h1>{title}</h1>
                {lines.into_iter().map(|line| view! { <p class="lead">{line}</p> }).collect_view()}
                <p>
                    <a href=locale.href("/results")>{locale.t("survey-see-results")}</a>
                </p>
            </div>
            {island}
        </main>
        {faces()}
    }
    .into_any()
}

fn header_without_languages(view: &View) -> AnyView {
    view! {
        <header class="survey-header">
            <div class="wrap survey-header-row">
                <Lotus/>
                <p class="survey-place">{view.place()}</p>
            </div>
        </header>
    }
    .into_any()
}

/// The title of a step's document: what is wrong comes first, then where one is.
pub(crate) fn title(view: &View, screen: &Screen) -> String {
    let locale: Locale = view.locale;
    let definition = view.desk.version.definition();
    let step = match screen.step {
        Step::Start => locale.t("survey-title"),
        Step::Review => locale.t("survey-review-title"),
        Step::Section(index) => definition
            .sections
            .get(index)
            .map_or_else(String::new, |section| view.text(&section.title).0.to_owned()),
    };
    let title = format!("{step} – {}", view.place());
    if screen.errors.is_empty() {
        title
    } else {
        locale.tr("error-title-prefix", &[("title", &title)])
    }
}
