//! Pages outside `/v1`: the landing page, the OpenAPI document and the explanations of problems.

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, web};
use serde_json::Value;

use crate::error::{ApiError, ProblemCode};
use crate::http::response::Content;

/// The OpenAPI document in both versions, serialised. Clones share the bytes.
#[derive(Clone)]
pub struct Documents {
    current: web::Bytes,
    of_3_0: web::Bytes,
}

impl Documents {
    /// Serialises the document and its conversion to OpenAPI 3.0.
    #[must_use]
    pub fn new(document: &Value, of_3_0: &Value) -> Self {
        Self { current: document.to_string().into(), of_3_0: of_3_0.to_string().into() }
    }
}

/// The landing page.
pub const LANDING: &str = include_str!("pages/landing.html");

fn file(media_type: &'static str, text: &'static str) -> Content {
    Content { media_type, bytes: web::Bytes::from_static(text.as_bytes()) }
}

/// `GET /`: the landing page.
pub async fn landing() -> Content {
    file("text/html; charset=utf-8", LANDING)
}

/// `GET /docs`: redirects to `/docs/`, where Swagger UI is.
pub async fn to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// `GET /docs/`: Swagger UI with the title and the width of the register.
pub async fn docs() -> Content {
    file("text/html; charset=utf-8", include_str!("pages/swagger-ui.html"))
}

/// `GET /docs/register.css`: corrections to the style sheet of Swagger UI.
pub async fn docs_style() -> Content {
    file("text/css; charset=utf-8", include_str!("pages/swagger-ui.css"))
}

/// `GET /docs/register.js`: makes links within Swagger UI work.
pub async fn docs_script() -> Content {
    file("text/javascript; charset=utf-8", include_str!("pages/swagger-ui.js"))
}

/// `GET /openapi.json`.
pub async fn document(documents: web::Data<Documents>) -> Content {
    Content { media_type: "application/json", bytes: documents.current.clone() }
}

/// `GET /openapi-3.0.json`.
pub async fn document_3_0(documents: web::Data<Documents>) -> Content {
    Content { media_type: "application/json", bytes: documents.of_3_0.clone() }
}

/// `GET /problems/{slug}`: explains a kind of problem, and what the caller can do.
///
/// # Errors
///
/// `not_found` if there is no such kind.
pub async fn problem(slug: web::Path<String>) -> Result<Content, ApiError> {
    let code = ProblemCode::ALL
        .iter()
        .find(|code| code.slug() == *slug)
        .ok_or_else(|| ApiError::not_found("kind of problem"))?;
    let (title, status, advice) = (code.title(), code.status(), code.advice());
    let text = format!("# {title}\n\n`{code}`, status {status}\n\n{advice}\n");
    Ok(Content { media_type: "text/markdown; charset=utf-8", bytes: text.into() })
}

/// The response to a path without a route.
///
/// # Errors
///
/// Always `not_found`.
pub async fn nothing_here() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("path"))
}

/// An invalid id in a path gets `not_found`.
#[must_use]
pub fn not_found_for_bad_paths() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| ApiError::not_found("resource").into())
}
