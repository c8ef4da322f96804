//! Reading aloud: a recording of the words where a language pack has one, else the voice of the device, else silence.
//! Most desk machines have no Vietnamese voice, and none has one for most languages of the country.

use std::cell::{Cell, RefCell};

use js_sys::Promise;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlAudioElement, SpeechSynthesisUtterance};

use super::browser;

/// Words to read, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Part {
    pub(super) words: String,
    /// The language of the words.
    pub(super) language: String,
    /// The address of a recording.
    pub(super) recording: Option<String>,
}

thread_local! {
    /// Rises whenever something else is to be read, or nothing any more.
    static TURN: Cell<u32> = const { Cell::new(0) };
    static PLAYING: RefCell<Option<HtmlAudioElement>> = const { RefCell::new(None) };
}

/// Reads the parts one after another, and nothing else any more.
pub(super) fn read(parts: Vec<Part>) {
    silence();
    let turn = TURN.get();
    spawn_local(async move {
        for part in parts {
            let played = match &part.recording {
                Some(address) => play(address).await,
                None => false,
            };
            if TURN.get() == turn && !played {
                speak(&part).await;
            }
            if TURN.get() != turn {
                return;
            }
        }
    });
}

/// Reads nothing any more.
pub(super) fn silence() {
    TURN.set(TURN.get().wrapping_add(1));
    if let Some(playing) = PLAYING.take() {
        let _ = playing.pause();
    }
    if let Some(speech) = browser::speech() {
        speech.cancel();
    }
}

/// Plays a recording to its end, or until it is stopped; false when it cannot be played.
async fn play(address: &str) -> bool {
    let Ok(audio) = HtmlAudioElement::new_with_src(address) else {
        return false;
    };
    PLAYING.set(Some(audio.clone()));
    let over = Promise::new(&mut |resolve, _| {
        // An element is paused when it is stopped, and when it has come to its end.
        audio.set_onpause(Some(&resolve));
        audio.set_onended(Some(&resolve));
        audio.set_onerror(Some(&resolve));
    });
    let Ok(started) = audio.play() else { return false };
    let plays = JsFuture::from(started).await.is_ok();
    plays && JsFuture::from(over).await.is_ok()
}

/// Speaks with the device's voice for the language, if it has one.
async fn speak(part: &Part) {
    let (Some(speech), Some(voice)) = (browser::speech(), browser::voice(&part.language)) else {
        return;
    };
    let Ok(utterance) = SpeechSynthesisUtterance::new_with_text(&part.words) else {
        return;
    };
    utterance.set_lang(&part.language);
    utterance.set_voice(Some(&voice));
    let ended = Promise::new(&mut |resolve, _| {
        utterance.set_onend(Some(&resolve));
        utterance.set_onerror(Some(&resolve));
    });
    speech.speak(&utterance);
    let _ = JsFuture::from(ended).await;
}
