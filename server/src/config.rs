//! Settings, in the order of who wins: flags, environment, one TOML file, defaults.
//!
//! This is the only place that reads the environment, through clap, so `--help` lists every variable.

mod public_url;

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, bail};
use serde::Deserialize;

pub use public_url::PublicUrl;

/// Settings of every command.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Common {
    /// TOML file with any of these settings by the name of the flag; those of `serve` stand in a table `[serve]`
    #[arg(long, global = true, env = "NGHE_DAN_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,
    /// Database: `sqlite:PATH` or `postgres://USER@HOST/NAME` [default: sqlite:nghe-dan.db]
    #[arg(
        long,
        global = true,
        env = "DATABASE_URL",
        value_name = "URL",
        hide_env_values = true
    )]
    pub database: Option<String>,
    /// File with the master key, 64 hexadecimal digits, under which key pairs and one-time codes lie
    /// [default: nghe-dan.key beside the SQLite file, made at first use; needed for PostgreSQL]
    #[arg(long, global = true, env = "NGHE_DAN_MASTER_KEY_FILE", value_name = "FILE")]
    pub master_key_file: Option<PathBuf>,
    /// Accept a database that may lose what it acknowledged (such as PostgreSQL with fsync off); for tests only
    #[arg(long, global = true, env = "NGHE_DAN_ALLOW_UNSAFE_DATABASE", num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub allow_unsafe_database: Option<bool>,
    /// Folder with language packs, a folder for each language; `docs/languages.md` describes them [default: none]
    #[arg(long, global = true, env = "NGHE_DAN_LANGUAGES", value_name = "DIR")]
    pub languages: Option<PathBuf>,
    /// Log filter: a level, or targets with levels such as `info,access=warn` [default: info]
    #[arg(long, global = true, env = "NGHE_DAN_LOG", value_name = "FILTER")]
    pub log: Option<String>,
    #[arg(skip)]
    serve: Serve,
}

/// Settings of `serve`.
#[derive(Clone, Debug, Default, clap::Args, Deserialize)]
#[serde(rename_all = "kebab-case", default, deny_unknown_fields)]
pub struct Serve {
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, env = "NGHE_DAN_LISTEN", value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// The address that people use, such as `https://nghedan.example.vn`: links and QR codes are made of it.
    /// Needed unless listening on loopback
    #[arg(long, env = "NGHE_DAN_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<PublicUrl>,
    /// Certificate chain in PEM, read again when it changes; with --tls-key
    #[arg(long, env = "NGHE_DAN_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<PathBuf>,
    /// Private key of the certificate in PEM; with --tls-cert
    #[arg(long, env = "NGHE_DAN_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<PathBuf>,
    /// The reverse proxy that ends TLS, by its address: no one else may connect. May be given several times
    #[arg(
        long,
        env = "NGHE_DAN_TRUSTED_PROXY",
        value_name = "ADDRESS",
        value_delimiter = ','
    )]
    pub trusted_proxy: Vec<IpAddr>,
    /// Folder with the built site [default: `site` beside the program's folder or in it]
    #[arg(long, env = "NGHE_DAN_SITE", value_name = "DIR")]
    pub site: Option<PathBuf>,
    /// A site that may frame survey forms, such as `https://dichvucong.example.vn`. May be given several times; none without it
    #[arg(
        long,
        env = "NGHE_DAN_EMBED_ORIGIN",
        value_name = "URL",
        value_delimiter = ','
    )]
    pub embed_origin: Vec<PublicUrl>,
    /// Responses that may wait for the writer before clients are told to come back [default: 4096]
    #[arg(long, env = "NGHE_DAN_QUEUE", value_name = "NUMBER")]
    pub queue: Option<usize>,
    /// Seconds for which a server that has just started leaves what reads much (folding, the night's release), as
    /// everything that waited on devices may arrive then [default: 600]
    #[arg(long, env = "NGHE_DAN_SETTLE_IN", value_name = "SECONDS")]
    pub settle_in: Option<u64>,
}

