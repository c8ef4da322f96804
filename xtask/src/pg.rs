//! A throw-away PostgreSQL: its own cluster in a temporary folder, on a free port, gone when it is dropped,
//! interrupted, or, if this process was killed, at the next start.

use std::fs;
use std::io::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Mutex, Once, PoisonError};

use anyhow::{Context as _, Result, bail};

use crate::run::output;
use crate::setup;

const PREFIX: &str = "nghe-dan-pg-";

/// Folders of the clusters that run, for the signal handler.
static RUNNING: Mutex<Vec<Cluster>> = Mutex::new(Vec::new());
static HANDLER: Once = Once::new();

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Flush to the disk at every commit, as a production server does.
    #[arg(long)]
    fsync: bool,
}

/// Starts a cluster, prints its address and waits for Ctrl-C, which removes it.
pub(crate) fn run(args: &Args) -> Result<()> {
    setup::postgres_server()?;
    let server = Server::start(if args.fsync {
        Durability::Full
    } else {
        Durability::None
    })?;
    println!("{}", server.url());
    std::io::stdout().flush()?;
    loop {
        std::thread::park();
    }
}

/// What a commit waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Durability {
    /// For the disk, as in production: benches need it.
    Full,
    /// For nothing: tests only, several times faster.
    None,
}

/// A running server; dropping it stops it and removes its files.
pub(crate) struct Server {
    cluster: Cluster,
    port: u16,
}

#[derive(Clone, PartialEq, Eq)]
struct Cluster {
    folder: PathBuf,
    /// PostgreSQL refuses to run as root; then its programs run as `postgres`.
    as_postgres: bool,
}

impl Server {
    /// Makes a cluster and starts it; takes two seconds.
    pub(crate) fn start(durability: Durability) -> Result<Self> {
        Self::start_with(durability, None)
    }

    /// The same with a library loaded before it, such as one that makes its disk slow.
    pub(crate) fn start_with(durability: Durability, preload: Option<&Path>) -> Result<Self> {
        remove_left_over()?;
        let cluster = Cluster::create()?;
        HANDLER.call_once(|| {
            let installed = ctrlc::set_handler(|| {
                for cluster in running().drain(..) {
                    cluster.remove();
                }
                std::process::exit(130);
            });
            if let Err(error) = installed {
                println!("    no signal handler ({error}): an interrupted run leaves its database until the next one");
            }
        });
        running().push(cluster.clone());
        // From here on dropping the server removes what was made, however far it got.
        let server = Self {
            cluster,
            port: free_port()?,
        };
        server.cluster.initdb()?;
        server.launch(durability, preload)?;
        Ok(server)
    }

    /// Address of the maintenance database, as its superuser without a password.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The number of its first process, parent of all others.
    pub(crate) fn pid(&self) -> Result<u32> {
        let file = fs::read_to_string(self.cluster.folder.join("data/postmaster.pid"))?;
        let first = file.lines().next().context("the file begins with the number")?;
        Ok(first.trim().parse()?)
    }

    fn launch(&self, durability: Durability, preload: Option<&Path>) -> Result<()> {
        let mut options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 -c max_connections=300 -c shared_buffers=256MB \
             -c log_min_messages=warning",
            self.port,
            self.cluster.folder.display()
        );
        if durability == Durability::None {
            options.push_str(" -c fsync=off -c full_page_writes=off -c synchronous_commit=off");
        }
        let log = self.cluster.folder.join("log");
        let mut command = self.cluster.program("pg_ctl")?;
        if let Some(library) = preload {
            // Copied, because the user `postgres` may be unable to read where it was built.
            let copy = self.cluster.folder.join("preload.so");
            fs::copy(library, &copy)?;
            command.env("LD_PRELOAD", copy);
        }
        command
            .args([
                "start",
                "--wait",
                "--silent",
                "--timeout=60",
                "--options",
                &options,
                "--log",
            ])
            .arg(&log);
        // The server inherits our streams: captured, they would never end.
        let status = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            return Ok(());
        }
        bail!(
            "PostgreSQL did not start:\n{}",
            fs::read_to_string(log).unwrap_or_default()
        )
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        running().retain(|cluster| *cluster != self.cluster);
        self.cluster.remove();
    }
}

impl Cluster {
    fn create() -> Result<Self> {
        let folder = std::env::temp_dir().join(format!("{PREFIX}{}-{}", std::process::id(), free_port()?));
        fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        let as_postgres = setup::is_root()?;
        if as_postgres {
            output(Command::new("chown").arg("postgres:").arg(&folder))?;
        }
        Ok(Self { folder, as_postgres })
    }

    fn initdb(&self) -> Result<()> {
        let mut command = self.program("initdb")?;
        command.args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]);
        output(&mut command)?;
        Ok(())
    }

    /// One of PostgreSQL's programs, working on this cluster.
    fn program(&self, name: &str) -> Result<Command> {
        let path = bin_dir()?.join(name);
        let mut command = if self.as_postgres {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(path);
            command
        } else {
            Command::new(path)
        };
        command.arg("--pgdata").arg(self.folder.join("data"));
        // The caller's folder may be closed to the user `postgres`.
        command.current_dir(&self.folder);
        Ok(command)
    }

    /// Stops the server if it runs and deletes the folder. Nothing useful can be done when that fails.
    fn remove(&self) {
        if let Ok(mut stop) = self.program("pg_ctl") {
            // Quick, because nobody will read this data again.
            let _ = output(stop.args(["stop", "--wait", "--mode=immediate"]));
        }
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Where Debian keeps the newest server's programs.
pub(crate) fn bin_dir() -> Result<PathBuf> {
    let mut versions: Vec<(u32, PathBuf)> = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version = entry.file_name().to_str()?.parse().ok()?;
            let bin = entry.path().join("bin");
            bin.join("initdb").exists().then_some((version, bin))
        })
        .collect();
    versions.sort();
    versions
        .pop()
        .map(|(_, bin)| bin)
        .context("no PostgreSQL server is installed")
}

fn running() -> std::sync::MutexGuard<'static, Vec<Cluster>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// Removes clusters whose process was killed before it could do so itself.
fn remove_left_over() -> Result<()> {
    for entry in fs::read_dir(std::env::temp_dir())? {
        let folder = entry?.path();
        if owner(&folder).is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            Cluster {
                folder,
                as_postgres: setup::is_root()?,
            }
            .remove();
        }
    }
    Ok(())
}

/// The process that made the cluster in `folder`.
fn owner(folder: &Path) -> Option<u32> {
    folder
        .file_name()?
        .to_str()?
        .strip_prefix(PREFIX)?
        .split('-')
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_tells_which_process_made_it() {
        assert_eq!(owner(Path::new("/tmp/nghe-dan-pg-812-40001")), Some(812));
        assert_eq!(owner(Path::new("/tmp/nghe-dan-pgbackup")), None);
    }

    #[test]
    fn a_dropped_server_leaves_nothing() {
        let server = Server::start(Durability::None).expect("the machine has PostgreSQL");
        let folder = server.cluster.folder.clone();
        std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("the server listens");
        let port = server.port;
        drop(server);
        assert!(!folder.exists());
        assert!(
            std::net::TcpStream::connect(("127.0.0.1", port)).is_err(),
            "the server still listens"
        );
    }
}
