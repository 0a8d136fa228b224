//! Successful responses: representations with entity tags, locations and caching rules.

mod whole;

use actix_web::body::MessageBody;
use actix_web::http::header::{self, EntityTag, Header, HeaderValue, IfNoneMatch};
use actix_web::http::{Method, StatusCode};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse, HttpResponseBuilder, Responder};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use sha2::{Digest, Sha256};

pub use self::whole::Response;
use crate::error::ApiError;
use crate::http::page::Page;

/// The caching rule of reads: caches may store them, and must revalidate them each time.
const REVALIDATED: &str = "public, no-cache";
/// The caching rule of data that changes only with the program.
const LASTING: &str = "public, max-age=3600";
/// The caching rule of files whose address changes with their content.
const KEPT: &str = "public, max-age=31536000, immutable";
/// The caching rule of reads with an API key: only the caller's own cache may store them, and must revalidate them each
/// time.
const PRIVATE: &str = "private, no-cache";

/// A resource with a version.
pub trait Versioned {
    /// The version, which increases with each change.
    fn version(&self) -> i32;
}

/// A part of a resource without a version of its own, with the version of the whole.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub struct Part<T> {
    /// The part.
    pub part: T,
    /// The version of the whole.
    #[serde(skip)]
    pub version: i32,
}

impl<T> Versioned for Part<T> {
    fn version(&self) -> i32 {
        self.version
    }
}

/// How the entity tag of a representation is computed.
enum Tag {
    /// From the version only: the representation contains nothing else that changes.
    Version(i32),
    /// From the version and the representation, which has computed or embedded members.
    VersionAndContent(i32),
    /// From the representation only.
    Content,
}

/// The representation of a resource: 200, or 304 if `If-None-Match` matches.
pub struct Found<T> {
    body: T,
    tag: Tag,
    cache_control: &'static str,
    content_location: Option<String>,
}

impl<T: Serialize + Versioned> Found<T> {
    /// A resource whose version increases with every change of its representation.
    pub fn versioned(body: T) -> Self {
        let tag = Tag::Version(body.version());
        Self { body, tag, cache_control: REVALIDATED, content_location: None }
    }

    /// A resource that may have embedded resources.
    pub fn embedding(body: T, embeds: bool) -> Self {
        if embeds { Self::computed(body) } else { Self::versioned(body) }
    }

    /// A resource with computed or embedded members.
    pub fn computed(body: T) -> Self {
        let tag = Tag::VersionAndContent(body.version());
        Self { body, tag, cache_control: REVALIDATED, content_location: None }
    }
}

impl<T: Serialize> Found<T> {
    /// A part of a resource, with the version of the whole.
    pub fn part(body: T, version: i32) -> Self {
        Self { body, tag: Tag::Version(version), cache_control: REVALIDATED, content_location: None }
    }

    /// A representation that is computed from several resources.
    pub fn view(body: T) -> Self {
        Self { body, tag: Tag::Content, cache_control: REVALIDATED, content_location: None }
    }

    /// Data that changes only with the program.
    pub fn lasting(body: T) -> Self {
        Self { body, tag: Tag::Content, cache_control: LASTING, content_location: None }
    }

    /// Adds the canonical address of the resource, if it was requested by another one.
    #[must_use]
    pub fn located(self, location: String) -> Self {
        Self { content_location: Some(location), ..self }
    }
}

impl<T: Serialize> Responder for Found<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Ok(bytes) = serde_json::to_vec(&self.body) else { return serialisation_failed() };
        let mut response = represent(request, &self.tag, "application/json", bytes, self.cache_control);
        if let Some(location) = self.content_location.and_then(|location| HeaderValue::from_str(&location).ok()) {
            response.headers_mut().insert(header::CONTENT_LOCATION, location);
        }
        response
    }
}

/// A new resource: 201 with its address.
pub struct Created<T> {
    /// The resource.
    pub body: T,
    /// Its address.
    pub location: String,
}

impl<T: Serialize + Versioned> Created<T> {
    /// The serialised response.
    ///
    /// # Errors
    ///
    /// `internal` if the resource cannot be serialised as JSON.
    pub fn response(self) -> Result<Response, ApiError> {
        let response = Response::written(StatusCode::CREATED, self.body.version(), &self.body)?;
        Ok(response.with(&header::LOCATION, self.location))
    }
}

impl<T: Serialize + Versioned> Responder for Created<T> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        self.response().map_or_else(HttpResponse::from_error, |response| response.respond_to(request))
    }
}

/// A page of a list: 200 with a link to the next page, or 304.
pub struct Listed<P> {
    body: P,
    next_cursor: Option<String>,
    cache_control: &'static str,
}

impl<P> Listed<P> {
    /// A page with these items; `build` combines items and page.
    pub fn new<T>((items, page): (Vec<T>, Page), build: impl FnOnce(Vec<T>, Page) -> P) -> Self {
        let next_cursor = page.next_cursor.clone();
        Self { body: build(items, page), next_cursor, cache_control: REVALIDATED }
    }

