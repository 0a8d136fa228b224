//! The commands of the program.

mod keys;
mod outcome;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use self::keys::KeysCommand;
use self::outcome::Outcome;
use crate::config::{Config, SETTINGS};
use crate::database::embedded::Embedded;
use crate::import::{self, upgrade};
use crate::{api, logging, server};

/// The record of Ofsted's inspections of English children's services, as an HTTP API.
#[derive(Parser)]
#[command(version, about)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the HTTP service (the default)
    Serve,
    /// Apply pending database migrations
    Migrate,
    /// Import the CSV and JSON files of a directory, or the built-in data
    Import {
        /// Directory with the files to import
        dir: Option<PathBuf>,
    },
    /// Print the OpenAPI document
    Openapi {
        /// OpenAPI version of the document
        #[arg(long, value_enum, default_value_t)]
        version: Version,
    },
    /// Create, list and revoke API keys, even while the service runs
    Keys {
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// Exit with status 0 if the service at `BIND_ADDRESS` is ready
    Healthcheck,
    /// Print a script for shell completion of commands and options
    Completions {
        /// Shell that the script is for
        shell: Shell,
    },
}

/// A version of OpenAPI.
#[derive(Clone, Copy, Default, ValueEnum)]
enum Version {
    /// 3.1, the version of the published document
    #[default]
    #[value(name = "3.1")]
    V3_1,
    /// 3.0, for tools that do not support 3.1
    #[value(name = "3.0")]
    V3_0,
}

/// Reads the command line and does what it says.
#[must_use]
pub fn run() -> ExitCode {
    let matches = Arguments::command().after_help(settings_help()).get_matches();
    let outcome = Arguments::from_arg_matches(&matches).map_err(Into::into).and_then(|arguments| execute(&arguments));
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut stderr = std::io::stderr();
            // The error cannot be reported if standard error is closed.
            let _ = writeln!(stderr, "inspection-register: {error}");
            ExitCode::FAILURE
        }
    }
}

fn execute(arguments: &Arguments) -> Outcome {
    match arguments.command {
        Some(Command::Openapi { version }) => return print_document(version),
        Some(Command::Completions { shell }) => return print_completions(shell),
        _ => {}
    }
    let config = Config::from_env()?;
    logging::begin(&config.log, config.log_format);
    match &arguments.command {
        None | Some(Command::Serve) => server::serve(&config)?,
        Some(Command::Migrate) => with_database(&config, |url| {
            let applied = upgrade::upgrade(url)?;
            log::info!("the schema is up to date; applied {} migrations", applied.len());
            Ok(())
        })?,
        Some(Command::Import { dir }) => with_database(&config, |url| {
            if config.database_url.is_none() {
                upgrade::upgrade(url)?;
            }
            let report = import::run(url, &import::Source::from(dir.clone()))?;
            writeln!(std::io::stdout(), "{report}")?;
            Ok(())
        })?,
        Some(Command::Keys { command }) => with_running_database(&config, |url| keys::execute(command, url))?,
        Some(Command::Healthcheck) => healthcheck(config.local_address())?,
        Some(Command::Openapi { .. } | Command::Completions { .. }) => {}
    }
    Ok(())
}

fn print_document(version: Version) -> Outcome {
    let document = match version {
        Version::V3_1 => api::document(),
        Version::V3_0 => api::document_3_0(),
    };
    let document = serde_json::to_string_pretty(document)?;
    writeln!(std::io::stdout(), "{document}")?;
    Ok(())
}

fn print_completions(shell: Shell) -> Outcome {
    // Written to memory first: the generator panics where a pipe is closed.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "inspection-register", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(())
}

/// Runs a command on the configured database, or on the private one, which it starts.
fn with_database(config: &Config, work: impl FnOnce(&str) -> Outcome) -> Outcome {
    if let Some(url) = &config.database_url {
        return work(url);
    }
    // Signals are ignored until the server is stopped, which is soon.
    let _signals = server::Signals::hear()?;
    let (embedded, url) = server::start_embedded(config)?;
    let outcome = work(&url);
    Embedded::stop(embedded)?;
    outcome
}

/// Runs a command on the configured database, or on the private one: on its running server if the service uses it,
/// otherwise on one that it starts and upgrades.
fn with_running_database(config: &Config, work: impl FnOnce(&str) -> Outcome) -> Outcome {
    if config.database_url.is_some() {
        return with_database(config, work);
    }
    match server::running_url(config) {
        Some(url) => work(&url),
        None => with_database(config, |url| {
            upgrade::upgrade(url)?;
            work(url)
        }),
    }
}

/// Requests `/health/ready` of the service at this address.
fn healthcheck(address: SocketAddr) -> Outcome {
    let timeout = Duration::from_secs(3);
    let mut stream = TcpStream::connect_timeout(&address, timeout)?;
    stream.set_read_timeout(Some(timeout))?;
    stream
        .write_all(format!("GET /health/ready HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    let status = answer.lines().next().unwrap_or_default();
    if status.split(' ').nth(1) == Some("200") {
        Ok(())
    } else {
        Err(format!("the service is not ready: {status}").into())
    }
}

fn settings_help() -> String {
    let mut help = "Settings (environment):\n".to_owned();
    for setting in SETTINGS {
        let default =
            if setting.default.is_empty() { String::new() } else { format!(" [default: {}]", setting.default) };
        // Writing to a string cannot fail.
        let _ = writeln!(help, "  {:<20} {}{default}", setting.name, setting.about);
    }
    help
}
