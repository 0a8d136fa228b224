//! Everything that can go wrong in a request, and the one body that tells it.

use std::fmt;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use diesel::result::{DatabaseErrorKind, Error as DieselError};
use serde::Serialize;
use utoipa::ToSchema;

use crate::text_enum::text_enum;

text_enum! {
    /// What is wrong, for programs: stable, one a kind of problem.
    pub enum ProblemCode {
        /// The body is not JSON.
        MalformedRequest = "malformed_request",
        /// A parameter is unknown, repeated or not of its form.
        InvalidParameter = "invalid_parameter",
        /// The cursor was not made by this register, or for another question.
        InvalidCursor = "invalid_cursor",
        /// Nothing is here, or nothing that the caller may see.
        NotFound = "not_found",
        /// The resource does not know the method.
        MethodNotAllowed = "method_not_allowed",
        /// No representation that the caller accepts.
        NotAcceptable = "not_acceptable",
        /// A unique key is taken.
        Conflict = "conflict",
        /// Something still refers to the resource.
        InUse = "in_use",
        /// The resource cannot move to that state.
        IllegalTransition = "illegal_transition",
        /// The resource has changed since it was read.
        PreconditionFailed = "precondition_failed",
        /// The request must say which version it changes.
        PreconditionRequired = "precondition_required",
        /// A published inspection changes only with a reason.
        ReasonRequired = "reason_required",
        /// The body is too large.
        PayloadTooLarge = "payload_too_large",
        /// The body is of another media type.
        UnsupportedMediaType = "unsupported_media_type",
        /// The body is JSON, and breaks the schema or a rule.
        ValidationFailed = "validation_failed",
        /// The register cannot answer at the moment.
        Unavailable = "unavailable",
        /// A fault of the register.
        Internal = "internal",
    }
}

impl ProblemCode {
    /// The last part of the problem's type and of the address that explains it.
    #[must_use]
    pub fn slug(self) -> String {
        self.as_str().replace('_', "-")
    }

    /// The status that answers with this code have.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::InvalidParameter | Self::InvalidCursor => StatusCode::BAD_REQUEST,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::Conflict | Self::InUse | Self::IllegalTransition => StatusCode::CONFLICT,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::ReasonRequired | Self::ValidationFailed => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The problem in a few words, the same for every occurrence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "Malformed request",
            Self::InvalidParameter => "Invalid parameter",
            Self::InvalidCursor => "Invalid cursor",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::NotAcceptable => "Not acceptable",
            Self::Conflict => "Conflict",
            Self::InUse => "In use",
            Self::IllegalTransition => "Illegal transition",
            Self::PreconditionFailed => "Precondition failed",
            Self::PreconditionRequired => "Precondition required",
            Self::ReasonRequired => "Reason required",
            Self::PayloadTooLarge => "Payload too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::ValidationFailed => "Validation failed",
            Self::Unavailable => "Unavailable",
            Self::Internal => "Internal error",
        }
    }

    /// What the caller can do about it: the page at `/problems/{slug}`.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::MalformedRequest => {
                "Send one JSON object in UTF-8. `detail` tells the line and column where reading stopped."
            }
            Self::InvalidParameter => {
                "Correct the parameters named in `errors`. A parameter may be given once; an unknown one is refused, since \
                 leaving it out would answer another question. Several codes go into one parameter, separated by commas."
            }
            Self::InvalidCursor => {
                "Take `next_cursor` from the previous page as it is, with the same path, filters and sort. Begin again without \
                 a cursor otherwise."
            }
            Self::NotFound => {
                "Check the path. What you may not see is answered in the same way as what does not exist."
            }
            Self::MethodNotAllowed => "Use one of the methods in the `Allow` header.",
            Self::NotAcceptable => "Accept `application/json` (or `text/csv` where the operation offers it).",
            Self::Conflict => "Another resource has this key. Read it, and change that one or choose another key.",
            Self::InUse => {
                "Remove what refers to the resource first, or keep it. A published inspection is withdrawn, not deleted."
            }
            Self::IllegalTransition => "Move the resource to one of the states that `detail` names.",
            Self::PreconditionFailed => {
                "Read the resource again, look at what changed, and repeat the request with the new `ETag` in `If-Match`. \
                 The answer carries the current one."
            }
            Self::PreconditionRequired => "Send the `ETag` of the version that you read in `If-Match`.",
            Self::ReasonRequired => {
                "Say in `reason` (3 to 1,000 characters) why a published record is changed: a member of PATCH and PUT bodies, \
                 a parameter of DELETE. It is kept with the change."
            }
            Self::PayloadTooLarge => "Send less: 1 MiB, or 2 MiB for documents and inspections.",
            Self::UnsupportedMediaType => {
                "Send `application/json`; PATCH takes `application/merge-patch+json` too. Bodies are not compressed."
            }
            Self::ValidationFailed => {
                "Correct the members named in `errors`; `pointer` is a JSON Pointer (RFC 6901) into the body."
            }
            Self::Unavailable => "Try again after the seconds in `Retry-After`.",
            Self::Internal => {
                "This is a fault of the register. Report it with the `trace_id`; repeating the request may not help."
            }
        }
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// Where in the body: a JSON Pointer (RFC 6901), empty for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, example = "/gss_code")]
    pub pointer: Option<String>,
    /// Which parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 200, example = "limit")]
    pub parameter: Option<String>,
    /// The rule, for programs.
    #[schema(max_length = 100, example = "pattern")]
    pub code: String,
    /// The rule, for people.
    #[schema(max_length = 1000, example = "must be E and eight digits")]
    pub message: String,
}

