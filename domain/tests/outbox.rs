//! The outbox against a server, a disk and a network that fail at random.
//!
//! The model keeps apart what each part would keep in life: the windows' memory dies with a crash, the disk
//! keeps what was written, the server keeps what it committed unless it is restored from its last backup.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use domain::id::ResponseId;
use domain::outbox::{Change, Contact, DELIVERED_KEPT, Item, Ledger, Millis, Outbox, Reply, State};
use proptest::prelude::*;
use time::macros::date;

const DAY: Millis = 86_400_000;

#[derive(Clone, Debug)]
enum Step {
    /// Someone finishes; `cut` is the power failing before the record is on disk.
    Finish {
        window: usize,
        cut: bool,
    },
    Send {
        window: usize,
        fate: Fate,
        jitter: u16,
    },
    /// The power fails and comes back: both windows start again.
    Crash,
    Wait(Millis),
    /// Somebody sets the device's clock.
    SetClock(Millis),
    Online,
    /// The server verifies a backup of all that it holds now.
    Backup,
    /// The server's disk dies and it is restored from the last verified backup.
    Restore,
    Sweep,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Taken,
    /// The network is down before anything reached the server.
    CutBefore,
    /// The server committed, and its answer was lost.
    CutAfter,
    /// The device lost power after the server committed.
    Died,
    Broken(u16),
    Busy(u32),
    /// An answer that is no answer, such as the log-in page of a network.
    Garbage,
    Refused,
    /// Answered and understood, but the device could not write that down.
    DiskFull,
}

struct Server {
    stored: BTreeMap<ResponseId, u32>,
    backup: BTreeMap<ResponseId, u32>,
    durable_until: Option<Millis>,
    lives: u32,
    now: Millis,
}

impl Server {
    fn commit(&mut self, id: ResponseId) {
        // The primary key: a repeat is the same row.
        self.stored.entry(id).or_insert(self.lives);
    }

    fn receipt(&self) -> String {
        let instant = |at: Millis| {
            let at = time::OffsetDateTime::from_unix_timestamp(at / 1_000).unwrap();
            at.format(&time::format_description::well_known::Rfc3339).unwrap()
        };
        let durable = self.durable_until.map_or(String::new(), |at| {
            format!(",\"durable_until\":\"{}\"", instant(at))
        });
        format!(
            r#"{{"recorded":true,"server_time":"{}","incarnation":"{}"{durable}}}"#,
            instant(self.now),
            self.lives
        )
    }
}

struct World {
    clock: Millis,
    windows: [Outbox; 2],
    disk: BTreeMap<ResponseId, Item>,
    ledger: Ledger,
    server: Server,
    /// Those who saw the thanks.
    thanked: Vec<ResponseId>,
    sent_after_refusal: bool,
    made: u64,
}

impl World {
    fn new() -> Self {
        Self {
            clock: 1_795_316_400_000,
            windows: [Outbox::default(), Outbox::default()],
            disk: BTreeMap::new(),
            ledger: Ledger::default(),
            server: Server {
                stored: BTreeMap::new(),
                backup: BTreeMap::new(),
                durable_until: None,
                lives: 1,
                now: 1_795_316_400_000,
            },
            thanked: Vec::new(),
            sent_after_refusal: false,
            made: 0,
        }
    }

    fn write(&mut self, changes: Vec<Change>) {
        for change in changes {
            match change {
                Change::Put(item) => {
                    self.disk.insert(item.id, item);
                }
                Change::Remove(id) => {
                    self.disk.remove(&id);
                }
                Change::Note(ledger) => self.ledger = ledger,
            }
        }
    }

