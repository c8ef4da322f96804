//! Closed questions outside the structure: who answered, what they follow, what they wish.

use domain::layout::{Item, ItemKind};
use domain::questionnaire::{AnswerKind, Definition, Question};
use domain::release::figures::{Counts, Figures, ItemFigures};
use leptos::prelude::*;

use super::headline;
use super::sheet::Sheet;
use super::structure::{described, figure, part, ramp};
use super::words;
use crate::chart::{Extent, bar, distribution, legend};
use crate::i18n::Locale;

/// The questions in printed order; nothing when there are none.
pub(crate) fn questions(sheet: &Sheet, figures: &Figures) -> Option<AnyView> {
    let locale = sheet.locale;
    let version = &sheet.results.version.version;
    let definition = version.definition();
    let items: Vec<(&Item, &ItemFigures)> = version.layout().items().iter().zip(&figures.items).collect();
    let blocks: Vec<AnyView> = definition
        .questions()
        .enumerate()
        .filter_map(|(at, (_, question))| {
            let own: Vec<_> = items
                .iter()
                .filter(|(item, _)| item.question == at && item.criterion.is_none())
                .copied()
                .collect();
            let body = answers(locale, definition, question, &own)?;
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
    Some(
        view! {
            <section class="results-section" aria-labelledby="questions">
                <h2 id="questions">{locale.t("questions-title")}</h2>
                {blocks}
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
    let language = locale.language();
    let of = |texts: &[domain::text::Text]| -> Vec<String> {
        texts.iter().map(|text| text.get(&language).to_owned()).collect()
    };
    let (_, first) = items.first()?;
    match &question.answer {
        AnswerKind::Rating { scale, .. } => {
            let levels = of(&definition.scale(scale)?.levels);
            Some(stacks(locale, &levels, vec![(String::new(), first)]))
        }
        AnswerKind::Grid { scale, rows, .. } => {
            let levels = of(&definition.scale(scale)?.levels);
            let rows = items.iter().filter_map(|(item, figures)| {
                Some((rows.get(item.row?)?.text.get(&language).to_owned(), *figures))
            });
            Some(stacks(locale, &levels, rows.collect()))
        }
        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
            let texts: Vec<_> = options
                .iter()
                .map(|option| option.text.get(&language).to_owned())
                .collect();
            let several = matches!(question.answer, AnswerKind::Multiple { .. });
            Some(shares(locale, &texts, first, several))
        }
        AnswerKind::YesNo {} => Some(shares(
            locale,
            &[locale.t("answer-no"), locale.t("answer-yes")],
            first,
            false,
        )),
        AnswerKind::Number { .. } => {
            let ItemKind::Number { classes } = &items.first()?.0.kind else {
                return None;
            };
            (!classes.is_empty()).then(|| shares(locale, &ranges(classes), first, false))
        }
        AnswerKind::Satisfaction { .. }
        | AnswerKind::Date {}
        | AnswerKind::ShortText { .. }
        | AnswerKind::LongText { .. } => None,
    }
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
        .zip(&counts.options)
        .map(|(option, &count)| {
            let estimate = domain::estimate::criterion_share(count, counts.answered);
            let bar = estimate.map(|estimate| {
                let interval = estimate.interval;
                let ends = words::ends(locale, interval);
                view! {
                    {bar(Extent {
                        value: estimate.value,
                        low: interval.low,
                        high: interval.high,
                    })}
                    <span class="row-notes">{locale.tr("interval-short", &[("interval", &ends)])}</span>
                }
            });
            view! {
                <li class="row">
                    <p class="row-name">{option.clone()}</p>
                    <div class="row-figure">
                        <span class="row-share">{part(locale, count, counts.answered, 1)}</span>
                        {bar}
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
