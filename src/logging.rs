//! Logging. Libraries log at most at level info: at lower levels they log the headers of requests, which contain API
//! keys. Malformed requests, which the HTTP library logs as errors, are not logged unless a filter asks for it: anybody
//! can send them.

mod json;

use std::str::FromStr;

use env_logger::{Builder, Logger};
use log::{LevelFilter, Log, Metadata, Record};

/// The prefix of the targets of the messages of the program itself.
const OWN: &str = env!("CARGO_CRATE_NAME");

/// A logger that limits libraries to level info.
struct Capped(Logger);

impl Log for Capped {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        (is_own(metadata.target()) || metadata.level() <= LevelFilter::Info) && self.0.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.0.log(record);
        }
    }

    fn flush(&self) {
        self.0.flush();
    }
}

fn is_own(target: &str) -> bool {
    target.strip_prefix(OWN).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Text for people.
    Text,
    /// One JSON object a line, for programs.
    Json,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "text" => Ok(Self::Text),
            "json" => Ok(Self::Json),
            _ => Err(format!("must be text or json, is {text:?}")),
        }
    }
}

/// Starts logging with these filters. A second call has no effect.
pub fn begin(filters: &str, format: Format) {
    let mut builder = builder(filters);
    if format == Format::Json {
        builder.format(json::write);
        // A panic is a line like any other.
        std::panic::set_hook(Box::new(|panic| log::error!("{panic}")));
    }
    let logger = builder.build();
    let most = logger.filter();
    if log::set_boxed_logger(Box::new(Capped(logger))).is_ok() {
        log::set_max_level(most);
    }
}

/// A logger with these filters.
fn builder(filters: &str) -> Builder {
    let mut builder = Builder::new();
    builder.filter_module("actix_http", LevelFilter::Off).parse_filters(filters);
    builder
}

#[cfg(test)]
mod tests {
    use log::{Level, Log, Metadata};
    use rstest::rstest;

    use super::{Capped, builder};

    #[rstest]
    #[case("trace", "inspection_register::server", Level::Trace, true)]
    #[case("trace", "inspection_register", Level::Debug, true)]
    #[case("trace", "inspection_register_of_others", Level::Debug, false)]
    #[case("trace", "actix_http::h1::dispatcher", Level::Debug, false)]
    #[case("actix_http=trace", "actix_http::h1::dispatcher", Level::Trace, false)]
    #[case("actix_http=trace", "actix_http::h1::dispatcher", Level::Info, true)]
    #[case("warn", "actix_server", Level::Info, false)]
    #[case("warn", "r2d2", Level::Error, true)]
    #[case("info", "actix_http::h1::dispatcher", Level::Error, false)]
    #[case("info,actix_http=error", "actix_http::h1::dispatcher", Level::Error, true)]
    fn libraries_say_no_more_than_information(
        #[case] filters: &str,
        #[case] target: &str,
        #[case] level: Level,
        #[case] is_said: bool,
    ) {
        let logger = Capped(builder(filters).build());
        assert_eq!(logger.enabled(&Metadata::builder().target(target).level(level).build()), is_said);
    }
}
