//! The figures as CSV (RFC 4180), for spreadsheets and statistics.
//!
//! One row a figure: the unit of the page with every criterion, question and option; then, with the whole, the parts and
//! the factors, its channels, the periods before, and the units below. Headers and codes are English and
//! stable; titles follow the language of the address. Numbers have a decimal point.

use domain::channel::ChannelClass;
use domain::layout::{Layout, NodeKind};
use domain::period::Period;
use domain::questionnaire::{AnswerKind, Definition};
use domain::ratio::Ratio;
use domain::release::figures::{Figures, ItemFigures, NodeFigures, Shown};
use domain::round::Decimal;
use domain::text::Text;
use domain::unit::{ShortId, UnitId};
use service::results::{CellState, Results, Unpublished};

use super::questions::options;
use super::sheet::Sheet;
use crate::i18n::Locale;

/// Excel reads a file without this mark as the machine's old code page.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// Columns of the cell that a figure stands in.
const CELL: [&str; 21] = [
    "unit_id",
    "unit_code",
    "unit",
    "campaign",
    "questionnaire",
    "version",
    "method",
    "method_version",
    "rollup",
    "selection",
    "release",
    "released_on",
    "period",
    "channel",
    "state",
    "reason",
    "due_on",
    "responses",
    "held",
    "late",
    "excluded",
];

/// Columns of the figure itself.
const FIGURE: [&str; 30] = [
    "kind",
    "id",
    "title",
    "respondents",
    "answers",
    "numerator",
    "denominator",
    "share_percent",
    "share_low_percent",
    "share_high_percent",
    "interval_rule",
    "covers",
    "design_effect",
    "mean",
    "mean_low",
    "mean_high",
    "mean_interval_rule",
    "mean_covers",
    "criteria_mean_percent",
    "criteria_mean_low_percent",
    "criteria_mean_high_percent",
    "criteria_mean_interval_rule",
    "criteria_mean_covers",
    "all_satisfied_percent",
    "all_satisfied_low_percent",
    "all_satisfied_high_percent",
    "all_satisfied_covers",
    "complete",
    "no_opinion",
    "skipped",
];

/// The columns of a figure, after those of its cell.
#[derive(Default)]
struct Line {
    kind: &'static str,
    id: String,
    title: String,
    respondents: Option<i64>,
    answers: Option<i64>,
    share: Option<Shown>,
    mean: Option<Shown>,
    criteria_mean: Option<Shown>,
    all_satisfied: Option<Shown>,
    complete: Option<i64>,
    no_opinion: Option<i64>,
    skipped: Option<i64>,
    /// Not shown in a cell that is.
    withheld: bool,
}

/// A cell of the file.
#[derive(Clone, Copy)]
struct Place<'a> {
    unit: UnitId,
    period: Period,
    channel: Option<ChannelClass>,
    cell: &'a CellState,
}

/// Every cell that the page shows.
fn places(results: &Results) -> impl Iterator<Item = Place<'_>> {
    let here = Place {
        unit: results.unit,
        period: results.period,
        channel: results.channel,
        cell: &results.cell,
    };
    let channels = results
        .channels
        .iter()
        .filter(move |(class, _)| here.channel != Some(*class))
        .map(move |(class, cell)| Place {
            channel: Some(*class),
            cell,
            ..here
        });
    let series = results
        .series
        .iter()
        .filter(move |(period, _)| here.period != *period)
        .map(move |(period, cell)| Place {
            period: *period,
            cell,
            ..here
        });
    let children = results.children.iter().flat_map(|children| &children.rows);
    let children = children.map(move |(unit, cell)| Place {
        unit: *unit,
        cell,
        ..here
    });
    std::iter::once(here)
        .chain(channels)
        .chain(series)
        .chain(children)
}

