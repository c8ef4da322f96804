//! `nghe-dan serve`.

use anyhow::Context as _;

use super::open::{self, Opened, Schema};
use crate::api::ApiState;
use crate::config::{Common, PublicUrl, Serve};
use crate::jobs::Jobs;
use crate::languages::{self, Loaded};
use crate::listen::{self, Door};
use crate::middleware::headers::Policy;
use crate::router::{self, Parts};
use crate::sealed::Keyring;
use crate::{assets, pages};

pub(super) async fn run(common: &Common, settings: &Serve) -> anyhow::Result<()> {
    let public = settings.public_url()?;
    let tls = settings.tls()?;
    let site = settings.site()?;
    let files = assets::routes(&site).with_context(|| format!("cannot read the site {}", site.display()))?;

    let packs = match &common.languages {
        Some(folder) => languages::load(folder).context("a language pack cannot be used")?,
        None => Loaded::default(),
    };

    let Opened {
        service,
        master,
        clock,
    } = open::open(common, Schema::Migrate, settings.queue(), packs.languages.clone()).await?;
    service.load_shipped().await?;
    let keyring = Keyring::load(&service, master, clock.now()).await?;
    let state = ApiState::new(service.clone(), keyring, clock);
    let pages = pages::routes(&site, &service, &public, packs.interfaces)?;
    let policy = Policy::new(public.is_https(), &settings.embed_origin);
    let router = router::build(Parts {
        api: state.clone(),
        pages,
        files: files.merge(packs.routes()),
        policy,
    });

    let listener = std::net::TcpListener::bind(settings.listen())
        .with_context(|| format!("cannot listen on {}", settings.listen()))?;
    let stop = listen::stop_asked()?;
    announce(&public, listener.local_addr()?);
    let jobs = Jobs::start(state, settings.settle_in());
    listen::serve(listener, Door::new(&settings.trusted_proxy), tls, router, stop).await?;
    jobs.stop().await;
    service.close().await;
    tracing::info!("stopped: every accepted response is on disk");
    Ok(())
}

/// Says where the server is, and what browsers will refuse it.
fn announce(public: &PublicUrl, listening: std::net::SocketAddr) {
    tracing::info!(public_url = %public, listening = %listening, "serving {public}");
    if !public.is_secure_context() {
        tracing::warn!(
            public_url = %public,
            "{public} is plain http: browsers refuse it service workers, WebCrypto, the wake lock and lasting storage, so \
             desk devices can neither seal answers nor work offline; give --tls-cert and --tls-key, or name a proxy that \
             ends TLS with --trusted-proxy and an https --public-url"
        );
    }
}
