//! One question a screen.

use domain::answer::Answer;
use domain::questionnaire::{AnswerKind, ChoiceOption, Question, Scale};
use domain::text::Text;
use leptos::prelude::*;

use super::kiosk::{Kiosk, Said};
use super::steps::Session;
use super::{aloud, browser, typed};

/// The box of the options, which scrolls when they do not fit.
pub(super) const OPTIONS: &str = "#kiosk-options";
/// Says that the question cannot be skipped.
const REQUIRED: &str = "kiosk-required";

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
    let above = session.row_text().is_some().then_some((asked, asked_lang));
    let hints = hints(kiosk, question);
    let beside = typed::hint(kiosk, &question.answer);
    let mut spoken: Vec<Said> = above.clone().into_iter().collect();
    spoken.push((title.clone(), title_lang));
    spoken.extend(hints.iter().chain(&beside).map(|(_, said)| said.clone()));
    spoken.extend(choices(kiosk, session, question));
    Effect::new(move |_| {
        if kiosk.aloud.get() {
            kiosk.read_aloud(spoken.clone());
        } else {
            aloud::silence();
        }
    });
    request_animation_frame(move || {
        browser::focus("#kiosk-heading");
        kiosk.look_for_more();
    });
    // How far the person is, and what helps, is heard with the heading that has the focus.
    let ids = hints.iter().chain(&beside).map(|(id, _)| *id);
    let described: Vec<&str> = std::iter::once("kiosk-place").chain(ids).collect();
    let described = described.join(" ");
    let own = kiosk.language.get_untracked().to_string();
    let above = above.map(|(above, lang)| {
        let lang = lang.map_or(own, str::to_owned);
        view! { <span class="kiosk-above" lang=lang>{above}" "</span> }
    });
    let hints = hints
        .into_iter()
        .map(|(id, (words, lang))| view! { <p class="kiosk-help" id=id lang=lang>{words}</p> })
        .collect_view();
    view! {
        <div class="kiosk-ask">
            <div class="kiosk-progress">
                <p id="kiosk-place">
                    <span class="visually-hidden">{kiosk.words("kiosk-question")} " "</span>
                    {place} " / " {count}
                </p>
                <progress max=count value=place aria-hidden="true"></progress>
            </div>
            <h1 id="kiosk-heading" tabindex="-1" lang=title_lang aria-describedby=described.clone()>
                {above}
                {title}
            </h1>
            {hints}
        </div>
        {answers(kiosk, session, question, described)}
    }
    .into_any()
}

/// What helps to answer, by the id of its element.
fn hints(kiosk: Kiosk, question: &Question) -> Vec<(&'static str, Said)> {
    let mut hints = Vec::new();
    if question.required {
        hints.push((REQUIRED, kiosk.say("survey-hint-required")));
    }
    if let Some(help) = &question.help {
        hints.push(("kiosk-help", kiosk.text(help)));
    }
    match &question.answer {
        AnswerKind::Multiple {
            at_most: Some(most), ..
        } => {
            let most = kiosk.filled("survey-hint-at-most", &[("n", &most.to_string())]);
            hints.push(("kiosk-most", most));
        }
        AnswerKind::Multiple { .. } if question.help.is_none() => {
            hints.push(("kiosk-most", kiosk.say("survey-hint-several")));
        }
        _ => {}
    }
    if question.needs_names_hint() {
        hints.push(("kiosk-names", kiosk.say("survey-hint-no-names")));
    }
    hints
}

