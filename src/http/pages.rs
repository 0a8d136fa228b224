//! What is served outside `/v1` for people: the landing page, the document, and the explanations of problems.

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, web};
use serde_json::Value;

use crate::error::{ApiError, ProblemCode};
use crate::http::response::Content;

/// The OpenAPI document as it is sent, in both versions. Copies share the bytes.
#[derive(Clone)]
pub struct Documents {
    current: web::Bytes,
    of_3_0: web::Bytes,
}

impl Documents {
    /// The document in bytes, and the same in the words of OpenAPI 3.0.
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

/// `GET /`: what this is, in five lines.
pub async fn landing() -> Content {
    file("text/html; charset=utf-8", LANDING)
}

/// `GET /docs`: Swagger UI lives in the folder of that name.
pub async fn to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// `GET /docs/`: Swagger UI under the register's own name, and as wide as the screen.
pub async fn docs() -> Content {
    file("text/html; charset=utf-8", include_str!("pages/swagger-ui.html"))
}

/// `GET /docs/register.css`: what Swagger UI's own style sheet leaves ugly.
pub async fn docs_style() -> Content {
    file("text/css; charset=utf-8", include_str!("pages/swagger-ui.css"))
}

/// `GET /docs/register.js`: what makes links within Swagger UI work.
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

/// `GET /problems/{slug}`: what a kind of problem means, and what to do about it.
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

/// Whatever has no route.
///
/// # Errors
///
/// Always `not_found`.
pub async fn nothing_here() -> Result<HttpResponse, ApiError> {
    Err(ApiError::not_found("path"))
}

/// An id in a path that is no id names nothing.
#[must_use]
pub fn not_found_for_bad_paths() -> web::PathConfig {
    web::PathConfig::default().error_handler(|_, _| ApiError::not_found("resource").into())
}
