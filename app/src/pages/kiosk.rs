//! `/kiosk/`: the page of a desk device. It is the same for every device and holds nothing of any: a device keeps
//! it, and starts with it when there is no network.

use std::collections::BTreeMap;

use axum::extract::State as AxumState;
use axum::response::Response;
use leptos::prelude::*;

use crate::i18n::{Interface, Locale};
use crate::islands::desk::{BUILD, PLACE, WORDS, Words};
use crate::pages::survey::faces;
use crate::routes::State;
use crate::shell::{Audience, Page, PageRequest};

/// Every text that the device shows, in every language of the interface.
const TEXTS: &[&str] = &[
    "demo-title",
    "kiosk-again",
    "kiosk-agency",
    "kiosk-ago",
    "kiosk-aloud",
    "kiosk-back",
    "kiosk-begin",
    "kiosk-closed",
    "kiosk-contrast",
    "kiosk-date-incomplete",
    "kiosk-date-wrong",
    "kiosk-days",
    "kiosk-discard",
    "kiosk-elsewhere",
    "kiosk-enrol-code",
    "kiosk-enrol-go",
    "kiosk-enrol-network",
    "kiosk-enrol-text",
    "kiosk-enrol-title",
    "kiosk-enrol-wrong",
    "kiosk-erase",
    "kiosk-full",
    "kiosk-hours",
    "kiosk-idle-close",
    "kiosk-idle-leave",
    "kiosk-idle-stay",
    "kiosk-idle-text",
    "kiosk-idle-title",
    "kiosk-invitation",
    "kiosk-languages",
    "kiosk-large",
    "kiosk-minutes",
    "kiosk-more",
    "kiosk-next",
    "kiosk-no",
    "kiosk-not-kept",
    "kiosk-not-kept-text",
    "kiosk-number-keys",
    "kiosk-number-range",
    "kiosk-pin",
    "kiosk-pin-go",
    "kiosk-pin-title",
    "kiosk-pin-wrong",
    "kiosk-promise",
    "kiosk-question",
    "kiosk-send",
    "kiosk-skip",
    "kiosk-slip-expired",
    "kiosk-slip-have",
    "kiosk-slip-keys",
    "kiosk-slip-label",
    "kiosk-slip-length",
    "kiosk-slip-title",
    "kiosk-slip-unknown",
    "kiosk-slip-used",
    "kiosk-slip-without",
    "kiosk-slip-wrong",
    "kiosk-staff-close",
    "kiosk-staff-connected",
    "kiosk-staff-connection",
    "kiosk-staff-copies",
    "kiosk-staff-end",
    "kiosk-staff-enrol",
    "kiosk-staff-failing",
    "kiosk-staff-last",
    "kiosk-staff-leave",
    "kiosk-staff-offline",
    "kiosk-staff-oldest",
    "kiosk-staff-persisted",
    "kiosk-staff-reasons",
    "kiosk-staff-refused",
    "kiosk-staff-refused-age",
    "kiosk-staff-save",
    "kiosk-staff-saved",
    "kiosk-staff-sealed",
    "kiosk-staff-send",
    "kiosk-staff-stay",
    "kiosk-staff-storage",
    "kiosk-staff-title",
    "kiosk-staff-unknown",
    "kiosk-staff-unreadable",
    "kiosk-staff-unsaved",
    "kiosk-staff-unsent",
    "kiosk-staff-version",
    "kiosk-starting",
    "kiosk-thanks",
    "kiosk-thanks-arrived",
    "kiosk-thanks-clean",
    "kiosk-thanks-close",
    "kiosk-thanks-kept",
    "kiosk-trial",
    "kiosk-unfit",
    "kiosk-why-campaign-closed",
    "kiosk-why-code-used",
    "kiosk-why-device-foreign",
    "kiosk-why-device-format-too-old",
    "kiosk-why-device-revoked",
    "kiosk-why-point-unknown",
    "kiosk-why-request-malformed-id",
    "kiosk-why-request-malformed-json",
    "kiosk-why-request-too-large",
    "kiosk-why-request-unsupported-media-type",
    "kiosk-why-response-already-recorded",
    "kiosk-why-response-invalid",
    "kiosk-why-sealed-unknown-key",
    "kiosk-why-sealed-unreadable",
    "kiosk-yes",
    "partial-note",
    "survey-date-hint",
    "survey-day",
    "survey-hint-at-most",
    "survey-hint-no-names",
    "survey-hint-required",
    "survey-hint-several",
    "survey-month",
    "survey-year",
];

/// The parameters of these texts stand in them by their names, and the device puts in what they are at the time.
const PARAMETERS: &[(&str, &str)] = &[
    ("age", "{$age}"),
    ("max", "{$max}"),
    ("min", "{$min}"),
    ("n", "{$n}"),
];

/// The page of a desk device.
pub(crate) async fn kiosk(request: PageRequest, AxumState(state): AxumState<State>) -> Response {
    let locale = request.locale;
    let mut page = Page::new(locale.t("kiosk-title"), locale.t("kiosk-title")).with_islands(Audience::Desk);
    page.bare = true;
    page.unlisted = true;
    page.sheet = Some("kiosk.css");
    page.manifest = Some("/kiosk.webmanifest");
    let packs = state.interfaces.all();
    page.pack_sheets = packs.iter().filter_map(Interface::sheet).collect();
    let view = move || {
        let own = Locale::ALL.into_iter().map(|locale| {
            let texts: BTreeMap<String, String> = TEXTS
                .iter()
                .map(|key| ((*key).to_owned(), locale.tr(key, PARAMETERS)))
                .collect();
            (locale.tag().to_owned(), texts)
        });
        let packs = packs.iter().filter(|pack| !pack.texts().is_empty()).map(|pack| {
            let texts = TEXTS.iter().filter_map(|key| pack.texts().get_key_value(*key));
            let texts = texts.map(|(key, text)| (key.clone(), text.clone())).collect();
            (pack.language().to_string(), texts)
        });
        let words: Words = own.chain(packs).collect();
        view! {
            {faces()}
            <noscript><p class="kiosk-starting">{locale.t("kiosk-noscript")}</p></noscript>
            {place(&words, state.site.build(), locale.t("kiosk-starting"))}
        }
    };
    request.render(page, view).await
}

/// Where the device will be, and what stands there until then.
fn place(words: &Words, build: String, starting: String) -> impl IntoView + use<> {
    // Texts by language and key always have a JSON form.
    let words = serde_json::to_string(words).unwrap_or_default();
    let starting = view! { <p class="kiosk-starting">{starting}</p> };
    leptos::html::div()
        .id(PLACE)
        .attr(WORDS, words)
        .attr(BUILD, build)
        .child(starting)
}

#[cfg(test)]
mod tests {
    use domain::outbox::FINAL;

    use super::*;

    #[test]
    fn every_refusal_that_staff_may_see_is_said_in_words() {
        for code in FINAL {
            let key = format!("kiosk-why-{}", code.replace(['.', '_'], "-"));
            assert!(TEXTS.contains(&key.as_str()), "no text says why it was {code}");
        }
    }
}
