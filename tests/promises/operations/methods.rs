//! What else is asked of every address: HEAD, and the methods that it does not know.

use std::collections::BTreeSet;

use actix_web::http::Method;

use crate::support::operations::all;
use crate::support::{Answer, Register};

/// What is served and is no operation.
pub const PLUMBING: [&str; 20] = [
    "/",
    "/pages.css",
    "/docs",
    "/docs/",
    "/docs/index.html",
    "/docs/register.css",
    "/docs/register.js",
    "/docs/swagger-ui.css",
    "/docs/swagger-ui-bundle.js",
    "/docs/favicon-32x32.png",
    "/guides",
    "/guides/glossary",
    "/guides/decisions/0012-events",
    "/guides/inspection-register.service",
    "/openapi.json",
    "/openapi-3.0.json",
    "/problems/not-found",
    "/health/live",
    "/health/ready",
    "/metrics",
];

fn reads() -> Vec<String> {
    let reads = all().into_iter().filter(|operation| operation.method == Method::GET).map(|read| read.path());
    reads.chain(PLUMBING.map(ToOwned::to_owned)).collect()
}

#[actix_web::test]
async fn head_is_answered_as_get_is() {
    let register = Register::real().await;
    for path in reads() {
        let get = register.get(&path).await;
        let head = register.request(Method::HEAD, &path).send().await;
        assert!(get.status.is_success() || get.status.is_redirection(), "{path}: {}", get.status);
        assert_eq!(head.status, get.status, "{path}");
        let own = |answer: &Answer| {
            let named = answer.headers.iter().filter(|(name, _)| *name != "x-request-id");
            named.map(|(name, value)| format!("{name}: {value:?}")).collect::<BTreeSet<_>>()
        };
        assert_eq!(own(&head), own(&get), "{path}");
        let failed = register.request(Method::HEAD, &format!("{path}/nothing")).send().await;
        assert_eq!(failed.status, register.get(&format!("{path}/nothing")).await.status, "{path}/nothing");
    }
}

#[actix_web::test]
async fn what_is_only_read_says_so() {
    let register = Register::empty().await;
    for path in PLUMBING {
        for method in ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"] {
            let request = register.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
            let answer = request.send().await.refused(&[405]);
            assert_eq!((answer.code().as_str(), answer.header("allow")), ("method_not_allowed", "GET, HEAD"), "{path}");
        }
    }
}

#[actix_web::test]
async fn an_unknown_path_is_not_found_with_any_method() {
    let register = Register::empty().await;
    for path in [
        "/x",
        "/v1",
        "/v1/",
        "/v1/x",
        "/health",
        "/health/x",
        "/problems/",
        "/problems/x",
        "/guides/x",
        "/guides/lists/",
        "/docs/x.js",
        "/favicon.ico",
    ] {
        for method in ["GET", "HEAD"] {
            let request = register.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
            assert_eq!(request.send().await.refused(&[404]).code(), "not_found", "{method} {path}");
        }
    }
    for path in ["/x", "/v1/x", "/v1"] {
        for method in ["POST", "DELETE", "OPTIONS", "TRACE"] {
            let request = register.request(Method::from_bytes(method.as_bytes()).unwrap(), path);
            assert_eq!(request.send().await.refused(&[404]).code(), "not_found", "{method} {path}");
        }
    }
}
