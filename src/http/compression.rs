//! Entity tags of compressed responses. A compressed body has other bytes than a plain one, so both must not have the same
//! strong tag (RFC 9110, section 8.8.3.3).

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;

/// The end of the tag of a compressed response, with the quotation mark.
const MARKED: &str = "-gzip\"";
/// The end of every tag.
const END: &str = "\"";

/// Marks the tags of compressed responses, and takes the mark from tags that callers send back, since both forms of a
/// representation change together. Responses to writes are not compressed: they are small, and a caller may compare their tag
/// with that of a refused change.
///
/// # Errors
///
/// Those of the inner layers.
pub async fn mark_tags(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, actix_web::Error> {
    if !request.method().is_safe() {
        request.headers_mut().remove(header::ACCEPT_ENCODING);
    }
    let known = unmark(request.headers_mut());
    let mut response = next.call(request).await?.map_into_boxed_body();
    let tag = response.headers().get(header::ETAG).and_then(|tag| tag.to_str().ok());
    let Some((plain, marked)) =
        tag.and_then(|tag| Some((tag.to_owned(), format!("{}{MARKED}", tag.strip_suffix(END)?))))
    else {
        return Ok(response);
    };
    let is_compressed = response.headers().contains_key(header::CONTENT_ENCODING);
    // Of the form that the caller has, it is told under its own tag that it is current.
    let is_known = response.status() == StatusCode::NOT_MODIFIED && known.contains(&marked) && !known.contains(&plain);
    if (is_compressed || is_known)
        && let Ok(marked) = HeaderValue::from_str(&marked)
    {
        response.headers_mut().insert(header::ETAG, marked);
    }
    Ok(response)
}

/// Takes the mark from the tags that a caller has, and gives back the tags as they were sent.
fn unmark(headers: &mut HeaderMap) -> String {
    let sent = headers.get_all(header::IF_NONE_MATCH).filter_map(|tags| tags.to_str().ok());
    let sent = sent.collect::<Vec<_>>().join(", ");
    if sent.contains(MARKED)
        && let Ok(plain) = HeaderValue::from_str(&sent.replace(MARKED, END))
    {
        headers.insert(header::IF_NONE_MATCH, plain);
    }
    sent
}
