//! The device as a whole: which screen is shown, to whom, and when it is wiped.

use std::time::Duration;

use domain::civil;
use domain::id::ResponseId;
use domain::text::{Language, Text};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde_json::json;

use super::aloud::Part;
use super::courier::{self, Finished, Status, Watched};
use super::device::{Desk, Slips, now, today};
use super::steps::Session;
use super::{Words, aloud, browser, idle, question, screens, seal, slip, spoken, staff, typed};

/// Words, and the language they are in where that is not the one of the screen.
pub(super) type Said = (String, Option<&'static str>);

/// How long one has to change one's mind after a tap.
const SETTLE: Duration = Duration::from_millis(600);
/// How long the thanks stay.
const THANKS: Duration = Duration::from_secs(6);
/// How often a device that nobody uses looks for a newer page.
const LOOK_EVERY: Duration = Duration::from_mins(10);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Screen {
    Starting,
    /// Another window of this browser is the device.
    Elsewhere,
    /// The browser keeps nothing, so nothing may be asked.
    Unfit,
    Enrol,
    Attract,
    /// The code of a slip is typed.
    Slip,
    Question,
    /// What was finished could not be kept; it is still in memory.
    NotKept,
    Thanks,
    Pin,
    Staff,
}

/// Everything the screens share.
#[derive(Clone, Copy)]
pub(super) struct Kiosk {
    words: StoredValue<Words>,
    pub(super) screen: RwSignal<Screen>,
    pub(super) language: RwSignal<Language>,
    pub(super) session: RwSignal<Option<Session>>,
    /// What was asked when the person began: nothing else changes under who answers, whatever the server says meanwhile.
    asked: RwSignal<Option<Desk>>,
    began: StoredValue<i64>,
    /// The device's enrolment then.
    enrolment: StoredValue<u32>,
    /// The slip that the person brought.
    code: StoredValue<Option<String>>,
    /// What was typed of one, what is said about it, and whether the server is being asked.
    pub(super) slip_typed: RwSignal<String>,
    pub(super) slip_said: RwSignal<Option<&'static str>>,
    pub(super) slip_asking: RwSignal<bool>,
    /// What was finished and is not on disk yet.
    pending: StoredValue<Option<Finished>>,
    keeping: StoredValue<bool>,
    /// What the person was thanked for last.
    pub(super) thanked: StoredValue<Option<ResponseId>>,
    pub(super) status: RwSignal<Status>,
    pub(super) desk: RwSignal<Option<Desk>>,
    pub(super) large: RwSignal<bool>,
    pub(super) contrast: RwSignal<bool>,
    pub(super) aloud: RwSignal<bool>,
    /// Rises when the device's voices change: browsers load them late.
    pub(super) voices: RwSignal<u32>,
    /// There are options below those that are seen.
    pub(super) more: RwSignal<bool>,
    /// Seconds until the attempt is wiped, while the warning stands.
    pub(super) warning: RwSignal<Option<u32>>,
    /// When the device was touched last, by a clock that nobody can set.
    pub(super) touched: StoredValue<f64>,
    /// Rises with everything that makes a waiting step pointless.
    turn: StoredValue<u64>,
    /// A newer page than this one is on the device.
    newer: StoredValue<bool>,
}

impl Kiosk {
    fn new(words: Words) -> Self {
        Self {
            words: StoredValue::new(words),
            screen: RwSignal::new(Screen::Starting),
            language: RwSignal::new(Language::vi()),
            session: RwSignal::new(None),
            asked: RwSignal::new(None),
            began: StoredValue::new(0),
            enrolment: StoredValue::new(0),
            code: StoredValue::new(None),
            slip_typed: RwSignal::new(String::new()),
            slip_said: RwSignal::new(None),
            slip_asking: RwSignal::new(false),
            pending: StoredValue::new(None),
            keeping: StoredValue::new(false),
            thanked: StoredValue::new(None),
            status: RwSignal::new(Status::default()),
            desk: RwSignal::new(None),
            large: RwSignal::new(false),
            contrast: RwSignal::new(false),
            aloud: RwSignal::new(false),
            voices: RwSignal::new(0),
            more: RwSignal::new(false),
            warning: RwSignal::new(None),
            touched: StoredValue::new(0.0),
            turn: StoredValue::new(0),
            newer: StoredValue::new(false),
        }
    }

    pub(super) fn watched(self) -> Watched {
        Watched {
            status: self.status,
            desk: self.desk,
        }
    }

    /// Reads what is asked: where a person answers what was taken at their beginning, else what is asked now.
    pub(super) fn with_desk<T>(self, read: impl FnOnce(&Desk) -> T) -> Option<T> {
        self.asked.with(|asked| match asked {
            Some(desk) => Some(read(desk)),
            None => self.desk.with(|desk| desk.as_ref().map(read)),
        })
    }

    /// A text of the interface; Vietnamese where the language has none.
    pub(super) fn t(self, key: &str) -> String {
        self.say(key).0
    }

    /// A text of the interface as contents of an element, marked where Vietnamese stands in.
    pub(super) fn words(self, key: &str) -> impl IntoView + use<> {
        let (words, lang) = self.say(key);
        view! { <span lang=lang>{words}</span> }
    }

    /// A text of the interface, and the language it is in where that is another one.
    pub(super) fn say(self, key: &str) -> Said {
        let language = self.language.get();
        self.words.with_value(|words| {
            let of = |tag: &str| words.get(tag).and_then(|texts| texts.get(key)).cloned();
            match of(language.as_str()) {
                Some(words) => (words, None),
                None => (of("vi").unwrap_or_default(), Some("vi")),
            }
        })
    }

    /// A text of the interface with its parameters, which stand in it by their names; see [`Self::say`].
    pub(super) fn filled(self, key: &str, parameters: &[(&str, &str)]) -> Said {
        let (mut words, lang) = self.say(key);
        for (name, value) in parameters {
            words = words.replace(&format!("{{${name}}}"), value);
        }
        (words, lang)
    }

    /// A text of the questionnaire, and the language it is in where that is another one.
    pub(super) fn text(self, text: &Text) -> Said {
        let language = self.language.get();
        let found = text.find(&language);
        (found.text.to_owned(), found.fallback.then_some("vi"))
    }

    pub(super) fn touch(self) {
        self.touched.set_value(browser::uptime());
        if self.warning.get_untracked().is_some() {
            self.warning.set(None);
            request_animation_frame(browser::return_focus);
        }
    }

    /// Finds out whether there are options below those that are seen.
    pub(super) fn look_for_more(self) {
        let more = browser::rest_below(question::OPTIONS);
        if self.more.get_untracked() != more {
            self.more.set(more);
        }
    }

    /// Reads texts aloud, each in the language it is in; see [`Self::text`].
    pub(super) fn read_aloud(self, texts: Vec<Said>) {
        let language = self.language.get_untracked();
        let part = |(words, lang): Said| {
            let language = match lang {
                Some("vi") => Language::vi(),
                _ => language.clone(),
            };
            let recording = untrack(|| self.with_desk(|desk| desk.recording(&language, &words).cloned()));
            Part {
                words,
                language: language.to_string(),
                recording: recording.flatten(),
            }
        };
        aloud::read(texts.into_iter().map(part).collect());
    }

    /// Makes everything that waits pointless, and gives what [`Self::is_turn`] is asked with.
    pub(super) fn next_turn(self) -> u64 {
        self.turn.update_value(|turn| *turn += 1);
        self.turn.get_value()
    }

    /// Nothing happened since that made waiting pointless.
    pub(super) fn is_turn(self, turn: u64) -> bool {
        self.turn.get_value() == turn
    }

    /// Does something after a while, unless something else happened.
    fn later(self, wait: Duration, act: impl FnOnce() + 'static) {
        let turn = self.next_turn();
        set_timeout(
            move || {
                if self.is_turn(turn) {
                    act();
                }
            },
            wait,
        );
    }

    /// A person begins, with a slip where one is needed.
    pub(super) fn begin(self) {
        if untrack(|| self.slips()) == Slips::Needed {
            self.ask_slip();
        } else {
            self.begin_with(None, None);
        }
    }

    /// Asks for the slip.
    pub(super) fn ask_slip(self) {
        self.touch();
        self.screen.set(Screen::Slip);
    }

    /// Whether a person is asked for a slip.
    pub(super) fn slips(self) -> Slips {
        self.desk
            .with(|desk| desk.as_ref().map_or(Slips::None, |desk| desk.slips))
    }

    /// The questions begin, with the code of a slip and the field that is known from it.
    pub(super) fn begin_with(self, code: Option<String>, field: Option<&str>) {
        // It may have ended, or the device been revoked, while this screen stood here. The first one says so.
        if !untrack(|| screens::is_open(self)) {
            self.wipe();
            return;
        }
        let Some(desk) = self.desk.get_untracked() else {
            return;
        };
        let Some(mut session) = desk.version_on(today()).and_then(Session::begin) else {
            return;
        };
        // A slip knows better than the point.
        if let Some(field) = field.or(desk.field.as_deref()) {
            session.know_field(field);
        }
        self.touch();
        self.next_turn();
        self.forget_slip();
        self.code.set_value(code);
        self.began.set_value(now());
        self.enrolment.set_value(courier::enrolment());
        self.asked.set(Some(desk));
        self.session.set(Some(session));
        self.screen.set(Screen::Question);
    }

    /// Whether something is so of the person's way through the questions; of nobody's nothing is.
    pub(super) fn is(self, ask: impl FnOnce(&Session) -> bool) -> bool {
        self.session.with(|session| session.as_ref().is_some_and(ask))
    }

    /// Changes the answer on the screen.
    pub(super) fn change(self, act: impl FnOnce(&mut Session)) {
        self.touch();
        self.next_turn();
        self.session.update(|session| {
            if let Some(session) = session {
                act(session);
            }
        });
    }

    /// Takes an answer that is complete with one tap, and goes on unless it is changed at once.
    pub(super) fn choose(self, answer: domain::answer::Answer) {
        self.change(|session| session.set(answer));
        self.later(SETTLE, move || self.forward());
    }

    pub(super) fn forward(self) {
        self.touch();
        self.next_turn();
        let mut more = true;
        self.session.update(|session| {
            more = session.as_mut().is_some_and(Session::forward);
        });
        if untrack(|| self.is(Session::is_told)) {
            // What is said about the field is read with it.
            request_animation_frame(|| browser::focus(typed::FIELD));
        }
        if !more {
            self.finish();
        }
    }

    pub(super) fn back(self) {
        self.touch();
        self.next_turn();
        let mut more = true;
        self.session
            .update(|session| more = session.as_mut().is_some_and(Session::back));
        if !more {
            self.give_up();
        }
    }

    /// Keeps what was answered; the thanks wait until it is on disk. What is finished is put together once, so
    /// that neither a second tap nor a second try makes a second response.
    pub(super) fn finish(self) {
        if self.keeping.get_value() {
            return;
        }
        if self.pending.with_value(Option::is_none) {
            self.pending.set_value(self.finished());
        }
        let Some((finished, desk)) = self.pending.get_value().zip(self.asked.get_untracked()) else {
            self.screen.set(Screen::NotKept);
            return;
        };
        self.keeping.set_value(true);
        spawn_local(async move {
            let kept = courier::keep(&finished, &desk).await;
            self.keeping.set_value(false);
            let pending = self
                .pending
                .with_value(|pending| pending.as_ref().map(|pending| pending.id));
            if pending != Some(finished.id) {
                // Staff took the screen meanwhile, or nobody was there any more.
                return;
            }
            if kept.is_ok() {
                self.forget();
                self.thanked.set_value(Some(finished.id));
                self.screen.set(Screen::Thanks);
                self.later(THANKS, move || self.wipe());
            } else {
                self.screen.set(Screen::NotKept);
            }
        });
    }

    fn forget_slip(self) {
        self.slip_typed.set(String::new());
        self.slip_said.set(None);
        self.slip_asking.set(false);
        self.code.set_value(None);
    }

    fn forget(self) {
        self.forget_slip();
        slip::forget();
        browser::forget_focus();
        self.session.set(None);
        self.asked.set(None);
        self.pending.set_value(None);
    }

    fn finished(self) -> Option<Finished> {
        let desk = self.asked.get_untracked()?;
        let session = self.session.get_untracked()?;
        let version = session.version();
        let given = session.answers();
        let (respondent, answers) = given.to_json(version);
        let seconds = ((now() - self.began.get_value()) / 1_000).clamp(0, 7_200);
        let mut document = json!({
            "point": desk.point,
            "questionnaire": version.reference(),
            "campaign": desk.campaign,
            "nonce": domain::canonical::hex(&seal::random::<16>().ok()?),
            "language": self.language.get_untracked(),
            "mode": given.mode(version),
            "answered_on": civil::format(today()),
            "duration_s": seconds,
            "respondent": respondent,
            "answers": answers,
        });
        if let Some(code) = self.code.get_value() {
            document["code"] = code.into();
        }
        Some(Finished {
            id: ResponseId::new(today(), seal::random().ok()?),
            document: document.to_string(),
            enrolment: self.enrolment.get_value(),
        })
    }

    /// Leaves nothing of the person: answers, language, size, contrast, voice.
    pub(super) fn wipe(self) {
        self.next_turn();
        self.forget();
        self.warning.set(None);
        self.language.set(Language::vi());
        self.large.set(false);
        self.contrast.set(false);
        self.aloud.set(false);
        aloud::silence();
        self.screen.set(Screen::Attract);
        self.look_for_newer();
    }

    /// Who cannot be thanked wants it deleted. While it is just being written it cannot be: in a moment it is kept, or not.
    pub(super) fn discard(self) {
        if !self.keeping.get_value() {
            self.give_up();
        }
    }

    /// An attempt that nobody goes on with: counted by the question reached, and wiped.
    pub(super) fn give_up(self) {
        let reached = self.session.with_untracked(|session| {
            let session = session.as_ref()?;
            session.question().map(|question| question.id.clone())
        });
        if let Some(question) = reached {
            courier::abandon(&question);
        }
        self.wipe();
    }

    /// Takes over a newer page between two persons, and between two responses that are sent. What is put off comes with the
    /// next look.
    fn look_for_newer(self) {
        let recordings = self
            .desk
            .with_untracked(|desk| desk.as_ref().map(Desk::recordings));
        browser::keep_recordings(&recordings.unwrap_or_default());
        spawn_local(async move {
            if browser::newer_page().await {
                self.newer.set_value(true);
            }
            let free = self.screen.get_untracked() == Screen::Attract && !courier::is_sending();
            if free && self.newer.get_value() {
                browser::reload();
            }
        });
    }
}

/// Starts the device.
pub(super) fn device(words: Words) -> AnyView {
    let kiosk = Kiosk::new(words);
    listen(kiosk);
    spawn_local(async move {
        browser::alone(move || kiosk.screen.set(Screen::Elsewhere)).await;
        let opened = courier::open(kiosk.watched()).await;
        kiosk.screen.set(match opened {
            Ok(true) => Screen::Attract,
            Ok(false) => Screen::Enrol,
            Err(_) => Screen::Unfit,
        });
        browser::register_worker().await;
        browser::keep_awake().await;
    });
    screens::frame(kiosk, move || match kiosk.screen.get() {
        Screen::Starting => screens::notice(kiosk, "kiosk-starting"),
        Screen::Elsewhere => screens::notice(kiosk, "kiosk-elsewhere"),
        Screen::Unfit => screens::notice(kiosk, "kiosk-unfit"),
        Screen::Enrol => staff::enrol(kiosk),
        Screen::Attract => screens::attract(kiosk),
        Screen::Slip => slip::slip(kiosk),
        Screen::Question => question::question(kiosk),
        Screen::NotKept => screens::not_kept(kiosk),
        Screen::Thanks => screens::thanks(kiosk),
        Screen::Pin => staff::pin(kiosk),
        Screen::Staff => staff::status(kiosk),
    })
}

fn listen(kiosk: Kiosk) {
    courier::listen();
    slip::listen(kiosk);
    for event in ["pointerdown", "keydown"] {
        // While the warning stands its own two buttons decide.
        browser::on(event, move |_| {
            if kiosk.warning.get_untracked().is_none() {
                kiosk.touch();
            }
        });
    }
    // A long press opens no menu, and neither wheel nor keys make the page larger for the next person.
    browser::on("contextmenu", |event| event.prevent_default());
    browser::keep_scale();
    browser::on_voices(move || kiosk.voices.update(|voices| *voices += 1));
    browser::on("visibilitychange", move |_| {
        if !browser::is_hidden() {
            courier::look();
            spawn_local(browser::keep_awake());
        }
    });
    set_interval(move || idle::tick(kiosk), Duration::from_secs(1));
    set_interval(
        move || {
            if kiosk.screen.get_untracked() == Screen::Attract {
                kiosk.look_for_newer();
            }
        },
        LOOK_EVERY,
    );
    Effect::new(move |_| {
        browser::mark("data-large", kiosk.large.get());
        request_animation_frame(move || kiosk.look_for_more());
    });
    Effect::new(move |_| browser::mark("data-contrast", kiosk.contrast.get()));
    Effect::new(move |_| {
        let language = kiosk.language.get();
        let direction = kiosk.with_desk(|desk| desk.direction(&language));
        browser::set_language(language.as_str(), direction.unwrap_or_default());
    });
    spoken::listen(kiosk);
    // A new screen is read from its heading, but where something is to be typed that can begin at once.
    Effect::new(move |_| {
        let from = match kiosk.screen.get() {
            Screen::Slip => slip::INPUT,
            _ => "kiosk-heading",
        };
        request_animation_frame(move || browser::focus(&format!("#{from}")));
    });
}
