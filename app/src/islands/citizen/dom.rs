//! The form of the page, as the browser has it.

use std::cell::OnceCell;

use domain::condition::Given;
use domain::form::DATE_PARTS;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::closure::Closure;
use web_sys::{Document, Element, HtmlElement, HtmlFieldSetElement, HtmlFormElement, HtmlInputElement};
use web_sys::{HtmlTextAreaElement, Node};

use super::draft::{self, Draft, Found};
use super::queue::{self, Fields};
use super::{Fact, Rule};

const FORM: &str = "survey";

thread_local! {
    /// The one form of the page; empty on a page without.
    static AID: OnceCell<Aid> = const { OnceCell::new() };
}

/// What the page's listeners share.
struct Aid {
    desk: String,
    rules: Vec<Rule>,
    facts: Vec<Fact>,
    unchoose: String,
    form: HtmlFormElement,
}

/// Wakes the form: restores, evaluates, and listens. Says what it found.
pub(super) fn wake(desk: String, rules: Vec<Rule>, facts: Vec<Fact>, unchoose: String) -> Option<Found> {
    let form = form()?;
    let aid = Aid {
        desk,
        rules,
        facts,
        unchoose,
        form,
    };
    let found = aid.restore();
    aid.refresh();
    // A page that comes with errors begins there: what is there from the start is not announced by itself.
    if let Some(summary) = element(".error-summary, .message") {
        focus(&summary);
    }
    for event in ["change", "input"] {
        let on_change = Closure::<dyn FnMut()>::new(|| with(Aid::refresh));
        let _ = aid
            .form
            .add_event_listener_with_callback(event, on_change.as_ref().unchecked_ref());
        // The listener lives as long as the page.
        on_change.forget();
    }
    AID.with(|cell| cell.set(aid).ok());
    found
}

fn with(act: impl FnOnce(&Aid)) {
    AID.with(|cell| cell.get().map(act));
}

/// Goes on where another visit stopped: posts its fields and asks for its step.
pub(super) fn resume() {
    with(|aid| {
        let Some(draft) = draft::load(&aid.desk) else {
            return;
        };
        for (name, value) in &draft.fields {
            aid.remove_own(name);
            add_hidden(&aid.form, name, value);
        }
        add_hidden(&aid.form, "_go", &draft.at);
        let _ = aid.form.submit();
    });
}

/// Deletes the draft and starts anew.
pub(super) fn discard() {
    with(|aid| {
        draft::forget(&aid.desk);
        if let Some(window) = web_sys::window() {
            let _ = window.location().assign(&aid.form.action());
        }
    });
}

/// The form of this page.
pub(super) fn form() -> Option<HtmlFormElement> {
    document()?.get_element_by_id(FORM)?.dyn_into().ok()
}

/// The id that the response of this page's form will have.
pub(super) fn response_id() -> Option<String> {
    let input = form()?.query_selector("input[name=_id]").ok()??;
    input.get_attribute("value")
}

/// What the browser would send: the desk, the address, and every field.
pub(super) fn handed_in() -> Option<(String, String, Fields)> {
    AID.with(|cell| {
        let aid = cell.get()?;
        let sent = aid.controls().into_iter().filter(|control| control.sent);
        let fields = sent.map(|control| (control.name, control.value)).collect();
        Some((aid.desk.clone(), aid.form.action(), fields))
    })
}

/// Hides the form while its answers wait, or removes it with all that was typed once nothing waits any more. A reload of
/// the page asks for `address`, and without one for a new form.
pub(super) fn put_away(address: Option<&str>, for_good: bool, title: &str) {
    if let (Some(window), Some(form)) = (web_sys::window(), form()) {
        let address = address.map_or_else(|| form.action(), str::to_owned);
        if let Ok(history) = window.history() {
            let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&address));
        }
        form.set_hidden(true);
        if for_good {
            form.remove();
            if let Some(languages) = element(".survey-languages") {
                languages.remove();
            }
        }
    }
    if let Some(document) = document() {
        document.set_title(title);
    }
}

/// Says on the button itself that it was pressed.
pub(super) fn mark_sending(words: &str) {
    if let Some(button) = element("#survey button[value=send]") {
        let _ = button.set_attribute("aria-disabled", "true");
        button.set_text_content(Some(words));
    }
}

fn focus(element: &Element) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let _ = element.focus();
    }
}

/// Posts fields as a form does: the server's page takes the place of this one.
pub(super) fn post(action: &str, fields: &[(String, String)]) {
    let Some((document, form)) = document().and_then(|document| {
        let form = document.create_element("form").ok()?;
        Some((document, form.dyn_into::<HtmlFormElement>().ok()?))
    }) else {
        return;
    };
    form.set_method("post");
    form.set_action(action);
    for (name, value) in fields {
        add_hidden(&form, name, value);
    }
    if let Some(body) = document.body() {
        let _ = body.append_child(&form);
        let _ = form.submit();
    }
}

