//! The errors of requests, and their problem bodies.

mod cause;
mod database;
mod fault;
mod problem;

use std::fmt;

use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};

pub use self::cause::RefusalCause;
pub use self::database::{ConstraintExt, NotFoundExt};
pub use self::fault::DatabaseFault;
pub use self::problem::{FieldError, MAX_ERRORS, PROBLEM_JSON, Problem, ProblemCode};

/// An error of a request.
#[derive(Debug)]
pub enum ApiError {
    /// A refusal, which is returned in full.
    Refused(Box<Refusal>),
    /// The service is temporarily unavailable; the cause is logged.
    Unavailable(String),
    /// A limit that all callers share is reached; the cause is logged.
    Overloaded(RefusalCause, String),
    /// A fault of the database; the cause is logged.
    Database(DatabaseFault, String),
    /// An error in the register; the cause is logged.
    Internal(String),
}

/// A refusal: its code, its detail, and an additional header of the response.
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

    /// A valid API key is required.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::with_header(
            ProblemCode::Unauthenticated,
            "a valid API key is required".to_owned(),
            header::WWW_AUTHENTICATE,
            "Bearer",
        )
    }

    /// There is no such `what`, or none that is visible to the caller.
    #[must_use]
    pub fn not_found(what: &str) -> Self {
        Self::refused(ProblemCode::NotFound, format!("there is no such {what}"))
    }

    /// Replaces the missing resource in a `not_found`: a part of a resource that is not visible is itself missing.
    #[must_use]
    pub fn as_missing(self, what: &str) -> Self {
        if self.code() == ProblemCode::NotFound { Self::not_found(what) } else { self }
    }

    /// A conflict with a unique value or with the state of a resource.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::refused(ProblemCode::Conflict, detail)
    }

    /// A resource cannot move from one state to another, only to the legal ones. `pointer` is the member with the new
    /// state.
    #[must_use]
    pub fn illegal_transition<S: fmt::Display>(what: &str, (from, to): (S, S), legal: &[S], pointer: &str) -> Self {
        let legal = legal.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
        let detail = format!("{what} in state {from} cannot move to {to}, only to {legal}");
        let message = format!("must be one of {legal}");
        let error = FieldError::body(pointer, ProblemCode::IllegalTransition.as_str(), message);
        Self::listed(ProblemCode::IllegalTransition, &detail, vec![error])
    }

    /// The idempotency key was used for a different request.
    #[must_use]
    pub fn idempotency_key_reused() -> Self {
        let detail = "this Idempotency-Key was used for a different request: its path or body differs";
        Self::refused(ProblemCode::IdempotencyKeyReused, detail)
    }

    /// A request with the same idempotency key is in progress.
    #[must_use]
    pub fn idempotency_in_progress() -> Self {
        let detail = "a request with this Idempotency-Key is still in progress: retry to get its response".to_owned();
        Self::with_header(ProblemCode::IdempotencyInProgress, detail, header::RETRY_AFTER, "1")
    }

    /// Something still refers to the resource.
    pub fn in_use(detail: impl Into<String>) -> Self {
        Self::refused(ProblemCode::InUse, detail)
    }

    /// The body is invalid.
    #[must_use]
    pub fn invalid(errors: Vec<FieldError>) -> Self {
        Self::listed(ProblemCode::ValidationFailed, "the body is invalid: see errors", errors)
    }

    /// Refuses the body if any rule is broken.
    ///
    /// # Errors
    ///
    /// `validation_failed` with all of them.
    pub fn refuse_any(broken: Vec<FieldError>) -> Result<(), Self> {
        if broken.is_empty() { Ok(()) } else { Err(Self::invalid(broken)) }
    }

    /// One member of the body is invalid.
    #[must_use]
    pub fn invalid_member(pointer: &str, code: &str, message: impl Into<String>) -> Self {
        Self::invalid(vec![FieldError::body(pointer, code, message)])
    }

    /// These parameters are invalid.
    #[must_use]
    pub fn invalid_parameters(errors: Vec<FieldError>) -> Self {
        Self::listed(ProblemCode::InvalidParameter, "the parameters listed in errors are invalid", errors)
    }

    /// These parameters have a valid form, but break a rule: in combination, or with the current data of the register.
    #[must_use]
    pub fn broken_parameters(errors: Vec<FieldError>) -> Self {
        Self::listed(ProblemCode::ValidationFailed, "the parameters break the rules listed in errors", errors)
    }

    /// These parameters have values that the register does not know, or cannot search for; the detail says which.
    #[must_use]
    pub fn unknown_values(errors: Vec<FieldError>) -> Self {
        let of_parameter =
            |error: &FieldError| format!("{} {}", error.parameter.as_deref().unwrap_or_default(), error.message);
        let detail = errors.iter().map(of_parameter).collect::<Vec<_>>().join("; ");
        Self::listed(ProblemCode::ValidationFailed, &detail.chars().take(2_000).collect::<String>(), errors)
    }

    /// The current version differs from that of the request; the response has its entity tag.
    #[must_use]
    pub fn precondition_failed(current: &str) -> Self {
        Self::with_header(
            ProblemCode::PreconditionFailed,
            format!("the current entity tag is {current}"),
            header::ETAG,
            current,
        )
    }

    /// The resource does not support the method.
    #[must_use]
    pub fn method_not_allowed(allowed: &[Method]) -> Self {
        let names = allowed.iter().map(Method::as_str).collect::<Vec<_>>().join(", ");
        Self::with_header(
            ProblemCode::MethodNotAllowed,
            format!("this resource allows only {names}"),
            header::ALLOW,
            &names,
        )
    }

    /// The caller exceeded the rate limit, and may send the next request after so many seconds.
    #[must_use]
    pub fn rate_limited(seconds: u64) -> Self {
        let detail = format!("the rate limit is exceeded; retry in {seconds} s");
        Self::with_header(ProblemCode::RateLimited, detail, header::RETRY_AFTER, &seconds.to_string())
    }

    /// The service is not ready for this reason.
    #[must_use]
    pub fn not_ready(reason: &str) -> Self {
        Self::with_header(ProblemCode::Unavailable, reason.to_owned(), header::RETRY_AFTER, "1")
    }

    fn listed(code: ProblemCode, detail: &str, mut errors: Vec<FieldError>) -> Self {
        errors.truncate(MAX_ERRORS);
        Self::Refused(Box::new(Refusal { code, detail: detail.to_owned(), errors, header: None }))
    }

    fn with_header(code: ProblemCode, detail: String, name: header::HeaderName, value: &str) -> Self {
        let header = HeaderValue::from_str(value).ok().map(|value| (name, value));
        Self::Refused(Box::new(Refusal { code, detail, errors: Vec::new(), header }))
    }

    /// The code of the problem.
    #[must_use]
    pub fn code(&self) -> ProblemCode {
        match self {
            Self::Refused(refusal) => refusal.code,
            Self::Unavailable(_) | Self::Overloaded(..) => ProblemCode::Unavailable,
            Self::Database(fault, _) => fault.code(),
            Self::Internal(_) => ProblemCode::Internal,
        }
    }

    /// The broken rules, if the request broke any.
    #[must_use]
    pub fn errors(&self) -> &[FieldError] {
        match self {
            Self::Refused(refusal) => &refusal.errors,
            Self::Unavailable(_) | Self::Overloaded(..) | Self::Database(..) | Self::Internal(_) => &[],
        }
    }

    /// The cause, which the log has, if the register failed.
    #[must_use]
    pub fn cause_to_log(&self) -> Option<&str> {
        match self {
            Self::Refused(_) => None,
            Self::Unavailable(cause)
            | Self::Overloaded(_, cause)
            | Self::Database(_, cause)
            | Self::Internal(cause) => Some(cause),
        }
    }

    /// Why the request was refused, if nothing is wrong with it.
    #[must_use]
    pub fn refusal_cause(&self) -> Option<RefusalCause> {
        match self {
            Self::Overloaded(cause, _) => Some(*cause),
            Self::Unavailable(_) | Self::Database(..) => Some(RefusalCause::Database),
            Self::Refused(refusal) => match refusal.code {
                ProblemCode::RateLimited => Some(RefusalCause::Rate),
                ProblemCode::RequestTimeout => Some(RefusalCause::Deadline),
                ProblemCode::PayloadTooLarge => Some(RefusalCause::Size),
                _ => None,
            },
            Self::Internal(_) => None,
        }
    }

    /// The detail, which contains nothing internal.
    fn detail(&self) -> &str {
        match self {
            Self::Refused(refusal) => &refusal.detail,
            Self::Database(DatabaseFault::OutcomeUnknown, _) => {
                "the connection to the database was lost during the commit"
            }
            Self::Unavailable(_) | Self::Overloaded(..) | Self::Database(..) => {
                "the register is temporarily unavailable"
            }
            Self::Internal(_) => "the register failed to process the request; the failure is logged",
        }
    }

    /// The body of the response to the request with this path and id, from a service at this address.
    #[must_use]
    pub fn problem(&self, service: &str, instance: &str, trace_id: &str) -> Problem {
        let code = self.code();
        Problem {
            type_uri: format!("urn:problem-type:inspection-register:{}", code.slug()),
            documentation_url: format!("{service}/problems/{}", code.slug()),
            title: code.title(),
            status: code.status().as_u16(),
            detail: self.detail().to_owned(),
            instance: instance.to_owned(),
            code,
            trace_id: trace_id.to_owned(),
            errors: self.errors().to_vec(),
        }
    }

    /// The complete response to the request with this path and id, from a service at this address.
    #[must_use]
    pub fn respond(&self, service: &str, instance: &str, trace_id: &str) -> HttpResponse {
        self.head().content_type(PROBLEM_JSON).json(self.problem(service, instance, trace_id))
    }

    fn head(&self) -> HttpResponseBuilder {
        let mut head = HttpResponse::build(self.code().status());
        match self {
            Self::Refused(refusal) => {
                if let Some(header) = refusal.header.clone() {
                    head.insert_header(header);
                }
                if refusal.code == ProblemCode::RequestTimeout {
                    // The rest of the body may still arrive; it must not be parsed as the next request.
                    head.force_close();
                }
            }
            Self::Unavailable(_) | Self::Overloaded(..) | Self::Database(..) => {
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
            Self::Unavailable(cause)
            | Self::Overloaded(_, cause)
            | Self::Database(_, cause)
            | Self::Internal(cause) => f.write_str(cause),
        }
    }
}

impl std::error::Error for ApiError {}

/// For JSON of the register itself: request bodies have their own errors.
impl From<serde_json::Error> for ApiError {
    fn from(error: serde_json::Error) -> Self {
        Self::Internal(error.to_string())
    }
}

impl ResponseError for ApiError {
    fn status_code(&self) -> StatusCode {
        self.code().status()
    }

    /// Only the head: `telemetry` adds the body, which contains the path and the id of the request.
    fn error_response(&self) -> HttpResponse {
        self.head().finish()
    }
}
