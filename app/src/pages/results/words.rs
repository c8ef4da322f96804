//! Figures, periods and channels in words.

use domain::channel::ChannelClass;
use domain::method::Bilingual;
use domain::period::Period;
use domain::questionnaire::Version;
use domain::release::figures::Shown;
use domain::round::{Decimal, format_count, format_percent};
use domain::unit::{UnitDirectory, UnitId, UnitName};
use service::results::{CellState, Unpublished};
use time::{Date, Month};

use crate::chart::Extent;
use crate::i18n::Locale;

/// A share as a percentage with so many decimals.
pub(crate) fn share(locale: Locale, shown: &Shown, places: u8) -> String {
    format_percent(shown.estimate.ratio.percent(places), locale.style())
}

/// The ends of a share's interval in percent, without the sign: `82–86`. As many decimals as the width needs
/// for the ends to be told apart.
pub(crate) fn interval(locale: Locale, shown: &Shown) -> String {
    let interval = shown.estimate.interval;
    let places = match interval.width() * 100.0 {
        width if width >= 3.0 => 0,
        width if width >= 0.3 => 1,
        _ => 2,
    };
    let end = |value: f64| Decimal::of_float(value * 100.0, places).format(locale.style());
    format!("{}–{}", end(interval.low), end(interval.high))
}

/// A share with its interval: `83,94% (82–86)`.
pub(crate) fn share_with_interval(locale: Locale, shown: &Shown, places: u8) -> String {
    format!("{} ({})", share(locale, shown, places), interval(locale, shown))
}

/// A mean score with its interval: `4,12 (4,05–4,19)`.
pub(crate) fn mean(locale: Locale, shown: &Shown) -> String {
    let (value, interval) = mean_parts(locale, shown);
    format!("{value} ({interval})")
}

/// A mean score, and the ends of its interval.
pub(crate) fn mean_parts(locale: Locale, shown: &Shown) -> (String, String) {
    let end = |value: f64| Decimal::of_float(value, 2).format(locale.style());
    let (value, interval) = (shown.estimate.ratio.rounded(2), shown.estimate.interval);
    (
        value.format(locale.style()),
        format!("{}–{}", end(interval.low), end(interval.high)),
    )
}

/// A count with its thousands separated.
pub(crate) fn count(locale: Locale, count: i64) -> String {
    format_count(count, locale.style())
}

/// The place of a share on a chart.
pub(crate) fn extent(shown: &Shown) -> Extent {
    let estimate = &shown.estimate;
    Extent {
        value: estimate.value,
        low: estimate.interval.low,
        high: estimate.interval.high,
    }
}

/// The text of a label from `domain` in the reader's language.
pub(crate) fn bilingual(locale: Locale, text: Bilingual) -> &'static str {
    match locale {
        Locale::Vi => text.vi,
        Locale::En => text.en,
    }
}

/// A period as written in a sentence or a heading.
pub(crate) fn period(locale: Locale, period: Period) -> String {
    match (locale, period) {
        (_, Period::Campaign) => locale.t("period-campaign"),
        (Locale::Vi, Period::Year(year)) => format!("Năm {year}"),
        (Locale::Vi, Period::Quarter(year, quarter)) => format!("Quý {}/{year}", roman(quarter)),
        (Locale::Vi, Period::Month(year, month)) => format!("Tháng {month}/{year}"),
        (Locale::En, Period::Year(year)) => year.to_string(),
        (Locale::En, Period::Quarter(year, quarter)) => format!("Q{quarter} {year}"),
        (Locale::En, Period::Month(year, month)) => {
            Month::try_from(month).map_or_else(|_| period.to_string(), |name| format!("{name} {year}"))
        }
    }
}

/// A period as short as a chart needs it: `11/26`.
pub(crate) fn short_period(locale: Locale, period: Period) -> String {
    match (locale, period) {
        (_, Period::Campaign | Period::Year(_)) => self::period(locale, period),
        (Locale::Vi, Period::Quarter(year, quarter)) => format!("{}/{:02}", roman(quarter), year % 100),
        (Locale::En, Period::Quarter(year, quarter)) => format!("Q{quarter}/{:02}", year % 100),
        (_, Period::Month(year, month)) => format!("{month}/{:02}", year % 100),
    }
}