const DEFAULT_DATABASE: &str = "sqlite:nghe-dan.db";
const DEFAULT_QUEUE: usize = 4096;
const DEFAULT_SETTLE_IN: u64 = 600;

impl Common {
    /// Fills what neither flags nor environment say from the TOML file.
    pub fn with_file(self, serve: Serve) -> anyhow::Result<(Self, Serve)> {
        let file: Self = match &self.config {
            None => Self::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("cannot read the settings {}", path.display()))?;
                toml::from_str(&text)
                    .with_context(|| format!("cannot use the settings {}", path.display()))?
            }
        };
        let serve = Serve {
            listen: serve.listen.or(file.serve.listen),
            public_url: serve.public_url.or(file.serve.public_url),
            tls_cert: serve.tls_cert.or(file.serve.tls_cert),
            tls_key: serve.tls_key.or(file.serve.tls_key),
            trusted_proxy: if serve.trusted_proxy.is_empty() {
                file.serve.trusted_proxy
            } else {
                serve.trusted_proxy
            },
            embed_origin: if serve.embed_origin.is_empty() {
                file.serve.embed_origin
            } else {
                serve.embed_origin
            },
            site: serve.site.or(file.serve.site),
            queue: serve.queue.or(file.serve.queue),
            settle_in: serve.settle_in.or(file.serve.settle_in),
        };
        let common = Self {
            config: self.config,
            database: self.database.or(file.database),
            master_key_file: self.master_key_file.or(file.master_key_file),
            allow_unsafe_database: self.allow_unsafe_database.or(file.allow_unsafe_database),
            languages: self.languages.or(file.languages),
            log: self.log.or(file.log),
            serve: Serve::default(),
        };
        Ok((common, serve))
    }

    /// The database's address.
    pub fn database(&self) -> &str {
        self.database.as_deref().unwrap_or(DEFAULT_DATABASE)
    }

    /// The log filter.
    pub fn log(&self) -> &str {
        self.log.as_deref().unwrap_or("info")
    }

    /// The file with the master key, and whether it may be made.
    pub fn master_key(&self) -> anyhow::Result<(PathBuf, bool)> {
        if let Some(path) = &self.master_key_file {
            return Ok((path.clone(), false));
        }
        let Some(database) = self.database().strip_prefix("sqlite:") else {
            bail!(
                "--master-key-file is needed with PostgreSQL: every server of the database must have the same key, so \
                 it is not made here; `openssl rand -hex 32` makes one"
            );
        };
        let folder = Path::new(database.trim_start_matches("//"))
            .parent()
            .unwrap_or(Path::new(""));
        Ok((folder.join("nghe-dan.key"), true))
    }
}

impl Serve {
    /// The address to listen on.
    pub fn listen(&self) -> SocketAddr {
        self.listen
            .unwrap_or_else(|| SocketAddr::from(([127, 0, 0, 1], 3000)))
    }

    /// How many responses may wait.
    pub fn queue(&self) -> usize {
        self.queue.unwrap_or(DEFAULT_QUEUE)
    }

    /// How long a started server leaves the jobs that read much.
    pub fn settle_in(&self) -> Duration {
        Duration::from_secs(self.settle_in.unwrap_or(DEFAULT_SETTLE_IN))
    }

    /// Certificate and key, when TLS ends here.
    pub fn tls(&self) -> anyhow::Result<Option<(PathBuf, PathBuf)>> {
        match (&self.tls_cert, &self.tls_key) {
            (Some(cert), Some(key)) => Ok(Some((cert.clone(), key.clone()))),
            (None, None) => Ok(None),
            _ => bail!("--tls-cert and --tls-key go together"),
        }
    }

    /// The address that people use; on loopback the one listened on.
    pub fn public_url(&self) -> anyhow::Result<PublicUrl> {
        let listen = self.listen();
        let tls = self.tls()?.is_some();
        let url = match &self.public_url {
            Some(url) => url.clone(),
            None if listen.ip().is_loopback() => {
                let scheme = if tls { "https" } else { "http" };
                format!("{scheme}://{listen}")
                    .parse()
                    .map_err(anyhow::Error::msg)?
            }
            None => bail!(
                "--public-url is needed when listening on {listen}: links and QR codes are made of the \
                 address that people use, such as https://nghedan.example.vn"
            ),
        };
        if tls && !url.is_https() {
            bail!("--public-url is http, but --tls-cert makes this server answer https only");
        }
        Ok(url)
    }