    fn crash(&mut self) {
        let fresh = Outbox::load(self.disk.values().cloned(), self.ledger.clone());
        self.windows = [fresh.clone(), fresh];
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Finish { window, cut } => {
                self.made += 1;
                let mut random = [0; 10];
                random[2..].copy_from_slice(&self.made.to_be_bytes());
                let id = ResponseId::new(date!(2026 - 11 - 22), random);
                let item = self.windows[window].draft(id, self.clock);
                if cut {
                    self.crash();
                } else {
                    self.write(vec![Change::Put(item.clone())]);
                    self.windows[window].adopt(item);
                    self.thanked.push(id);
                }
            }
            Step::Send { window, fate, jitter } => self.send(window, fate, jitter),
            Step::Crash => self.crash(),
            Step::Wait(time) => {
                self.clock += time;
                self.server.now += time;
            }
            Step::SetClock(clock) => self.clock = clock,
            Step::Online => self.windows.iter_mut().for_each(Outbox::connected),
            Step::Backup => {
                self.server.backup = self.server.stored.clone();
                // Whole seconds go over the wire; what was recorded in this second is not promised.
                self.server.durable_until = Some(self.server.now);
            }
            Step::Restore => {
                self.server.stored = self.server.backup.clone();
                self.server.lives += 1;
            }
            Step::Sweep => {
                let changes = self.windows[0].sweep(self.clock);
                self.write(changes);
            }
        }
    }

    /// One turn of a window that holds the lock: it reads the disk, sends one, and writes what came of it.
    fn send(&mut self, window: usize, fate: Fate, jitter: u16) {
        self.windows[window].reload(self.disk.values().cloned(), self.ledger.clone());
        let Some((id, change)) = self.windows[window].next(self.clock) else {
            return;
        };
        self.sent_after_refusal |= matches!(self.disk[&id].state, State::Refused { .. });
        self.write(vec![change]);
        if !matches!(
            fate,
            Fate::CutBefore | Fate::Broken(_) | Fate::Busy(_) | Fate::Garbage | Fate::Refused
        ) {
            self.server.commit(id);
        }
        let reply = match fate {
            Fate::Taken | Fate::DiskFull => Reply::read(201, &self.server.receipt(), None),
            Fate::CutBefore | Fate::CutAfter => Reply::Unreachable,
            Fate::Died => return self.crash(),
            Fate::Broken(status) => Reply::read(status, r#"{"code":"server.internal"}"#, None),
            Fate::Busy(seconds) => Reply::read(503, r#"{"code":"server.full"}"#, Some(seconds)),
            Fate::Garbage => Reply::read(200, "<!doctype html><title>Wi-Fi</title>", None),
            Fate::Refused => Reply::read(422, r#"{"code":"response.invalid"}"#, None),
        };
        let changes = self.windows[window].reply(id, &reply, self.clock, jitter);
        if matches!(fate, Fate::DiskFull) {
            self.crash();
        } else {
            self.write(changes);
        }
    }

    fn held(&self, id: ResponseId) -> Option<&State> {
        self.disk.get(&id).map(|item| &item.state)
    }

    /// Whoever was thanked is with the server or on the device. Whatever is only on the device is on its way
    /// or kept aside, or delivered and about to be found out by the next contact after a restore.
    fn check(&self) -> Result<(), TestCaseError> {
        for id in &self.thanked {
            prop_assert!(
                self.server.stored.contains_key(id) || self.held(*id).is_some(),
                "{id} is nowhere"
            );
        }
        prop_assert!(!self.sent_after_refusal);
        for window in &self.windows {
            let sending = window
                .items()
                .filter(|item| matches!(item.state, State::Sending { .. }));
            prop_assert!(sending.count() <= 1);
        }
        Ok(())
    }

    /// The network works from now on. Counts the turns until nothing waits.
    fn settle(&mut self) -> usize {
        self.windows.iter_mut().for_each(Outbox::connected);
        // A heartbeat goes before anything else, and tells of a restore.
        let contact = Contact::read(&self.server.receipt()).unwrap();
        self.windows[0].reload(self.disk.values().cloned(), self.ledger.clone());
        let changes = self.windows[0].heard(&contact, self.clock);
        self.write(changes);
        let mut turns = 0;
        while let Some(at) = self.windows[0].wake_at(self.clock) {
            assert!(at - self.clock <= 900_000, "waits {} ms", at - self.clock);
            let wait = (at - self.clock).max(0);
            self.step(&Step::Wait(wait));
            self.send(0, Fate::Taken, 0);
            turns += 1;
            assert!(turns <= 10_000, "no progress: {:?}", self.disk);
        }
        turns
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Taken),
        2 => Just(Fate::CutBefore),
        2 => Just(Fate::CutAfter),
        1 => Just(Fate::Died),
        1 => prop_oneof![Just(500), Just(502), Just(429)].prop_map(Fate::Broken),
        1 => (0_u32..100_000).prop_map(Fate::Busy),
        1 => Just(Fate::Garbage),
        1 => Just(Fate::Refused),
        1 => Just(Fate::DiskFull),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => (0..2_usize, prop::bool::weighted(0.1)).prop_map(|(window, cut)| Step::Finish { window, cut }),
        12 => (0..2_usize, fate(), any::<u16>())
            .prop_map(|(window, fate, jitter)| Step::Send { window, fate, jitter }),
        1 => Just(Step::Crash),
        4 => (0..400_000_i64).prop_map(Step::Wait),
        1 => (0..2 * DAY).prop_map(Step::Wait),
        1 => Just(Step::Online),
        2 => Just(Step::Backup),
        1 => Just(Step::Sweep),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn nothing_is_lost_and_everything_arrives_once(steps in prop::collection::vec(step(), 0..120)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
            world.check()?;
        }
        let waiting = world.disk.values().filter(|item| {
            matches!(item.state, State::Pending { .. } | State::Sending { .. })
        });
        let waiting = waiting.count();
        let turns = world.settle();
        prop_assert!(turns <= waiting, "{turns} turns for {waiting} responses");
        world.check()?;
        for id in &world.thanked {
            let refused = matches!(world.held(*id), Some(State::Refused { .. }));
            prop_assert!(world.server.stored.contains_key(id) || refused);
        }
        // The server has nothing that nobody finished.
        let thanked: BTreeSet<_> = world.thanked.iter().copied().collect();
        prop_assert!(world.server.stored.keys().all(|id| thanked.contains(id)));
    }

    #[test]
    fn a_restore_from_a_verified_backup_loses_nothing(
        steps in prop::collection::vec(prop_oneof![9 => step(), 1 => Just(Step::Restore)], 0..120),
    ) {
        let mut world = World::new();
        let mut since_backup: Millis = 0;
        for step in &steps {
            // The promise of seven days is the operator's part: a backup is verified within them.
            if let Step::Wait(time) = step {
                since_backup += time;
                if since_backup > 6 * DAY {
                    world.step(&Step::Backup);
                    since_backup = 0;
                }
            }
            world.step(step);
            world.check()?;
        }
        world.settle();
        for id in &world.thanked {
            let refused = matches!(world.held(*id), Some(State::Refused { .. }));
            prop_assert!(world.server.stored.contains_key(id) || refused, "{id} was not delivered again");
        }
    }

    #[test]
    fn a_clock_that_jumps_stops_nothing(
        steps in prop::collection::vec(
            prop_oneof![9 => step(), 1 => (0..4_000_000_000_000_i64).prop_map(Step::SetClock)], 0..120),
    ) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
            world.check()?;
        }
        world.settle();
        for id in &world.thanked {
            let refused = matches!(world.held(*id), Some(State::Refused { .. }));
            prop_assert!(world.server.stored.contains_key(id) || refused);
        }
    }

    #[test]
    fn a_working_line_keeps_the_order_of_finishing(count in 1..60_usize) {
        let mut world = World::new();
        for _ in 0..count {
            world.step(&Step::Finish { window: 0, cut: false });
        }
        let mut order = Vec::new();
        while let Some((id, change)) = world.windows[0].next(world.clock) {
            world.write(vec![change]);
            order.push(id);
            let reply = Reply::Recorded(Contact::default());
            let changes = world.windows[0].reply(id, &reply, world.clock, 0);
            world.write(changes);
        }
        prop_assert_eq!(order, world.thanked);
    }
}

