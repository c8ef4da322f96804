//! The outbox of a desk device: what becomes of a finished response until the server holds it for good.
//!
//! The machine is pure. It is told the time, a random number for the back-off, and what the server answered;
//! it says what to send next and which [`Change`]s to write. The device writes the changes of one call in one
//! transaction, so a power cut leaves the state before the call or the state after it, and both are safe. When
//! that fails the device loads again what lies on disk, since a step that was not written did not happen:
//!
//! - a response exists once its first record is on disk, and only then is the person thanked;
//! - sending it again is always harmless, because the server knows it by its id;
//! - a record goes away only after the server said that it cannot lose it any more, or after seven days.
//!
//! ```text
//!            next                reply: recorded             durable, or seven days
//! Pending ─────────► Sending ───────────────────► Delivered ───────────────────────► (removed)
//!    ▲ ▲                │ │                           │
//!    │ └── later, cut ──┘ └─ reply: refused ─► Refused │ the server was restored
//!    └──────────────── asked by staff ────────────┘    │
//!    └─────────────────────────────────────────────────┘
//! ```
//!
//! The sealed content is not in here: it lies beside the record and never changes.

mod backoff;
mod clock;
mod reply;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::id::ResponseId;

pub use backoff::{LONGEST_DELAY, LONGEST_RETRY_AFTER, delay};
pub use clock::{Clock, Reading};
pub use reply::{Contact, FINAL, Reply};

/// Milliseconds since 1970, by the clock that the name of the field or parameter says.
pub type Millis = i64;

/// How long a delivered response stays sealed on the device when the server never says that it is durable.
pub const DELIVERED_KEPT: Millis = 7 * 86_400_000;

/// Where a response stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum State {
    /// Waits for its turn, not before an instant of the device's clock.
    Pending { attempts: u32, not_before: Millis },
    /// On its way. After a restart it counts as pending: nobody knows what became of it.
    Sending { attempts: u32 },
    /// The server holds it. Kept sealed until that is safe from a restore.
    Delivered {
        /// The server's clock when it said so; none when it did not tell.
        by_server: Option<Millis>,
        /// What the device's clock, as it is set now, would have shown then.
        by_device: Millis,
    },
    /// The server will not take it as it is; kept until someone decides. `code` is the problem's.
    Refused { at: Millis, code: String },
}

/// The record of one response.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Item {
    pub id: ResponseId,
    /// The order of finishing; two windows may give the same number, then the id decides.
    pub sequence: u64,
    /// The device's clock when the person finished.
    pub queued_at: Millis,
    /// [`Clock::set_by`] when the person finished.
    #[serde(default)]
    pub set_by: Millis,
    /// The screen said that it does not count.
    #[serde(default)]
    pub trial: bool,
    /// Which enrolment of the device the person answered under, the first being 0: the response is sent in its name, so
    /// that a later one neither moves it to another point nor makes it a trial.
    #[serde(default)]
    pub enrolment: u32,
    #[serde(flatten)]
    pub state: State,
}

impl Item {
    /// How often the server answered that it cannot take it now.
    fn attempts(&self) -> u32 {
        match self.state {
            State::Pending { attempts, .. } | State::Sending { attempts } => attempts,
            State::Delivered { .. } | State::Refused { .. } => 0,
        }
    }
}

/// What the device knows of the server, in one record of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ledger {
    /// Which life of its database the server is in; another one means that it was restored.
    pub incarnation: Option<String>,
    /// Everything recorded before this instant of the server's clock is safe.
    pub durable_until: Option<Millis>,
    /// The device's clock at the last delivery.
    pub last_delivery: Option<Millis>,
    /// The server's clock less the device's, as of the last contact.
    pub skew: Option<Millis>,
    #[serde(default)]
    pub clock: Clock,
    /// The device was revoked: it takes no new responses and sends what it holds.
    pub revoked: bool,
}

