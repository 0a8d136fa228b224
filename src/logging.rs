//! What the program says while it runs. Libraries say what is worth knowing, and never more: at their lower levels they
//! print requests as they came, with the keys in their headers.

use env_logger::Logger;
use log::{LevelFilter, Log, Metadata, Record};

/// The program's own messages begin with this module.
const OWN: &str = env!("CARGO_CRATE_NAME");

/// A logger under which libraries say no more than information.
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

/// Begins to log what the setting asks for. A second call changes nothing.
pub fn begin(filters: &str) {
    let logger = env_logger::Builder::new().parse_filters(filters).build();
    let most = logger.filter();
    if log::set_boxed_logger(Box::new(Capped(logger))).is_ok() {
        log::set_max_level(most);
    }
}

#[cfg(test)]
mod tests {
    use log::{Level, Log, Metadata};
    use rstest::rstest;

    use super::Capped;

    #[rstest]
    #[case("trace", "inspection_register::server", Level::Trace, true)]
    #[case("trace", "inspection_register", Level::Debug, true)]
    #[case("trace", "inspection_register_of_others", Level::Debug, false)]
    #[case("trace", "actix_http::h1::dispatcher", Level::Debug, false)]
    #[case("actix_http=trace", "actix_http::h1::dispatcher", Level::Trace, false)]
    #[case("actix_http=trace", "actix_http::h1::dispatcher", Level::Info, true)]
    #[case("warn", "actix_server", Level::Info, false)]
    #[case("warn", "r2d2", Level::Error, true)]
    fn libraries_say_no_more_than_information(
        #[case] filters: &str,
        #[case] target: &str,
        #[case] level: Level,
        #[case] is_said: bool,
    ) {
        let logger = Capped(env_logger::Builder::new().parse_filters(filters).build());
        assert_eq!(logger.enabled(&Metadata::builder().target(target).level(level).build()), is_said);
    }
}
