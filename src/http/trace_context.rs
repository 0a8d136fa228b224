//! The trace that a request belongs to, which callers and proxies tell in `traceparent` (W3C Trace Context).

use actix_web::http::header::{HeaderMap, HeaderName};

/// The header.
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
/// The version of the header that is specified. Later ones may have more behind its parts.
const SPECIFIED: &str = "00";
/// The version that no header may have.
const FORBIDDEN: &str = "ff";

/// The place of a request in a trace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The id of the trace: 32 hexadecimal digits.
    pub trace_id: String,
    /// The id of the caller's part of it: 16 hexadecimal digits.
    pub parent_id: String,
}

impl TraceContext {
    /// What the headers of a request tell; nothing if the header is absent, repeated or invalid, as the recommendation demands.
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let mut values = headers.get_all(TRACEPARENT);
        let value = values.next().filter(|_| values.next().is_none())?;
        Self::parse(value.to_str().ok()?.trim_matches([' ', '\t']))
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('-');
        let version = hexadecimal(parts.next()?, 2)?;
        let trace_id = hexadecimal(parts.next()?, 32).filter(|id| !is_zero(id))?;
        let parent_id = hexadecimal(parts.next()?, 16).filter(|id| !is_zero(id))?;
        hexadecimal(parts.next()?, 2)?;
        let is_over = parts.next().is_none();
        let is_valid = version != FORBIDDEN && (is_over || version != SPECIFIED);
        is_valid.then(|| Self { trace_id: trace_id.to_owned(), parent_id: parent_id.to_owned() })
    }
}

/// The text, if it consists of so many hexadecimal digits in lower case.
fn hexadecimal(text: &str, digits: usize) -> Option<&str> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    (text.len() == digits && text.bytes().all(is_digit)).then_some(text)
}

fn is_zero(id: &str) -> bool {
    id.bytes().all(|byte| byte == b'0')
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderMap, HeaderValue};
    use rstest::rstest;

    use super::{TRACEPARENT, TraceContext};

    const VALID: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[rstest]
    #[case(VALID, true)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00", true)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-ff", true)]
    #[case("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    #[case("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what-comes", true)]
    #[case("cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.what", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-what", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-", false)]
    #[case("ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    #[case("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    #[case("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e473-00f067aa0ba902b7-01", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-1", false)]
    #[case("0-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e47\u{e9}-00f067aa0ba902b7-01", false)]
    #[case("", false)]
    fn only_a_valid_header_is_taken(#[case] value: &str, #[case] is_valid: bool) {
        let taken = TraceContext::parse(value);
        assert_eq!(taken.is_some(), is_valid);
        if let Some(context) = taken {
            assert_eq!(context.trace_id, "4bf92f3577b34da6a3ce929d0e0e4736");
            assert_eq!(context.parent_id, "00f067aa0ba902b7");
        }
    }

    #[test]
    fn a_header_that_is_repeated_is_not_taken() {
        let mut headers = HeaderMap::new();
        headers.append(TRACEPARENT, HeaderValue::from_static(VALID));
        assert!(TraceContext::of(&headers).is_some());
        headers.append(TRACEPARENT, HeaderValue::from_static(VALID));
        assert!(TraceContext::of(&headers).is_none());
    }
}
