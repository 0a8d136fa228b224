//! Who asks. The one place where a caller enters a request.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use uuid::Uuid;

use crate::access::Access;
use crate::telemetry::RequestId;

/// The caller of a request: whose name a change is kept under, and what they may do.
#[derive(Debug, Clone)]
pub struct Principal {
    actor: String,
    request_id: String,
    key_id: Option<Uuid>,
    access: Access,
}

impl Principal {
    /// The register itself, filling in data at the operator's command.
    #[must_use]
    pub fn import() -> Self {
        Self::register("import")
    }

    /// The register itself, told to bring its own schema up to date.
    #[must_use]
    pub fn migrate() -> Self {
        Self::register("migrate")
    }

    fn register(command: &str) -> Self {
        Self { actor: command.to_owned(), request_id: command.to_owned(), key_id: None, access: Access::register() }
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

    /// The key of the caller, if there is one: the same after a rotation of its secret.
    #[must_use]
    pub fn key_id(&self) -> Option<Uuid> {
        self.key_id
    }

    /// What the caller may do and see.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }

    /// Whether the caller sees inspections that are drafts or withdrawn.
    #[must_use]
    pub fn sees_unpublished(&self) -> bool {
        self.access.sees_drafts()
    }
}

impl FromRequest for Principal {
    type Error = actix_web::Error;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let request_id = request.extensions().get::<RequestId>().map(ToString::to_string).unwrap_or_default();
        ready(Ok(Self { actor: "anonymous".to_owned(), request_id, key_id: None, access: Access::register() }))
    }
}
