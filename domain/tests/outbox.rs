//! The outbox against a server, a disk and a network that fail at random.
//!
//! The model keeps apart what each part would keep in life: the memory of the window that is the device dies
//! with a crash or when another window takes over, the disk keeps what was written, the server keeps what it
//! committed unless it is restored from its last backup.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};

use domain::id::ResponseId;
use domain::outbox::{Change, Contact, DELIVERED_KEPT, Item, Ledger, Millis, Outbox, Reading, Reply, State};
use proptest::prelude::*;
use time::macros::date;

const DAY: Millis = 86_400_000;

#[derive(Clone, Debug)]
enum Step {
    /// Someone finishes.
    Finish(Kept),
    Send {
        fate: Fate,
        jitter: u16,
    },
    /// The window is gone, by a power cut or because it was closed, and another one is the device now: it
    /// knows what lies on disk and nothing else.
    TakeOver,
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

/// What becomes of the record of someone who finishes.
#[derive(Clone, Copy, Debug)]
enum Kept {
    OnDisk,
    /// The power fails before it is on disk.
    Cut,
    /// The disk does not take it, and the person is told so.
    DiskFull,
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Taken,
    /// The device could not write that it is about to send: it sends nothing, and goes by what lies on disk.
    NotBegun,
    /// The network is down before anything reached the server.
    CutBefore,
    /// The server committed, and its answer was lost.
    CutAfter,
    /// The device lost power after the server committed.
    Died,
    /// The window was closed while it sent; what it sent reaches the server when another one is the device.
    Overtaken,
    Broken(u16),
    Busy(u32),
    /// An answer that is no answer, such as the log-in page of a network.
    Garbage,
    Refused,
    /// Answered and understood, but the device could not write that down: it goes by what lies on disk.
    DiskFull,
}

struct Server {
    stored: BTreeMap<ResponseId, u32>,
    backup: BTreeMap<ResponseId, u32>,
    /// What is still on its way from a window that is gone.
    late: Vec<ResponseId>,
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
    /// Since the window was opened; nobody can set it.
    uptime: Millis,
    /// The memory of the window that is the device.
    window: Outbox,
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
        let mut world = Self {
            clock: 1_795_316_400_000,
            uptime: 0,
            window: Outbox::default(),
            disk: BTreeMap::new(),
            ledger: Ledger::default(),
            server: Server {
                stored: BTreeMap::new(),
                backup: BTreeMap::new(),
                late: Vec::new(),
                durable_until: None,
                lives: 1,
                now: 1_795_316_400_000,
            },
            thanked: Vec::new(),
            sent_after_refusal: false,
            made: 0,
        };
        world.look();
        world
    }

