//! Closed questions outside the structure: who answered, what they follow, what they wish.

use domain::layout::{Item, ItemKind};
use domain::questionnaire::{AnswerKind, Definition, Question};
use domain::release::figures::{Counts, Figures, ItemFigures};
use domain::text::Text;
use leptos::prelude::*;

use super::sheet::Sheet;
use super::structure::{described, figure, ramp};
use super::{headline, question_table, words};
use crate::chart::{bar, distribution, legend};
use crate::i18n::Locale;

/// What is counted of the question at a place.
pub(super) fn of_question<'a>(
    items: &[(&'a Item, &'a ItemFigures)],
    at: usize,
) -> Vec<(&'a Item, &'a ItemFigures)> {
    let own = items.iter().filter(|(item, _)| item.question == at);
    own.copied().collect()
}

/// The questions in printed order; nothing when there are none.
pub(crate) fn questions(sheet: &Sheet, figures: &Figures) -> Option<AnyView> {
    let locale = sheet.locale;
    let version = &sheet.results.version.version;
    let definition = version.definition();
    let items = version.layout().items().iter().zip(&figures.items);
    let items: Vec<(&Item, &ItemFigures)> = items.filter(|(item, _)| item.criterion.is_none()).collect();
    let blocks: Vec<AnyView> = definition
        .questions()
        .enumerate()
        .filter_map(|(at, (_, question))| {
            let body = answers(locale, definition, question, &of_question(&items, at))?;
            let number = question.number.as_ref().map(|number| format!("{number}. "));
            Some(
                view! {
                    <section class="question-figures">
                        <h3>{number}{question.text.get(&locale.language()).to_owned()}</h3>
                        {body}
                    </section>
                }
                .into_any(),
            )
        })
        .collect();
    if blocks.is_empty() {
        return None;
    }
    let shown = items
        .iter()
        .flat_map(|(_, item)| item.share.iter().chain(&item.option_shares));
    let covers = figures
        .nodes
        .first()
        .and_then(|whole| headline::covers_otherwise(locale, "questions-covers", whole, shown));
    Some(
        view! {
            <section class="results-section" aria-labelledby="questions">
                <h2 id="questions">{locale.t("questions-title")}</h2>
                {covers.map(|covers| view! { <p>{covers}</p> })}
                {blocks}
                {question_table::table(locale, definition, &items)}
            </section>
        }
        .into_any(),
    )
}

fn answers(
    locale: Locale,
    definition: &Definition,
    question: &Question,
    items: &[(&Item, &ItemFigures)],
) -> Option<AnyView> {
    let (item, first) = items.first()?;
    let options = options(locale, definition, question, item)?;
    Some(match &question.answer {
        AnswerKind::Rating { .. } => stacks(locale, &options, vec![(String::new(), *first)]),
        AnswerKind::Grid { .. } => {
            let rows = items.iter();
            let rows = rows.map(|(item, figures)| (row_name(locale, question, item), *figures));
            stacks(locale, &options, rows.collect())
        }
        AnswerKind::Multiple { .. } => shares(locale, &options, first, true),
        _ => shares(locale, &options, first, false),
    })
}

/// The names of what can be answered, in the order of its counts; nothing where answers are not counted one by one.
pub(crate) fn options(
    locale: Locale,
    definition: &Definition,
    question: &Question,
    item: &Item,
) -> Option<Vec<String>> {
    let language = locale.language();
    let name = |text: &Text| text.get(&language).to_owned();
    match &question.answer {
        AnswerKind::Satisfaction { scale, .. }
        | AnswerKind::Rating { scale, .. }
        | AnswerKind::Grid { scale, .. } => Some(definition.scale(scale)?.levels.iter().map(name).collect()),
        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
            Some(options.iter().map(|option| name(&option.text)).collect())
        }
        AnswerKind::YesNo {} => Some(vec![locale.t("answer-no"), locale.t("answer-yes")]),
        AnswerKind::Number { .. } => match &item.kind {
            ItemKind::Number { classes } if !classes.is_empty() => Some(ranges(classes)),
            _ => None,
        },
        AnswerKind::Date {} | AnswerKind::ShortText { .. } | AnswerKind::LongText { .. } => None,
    }
}

/// The text of an item's row in a grid; empty elsewhere.
pub(crate) fn row_name(locale: Locale, question: &Question, item: &Item) -> String {
    let AnswerKind::Grid { rows, .. } = &question.answer else {
        return String::new();
    };
    let row = item.row.and_then(|row| rows.get(row));
    row.map(|row| row.text.get(&locale.language()).to_owned())
        .unwrap_or_default()
}

/// Classes of a number by their lower bounds; the last is open.
fn ranges(bounds: &[i64]) -> Vec<String> {
    let mut names: Vec<String> = bounds
        .windows(2)
        .map(|pair| format!("{}–{}", pair[0], pair[1] - 1))
        .collect();
    names.extend(bounds.last().map(|last| format!("≥ {last}")));
    names
}

/// Rows on a scale, a stacked bar each.
fn stacks(locale: Locale, levels: &[String], rows: Vec<(String, &ItemFigures)>) -> AnyView {
    let ramp = ramp(levels.len());
    let rows: Vec<_> = rows
        .into_iter()
        .map(|(name, figures)| {
            let name = (!name.is_empty()).then(|| view! { <p class="row-name">{name}</p> });
            let body = match &figures.counts {
                Some(counts) if counts.answered > 0 => view! {
                    <div class="row-charts">
                        {figures.share.as_ref().map(|share| figure(locale, Some(share), Some(counts.answered), 1))}
                        {distribution(ramp, &counts.options, described(locale, levels, &counts.options))}
                        {figures.share.is_none().then(|| {
                            view! { <p class="row-aside">{headline::respondents(locale, counts.answered)}</p> }
                        })}
                    </div>
                }
                .into_any(),
                counts => nothing(locale, counts.as_ref()),
            };
            view! { <li class="row">{name}{body}</li> }
        })
        .collect();
    view! {
        {legend(ramp, levels)}
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

/// Options, each with its figure and a bar beside it.
fn shares(locale: Locale, options: &[String], figures: &ItemFigures, several: bool) -> AnyView {
    let Some(counts) = figures.counts.as_ref().filter(|counts| counts.answered > 0) else {
        return nothing(locale, figures.counts.as_ref());
    };
    let rows: Vec<_> = options
        .iter()
        .zip(&figures.option_shares)
        .map(|(option, shown)| {
            let interval = words::interval(locale, shown);
            view! {
                <li class="row">
                    <p class="row-name">{option.clone()}</p>
                    <div class="row-figure">
                        <span class="row-share">{words::share(locale, shown, 1)}</span>
                        {bar(words::extent(shown))}
                        <span class="row-notes">{locale.tr("interval-short", &[("interval", &interval)])}</span>
                    </div>
                </li>
            }
        })
        .collect();
    let caption = locale.tr(
        if several {
            "question-caption-several"
        } else {
            "question-caption"
        },
        &[("respondents", &headline::respondents(locale, counts.answered))],
    );
    view! {
        <p class="row-aside">{caption}</p>
        <ul class="rows">{rows}</ul>
    }
    .into_any()
}

fn nothing(locale: Locale, counts: Option<&Counts>) -> AnyView {
    let key = if counts.is_some() {
        "row-no-ratings"
    } else {
        "state-hidden"
    };
    view! { <p class="row-withheld">{locale.t(key)}</p> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_named_by_their_ends() {
        assert_eq!(ranges(&[18, 30, 60]), ["18–29", "30–59", "≥ 60"]);
    }
}