impl FieldError {
    /// A broken rule in the body.
    pub fn body(pointer: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (pointer, message) = (cut(pointer.into(), 1_000), cut(message.into(), 1_000));
        Self { pointer: Some(pointer), parameter: None, code: code.into(), message }
    }

    /// A broken rule in a parameter.
    pub fn parameter(name: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (name, message) = (cut(name.into(), 200), cut(message.into(), 1_000));
        Self { pointer: None, parameter: Some(name), code: code.into(), message }
    }
}

/// Most broken rules that one problem lists.
pub const MAX_ERRORS: usize = 1_000;

/// So many characters of a text at most: what callers send may come back, but not all of it.
fn cut(mut text: String, most: usize) -> String {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
    text
}

/// A problem, as RFC 9457 describes it: the body of every answer that is no success.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem; `/problems/{slug}` explains it.
    #[serde(rename = "type")]
    #[schema(format = "uri", max_length = 200, example = "urn:problem-type:inspection-register:not-found")]
    pub type_uri: String,
    /// The kind of problem in a few words.
    #[schema(max_length = 100, example = "Not found")]
    pub title: &'static str,
    /// The status of the answer.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// What is wrong this time.
    #[schema(max_length = 2000, example = "there is no such inspection")]
    pub detail: String,
    /// The path that was asked for.
    #[schema(max_length = 8000, example = "/v1/inspections/019a0000-0000-7000-8000-000000000000")]
    pub instance: String,
    /// The kind of problem, for programs.
    pub code: ProblemCode,
    /// The request's id, as in `X-Request-Id` and in the log.
    #[schema(max_length = 128, example = "019a6e0c-5b7e-7c3a-8d4e-2f1a3b4c5d6e")]
    pub trace_id: String,
    /// Every broken rule, if the request broke any.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 1000)]
    pub errors: Vec<FieldError>,
}

/// Why a request has no success to answer with.
#[derive(Debug)]
pub enum ApiError {
    /// A problem of the caller's, told in full.
    Refused(Box<Refusal>),
    /// No answer at the moment; the cause goes to the log.
    Unavailable(String),
    /// Our fault; the cause goes to the log.
    Internal(String),
}

/// A refusal: its kind, its words, and what else the answer must carry.
#[derive(Debug, Clone)]
pub struct Refusal {
    code: ProblemCode,
    detail: String,
    errors: Vec<FieldError>,
    header: Option<(header::HeaderName, HeaderValue)>,
}