/// The whole file: every cell of the page, and every unit directly below.
pub(crate) fn csv(sheet: &Sheet) -> Result<String, csv::Error> {
    let mut writer = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .from_writer(Vec::new());
    writer.write_record(CELL.iter().chain(&FIGURE))?;
    for place in places(&sheet.results) {
        let shown = head(sheet, place, place.cell.code());
        let withheld = head(sheet, place, "hidden");
        let figures = place.cell.figures();
        let lines = figures.map_or_else(|| vec![Line::default()], |figures| lines(sheet, figures));
        for line in lines {
            let head = if line.withheld { &withheld } else { &shown };
            writer.write_record(
                head.iter()
                    .cloned()
                    .chain(columns(line))
                    .map(|field| inert(&field)),
            )?;
        }
    }
    let bytes = writer
        .into_inner()
        .map_err(|error| csv::Error::from(error.into_error()))?;
    Ok(format!("{BYTE_ORDER_MARK}{}", String::from_utf8_lossy(&bytes)))
}

/// A field that no spreadsheet takes for a formula: names of offices are typed by people.
fn inert(field: &str) -> String {
    let formula = field.starts_with(['=', '@', '\t', '\r'])
        || field.starts_with(['+', '-']) && field.parse::<f64>().is_err();
    if formula {
        format!("'{field}")
    } else {
        field.to_owned()
    }
}

/// The columns of a cell. How many responses were counted, held, late and excluded stands beside every figure.
fn head(sheet: &Sheet, place: Place<'_>, state: &str) -> Vec<String> {
    let results = &sheet.results;
    let (unit, cell) = (place.unit, place.cell);
    let figures = cell.figures();
    let why = match cell {
        CellState::NotPublished(why) => Some(*why),
        _ => None,
    };
    let definition = results.version.version.definition();
    let fact = sheet.units.unit(unit).and_then(|unit| unit.fact_near(sheet.day));
    let method = domain::method::Method::by_id(&definition.method);
    vec![
        ShortId::of(unit).to_string(),
        fact.map(|fact| fact.code.clone()).unwrap_or_default(),
        sheet.name(unit),
        results.campaign.key.clone(),
        definition.key.clone(),
        definition.version.clone(),
        definition.method.clone(),
        method
            .map(|method| method.version.to_string())
            .unwrap_or_default(),
        method.map(|method| code(method.rollup)).unwrap_or_default(),
        code(results.campaign.selection),
        results
            .release
            .map(|release| release.number.to_string())
            .unwrap_or_default(),
        results
            .release
            .map(|release| domain::civil::date_of(release.made_at).to_string())
            .unwrap_or_default(),
        place.period.to_string(),
        place.channel.map_or("all", |class| class.as_str()).to_owned(),
        state.to_owned(),
        why.map(|why| why.code().to_owned()).unwrap_or_default(),
        why.and_then(Unpublished::due_on)
            .map(|day| day.to_string())
            .unwrap_or_default(),
        number(figures.map(|figures| figures.responses)),
        number(figures.map(|figures| figures.held)),
        number(figures.map(|figures| figures.late)),
        number(figures.map(|figures| figures.excluded)),
    ]
}

