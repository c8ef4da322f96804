//! A power cut. A killed process loses nothing that the kernel has, so `kill -9` proves nothing about the disk: here
//! every 201 is held against the flushes of the run, and files are cut at what had been flushed.

mod disk;
mod trace;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use domain::id::ResponseId;
use rand::RngExt as _;
use rand_chacha::ChaCha12Rng;
use store::StoreError;
use tokio::runtime::Runtime;

use self::disk::Disk;
use self::trace::{Event, Verdict};
use crate::support::cluster::Cluster;
use crate::support::load::Load;
use crate::support::place::{self, PROGRAM, Place, Running};
use crate::support::say::skip;
use crate::support::seed;
use crate::support::survey::Survey;

const CLIENTS: usize = 6;
const RESPONSES: usize = 240;
/// How often the power is cut, at as many moments of one run.
const CUTS: usize = 40;

/// A server that a tracer watches.
struct Traced {
    running: Running,
    place: PathBuf,
}

impl Traced {
    /// Starts the server under `strace`; `before` and `after` are lines of a shell that run around it, traced too.
    fn start(place: &Place, before: &str, after: &str) -> Self {
        let script = format!(
            "{before}\nsh -c 'echo $$ > server.pid; exec \"$0\" \"$@\"' {PROGRAM} {}\nstatus=$?\n{after}\nexit $status",
            place::SERVE.join(" ")
        );
        let mut command = Command::new("strace");
        place.prepare(&mut command);
        command
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .args([
                "-f",
                "-yy",
                "-xx",
                "-s",
                "1048576",
                "--seccomp-bpf",
                "-e",
                trace::CALLS,
            ])
            .args(["-e", "signal=none", "-o", "trace", "sh", "-c", &script]);
        Self {
            running: Running::spawn(command),
            place: place.path().to_owned(),
        }
    }

    /// Stops server and tracer and returns what was seen.
    fn stop(self, wanted: fn(&str) -> bool) -> Vec<Event> {
        let process = std::fs::read_to_string(self.place.join("server.pid")).unwrap();
        place::terminate(process.trim().parse().unwrap());
        self.running.ended();
        trace::read(
            &std::fs::read_to_string(self.place.join("trace")).unwrap(),
            wanted,
        )
    }
}

/// Whether processes may be traced here. If not, that is said.
fn can_trace() -> bool {
    let probe = Command::new("strace")
        .args(["-f", "-o", "/dev/null", "true"])
        .output();
    let why = match probe {
        Ok(output) if output.status.success() => return true,
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => format!("strace: {error}"),
    };
    skip(&format!("power cuts cannot be tested without tracing: {why}"));
    false
}

/// Answers on a traced server and says what it did.
fn run(traced: Traced, survey: &Survey, random: &mut ChaCha12Rng, wanted: fn(&str) -> bool) -> Vec<Event> {
    let load = Load::start(&[&traced.running.address], CLIENTS, survey, random);
    load.wait_begun(RESPONSES);
    let sent = load.stop();
    assert!(sent.iter().all(|sent| sent.status == Some(201)));
    let events = traced.stop(wanted);
    let acknowledged = events
        .iter()
        .filter(|event| matches!(event, Event::Acknowledged { .. }))
        .count();
    assert_eq!(acknowledged, sent.len(), "the trace has every 201");
    events
}

fn run_on_sqlite(place: &Place, random: &mut ChaCha12Rng) -> (Vec<Event>, Survey, Disk) {
    let survey = Survey::prepare(place);
    // Files are known by the paths that the tracer shows.
    let folder = place.path().canonicalize().unwrap();
    let file = folder.join("data.db");
    let content = std::fs::read(&file).unwrap();
    assert!(!folder.join("data.db-wal").exists(), "the file is whole");
    let before = Disk::default().with(file.to_str().unwrap(), content);
    let events = run(Traced::start(place, "", ""), &survey, random, |file| {
        file.contains("/data.db")
    });
    (events, survey, before)
}

fn sqlite_log(file: &str) -> bool {
    file.ends_with("/data.db-wal")
}

#[test]
fn on_sqlite_every_201_waits_for_the_flush_and_survives_any_cut() {
    if !can_trace() {
        return;
    }
    let mut random = seed::draw("power, SQLite");
    let (events, survey, disk) = run_on_sqlite(&Place::sqlite(), &mut random);
    let Verdict {
        acknowledged,
        too_early,
    } = trace::check(&events, sqlite_log);
    assert!(acknowledged >= RESPONSES && too_early.is_empty(), "{too_early:?}");
    let lost = cut_often(&events, &survey, disk, &mut random);
    assert_eq!(lost, 0, "cuts lost answers that were acknowledged");
}

