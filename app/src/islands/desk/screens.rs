//! The frame around every screen, and the screens that ask no question.

use domain::text::Language;
use leptos::prelude::*;

use super::device::{Slips, today};
use super::kiosk::{Kiosk, Screen};
use super::{browser, idle, staff};
use crate::tick::tick;

/// Trial banner, the screen, the bar, and the warning over all.
pub(super) fn frame(kiosk: Kiosk, screen: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let trial = move || kiosk.with_desk(|desk| desk.trial).unwrap_or_default();
    let demo = move || kiosk.with_desk(|desk| desk.demo).unwrap_or_default();
    let warned = Memo::new(move |_| kiosk.warning.with(Option::is_some));
    // What lies behind the warning can be reached by nobody while it stands.
    view! {
        <div class="kiosk" prop:inert=move || warned.get()>
            <header>
                {move || trial().then(|| view! { <p class="kiosk-trial">{kiosk.words("kiosk-trial")}</p> })}
                {move || {
                    (demo() && !trial()).then(|| view! { <p class="kiosk-trial">{kiosk.words("demo-title")}</p> })
                }}
                <div class="kiosk-top">
                    {staff::corner(kiosk)}
                    // The first screen says it large.
                    <p class="kiosk-unit">
                        {move || (kiosk.screen.get() != Screen::Attract).then(|| unit(kiosk))}
                    </p>
                </div>
            </header>
            <main class="kiosk-main" id="main">{screen}</main>
            {move || helps(kiosk.screen.get()).then(|| bar(kiosk))}
        </div>
        {move || warned.get().then(|| idle::warning(kiosk))}
    }
    .into_any()
}

/// The name of the unit, with the desk's own.
fn unit(kiosk: Kiosk) -> String {
    let named = kiosk.with_desk(|desk| {
        let (name, _) = kiosk.text(&desk.unit);
        if desk.label.is_empty() {
            name
        } else {
            format!("{} – {name}", desk.label)
        }
    });
    named.unwrap_or_default()
}

/// Whether the person may want another language, larger text or a voice here.
fn helps(screen: Screen) -> bool {
    matches!(
        screen,
        Screen::Attract | Screen::Slip | Screen::Question | Screen::Thanks | Screen::NotKept
    )
}

/// Languages, larger text, contrast, voice.
fn bar(kiosk: Kiosk) -> AnyView {
    let languages = move || {
        let languages = kiosk.with_desk(|desk| desk.languages(today()));
        languages.unwrap_or_default()
    };
    // Hidden where neither a pack nor the device has a voice for the language.
    let voice = move || {
        kiosk.voices.track();
        let language = kiosk.language.get();
        let recorded = kiosk.with_desk(|desk| desk.has_recordings(&language));
        recorded.unwrap_or_default() || browser::voice(language.as_str()).is_some()
    };
    view! {
        <footer class="kiosk-bar">
            <div class="kiosk-languages" role="group" aria-label=move || kiosk.t("kiosk-languages")>
                {move || {
                    languages().into_iter().map(|language| language_button(kiosk, language)).collect_view()
                }}
            </div>
            {toggle(kiosk, "kiosk-large", kiosk.large)}
            {toggle(kiosk, "kiosk-contrast", kiosk.contrast)}
            {move || voice().then(|| toggle(kiosk, "kiosk-aloud", kiosk.aloud))}
        </footer>
    }
    .into_any()
}

fn language_button(kiosk: Kiosk, language: Language) -> impl IntoView {
    let name = untrack(|| kiosk.with_desk(|desk| desk.name_of(&language)));
    let tag = language.as_str().to_owned();
    let own = language.clone();
    let chosen = move || (kiosk.language.get() == own).to_string();
    view! {
        <button
            type="button"
            class="kiosk-small"
            lang=tag
            aria-pressed=chosen
            on:click=move |_| kiosk.language.set(language.clone())
        >
            {name}
        </button>
    }
}

