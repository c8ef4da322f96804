//! What the page says of forms that were handed in. The server sends one card for each state, hidden; a card that is shown
//! is a copy, so that no text and no layout has to be in the program.

use wasm_bindgen::JsCast as _;
use web_sys::{Element, HtmlElement};

use super::dom;
use super::send::{Shown, Stage};

const LIST: &str = "#outgoing";

impl Stage {
    /// The card of the state.
    fn card(self) -> &'static str {
        match self {
            Self::Waiting | Self::Sending => "waiting",
            Self::Refused => "refused",
            Self::Arrived => "arrived",
            Self::Deleted => "deleted",
            Self::Expired => "expired",
        }
    }
}

/// Draws what changed, and says it. `thanks` is the address of the page of thanks.
pub(super) fn draw(all: &[Shown], thanks: &str) {
    let Some(list) = dom::element(LIST) else { return };
    for item in all {
        if item.quiet {
            let words = list.get_attribute("data-sending").unwrap_or_default();
            say(&list, &words);
            dom::mark_sending(&words);
        } else {
            // Every further attempt is the same state to a person: only the button tells.
            let old = find(&list, &format!("[data-id='{}']", item.id));
            let same = |card: &Element| card.get_attribute("data-card").as_deref() == Some(item.stage.card());
            let card = match old {
                Some(old) if same(&old) => Some(old),
                old => put(&list, old.as_ref(), item, thanks),
            };
            if let Some(card) = card {
                mark(
                    &card,
                    "[data-do=retry]",
                    "aria-disabled",
                    item.stage == Stage::Sending,
                );
            }
        }
    }
}

/// Puts a card into its place; none when the server sent none for this state.
fn put(list: &Element, old: Option<&Element>, item: &Shown, thanks: &str) -> Option<Element> {
    let whose = if item.own { "own" } else { "other" };
    let pattern = find(
        list,
        &format!(
            "[data-card={}][data-whose={whose}]:not([data-id])",
            item.stage.card()
        ),
    )?;
    let card: Element = pattern.clone_node_with_deep(true).ok()?.dyn_into().ok()?;
    card.set_attribute("data-id", &item.id).ok()?;
    card.remove_attribute("hidden").ok()?;
    let text = find(&card, "[data-text]")?;
    let words = text.text_content()?.replace("{place}", &item.place);
    text.set_text_content(Some(&words));
    mark(&card, "[data-kept]", "hidden", !item.kept);
    mark(&card, "[data-unkept]", "hidden", item.kept);
    match old {
        Some(old) => old.replace_with_with_node_1(&card).ok()?,
        None => list.append_child(&card).map(drop).ok()?,
    }
    // Whether the page may be closed is said too: a card that waits has a sentence for each case.
    let sentence = if item.kept { "[data-kept]" } else { "[data-unkept]" };
    let sentence = find(&card, sentence).and_then(|found| found.text_content());
    let sentences: Vec<String> = [Some(words), sentence].into_iter().flatten().collect();
    say(list, &sentences.join(" "));
    let heading = make_heading(&card, item.own)?;
    if item.own {
        let address = match item.stage {
            Stage::Arrived => Some(thanks),
            _ => None,
        };
        dom::put_away(address, !item.stage.is_open(), &heading.text_content()?);
        heading.focus().ok()?;
    }
    Some(card)
}

/// Makes the title a heading: the first of the page when the card is the page.
fn make_heading(card: &Element, first: bool) -> Option<HtmlElement> {
    let title = find(card, ".outgoing-title")?;
    let heading = title
        .owner_document()?
        .create_element(if first { "h1" } else { "h2" })
        .ok()?;
    heading.set_class_name(&title.class_name());
    heading.set_text_content(title.text_content().as_deref());
    heading.set_attribute("tabindex", "-1").ok()?;
    title.replace_with_with_node_1(&heading).ok()?;
    heading.dyn_into().ok()
}

/// Says something to people who do not see the page.
fn say(list: &Element, words: &str) {
    if let Some(status) = find(list, "[role=status]")
        && status.text_content().as_deref() != Some(words)
    {
        status.set_text_content(Some(words));
    }
}

/// Sets or removes an attribute, where there is such an element.
fn mark(card: &Element, selector: &str, attribute: &str, on: bool) {
    if let Some(element) = find(card, selector) {
        let _ = if on {
            element.set_attribute(attribute, "true")
        } else {
            element.remove_attribute(attribute)
        };
    }
}

fn find(within: &Element, selector: &str) -> Option<Element> {
    within.query_selector(selector).ok()?
}

/// What a press inside the cards asks for, and of which form.
pub(super) fn asked(event: &web_sys::Event) -> Option<(String, String)> {
    let button = event
        .target()?
        .dyn_into::<Element>()
        .ok()?
        .closest("[data-do]")
        .ok()??;
    let card = button.closest("[data-id]").ok()??;
    Some((button.get_attribute("data-do")?, card.get_attribute("data-id")?))
}
