//! What is said of forms that were handed in by script: one hidden card for each state, which the island copies and fills.
//! Titles become headings in the copy; until then the page has headings of its own.

use leptos::prelude::*;

use crate::i18n::Tongue;
use crate::islands::citizen::Outgoing;
use crate::pages::survey::desk::View;
use crate::tick::tick;

/// The cards, and the island that sends.
pub(crate) fn outgoing(view: &View) -> AnyView {
    let tongue = view.tongue;
    let address = view.href();
    let cards = [true, false].map(|own| cards(tongue, own, &address));
    let thanks = format!("{address}/thanks");
    view! {
        <div id="outgoing" data-sending=tongue.t("survey-sending")>
            <p class="visually-hidden" role="status"></p>
            {cards.into_iter().collect_view()}
        </div>
        <Outgoing place=view.place() thanks/>
    }
    .into_any()
}

/// The cards of the page's own form, each of which is the page, or those of forms that earlier visits left behind.
fn cards(tongue: Tongue, own: bool, address: &str) -> Vec<AnyView> {
    let card = |name: &'static str, title: &str, text: &str, more: AnyView| {
        // The island puts the name in: forms about other desks may wait on the same device.
        let text = tongue.tr(text, &[("place", "{place}")]);
        let title = tongue.t(title);
        let whose = if own { "own" } else { "other" };
        let sign = (own && name == "arrived").then(tick);
        view! {
            <section class="outgoing-card" data-card=name data-whose=whose hidden=true>
                {sign}
                <p class="outgoing-title">{title}</p>
                <p class:lead=own data-text="">{text}</p>
                {more}
            </section>
        }
        .into_any()
    };
    let button = |what: &'static str, words: &str, class: &'static str| {
        view! {
            <button type="button" class=class data-do=what>
                {tongue.t(words)}
            </button>
        }
    };
    let delete = || button("delete", "survey-waiting-delete", "button quiet");
    let waiting = view! {
        <p data-kept="">{tongue.t("survey-waiting-kept")}</p>
        <p data-unkept="">{tongue.t("survey-waiting-unkept")}</p>
        <p class="actions">{button("retry", "survey-waiting-retry", "button")}{delete()}</p>
    };
    let refused =
        || view! { <p class="actions">{button("look", "survey-refused-look", "button")}{delete()}</p> };
    let arrived = own.then(|| {
        view! {
            <p class="lead">{tongue.t("survey-thanks-close")}</p>
            <p><a href=tongue.href("/results")>{tongue.t("survey-see-results")}</a></p>
        }
    });
    let deleted = own.then(|| {
        let again = tongue.t("survey-deleted-again");
        view! { <p class="actions"><a class="button" href=address.to_owned()>{again}</a></p> }
    });
    let (arrived_title, arrived_text) = if own {
        ("survey-thanks-title", "survey-thanks-text")
    } else {
        ("survey-arrived-title", "survey-arrived-text")
    };
    let mut cards = vec![
        card(
            "waiting",
            "survey-waiting-title",
            "survey-waiting-text",
            waiting.into_any(),
        ),
        card("arrived", arrived_title, arrived_text, arrived.into_any()),
        card(
            "deleted",
            "survey-deleted-title",
            "survey-deleted-text",
            deleted.into_any(),
        ),
        card(
            "expired",
            "survey-expired-title",
            "survey-expired-text",
            ().into_any(),
        ),
    ];
    // What the server says to the page's own form is shown at once.
    if !own {
        cards.push(card(
            "refused",
            "survey-refused-title",
            "survey-refused-text",
            refused().into_any(),
        ));
    }
    cards
}
