//! One question a screen.

use domain::answer::Answer;
use domain::questionnaire::{AnswerKind, ChoiceOption, Question, Scale};
use domain::text::Text;
use leptos::prelude::*;

use super::keys::{Press, keys};
use super::kiosk::Kiosk;
use super::steps::Session;
use super::{aloud, browser};

/// How many characters a number may have: those of the largest.
const LONGEST_NUMBER: usize = 20;

/// The screen of the question at which the person is.
pub(super) fn question(kiosk: Kiosk) -> AnyView {
    let step = Memo::new(move |_| kiosk.session.with(|session| session.as_ref().map(Session::at)));
    view! {
        <div class="kiosk-question">
            {move || {
                step.get();
                kiosk.language.track();
                kiosk.session.with_untracked(|session| session.as_ref().map(|session| shown(kiosk, session)))
            }}
            {steps(kiosk)}
        </div>
    }
    .into_any()
}

fn shown(kiosk: Kiosk, session: &Session) -> AnyView {
    let Some(question) = session.question() else {
        return ().into_any();
    };
    let (place, count) = session.progress();
    let (asked, asked_lang) = kiosk.text(&question.text);
    let (title, title_lang) = session
        .row_text()
        .map_or((asked.clone(), asked_lang), |row| kiosk.text(row));
    let above = session.row_text().is_some().then_some(asked);
    let help = question.help.as_ref().map(|help| kiosk.text(help));
    let mut spoken: Vec<_> = above
        .clone()
        .map(|above| (above, asked_lang))
        .into_iter()
        .collect();
    spoken.push((title.clone(), title_lang));
    spoken.extend(choices(kiosk, session, question));
    Effect::new(move |_| {
        if kiosk.aloud.get() {
            kiosk.read_aloud(spoken.clone());
        } else {
            aloud::silence();
        }
    });
    request_animation_frame(|| browser::focus("#kiosk-heading"));
    view! {
        <div class="kiosk-ask">
            <div class="kiosk-progress">
                <p>
                    <span class="visually-hidden">{kiosk.words("kiosk-question")} " "</span>
                    {place} " / " {count}
                </p>
                <progress max=count value=place aria-hidden="true"></progress>
            </div>
            {above.map(|above| view! { <p class="kiosk-above" lang=asked_lang>{above}</p> })}
            <h1 id="kiosk-heading" tabindex="-1" lang=title_lang>{title}</h1>
            {help.map(|(help, lang)| view! { <p class="kiosk-help" id="kiosk-help" lang=lang>{help}</p> })}
        </div>
        {answers(kiosk, session, question)}
    }
    .into_any()
}

/// The words of what can be chosen, for who cannot read them.
fn choices(kiosk: Kiosk, session: &Session, question: &Question) -> Vec<(String, Option<&'static str>)> {
    let texts: Vec<&Text> = match &question.answer {
        AnswerKind::Satisfaction {
            scale, no_opinion, ..
        }
        | AnswerKind::Grid {
            scale, no_opinion, ..
        }
        | AnswerKind::Rating { scale, no_opinion } => {
            let levels = session.version().scale(scale).map(|scale| scale.levels.iter());
            levels.into_iter().flatten().chain(no_opinion).collect()
        }
        AnswerKind::Single { options } | AnswerKind::Multiple { options, .. } => {
            options.iter().map(|option| &option.text).collect()
        }
        AnswerKind::YesNo {} => return ["kiosk-yes", "kiosk-no"].map(|key| kiosk.say(key)).into(),
        AnswerKind::Number { .. }
        | AnswerKind::Date {}
        | AnswerKind::ShortText { .. }
        | AnswerKind::LongText { .. } => Vec::new(),
    };
    texts.into_iter().map(|text| kiosk.text(text)).collect()
}

