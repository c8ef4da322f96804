//! One question with its way of answering, as plain form controls.

use domain::form::{DATE_PARTS, RowRef, Walk, rows, with_hotline};
use domain::questionnaire::{AnswerKind, ChoiceOption, Question, Scale, Version};
use domain::response::FieldErrorCode;
use domain::text::Text;
use leptos::prelude::*;

use crate::i18n::{Tongue, Words};
use crate::pages::survey::desk::View;
use crate::pages::survey::flow::{Screen, row_field};
use crate::pages::survey::form::{field_of, own};
use crate::pages::survey::slip;

/// The value of "no opinion" in forms, as in documents.
const NO_OPINION: &str = "no_opinion";

/// What the controls of a page need to know.
pub(crate) struct Page<'a> {
    pub(crate) view: &'a View,
    pub(crate) screen: &'a Screen,
    pub(crate) walk: &'a Walk<'a>,
}

impl Page<'_> {
    fn version(&self) -> &Version {
        &self.view.desk.version
    }

    fn error(&self, field: &str) -> Option<Words> {
        let error = self.screen.errors.iter().find(|error| field_of(error) == field)?;
        Some(sentence(self.view.tongue, &error.code))
    }

    /// A text with `lang` where another language stands in.
    fn text(&self, text: &Text) -> AnyView {
        let (text, lang) = self.view.text(text);
        let text = text.to_owned();
        match lang {
            Some(lang) => view! { <span lang=lang>{text}</span> }.into_any(),
            None => text.into_any(),
        }
    }
}

/// What is wrong with a field, in one sentence.
pub(crate) fn sentence(tongue: Tongue, code: &FieldErrorCode) -> Words {
    let count = |n: i64| domain::round::format_count(n, tongue.style());
    match code {
        FieldErrorCode::Required | FieldErrorCode::Missing => tongue.t("survey-error-required"),
        FieldErrorCode::OutOfRange { min, max } => tongue.tr(
            "survey-error-range",
            &[("min", &count(*min)), ("max", &count(*max))],
        ),
        FieldErrorCode::TooLong { max } => {
            tongue.tr("survey-error-too-long", &[("max", &count(i64::from(*max)))])
        }
        FieldErrorCode::TooMany { max } => {
            tongue.tr("survey-error-too-many", &[("max", &count(i64::from(*max)))])
        }
        FieldErrorCode::Expected { what: "integer" } => tongue.t("survey-error-number"),
        FieldErrorCode::Expected { what: "date" } => tongue.t("survey-error-date"),
        FieldErrorCode::Mistyped => tongue.t("survey-error-code"),
        FieldErrorCode::NotFound => tongue.t("survey-error-code-unknown"),
        _ => tongue.t("survey-error-other"),
    }
}

/// The id of the element that an error links to.
pub(crate) fn anchor(field: &str) -> String {
    format!("f-{}", field.trim_start_matches("a."))
}

/// A question of the section on the screen. A conditional one that is not asked is there, hidden and
/// switched off, so that the island can ask it at once.
pub(crate) fn question(page: &Page<'_>, place: usize, question: &Question) -> AnyView {
    if let Some(known) = slip::known_answer(page, question) {
        return known;
    }
    let field = domain::form::field_name(&question.id, None);
    let asked = page.walk.asked(place);
    let shown = asked.is_some();
    let grid = rows(page.version().definition(), question);
    let inner = if grid.is_empty() {
        single_question(page, question, &field)
    } else {
        let shown_rows: Vec<usize> = asked.map(|asked| asked.rows.clone()).unwrap_or_default();
        grid_question(page, question, &grid, &shown_rows)
    };
    conditional(question.when.is_some(), shown, &field, page, inner)
}

/// Wraps what has a condition of its own: switched off while it is not asked, and telling the server that it
/// was seen while it is.
fn conditional(has_condition: bool, shown: bool, field: &str, page: &Page<'_>, inner: AnyView) -> AnyView {
    if !has_condition {
        return inner;
    }
    let added = page.screen.added.iter().any(|added| added == field);
    let mark = added.then(|| view! { <p class="added">{page.view.tongue.t("survey-added")}</p> });
    view! {
        <fieldset class="conditional" data-field=field.to_owned() hidden=!shown disabled=!shown>
            <input type="hidden" name=own::SEEN value=field.to_owned()/>
            {mark}
            {inner}
        </fieldset>
    }
    .into_any()
}

