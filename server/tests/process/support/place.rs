//! A folder with a database of its own, and the program working on it.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Output, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::Value;
use sqlx::{Connection as _, Executor as _};
use store::SharedStore;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use super::client::Client;
use super::say::skip;

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_nghe-dan");

/// A folder, a database and a site: all that the program needs.
pub(crate) struct Place {
    folder: TempDir,
    pub(crate) url: String,
    /// Dropped with the place.
    _schema: Option<Schema>,
    /// The database may lose what it acknowledged.
    allow_unsafe: bool,
}

impl Place {
    /// An SQLite file.
    pub(crate) fn sqlite() -> Self {
        Self::at("sqlite:data.db")
    }

    /// A schema of the PostgreSQL that tests are given; none where there is none.
    #[expect(
        clippy::disallowed_methods,
        reason = "the test run is configured by its environment"
    )]
    pub(crate) fn postgres() -> Option<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let Ok(base) = std::env::var("NGHE_DAN_TEST_POSTGRES_URL") else {
            skip("NGHE_DAN_TEST_POSTGRES_URL is not set");
            return None;
        };
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let schema = format!("p{}_{number}", std::process::id());
        execute(&base, &format!("create schema {schema}"));
        let url = format!("{base}?options=-csearch_path%3D{schema}");
        // The cluster of the tests does not flush.
        let place = Self::at(&url).allowing_unsafe();
        Some(Self {
            _schema: Some(Schema { base, name: schema }),
            ..place
        })
    }

    /// Any other database.
    pub(crate) fn at(url: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
        std::fs::write(folder.path().join("site/manifest.json"), "{}").unwrap();
        std::fs::write(folder.path().join("master.key"), "5a".repeat(32)).unwrap();
        Self {
            folder,
            url: url.to_owned(),
            _schema: None,
            allow_unsafe: false,
        }
    }

    /// The same, with the flag that lets a power cut lose answers.
    pub(crate) fn allowing_unsafe(self) -> Self {
        Self {
            allow_unsafe: true,
            ..self
        }
    }

    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(PROGRAM);
        self.prepare(&mut command);
        command
    }

    /// Gives a command what the program needs from its environment.
    pub(crate) fn prepare(&self, command: &mut Command) {
        command
            .current_dir(self.path())
            .env_clear()
            .env("NGHE_DAN_LOG", "info,access=warn")
            .env("NGHE_DAN_MASTER_KEY_FILE", "master.key")
            .env("DATABASE_URL", &self.url);
        if self.allow_unsafe {
            command.env("NGHE_DAN_ALLOW_UNSAFE_DATABASE", "true");
        }
    }

    pub(crate) fn run(&self, arguments: &[&str]) -> Output {
        self.command().args(arguments).output().unwrap()
    }

    /// Runs a command that must succeed and returns what it printed.
    pub(crate) fn done(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(
            output.status.success(),
            "{arguments:?}: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).unwrap()
    }

    /// Runs a command that must be refused and returns what it said.
    pub(crate) fn refused(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert_eq!(String::from_utf8_lossy(&output.stdout), "", "{arguments:?}");
        String::from_utf8(output.stderr).unwrap()
    }

    pub(crate) fn start(&self) -> Running {
        self.start_with(&[])
    }

    pub(crate) fn start_with(&self, more: &[&str]) -> Running {
        let mut command = self.command();
        command.args(SERVE).args(more);
        Running::spawn(command)
    }

    /// Changes an SQLite file behind the program's back.
    pub(crate) fn tamper(&self, statement: &'static str) {
        let path = self.path().join("data.db");
        Runtime::new().unwrap().block_on(async {
            let url = format!("sqlite:{}", path.display());
            let mut connection = sqlx::SqliteConnection::connect(&url).await.unwrap();
            connection.execute(sqlx::raw_sql(statement)).await.unwrap();
        });
    }

    /// The database, opened as another server would.
    pub(crate) async fn store(&self) -> SharedStore {
        let options = store::Options {
            allow_unsafe: self.allow_unsafe,
            connections: 4,
        };
        let url = self.url.strip_prefix("sqlite:").map_or_else(
            || self.url.clone(),
            |file| format!("sqlite:{}", self.path().join(file).display()),
        );
        store::connect(&url, options).await.unwrap()
    }
}

/// A schema of the tests' PostgreSQL.
struct Schema {
    base: String,
    name: String,
}

impl Drop for Schema {
    fn drop(&mut self) {
        execute(&self.base, &format!("drop schema {} cascade", self.name));
    }
}

/// What every server of these tests is started with.
pub(crate) const SERVE: [&str; 5] = ["serve", "--listen", "127.0.0.1:0", "--site", "site"];

/// Runs one statement on PostgreSQL.
fn execute(url: &str, statement: &str) {
    Runtime::new().unwrap().block_on(async {
        let mut connection = sqlx::PgConnection::connect(url)
            .await
            .expect("PostgreSQL answers");
        connection
            .execute(sqlx::raw_sql(sqlx::AssertSqlSafe(statement.to_owned())))
            .await
            .expect("the statement runs");
    });
}

/// A server that listens.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    log: BufReader<ChildStderr>,
}

impl Running {
    /// Starts a command that ends up as a server, and waits until it listens.
    pub(crate) fn spawn(mut command: Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let start = said.len();
            assert!(
                log.read_line(&mut said).unwrap() > 0,
                "the server ended before it listened:\n{said}"
            );
            let event: Option<Value> = serde_json::from_str(&said[start..]).ok();
            if let Some(address) = event.as_ref().and_then(|event| event["listening"].as_str()) {
                break address.to_owned();
            }
        };
        Self { child, address, log }
    }

    pub(crate) fn client(&self) -> Client<std::net::TcpStream> {
        Client::connect(&self.address).unwrap()
    }

    /// Waits until the log holds a line with this text.
    pub(crate) fn wait_for_log(&mut self, text: &str) {
        let mut line = String::new();
        while !line.contains(text) {
            line.clear();
            assert!(
                self.log.read_line(&mut line).unwrap() > 0,
                "the server ended without saying `{text}`"
            );
        }
    }

    /// Kills it where it stands (SIGKILL).
    pub(crate) fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop (SIGTERM), waits until it has, and returns the rest of its log.
    pub(crate) fn stop(self) -> String {
        terminate(self.child.id());
        self.ended()
    }

    /// Waits for its end, which must be a good one, and returns the rest of its log.
    pub(crate) fn ended(mut self) -> String {
        // The log ends with the process, so it is also what tells that it stopped.
        let mut rest = String::new();
        self.log.read_to_string(&mut rest).unwrap();
        let status = self.child.wait().unwrap();
        assert!(status.success(), "{status}\n{rest}");
        rest
    }
}

impl Drop for Running {
    /// A test that failed leaves no server behind.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sends SIGTERM.
pub(crate) fn terminate(process: u32) {
    let sent = Command::new("kill").arg(process.to_string()).status().unwrap();
    assert!(sent.success());
}
