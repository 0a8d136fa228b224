//! The explanations of problems: Markdown for programs, HTML for people.

use actix_web::{HttpRequest, Responder, web};

use super::explained;
use crate::error::{ApiError, ProblemCode};

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