/// The first element of the page that fits.
pub(super) fn element(selector: &str) -> Option<Element> {
    document()?.query_selector(selector).ok()?
}

/// A control with its name and value.
struct Control {
    element: Element,
    name: String,
    value: String,
    /// It would be sent: switched on, and chosen where it is a choice.
    sent: bool,
    hidden: bool,
}

impl Control {
    /// It answers a question of this page that is not asked, because its answer is known.
    fn is_known(&self) -> bool {
        self.element.closest(".known").is_ok_and(|known| known.is_some())
    }
}

impl Aid {
    /// Brings the page into line with what was answered.
    fn refresh(&self) {
        self.apply_rules();
        self.offer_unchoosing();
        self.keep();
    }

    fn controls(&self) -> Vec<Control> {
        let elements = self.form.elements();
        (0..elements.length())
            .filter_map(|index| elements.item(index))
            .filter_map(control)
            .collect()
    }

    /// Asks what is asked now, in printed order: what is switched off answers no later condition.
    fn apply_rules(&self) {
        for rule in &self.rules {
            let shown = rule.when.holds(&Answered {
                controls: self.controls(),
                facts: &self.facts,
            });
            let Some(set) = self.set_of(&rule.field) else {
                continue;
            };
            if set.disabled() == shown {
                set.set_disabled(!shown);
                set.set_hidden(!shown);
                if shown {
                    self.drop_carried(&set);
                }
            }
        }
    }

    fn set_of(&self, field: &str) -> Option<HtmlFieldSetElement> {
        let sets = self.form.query_selector_all("fieldset[data-field]").ok()?;
        (0..sets.length())
            .filter_map(|index| sets.item(index)?.dyn_into::<HtmlFieldSetElement>().ok())
            .find(|set| set.get_attribute("data-field").as_deref() == Some(field))
    }

    /// What was carried in hidden fields for a question that was not asked is its own control's to say now. Only answers are
    /// carried so: that another question was seen has the same name and stays.
    fn drop_carried(&self, set: &HtmlFieldSetElement) {
        let set: &Node = set.as_ref();
        let controls = self.controls();
        for hidden in controls.iter().filter(|control| {
            control.hidden && control.name.starts_with("a.") && !set.contains(Some(&control.element))
        }) {
            if controls
                .iter()
                .any(|other| other.name == hidden.name && set.contains(Some(&other.element)))
            {
                hidden.element.remove();
            }
        }
    }

    fn draft(&self) -> Draft {
        let mut at = String::new();
        let mut fields = Vec::new();
        for control in self.controls().into_iter().filter(|control| control.sent) {
            match control.name.as_str() {
                "_at" => at = control.value,
                // A one-time code does not belong on a shared device.
                "_code" | "_seen" | "" => {}
                _ if control.value.is_empty() => {}
                _ => fields.push((control.name, control.value)),
            }
        }
        Draft {
            saved: 0.0,
            at,
            fields,
        }
    }

    /// Saves the draft once there is something to lose.
    fn keep(&self) {
        let draft = self.draft();
        let waits = draft.id().is_some_and(queue::holds);
        if draft.has_answers() && draft.at != "start" && !waits {
            draft::save(&self.desk, draft);
        }
    }

    fn restore(&self) -> Option<Found> {
        let saved = draft::load(&self.desk)?;
        let here = self.draft();
        if saved.id() != here.id() {
            return (here.at == "start").then_some(Found::Unfinished);
        }
        (saved.at == here.at && self.put_back(&saved)).then_some(Found::Restored)
    }

    /// Sets the visible controls to the draft's values; whether anything changed.
    fn put_back(&self, saved: &Draft) -> bool {
        let mut changed = false;
        for control in self.controls().into_iter().filter(|control| !control.hidden) {
            let mut values = saved
                .fields
                .iter()
                .filter(|(name, _)| *name == control.name)
                .map(|(_, value)| value);
            if let Some(input) = choice_of(&control.element) {
                let chosen = values.any(|value| *value == control.value);
                changed |= input.checked() != chosen;
                input.set_checked(chosen);
            } else if control.name.starts_with("a.") {
                let value = values.next_back().map_or("", String::as_str);
                if value != control.value {
                    changed = true;
                    set_value(&control.element, value);
                }
            }
        }
        changed
    }

