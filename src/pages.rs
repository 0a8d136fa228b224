//! What is served outside `/v1` for people: the landing page, the document, and the explanations of problems.

use actix_web::http::header;
use actix_web::{HttpResponse, Responder, web};
use serde_json::Value;

use crate::answer::Content;
use crate::error::{ApiError, ProblemCode};

/// The OpenAPI document as it is sent, in both versions.
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

fn html(page: &'static str) -> Content {
    Content { media_type: "text/html; charset=utf-8", bytes: web::Bytes::from_static(page.as_bytes()) }
}

/// `GET /`: what this is, in five lines.
pub async fn landing() -> Content {
    html(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Inspection Register</title>\n\
         <h1>Inspection Register</h1>\n\
         <p>The record of Ofsted's inspections of how English councils help and protect children, as an API.</p>\n\
         <p>Try it: <a href=\"docs/\">Swagger UI</a>, or <a href=\"v1/standings\">where every authority stands today</a> \
         (<a href=\"v1/standings.csv\">CSV</a>).</p>\n\
         <p>Make a client from the <a href=\"openapi.json\">OpenAPI document</a>. \
         The service is <a href=\"health/ready\">ready</a> or says why not.</p>\n\
         <p>Contains public sector information licensed under the \
         <a href=\"https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/\">Open Government Licence v3.0</a>. \
         Source: Ofsted inspection reports of local authority children's services, Crown copyright; Office for National Statistics \
         codes and names; Department for Education local authority codes.</p>\n</html>\n",
    )
}

/// `GET /docs`: Swagger UI lives in the folder of that name.
pub async fn to_docs() -> impl Responder {
    HttpResponse::PermanentRedirect().insert_header((header::LOCATION, "/docs/")).finish()
}

/// `GET /docs/`: Swagger UI under the register's own name, and as wide as the screen.
pub async fn docs() -> Content {
    html(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n\
         <title>Inspection Register: Swagger UI</title>\n\
         <link rel=\"stylesheet\" href=\"swagger-ui.css\">\n<link rel=\"stylesheet\" href=\"index.css\">\n\
         <link rel=\"icon\" type=\"image/png\" href=\"favicon-32x32.png\" sizes=\"32x32\">\n\
         <div id=\"swagger-ui\"></div>\n\
         <script src=\"swagger-ui-bundle.js\"></script>\n<script src=\"swagger-ui-standalone-preset.js\"></script>\n\
         <script src=\"swagger-initializer.js\"></script>\n</html>\n",
    )
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
