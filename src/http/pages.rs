//! Pages outside `/v1`: the landing page, the OpenAPI document, Swagger UI, the guides and the explanations of problems.

pub mod files;
pub mod guides;
mod markdown;
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

/// A page with a text in Markdown; `root` is the relative address of the service.
fn page(root: &str, title: &str, text: &str) -> String {
    let page = with_files(include_str!("pages/page.html")).replace("{root}", root).replace("{title}", title);
    page.replace("{content}", &markdown::to_html(text))
}

/// A page with the version of the files that it names.
fn with_files(page: &str) -> String {
    page.replace("{version}", files::version())
}

/// A text in HTML if the request names that, which browsers do, and in Markdown otherwise.
fn explained(root: &str, title: &str, text: &str, request: &HttpRequest) -> impl Responder + use<> {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content = if accept.contains("text/html") {
        Content::new(HTML, page(root, title, text))
    } else {
        Content::new("text/markdown; charset=utf-8", text.to_owned())
    };
    content.customize().append_header((header::VARY, "Accept"))
}

/// `GET /`: the landing page.
pub async fn landing() -> Content {
    Content::new(HTML, with_files(include_str!("pages/landing.html")))
}

/// `GET /docs`: redirects to `/docs/`, where Swagger UI is.
pub async fn to_docs() -> HttpResponse {
    redirected("/docs/")
}

fn redirected(address: &'static str) -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, address)).finish()
}

/// `GET /docs/`: Swagger UI with the title and the width of the register.
pub async fn docs() -> Content {
    Content::new(HTML, with_files(include_str!("pages/swagger-ui.html")))
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
    Content::new("application/json", text)
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
