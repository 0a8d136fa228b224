//! Preconditions: the version that a request changes, and the representation that a caller has.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag, Header, HeaderName, HeaderValue};
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, FieldError, ProblemCode};

/// The pattern of a header with entity tags: printable ASCII characters. Text that is not an entity tag matches no
/// version.
pub const PRINTABLE: &str = "^[!-~]([ -~]*[!-~])?$";
/// The maximum length of `If-Match` in characters.
pub const MAX_IF_MATCH: usize = 200;
/// The maximum length of `If-None-Match` in characters.
pub const MAX_IF_NONE_MATCH: usize = 1_000;

/// Refuses an `If-None-Match` that is empty, too long or not printable.
///
/// # Errors
///
/// `invalid_parameter`.
pub fn check_if_none_match(request: &HttpRequest) -> Result<(), ApiError> {
    check_printable(request, &header::IF_NONE_MATCH, "If-None-Match", MAX_IF_NONE_MATCH)
}

fn check_printable(request: &HttpRequest, header: &HeaderName, name: &str, max: usize) -> Result<(), ApiError> {
    let is_printable = |value: &HeaderValue| {
        (1..=max).contains(&value.len()) && value.as_bytes().iter().all(|byte| (b' '..=b'~').contains(byte))
    };
    if request.headers().get_all(header).all(is_printable) {
        Ok(())
    } else {
        Err(wrong(name, &format!("must have 1 to {max} printable ASCII characters, such as \"1\"")))
    }
}

/// The version that the request changes: `If-Match` (RFC 9110, section 13.1.1).
#[derive(Debug)]
pub struct IfMatch(header::IfMatch);

impl IfMatch {
    /// Matches any version.
    #[must_use]
    pub fn any() -> Self {
        Self(header::IfMatch::Any)
    }

    /// Matches one version.
    #[must_use]
    pub fn version(version: i64) -> Self {
        Self(header::IfMatch::Items(vec![EntityTag::new_strong(version.to_string())]))
    }

    /// Refuses the change if the resource has another version. Only the version part of a tag is compared, since the
    /// rest depends on computed and embedded members, and on compression. A proxy may have weakened the tag; its version
    /// is the same.
    ///
    /// # Errors
    ///
    /// `precondition_failed`, with the current tag.
    pub fn check(&self, version: i32) -> Result<(), ApiError> {
        let matches = |tag: &EntityTag| tag.tag().split('-').next() == Some(&version.to_string());
        match &self.0 {
            header::IfMatch::Any => Ok(()),
            header::IfMatch::Items(tags) if tags.iter().any(matches) => Ok(()),
            header::IfMatch::Items(_) => Err(ApiError::precondition_failed(&tag(version))),
        }
    }

    /// The header of a request, if there is one.
    fn sent(request: &HttpRequest) -> Result<Option<Self>, ApiError> {
        if !request.headers().contains_key(header::IF_MATCH) {
            return Ok(None);
        }
        check_printable(request, &header::IF_MATCH, "If-Match", MAX_IF_MATCH)?;
        let parsed = header::IfMatch::parse(request).map(|tags| Some(Self(tags)));
        parsed.map_err(|_| wrong("If-Match", "must be an entity tag"))
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let required = || required("send the ETag of the version to change in If-Match");
        ready(Self::sent(request).and_then(|sent| sent.ok_or_else(required)))
    }
}

/// The preconditions of a request that creates or replaces a resource (RFC 9110, section 13.1).
#[derive(Debug)]
pub struct Preconditions {
    /// The version to replace.
    if_match: Option<IfMatch>,
    /// Whether the resource must not exist: `If-None-Match: *`.
    expects_nothing: bool,
}

impl Preconditions {
    /// Replaces the version that matches.
    #[must_use]
    pub fn matching(if_match: IfMatch) -> Self {
        Self { if_match: Some(if_match), expects_nothing: false }
    }

    /// Refuses the request if the current version, or the absence of the resource, does not match.
    ///
    /// # Errors
    ///
    /// `precondition_failed`, with the current tag if there is one.
    pub fn check(&self, current: Option<i32>) -> Result<(), ApiError> {
        match (&self.if_match, current) {
            (Some(if_match), Some(version)) => if_match.check(version)?,
            (Some(_), None) => {
                let detail = "the resource does not exist; send If-None-Match: * to create it";
                return Err(ApiError::refused(ProblemCode::PreconditionFailed, detail));
            }
            (None, _) => {}
        }
        match current.filter(|_| self.expects_nothing) {
            Some(version) => Err(ApiError::precondition_failed(&tag(version))),
            None => Ok(()),
        }
    }

    fn sent(request: &HttpRequest) -> Result<Self, ApiError> {
        let expects_nothing = match request.headers().get(header::IF_NONE_MATCH) {
            None => false,
            Some(value) if value.as_bytes() == b"*" => true,
            Some(_) => {
                return Err(wrong(
                    "If-None-Match",
                    "must be *: the request succeeds only if the resource does not exist",
                ));
            }
        };
        let if_match = IfMatch::sent(request)?;
        if if_match.is_none() && !expects_nothing {
            return Err(required("send If-None-Match: * to create, or the ETag of the version to replace in If-Match"));
        }
        Ok(Self { if_match, expects_nothing })
    }
}

impl FromRequest for Preconditions {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::sent(request))
    }
}

fn tag(version: i32) -> String {
    format!("\"{version}\"")
}

fn wrong(name: &str, message: &str) -> ApiError {
    ApiError::invalid_parameters(vec![FieldError::parameter(name, "schema", message)])
}

fn required(detail: &str) -> ApiError {
    ApiError::refused(ProblemCode::PreconditionRequired, detail)
}
