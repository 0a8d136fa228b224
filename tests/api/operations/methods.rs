//! What else is asked of every address: HEAD, the methods that it does not know, web pages of other origins.

use std::collections::BTreeSet;

use actix_web::http::Method;
use inspection_register::error::ProblemCode;

use crate::support::operations::all;
use crate::support::{Answer, Register, database::Database};

/// What is served and is no operation.
const PLUMBING: [&str; 10] = [
    "/",
    "/docs",
    "/docs/",
    "/docs/index.html",
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
    for path in
        ["/x", "/v1", "/v1/", "/v1/x", "/health", "/health/x", "/problems", "/problems/x", "/docs/x.js", "/favicon.ico"]
    {
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

#[actix_web::test]
async fn every_kind_of_problem_is_explained() {
    let register = Register::empty().await;
    for code in ProblemCode::ALL {
        let page = register.get(&format!("/problems/{}", code.slug())).await.expect(200).text();
        let status = format!("status {}", code.status());
        for part in [code.title(), code.as_str(), &status, code.advice()] {
            assert!(page.contains(part), "{code}: {page}");
        }
    }
    let problem = register.get("/v1/x").await.refused(&[404]).json();
    assert_eq!(problem["type"], "urn:problem-type:inspection-register:not-found");
    register.get("/problems/not_found").await.refused(&[404]);
}

#[actix_web::test]
async fn web_pages_of_configured_origins_alone_may_call() {
    let ours = "https://example.org";
    let register = Register::with(Database::empty(), |app| app.cors_origins = vec![ours.to_owned()]).await;
    let from = async |origin: &str| {
        register.request(Method::GET, "/v1/themes").header("Origin", origin).send().await.expect(200)
    };
    let answer = from(ours).await;
    assert_eq!(answer.header("access-control-allow-origin"), ours);
    let exposed = answer.header("access-control-expose-headers").to_lowercase();
    for name in ["etag", "link", "location", "retry-after", "x-request-id"] {
        assert!(exposed.contains(name), "{name} is not exposed");
    }
    assert!(answer.headers.get_all("vary").any(|names| names.to_str().unwrap().contains("Origin")));
    for other in ["https://example.com", "http://example.org", "https://example.org.evil.example", "null"] {
        assert_eq!(from(other).await.header("access-control-allow-origin"), "", "{other}");
    }

    let preflight = |origin: &'static str| {
        let request = register.request(Method::OPTIONS, "/v1/authorities/E06000019").header("Origin", origin);
        request
            .header("Access-Control-Request-Method", "PATCH")
            .header("Access-Control-Request-Headers", "if-match, content-type")
    };
    let allowed = preflight(ours).send().await;
    assert!(allowed.status.is_success(), "{}", allowed.text());
    assert!(allowed.header("access-control-allow-methods").contains("PATCH"));
    assert!(allowed.header("access-control-allow-headers").to_lowercase().contains("if-match"));
    let refused = preflight("https://example.com").send().await;
    assert_eq!(refused.header("access-control-allow-origin"), "");

    let closed = Register::empty().await;
    let answer = closed.request(Method::GET, "/v1/themes").header("Origin", ours).send().await.expect(200);
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let open = Register::with(Database::empty(), |app| app.cors_origins = vec!["*".to_owned()]).await;
    let answer = open.request(Method::GET, "/v1/themes").header("Origin", ours).send().await.expect(200);
    assert!(["*", ours].contains(&answer.header("access-control-allow-origin")));
    assert_eq!(answer.header("access-control-allow-credentials"), "");
}
