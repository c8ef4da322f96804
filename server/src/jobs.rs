//! What a server does beside answering: it notices what other servers changed, folds days, makes releases.
//!
//! Of many servers one folds or releases at a time, and no command does meanwhile: a lease in the database says which,
//! renewed while the work runs ([`service::lease`]). A server that dies stops renewing it, and another takes over when
//! it has run out. That a night's release is made is a fact of the database, so neither another server nor this one
//! started again makes it once more.

use std::future::Future;
use std::time::{Duration, Instant};

use domain::civil;
use service::Service;
use service::lease::TALLIES;
use service::releases::is_night;
use time::Date;
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio::time::MissedTickBehavior;

use crate::api::ApiState;

/// How soon a server sees campaigns, versions and units that another one changed.
const REFRESH: Duration = Duration::from_secs(5);
/// How often the age of the newest key pair is looked at.
const KEYS: Duration = Duration::from_mins(5);
/// How often changed days are folded. A fold reads every response of a changed day, so that a busy desk would
/// be read again and again.
const FOLD: Duration = Duration::from_mins(10);
/// How long figures of a demo gather answers before they are written: many at once cost what one costs.
const GATHER: Duration = Duration::from_millis(300);
/// How often it is asked whether the night has come. Often, as its turn passes while a fold goes on.
const NIGHT: Duration = Duration::from_secs(10);

/// The running jobs.
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

impl Jobs {
    /// Starts the jobs; those that read much only after `settle_in`.
    pub fn start(state: ApiState, settle_in: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let mut tasks = JoinSet::new();
        let turns = |interval| Turns {
            first: Duration::ZERO,
            interval,
            stopped: stopped.clone(),
        };
        let later = |interval| Turns {
            first: settle_in,
            ..turns(interval)
        };
        tasks.spawn(every("refresh", turns(REFRESH), state.clone(), refresh));
        tasks.spawn(every("keys", turns(KEYS), state.clone(), keys));
        tasks.spawn(every("live", turns(GATHER), state.clone(), live));
        tasks.spawn(every("fold", later(FOLD), state.clone(), fold));
        tasks.spawn(every("night", later(NIGHT), state, night));
        Self { stop, tasks }
    }

    /// Lets the jobs that run come to their end.
    pub async fn stop(mut self) {
        // No receiver is left when every job ended already.
        let _ = self.stop.send(true);
        while self.tasks.join_next().await.is_some() {}
    }
}

/// When a job has its turn.
struct Turns {
    /// How long after the start it has its first.
    first: Duration,
    interval: Duration,
    stopped: watch::Receiver<bool>,
}

/// Runs a job at its turns until stopped. A failure is logged, and the job tried again at its next turn.
async fn every<F, R>(
    name: &'static str,
    Turns {
        first,
        interval,
        mut stopped,
    }: Turns,
    state: ApiState,
    job: F,
) where
    F: Fn(ApiState) -> R,
    R: Future<Output = anyhow::Result<()>>,
{
    let mut ticks = tokio::time::interval_at(tokio::time::Instant::now() + first, interval);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = stopped.changed() => return,
            _ = ticks.tick() => {}
        }
        if let Err(error) = job(state.clone()).await {
            tracing::error!(
                job = name,
                error = format!("{error:#}"),
                "the job {name} failed: {error:#}"
            );
        }
    }
}

async fn refresh(state: ApiState) -> anyhow::Result<()> {
    Ok(state.service().refresh().await?)
}

async fn keys(state: ApiState) -> anyhow::Result<()> {
    state.keyring().refresh(state.service()).await?;
    if state
        .keyring()
        .rotate_when_due(state.service(), state.clock().now())
        .await?
    {
        tracing::info!("made a new key pair for sealed answers");
    }
    Ok(())
}

/// Folds changed days into months and campaigns. While others work on the tallies its turn passes.
async fn fold(state: ApiState) -> anyhow::Result<()> {
    let service = state.service();
    service.under_lease(TALLIES, service.fold()).await?;
    Ok(())
}

/// Writes what was counted in demo campaigns. Each server writes what it counted itself.
async fn live(state: ApiState) -> anyhow::Result<()> {
    Ok(state.service().publish_live().await?)
}

/// Makes the day's releases, once the night has come. While others work on the tallies its turn passes, and the next
/// one comes soon.
async fn night(state: ApiState) -> anyhow::Result<()> {
    let now = state.clock().now();
    let tonight = civil::date_of(now);
    let service = state.service();
    if is_night(now) && !service.is_night_done(tonight).await? {
        service.under_lease(TALLIES, release(service, tonight)).await?;
    }
    Ok(())
}

async fn release(service: &Service, tonight: Date) -> anyhow::Result<()> {
    // Another server may have come to its end since it was asked.
    if service.is_night_done(tonight).await? {
        return Ok(());
    }
    let started = Instant::now();
    service.settle_receipts().await?;
    service.drop_expired_slips().await?;
    for (campaign, made) in service.release_all().await? {
        tracing::info!(
            campaign,
            number = made.number,
            changed = made.changed,
            "released {campaign}"
        );
    }
    let mut erased = 0;
    for campaign in service.campaigns() {
        erased += service.erase_published_times(&campaign).await?;
    }
    if erased > 0 {
        tracing::info!(
            erased,
            "erased the exact times of {erased} responses whose days are public"
        );
    }
    let duration_ms = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(duration_ms, "the nightly release is made");
    Ok(service.note_night(tonight).await?)
}
