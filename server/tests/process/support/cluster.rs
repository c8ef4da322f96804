//! A PostgreSQL cluster of a test's own, which the test may start under a tracer and with any durability.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use tempfile::TempDir;

/// The files of a cluster; nothing runs until it is told to.
pub(crate) struct Cluster {
    folder: TempDir,
    port: u16,
    /// PostgreSQL refuses to run as root; then its programs run as `postgres`.
    as_postgres: bool,
}

impl Cluster {
    pub(crate) fn create() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("nghe-dan-cluster-")
            .tempdir()
            .unwrap();
        let id = Command::new("id").arg("-u").output().unwrap();
        let as_postgres = id.stdout.starts_with(b"0\n");
        if as_postgres {
            succeed(Command::new("chown").arg("postgres:").arg(folder.path()));
        }
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let cluster = Self {
            folder,
            port,
            as_postgres,
        };
        succeed(cluster.program("initdb").args([
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-sync",
        ]));
        cluster
    }

    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// The lines of a shell that start the server with these settings and wait until it answers.
    pub(crate) fn lines_to_start(&self, settings: &str) -> String {
        let (server, folder, port) = (bin("postgres"), self.folder.path().display(), self.port);
        let user = if self.as_postgres {
            "runuser -u postgres -- "
        } else {
            ""
        };
        format!(
            "{user}{} -D {folder}/data -p {port} -k {folder} -c listen_addresses=127.0.0.1 {settings} \
             > {folder}/traced.log 2>&1 &\n\
             until {} -q -h 127.0.0.1 -p {port}; do sleep 0.1; done",
            server.display(),
            bin("pg_isready").display()
        )
    }

    /// The lines of a shell that stop the server which it started.
    pub(crate) fn lines_to_stop(&self) -> String {
        let folder = self.folder.path().display();
        format!("kill -INT $(head -n 1 {folder}/data/postmaster.pid)\nwait")
    }

    /// Runs the server while `work` is done.
    pub(crate) fn while_running<T>(&self, settings: &str, work: impl FnOnce() -> T) -> T {
        let options = format!(
            "-p {} -k {} -c listen_addresses=127.0.0.1 {settings}",
            self.port,
            self.folder.path().display()
        );
        let log = self.folder.path().join("log");
        let mut start = self.program("pg_ctl");
        start
            .args(["start", "--wait", "--silent", "--options", &options, "--log"])
            .arg(log);
        // The server inherits our streams: captured, they would never end.
        start.stdin(std::process::Stdio::null());
        start.stdout(std::process::Stdio::null());
        start.stderr(std::process::Stdio::null());
        assert!(start.status().unwrap().success(), "PostgreSQL does not start");
        let running = Stop(self);
        let done = work();
        drop(running);
        done
    }

    fn program(&self, name: &str) -> Command {
        let mut command = if self.as_postgres {
            let mut command = Command::new("runuser");
            command.args(["-u", "postgres", "--"]).arg(bin(name));
            command
        } else {
            Command::new(bin(name))
        };
        command.arg("--pgdata").arg(self.folder.path().join("data"));
        // The caller's folder may be closed to the user `postgres`.
        command.current_dir(self.folder.path());
        command
    }
}

/// Stops the server, also when the work fails.
struct Stop<'a>(&'a Cluster);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        succeed(self.0.program("pg_ctl").args(["stop", "--wait", "--mode=fast"]));
    }
}

/// A program of the newest PostgreSQL that Debian's packages brought, else of the search path.
fn bin(name: &str) -> PathBuf {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    let newest = versions
        .filter_map(|entry| {
            let entry = entry.ok()?;
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            Some((version, entry.path().join("bin").join(name)))
        })
        .filter(|(_, program)| program.exists())
        .max();
    newest.map_or_else(|| Path::new(name).to_owned(), |(_, program)| program)
}

fn succeed(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}
