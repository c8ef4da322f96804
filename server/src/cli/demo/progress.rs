//! What filling the demo says of itself on standard error, while it takes its minute.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

/// Characters of a full bar.
const WIDTH: usize = 40;

/// One line that is written anew on a terminal; elsewhere a plain line now and then, so that a log tells how far it is.
pub(super) struct Progress {
    terminal: bool,
    started: Instant,
    shown: Option<Instant>,
    /// Tenths of the responses that a log was told of.
    tenths: usize,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self {
            terminal: io::stderr().is_terminal(),
            started: Instant::now(),
            shown: None,
            tenths: 0,
        }
    }

    /// So many responses are stored.
    pub(super) fn stored(&mut self, done: usize, of: usize) {
        const PAUSE: Duration = Duration::from_millis(100);
        let tenths = 10 * done / of.max(1);
        if !self.terminal {
            if tenths > self.tenths {
                self.tenths = tenths;
                say(&format!("{done} of {of} responses\n"));
            }
            return;
        }
        if done < of && self.shown.is_some_and(|shown| shown.elapsed() < PAUSE) {
            return;
        }
        self.shown = Some(Instant::now());
        say(&format!("\r[{}] {done} of {of} responses", bar(done, of)));
    }

    /// Says that the release is being made until it is: on a terminal with a count of seconds as a sign of life.
    pub(super) async fn releasing<T>(&self, making: impl Future<Output = T>) -> T {
        if !self.terminal {
            say("making the release\n");
            return making.await;
        }
        say("\n");
        let started = Instant::now();
        // A task of its own, since making a release keeps its own one busy.
        let beat = tokio::spawn(async move {
            let mut every = tokio::time::interval(Duration::from_secs(1));
            loop {
                every.tick().await;
                say(&format!(
                    "\rmaking the release: {} s",
                    started.elapsed().as_secs()
                ));
            }
        });
        let made = making.await;
        beat.abort();
        say("\n");
        made
    }

    /// Seconds since the beginning.
    pub(super) fn seconds(&self) -> u64 {
        self.started.elapsed().as_secs()
    }
}

fn bar(done: usize, of: usize) -> String {
    let filled = (WIDTH * done / of.max(1)).min(WIDTH);
    format!("{}{}", "#".repeat(filled), ".".repeat(WIDTH - filled))
}

fn say(text: &str) {
    // What cannot be said is no reason to stop.
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_is_as_long_as_it_is_full() {
        assert_eq!(bar(0, 8), ".".repeat(40));
        assert_eq!(bar(4, 8), format!("{}{}", "#".repeat(20), ".".repeat(20)));
        assert_eq!(bar(8, 8), "#".repeat(40));
        assert_eq!(bar(0, 0), ".".repeat(40));
    }
}
