//! The explanations of problems: Markdown for programs, HTML for people.

use actix_web::http::header;
use actix_web::{HttpRequest, Responder, web};

use super::{HTML, page};
use crate::error::{ApiError, ProblemCode};
use crate::http::response::Content;

/// `GET /problems`: lists the kinds of problem.
pub async fn list(request: HttpRequest) -> impl Responder {
    let entries = ProblemCode::ALL
        .iter()
        .map(|code| format!("- [{}](problems/{}): `{code}`, status {}\n", code.title(), code.slug(), code.status()));
    explained("", "Problems", &format!("# Problems\n\n{}", entries.collect::<String>()), &request)
}

/// `GET /problems/{slug}`: explains a kind of problem, and what the caller can do.
///
/// # Errors
///
/// `not_found` if there is no such kind.
pub async fn explanation(request: HttpRequest, slug: web::Path<String>) -> Result<impl Responder, ApiError> {
    let code = ProblemCode::ALL
        .iter()
        .find(|code| code.slug() == *slug)
        .ok_or_else(|| ApiError::not_found("kind of problem"))?;
    let (title, status, advice) = (code.title(), code.status(), code.advice());
    let text = format!("# {title}\n\n`{code}`, status {status}\n\n{advice}\n");
    Ok(explained("../", title, &text, &request))
}

/// A text in HTML if the request names that, which browsers do, and in Markdown otherwise.
fn explained(root: &str, title: &str, text: &str, request: &HttpRequest) -> impl Responder + use<> {
    let accept = request.headers().get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let content = if accept.contains("text/html") {
        Content { media_type: HTML, bytes: page(root, title, text).into() }
    } else {
        Content { media_type: "text/markdown; charset=utf-8", bytes: text.to_owned().into() }
    };
    content.customize().append_header((header::VARY, "Accept"))
}