fn number(value: Option<i64>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn percent(value: f64) -> String {
    Decimal::of_float(value * 100.0, 4).to_string()
}

fn score(value: f64) -> String {
    Decimal::of_float(value, 4).to_string()
}

/// A share with the ends of its interval, in percent; empty where there is none.
fn share(shown: Option<Shown>) -> [String; 3] {
    shown.map_or_else(Default::default, |shown| {
        let estimate = shown.estimate;
        [
            estimate.ratio.percent(4).to_string(),
            percent(estimate.interval.low),
            percent(estimate.interval.high),
        ]
    })
}

fn rule(shown: Option<Shown>) -> String {
    shown.map(|shown| code(shown.estimate.rule)).unwrap_or_default()
}

fn covers(shown: Option<Shown>) -> String {
    shown.map(|shown| code(shown.covers)).unwrap_or_default()
}

fn columns(line: Line) -> Vec<String> {
    let ratio = line.share.map(|shown| shown.estimate.ratio);
    let [value, low, high] = share(line.share);
    let design_effect = line.share.and_then(|shown| shown.estimate.design_effect);
    let mean = line.mean.map(|shown| shown.estimate);
    let mean = mean.map_or_else(Default::default, |mean| {
        [
            mean.ratio.rounded(4).to_string(),
            score(mean.interval.low),
            score(mean.interval.high),
        ]
    });
    let mut columns = vec![
        line.kind.to_owned(),
        line.id,
        line.title,
        number(line.respondents),
        number(line.answers),
        number(ratio.map(Ratio::numerator)),
        number(ratio.map(Ratio::denominator)),
        value,
        low,
        high,
        rule(line.share),
        covers(line.share),
        design_effect.map(score).unwrap_or_default(),
    ];
    columns.extend(mean);
    columns.extend([rule(line.mean), covers(line.mean)]);
    columns.extend(share(line.criteria_mean));
    columns.extend([rule(line.criteria_mean), covers(line.criteria_mean)]);
    columns.extend(share(line.all_satisfied));
    columns.push(covers(line.all_satisfied));
    columns.extend([line.complete, line.no_opinion, line.skipped].map(number));
    columns
}

/// The name that a value has in JSON.
fn code<T: serde::Serialize>(value: T) -> String {
    match value.serialize(serde_json::value::Serializer) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

fn lines(sheet: &Sheet, figures: &Figures) -> Vec<Line> {
    let version = &sheet.results.version.version;
    let definition = version.definition();
    let nodes = figures
        .nodes
        .iter()
        .map(|node| node_line(sheet.locale, definition, node));
    nodes
        .chain(item_lines(
            sheet.locale,
            definition,
            version.layout(),
            &figures.items,
        ))
        .collect()
}

fn node_line(locale: Locale, definition: &Definition, node: &NodeFigures) -> Line {
    let named = |text: Option<&Text>| {
        text.map(|text| text.get(&locale.language()).to_owned())
            .unwrap_or_default()
    };
    let (kind, title) = match node.kind {
        NodeKind::Whole => ("whole", named(Some(&definition.title))),
        NodeKind::Part => {
            let part = definition.parts.iter().find(|part| part.id == node.id);
            ("part", named(part.map(|part| &part.title)))
        }
        NodeKind::Factor => {
            let factor = definition.factors().find(|factor| factor.id == node.id);
            ("factor", named(factor.map(|factor| &factor.title)))
        }
    };
    Line {
        kind,
        id: node.id.clone(),
        title,
        respondents: node.respondents,
        answers: node.answers,
        share: node.share,
        mean: node.mean,
        criteria_mean: node.mean_of_criteria,
        all_satisfied: node.all_satisfied,
        complete: node.complete,
        withheld: node.withheld.is_some(),
        ..Line::default()
    }
}

/// A line for each closed item, and under it one for each of its levels or options, where anybody answered.
fn item_lines(locale: Locale, definition: &Definition, layout: &Layout, items: &[ItemFigures]) -> Vec<Line> {
    let language = locale.language();
    let mut lines = Vec::new();
    for (item, figures) in layout.items().iter().zip(items) {
        let Some((_, question)) = definition.questions().nth(item.question) else {
            continue;
        };
        let row = match &question.answer {
            AnswerKind::Satisfaction { factors, .. } => {
                let criterion = item.row.and_then(|row| definition.criteria_of(factors).nth(row));
                criterion.map(|criterion| &criterion.text)
            }
            AnswerKind::Grid { rows, .. } => item.row.and_then(|row| rows.get(row)).map(|row| &row.text),
            _ => None,
        };
        let options = options(locale, definition, question, item).unwrap_or_default();
        let counts = figures.counts.as_ref();
        lines.push(Line {
            kind: if item.criterion.is_some() {
                "criterion"
            } else {
                "question"
            },
            id: figures.path.clone(),
            title: row.unwrap_or(&question.text).get(&language).to_owned(),
            respondents: counts.map(|counts| counts.answered),
            answers: counts.map(|counts| counts.answered),
            share: figures.share,
            mean: figures.mean,
            no_opinion: counts.map(|counts| counts.no_opinion),
            skipped: counts.map(|counts| counts.skipped),
            withheld: figures.withheld.is_some(),
            ..Line::default()
        });
        for (at, share) in figures.option_shares.iter().enumerate() {
            lines.push(Line {
                kind: "option",
                id: format!("{}#{}", figures.path, at + 1),
                title: options.get(at).cloned().unwrap_or_default(),
                respondents: Some(share.estimate.respondents),
                share: Some(*share),
                ..Line::default()
            });
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_field_is_run() {
        assert_eq!(inert("=1+1"), "'=1+1");
        assert_eq!(inert("-1.5"), "-1.5");
        assert_eq!(inert("-cmd"), "'-cmd");
    }
}
