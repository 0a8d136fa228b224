//! A problem (RFC 9457): the body of every error response.

use actix_web::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use crate::values::text::is_control;
use crate::values::text_enum::text_enum;

text_enum! {
    /// A stable identifier for the kind of problem, for programs.
    pub enum ProblemCode {
        /// The body is not JSON.
        MalformedRequest = "malformed_request",
        /// A parameter is unknown, repeated or not of its documented form.
        InvalidParameter = "invalid_parameter",
        /// The cursor was made by another register, or for another list, filter or sort.
        InvalidCursor = "invalid_cursor",
        /// The request has no API key, or one that is not valid.
        Unauthenticated = "unauthenticated",
        /// The API key is not permitted to do this.
        Forbidden = "forbidden",
        /// The resource does not exist, or is not visible to the caller.
        NotFound = "not_found",
        /// The resource does not support the method.
        MethodNotAllowed = "method_not_allowed",
        /// No representation of the resource is acceptable to the caller.
        NotAcceptable = "not_acceptable",
        /// The body did not arrive in time.
        RequestTimeout = "request_timeout",
        /// Another resource has this unique value, or the state of a resource forbids the change; `detail` gives the
        /// reason.
        Conflict = "conflict",
        /// Something still refers to the resource.
        InUse = "in_use",
        /// The resource cannot move to that state.
        IllegalTransition = "illegal_transition",
        /// A request with the same idempotency key is in progress.
        IdempotencyInProgress = "idempotency_in_progress",
        /// The resource has changed since it was read.
        PreconditionFailed = "precondition_failed",
        /// The request must contain the version that it changes, in `If-Match`.
        PreconditionRequired = "precondition_required",
        /// A published inspection changes only with a reason.
        ReasonRequired = "reason_required",
        /// The body is too large.
        PayloadTooLarge = "payload_too_large",
        /// The body is of another media type.
        UnsupportedMediaType = "unsupported_media_type",
        /// The body is JSON, and breaks the schema or a rule; or parameters of the right form break a rule.
        ValidationFailed = "validation_failed",
        /// The idempotency key was used for a different request.
        IdempotencyKeyReused = "idempotency_key_reused",
        /// The caller exceeded the rate limit.
        RateLimited = "rate_limited",
        /// The register is temporarily unavailable.
        Unavailable = "unavailable",
        /// The connection to the database was lost during the commit; the change may or may not have been made.
        OutcomeUnknown = "outcome_unknown",
        /// An error in the register.
        Internal = "internal",
    }
}

impl ProblemCode {
    /// The last part of the type of the problem and of the path of its explanation.
    #[must_use]
    pub fn slug(self) -> String {
        self.as_str().replace('_', "-")
    }

    /// The status of responses with this code.
    #[must_use]
    pub fn status(self) -> StatusCode {
        match self {
            Self::MalformedRequest | Self::InvalidParameter => StatusCode::BAD_REQUEST,
            Self::Unauthenticated => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::NotAcceptable => StatusCode::NOT_ACCEPTABLE,
            Self::RequestTimeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict | Self::InUse | Self::IllegalTransition | Self::IdempotencyInProgress => {
                StatusCode::CONFLICT
            }
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PreconditionRequired => StatusCode::PRECONDITION_REQUIRED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::InvalidCursor | Self::ReasonRequired | Self::ValidationFailed | Self::IdempotencyKeyReused => {
                StatusCode::UNPROCESSABLE_ENTITY
            }
            Self::RateLimited => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable | Self::OutcomeUnknown => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The title, the same for every occurrence.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::MalformedRequest => "Malformed request",
            Self::InvalidParameter => "Invalid parameter",
            Self::InvalidCursor => "Invalid cursor",
            Self::Unauthenticated => "Unauthenticated",
            Self::Forbidden => "Forbidden",
            Self::NotFound => "Not found",
            Self::MethodNotAllowed => "Method not allowed",
            Self::NotAcceptable => "Not acceptable",
            Self::RequestTimeout => "Request timeout",
            Self::Conflict => "Conflict",
            Self::InUse => "In use",
            Self::IllegalTransition => "Illegal transition",
            Self::IdempotencyInProgress => "Idempotency in progress",
            Self::PreconditionFailed => "Precondition failed",
            Self::PreconditionRequired => "Precondition required",
            Self::ReasonRequired => "Reason required",
            Self::PayloadTooLarge => "Payload too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::ValidationFailed => "Validation failed",
            Self::IdempotencyKeyReused => "Idempotency key reused",
            Self::RateLimited => "Rate limited",
            Self::Unavailable => "Unavailable",
            Self::OutcomeUnknown => "Outcome unknown",
            Self::Internal => "Internal error",
        }
    }

