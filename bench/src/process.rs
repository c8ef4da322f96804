//! Processes under test: started, asked what they used, stopped.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// Kernel ticks in a second, as `/proc` counts processor time on every Linux.
const TICKS: f64 = 100.0;
/// The longest time that a server may take to start or stop.
const PATIENCE: Duration = Duration::from_mins(1);

/// A folder that is gone when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// Makes it anew: what a killed run left is removed.
    pub(crate) fn make(path: &Path) -> Result<Self> {
        if path.exists() {
            fs::remove_dir_all(path)?;
        }
        // The smallest site that the server takes; no page is asked for.
        fs::create_dir_all(path.join("site/pkg"))?;
        fs::write(path.join("site/manifest.json"), "{}")?;
        fs::write(path.join("key"), "00".repeat(32))?;
        Ok(Self(path.to_owned()))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// A running server.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: SocketAddr,
    log: PathBuf,
}

impl Running {
    /// The program as it ships, serving that database, with further flags of `serve`.
    pub(crate) fn program(
        program: &Path,
        folder: &Folder,
        database: &str,
        preload: Option<&Path>,
        flags: &[&str],
    ) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command
            .args(["serve", "--listen", &address.to_string(), "--database", database])
            .arg("--site")
            .arg(folder.path().join("site"))
            .arg("--master-key-file")
            .arg(folder.path().join("key"))
            .args(flags);
        if let Some(library) = preload {
            command.env("LD_PRELOAD", fs::canonicalize(library)?);
        }
        Self::start(&mut command, address, folder)
    }

    /// The route that checks and stores nothing.
    pub(crate) fn route(program: &Path, folder: &Folder, database: &str) -> Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(program);
        command.args(["--database", database, "--listen", &address.to_string()]);
        Self::start(&mut command, address, folder)
    }

    fn start(command: &mut Command, address: SocketAddr, folder: &Folder) -> Result<Self> {
        // The access log is written as on a server that logs to a file.
        let path = folder.path().join("log");
        let log = fs::File::create(&path)?;
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()?;
        let mut running = Self {
            child,
            address,
            log: path,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            if let Some(status) = running.child.try_wait()? {
                let log = fs::read_to_string(folder.path().join("log")).unwrap_or_default();
                bail!("the server ended with {status}\n{log}");
            }
            if Instant::now() > deadline {
                bail!("the server does not listen");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Ok(running)
    }

    /// Waits until its log says something.
    pub(crate) fn wait_for_log(&self, said: &str, patience: Duration) -> Result<()> {
        let deadline = Instant::now() + patience;
        while !fs::read_to_string(&self.log)?.contains(said) {
            if Instant::now() > deadline {
                bail!("the server never said `{said}`");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Stops it as an operator would and returns its peak of resident memory, in megabytes.
    pub(crate) fn stop(mut self) -> Result<f64> {
        let peak = peak_mb(self.pid())?;
        let told = Command::new("kill").arg(self.pid().to_string()).status()?;
        anyhow::ensure!(told.success(), "the server could not be told to stop");
        let deadline = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait()? {
                anyhow::ensure!(status.success(), "the server ended with {status}");
                return Ok(peak);
            }
            if Instant::now() > deadline {
                bail!("the server does not stop");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Running {
    /// After an error; a stopped server is beyond being killed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a command came to.
pub(crate) struct Finished {
    pub(crate) success: bool,
    pub(crate) seconds: f64,
    pub(crate) peak_mb: f64,
}

/// Runs a command of the program to its end and watches its memory meanwhile.
pub(crate) fn finish(
    program: &Path,
    folder: &Folder,
    database: &str,
    arguments: &[&str],
) -> Result<Finished> {
    let started = Instant::now();
    let mut child = Command::new(program)
        .args(arguments)
        .args(["--database", database])
        .arg("--master-key-file")
        .arg(folder.path().join("key"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(fs::File::create(folder.path().join("log"))?)
        .spawn()?;
    let mut peak = 0.0;
    let status = loop {
        // The kernel keeps the peak, so that only what happens after the last look can be missed.
        if let Ok(now) = peak_mb(child.id()) {
            peak = now;
        }
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ok(Finished {
        success: status.success(),
        seconds: started.elapsed().as_secs_f64(),
        peak_mb: peak,
    })
}

fn free_address() -> Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}

/// The most memory that was resident at once, in megabytes.
pub(crate) fn peak_mb(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kb = line
        .and_then(|line| line.split_whitespace().next())
        .context("a process has a peak")?;
    Ok(kb.parse::<f64>()? / 1024.0)
}

/// Processor seconds that a process used so far.
pub(crate) fn cpu_seconds(pid: u32) -> Result<f64> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let times = Times::parse(&stat).context("a process has a time")?;
    Ok(times.own / TICKS)
}

/// Processor seconds of a process, its children that run, and those that ended.
pub(crate) fn family_cpu_seconds(pid: u32) -> Result<f64> {
    let mut total = 0.0;
    for entry in fs::read_dir("/proc")? {
        let path = entry?.path().join("stat");
        // Processes come and go while the list is read.
        let Ok(stat) = fs::read_to_string(&path) else {
            continue;
        };
        let Some(times) = Times::parse(&stat) else {
            continue;
        };
        if path.starts_with(format!("/proc/{pid}")) {
            total += times.own + times.ended_children;
        } else if times.parent == pid {
            total += times.own;
        }
    }
    Ok(total / TICKS)
}

/// User and system time out of `/proc/PID/stat`, in ticks.
#[derive(Debug, PartialEq)]
struct Times {
    parent: u32,
    own: f64,
    /// Of children that ended and were waited for.
    ended_children: f64,
}

impl Times {
    fn parse(stat: &str) -> Option<Self> {
        // The name in brackets may hold blanks.
        let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
        let ticks = |index: usize| fields.get(index)?.parse::<f64>().ok();
        Some(Self {
            parent: fields.get(1)?.parse().ok()?,
            own: ticks(11)? + ticks(12)?,
            ended_children: ticks(13)? + ticks(14)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_what_it_used() {
        let stat = "7 (a b) c) S 3 7 7 0 -1 0 0 0 0 0 250 50 30 4 20 0 1 0 1 1 1";
        let times = Times {
            parent: 3,
            own: 300.0,
            ended_children: 34.0,
        };
        assert_eq!(Times::parse(stat), Some(times));
        let own = std::process::id();
        assert!(peak_mb(own).unwrap() > 1.0);
        assert!(family_cpu_seconds(own).unwrap() >= 0.0 && cpu_seconds(own).unwrap() >= 0.0);
    }
}
