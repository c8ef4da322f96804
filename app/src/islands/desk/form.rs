//! A form of staff: one field with keys of its own, a way back and a way on.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;

use super::keys::keys;
use super::kiosk::Kiosk;

/// What a form asks for; texts are named by their keys.
pub(super) struct Asked {
    /// The id of the field. Those of what helps and of what is wrong begin with it.
    pub(super) id: &'static str,
    /// The type of the field: `text` or `password`.
    pub(super) kind: &'static str,
    pub(super) title: &'static str,
    pub(super) help: Option<&'static str>,
    pub(super) label: &'static str,
    /// The keys on the screen: what they are called, and their characters.
    pub(super) keys: (&'static str, &'static [u8]),
    pub(super) longest: usize,
    pub(super) go: &'static str,
}

/// The form, with what is typed and the key of what is wrong with it.
pub(super) fn form(
    kiosk: Kiosk,
    asked: &Asked,
    typed: RwSignal<String>,
    wrong: RwSignal<Option<&'static str>>,
    has_back: bool,
    go: impl Fn() + 'static,
) -> AnyView {
    let Asked {
        id,
        title,
        label,
        longest,
        ..
    } = *asked;
    let on = asked.go;
    let error_id = format!("{id}-error");
    let help_id = asked.help.map(|_| format!("{id}-hint"));
    let described = help_id
        .iter()
        .chain([&error_id])
        .cloned()
        .collect::<Vec<_>>()
        .join(" ");
    let help = asked.help.map(|help| {
        view! { <p class="kiosk-lead" id=help_id>{move || kiosk.t(help)}</p> }
    });
    let back = has_back.then(|| {
        view! {
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.wipe()>
                {move || kiosk.t("kiosk-back")}
            </button>
        }
    });
    let (keys_label, characters) = asked.keys;
    let submit = move |event: SubmitEvent| {
        event.prevent_default();
        kiosk.touch();
        go();
    };
    view! {
        <form class="kiosk-center kiosk-form" autocomplete="off" on:submit=submit>
            <h1 id="kiosk-heading" tabindex="-1">{move || kiosk.t(title)}</h1>
            {help}
            <label for=id>{move || kiosk.t(label)}</label>
            <input
                id=id
                type=asked.kind
                inputmode="none"
                autocapitalize="characters"
                autocomplete="off"
                spellcheck="false"
                maxlength=longest
                aria-describedby=described
                prop:value=typed
                on:input=move |event| typed.set(event_target_value(&event))
            />
            <p class="field-error" id=error_id role="alert">
                {move || wrong.get().map(|key| kiosk.t(key))}
            </p>
            {keys(kiosk, keys_label, characters, move |press| {
                typed.update(|typed| press.apply(typed, longest));
            })}
            <div class="kiosk-slip-steps">
                {back}
                <button type="submit" class="kiosk-go">{move || kiosk.t(on)}</button>
            </div>
        </form>
    }
    .into_any()
}
