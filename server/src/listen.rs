//! Listening: who may connect, TLS, and a stop that loses nothing.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use axum::Router;
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use tokio::net::TcpStream;

/// How long requests that run may take to finish once the server stops.
const GRACE: Duration = Duration::from_secs(20);
/// How often certificate and key are looked at for a change.
const LOOK: Duration = Duration::from_secs(10);

/// Lets in everyone, or only the trusted proxies, and sends small packets at once.
#[derive(Clone, Debug)]
pub struct Door(Arc<[IpAddr]>);

impl Door {
    /// A door for these proxies; for everyone when there is none.
    pub fn new(proxies: &[IpAddr]) -> Self {
        Self(proxies.into())
    }

    fn admits(&self, peer: SocketAddr) -> bool {
        self.0.is_empty() || self.0.contains(&peer.ip().to_canonical())
    }
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = TcpStream;
    type Service = S;
    type Future = std::future::Ready<io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = stream.peer_addr().map(|peer| self.admits(peer));
        std::future::ready(match admitted {
            Ok(true) => stream.set_nodelay(true).map(|()| (stream, service)),
            Ok(false) => Err(io::Error::new(
                io::ErrorKind::PermissionDenied,
                "not a trusted proxy",
            )),
            Err(error) => Err(error),
        })
    }
}

/// Serves until told to stop, then lets running requests finish.
pub async fn serve(
    listener: std::net::TcpListener,
    door: Door,
    tls: Option<(PathBuf, PathBuf)>,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    listener.set_nonblocking(true)?;
    let handle = Handle::new();
    let stopper = handle.clone();
    tokio::spawn(async move {
        stop.await;
        tracing::info!(
            "stopping: no new connections, {} open",
            stopper.connection_count()
        );
        stopper.graceful_shutdown(Some(GRACE));
    });
    let server = axum_server::from_tcp(listener)?.handle(handle);
    let service = router.into_make_service();
    match tls {
        None => server.acceptor(door).serve(service).await?,
        Some((cert, key)) => {
            // A second start in one process finds the provider installed, which is as good.
            let _ = rustls::crypto::ring::default_provider().install_default();
            // Looked at before they are read: a change meanwhile is seen as one.
            let known = (changed(&cert), changed(&key));
            let config = RustlsConfig::from_pem_file(&cert, &key)
                .await
                .with_context(|| format!("cannot use {} with {}", cert.display(), key.display()))?;
            tokio::spawn(reload(config.clone(), cert, key, known));
            server
                .acceptor(RustlsAcceptor::new(config).acceptor(door))
                .serve(service)
                .await?;
        }
    }
    Ok(())
}

/// Reads certificate and key again whenever one of them changed; a pair that does not fit is left alone.
async fn reload(config: RustlsConfig, cert: PathBuf, key: PathBuf, mut known: Changed) {
    let mut ticks = tokio::time::interval(LOOK);
    loop {
        ticks.tick().await;
        let now = (changed(&cert), changed(&key));
        if now == known {
            continue;
        }
        match config.reload_from_pem_file(&cert, &key).await {
            Ok(()) => {
                known = now;
                tracing::info!("certificate read again");
            }
            Err(error) => {
                tracing::warn!(error = %error, "the changed certificate cannot be used yet: {error}");
            }
        }
    }
}

/// When certificate and key were last changed.
type Changed = (Option<SystemTime>, Option<SystemTime>);

fn changed(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path)
        .and_then(|metadata| metadata.modified())
        .ok()
}

/// Waits for SIGTERM or Ctrl-C from now on, before the returned future is first polled: whoever is told where the server
/// is may stop it at once, and it still ends well.
#[cfg(unix)]
pub fn stop_asked() -> io::Result<impl Future<Output = ()> + Send> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupted = signal(SignalKind::interrupt())?;
    let mut terminated = signal(SignalKind::terminate())?;
    Ok(async move {
        tokio::select! {
            _ = interrupted.recv() => {}
            _ = terminated.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
#[cfg(not(unix))]
pub fn stop_asked() -> io::Result<impl Future<Output = ()> + Send> {
    Ok(async {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_named_proxies_pass_once_one_is_named() {
        let peer = |text: &str| text.parse::<SocketAddr>().unwrap();
        assert!(Door::new(&[]).admits(peer("10.0.0.9:1")));
        let door = Door::new(&["10.0.0.5".parse().unwrap()]);
        assert!(door.admits(peer("10.0.0.5:1")));
        assert!(door.admits(peer("[::ffff:10.0.0.5]:1")));
        assert!(!door.admits(peer("10.0.0.9:1")));
    }
}