fn single_question(page: &Page<'_>, question: &Question, field: &str) -> AnyView {
    let (kind, choices) = match &question.answer {
        AnswerKind::Rating { scale, no_opinion } => {
            let Some(scale) = page.version().scale(scale) else {
                return ().into_any();
            };
            ("levels", level_choices(page, field, scale, no_opinion.as_ref()))
        }
        AnswerKind::Single { options } => ("options", option_choices(page, field, options, "radio")),
        AnswerKind::Multiple { options, .. } => ("options", option_choices(page, field, options, "checkbox")),
        AnswerKind::YesNo {} => ("options", yes_or_no(page, field)),
        AnswerKind::Date {} => ("date-parts", date_parts(page, field)),
        _ => return typed_question(page, question, field),
    };
    let heading = heading(page, question).into_any();
    choice_set(page, field, heading, hints(page, question), kind, choices)
}

fn yes_or_no(page: &Page<'_>, field: &str) -> Vec<AnyView> {
    [("yes", "survey-yes"), ("no", "survey-no")]
        .map(|(value, words)| {
            let words = page.view.tongue.t(words).into_any();
            choice(page, field, value, "radio", "", words, None)
        })
        .into()
}

/// Day, month and year in fields of their own. The browser's own field would ask in the order of its own language, and a
/// calendar is no help for a day long ago.
fn date_parts(page: &Page<'_>, field: &str) -> Vec<AnyView> {
    let given = page.screen.form.answers().date_parts(field);
    let invalid = page.error(field).is_some().then_some("true");
    let labels = ["survey-day", "survey-month", "survey-year"];
    let parts = DATE_PARTS.into_iter().zip(labels).zip(given);
    parts
        .map(|((part, label), value)| {
            let longest = if part == "year" { "4" } else { "2" };
            let name = format!("{field}.{part}");
            view! {
                <label class="date-part">
                    {page.view.tongue.t(label)}
                    <input
                        type="text"
                        name=name
                        value=value
                        inputmode="numeric"
                        size=longest
                        maxlength=longest
                        autocomplete="off"
                        aria-invalid=invalid
                    />
                </label>
            }
            .into_any()
        })
        .collect()
}

/// Number and words of a question.
fn heading(page: &Page<'_>, question: &Question) -> impl IntoView + use<> {
    let number = question
        .number
        .clone()
        .map(|number| view! { <span class="number-of">{number}". "</span> });
    view! { {number}{page.text(&question.text)} }
}

/// What helps to answer: the question's own help, what must or need not be answered, what is sensitive.
fn hints(page: &Page<'_>, question: &Question) -> Vec<AnyView> {
    let tongue = page.view.tongue;
    let mut hints = Vec::new();
    if let Some(help) = &question.help {
        hints.push(page.text(help));
    }
    match &question.answer {
        AnswerKind::Multiple {
            at_most: Some(max), ..
        } => {
            hints.push(tongue.tn("survey-hint-at-most", u64::from(*max)).into_any());
        }
        AnswerKind::Multiple { .. } if question.help.is_none() => {
            hints.push(tongue.t("survey-hint-several").into_any());
        }
        AnswerKind::LongText { max_length } | AnswerKind::ShortText { max_length } => {
            hints.push(tongue.tn("survey-hint-length", u64::from(*max_length)).into_any());
        }
        AnswerKind::Date {} => hints.push(tongue.t("survey-date-hint").into_any()),
        _ => {}
    }
    if question.needs_names_hint() {
        hints.push(tongue.t("survey-hint-no-names").into_any());
    }
    if question.sensitive {
        hints.push(tongue.t("survey-hint-sensitive").into_any());
    }
    if question.delicate {
        hints.push(tongue.t("survey-hint-delicate").into_any());
    }
    if question.required {
        hints.push(tongue.t("survey-hint-required").into_any());
    }
    hints
}

