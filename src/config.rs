//! Settings, which are read from the environment once at start. All mistakes are reported together.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use actix_web::http::Uri;
use ipnet::IpNet;

use crate::database::embedded;
use crate::database::url::DatabaseUrl;
use crate::http::public_url::PublicUrl;
use crate::logging::Format;

/// The settings.
#[derive(Clone)]
pub struct Config {
    /// The address and port to listen on.
    pub bind_address: SocketAddr,
    /// The URL of the database; absent for the private PostgreSQL.
    pub database_url: Option<String>,
    /// The maximum number of database connections.
    pub database_pool_size: u32,
    /// The directory of the private PostgreSQL.
    pub data_dir: PathBuf,
    /// The directory of the programs of PostgreSQL, if not in a standard place.
    pub pg_bindir: Option<PathBuf>,
    /// The origins whose web pages may call the service; `*` for all.
    pub cors_origins: Vec<String>,
    /// The address at which callers reach the service.
    pub public_url: PublicUrl,
    /// Requests per minute for each client address; absent if there is no limit.
    pub rate_limit: Option<NonZeroU32>,
    /// The proxies that are believed when they name their client in `X-Forwarded-For` or `Forwarded`.
    pub trusted_proxies: Vec<IpNet>,
    /// How long requests are served after SIGTERM before the listener closes.
    pub drain: Duration,
    /// The filters of the log.
    pub log: String,
    /// The form of the log.
    pub log_format: Format,
}

/// One setting: its name, default and description.
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// The default value.
    pub default: &'static str,
    /// The description.
    pub about: &'static str,
}

/// All settings, in the order of `--help`.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "BIND_ADDRESS", default: "127.0.0.1:8080", about: "address and port to listen on" },
    Setting {
        name: "DATABASE_URL",
        default: "",
        about: "URL of a PostgreSQL database, version 15 or later; if unset, the program runs a private PostgreSQL server",
    },
    Setting { name: "DATABASE_POOL_SIZE", default: "10", about: "maximum number of database connections, 1 to 100" },
    Setting {
        name: "DATA_DIR",
        default: ".data; as root /var/lib/inspection-register",
        about: "directory of the private PostgreSQL server",
    },
    Setting {
        name: "PG_BINDIR",
        default: "",
        about: "directory of initdb, pg_ctl and postgres, if not in a standard place",
    },
    Setting {
        name: "CORS_ORIGINS",
        default: "",
        about: "comma-separated origins whose web pages may call the service; * for all",
    },
    Setting {
        name: "PUBLIC_URL",
        default: "",
        about: "address at which callers reach the service, such as https://example.org/register, for absolute links",
    },
    Setting {
        name: "RATE_LIMIT",
        default: "600",
        about: "requests per minute for each client address, five times as many for each API key; off disables the limit",
    },
    Setting {
        name: "TRUSTED_PROXIES",
        default: "",
        about: "comma-separated addresses or networks of proxies whose X-Forwarded-For or Forwarded header is trusted",
    },
    Setting {
        name: "DRAIN_SECONDS",
        default: "5",
        about: "seconds for which requests are served after SIGTERM, while /health/ready fails, 0 to 600",
    },
    Setting {
        name: "RUST_LOG",
        default: "info",
        about: "log level (error, warn, info, debug, trace), optionally by module; libraries log at most info",
    },
    Setting { name: "LOG_FORMAT", default: "text", about: "form of the log: text, or json for one object a line" },
];

