//! The program `nghe-dan`.

/// The allocator of the C library took a quarter of the processor time of a response.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// A page that streams must not wait for the one that computes, so never fewer threads than these
/// (on a machine of one core a single worker stalls server-side rendering).
const MIN_WORKERS: usize = 4;

fn main() -> anyhow::Result<()> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(cores.max(MIN_WORKERS))
        .enable_all()
        .build()?
        .block_on(server::cli::run())
}