/// What to write. All changes of one call belong in one transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Put(Item),
    Remove(ResponseId),
    Note(Ledger),
}

/// What staff may know: how many and how old, never what they say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Census {
    /// Finished and not known to be with the server.
    pub unsent: usize,
    /// When the oldest of them was finished.
    pub oldest_unsent: Option<Millis>,
    /// With the server, kept in case it has to be restored.
    pub delivered: usize,
    pub refused: usize,
    pub oldest_refused: Option<Millis>,
    /// How many were refused for each reason.
    pub reasons: BTreeMap<String, usize>,
}

/// All responses of a device.
#[derive(Clone, Debug, Default)]
pub struct Outbox {
    items: BTreeMap<ResponseId, Item>,
    ledger: Ledger,
    /// Failures in a row of the way to the server, and when to try again. Not written: a start tries at once.
    failures: u32,
    not_before: Millis,
    /// The last look at the clock in this life.
    reading: Option<Reading>,
}

impl Outbox {
    /// The outbox of what lies on disk. What was being sent when the device stopped is sent again.
    pub fn load(items: impl IntoIterator<Item = Item>, mut ledger: Ledger) -> Self {
        let items = items.into_iter().map(|mut item| {
            if let State::Sending { attempts } = item.state {
                item.state = State::Pending {
                    attempts,
                    not_before: Millis::MIN,
                };
            }
            (item.id, item)
        });
        let items: BTreeMap<ResponseId, Item> = items.collect();
        // Each record is a reading too, of the clock as it was set then.
        let read = items.values().filter(|item| item.set_by == ledger.clock.set_by);
        ledger.clock.seen = read
            .map(|item| item.queued_at)
            .max()
            .max(Some(ledger.clock.seen))
            .unwrap_or_default();
        Self {
            items,
            ledger,
            failures: 0,
            not_before: Millis::MIN,
            reading: None,
        }
    }

    /// Looks at the clock: to be done every second, at a start, and before anything is finished, sent or swept.
    pub fn look(&mut self, reading: Reading) -> Vec<Change> {
        let set = clock::set_since(self.reading.replace(reading), self.ledger.clock.seen, reading);
        self.ledger.clock.seen = reading.clock;
        let Some(set) = set else { return Vec::new() };
        self.ledger.clock.set_by = self.ledger.clock.set_by.saturating_add(set);
        self.ledger.skew = self.ledger.skew.map(|skew| skew.saturating_sub(set));
        let mut changes = vec![Change::Note(self.ledger.clone())];
        // Their seven days go on: a clock that is put right by years has not made any of them old.
        for item in self.items.values_mut() {
            if let State::Delivered { by_device, .. } = &mut item.state {
                *by_device = by_device.saturating_add(set);
                changes.push(Change::Put(item.clone()));
            }
        }
        changes
    }

    /// What the clock that dated a response would show now, had nobody set it since.
    pub fn clock_of(&self, id: ResponseId, now: Millis) -> Millis {
        let item = self.items.get(&id);
        let set = item.map_or(0, |item| self.ledger.clock.set_by.saturating_sub(item.set_by));
        now.saturating_sub(set)
    }

    /// How far the clock that dated a response is ahead of the server's; none before the first contact.
    pub fn offset_of(&self, id: ResponseId) -> Option<Millis> {
        Some(self.clock_of(id, 0).saturating_sub(self.ledger.skew?))
    }

    /// The record of a response.
    pub fn item(&self, id: ResponseId) -> Option<&Item> {
        self.items.get(&id)
    }

    /// The records, in no particular order.
    pub fn items(&self) -> impl Iterator<Item = &Item> {
        self.items.values()
    }