/// A set of choices under its question.
fn choice_set(
    page: &Page<'_>,
    field: &str,
    heading: AnyView,
    hints: Vec<AnyView>,
    kind: &'static str,
    choices: Vec<AnyView>,
) -> AnyView {
    let id = anchor(field);
    let error = page.error(field);
    let wrong = error.is_some();
    let mut described = Vec::new();
    if !hints.is_empty() {
        described.push(format!("{id}-hint"));
    }
    if error.is_some() {
        described.push(format!("{id}-error"));
    }
    let hints = (!hints.is_empty()).then(|| {
        view! {
            <div class="hint" id=format!("{id}-hint")>
                {hints.into_iter().map(|hint| view! { <p>{hint}</p> }).collect_view()}
            </div>
        }
    });
    let error_id = format!("{id}-error");
    view! {
        <fieldset
            class="question"
            class:wrong=wrong
            id=id
            tabindex="-1"
            aria-describedby=(!described.is_empty()).then(|| described.join(" "))
        >
            <legend>{heading}</legend>
            {hints}
            {error.map(|text| view! { <p class="field-error" id=error_id>{text}</p> })}
            <div class=kind>{choices}</div>
        </fieldset>
    }
    .into_any()
}

/// One radio button or box with its words, the whole card being the target.
fn choice(
    page: &Page<'_>,
    field: &str,
    value: &str,
    kind: &'static str,
    class: &str,
    words: AnyView,
    face: Option<usize>,
) -> AnyView {
    let chosen = page
        .screen
        .form
        .answers()
        .values(field)
        .any(|known| known == value);
    let face = face.map(|face| {
        view! {
            <svg class="face" aria-hidden="true" focusable="false">
                <use href=format!("#face-{face}")></use>
            </svg>
        }
    });
    let mark = face
        .is_none()
        .then(|| view! { <span class="mark" aria-hidden="true"></span> });
    view! {
        <label class=format!("choice {class}")>
            <input type=kind name=field.to_owned() value=value.to_owned() checked=chosen/>
            <span class="card">{face}{mark}<span class="words">{words}</span></span>
        </label>
    }
    .into_any()
}

fn option_choices(
    page: &Page<'_>,
    field: &str,
    options: &[ChoiceOption],
    kind: &'static str,
) -> Vec<AnyView> {
    let mut choices = Vec::new();
    for option in options {
        let words = page.text(&option.text);
        choices.push(choice(page, field, &option.id, kind, "", words, None));
        if let Some(note) = &option.note {
            let (text, lang) = page.view.text(note);
            let hotline = &page.view.desk.hotline;
            // Without a number the sentence still says whose it is.
            let whose = page.view.tongue.t("survey-hotline-unit");
            let text = with_hotline(
                text,
                if hotline.is_empty() {
                    whose.as_str()
                } else {
                    hotline
                },
            );
            // Style sheets show the note once its option is chosen, so it needs no script.
            choices.push(view! { <p class="note" role="note" lang=lang>{text}</p> }.into_any());
        }
    }
    choices
}

/// The levels of a scale, the lowest first, then "no opinion".
fn level_choices(page: &Page<'_>, field: &str, scale: &Scale, no_opinion: Option<&Text>) -> Vec<AnyView> {
    let levels = scale.levels.len();
    let mut choices: Vec<AnyView> = scale
        .levels
        .iter()
        .enumerate()
        .map(|(index, words)| {
            let face = scale.satisfied_from.and_then(|_| face_of(index, levels));
            let class = face.map_or_else(|| "level".to_owned(), |face| format!("level level-{face}"));
            choice(
                page,
                field,
                &(index + 1).to_string(),
                "radio",
                &class,
                page.text(words),
                face,
            )
        })
        .collect();
    if let Some(words) = no_opinion {
        choices.push(choice(
            page,
            field,
            NO_OPINION,
            "radio",
            "no-opinion",
            page.text(words),
            None,
        ));
    }
    choices
}

/// Which of the five faces stands for a level; scales of more than five levels have none.
fn face_of(index: usize, levels: usize) -> Option<usize> {
    match levels {
        2 => Some([1, 5][index]),
        3 => Some([1, 3, 5][index]),
        4 => Some([1, 2, 4, 5][index]),
        5 => Some(index + 1),
        _ => None,
    }
}

