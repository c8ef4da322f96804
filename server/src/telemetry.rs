//! Structured logs, one JSON object a line on standard error.
//!
//! Nothing that could name a respondent is ever a field: no code, id, unit, address or user agent.

use anyhow::Context as _;
use tracing::Subscriber;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::MakeWriter;

/// Starts logging. `filter` is a level, or targets with levels such as `info,access=warn`.
pub fn start(filter: &str) -> anyhow::Result<()> {
    let subscriber = subscriber(filter, std::io::stderr)?;
    tracing::subscriber::set_global_default(subscriber).context("logging was started before")
}

/// What turns events into lines.
pub fn subscriber<W>(filter: &str, writer: W) -> anyhow::Result<impl Subscriber + Send + Sync + 'static>
where
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let filter = EnvFilter::try_new(filter)
        .with_context(|| format!("`{filter}` is no log filter; try info or info,access=warn"))?;
    let subscriber = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_writer(writer)
        .with_env_filter(filter);
    Ok(subscriber.finish())
}
