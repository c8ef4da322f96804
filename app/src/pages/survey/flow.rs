//! From a posted form to the page that answers it. Pure: the handler asks the time, and sends.

use domain::canonical;
use domain::civil;
use domain::form::{RowRef, Walk, field_name, rows, section_of};
use domain::id::ResponseId;
use domain::questionnaire::{Question, Version};
use domain::response::{FieldError, FieldErrorCode};
use domain::slip;
use serde_json::{Value, json};
use time::{Date, OffsetDateTime};

use crate::pages::survey::desk::View;
use crate::pages::survey::form::{Form, Pressed, own};

/// What is on the screen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// The notice, the language, and the one-time code where one is needed.
    Start,
    /// A section by its place in the version.
    Section(usize),
    /// What is unanswered, before sending.
    Review,
}

impl Step {
    /// The value of [`own::AT`], and of [`own::GO`] on buttons that lead there.
    pub(crate) fn name(self) -> String {
        match self {
            Self::Start => "start".to_owned(),
            Self::Review => "review".to_owned(),
            Self::Section(index) => format!("section-{index}"),
        }
    }

    fn of(name: &str, version: &Version) -> Option<Self> {
        match name {
            "start" => Some(Self::Start),
            "review" => Some(Self::Review),
            _ => {
                let index: usize = name.strip_prefix("section-")?.parse().ok()?;
                (index < version.definition().sections.len()).then_some(Self::Section(index))
            }
        }
    }
}

/// The page that answers.
#[derive(Clone, Debug)]
pub(crate) struct Screen {
    pub(crate) step: Step,
    pub(crate) form: Form,
    /// Wrong fields of this step, in printed order.
    pub(crate) errors: Vec<FieldError>,
    /// Fields of this section that became asked by what was answered on it.
    pub(crate) added: Vec<String>,
    /// The key of one sentence above the form.
    pub(crate) message: Option<&'static str>,
}

impl Screen {
    /// A step without anything wrong.
    pub(crate) fn of(step: Step, form: Form) -> Self {
        Self {
            step,
            form,
            errors: Vec::new(),
            added: Vec::new(),
            message: None,
        }
    }
}

/// What to do with a posted form.
#[derive(Debug)]
pub(crate) enum Next {
    Show(Screen),
    /// Hand the response in; the form comes back when it is refused.
    Send(Form),
}

/// Decides what a posted form leads to.
pub(crate) fn decide(view: &View, form: Form, pressed: &Pressed) -> Next {
    let version = &view.desk.version;
    let at = Step::of(&pressed.at, version).unwrap_or(Step::Start);
    let (answers, errors) = form.check(version);
    let walk = Walk::new(version, &answers.items);
    match pressed.go.as_str() {
        // Another language: the same step, nothing checked.
        "stay" => Next::Show(Screen::of(at, form)),
        "back" => Next::Show(Screen::of(before(at, &walk), form)),
        "send" => match first_wrong(view, &form, errors) {
            None => Next::Send(form),
            Some((step, errors)) => Next::Show(Screen {
                errors,
                ..Screen::of(step, form)
            }),
        },
        "next" | "" => {
            let errors = match at {
                Step::Start => code_error(view, &form).into_iter().collect(),
                Step::Section(index) => in_section(version, index, errors),
                Step::Review => Vec::new(),
            };
            let added = match at {
                Step::Section(index) => added(&walk, index, &pressed.seen),
                _ => Vec::new(),
            };
            if errors.is_empty() && added.is_empty() {
                Next::Show(Screen::of(after(at, &walk), form))
            } else {
                Next::Show(Screen {
                    step: at,
                    form,
                    errors,
                    added,
                    message: None,
                })
            }
        }
        target => Next::Show(Screen::of(Step::of(target, version).unwrap_or(at), form)),
    }
}

fn after(step: Step, walk: &Walk<'_>) -> Step {
    let next = match step {
        Step::Start => walk.visible_sections().first().copied(),
        Step::Section(index) => walk.next_section(index),
        Step::Review => None,
    };
    next.map_or(Step::Review, Step::Section)
}

fn before(step: Step, walk: &Walk<'_>) -> Step {
    let previous = match step {
        Step::Start => None,
        Step::Section(index) => walk.previous_section(index),
        Step::Review => walk.visible_sections().last().copied(),
    };
    previous.map_or(Step::Start, Step::Section)
}

/// The questions and rows of a section that have conditions of their own, by the names of their fields, each
/// with whether it is asked now.
pub(crate) fn conditional(walk: &Walk<'_>, section: usize) -> Vec<(String, bool)> {
    let definition = walk.version().definition();
    let mut found = Vec::new();
    for (place, (_, question)) in questions_of(walk.version(), section) {
        let asked = walk.asked(place);
        if question.when.is_some() {
            found.push((field_name(&question.id, None), asked.is_some()));
        }
        for (index, row) in rows(definition, question).iter().enumerate() {
            if row.when.is_some() {
                let shown = asked.is_some_and(|asked| asked.rows.contains(&index));
                found.push((row_field(question, row), shown));
            }
        }
    }
    found
}