    /// Marks a list that changes only with the program.
    #[must_use]
    pub fn lasting(self) -> Self {
        Self { cache_control: LASTING, ..self }
    }
}

impl<P: Serialize> Responder for Listed<P> {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        let Ok(bytes) = serde_json::to_vec(&self.body) else { return serialisation_failed() };
        let mut response = represent(request, &Tag::Content, "application/json", bytes, self.cache_control);
        if let Some(link) = self.next_cursor.and_then(|cursor| next_link(request, &cursor)) {
            response.headers_mut().insert(header::LINK, link);
        }
        response
    }
}

/// A page, a document or a file: 200, or 304 if `If-None-Match` matches.
pub struct Content {
    media_type: &'static str,
    bytes: Bytes,
    cache_control: &'static str,
}

impl Content {
    /// Content of this media type.
    pub fn new(media_type: &'static str, bytes: impl Into<Bytes>) -> Self {
        Self { media_type, bytes: bytes.into(), cache_control: REVALIDATED }
    }

    /// Marks content whose address changes with it.
    #[must_use]
    pub fn kept(self) -> Self {
        Self { cache_control: KEPT, ..self }
    }
}

impl Responder for Content {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, request: &HttpRequest) -> HttpResponse {
        represent(request, &Tag::Content, self.media_type, self.bytes, self.cache_control)
    }
}

/// The resource is deleted: 204.
pub struct Deleted;

impl Responder for Deleted {
    type Body = actix_web::body::BoxBody;

    fn respond_to(self, _: &HttpRequest) -> HttpResponse {
        HttpResponse::NoContent().insert_header((header::CACHE_CONTROL, "no-store")).finish()
    }
}

fn represent(
    request: &HttpRequest,
    tag: &Tag,
    media_type: &str,
    bytes: impl Into<Bytes>,
    cache_control: &'static str,
) -> HttpResponse {
    let bytes = bytes.into();
    let tag = match tag {
        Tag::Version(version) => version.to_string(),
        Tag::VersionAndContent(version) => format!("{version}-{}", digest(&bytes)),
        Tag::Content => digest(&bytes),
    };
    let tag = EntityTag::new_strong(tag);
    let is_known = is_read(request) && is_known(request, |known| known.weak_eq(&tag));
    let mut head = head(request, is_known, cache_control);
    head.insert_header((header::ETAG, tag.to_string()));
    if is_known { head.finish() } else { head.content_type(media_type).body(bytes) }
}

/// A representation of which everything is known: 200 with its entity tag, or 304.
pub fn represent_whole(request: &HttpRequest, media_type: &str, bytes: Bytes) -> HttpResponse {
    represent(request, &Tag::Content, media_type, bytes, REVALIDATED)
}

/// A representation that is sent before its end is known: 200 without an entity tag, or 304 if any will do.
pub fn represent_untagged<B: MessageBody + 'static>(
    request: &HttpRequest,
    media_type: &str,
    body: impl FnOnce() -> B,
) -> HttpResponse {
    let is_known = is_read(request) && is_known(request, |_| false);
    let mut head = head(request, is_known, REVALIDATED);
    if is_known { head.finish() } else { head.content_type(media_type).body(body()) }
}

fn is_read(request: &HttpRequest) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

fn head(request: &HttpRequest, is_known: bool, cache_control: &'static str) -> HttpResponseBuilder {
    let mut head = HttpResponse::build(if is_known { StatusCode::NOT_MODIFIED } else { StatusCode::OK });
    let cache_control = match is_read(request) {
        true if request.headers().contains_key(header::AUTHORIZATION) => PRIVATE,
        true => cache_control,
        false => "no-store",
    };
    head.insert_header((header::CACHE_CONTROL, cache_control));
    head
}

/// Whether `If-None-Match` matches the representation (RFC 9110, section 13.1.2), by any of its tags or by `*`.
fn is_known(request: &HttpRequest, matches: impl Fn(&EntityTag) -> bool) -> bool {
    match IfNoneMatch::parse(request) {
        Ok(IfNoneMatch::Any) => true,
        Ok(IfNoneMatch::Items(tags)) => tags.iter().any(matches),
        Err(_) => false,
    }
}

/// A short name for these bytes, which no others have.
pub(super) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    URL_SAFE_NO_PAD.encode(hash.get(..12).unwrap_or_default())
}

/// The address of the next page (RFC 8288): this one with another cursor.
fn next_link(request: &HttpRequest, cursor: &str) -> Option<HeaderValue> {
    let kept = url::form_urlencoded::parse(request.query_string().as_bytes()).filter(|(name, _)| name != "cursor");
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(kept).append_pair("cursor", cursor).finish();
    HeaderValue::from_str(&format!("<{}?{query}>; rel=\"next\"", request.path())).ok()
}

fn serialisation_failed() -> HttpResponse {
    HttpResponse::from_error(ApiError::Internal("cannot serialise the response as JSON".to_owned()))
}