/// All mistakes in the settings.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError(Vec<String>);

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("invalid settings:")?;
        self.0.iter().try_for_each(|mistake| write!(f, "\n  {mistake}"))
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Reads the environment.
    ///
    /// # Errors
    ///
    /// All mistakes, each with the name of its setting.
    #[expect(clippy::disallowed_methods, reason = "the only place where this is allowed")]
    pub fn from_env() -> Result<Self, ConfigError> {
        Self::read(|name| match std::env::var(name) {
            Ok(value) => Ok(Some(value)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(format!("{name} must be text in UTF-8")),
        })
    }

    /// The address of the service on this machine.
    #[must_use]
    pub fn local_address(&self) -> SocketAddr {
        let mut address = self.bind_address;
        if address.ip().is_unspecified() {
            address.set_ip(Ipv4Addr::LOCALHOST.into());
        }
        address
    }

    /// Reads the settings from any source.
    fn read(variable: impl Fn(&str) -> Result<Option<String>, String>) -> Result<Self, ConfigError> {
        let mut mistakes = Vec::new();
        // An empty variable counts as unset, since Compose files set variables to the empty string.
        let mut value = |name: &str| {
            let value = variable(name).unwrap_or_else(|mistake| {
                mistakes.push(mistake);
                None
            });
            value.filter(|value| !value.trim().is_empty())
        };
        let bind_address = value("BIND_ADDRESS").unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let database_url = value("DATABASE_URL");
        let pool_size = value("DATABASE_POOL_SIZE").unwrap_or_else(|| "10".to_owned());
        let data_dir = value("DATA_DIR").map_or_else(embedded::default_data_dir, PathBuf::from);
        let pg_bindir = value("PG_BINDIR").map(PathBuf::from);
        let cors_origins = value("CORS_ORIGINS").unwrap_or_default();
        let public_url = value("PUBLIC_URL");
        let rate_limit = value("RATE_LIMIT").unwrap_or_else(|| "600".to_owned());
        let trusted_proxies = value("TRUSTED_PROXIES").unwrap_or_default();
        let drain = value("DRAIN_SECONDS").unwrap_or_else(|| "5".to_owned());
        let log = value("RUST_LOG").unwrap_or_else(|| "info".to_owned());
        let log_format = value("LOG_FORMAT").unwrap_or_else(|| "text".to_owned());

        let bind_address = bind_address.parse::<SocketAddr>().map_err(|_| {
            mistakes.push(format!(
                "BIND_ADDRESS must be an address and a port such as 127.0.0.1:8080, is {bind_address:?}"
            ));
        });
        if let Some(mistake) = database_url.as_deref().and_then(|url| DatabaseUrl::parse(url).err()) {
            mistakes.push(format!("DATABASE_URL {mistake}"));
        }
        let database_pool_size =
            pool_size.parse::<u32>().ok().filter(|size| (1..=100).contains(size)).ok_or_else(|| {
                mistakes.push(format!("DATABASE_POOL_SIZE must be a number from 1 to 100, is {pool_size:?}"));
            });
        if let Some(folder) = pg_bindir.as_ref().filter(|folder| !folder.join("postgres").is_file()) {
            mistakes.push(format!(
                "PG_BINDIR must be a directory that contains the program postgres, is {:?}",
                folder.display()
            ));
        }
        let cors_origins = listed(&cors_origins).map(ToOwned::to_owned).collect::<Vec<_>>();
        for origin in cors_origins.iter().filter(|origin| !is_origin(origin)) {
            mistakes.push(format!("CORS_ORIGINS must list origins such as https://example.org, has {origin:?}"));
        }
        let public_url = public_url.map_or(Ok(PublicUrl::default()), |url| url.parse()).unwrap_or_else(|mistake| {
            mistakes.push(format!("PUBLIC_URL {mistake}"));
            PublicUrl::default()
        });
        let rate_limit = match rate_limit.parse::<NonZeroU32>() {
            _ if rate_limit == "off" => None,
            Ok(limit) if limit.get() <= 1_000_000 => Some(limit),
            _ => {
                mistakes.push(format!("RATE_LIMIT must be a number from 1 to 1000000, or off, is {rate_limit:?}"));
                None
            }
        };
        let (trusted_proxies, wrong) = listed(&trusted_proxies).map(network).partition::<Vec<_>, _>(Result::is_ok);
        for text in wrong.into_iter().filter_map(Result::err) {
            mistakes.push(format!("TRUSTED_PROXIES must list addresses or networks such as 10.0.0.0/8, has {text:?}"));
        }
        let trusted_proxies = trusted_proxies.into_iter().flatten().collect();
        let drain = drain.parse().ok().filter(|seconds| *seconds <= 600).map(Duration::from_secs).ok_or_else(|| {
            mistakes.push(format!("DRAIN_SECONDS must be a number from 0 to 600, is {drain:?}"));
        });
        if let Err(error) = env_filter::Builder::new().try_parse(&log) {
            mistakes.push(format!("RUST_LOG must be a level or modules with levels: {error}"));
        }
        let log_format = log_format.parse::<Format>().map_err(|mistake| mistakes.push(format!("LOG_FORMAT {mistake}")));
        match (bind_address, database_pool_size, drain, log_format) {
            (Ok(bind_address), Ok(database_pool_size), Ok(drain), Ok(log_format)) if mistakes.is_empty() => Ok(Self {
                bind_address,
                database_url,
                database_pool_size,
                data_dir,
                pg_bindir,
                cors_origins,
                public_url,
                rate_limit,
                trusted_proxies,
                drain,
                log,
                log_format,
            }),
            _ => Err(ConfigError(mistakes)),
        }
    }
}

