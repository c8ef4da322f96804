//! A step of the survey as a document, with the island that makes it quicker.

use axum::http::StatusCode;
use axum::response::Response;
use domain::answer::Answer;
use domain::condition::Condition;
use domain::form::{Walk, date_of, field_name, rows};
use leptos::prelude::*;

use crate::islands::citizen::{DraftSent, Fact, Rule, SurveyAid, Words};
use crate::pages::survey::desk::View;
use crate::pages::survey::flow::{Screen, Step, questions_of, row_field};
use crate::pages::survey::form::Form;
use crate::pages::survey::view;
use crate::shell::{Audience, Keep, Page, PageRequest};

/// Answers with a step of the form.
pub(crate) async fn screen(
    request: &PageRequest,
    view: &View,
    screen: Screen,
    status: StatusCode,
) -> Response {
    let mut page = page(view, view::title(view, &screen));
    page.status = if screen.errors.is_empty() {
        status
    } else {
        StatusCode::UNPROCESSABLE_ENTITY
    };
    page.audience = Some(Audience::Citizen);
    let view = view.clone();
    let body = move || {
        let (rules, facts) = conditions(&view, &screen);
        let tongue = view.tongue;
        let words = Words {
            restored: tongue.t("survey-draft-restored").into(),
            unfinished: tongue.t("survey-draft-unfinished").into(),
            resume: tongue.t("survey-draft-resume").into(),
            discard: tongue.t("survey-draft-discard").into(),
            unchoose: tongue.t("survey-unchoose").into(),
        };
        let desk = view.desk.code.clone();
        let island = view! {
            {view::outgoing(&view)}
            <SurveyAid desk rules facts words/>
        }
        .into_any();
        view::body(&view, &screen, island)
    };
    request.render(page, body).await
}

/// Answers with the page of thanks.
pub(crate) async fn thanks(request: &PageRequest, view: &View) -> Response {
    let mut page = page(view, view.tongue.t("survey-thanks-title"));
    page.audience = Some(Audience::Citizen);
    let view = view.clone();
    let body = move || {
        let island = view! {
            <DraftSent desk=view.desk.code.clone()/>
            {view::outgoing(&view)}
        }
        .into_any();
        view::thanks(&view, island)
    };
    request.render(page, body).await
}

/// Answers that the campaign is over, with what was typed until then.
pub(crate) async fn closed(
    request: &PageRequest,
    view: &View,
    on: time::Date,
    form: Option<Form>,
) -> Response {
    let mut page = page(view, view.tongue.t("survey-closed-title"));
    page.status = StatusCode::GONE;
    let view = view.clone();
    let body = move || view::closed(&view, &view.tongue.date(on), form.as_ref());
    request.render(page, body).await
}

/// Answers that the dossier of a slip was rated.
pub(crate) async fn used_slip(request: &PageRequest, view: &View) -> Response {
    let page = page(view, view.tongue.t("survey-slip-used-title"));
    let view = view.clone();
    request.render(page, move || view::used_slip(&view)).await
}

/// Answers that the slip had its time.
pub(crate) async fn expired_slip(request: &PageRequest, view: &View, on: time::Date) -> Response {
    let page = page(view, view.tongue.t("survey-slip-expired-title"));
    let view = view.clone();
    let body = move || view::expired_slip(&view, &view.tongue.date(on));
    request.render(page, body).await
}

fn page(view: &View, title: impl Into<String>) -> Page {
    let unit = view.desk.unit.get(view.tongue.locale());
    let mut page = Page::new(title, view.tongue.tr("survey-description", &[("unit", unit)]));
    page.language = Some((view.language.clone(), view.tongue));
    page.pack_sheets = view.tongue.sheet().into_iter().collect();
    page.keep = Keep::Never;
    page.bare = true;
    page.unlisted = true;
    page.framable = true;
    page
}

/// What the island needs to ask conditional questions of this step at once: their conditions, and the answers
/// of other steps that these look at.
fn conditions(view: &View, screen: &Screen) -> (Vec<Rule>, Vec<Fact>) {
    let Step::Section(section) = screen.step else {
        return (Vec::new(), Vec::new());
    };
    let version = &view.desk.version;
    let mut rules = Vec::new();
    for (_, (_, question)) in questions_of(version, section) {
        let mut rule = |field: String, when: Option<&Condition>| {
            rules.extend(when.map(|when| Rule {
                field,
                when: when.clone(),
            }));
        };
        rule(field_name(&question.id, None), question.when.as_ref());
        for row in rows(version.definition(), question) {
            rule(row_field(question, &row), row.when);
        }
    }
    let (answers, _) = screen.form.check(version);
    let walk = Walk::new(version, &answers.items);
    let here: Vec<&str> = questions_of(version, section)
        .map(|(_, (_, question))| question.id.as_str())
        .collect();
    let mut facts: Vec<Fact> = Vec::new();
    for item in rules.iter().flat_map(|rule| rule.when.items()) {
        let (question, row) = item
            .split_once('.')
            .map_or((item, None), |(question, row)| (question, Some(row)));
        let field = field_name(question, row);
        let place = version.layout().item(item);
        let known = place
            .and_then(|place| walk.items().get(place))
            .filter(|known| **known != Answer::NotShown);
        let told = here.contains(&question) || facts.iter().any(|fact| fact.field == field);
        if let Some(known) = known.filter(|_| !told) {
            let given = screen.form.answers();
            // What was typed and is no answer here is none in the browser either.
            let values = match known {
                Answer::Skipped => Vec::new(),
                // It was typed in parts.
                Answer::Date(_) => date_of(given.date_parts(&field).each_ref().map(String::as_str))
                    .into_iter()
                    .collect(),
                _ => given.values(&field).map(str::to_owned).collect(),
            };
            facts.push(Fact { field, values });
        }
    }
    (rules, facts)
}