    /// What is known of the server.
    pub fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// The record to write for a response that was just finished, in trial or not, under an enrolment. Only once it is
    /// on disk is the person thanked and [`Outbox::adopt`] called.
    pub fn draft(&self, id: ResponseId, now: Millis, trial: bool, enrolment: u32) -> Item {
        let last = self.items.values().map(|item| item.sequence).max();
        Item {
            id,
            sequence: last.map_or(0, |last| last.saturating_add(1)),
            queued_at: now,
            set_by: self.ledger.clock.set_by,
            trial,
            enrolment,
            state: State::Pending {
                attempts: 0,
                not_before: Millis::MIN,
            },
        }
    }

    /// Takes in a record that was written. A record that is known already stays as it is.
    pub fn adopt(&mut self, item: Item) {
        self.items.entry(item.id).or_insert(item);
    }

    /// Leaves out a record whose sealed content is not there, so that it holds up no other; false when there is no such
    /// record any more. It stays on disk, for whoever looks there.
    pub fn leave_out(&mut self, id: ResponseId) -> bool {
        self.items.remove(&id).is_some()
    }

    /// What to send now, if anything: of those that are due, the one that the server put off least often, the
    /// oldest first. One at a time, so that a slow line carries whole responses.
    pub fn next(&mut self, now: Millis) -> Option<(ResponseId, Change)> {
        let sending = |item: &Item| matches!(item.state, State::Sending { .. });
        if !due(self.not_before, now) || self.items.values().any(sending) {
            return None;
        }
        let item = self
            .items
            .values_mut()
            .filter(|item| matches!(item.state, State::Pending { not_before, .. } if due(not_before, now)))
            .min_by_key(|item| (item.attempts(), item.sequence, item.id))?;
        if let State::Pending { attempts, .. } = item.state {
            item.state = State::Sending {
                attempts: attempts.saturating_add(1),
            };
        }
        Some((item.id, Change::Put(item.clone())))
    }

    /// What the server answered, or that it did not. `jitter` is a random number.
    pub fn reply(&mut self, id: ResponseId, reply: &Reply, now: Millis, jitter: u16) -> Vec<Change> {
        let Some(State::Sending { attempts }) = self.items.get(&id).map(|item| item.state.clone()) else {
            return Vec::new();
        };
        let mut changes = Vec::new();
        let state = match reply {
            Reply::Recorded(contact) => {
                changes = self.heard(contact, now);
                self.ledger.last_delivery = Some(now);
                State::Delivered {
                    by_server: contact.server_time,
                    by_device: now,
                }
            }
            Reply::Refused { code } => State::Refused {
                at: now,
                code: code.clone(),
            },
            Reply::Settled => {
                self.connected();
                self.items.remove(&id);
                return vec![Change::Remove(id)];
            }
            // What the server cannot take now may be this response's fault, so it also waits for itself and
            // the next one gets its turn.
            Reply::Later { retry_after } => {
                let wait = delay(attempts, *retry_after, jitter);
                self.failed(now, *retry_after, jitter);
                State::Pending {
                    attempts,
                    not_before: now.saturating_add(wait),
                }
            }
            Reply::Unreachable => {
                self.failed(now, None, jitter);
                State::Pending {
                    attempts: attempts.saturating_sub(1),
                    not_before: Millis::MIN,
                }
            }
        };
        if matches!(state, State::Delivered { .. } | State::Refused { .. }) {
            self.failures = 0;
            self.not_before = Millis::MIN;
        }
        if let Some(item) = self.items.get_mut(&id) {
            item.state = state;
            changes.push(Change::Put(item.clone()));
        }
        changes.extend(self.sweep(now));
        changes.push(Change::Note(self.ledger.clone()));
        changes
    }