impl ApiError {
    /// A refusal of this kind.
    pub fn refused(code: ProblemCode, detail: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal { code, detail: detail.into(), errors: Vec::new(), header: None }))
    }

    /// There is no such `what`, or none that the caller may see.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::refused(ProblemCode::NotFound, format!("there is no such {what}"))
    }

    /// Speaks of another thing that is missing: what one may not see of the whole is missing in the part.
    #[must_use]
    pub fn as_missing(self, what: &str) -> Self {
        if self.code() == ProblemCode::NotFound { Self::not_found(what) } else { self }
    }

    /// A unique key is taken.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::refused(ProblemCode::Conflict, detail)
    }

    /// Something still refers to the resource.
    pub fn in_use(detail: impl Into<String>) -> Self {
        Self::refused(ProblemCode::InUse, detail)
    }

    /// The body breaks these rules.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::listed(ProblemCode::ValidationFailed, "the body breaks the rules listed in errors", errors)
    }

    /// The body breaks one rule.
    #[must_use]
    pub fn invalid_member(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::body(pointer, code, message)])
    }

    /// These parameters are wrong.
    #[must_use]
    pub fn invalid_parameters(errors: Vec<FieldError>) -> Self {
        Self::listed(ProblemCode::InvalidParameter, "the parameters listed in errors are wrong", errors)
    }

    /// The current version is another than the request's; its tag goes with the answer.
    #[must_use]
    pub fn precondition_failed(current: &str) -> Self {
        Self::with_header(
            ProblemCode::PreconditionFailed,
            format!("the current entity tag is {current}"),
            header::ETAG,
            current,
        )
    }

    /// The resource knows other methods.
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let names = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Self::with_header(ProblemCode::MethodNotAllowed, format!("allowed here: {names}"), header::ALLOW, &names)
    }

    fn listed(code: ProblemCode, detail: &str, mut errors: Vec<FieldError>) -> Self {
        errors.truncate(MAX_ERRORS);
        Self::Refused(Box::new(Refusal { code, detail: detail.to_owned(), errors, header: None }))
    }

    fn with_header(code: ProblemCode, detail: String, name: header::HeaderName, value: &str) -> Self {
        let header = HeaderValue::from_str(value).ok().map(|value| (name, value));
        Self::Refused(Box::new(Refusal { code, detail, errors: Vec::new(), header }))
    }

    /// The kind of problem.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Unavailable(_) => ProblemCode::Unavailable,
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// The broken rules, if the request broke any.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        match self {
            Self::Refused(refusal) => &refusal.errors,
            Self::Unavailable(_) | Self::Internal(_) => &[],
        }
    }

    /// What is wrong this time, in words that the public may read.
    fn detail(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.detail,
            Self::Unavailable(_) => "the register cannot answer at the moment",
            Self::Internal(_) => "the register failed to answer; the failure is logged",
        }
    }

    /// The whole answer for the request with this path and id.
    #[must_use]
    pub fn respond(&self, instance: &str, trace_id: &str) -> HttpResponse {
        let code = self.code();
        let problem = Problem {
            type_uri: format!("urn:problem-type:inspection-register:{}", code.slug()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: self.detail().to_owned(),
            instance: instance.to_owned(),
            code,
            trace_id: trace_id.to_owned(),
            errors: self.errors().to_vec(),
        };
        self.head().content_type("application/problem+json").json(problem)
    }

    fn head(&self) -> HttpResponseBuilder {
        let mut head = HttpResponse::build(self.code().status());
        match self {
            Self::Refused(refusal) => {
                if let Some(header) = refusal.header.clone() {
                    head.insert_header(header);
                }
            }
            Self::Unavailable(_) => {
                head.insert_header((header::RETRY_AFTER, "1"));
            }
            Self::Internal(_) => {}
        }
        head
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(refusal) => {
                write!(f, "{}: {}", refusal.code, refusal.detail)?;
                refusal.errors.iter().try_for_each(|error| {
                    let place = error.pointer.as_deref().or(error.parameter.as_deref()).unwrap_or_default();
                    write!(f, "; {place} {}", error.message)
                })
            }
            Self::Unavailable(cause) | Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for ApiError {}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code().status()
    }

    /// The head alone: `telemetry` writes the body, which tells the path and the request's id.
    fn error_response(&self) -> HttpResponse {
        self.head().finish()
    }
}

/// Classifies what the database says. `diesel` knows kinds for constraints only: deadlocks, timeouts and shutdowns
/// arrive as `Unknown` and are told apart by the server's message (its language is set to C).
impl From<DieselError> for ApiError {
    fn from(error: DieselError) -> Self {
        let text = error.to_string();
        let passing = match &error {
            DieselError::DatabaseError(
                DatabaseErrorKind::ClosedConnection
                | DatabaseErrorKind::SerializationFailure
                | DatabaseErrorKind::ReadOnlyTransaction,
                _,
            )
            | DieselError::BrokenTransactionManager => true,
            DieselError::DatabaseError(DatabaseErrorKind::Unknown, information) => [
                "deadlock detected",
                "canceling statement due to",
                "terminating connection due to",
                "server closed the connection unexpectedly",
                "the database system is",
                "no connection to the server",
                "could not receive data from server",
                "could not send data to server",
                "SSL connection has been closed unexpectedly",
            ]
            .iter()
            .any(|sign| information.message().contains(sign)),
            _ => false,
        };
        if passing { Self::Unavailable(text) } else { Self::Internal(text) }
    }
}

/// Says what a broken constraint means to the caller, where the statement is written.
pub trait ConstraintExt<T> {
    /// Asks `meaning` about the name of a broken constraint; other errors, and constraints that it does not know, stay
    /// what they are.
    ///
    /// # Errors
    ///
    /// The meaning of the constraint if it is broken, or the failure of the statement.
    fn on_constraint(self, meaning: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError>;
}

impl<T> ConstraintExt<T> for Result<T, DieselError> {
    fn on_constraint(self, meaning: impl FnOnce(&str) -> Option<ApiError>) -> Result<T, ApiError> {
        self.map_err(|error| {
            let known = match &error {
                DieselError::DatabaseError(_, information) => information.constraint_name().and_then(meaning),
                _ => None,
            };
            known.unwrap_or_else(|| error.into())
        })
    }
}

/// Says what a missing row means to the caller, where it is looked up.
pub trait NotFoundExt<T> {
    /// Turns the absence of a row into a 404 that names what is missing.
    ///
    /// # Errors
    ///
    /// `not_found` if there is no row, or the failure of the statement.
    fn or_not_found(self, what: &str) -> Result<T, ApiError>;
}

impl<T> NotFoundExt<T> for Result<T, DieselError> {
    fn or_not_found(self, what: &str) -> Result<T, ApiError> {
        self.map_err(|error| match error {
            DieselError::NotFound => ApiError::not_found(what),
            error => error.into(),
        })
    }
}