fn toggle(kiosk: Kiosk, key: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <button
            type="button"
            class="kiosk-small"
            aria-pressed=move || on.get().to_string()
            on:click=move |_| on.update(|on| *on = !*on)
        >
            {move || kiosk.words(key)}
        </button>
    }
}

/// A screen of one sentence.
pub(super) fn notice(kiosk: Kiosk, key: &'static str) -> AnyView {
    view! {
        <div class="kiosk-center">
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.words(key)}</h1>
        </div>
    }
    .into_any()
}

/// Whether anyone may begin to answer here now. The state is told anew every minute, and so is the day.
pub(super) fn is_open(kiosk: Kiosk) -> bool {
    let revoked = kiosk.status.with(|status| status.ledger.revoked);
    !revoked
        && kiosk
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.is_open(today())))
}

/// Where everybody begins.
pub(super) fn attract(kiosk: Kiosk) -> AnyView {
    let open = Memo::new(move |_| is_open(kiosk));
    let partial = move || {
        let language = kiosk.language.get();
        kiosk
            .with_desk(|desk| desk.is_partial(&language))
            .unwrap_or_default()
    };
    let agency = move || kiosk.with_desk(|desk| kiosk.text(&desk.agency).0);
    view! {
        <div class="kiosk-center kiosk-attract">
            <p class="kiosk-place">{move || unit(kiosk)}</p>
            <h1 id="kiosk-heading" tabindex="-1">
                {move || kiosk.words(if open.get() { "kiosk-invitation" } else { "kiosk-closed" })}
            </h1>
            {move || partial().then(|| view! { <p class="kiosk-partial">{kiosk.words("partial-note")}</p> })}
            {move || {
                open.get()
                    .then(|| {
                        view! {
                            <p class="kiosk-lead">{move || kiosk.words("kiosk-promise")}</p>
                            <button type="button" class="kiosk-go kiosk-begin" on:click=move |_| kiosk.begin()>
                                {move || kiosk.words("kiosk-begin")}
                            </button>
                            {move || {
                                (kiosk.slips() == Slips::Offered)
                                    .then(|| {
                                        view! {
                                            <button
                                                type="button"
                                                class="kiosk-plain"
                                                on:click=move |_| kiosk.ask_slip()
                                            >
                                                {kiosk.words("kiosk-slip-have")}
                                            </button>
                                        }
                                    })
                            }}
                            <p class="kiosk-who">{move || kiosk.words("kiosk-agency")} ": " {agency}</p>
                        }
                    })
            }}
        </div>
    }
    .into_any()
}

/// Whether the server has what the person was thanked for.
pub(super) fn has_arrived(kiosk: Kiosk) -> bool {
    let delivered = kiosk.status.with(|status| status.delivered);
    delivered.is_some() && delivered == kiosk.thanked.get_value()
}

/// It is on disk, and nothing of it is on the screen.
pub(super) fn thanks(kiosk: Kiosk) -> AnyView {
    let arrived = Memo::new(move |_| has_arrived(kiosk));
    let became = move || {
        kiosk.words(if arrived.get() {
            "kiosk-thanks-arrived"
        } else {
            "kiosk-thanks-kept"
        })
    };
    view! {
        <div class="kiosk-center">
            {tick()}
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.words("kiosk-thanks")}</h1>
            <p class="kiosk-lead" role="status">{became}</p>
            <p class="kiosk-who">{move || kiosk.words("kiosk-thanks-clean")}</p>
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.wipe()>
                {move || kiosk.words("kiosk-thanks-close")}
            </button>
        </div>
    }
    .into_any()
}

/// The device could not keep what was finished.
pub(super) fn not_kept(kiosk: Kiosk) -> AnyView {
    view! {
        <div class="kiosk-center" role="alert">
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.words("kiosk-not-kept")}</h1>
            <p class="kiosk-lead">{move || kiosk.words("kiosk-not-kept-text")}</p>
            <button type="button" class="kiosk-go" on:click=move |_| kiosk.finish()>
                {move || kiosk.words("kiosk-again")}
            </button>
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.discard()>
                {move || kiosk.words("kiosk-discard")}
            </button>
        </div>
    }
    .into_any()
}
