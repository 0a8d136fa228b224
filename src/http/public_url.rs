//! The address at which callers reach the service. A proxy may give it another host, scheme and path than its own.

use std::str::FromStr;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::http::uri::Authority;
use actix_web::middleware::Next;
use actix_web::{HttpRequest, web};
use url::Url;

/// The address of the service without a slash at its end, such as `https://example.org/register`; empty if it is not set.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PublicUrl(String);

/// Headers of responses that hold addresses of the service.
const ADDRESSES: [HeaderName; 3] = [header::LOCATION, header::CONTENT_LOCATION, header::LINK];

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https")
                && url.has_host()
                && url.username().is_empty()
                && url.password().is_none()
                && url.query().is_none()
                && url.fragment().is_none()
        });
        let expected = || format!("must be an address such as https://example.org/register, is {text:?}");
        url.map(|url| Self(url.as_str().trim_end_matches('/').to_owned())).ok_or_else(expected)
    }
}

impl PublicUrl {
    /// The address of the service that a request was sent to.
    #[must_use]
    pub fn of(request: &HttpRequest) -> Self {
        request.app_data::<web::Data<Self>>().map(|own| Self::clone(own)).unwrap_or_default()
    }

    /// The address, to which a path is added.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A path of the service as an absolute URL; the path alone if the address is not set.
    #[must_use]
    pub fn absolute(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// A path of the service as an absolute URL, with the host that the request names if the address is not set.
    #[must_use]
    pub fn absolute_for(&self, path: &str, request: &HttpRequest) -> String {
        if !self.0.is_empty() {
            return self.absolute(path);
        }
        let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok());
        let Some(host) = text(header::HOST).and_then(|host| host.parse::<Authority>().ok()) else {
            return path.to_owned();
        };
        let is_encrypted = text(header::X_FORWARDED_PROTO).is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
        format!("{}://{host}{path}", if is_encrypted { "https" } else { "http" })
    }

    /// Makes the addresses in headers absolute.
    fn complete(&self, headers: &mut HeaderMap) {
        for name in ADDRESSES {
            let value = headers.get(&name).and_then(|value| value.to_str().ok());
            let value = value.map(|value| match value.strip_prefix('<') {
                Some(rest) if rest.starts_with('/') => format!("<{}{rest}", self.0),
                _ if value.starts_with('/') => self.absolute(value),
                _ => value.to_owned(),
            });
            if let Some(value) = value.and_then(|value| HeaderValue::from_str(&value).ok()) {
                headers.insert(name, value);
            }
        }
    }
}

/// Makes the addresses in the headers of responses absolute, if the address of the service is set.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn complete_headers<B: MessageBody>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<B>, actix_web::Error> {
    let public_url = PublicUrl::of(request.request());
    let mut response = next.call(request).await?;
    if public_url != PublicUrl::default() {
        public_url.complete(response.headers_mut());
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::PublicUrl;

    #[rstest]
    #[case("https://example.org", "https://example.org/v1")]
    #[case("https://example.org/", "https://example.org/v1")]
    #[case("http://127.0.0.1:8080/a/register/", "http://127.0.0.1:8080/a/register/v1")]
    fn a_path_becomes_absolute(#[case] own: &str, #[case] expected: &str) {
        assert_eq!(own.parse::<PublicUrl>().unwrap().absolute("/v1"), expected);
    }

    #[rstest]
    #[case("example.org")]
    #[case("ftp://example.org")]
    #[case("https://user:secret@example.org")]
    #[case("https://example.org/?a=b")]
    #[case("https://example.org/#a")]
    #[case("/register")]
    fn what_is_no_address_of_a_service_is_refused(#[case] text: &str) {
        assert!(text.parse::<PublicUrl>().unwrap_err().contains("https://example.org"));
    }
}
