//! The frame around every screen, and the screens that ask no question.

use domain::text::Language;
use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::courier::{self, NotEnrolled};
use super::device::{Slips, today};
use super::kiosk::{Kiosk, Screen};
use super::{browser, staff};

/// Trial banner, the screen, the bar, and the warning over all.
pub(super) fn frame(kiosk: Kiosk, screen: impl Fn() -> AnyView + Send + 'static) -> AnyView {
    let trial = move || {
        kiosk
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.trial))
    };
    let demo = move || {
        kiosk
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.demo))
    };
    view! {
        <div class="kiosk">
            <header>
                {move || trial().then(|| view! { <p class="kiosk-trial">{kiosk.words("kiosk-trial")}</p> })}
                {move || {
                    (demo() && !trial()).then(|| view! { <p class="kiosk-trial">{kiosk.words("demo-title")}</p> })
                }}
                <div class="kiosk-top">
                    {staff::corner(kiosk)} <p class="kiosk-unit">{move || unit(kiosk)}</p>
                </div>
            </header>
            <main class="kiosk-main" id="main">{screen}</main>
            {move || helps(kiosk.screen.get()).then(|| bar(kiosk))}
        </div>
        {move || kiosk.warning.get().is_some().then(|| warning(kiosk))}
    }
    .into_any()
}

/// The name of the unit, with the desk's own.
fn unit(kiosk: Kiosk) -> String {
    let Some(desk) = kiosk.desk.get() else {
        return String::new();
    };
    let (name, _) = kiosk.text(&desk.unit);
    if desk.label.is_empty() {
        name
    } else {
        format!("{} – {name}", desk.label)
    }
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
        let desk = kiosk.desk.get();
        desk.map(|desk| desk.languages(today())).unwrap_or_default()
    };
    // Hidden where neither a pack nor the device has a voice for the language.
    let voice = move || {
        let language = kiosk.language.get();
        let recorded = kiosk
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.has_recordings(&language)));
        recorded || browser::voice(language.as_str()).is_some()
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
    let name = kiosk
        .desk
        .with_untracked(|desk| desk.as_ref().map(|desk| desk.name_of(&language)));
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

/// Nobody has touched the device for a while.
fn warning(kiosk: Kiosk) -> AnyView {
    request_animation_frame(|| browser::focus("#kiosk-stay"));
    let left = move || kiosk.warning.get().unwrap_or_default();
    view! {
        <div class="kiosk-over">
            <div class="kiosk-dialog" role="alertdialog" aria-modal="true" aria-labelledby="kiosk-warning">
                <h2 id="kiosk-warning">{move || kiosk.words("kiosk-idle-title")}</h2>
                <p>{move || kiosk.words("kiosk-idle-text")} " " <strong class="kiosk-count">{left}</strong></p>
                <button type="button" id="kiosk-stay" class="kiosk-go" on:click=move |_| kiosk.touch()>
                    {move || kiosk.words("kiosk-idle-stay")}
                </button>
                <button type="button" class="kiosk-plain" on:click=move |_| kiosk.give_up()>
                    {move || kiosk.words("kiosk-idle-leave")}
                </button>
            </div>
        </div>
    }
    .into_any()
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

/// Where everybody begins.
pub(super) fn attract(kiosk: Kiosk) -> AnyView {
    let open = move || {
        let revoked = kiosk.status.with(|status| status.ledger.revoked);
        !revoked
            && kiosk
                .desk
                .with(|desk| desk.as_ref().is_some_and(|desk| !desk.closed))
    };
    let partial = move || {
        let language = kiosk.language.get();
        kiosk
            .desk
            .with(|desk| desk.as_ref().is_some_and(|desk| desk.is_partial(&language)))
    };
    let agency = move || {
        let desk = kiosk.desk.get();
        desk.map(|desk| kiosk.text(&desk.agency).0)
    };
    view! {
        <div class="kiosk-center">
            <h1 id="kiosk-heading" tabindex="-1">
                {move || kiosk.words(if open() { "kiosk-invitation" } else { "kiosk-closed" })}
            </h1>
            {move || partial().then(|| view! { <p class="kiosk-partial">{kiosk.words("partial-note")}</p> })}
            {move || {
                open().then(|| {
                    view! {
                        <p class="kiosk-lead">{move || kiosk.words("kiosk-promise")}</p>
                        <button type="button" class="kiosk-go kiosk-begin" on:click=move |_| kiosk.begin()>
                            {move || kiosk.words("kiosk-begin")}
                        </button>
                        {move || {
                            (kiosk.slips() == Slips::Offered).then(|| {
                                view! {
                                    <button type="button" class="kiosk-plain" on:click=move |_| kiosk.ask_slip()>
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

/// It is on disk, and nothing of it is on the screen.
pub(super) fn thanks(kiosk: Kiosk) -> AnyView {
    view! {
        <div class="kiosk-center">
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.words("kiosk-thanks")}</h1>
            <p class="kiosk-lead">{move || kiosk.words("kiosk-thanks-text")}</p>
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
        </div>
    }
    .into_any()
}

/// The code that ties the device to its point.
pub(super) fn enrol(kiosk: Kiosk) -> AnyView {
    let code = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<&'static str>);
    let asking = RwSignal::new(false);
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        if asking.get_untracked() {
            return;
        }
        asking.set(true);
        wrong.set(None);
        spawn_local(async move {
            let enrolled = courier::enrol(&code.get_untracked(), kiosk.watched()).await;
            asking.set(false);
            match enrolled {
                Ok(()) => kiosk.screen.set(Screen::Attract),
                Err(NotEnrolled::Code) => wrong.set(Some("kiosk-enrol-wrong")),
                Err(NotEnrolled::Network) => wrong.set(Some("kiosk-enrol-network")),
                Err(NotEnrolled::Storage) => wrong.set(Some("kiosk-unfit")),
            }
        });
    };
    view! {
        <form class="kiosk-center kiosk-form" autocomplete="off" on:submit=submit>
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.t("kiosk-enrol-title")}</h1>
            <p class="kiosk-lead" id="kiosk-enrol-hint">{move || kiosk.t("kiosk-enrol-text")}</p>
            <label for="kiosk-code">{move || kiosk.t("kiosk-enrol-code")}</label>
            <input
                id="kiosk-code"
                type="text"
                autocapitalize="characters"
                autocomplete="off"
                spellcheck="false"
                maxlength="20"
                aria-describedby="kiosk-enrol-hint kiosk-enrol-error"
                prop:value=code
                on:input=move |event| code.set(event_target_value(&event))
            />
            <p class="field-error" id="kiosk-enrol-error" role="alert">
                {move || wrong.get().map(|key| kiosk.t(key))}
            </p>
            <button type="submit" class="kiosk-go">{move || kiosk.t("kiosk-enrol-go")}</button>
        </form>
    }
    .into_any()
}
