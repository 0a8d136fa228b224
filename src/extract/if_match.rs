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
            header::IfMatch::Items(_) => Err(ApiError::precondition_failed(&format!("\"{version}\""))),
        }
    }
}

impl FromRequest for IfMatch {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(if request.headers().contains_key(header::IF_MATCH) {
            header::IfMatch::parse(request).map(Self).map_err(|_| {
                ApiError::invalid_parameters(vec![FieldError::parameter("If-Match", "schema", "must be an entity tag")])
            })
        } else {
            Err(ApiError::refused(
                ProblemCode::PreconditionRequired,
                "say in If-Match which version you mean to change",
            ))
        })
    }
}
