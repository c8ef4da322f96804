//! The program `nghe-dan`.

/// A page that streams must not wait for the one that computes, so never fewer threads than these
/// (one worker on a machine of one core stalled server-side rendering in a sister project).
const MIN_WORKERS: usize = 4;

fn main() -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(MIN_WORKERS))
        .enable_all()
        .build()?
        .block_on(server::cli::run())
}
