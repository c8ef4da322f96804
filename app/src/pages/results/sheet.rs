//! A unit's page of results: its contents, from what the service gave.

use std::sync::Arc;

use domain::release::figures::Figures;
use domain::unit::{UnitDirectory, UnitId};
use leptos::prelude::*;
use service::results::Results;
use time::Date;

use super::choice::Choice;
use super::{children, filters, headline, questions, side, structure, words};
use crate::i18n::Locale;

/// Everything that a page of results is made of.
pub(crate) struct Sheet {
    pub(crate) locale: Locale,
    pub(crate) units: Arc<UnitDirectory>,
    /// Today: names and parents are those of this day.
    pub(crate) day: Date,
    pub(crate) choice: Choice,
    pub(crate) results: Results,
    /// Campaigns that can be chosen, newest first: key and title.
    pub(crate) campaigns: Vec<(String, String)>,
}

impl Sheet {
    /// The path of a unit's page in the reader's language, without a query.
    pub(crate) fn path(&self, unit: UnitId) -> String {
        self.locale.href(&words::unit_path(&self.units, unit, self.day))
    }

    /// The unit's name.
    pub(crate) fn name(&self, unit: UnitId) -> String {
        words::unit(self.locale, &self.units, unit, self.day)
    }

    /// The figures, where they are shown.
    pub(crate) fn figures(&self) -> Option<&Figures> {
        self.results.cell.figures().map(|figures| &**figures)
    }

    /// The campaign's title.
    pub(crate) fn campaign(&self) -> String {
        self.results
            .campaign
            .title
            .get(&self.locale.language())
            .to_owned()
    }

    /// Campaign, version where there are several, period and channel in one line.
    pub(crate) fn scope(&self) -> String {
        let mut scope = vec![self.campaign()];
        if self.results.versions.len() > 1 {
            scope.push(words::version(self.locale, &self.results.version.version));
        }
        scope.push(words::period(self.locale, self.results.period));
        scope.extend(
            self.results
                .channel
                .map(|class| words::channel(self.locale, class)),
        );
        scope.join(" · ")
    }

    /// Release number and the date of its data.
    pub(crate) fn release(&self) -> String {
        let locale = self.locale;
        match self.results.release {
            Some(release) => {
                let date = locale.date(domain::civil::date_of(release.made_at));
                let number = u64::try_from(release.number).unwrap_or_default();
                locale.tr(
                    "release-line",
                    &[("number", &locale.count(number)), ("date", &date)],
                )
            }
            None => locale.t("release-none"),
        }
    }

    /// The whole page.
    pub(crate) fn view(&self) -> AnyView {
        let locale = self.locale;
        let name = self.name(self.results.unit);
        let figures = self.figures();
        view! {
            <article class="results">
                {self.print_head(&name)}
                <div class="results-body">
                    {self.above()}
                    <h1>{name}</h1>
                    <p class="scope">{self.scope()}</p>
                    {headline::headline(self)}
                    {filters::filters(self)}
                    {headline::about(self)}
                    {figures.map(|figures| structure::structure(self, figures))}
                    {side::over_time(self)}
                    {side::by_channel(self)}
                    {children::children(self)}
                    {figures.map(|figures| questions::questions(self, figures))}
                    <section class="results-section" aria-labelledby="data">
                        <h2 id="data">{locale.t("results-data")}</h2>
                        <p>{self.release()}</p>
                        <ul class="plain-links">
                            <li><a href=self.file("csv") download="">{locale.t("results-csv")}</a></li>
                            <li><a href=self.file("json")>{locale.t("results-json")}</a></li>
                            <li><a href=locale.href("/about/method")>{locale.t("results-method")}</a></li>
                        </ul>
                    </section>
                </div>
            </article>
        }
        .into_any()
    }

    /// The address of these figures as a file.
    fn file(&self, extension: &str) -> String {
        let address = self
            .units
            .address(self.results.unit, self.day)
            .unwrap_or_default();
        let choice = Choice {
            turned: 0,
            ..self.choice.elsewhere()
        };
        choice.href(&self.locale.href(&format!("/results/{address}.{extension}")))
    }

    /// What stands on top of each printed page.
    fn print_head(&self, name: &str) -> AnyView {
        let locale = self.locale;
        let method = self
            .figures()
            .map(|figures| words::bilingual(locale, figures.method.name));
        let line = [Some(self.scope().as_str()), method, Some(self.release().as_str())]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(" · ");
        let title = format!("{} – {name}", locale.t("site-name"));
        view! {
            <div class="print-head" aria-hidden="true">
                <p><strong>{title}</strong></p>
                <p>{line}</p>
            </div>
        }
        .into_any()
    }

    /// The way up: the units above, the country first.
    fn above(&self) -> Option<AnyView> {
        let mut above: Vec<UnitId> = self
            .units
            .ancestors_on(self.results.unit, self.day)
            .map(|above| above.unit.id)
            .collect();
        if above.is_empty() {
            return None;
        }
        above.reverse();
        let choice = self.choice.elsewhere();
        let links: Vec<_> = above
            .into_iter()
            .map(|unit| {
                let href = choice.href(&self.path(unit));
                view! { <li><a href=href>{self.name(unit)}</a></li> }
            })
            .collect();
        let label = self.locale.t("results-above");
        Some(view! { <nav class="crumbs" aria-label=label><ol>{links}</ol></nav> }.into_any())
    }
}
