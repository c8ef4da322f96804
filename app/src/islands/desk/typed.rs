//! Answers that are typed: numbers and dates on keys of the screen, words on whatever keyboard the device has.

use domain::answer::Answer;
use domain::form::{date_of, parts_of};
use domain::questionnaire::AnswerKind;
use leptos::prelude::*;

use super::browser;
use super::keys::{DIGITS, Press, SIGNED_DIGITS, keys};
use super::kiosk::{Kiosk, Said};
use super::steps::Session;

/// How many characters a number may have: those of the largest.
const LONGEST_NUMBER: usize = 20;
/// The parts of a date in the order in which the languages of the country say them, and their lengths.
const PARTS: [(&str, &str, usize); 3] = [
    ("kiosk-day", "survey-day", 2),
    ("kiosk-month", "survey-month", 2),
    ("kiosk-year", "survey-year", 4),
];

/// The first field of what is typed.
pub(super) const FIELD: &str = ".kiosk-typed input";
/// The ids of what is said beside the fields of a number and of a day.
const RANGE: &str = "kiosk-range";
const DATE: &str = "kiosk-date-hint";

/// What is said beside the field of an answer, by the id of its element, and the language that it is in.
pub(super) fn hint(kiosk: Kiosk, answer: &AnswerKind) -> Option<(&'static str, Said)> {
    match answer {
        AnswerKind::Number { min, max, .. } => Some((RANGE, range(kiosk, *min, *max))),
        AnswerKind::Date {} => Some((DATE, kiosk.say("survey-date-hint"))),
        _ => None,
    }
}

fn range(kiosk: Kiosk, min: i64, max: i64) -> Said {
    let (min, max) = (min.to_string(), max.to_string());
    kiosk.filled("kiosk-number-range", &[("min", &min), ("max", &max)])
}

/// A whole number, with keys of its own for a device without a keyboard. One that is out of range is no answer, and
/// the range says so.
pub(super) fn number(kiosk: Kiosk, session: &Session, min: i64, max: i64) -> AnyView {
    let given = match session.answer() {
        Answer::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let typed = RwSignal::new(given);
    let read = move |typed: &str| {
        let number = typed.trim().parse().ok();
        number.filter(|number| (min..=max).contains(number))
    };
    let take = move || {
        let number = typed.with_untracked(|typed| read(typed));
        let typed = typed.with_untracked(|typed| !typed.trim().is_empty());
        kiosk.change(|session| session.set_typed(typed, number.map(Answer::Number)));
    };
    let wrong = move || typed.with(|typed| !typed.trim().is_empty() && read(typed).is_none());
    let characters = if min < 0 { SIGNED_DIGITS } else { DIGITS };
    let press = move |press: Press| {
        typed.update(|typed| press.apply(typed, LONGEST_NUMBER));
        take();
    };
    let (range, lang) = range(kiosk, min, max);
    view! {
        <div class="kiosk-typed">
            <p class="hint" class:field-error=wrong id=RANGE role="status" lang=lang>
                {range}
            </p>
            <input
                class="kiosk-short"
                type="text"
                inputmode="none"
                autocomplete="off"
                aria-labelledby="kiosk-heading"
                aria-describedby=RANGE
                aria-invalid=move || wrong().then_some("true")
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    take();
                }
            />
            {keys(kiosk, "kiosk-number-keys", characters, press)}
        </div>
    }
    .into_any()
}

/// A day in three fields, as on paper. The browser's own field would ask in the order of its own language.
pub(super) fn date(kiosk: Kiosk, session: &Session) -> AnyView {
    let given = match session.answer() {
        Answer::Date(date) => parts_of(&domain::civil::format(date)),
        _ => None,
    };
    let typed = given.unwrap_or_default().map(RwSignal::new);
    let at = RwSignal::new(0_usize);
    let read = move || {
        let [day, month, year] = typed.map(|part| part.get());
        domain::civil::parse(&date_of([&day, &month, &year])?)
    };
    let take = move || {
        let date = untrack(read);
        let typed = typed
            .iter()
            .any(|part| part.with_untracked(|part| !part.is_empty()));
        kiosk.change(|session| session.set_typed(typed, date.map(Answer::Date)));
    };
    let complete = move || {
        typed.iter().zip(PARTS).all(|(part, (_, _, longest))| {
            part.with(|part| !part.is_empty() && (longest == 2 || part.chars().count() >= longest))
        })
    };
    let wrong = move || (complete() || kiosk.is(Session::is_told)) && read().is_none();
    let go = move |place: usize| {
        at.set(place);
        if let Some((id, _, _)) = PARTS.get(place) {
            browser::focus(&format!("#{id}"));
        }
    };
    let press = move |press: Press| {
        let place = at.get_untracked();
        let (Some(part), Some((_, _, longest))) = (typed.get(place), PARTS.get(place)) else {
            return;
        };
        if press == Press::Erase && part.with_untracked(String::is_empty) && place > 0 {
            go(place - 1);
            return;
        }
        part.update(|part| press.apply(part, *longest));
        take();
        let full = part.with_untracked(|part| part.chars().count() == *longest);
        if full && press != Press::Erase && place + 1 < PARTS.len() {
            go(place + 1);
        }
    };
    let fields: Vec<AnyView> = typed
        .into_iter()
        .zip(PARTS)
        .enumerate()
        .map(|(place, (part, (id, label, longest)))| {
            view! {
                <label class="kiosk-part" for=id>
                    {kiosk.words(label)}
                    <input
                        id=id
                        type="text"
                        inputmode="none"
                        autocomplete="off"
                        size=longest
                        maxlength=longest
                        data-at=move || (at.get() == place).then_some("")
                        aria-describedby=DATE
                        aria-invalid=move || wrong().then_some("true")
                        prop:value=part
                        on:focus=move |_| at.set(place)
                        on:input=move |event| {
                            part.set(event_target_value(&event));
                            take();
                        }
                    />
                </label>
            }
            .into_any()
        })
        .collect();
    let hint = move || {
        kiosk.words(match (wrong(), complete()) {
            (false, _) => "survey-date-hint",
            (true, true) => "kiosk-date-wrong",
            (true, false) => "kiosk-date-incomplete",
        })
    };
    view! {
        <div class="kiosk-typed">
            <p class="hint" class:field-error=wrong id=DATE role="status">
                {hint}
            </p>
            <div class="kiosk-date" role="group" aria-labelledby="kiosk-heading">
                {fields}
            </div>
            {keys(kiosk, "kiosk-number-keys", DIGITS, press)}
        </div>
    }
    .into_any()
}

/// Words, in one line or in several, with the ids of what is read with the field.
pub(super) fn words(
    kiosk: Kiosk,
    session: &Session,
    max_length: u32,
    several: bool,
    described: String,
) -> AnyView {
    let given = session.remark().to_owned();
    let take = move |text: String| kiosk.change(|session| session.set_remark(&text));
    let field = if several {
        view! {
            <textarea
                autocomplete="off"
                spellcheck="false"
                maxlength=max_length
                aria-labelledby="kiosk-heading"
                aria-describedby=described
                prop:value=given
                on:input=move |event| take(event_target_value(&event))
            ></textarea>
        }
        .into_any()
    } else {
        view! {
            <input
                type="text"
                autocomplete="off"
                spellcheck="false"
                maxlength=max_length
                aria-labelledby="kiosk-heading"
                aria-describedby=described
                value=given
                on:input=move |event| take(event_target_value(&event))
            />
        }
        .into_any()
    };
    view! { <div class="kiosk-typed">{field}</div> }.into_any()
}