/// The questions of a section, each with its place in printed order.
pub(crate) fn questions_of(
    version: &Version,
    section: usize,
) -> impl Iterator<Item = (usize, (&domain::questionnaire::Section, &Question))> {
    let wanted = version.definition().sections.get(section);
    version
        .questions()
        .enumerate()
        .filter(move |(_, (section, _))| wanted.is_some_and(|wanted| std::ptr::eq(wanted, *section)))
}

/// The field of a row.
pub(crate) fn row_field(question: &Question, row: &RowRef<'_>) -> String {
    field_name(&question.id, Some(row.id))
}

/// What of the section is asked now and was not there to be seen.
fn added(walk: &Walk<'_>, section: usize, seen: &[String]) -> Vec<String> {
    conditional(walk, section)
        .into_iter()
        .filter(|(field, shown)| *shown && !seen.contains(field))
        .map(|(field, _)| field)
        .collect()
}

/// The first step with something wrong, and what.
fn first_wrong(view: &View, form: &Form, errors: Vec<FieldError>) -> Option<(Step, Vec<FieldError>)> {
    if let Some(error) = code_error(view, form) {
        return Some((Step::Start, vec![error]));
    }
    by_step(&view.desk.version, errors)
}

/// The first section that errors of answers lie in, with those of it.
pub(crate) fn by_step(version: &Version, errors: Vec<FieldError>) -> Option<(Step, Vec<FieldError>)> {
    let first = errors
        .iter()
        .filter_map(|error| section_of(version, &error.path))
        .min()?;
    Some((Step::Section(first), in_section(version, first, errors)))
}

fn in_section(version: &Version, index: usize, errors: Vec<FieldError>) -> Vec<FieldError> {
    errors
        .into_iter()
        .filter(|error| section_of(version, &error.path) == Some(index))
        .collect()
}

fn code_error(view: &View, form: &Form) -> Option<FieldError> {
    if !(view.desk.needs_code || view.desk.takes_slips) {
        return None;
    }
    let code = match form.own(own::CODE) {
        None if view.desk.needs_code => FieldErrorCode::Required,
        Some(typed) if slip::read(typed).is_err() => FieldErrorCode::Mistyped,
        None | Some(_) => return None,
    };
    Some(FieldError::new(format!("/{}", own::CODE), code))
}

/// A form that was just opened: its id, nonce and time go with it until it is sent.
pub(crate) fn opened(now: OffsetDateTime, id: [u8; 10], nonce: [u8; 16]) -> Form {
    let mut form = Form::default();
    fresh_id(&mut form, civil::date_of(now), id);
    form.set(own::NONCE, canonical::hex(&nonce));
    form.set(own::OPENED, now.unix_timestamp().to_string());
    form
}

/// Gives the form another id, after the first turned out to hold other content.
pub(crate) fn fresh_id(form: &mut Form, today: Date, id: [u8; 10]) {
    form.set(own::ID, ResponseId::new(today, id).to_string());
}

/// Fixes what a repeat must repeat: the day and the time taken. Done when the answers are shown for sending.
///
/// A form that was opened before midnight and is finished after it takes the id given here: its own would tell a
/// second day beside that of the answer.
pub(crate) fn settle(form: &mut Form, now: OffsetDateTime, id: [u8; 10]) {
    let today = civil::date_of(now);
    let told = response_id(form).and_then(ResponseId::date);
    if told.is_some_and(|day| day != today) {
        fresh_id(form, today, id);
    }
    let opened = form.own(own::OPENED).and_then(|text| text.parse::<i64>().ok());
    let taken = opened.map_or(0, |opened| now.unix_timestamp().saturating_sub(opened));
    form.set(own::ANSWERED_ON, civil::format(today));
    form.set(own::DURATION, taken.clamp(0, LONGEST_S).to_string());
}

/// The longest duration that is believed, in seconds: three days, as in documents.
const LONGEST_S: i64 = 259_200;

/// The id of the response that a form carries; none when it was tampered with.
pub(crate) fn response_id(form: &Form) -> Option<ResponseId> {
    form.own(own::ID)?.parse().ok()
}

/// The document of the response, as a client would send it.
pub(crate) fn document(view: &View, form: &Form) -> Value {
    let version = &view.desk.version;
    let (respondent, answers) = form.answers().read(version);
    let mut document = json!({
        "point": view.desk.code,
        "questionnaire": version.reference(),
        "campaign": view.desk.campaign,
        "nonce": form.own(own::NONCE),
        "language": view.language,
        "mode": form.check(version).0.mode(version),
        "answered_on": form.own(own::ANSWERED_ON),
        "duration_s": form.own(own::DURATION).and_then(|text| text.parse::<u32>().ok()),
        "respondent": respondent,
        "answers": answers,
    });
    let asked = view.desk.needs_code || view.desk.takes_slips;
    if let Some(code) = form.own(own::CODE).filter(|_| asked) {
        document["code"] = json!(code);
    }
    document
}
