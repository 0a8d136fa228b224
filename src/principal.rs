//! Who asks. The one place where a caller enters a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::telemetry::RequestId;

/// The caller of a request: whose name a change is kept under, and what they may see.
#[derive(Debug, Clone)]
pub struct Principal {
    actor: String,
    request_id: String,
}

impl Principal {
    /// The register itself, filling in data at the operator's command.
    #[must_use]
    pub fn import() -> Self {
        Self { actor: "import".to_owned(), request_id: "import".to_owned() }
    }

    /// The register itself, told to bring its own schema up to date.
    #[must_use]
    pub fn migrate() -> Self {
        Self { actor: "migrate".to_owned(), request_id: "migrate".to_owned() }
    }

    /// The name that changes are kept under.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Whether the caller sees inspections that are drafts or withdrawn: those see them who may write them, and until
    /// there are keys that is everyone.
    #[must_use]
    pub fn sees_unpublished(&self) -> bool {
        true
    }
}

impl FromRequest for Principal {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        ready(Ok(Self { actor: "anonymous".to_owned(), request_id }))
    }
}