    /// What any reply of the server tells beside the response: its clock, what is safe, and whether it was
    /// restored. After a restore everything still held is delivered again, and the ids make it exact.
    pub fn heard(&mut self, contact: &Contact, now: Millis) -> Vec<Change> {
        let mut changes = Vec::new();
        if let Some(incarnation) = &contact.incarnation {
            let known = self.ledger.incarnation.replace(incarnation.clone());
            if known.is_some_and(|known| known != *incarnation) {
                self.ledger.durable_until = None;
                for item in self.items.values_mut() {
                    if matches!(item.state, State::Delivered { .. }) {
                        item.state = State::Pending {
                            attempts: 0,
                            not_before: Millis::MIN,
                        };
                        changes.push(Change::Put(item.clone()));
                    }
                }
            }
        }
        self.ledger.durable_until = self.ledger.durable_until.max(contact.durable_until);
        self.ledger.skew = contact
            .server_time
            .map(|server| server - now)
            .or(self.ledger.skew);
        self.ledger.revoked = contact.revoked.unwrap_or(self.ledger.revoked);
        changes.extend(self.sweep(now));
        changes.push(Change::Note(self.ledger.clone()));
        changes
    }

    /// The way to the server failed: everything waits.
    fn failed(&mut self, now: Millis, retry_after: Option<Millis>, jitter: u16) {
        self.failures = self.failures.saturating_add(1);
        self.not_before = now.saturating_add(delay(self.failures, retry_after, jitter));
    }

    /// The network is back: nothing waits any longer than it must.
    pub fn connected(&mut self) {
        self.failures = 0;
        self.not_before = Millis::MIN;
    }

    /// Staff ask to send now: also what was refused, because what stood against it may be settled.
    pub fn send_now(&mut self) -> Vec<Change> {
        self.connected();
        let waiting = self
            .items
            .values_mut()
            .filter(|item| matches!(item.state, State::Refused { .. } | State::Pending { .. }));
        waiting
            .map(|item| {
                item.state = State::Pending {
                    attempts: 0,
                    not_before: Millis::MIN,
                };
                Change::Put(item.clone())
            })
            .collect()
    }

    /// Forgets delivered responses that the server cannot lose any more, and those held for seven days.
    pub fn sweep(&mut self, now: Millis) -> Vec<Change> {
        let safe = self.ledger.durable_until;
        let gone: Vec<ResponseId> = self
            .items
            .values()
            .filter(|item| match item.state {
                State::Delivered { by_server, by_device } => {
                    let durable = by_server.zip(safe).is_some_and(|(at, safe)| at < safe);
                    durable || now.saturating_sub(by_device) >= DELIVERED_KEPT
                }
                _ => false,
            })
            .map(|item| item.id)
            .collect();
        gone.into_iter()
            .map(|id| {
                self.items.remove(&id);
                Change::Remove(id)
            })
            .collect()
    }

    /// When [`Outbox::next`] will have something, if nothing else happens; none when nothing waits.
    pub fn wake_at(&self, now: Millis) -> Option<Millis> {
        let soonest = self
            .items
            .values()
            .filter_map(|item| match item.state {
                State::Pending { not_before, .. } if due(not_before, now) => Some(now),
                State::Pending { not_before, .. } => Some(not_before),
                _ => None,
            })
            .min()?;
        let line = if due(self.not_before, now) {
            now
        } else {
            self.not_before
        };
        Some(soonest.max(line))
    }

    /// How many stand where.
    pub fn census(&self) -> Census {
        let mut census = Census::default();
        for item in self.items.values() {
            match &item.state {
                State::Pending { .. } | State::Sending { .. } => {
                    census.unsent += 1;
                    let known = census.oldest_unsent.into_iter();
                    census.oldest_unsent = known.chain([item.queued_at]).min();
                }
                State::Delivered { .. } => census.delivered += 1,
                State::Refused { code, .. } => {
                    census.refused += 1;
                    let known = census.oldest_refused.into_iter();
                    census.oldest_refused = known.chain([item.queued_at]).min();
                    *census.reasons.entry(code.clone()).or_default() += 1;
                }
            }
        }
        census
    }
}

/// Whether a wait is over. One longer than any that is ever set means that the clock was put back.
fn due(not_before: Millis, now: Millis) -> bool {
    not_before <= now || not_before.saturating_sub(now) > LONGEST_RETRY_AFTER
}
