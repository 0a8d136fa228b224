//! The caller of a request.

use std::future::{Ready, ready};

use actix_web::dev::{Extensions, Payload};
use actix_web::{FromRequest, HttpMessage, HttpRequest};

use crate::access::Access;
use crate::error::ApiError;
use crate::values::ids::KeyId;

/// The caller of a request: the name that its changes are recorded under, and its permissions.
#[derive(Debug, Clone)]
pub struct Caller {
    actor: String,
    request_id: String,
    key_id: Option<KeyId>,
    access: Access,
}

impl Caller {
    /// A caller without an API key.
    #[must_use]
    pub fn anonymous(request_id: String) -> Self {
        Self { actor: "anonymous".to_owned(), request_id, key_id: None, access: Access::anonymous() }
    }

    /// A caller with an API key.
    #[must_use]
    pub fn of_key(key_id: KeyId, name: &str, access: Access, request_id: String) -> Self {
        Self { actor: name.to_owned(), request_id, key_id: Some(key_id), access }
    }

    /// The caller in the extensions of a request.
    ///
    /// # Errors
    ///
    /// `internal` if there is none, so that the request is refused.
    pub fn among(extensions: &Extensions) -> Result<&Self, ApiError> {
        extensions.get().ok_or_else(|| {
            ApiError::Internal("the request has no Caller: the authenticate layer did not run".to_owned())
        })
    }

    /// The register itself, for `import`.
    #[must_use]
    pub fn import() -> Self {
        Self::register("import")
    }

    /// The register itself, for `migrate`.
    #[must_use]
    pub fn migrate() -> Self {
        Self::register("migrate")
    }

    /// The register itself, for `keys`.
    #[must_use]
    pub fn keys() -> Self {
        Self::register("keys")
    }

    /// The register itself, for `serve`, which creates the first key.
    #[must_use]
    pub fn serve() -> Self {
        Self::register("serve")
    }

    fn register(command: &str) -> Self {
        Self { actor: command.to_owned(), request_id: command.to_owned(), key_id: None, access: Access::register() }
    }

    /// The name that changes are recorded under.
    #[must_use]
    pub fn actor(&self) -> &str {
        &self.actor
    }

    /// The name of the API key of the caller, if it has one.
    #[must_use]
    pub fn key_name(&self) -> Option<&str> {
        self.key_id.map(|_| self.actor.as_str())
    }

    /// The id of the request.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// The id of the API key of the caller, if it has one. A rotation of the secret does not change it.
    #[must_use]
    pub fn key_id(&self) -> Option<KeyId> {
        self.key_id
    }

    /// The permissions and the visibility of the caller.
    #[must_use]
    pub fn access(&self) -> &Access {
        &self.access
    }
}

impl FromRequest for Caller {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::among(&request.extensions()).cloned())
    }
}