fn with(count: usize) -> World {
    let mut world = World::new();
    for _ in 0..count {
        world.step(&Step::Finish {
            window: 0,
            cut: false,
        });
    }
    world
}

#[test]
fn one_response_that_the_server_chokes_on_holds_up_no_other() {
    let mut world = with(3);
    let poison = world.thanked[0];
    for _ in 0..40 {
        world.windows[0].reload(world.disk.values().cloned(), world.ledger.clone());
        let Some(at) = world.windows[0].wake_at(world.clock) else {
            break;
        };
        world.clock = world.clock.max(at);
        let (id, _) = world.windows[0].next(world.clock).unwrap();
        let fate = if id == poison {
            Fate::Broken(500)
        } else {
            Fate::Taken
        };
        world.send(0, fate, 0);
    }
    assert_eq!(world.server.stored.len(), 2);
    assert!(matches!(world.held(poison), Some(State::Pending { attempts, .. }) if *attempts > 10));
}

#[test]
fn a_delivered_response_is_kept_until_it_is_durable_or_seven_days_old() {
    let mut world = with(2);
    world.send(0, Fate::Taken, 0);
    world.step(&Step::Wait(1_000));
    world.step(&Step::Backup);
    assert_eq!(world.windows[0].census().delivered, 1);
    world.send(0, Fate::Taken, 0);
    assert_eq!(
        world.held(world.thanked[0]),
        None,
        "the second reply says that the first is durable"
    );
    assert!(matches!(
        world.held(world.thanked[1]),
        Some(State::Delivered { .. })
    ));
    world.step(&Step::Wait(DELIVERED_KEPT - 1));
    world.step(&Step::Sweep);
    assert_eq!(world.disk.len(), 1);
    world.step(&Step::Wait(1));
    world.step(&Step::Sweep);
    assert!(world.disk.is_empty());
}

#[test]
fn what_was_refused_is_kept_and_sent_again_only_when_staff_ask() {
    let mut world = with(1);
    world.send(0, Fate::Refused, 0);
    world.step(&Step::Wait(30 * DAY));
    world.send(0, Fate::Taken, 0);
    let census = world.windows[0].census();
    assert_eq!((census.refused, census.unsent), (1, 0));
    assert_eq!(census.reasons["response.invalid"], 1);
    assert!(world.server.stored.is_empty());
    let changes = world.windows[0].send_now();
    world.write(changes);
    world.send(0, Fate::Taken, 0);
    assert_eq!(world.server.stored.len(), 1);
}

#[test]
fn a_revoked_device_sends_what_it_holds() {
    let mut world = with(2);
    let told = Contact::read(r#"{"revoked":true}"#).unwrap();
    let changes = world.windows[0].heard(&told, world.clock);
    world.write(changes);
    assert!(world.windows[0].ledger().revoked);
    assert_eq!(world.settle(), 2);
    assert_eq!(world.server.stored.len(), 2);
    assert!(
        world.windows[0].ledger().revoked,
        "a receipt that does not say changes nothing"
    );
}

#[test]
fn a_record_is_json_with_its_state_beside_its_id() {
    let world = with(1);
    let item = world.disk.values().next().unwrap();
    let json = serde_json::to_value(item).unwrap();
    assert_eq!(json["state"], "pending");
    assert_eq!(serde_json::from_value::<Item>(json).unwrap(), *item);
}