fn answers(kiosk: Kiosk, session: &Session, question: &Question) -> AnyView {
    let (class, buttons) = match &question.answer {
        AnswerKind::Satisfaction {
            scale, no_opinion, ..
        }
        | AnswerKind::Grid {
            scale, no_opinion, ..
        }
        | AnswerKind::Rating { scale, no_opinion } => {
            return session
                .version()
                .scale(scale)
                .map(|scale| levels(kiosk, scale, no_opinion.as_ref()))
                .into_any();
        }
        AnswerKind::Single { options } => ("kiosk-options", single(kiosk, options)),
        AnswerKind::YesNo {} => ("kiosk-options", yes_or_no(kiosk)),
        AnswerKind::Multiple { options, at_most } => ("kiosk-options", multiple(kiosk, options, *at_most)),
        AnswerKind::Number { min, max, .. } => return number(kiosk, session, *min, *max),
        AnswerKind::Date {} => return date(kiosk, session),
        AnswerKind::ShortText { max_length } => return line(kiosk, session, *max_length),
        AnswerKind::LongText { max_length } => return remark(kiosk, session, *max_length),
    };
    group(buttons, class)
}

fn group(buttons: Vec<AnyView>, class: &'static str) -> AnyView {
    view! { <div class=class role="group" aria-labelledby="kiosk-heading">{buttons}</div> }.into_any()
}

/// Faces with words where there are five levels, words alone where there are others.
fn levels(kiosk: Kiosk, scale: &Scale, no_opinion: Option<&Text>) -> AnyView {
    let faces = scale.levels.len() == 5;
    let buttons = (0..)
        .zip(&scale.levels)
        .map(|(level, word)| {
            let face = faces.then(|| format!("#face-{}", level + 1));
            button(kiosk, Answer::Choice(level), kiosk.text(word), face)
        })
        .collect();
    let none = no_opinion.map(|words| {
        let none = button(kiosk, Answer::NoOpinion, kiosk.text(words), None);
        view! { <div class="kiosk-none">{none}</div> }
    });
    view! { {group(buttons, "kiosk-faces")} {none} }.into_any()
}

fn single(kiosk: Kiosk, options: &[ChoiceOption]) -> Vec<AnyView> {
    (0..)
        .zip(options)
        .map(|(place, option)| button(kiosk, Answer::Choice(place), kiosk.text(&option.text), None))
        .collect()
}

fn yes_or_no(kiosk: Kiosk) -> Vec<AnyView> {
    [("kiosk-yes", 1), ("kiosk-no", 0)]
        .map(|(key, answer)| button(kiosk, Answer::Choice(answer), kiosk.say(key), None))
        .into()
}

/// One tap answers; another one within the moment changes the answer.
fn button(
    kiosk: Kiosk,
    answer: Answer,
    (words, lang): (String, Option<&'static str>),
    face: Option<String>,
) -> AnyView {
    let chosen = move || {
        kiosk
            .session
            .with(|session| session.as_ref().is_some_and(|s| s.answer() == answer))
    };
    let level = match (&face, answer) {
        (Some(_), Answer::Choice(level)) => Some(level + 1),
        _ => None,
    };
    let class = level.map_or("kiosk-answer".to_owned(), |level| {
        format!("kiosk-answer level-{level}")
    });
    view! {
        <button
            type="button"
            class=class
            aria-pressed=move || chosen().to_string()
            on:click=move |_| kiosk.choose(answer)
        >
            {face.map(|face| view! { <svg class="kiosk-face" aria-hidden="true"><use href=face></use></svg> })}
            <span lang=lang>{words}</span>
        </button>
    }
    .into_any()
}

fn multiple(kiosk: Kiosk, options: &[ChoiceOption], at_most: Option<u8>) -> Vec<AnyView> {
    let set = move || {
        kiosk
            .session
            .with(|session| match session.as_ref().map(Session::answer) {
                Some(Answer::Multiple(set)) => set,
                _ => 0,
            })
    };
    options
        .iter()
        .enumerate()
        .map(|(place, option)| {
            let bit = 1_u64 << place;
            let chosen = move || set() & bit != 0;
            // When as many are chosen as may be, another one has to be taken back first.
            let full = move || !chosen() && at_most.is_some_and(|most| set().count_ones() >= u32::from(most));
            let toggle = move |_| {
                let set = untrack(set) ^ bit;
                let answer = if set == 0 {
                    Answer::Skipped
                } else {
                    Answer::Multiple(set)
                };
                kiosk.change(|session| session.set(answer));
            };
            let (words, lang) = kiosk.text(&option.text);
            view! {
                <button
                    type="button"
                    class="kiosk-answer kiosk-check"
                    aria-pressed=move || chosen().to_string()
                    prop:disabled=full
                    on:click=toggle
                >
                    <span lang=lang>{words}</span>
                </button>
            }
            .into_any()
        })
        .collect()
}

/// A whole number, with keys of its own for a device without a keyboard. One that is out of range is no answer, and
/// the range says so.
fn number(kiosk: Kiosk, session: &Session, min: i64, max: i64) -> AnyView {
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
        kiosk.change(|session| session.set(number.map_or(Answer::Skipped, Answer::Number)));
    };
    let wrong = move || typed.with(|typed| !typed.trim().is_empty() && read(typed).is_none());
    let characters: &[u8] = if min < 0 { b"1234567890-" } else { b"1234567890" };
    let press = move |press: Press| {
        typed.update(|typed| press.apply(typed, LONGEST_NUMBER));
        take();
    };
    view! {
        <div class="kiosk-typed">
            <input
                type="text"
                inputmode="none"
                autocomplete="off"
                aria-labelledby="kiosk-heading"
                aria-describedby="kiosk-range"
                aria-invalid=move || wrong().then_some("true")
                prop:value=typed
                on:input=move |event| {
                    typed.set(event_target_value(&event));
                    take();
                }
            />
            <p class="hint" class:field-error=wrong id="kiosk-range" role="status">
                {min}
                "–"
                {max}
            </p>
            {keys(kiosk, "kiosk-number-keys", characters, press)}
        </div>
    }
    .into_any()
}