    /// The advice to the caller on the page `/problems/{slug}`.
    #[must_use]
    pub fn advice(self) -> &'static str {
        match self {
            Self::MalformedRequest => {
                "Send one JSON object in UTF-8. `detail` gives the line and column of the first error."
            }
            Self::InvalidParameter => {
                "Correct the parameters listed in `errors`. Send each parameter once, with several codes separated by \
                 commas. Unknown parameters are refused, because ignoring them would return a different result."
            }
            Self::InvalidCursor => {
                "Send `next_cursor` of the previous page unchanged, with the same path, filters and sort. To start \
                 again, omit the cursor."
            }
            Self::Unauthenticated => {
                "Send a valid key as `Authorization: Bearer …`. Unknown, expired and revoked keys get the same \
                 response: ask the operator of the register for a new key."
            }
            Self::Forbidden => {
                "Use a key whose role may do this, bound to the authority concerned. Repeating the request does not help."
            }
            Self::NotFound => {
                "Check the path. A resource that you may not read gets the same response as one that does not exist."
            }
            Self::MethodNotAllowed => "Use one of the methods in the `Allow` header.",
            Self::NotAcceptable => "Accept `application/json`, or `text/csv` if the operation offers it.",
            Self::RequestTimeout => {
                "Send the whole body within 15 seconds of the head. Nothing was changed; the connection is closed."
            }
            Self::Conflict => {
                "Another resource has this unique value, or the state of a resource forbids the change; `detail` gives \
                 the reason. Read that resource, then change it or choose another value."
            }
            Self::InUse => {
                "First remove the resources that refer to this one, or keep it. A published inspection is withdrawn, \
                 not deleted."
            }
            Self::IllegalTransition => "Move the resource to one of the states listed in `detail`.",
            Self::IdempotencyInProgress => {
                "Retry after the seconds in `Retry-After`, with the same `Idempotency-Key`, to get the response to the \
                 first request."
            }
            Self::PreconditionFailed => {
                "Read the resource again, review what changed, and repeat the request with the new `ETag` in \
                 `If-Match`. The response has the current `ETag` if the resource exists."
            }
            Self::PreconditionRequired => {
                "Send the `ETag` of the version that you read in `If-Match`, or, to create by PUT, `If-None-Match: *`."
            }
            Self::ReasonRequired => {
                "Give the reason for changing a published record in `reason` (3 to 1,000 characters): a member of \
                 PATCH and PUT bodies, a parameter of DELETE. It is recorded with the change."
            }
            Self::PayloadTooLarge => "Send less: 1 MiB, or 2 MiB for documents and inspections.",
            Self::UnsupportedMediaType => {
                "Send `application/json`; PATCH takes `application/merge-patch+json` too. Bodies are not compressed."
            }
            Self::ValidationFailed => {
                "Correct the members or parameters listed in `errors`: `pointer` is a JSON Pointer (RFC 6901) into the \
                 body, `parameter` the name of a parameter."
            }
            Self::IdempotencyKeyReused => {
                "Use a new `Idempotency-Key` for each request; reuse it only to repeat the same request. Two requests \
                 are the same if their path and body are."
            }
            Self::RateLimited => {
                "Wait for the seconds in `Retry-After`. `RateLimit-Policy` gives the number of requests allowed and \
                 the period in seconds; `RateLimit`, on every response, gives the number left."
            }
            Self::Unavailable => "Nothing was changed. Try again after the seconds in `Retry-After`.",
            Self::OutcomeUnknown => {
                "The change may or may not have been made. Repeat the same request with the same `Idempotency-Key` to \
                 get its outcome; without a key, read the resource before you repeat the request."
            }
            Self::Internal => {
                "This is an error in the register. Report it with the `trace_id`; repeating the request may not help."
            }
        }
    }
}

/// One broken rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldError {
    /// The place in the body: a JSON Pointer (RFC 6901), empty for the whole body.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1000, example = "/gss_code")]
    pub pointer: Option<String>,
    /// The name of the parameter.
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
        // A pointer contains the name of the member unchanged.
        let pointer = pointer.into().chars().take(1_000).collect();
        let message = cut(&message.into(), 1_000);
        Self { pointer: Some(pointer), parameter: None, code: code.into(), message }
    }

    /// A broken rule in a parameter.
    pub fn parameter(name: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        let (name, message) = (cut(&name.into(), 200), cut(&message.into(), 1_000));
        Self { pointer: None, parameter: Some(name), code: code.into(), message }
    }
}

/// The maximum number of broken rules in one problem.
pub const MAX_ERRORS: usize = 1_000;

/// Truncates a text, and replaces control characters: errors may repeat input of callers.
fn cut(text: &str, most: usize) -> String {
    let plain = |character: char| if is_control(character) { char::REPLACEMENT_CHARACTER } else { character };
    text.chars().take(most).map(plain).collect()
}

/// The media type of problems (RFC 9457).
pub const PROBLEM_JSON: &str = "application/problem+json";

/// A problem (RFC 9457): the body of every error response.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Problem {
    /// The kind of problem; `documentation_url` explains it.
    #[serde(rename = "type")]
    #[schema(format = "uri", example = "urn:problem-type:inspection-register:not-found")]
    pub type_uri: String,
    /// The page that explains this kind of problem, for people and programs.
    #[schema(format = "uri-reference", example = "/problems/not-found")]
    pub documentation_url: String,
    /// The kind of problem in a few words.
    #[schema(max_length = 100, example = "Not found")]
    pub title: &'static str,
    /// The status of the response.
    #[schema(minimum = 400, maximum = 599, example = 404)]
    pub status: u16,
    /// What is wrong with this request.
    #[schema(max_length = 2000, example = "there is no such inspection")]
    pub detail: String,
    /// The path of the request.
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