#[test]
fn on_sqlite_without_flushes_both_tests_fail() {
    if !can_trace() {
        return;
    }
    let mut random = seed::draw("no power, SQLite");
    let url = "sqlite:data.db?synchronous=off";
    let refused = Place::at(url).run(&["migrate"]);
    assert!(!refused.status.success(), "it must be asked for");
    let place = Place::at(url).allowing_unsafe();
    let (events, survey, disk) = run_on_sqlite(&place, &mut random);
    let verdict = trace::check(&events, sqlite_log);
    assert_eq!(verdict.too_early.len(), verdict.acknowledged);
    assert!(cut_often(&events, &survey, disk, &mut random) > 0);
}

#[test]
fn on_postgresql_every_201_waits_for_the_flush() {
    if !can_trace() {
        return;
    }
    let verdict = run_on_postgresql("");
    assert!(verdict.acknowledged >= RESPONSES);
    assert!(verdict.too_early.is_empty(), "{:?}", verdict.too_early);
}

#[test]
fn on_postgresql_without_flushes_the_test_fails() {
    if !can_trace() {
        return;
    }
    let verdict = run_on_postgresql("-c fsync=off");
    assert_eq!(verdict.too_early.len(), verdict.acknowledged);
}

/// Answers on a cluster with these settings, server and database under one tracer.
fn run_on_postgresql(settings: &str) -> Verdict {
    let mut random = seed::draw("power, PostgreSQL");
    let cluster = Cluster::create();
    let place = Place::at(&cluster.url());
    let (place, survey) = cluster.while_running(settings, || {
        let place = if settings.is_empty() {
            place
        } else {
            let refused = place.run(&["migrate"]);
            assert!(!refused.status.success(), "it must be asked for");
            place.allowing_unsafe()
        };
        let survey = Survey::prepare(&place);
        (place, survey)
    });
    let traced = Traced::start(
        &place,
        &cluster.lines_to_start(settings),
        &cluster.lines_to_stop(),
    );
    let is_log = |file: &str| file.contains("/pg_wal/");
    trace::check(&run(traced, &survey, &mut random, is_log), is_log)
}

/// Cuts the power at many moments of a run and opens what is left each time. Returns how often something that had
/// been acknowledged by then was gone.
fn cut_often(events: &[Event], survey: &Survey, disk: Disk, random: &mut ChaCha12Rng) -> usize {
    let acknowledged: Vec<usize> = events
        .iter()
        .enumerate()
        .filter(|(_, event)| matches!(event, Event::Acknowledged { .. }))
        .map(|(at, _)| at)
        .collect();
    // Half of them right after an answer, where a missing flush shows; half anywhere, also amid a checkpoint.
    let mut moments: Vec<usize> = (0..CUTS)
        .map(|cut| match cut % 2 {
            0 => acknowledged[random.random_range(0..acknowledged.len())] + 1,
            _ => random.random_range(0..=events.len()),
        })
        .collect();
    moments.sort_unstable();
    let runtime = Runtime::new().unwrap();
    let mut now = Moment {
        disk,
        asked: HashMap::new(),
        promised: Vec::new(),
    };
    let (mut at, mut lost) = (0, 0);
    for moment in moments {
        for event in &events[at..moment] {
            now.pass(event);
        }
        at = moment;
        let folder = tempfile::tempdir().unwrap();
        now.disk.cut(random, folder.path());
        let kept = runtime.block_on(holds(folder.path(), survey, &now.promised));
        lost += usize::from(!kept);
    }
    lost
}

/// How far a run has come.
struct Moment<'a> {
    disk: Disk,
    asked: HashMap<&'a str, ResponseId>,
    /// Acknowledged so far.
    promised: Vec<ResponseId>,
}

impl<'a> Moment<'a> {
    fn pass(&mut self, event: &'a Event) {
        match event {
            Event::Asked { connection, id } => {
                self.asked.insert(connection, *id);
            }
            Event::Acknowledged { connection } => self.promised.push(self.asked[connection.as_str()]),
            _ => self.disk.apply(event),
        }
    }
}

/// Whether the files open, hold all that was promised, and agree with themselves.
async fn holds(folder: &Path, survey: &Survey, promised: &[ResponseId]) -> bool {
    let read = async {
        let url = format!("sqlite:{}", folder.join("data.db").display());
        let store = store::connect(&url, store::Options::default()).await?;
        let mut missing = 0;
        for id in promised {
            missing += usize::from(store.response(*id).await?.is_none());
        }
        let wrong = store.recount(survey.campaign.parse().unwrap(), false).await?;
        store.close().await;
        Ok::<_, StoreError>(missing == 0 && wrong.is_empty())
    };
    read.await.unwrap_or(false)
}
