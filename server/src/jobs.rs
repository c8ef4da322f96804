//! What a server does beside answering: it notices what other servers changed, folds days, makes releases.
//!
//! Of many servers one does each job: a lease in the database says which. A server that dies stops renewing
//! its lease, and another takes over when it has run out.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};
use std::time::{Duration, Instant};

use domain::{canonical, civil};
use service::clock::random;
use service::releases::{NIGHT_HOUR, is_night};
use time::OffsetDateTime;
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
/// How often it is asked whether the night has come.
const NIGHT: Duration = Duration::from_mins(1);
/// The lease of the nightly release.
const NIGHTLY: &str = "night";
/// How long a lease holds without being renewed.
const LEASE: time::Duration = time::Duration::minutes(15);

/// The running jobs.
pub struct Jobs {
    stop: watch::Sender<bool>,
    tasks: JoinSet<()>,
}

/// What jobs share.
#[derive(Clone)]
struct Context {
    state: ApiState,
    /// This process, as leases know it.
    owner: Arc<str>,
    /// The civil date of the last nightly release, in days since 1970.
    released: Arc<AtomicI32>,
}

impl Jobs {
    /// Starts the jobs; those that read much only after `settle_in`.
    pub fn start(state: ApiState, settle_in: Duration) -> Self {
        let (stop, stopped) = watch::channel(false);
        let context = Context {
            state,
            owner: canonical::hex(&random::<16>()).into(),
            released: Arc::default(),
        };
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
        tasks.spawn(every("refresh", turns(REFRESH), context.clone(), refresh));
        tasks.spawn(every("keys", turns(KEYS), context.clone(), keys));
        tasks.spawn(every("live", turns(GATHER), context.clone(), live));
        tasks.spawn(every("fold", later(FOLD), context.clone(), fold));
        tasks.spawn(every("night", later(NIGHT), context, night));
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
    context: Context,
    job: F,
) where
    F: Fn(Context) -> R,
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
        if let Err(error) = job(context.clone()).await {
            tracing::error!(
                job = name,
                error = format!("{error:#}"),
                "the job {name} failed: {error:#}"
            );
        }
    }
}

async fn refresh(Context { state, .. }: Context) -> anyhow::Result<()> {
    Ok(state.service().refresh().await?)
}

async fn keys(Context { state, .. }: Context) -> anyhow::Result<()> {
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

/// Folds changed days into months and campaigns.
async fn fold(Context { state, owner, .. }: Context) -> anyhow::Result<()> {
    let service = state.service();
    if service.lease("fold", &owner, LEASE).await? {
        service.fold().await?;
    }
    Ok(())
}

/// Writes what was counted in demo campaigns. Each server writes what it counted itself.
async fn live(Context { state, .. }: Context) -> anyhow::Result<()> {
    Ok(state.service().publish_live().await?)
}

/// Makes the day's releases, once the night has come.
async fn night(
    Context {
        state,
        owner,
        released,
    }: Context,
) -> anyhow::Result<()> {
    let now = state.clock().now().to_offset(civil::VIETNAM);
    let today = civil::days_since_epoch(now.date());
    if !is_night(now) || released.load(Ordering::Relaxed) == today {
        return Ok(());
    }
    let service = state.service();
    if !service.lease(NIGHTLY, &owner, LEASE).await? {
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
    released.store(today, Ordering::Relaxed);
    // Kept until the next night, the lease tells other servers, and this one started again, that it is done.
    service.lease(NIGHTLY, &owner, until_next_night(now)).await?;
    Ok(())
}

/// The time from a moment after this night's hour until the hour of the next.
fn until_next_night(now: OffsetDateTime) -> time::Duration {
    let tonight = now.replace_time(time::Time::MIDNIGHT) + time::Duration::hours(NIGHT_HOUR.into());
    tonight + time::Duration::DAY - now
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    #[test]
    fn the_next_night_is_less_than_a_day_away() {
        let hours = |now| until_next_night(now).whole_hours();
        assert_eq!(hours(datetime!(2026-11-22 01:00 +7)), 24);
        assert_eq!(hours(datetime!(2026-11-22 23:00 +7)), 2);
        assert_eq!(hours(datetime!(2026-12-31 02:00 +7)), 23);
    }
}