fn grid_question(page: &Page<'_>, question: &Question, grid: &[RowRef<'_>], shown: &[usize]) -> AnyView {
    let (scale, no_opinion) = match &question.answer {
        AnswerKind::Satisfaction {
            scale, no_opinion, ..
        }
        | AnswerKind::Grid {
            scale, no_opinion, ..
        } => (page.version().scale(scale), no_opinion.as_ref()),
        _ => (None, None),
    };
    let Some(scale) = scale else { return ().into_any() };
    let id = anchor(&domain::form::field_name(&question.id, None));
    let factors = grid
        .iter()
        .filter_map(|row| row.factor.map(|factor| factor.id.as_str()));
    let several_factors = factors.collect::<std::collections::BTreeSet<_>>().len() > 1;
    let mut factor = None;
    let mut parts = Vec::new();
    for (index, row) in grid.iter().enumerate() {
        let row_shown = shown.contains(&index);
        let own_title = row.factor.map(|factor| factor.id.as_str());
        // With one criterion a factor, its title would say the same twice.
        let titled = row
            .factor
            .is_some_and(|factor| several_factors && factor.criteria.len() > 1);
        if own_title != factor && titled {
            let title = row.factor.map(|factor| page.text(&factor.title));
            parts.push(view! { <h3 class="factor">{title}</h3> }.into_any());
        }
        factor = own_title;
        let field = row_field(question, row);
        let number = row
            .number
            .map(|number| view! { <span class="number-of">{number.to_owned()}". "</span> });
        let heading = view! { {number}{page.text(row.text)} }.into_any();
        let choices = level_choices(page, &field, scale, no_opinion);
        let set = choice_set(page, &field, heading, Vec::new(), "levels", choices);
        parts.push(conditional(row.when.is_some(), row_shown, &field, page, set));
    }
    let hints = hints(page, question);
    view! {
        <section class="grid-question" id=id.clone() aria-labelledby=format!("{id}-title")>
            <h2 class="grid-title" id=format!("{id}-title")>{heading(page, question)}</h2>
            {hints.into_iter().map(|hint| view! { <p class="hint">{hint}</p> }).collect_view()}
            {parts}
        </section>
    }
    .into_any()
}

/// A number or a text.
fn typed_question(page: &Page<'_>, question: &Question, field: &str) -> AnyView {
    let id = anchor(field);
    let value = page
        .screen
        .form
        .answers()
        .value(field)
        .unwrap_or_default()
        .to_owned();
    let error = page.error(field);
    let wrong = error.is_some();
    let hints = hints(page, question);
    let mut described = Vec::new();
    if !hints.is_empty() {
        described.push(format!("{id}-hint"));
    }
    if error.is_some() {
        described.push(format!("{id}-error"));
    }
    let described = (!described.is_empty()).then(|| described.join(" "));
    let invalid = error.is_some().then_some("true");
    let name = field.to_owned();
    let control = match &question.answer {
        AnswerKind::LongText { .. } => view! {
            <textarea id=id.clone() name=name rows="5" aria-invalid=invalid aria-describedby=described>
                {value}
            </textarea>
        }
        .into_any(),
        kind => {
            let mode = match kind {
                AnswerKind::Number { .. } => Some("numeric"),
                _ => None,
            };
            view! {
                <input
                    type="text"
                    id=id.clone()
                    name=name
                    value=value
                    inputmode=mode
                    autocomplete="off"
                    aria-invalid=invalid
                    aria-describedby=described
                />
            }
            .into_any()
        }
    };
    let hint_id = format!("{id}-hint");
    let error_id = format!("{id}-error");
    view! {
        <div class="question typed" class:wrong=wrong>
            <label for=id>{heading(page, question)}</label>
            {(!hints.is_empty())
                .then(|| {
                    view! {
                        <div class="hint" id=hint_id>
                            {hints.into_iter().map(|hint| view! { <p>{hint}</p> }).collect_view()}
                        </div>
                    }
                })}
            {error.map(|text| view! { <p class="field-error" id=error_id>{text}</p> })}
            {control}
        </div>
    }
    .into_any()
}
