//! The URL of a database: the one place that takes it apart.
//!
//! The client library ends the user at the first `@` before a `/`, and prints what it cannot parse, which may be a part of
//! the password. So a URL is checked here first, and what remains ambiguous is encoded for the library.

use percent_encoding::{AsciiSet, percent_decode_str, utf8_percent_encode};

/// The characters of a parameter that would divide the URL elsewhere.
const DIVIDERS: &AsciiSet = &percent_encoding::CONTROLS.add(b'@').add(b'=');

/// A URL of PostgreSQL. Everything in it stays percent-encoded.
pub struct DatabaseUrl<'a> {
    /// Scheme, user, password, hosts and database.
    before_query: &'a str,
    parameters: Vec<(&'a str, &'a str)>,
}

impl<'a> DatabaseUrl<'a> {
    /// Takes a URL apart.
    ///
    /// # Errors
    ///
    /// What is wrong with it, for the operator, without any part of it.
    pub fn parse(url: &'a str) -> Result<Self, &'static str> {
        let schemes = ["postgres://", "postgresql://"];
        let Some(rest) = schemes.iter().find_map(|scheme| url.strip_prefix(scheme)) else {
            return Err("must begin with postgres:// or postgresql://");
        };
        let authority_end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, rest) = rest.split_at(authority_end);
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, hosts) = authority.rsplit_once('@').unwrap_or(("", authority));
        let has_stray = user.contains(['@', '#']) || path.contains('@') || !hosts.split(',').all(is_host);
        if has_stray || !is_encoded(url) {
            return Err(
                "must have user and password percent-encoded: / as %2F, ? as %3F, # as %23, @ as %40, % as %25, \
                        a space as %20; and a number as port",
            );
        }
        let parameters = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('='));
        let parameters = parameters.collect::<Option<_>>();
        let parameters = parameters.ok_or("must have parameters of the form name=value, with & between them")?;
        let before_query = url.split_at(url.len() - rest.len() + path.len()).0;
        Ok(Self { before_query, parameters })
    }

    /// The decoded value of a parameter; of several with this name the last.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<String> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
        let is_named = |(given, _): &&(&str, &str)| decoded(given) == name;
        self.parameters.iter().rev().find(is_named).map(|(_, value)| decoded(value))
    }

    /// The URL as the client library reads it, with these parameters unless it has its own.
    #[must_use]
    pub fn with_defaults(&self, defaults: &[(&str, &str)]) -> String {
        let missing = defaults.iter().filter(|(name, _)| self.parameter(name).is_none());
        let encoded = |text| utf8_percent_encode(text, DIVIDERS);
        let parameters = self.parameters.iter().chain(missing);
        let parameters = parameters.map(|(name, value)| format!("{}={}", encoded(name), encoded(value)));
        format!("{}?{}", self.before_query, parameters.collect::<Vec<_>>().join("&"))
    }
}

/// Whether every `%` begins an escape, and what must be escaped everywhere is.
fn is_encoded(url: &str) -> bool {
    let is_hex = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_hexdigit);
    let bytes = url.as_bytes();
    let is_escape = |place: usize| is_hex(bytes.get(place + 1)) && is_hex(bytes.get(place + 2));
    !url.contains("%00")
        && !url.contains(|c: char| c.is_whitespace() || c.is_control())
        && url.match_indices('%').all(|(place, _)| is_escape(place))
}

/// Whether a text is a host with or without a port: a name, an address, or one in brackets.
fn is_host(text: &str) -> bool {
    let port = match text.strip_prefix('[') {
        Some(address) => address.split_once(']').map(|(_, port)| port),
        None => Some(text.find(':').map_or("", |colon| text.split_at(colon).1)),
    };
    port.is_some_and(|port| {
        port.is_empty() || port.strip_prefix(':').is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::DatabaseUrl;

    #[rstest]
    #[case("postgres://register:p%40ss@127.0.0.1/register")]
    #[case("postgres://127.0.0.1/register")]
    #[case("postgres://")]
    #[case("postgres:///register?host=/tmp/socket")]
    #[case("postgresql:///db?host=/s&user=me@tenant")]
    #[case("postgresql:///db?host=/s&user=me&password=p@ss?w/rd#1=")]
    #[case("postgresql://me%40tenant@db/register?application_name=x@y")]
    #[case("postgresql://db?user=me@tenant")]
    #[case("postgresql://me@%2Fvar%2Frun/register")]
    #[case("postgres://one:5432,two:5432/register?target_session_attrs=read-write")]
    #[case("postgres://me@[::1]:5432,[2001:db8::1]/register")]
    #[case("postgres:///register#1?host=/s")]
    fn a_url_that_can_be_read_in_one_way_is_taken(#[case] url: &str) {
        assert!(DatabaseUrl::parse(url).is_ok());
    }

    #[rstest]
    #[case("postgres://register:p/ss@127.0.0.1/register")]
    #[case("postgres://register:1/ss@127.0.0.1/register")]
    #[case("postgres://register:p?ss@127.0.0.1/register")]
    #[case("postgres://register:1?ss@127.0.0.1/register")]
    #[case("postgres://register:p#ss@127.0.0.1/register")]
    #[case("postgres://register:p ss@127.0.0.1/register")]
    #[case("postgres://register:p@ss@127.0.0.1/register")]
    #[case("postgres://register:p%ss@127.0.0.1/register")]
    #[case("postgres://register:pss%2@127.0.0.1/register")]
    #[case("postgres://register:p%00@127.0.0.1/register")]
    #[case("postgres://127.0.0.1/register?password=p%ss")]
    #[case("postgres://127.0.0.1/register?password=p ss")]
    #[case("postgres://127.0.0.1/register?ss")]
    #[case("postgres://me@[::1/register")]
    #[case("mysql://127.0.0.1/register")]
    fn a_url_that_would_be_misread_is_refused(#[case] url: &str) {
        assert!(DatabaseUrl::parse(url).is_err());
    }

    #[test]
    fn what_would_divide_the_url_elsewhere_is_encoded() {
        for (given, expected) in [
            ("postgres://", "postgres://?a=1"),
            ("postgresql://me@db/register", "postgresql://me@db/register?a=1"),
            ("postgresql:///register?host=/run", "postgresql:///register?host=/run&a=1"),
            ("postgresql:///register?user=x@y&", "postgresql:///register?user=x%40y&a=1"),
            ("postgresql://db?a=2&b=c=%3D", "postgresql://db?a=2&b=c%3D%3D"),
            ("postgresql://one:1,two:2/register?%61=3", "postgresql://one:1,two:2/register?%61=3"),
        ] {
            assert_eq!(DatabaseUrl::parse(given).ok().unwrap().with_defaults(&[("a", "1")]), expected);
        }
    }
}
