//! Serialised responses, which can be stored and returned again.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderName};
use actix_web::{HttpRequest, HttpResponse, Responder};
use serde::Serialize;

use crate::error::ApiError;

/// A serialised response, without the headers that are common to all responses.
#[derive(Debug, Clone)]
pub struct Response {
    /// The status.
    pub status: StatusCode,
    /// Names and values of headers.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Whether the body contains a secret, so that it must not be stored in plain text.
    pub contains_secret: bool,
}

impl Response {
    /// A response with this body as JSON.
    ///
    /// # Errors
    ///
    /// `internal` if the body cannot be written.
    pub fn json(status: StatusCode, media_type: &str, body: &impl Serialize) -> Result<Self, ApiError> {
        let body = serde_json::to_vec(body)?;
        Ok(Self { status, headers: Vec::new(), body, contains_secret: false }.with(&header::CONTENT_TYPE, media_type))
    }

    /// The response to a write: the created or changed resource with its version as entity tag. It is not cached.
    ///
    /// # Errors
    ///
    /// `internal` if the body cannot be written.
    pub fn written(status: StatusCode, version: i32, body: &impl Serialize) -> Result<Self, ApiError> {
        let response = Self::json(status, "application/json", body)?;
        Ok(response.with(&header::ETAG, format!("\"{version}\"")).with(&header::CACHE_CONTROL, "no-store"))
    }

    /// Marks the body as containing a secret.
    #[must_use]
    pub fn showing_secret(self) -> Self {
        Self { contains_secret: true, ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name.to_string(), value.into()));
        self
    }
}

impl Responder for Response {
    type Body = BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        let mut head = HttpResponse::build(self.status);
        for header in self.headers {
            head.insert_header(header);
        }
        head.body(self.body)
    }
}