/// The words of what can be chosen, for who cannot read them.
fn choices(kiosk: Kiosk, session: &Session, question: &Question) -> Vec<Said> {
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

fn answers(kiosk: Kiosk, session: &Session, question: &Question, described: String) -> AnyView {
    match &question.answer {
        AnswerKind::Satisfaction {
            scale, no_opinion, ..
        }
        | AnswerKind::Grid {
            scale, no_opinion, ..
        }
        | AnswerKind::Rating { scale, no_opinion } => session
            .version()
            .scale(scale)
            .map(|scale| levels(kiosk, scale, no_opinion.as_ref()))
            .into_any(),
        AnswerKind::Single { options } => options_box(kiosk, "radiogroup", single(kiosk, options)),
        AnswerKind::YesNo {} => options_box(kiosk, "radiogroup", yes_or_no(kiosk)),
        AnswerKind::Multiple { options, at_most } => multiple(kiosk, options, *at_most),
        AnswerKind::Number { min, max, .. } => typed::number(kiosk, session, *min, *max),
        AnswerKind::Date {} => typed::date(kiosk, session),
        AnswerKind::ShortText { max_length } => typed::words(kiosk, session, *max_length, false, described),
        AnswerKind::LongText { max_length } => typed::words(kiosk, session, *max_length, true, described),
    }
}

/// Options under one another or in columns. Where they do not fit, a button says that there are more: what nobody sees,
/// nobody chooses. It is for the finger; whoever goes from option to option by keyboard comes to all of them.
fn options_box(kiosk: Kiosk, role: &'static str, options: Vec<AnyView>) -> AnyView {
    let amount = match options.len() {
        0..=4 => "few",
        5..=8 => "some",
        _ => "many",
    };
    let more = move || {
        kiosk.more.get().then(|| {
            view! {
                <button
                    type="button"
                    class="kiosk-more"
                    tabindex="-1"
                    aria-hidden="true"
                    on:click=move |_| browser::scroll_on(OPTIONS)
                >
                    {kiosk.words("kiosk-more")}
                    " ↓"
                </button>
            }
        })
    };
    view! {
        <div class="kiosk-scroll" data-more=move || kiosk.more.get().then_some("")>
            <div
                class="kiosk-options"
                id="kiosk-options"
                data-amount=amount
                role=role
                aria-labelledby="kiosk-heading"
                on:scroll=move |_| kiosk.look_for_more()
                on:keydown=move |event| rove(role, &event)
            >
                {options}
            </div>
            {more}
        </div>
    }
    .into_any()
}

/// Arrows go from answer to answer where one excludes the others. They choose none: a choice goes on by itself.
fn rove(role: &str, event: &leptos::ev::KeyboardEvent) {
    if role == "radiogroup" {
        browser::rove(event);
    }
}

/// Faces with words where there are five levels, words alone where there are others.
fn levels(kiosk: Kiosk, scale: &Scale, no_opinion: Option<&Text>) -> AnyView {
    let faces = scale.levels.len() == 5;
    let buttons: Vec<AnyView> = (0..)
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
    view! {
        <div
            class="kiosk-levels"
            role="radiogroup"
            aria-labelledby="kiosk-heading"
            on:keydown=|event| browser::rove(&event)
        >
            <div class="kiosk-faces">{buttons}</div>
            {none}
        </div>
    }
    .into_any()
}

fn single(kiosk: Kiosk, options: &[ChoiceOption]) -> Vec<AnyView> {
    (0..)
        .zip(options)
        .map(|(place, option)| {
            let words = kiosk.text(&option.text);
            button(kiosk, Answer::Choice(place), words, None)
        })
        .collect()
}

fn yes_or_no(kiosk: Kiosk) -> Vec<AnyView> {
    [("kiosk-yes", 1), ("kiosk-no", 0)]
        .map(|(key, answer)| button(kiosk, Answer::Choice(answer), kiosk.say(key), None))
        .into()
}

/// One tap answers; another one within the moment changes the answer. Arrows go from one to the next as in any group of
/// radio buttons, and so does Tab: a switch that only steps on has no arrows.
fn button(kiosk: Kiosk, answer: Answer, (words, lang): Said, face: Option<String>) -> AnyView {
    let chosen = move || {
        kiosk
            .session
            .with(|session| session.as_ref().map(Session::answer))
            == Some(answer)
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
            role="radio"
            aria-checked=move || chosen().to_string()
            on:click=move |_| kiosk.choose(answer)
        >
            {face.map(|face| view! { <svg class="kiosk-face" aria-hidden="true"><use href=face></use></svg> })}
            <span lang=lang>{words}</span>
        </button>
    }
    .into_any()
}

/// Options of which several may be chosen. When as many are as may be, the others say why they cannot be.
fn multiple(kiosk: Kiosk, options: &[ChoiceOption], at_most: Option<u8>) -> AnyView {
    let set = move || {
        kiosk
            .session
            .with(|session| match session.as_ref().map(Session::answer) {
                Some(Answer::Multiple(set)) => set,
                _ => 0,
            })
    };
    let is_full = move || at_most.is_some_and(|most| set().count_ones() >= u32::from(most));
    let options = options.iter().enumerate().map(|(place, option)| {
        let bit = 1_u64 << place;
        let chosen = move || set() & bit != 0;
        let barred = move || !chosen() && is_full();
        let toggle = move |_| {
            if untrack(barred) {
                return;
            }
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
                aria-disabled=move || barred().then_some("true")
                aria-describedby=move || barred().then_some("kiosk-full")
                on:click=toggle
            >
                <span lang=lang>{words}</span>
            </button>
        }
        .into_any()
    });
    let options = options_box(kiosk, "group", options.collect());
    let full = at_most.map(|most| {
        let most = most.to_string();
        let (words, lang) = kiosk.filled("kiosk-full", &[("n", &most)]);
        view! {
            <p class="kiosk-full" id="kiosk-full" role="status" lang=lang>
                {move || is_full().then(|| words.clone())}
            </p>
        }
    });
    view! { {options} {full} }.into_any()
}

/// Back, and on: skip, next or send.
fn steps(kiosk: Kiosk) -> impl IntoView {
    let last = move || {
        kiosk.is(|session| {
            let (place, count) = session.progress();
            place == count
        })
    };
    // What cannot be skipped is no place to go on from. The button can be reached all the same, and says why.
    let given = move || kiosk.is(Session::is_answered) || kiosk.is(Session::is_unread);
    let barred = move || !given() && !kiosk.is(Session::may_skip);
    let words = move || {
        let key = match (last(), given() || barred()) {
            (true, _) => "kiosk-send",
            (false, true) => "kiosk-next",
            (false, false) => "kiosk-skip",
        };
        kiosk.words(key)
    };
    let go = move |_| {
        if !untrack(barred) {
            kiosk.forward();
        }
    };
    view! {
        <div class="kiosk-steps">
            <button type="button" class="kiosk-plain" on:click=move |_| kiosk.back()>
                {move || kiosk.words("kiosk-back")}
            </button>
            <button
                type="button"
                class="kiosk-plain kiosk-on"
                data-send=move || last().then_some("")
                aria-disabled=move || barred().then_some("true")
                aria-describedby=move || barred().then_some(REQUIRED)
                on:click=go
            >
                {words}
            </button>
        </div>
    }
}