    /// The device looks at its clock, as it does every second and before everything that goes by it.
    fn look(&mut self) {
        let changes = self.window.look(Reading {
            clock: self.clock,
            uptime: self.uptime,
            awake: true,
        });
        self.write(changes);
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

    fn take_over(&mut self) {
        self.window = Outbox::load(self.disk.values().cloned(), self.ledger.clone());
        self.uptime = 0;
        self.look();
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Finish(kept) => {
                self.made += 1;
                let mut random = [0; 10];
                random[2..].copy_from_slice(&self.made.to_be_bytes());
                let id = ResponseId::new(date!(2026 - 11 - 22), random);
                let item = self.window.draft(id, self.clock, false, 0);
                match kept {
                    Kept::OnDisk => {
                        self.write(vec![Change::Put(item.clone())]);
                        self.window.adopt(item);
                        self.thanked.push(id);
                    }
                    Kept::Cut => self.take_over(),
                    Kept::DiskFull => {}
                }
            }
            Step::Send { fate, jitter } => self.send(|_| fate, jitter),
            Step::TakeOver => self.take_over(),
            Step::Wait(time) => {
                for id in std::mem::take(&mut self.server.late) {
                    self.server.commit(id);
                }
                self.clock += time;
                self.uptime += time;
                self.server.now += time;
                self.look();
            }
            Step::SetClock(clock) => {
                self.clock = clock;
                self.look();
            }
            Step::Online => self.window.connected(),
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
                let changes = self.window.sweep(self.clock);
                self.write(changes);
            }
        }
    }

    /// One turn of the device: it sends one, and writes what came of it. The fate may go by the response.
    fn send(&mut self, fate: impl Fn(ResponseId) -> Fate, jitter: u16) {
        let Some((id, change)) = self.window.next(self.clock) else {
            return;
        };
        let fate = fate(id);
        if matches!(fate, Fate::NotBegun) {
            return self.take_over();
        }
        self.sent_after_refusal |= matches!(self.disk[&id].state, State::Refused { .. });
        self.write(vec![change]);
        match fate {
            Fate::Taken | Fate::CutAfter | Fate::Died | Fate::DiskFull => self.server.commit(id),
            Fate::Overtaken => self.server.late.push(id),
            Fate::NotBegun
            | Fate::CutBefore
            | Fate::Broken(_)
            | Fate::Busy(_)
            | Fate::Garbage
            | Fate::Refused => {}
        }
        let reply = match fate {
            Fate::Taken | Fate::DiskFull => Reply::read(201, &self.server.receipt(), None),
            Fate::CutBefore | Fate::CutAfter => Reply::Unreachable,
            Fate::NotBegun | Fate::Died | Fate::Overtaken => return self.take_over(),
            Fate::Broken(status) => Reply::read(status, r#"{"code":"server.internal"}"#, None),
            Fate::Busy(seconds) => Reply::read(503, r#"{"code":"server.full"}"#, Some(seconds)),
            Fate::Garbage => Reply::read(200, "<!doctype html><title>Wi-Fi</title>", None),
            Fate::Refused => Reply::read(422, r#"{"code":"response.invalid"}"#, None),
        };
        let changes = self.window.reply(id, &reply, self.clock, jitter);
        if matches!(fate, Fate::DiskFull) {
            self.take_over();
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
        let sending = self
            .window
            .items()
            .filter(|item| matches!(item.state, State::Sending { .. }));
        prop_assert!(sending.count() <= 1);
        Ok(())
    }

    /// The device makes contact.
    fn contact(&mut self) {
        let contact = Contact::read(&self.server.receipt()).unwrap();
        let changes = self.window.heard(&contact, self.clock);
        self.write(changes);
    }

    /// The network works from now on. Counts the turns until nothing waits.
    fn settle(&mut self) -> usize {
        self.window.connected();
        // A heartbeat goes before anything else, and tells of a restore.
        self.contact();
        let mut turns = 0;
        while let Some(at) = self.window.wake_at(self.clock) {
            assert!(at - self.clock <= 900_000, "waits {} ms", at - self.clock);
            let wait = (at - self.clock).max(0);
            self.step(&Step::Wait(wait));
            self.send(|_| Fate::Taken, 0);
            turns += 1;
            assert!(turns <= 10_000, "no progress: {:?}", self.disk);
        }
        turns
    }
}

fn fate() -> impl Strategy<Value = Fate> {
    prop_oneof![
        4 => Just(Fate::Taken),
        1 => Just(Fate::NotBegun),
        2 => Just(Fate::CutBefore),
        2 => Just(Fate::CutAfter),
        1 => Just(Fate::Died),
        1 => Just(Fate::Overtaken),
        1 => prop_oneof![Just(500), Just(502), Just(429)].prop_map(Fate::Broken),
        1 => (0_u32..100_000).prop_map(Fate::Busy),
        1 => Just(Fate::Garbage),
        1 => Just(Fate::Refused),
        1 => Just(Fate::DiskFull),
    ]
}

fn kept() -> impl Strategy<Value = Kept> {
    prop_oneof![8 => Just(Kept::OnDisk), 1 => Just(Kept::Cut), 1 => Just(Kept::DiskFull)]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => kept().prop_map(Step::Finish),
        12 => (fate(), any::<u16>()).prop_map(|(fate, jitter)| Step::Send { fate, jitter }),
        2 => Just(Step::TakeOver),
        4 => (0..400_000_i64).prop_map(Step::Wait),
        1 => (0..2 * DAY).prop_map(Step::Wait),
        1 => Just(Step::Online),
        2 => Just(Step::Backup),
        1 => Just(Step::Sweep),
    ]
}

fn set_clock() -> impl Strategy<Value = Step> {
    (0..4_000_000_000_000_i64).prop_map(Step::SetClock)
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

    /// Whatever the device's clock shows meanwhile: the seven days are days, and not what somebody sets.
    #[test]
    fn a_restore_from_a_verified_backup_loses_nothing(
        steps in prop::collection::vec(prop_oneof![9 => step(), 1 => Just(Step::Restore), 1 => set_clock()], 0..120),
    ) {
        let mut world = World::new();
        let mut since_backup: Millis = 0;
        for step in &steps {
            // The promise of seven days has two other parts: the operator's, who verifies a backup within them, and
            // that of a device that hears of a restore within them.
            if let Step::Wait(time) = step {
                since_backup += time;
                if since_backup > 6 * DAY {
                    world.contact();
                    world.step(&Step::Backup);
                    since_backup = *time;
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
        steps in prop::collection::vec(prop_oneof![9 => step(), 1 => set_clock()], 0..120),
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
            world.step(&Step::Finish(Kept::OnDisk));
        }
        let mut order = Vec::new();
        while let Some((id, change)) = world.window.next(world.clock) {
            world.write(vec![change]);
            order.push(id);
            let reply = Reply::Recorded(Contact::default());
            let changes = world.window.reply(id, &reply, world.clock, 0);
            world.write(changes);
        }
        prop_assert_eq!(order, world.thanked);
    }
}

fn with(count: usize) -> World {
    let mut world = World::new();
    for _ in 0..count {
        world.step(&Step::Finish(Kept::OnDisk));
    }
    world
}

#[test]
fn one_response_that_the_server_chokes_on_holds_up_no_other() {
    let mut world = with(3);
    let poison = world.thanked[0];
    for _ in 0..40 {
        let Some(at) = world.window.wake_at(world.clock) else {
            break;
        };
        world.clock = world.clock.max(at);
        let fate = |id| {
            if id == poison {
                Fate::Broken(500)
            } else {
                Fate::Taken
            }
        };
        world.send(fate, 0);
    }
    assert_eq!(world.server.stored.len(), 2);
    assert!(matches!(world.held(poison), Some(State::Pending { attempts, .. }) if *attempts > 10));
}

#[test]
fn a_delivered_response_is_kept_until_it_is_durable_or_seven_days_old() {
    let mut world = with(2);
    world.send(|_| Fate::Taken, 0);
    world.step(&Step::Wait(1_000));
    world.step(&Step::Backup);
    assert_eq!(world.window.census().delivered, 1);
    world.send(|_| Fate::Taken, 0);
    assert_eq!(
        world.held(world.thanked[0]),
        None,
        "the second reply says that the first is durable"
    );
    assert!(matches!(
        world.held(world.thanked[1]),
        Some(State::Delivered { .. })
    ));
    goes_in(&mut world, DELIVERED_KEPT);
}

/// The one copy on disk stays until so much time has passed, and no longer.
fn goes_in(world: &mut World, time: Millis) {
    world.step(&Step::Wait(time - 1));
    world.step(&Step::Sweep);
    assert_eq!(world.disk.len(), 1);
    world.step(&Step::Wait(1));
    world.step(&Step::Sweep);
    assert!(world.disk.is_empty());
}

#[test]
fn a_clock_that_is_put_right_makes_no_delivered_response_old() {
    let mut world = with(1);
    // It was eight years behind, and the network that took the answer along puts it right.
    let right = world.clock;
    world.step(&Step::SetClock(right - 8 * 365 * DAY));
    world.send(|_| Fate::Taken, 0);
    world.step(&Step::SetClock(right));
    world.step(&Step::Sweep);
    assert_eq!(world.disk.len(), 1);
    // Put back again, it does not keep the copy for another eight years, also over a start.
    world.step(&Step::Wait(DAY));
    world.step(&Step::SetClock(right - 8 * 365 * DAY));
    world.step(&Step::TakeOver);
    goes_in(&mut world, DELIVERED_KEPT - DAY);
}

#[test]
fn a_record_without_its_content_holds_up_no_other_and_stays_on_disk() {
    let mut world = with(2);
    let (id, change) = world.window.next(world.clock).unwrap();
    world.write(vec![change]);
    assert!(world.window.leave_out(id));
    assert!(!world.window.leave_out(id));
    assert_eq!(world.window.census().unsent, 1);
    assert_eq!(world.settle(), 1);
    assert_eq!(world.server.stored.len(), 1);
    assert!(world.held(id).is_some());
}

#[test]
fn what_was_refused_is_kept_and_sent_again_only_when_staff_ask() {
    let mut world = with(1);
    world.send(|_| Fate::Refused, 0);
    world.step(&Step::Wait(30 * DAY));
    world.send(|_| Fate::Taken, 0);
    let census = world.window.census();
    assert_eq!((census.refused, census.unsent), (1, 0));
    assert_eq!(census.reasons["response.invalid"], 1);
    assert!(world.server.stored.is_empty());
    let changes = world.window.send_now();
    world.write(changes);
    world.send(|_| Fate::Taken, 0);
    assert_eq!(world.server.stored.len(), 1);
}

#[test]
fn a_revoked_device_sends_what_it_holds() {
    let mut world = with(2);
    let told = Contact::read(r#"{"revoked":true}"#).unwrap();
    let changes = world.window.heard(&told, world.clock);
    world.write(changes);
    assert!(world.window.ledger().revoked);
    assert_eq!(world.settle(), 2);
    assert_eq!(world.server.stored.len(), 2);
    assert!(
        world.window.ledger().revoked,
        "a receipt that does not say changes nothing"
    );
}

#[test]
fn what_was_decided_about_is_dropped_and_holds_up_nothing() {
    let mut world = with(2);
    world.send(|_| Fate::Refused, 0);
    let changes = world.window.send_now();
    world.write(changes);
    let (id, change) = world.window.next(world.clock).unwrap();
    world.write(vec![change]);
    let settled = Reply::read(410, r#"{"code":"response.settled"}"#, None);
    let changes = world.window.reply(id, &settled, world.clock, 0);
    assert_eq!(changes, [Change::Remove(id)]);
    world.write(changes);
    assert_eq!(world.held(id), None);
    assert_eq!(world.settle(), 1);
}

/// What a clock does, as far as an answer's date hangs on it.
#[derive(Clone, Copy, Debug)]
enum Turn {
    Wait(Millis),
    /// Hours in which the device sleeps and its uptime stands still.
    Sleep(Millis),
    Set(Millis),
    Finish,
    /// The page starts again; the clock runs on.
    Restart,
}

fn turn() -> impl Strategy<Value = Turn> {
    prop_oneof![
        4 => (0..DAY).prop_map(Turn::Wait),
        1 => (0..DAY).prop_map(Turn::Sleep),
        2 => (-400 * DAY..400 * DAY).prop_map(Turn::Set),
        4 => Just(Turn::Finish),
        1 => Just(Turn::Restart),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    /// Of every answer is known how wrong the clock was that dated it, whatever was set before and after.
    #[test]
    fn a_clock_that_was_wrong_is_known_to_have_been(turns in prop::collection::vec(turn(), 0..40)) {
        let (mut truth, mut offset, mut uptime) = (1_795_316_400_000_i64, 0_i64, 0_i64);
        let (mut disk, mut ledger) = (BTreeMap::new(), Ledger::default());
        let mut window = Outbox::default();
        let mut made = Vec::new();
        for (place, turn) in (0_u64..).zip(&turns) {
            let mut awake = true;
            match *turn {
                Turn::Wait(time) => {
                    truth += time;
                    uptime += time;
                }
                Turn::Sleep(time) => {
                    truth += time;
                    awake = false;
                }
                Turn::Set(by) => offset += by,
                Turn::Restart => {
                    window = Outbox::load(disk.values().cloned(), ledger.clone());
                    uptime = 0;
                }
                Turn::Finish => {
                    let mut random = [0; 10];
                    random[2..].copy_from_slice(&place.to_be_bytes());
                    let id = ResponseId::new(date!(2026 - 11 - 22), random);
                    let item = window.draft(id, truth + offset, false, 0);
                    disk.insert(id, item.clone());
                    window.adopt(item);
                    made.push((id, offset));
                }
            }
            for change in window.look(Reading { clock: truth + offset, uptime, awake }) {
                let Change::Note(noted) = change else { panic!("{change:?}") };
                ledger = noted;
            }
        }
        for (id, then) in made {
            // Steps of under two seconds are not looked at.
            let known = window.clock_of(id, truth + offset) - truth;
            prop_assert!((known - then).abs() < 2_000 * 40, "{known} instead of {then}");
        }
    }
}

#[test]
fn a_record_is_json_with_its_state_beside_its_id() {
    let world = with(1);
    let item = world.disk.values().next().unwrap();
    let json = serde_json::to_value(item).unwrap();
    assert_eq!(json["state"], "pending");
    assert_eq!(serde_json::from_value::<Item>(json).unwrap(), *item);
}

#[test]
fn a_record_keeps_the_enrolment_under_which_it_was_given() {
    let world = with(1);
    let item = world.window.draft(
        ResponseId::new(date!(2026 - 11 - 22), [9; 10]),
        world.clock,
        false,
        2,
    );
    let mut json = serde_json::to_value(&item).unwrap();
    assert_eq!(serde_json::from_value::<Item>(json.clone()).unwrap().enrolment, 2);
    // One that was written by a program without enrolments was given under the first.
    json.as_object_mut().unwrap().remove("enrolment");
    assert_eq!(serde_json::from_value::<Item>(json).unwrap().enrolment, 0);
}