    /// Gives every radio group that has an answer a button that takes it back.
    fn offer_unchoosing(&self) {
        let Ok(groups) = self.form.query_selector_all("fieldset.question") else {
            return;
        };
        for group in (0..groups.length()).filter_map(|index| groups.item(index)) {
            let Ok(group) = group.dyn_into::<Element>() else {
                continue;
            };
            let chosen = group
                .query_selector("input[type=radio]:checked")
                .ok()
                .flatten()
                .is_some();
            let button = group.query_selector(".unchoose").ok().flatten();
            match (chosen, button) {
                (true, None) => self.add_unchoosing(&group),
                (false, Some(button)) => button.remove(),
                _ => {}
            }
        }
    }

    fn add_unchoosing(&self, group: &Element) {
        let Some(button) = document().and_then(|document| document.create_element("button").ok()) else {
            return;
        };
        let _ = button.set_attribute("type", "button");
        button.set_class_name("link-button unchoose");
        button.set_text_content(Some(&self.unchoose));
        let (radios, form) = (group.clone(), self.form.clone());
        let take_back = Closure::<dyn FnMut()>::once(move || {
            if let Some(input) = radios
                .query_selector("input:checked")
                .ok()
                .flatten()
                .and_then(|e| choice_of(&e))
            {
                input.set_checked(false);
                // The button goes away, so the focus goes back to the group.
                let _ = input.focus();
            }
            if let Ok(event) = web_sys::Event::new("change") {
                let _ = form.dispatch_event(&event);
            }
        });
        let _ = button.add_event_listener_with_callback("click", take_back.as_ref().unchecked_ref());
        take_back.forget();
        let _ = group.append_child(&button);
    }

    /// Removes a field of the form's own, of which there is one.
    fn remove_own(&self, name: &str) {
        for control in self.controls() {
            if control.hidden && control.name == name && !name.starts_with("a.") {
                control.element.remove();
            }
        }
    }
}

fn add_hidden(form: &HtmlFormElement, name: &str, value: &str) {
    let Some(input) = document()
        .and_then(|document| document.create_element("input").ok())
        .and_then(|element| element.dyn_into::<HtmlInputElement>().ok())
    else {
        return;
    };
    input.set_type("hidden");
    input.set_name(name);
    input.set_value(value);
    let _ = form.append_child(&input);
}

/// The answers on this page, then those of earlier pages that its conditions look at.
struct Answered<'a> {
    controls: Vec<Control>,
    facts: &'a [Fact],
}

impl Answered<'_> {
    fn values(&self, item: &str) -> Vec<&str> {
        let field = format!("a.{item}");
        let mut visible = self
            .controls
            .iter()
            .filter(|control| control.name == field && (!control.hidden || control.is_known()))
            .peekable();
        if visible.peek().is_some() {
            return visible
                .filter(|control| control.sent)
                .map(|control| control.value.as_str())
                .collect();
        }
        let fact = self.facts.iter().find(|fact| fact.field == field);
        fact.map(|fact| fact.values.iter().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// Whether something was chosen or typed.
    fn is_typed(&self, item: &str) -> bool {
        self.values(item)
            .last()
            .is_some_and(|value| !value.trim().is_empty())
    }
}

impl Given for Answered<'_> {
    fn chose(&self, item: &str, option: &str) -> bool {
        self.values(item).contains(&option)
    }

    fn score(&self, item: &str) -> Option<u8> {
        self.values(item).last()?.parse().ok()
    }

    fn answered(&self, item: &str) -> bool {
        let no_opinion = self.values(item).contains(&"no_opinion");
        // A date on this page is typed in parts.
        let parts = DATE_PARTS.map(|part| format!("{item}.{part}"));
        !no_opinion && (self.is_typed(item) || parts.iter().all(|part| self.is_typed(part)))
    }
}

fn control(element: Element) -> Option<Control> {
    let on = !element.matches(":disabled").ok()?;
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        let kind = input.type_();
        let chosen = !matches!(kind.as_str(), "radio" | "checkbox") || input.checked();
        return Some(Control {
            name: input.name(),
            value: input.value(),
            sent: on && chosen,
            hidden: kind == "hidden",
            element,
        });
    }
    let area = element.dyn_ref::<HtmlTextAreaElement>()?;
    Some(Control {
        name: area.name(),
        value: area.value(),
        sent: on,
        hidden: false,
        element,
    })
}

fn choice_of(element: &Element) -> Option<HtmlInputElement> {
    let input = element.dyn_ref::<HtmlInputElement>()?;
    matches!(input.type_().as_str(), "radio" | "checkbox").then(|| input.clone())
}

fn set_value(element: &Element, value: &str) {
    if let Some(input) = element.dyn_ref::<HtmlInputElement>() {
        input.set_value(value);
    } else if let Some(area) = element.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(value);
    }
}

fn document() -> Option<Document> {
    web_sys::window()?.document()
}
