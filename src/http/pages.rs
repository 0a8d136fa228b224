//! Pages outside `/v1`: the landing page, the OpenAPI document, Swagger UI and the explanations of problems.

pub mod problems;

use actix_web::http::header;
use actix_web::{HttpRequest, HttpResponse, Responder, web};
use serde_json::{Value, json};

use crate::error::ApiError;
use crate::http::public_url::PublicUrl;
use crate::http::response::Content;

/// The OpenAPI document in both versions, serialised.
pub struct Documents {
    current: String,
    of_3_0: String,
}

impl Documents {
    /// Serialises the document and its conversion to OpenAPI 3.0.
    #[must_use]
    pub fn new(document: &Value, of_3_0: &Value) -> Self {
        Self { current: document.to_string(), of_3_0: of_3_0.to_string() }
    }
}

const HTML: &str = "text/html; charset=utf-8";

fn file(media_type: &'static str, text: &'static str) -> Content {
    Content { media_type, bytes: web::Bytes::from_static(text.as_bytes()) }
}

/// A page with a text in Markdown; `root` is the relative address of the service.
fn page(root: &str, title: &str, text: &str) -> String {
    let mut content = String::new();
    pulldown_cmark::html::push_html(&mut content, pulldown_cmark::Parser::new(text));
    let page = include_str!("pages/page.html").replace("{root}", root).replace("{title}", title);
    page.replace("{content}", &content)
}

/// `GET /`: the landing page.
pub async fn landing() -> Content {
    file(HTML, include_str!("pages/landing.html"))
}

/// `GET /docs`: redirects to `/docs/`, where Swagger UI is.
pub async fn to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// `GET /docs/`: Swagger UI with the title and the width of the register.
pub async fn docs() -> Content {
    file(HTML, include_str!("pages/swagger-ui.html"))
}

/// `GET /docs/register.css`: corrections to the style sheet of Swagger UI.
pub async fn docs_style() -> Content {
    file("text/css; charset=utf-8", include_str!("pages/swagger-ui.css"))
}

/// `GET /docs/register.js`: makes links within Swagger UI work.
pub async fn docs_script() -> Content {
    file("text/javascript; charset=utf-8", include_str!("pages/swagger-ui.js"))
}

/// `GET /pages.css`: the style sheet of the pages of the register.
pub async fn style() -> Content {
    file("text/css; charset=utf-8", include_str!("pages/pages.css"))
}

/// `GET /openapi.json`.
pub async fn document(request: HttpRequest, documents: web::Data<Documents>) -> Content {
    served(&documents.current, &request)
}

/// `GET /openapi-3.0.json`.
pub async fn document_3_0(request: HttpRequest, documents: web::Data<Documents>) -> Content {
    served(&documents.of_3_0, &request)
}

/// The document with the address of the service in place of the relative one in `servers`, which stands before all others.
fn served(document: &str, request: &HttpRequest) -> Content {
    let url = PublicUrl::of(request).absolute_for("/v1", request);
    let text = document.replacen("\"url\":\"/v1\"", &format!("\"url\":{}", json!(url)), 1);
    Content { media_type: "application/json", bytes: text.into() }
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