/// The non-empty items of a comma-separated list.
fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty())
}

/// A network, or a single address as a network; the text if it is neither.
fn network(text: &str) -> Result<IpNet, String> {
    text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from)).map_err(|_| text.to_owned())
}

fn is_origin(text: &str) -> bool {
    text == "*"
        || text.parse::<Uri>().is_ok_and(|uri| {
            matches!(uri.scheme_str(), Some("http" | "https"))
                && uri.host().is_some()
                && !text.trim_end_matches('/').contains("/?")
                && uri.path() == "/"
                && !text.ends_with('/')
        })
}

#[cfg(test)]
mod tests {
    use super::Config;

    #[test]
    fn every_mistake_is_reported_at_once_and_by_name() {
        let settings = [
            ("BIND_ADDRESS", "localhost"),
            ("DATABASE_URL", "mysql://example.org"),
            ("DATABASE_POOL_SIZE", "0"),
            ("PG_BINDIR", "/nowhere"),
            ("CORS_ORIGINS", "https://example.org, example.org"),
            ("PUBLIC_URL", "example.org"),
            ("RATE_LIMIT", "0"),
            ("TRUSTED_PROXIES", "10.0.0.0/8, proxy"),
            ("DRAIN_SECONDS", "601"),
            ("RUST_LOG", "inspection_register=loud"),
            ("LOG_FORMAT", "xml"),
        ];
        let read =
            |name: &str| Ok(settings.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()));
        let message = Config::read(read).err().unwrap().to_string();
        for (name, _) in settings {
            assert!(message.contains(name), "{name} is missing in {message}");
        }
    }

    #[test]
    fn the_example_names_every_setting() {
        let example = include_str!("../.env.example");
        for setting in super::SETTINGS {
            assert!(example.contains(&format!("{}=", setting.name)), "{} is missing in .env.example", setting.name);
        }
    }

    #[test]
    fn no_part_of_a_url_is_repeated() {
        for url in ["postgres://register:p@ss@127.0.0.1/register", "postgres://127.0.0.1/register?password=p%ss"] {
            let settings = Config::read(|name| Ok((name == "DATABASE_URL").then(|| url.to_owned())));
            let message = settings.err().unwrap().to_string();
            assert!(message.contains("DATABASE_URL must have") && !message.contains("ss@"), "{message}");
            assert!(!message.contains("p%ss"), "{message}");
        }
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = Config::read(|_| Ok(None)).unwrap();
        assert_eq!(config.bind_address.to_string(), "127.0.0.1:8080");
        assert!(config.database_url.is_none());
    }
}
