//! The version that a change is meant for.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::header::{self, EntityTag, Header};
use actix_web::{FromRequest, HttpRequest};

use crate::error::{ApiError, FieldError, ProblemCode};

/// The version that the caller means to change: `If-Match` (RFC 9110, section 13.1.1).
#[derive(Debug)]
pub struct IfMatch(header::IfMatch);

impl IfMatch {
    /// Whatever version it is at.
    #[must_use]
    pub fn any() -> Self {
        Self(header::IfMatch::Any)
    }

    /// Refuses the change if the resource is at another version. Only the version part of a tag counts, since the rest
    /// tells of what is computed or embedded; weak tags never match.
    ///
    /// # Errors
    ///
    /// `precondition_failed`, with the current tag.
    pub fn check(&self, version: i32) -> Result<(), ApiError> {
        let matches = |tag: &EntityTag| !tag.weak && tag.tag().split('-').next() == Some(&version.to_string());
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
        let parsed = header::IfMatch::parse(request).map(|tags| Some(Self(tags)));
        parsed.map_err(|_| wrong("If-Match", "must be an entity tag"))
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let required = || required("say in If-Match which version you mean to change");
        ready(Self::sent(request).and_then(|sent| sent.ok_or_else(required)))
    }
}

/// What a request that creates or replaces expects to find (RFC 9110, section 13.1).
#[derive(Debug)]
pub enum Preconditions {
    /// Nothing yet: `If-None-Match: *`.
    Nothing,
    /// A version, which it replaces: `If-Match`.
    Version(IfMatch),
}

impl Preconditions {
    /// Refuses the request if what is there, at which version, is not what it expects.
    ///
    /// # Errors
    ///
    /// `precondition_failed`, with the current tag if there is one.
    pub fn check(&self, current: Option<i32>) -> Result<(), ApiError> {
        match (self, current) {
            (Self::Nothing, None) => Ok(()),
            (Self::Nothing, Some(version)) => Err(ApiError::precondition_failed(&tag(version))),
            (Self::Version(if_match), Some(version)) => if_match.check(version),
            (Self::Version(_), None) => {
                let detail = "there is nothing to replace; If-None-Match: * creates it";
                Err(ApiError::refused(ProblemCode::PreconditionFailed, detail))
            }
        }
    }
}

impl FromRequest for Preconditions {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let sent = |request: &HttpRequest| {
            let is_new = match request.headers().get(header::IF_NONE_MATCH) {
                None => false,
                Some(value) if value.as_bytes() == b"*" => true,
                Some(_) => return Err(wrong("If-None-Match", "must be *, which expects that nothing is there")),
            };
            match (IfMatch::sent(request)?, is_new) {
                (None, true) => Ok(Self::Nothing),
                (Some(if_match), false) => Ok(Self::Version(if_match)),
                (Some(_), true) => Err(wrong("If-None-Match", "must not stand beside If-Match: both cannot hold")),
                (None, false) => {
                    Err(required("say If-None-Match: * to create, or in If-Match which version you mean to replace"))
                }
            }
        };
        ready(sent(request))
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