    /// The folder with the built site: as named, else beside the program (`target/site` for
    /// `target/release/nghe-dan`), else in its own folder.
    pub fn site(&self) -> anyhow::Result<PathBuf> {
        if let Some(site) = &self.site {
            return Ok(site.clone());
        }
        let program = std::env::current_exe().context("cannot tell where the program lies; give --site")?;
        let candidates = program
            .ancestors()
            .skip(1)
            .take(2)
            .map(|folder| folder.join("site"));
        let built = candidates
            .into_iter()
            .find(|folder| folder.join("manifest.json").is_file());
        built.context("there is no built site beside the program; run `cargo xtask site`, or give its folder with --site")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_file(text: &str, common: Common, serve: Serve) -> anyhow::Result<(Common, Serve)> {
        let file = tempfile::NamedTempFile::new()?;
        std::fs::write(file.path(), text)?;
        Common {
            config: Some(file.path().to_owned()),
            ..common
        }
        .with_file(serve)
    }

    #[test]
    fn a_flag_wins_over_the_file_and_the_file_over_the_default() {
        let text = "database = 'sqlite:a.db'\nlog = 'warn'\n[serve]\nlisten = '127.0.0.1:4000'\nqueue = 7\nembed-origin = ['https://a.vn', 'https://b.vn/']\n";
        let flags = Common {
            log: Some("debug".to_owned()),
            ..Common::default()
        };
        let (common, serve) = with_file(
            text,
            flags,
            Serve {
                queue: Some(9),
                ..Serve::default()
            },
        )
        .unwrap();
        assert_eq!((common.database(), common.log()), ("sqlite:a.db", "debug"));
        assert_eq!((serve.listen().port(), serve.queue()), (4000, 9));
        let embed: Vec<_> = serve.embed_origin.iter().map(PublicUrl::as_str).collect();
        assert_eq!(embed, ["https://a.vn", "https://b.vn"]);
        let (common, serve) = Common::default().with_file(Serve::default()).unwrap();
        assert_eq!(
            (common.database(), serve.listen().port()),
            (DEFAULT_DATABASE, 3000)
        );
    }

    #[test]
    fn a_misspelt_setting_is_an_error() {
        let error = with_file("[serve]\nlisten-on = '1'\n", Common::default(), Serve::default()).unwrap_err();
        assert!(format!("{error:#}").contains("listen-on"), "{error:#}");
    }

    #[test]
    fn the_public_address_is_needed_off_loopback_and_fits_tls() {
        let open = Serve {
            listen: Some(SocketAddr::from(([0, 0, 0, 0], 80))),
            ..Serve::default()
        };
        assert!(open.public_url().is_err());
        assert_eq!(
            Serve::default().public_url().unwrap().as_str(),
            "http://127.0.0.1:3000"
        );
        let tls = Serve {
            tls_cert: Some("c".into()),
            tls_key: Some("k".into()),
            ..open.clone()
        };
        let named = |url: &str| Serve {
            public_url: Some(url.parse().unwrap()),
            ..tls.clone()
        };
        assert!(named("http://a.vn").public_url().is_err());
        assert!(named("https://a.vn").public_url().is_ok());
        assert!(Serve { tls_key: None, ..tls }.tls().is_err());
    }

    #[test]
    fn postgresql_needs_a_named_key_and_sqlite_finds_its_own() {
        let of = |url: &str| {
            Common {
                database: Some(url.to_owned()),
                ..Common::default()
            }
            .master_key()
        };
        assert!(of("postgres://localhost/a").is_err());
        assert_eq!(
            of("sqlite:data/a.db").unwrap(),
            (PathBuf::from("data/nghe-dan.key"), true)
        );
        assert_eq!(of("sqlite:a.db").unwrap(), (PathBuf::from("nghe-dan.key"), true));
    }
}