fn roman(quarter: u8) -> &'static str {
    ["I", "II", "III", "IV"]
        .get(usize::from(quarter).saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

/// The name of a channel class.
pub(crate) fn channel(locale: Locale, class: ChannelClass) -> String {
    locale.t(match class {
        ChannelClass::Desk => "channel-desk",
        ChannelClass::Online => "channel-online",
        ChannelClass::Field => "channel-field",
        ChannelClass::Import => "channel-import",
    })
}

/// A version of a questionnaire, where a campaign has asked several.
pub(crate) fn version(locale: Locale, version: &Version) -> String {
    let definition = version.definition();
    let title = definition.title.get(&locale.language());
    locale.tr(
        "version-name",
        &[("title", title), ("version", &definition.version)],
    )
}

/// Why a cell shows nothing, in a few words; none where it shows figures. The reasons are different things.
pub(crate) fn withheld(locale: Locale, cell: &CellState) -> Option<String> {
    let key = match cell {
        CellState::Shown(_) => return None,
        CellState::Hidden => "state-hidden",
        CellState::NoAnswers => "state-no-answers",
        CellState::NotInSample => "state-not-in-sample",
        CellState::NotPublished(Unpublished::NoRelease | Unpublished::NotDue(_)) => "state-not-yet",
        CellState::NotPublished(Unpublished::NotAsked) => "state-not-asked",
        CellState::NotPublished(Unpublished::WholeCampaignOnly | Unpublished::ChannelsTogether) => {
            "state-not-apart"
        }
    };
    Some(locale.t(key))
}

/// The same explained; none where the cell shows figures.
pub(crate) fn withheld_why(locale: Locale, cell: &CellState) -> Option<String> {
    let key = match cell {
        CellState::Shown(_) => return None,
        CellState::Hidden => "state-hidden-why",
        CellState::NoAnswers => "state-no-answers-why",
        CellState::NotInSample => "state-not-in-sample-why",
        CellState::NotPublished(Unpublished::NoRelease) => "state-no-release-why",
        CellState::NotPublished(Unpublished::NotDue(Some(day))) => {
            return Some(locale.tr("state-not-due-why", &[("date", &locale.date(*day))]));
        }
        CellState::NotPublished(Unpublished::NotDue(None)) => "state-not-over-why",
        CellState::NotPublished(Unpublished::NotAsked) => "state-not-asked-why",
        CellState::NotPublished(Unpublished::WholeCampaignOnly) => "state-whole-campaign-only-why",
        CellState::NotPublished(Unpublished::ChannelsTogether) => "state-channels-together-why",
    };
    Some(locale.t(key))
}

/// The name of a unit in the reader's language.
pub(crate) fn name(locale: Locale, name: &UnitName) -> &str {
    match locale {
        Locale::Vi => &name.vi,
        Locale::En => &name.en,
    }
}

/// The name of a unit on that day or the nearest to it.
pub(crate) fn unit(locale: Locale, units: &UnitDirectory, id: UnitId, day: Date) -> String {
    let fact = units.unit(id).and_then(|unit| unit.fact_near(day));
    fact.map(|fact| name(locale, &fact.name).to_owned())
        .unwrap_or_default()
}

/// The path of a unit's page, without language and query.
pub(crate) fn unit_path(units: &UnitDirectory, id: UnitId, day: Date) -> String {
    if units.country(day).is_some_and(|country| country.unit.id == id) {
        return "/results".to_owned();
    }
    units
        .address(id, day)
        .map(|address| format!("/results/{address}"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_named_as_people_write_them() {
        let names = |locale| ["2026", "2026-Q4", "2026-11"].map(|text| period(locale, text.parse().unwrap()));
        assert_eq!(names(Locale::Vi), ["Năm 2026", "Quý IV/2026", "Tháng 11/2026"]);
        assert_eq!(names(Locale::En), ["2026", "Q4 2026", "November 2026"]);
        assert_eq!(short_period(Locale::Vi, Period::Month(2026, 3)), "3/26");
        assert_eq!(short_period(Locale::Vi, Period::Quarter(2026, 1)), "I/26");
    }
}