fn date(kiosk: Kiosk, session: &Session) -> AnyView {
    let given = match session.answer() {
        Answer::Date(date) => domain::civil::format(date),
        _ => String::new(),
    };
    let typed = move |event| {
        let date = domain::civil::parse(&event_target_value(&event));
        kiosk.change(|session| session.set(date.map_or(Answer::Skipped, Answer::Date)));
    };
    view! {
        <div class="kiosk-typed">
            <input type="date" autocomplete="off" aria-labelledby="kiosk-heading" value=given on:input=typed/>
        </div>
    }
    .into_any()
}

fn line(kiosk: Kiosk, session: &Session, max_length: u32) -> AnyView {
    let given = session.remark().to_owned();
    view! {
        <div class="kiosk-typed">
            <input
                type="text"
                autocomplete="off"
                spellcheck="false"
                maxlength=max_length
                aria-labelledby="kiosk-heading"
                value=given
                on:input=move |event| {
                    let text = event_target_value(&event);
                    kiosk.change(|session| session.set_remark(&text));
                }
            />
        </div>
    }
    .into_any()
}

fn remark(kiosk: Kiosk, session: &Session, max_length: u32) -> AnyView {
    let given = session.remark().to_owned();
    view! {
        <div class="kiosk-typed">
            <textarea
                autocomplete="off"
                spellcheck="false"
                maxlength=max_length
                aria-labelledby="kiosk-heading"
                aria-describedby="kiosk-help"
                prop:value=given
                on:input=move |event| {
                    let text = event_target_value(&event);
                    kiosk.change(|session| session.set_remark(&text));
                }
            ></textarea>
        </div>
    }
    .into_any()
}

/// Back, and on: skip, next or send.
fn steps(kiosk: Kiosk) -> impl IntoView {
    let with =
        move |ask: fn(&Session) -> bool| kiosk.session.with(|session| session.as_ref().is_some_and(ask));
    let last = move || {
        with(|session| {
            let (place, count) = session.progress();
            place == count
        })
    };
    let words = move || {
        let key = match (last(), with(Session::is_answered)) {
            (true, _) => "kiosk-send",
            (false, true) => "kiosk-next",
            (false, false) => "kiosk-skip",
        };
        kiosk.words(key)
    };
    let barred = move || !with(Session::is_answered) && !with(Session::may_skip);
    view! {
        <div class="kiosk-steps">
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.back()>
                {move || kiosk.words("kiosk-back")}
            </button>
            <button
                type="button"
                class="kiosk-plain kiosk-on"
                data-send=move || last().then_some("")
                prop:disabled=barred
                on:click=move |_| kiosk.forward()
            >
                {words}
            </button>
        </div>
    }
}
