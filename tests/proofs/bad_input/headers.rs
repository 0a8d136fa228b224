//! Headers that make no sense, and methods that nobody knows.

use actix_web::http::Method;
use serde_json::json;

use crate::support::operations::all;
use crate::support::{Register, contract};

#[actix_web::test]
async fn a_precondition_that_matches_nothing_changes_nothing() {
    let register = Register::real().await;
    let long = "\"1\",".repeat(2_000) + "\"1";
    let garbage = [
        "",
        " ",
        "1",
        "x",
        "\"",
        "\"\"",
        "\"1",
        "1\"",
        "'1'",
        "W/\"0\"",
        "w/\"0\"",
        "\"1 \"",
        "\"01\"",
        "\"+1\"",
        "\"-1\"",
        "\"1.0\"",
        "\",\"",
        ",",
        ",,",
        "\"0\", W/\"7\"",
        "\"99999999999999999999\"",
        "* *",
        "\"*\"",
        "**",
        "\"\u{e9}\"",
    ];
    let changes = all().into_iter().filter(|operation| ["PATCH", "PUT", "DELETE"].contains(&operation.method.as_str()));
    for operation in changes {
        for tag in garbage.into_iter().chain([&long[3..7_000]]) {
            let mut request = register.request(operation.method.clone(), &operation.path()).if_match(tag);
            if let Some(schema) = &operation.body {
                let body =
                    if operation.method == Method::PUT { crate::support::sample::whole(schema) } else { json!({}) };
                request = request.json(&body);
            }
            let answer = request.send().await;
            let is_first = tag.contains("\"1\"");
            if !is_first {
                answer.refused(&[400, 412, 422, 428]);
            }
        }
    }
}

#[actix_web::test]
async fn a_header_is_of_the_form_that_the_document_tells() {
    let register = Register::real().await;
    let tags = [
        "",
        "x",
        "1",
        "\"",
        "\"\"",
        "\"1\"",
        "\"~!#'-\"",
        "\"1",
        "1\"",
        "W/",
        "W/\"1\"",
        "w/\"1\"",
        "\"a b\"",
        "\"a,b\"",
        "\"a\"b\"",
        "\"\u{e9}\"",
        "a\tb",
        ",",
        "\"0\",",
        "\"0\",\"7\"",
        "\"0\" ,  W/\"7\", \"8\"",
        "**",
        "*, *",
        "*, \"0\"",
    ];
    for operation in all() {
        for parameter in operation.parameters("header") {
            let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
            let max = usize::try_from(schema["maxLength"].as_u64().unwrap_or(1)).unwrap();
            let validator = contract::compile(schema);
            let quoted = |length: usize| format!("\"{}\"", "x".repeat(length.saturating_sub(2)));
            let (longest, longer) = (quoted(max), quoted(max + 1));
            for tag in tags.into_iter().chain([longest.as_str(), longer.as_str()]) {
                let mut request = register.request(operation.method.clone(), &operation.path()).header(name, tag);
                if let Some(schema) = &operation.body {
                    request = request.json(&crate::support::sample::whole(schema));
                }
                let answer = request.send().await;
                let told = (answer.status.as_u16(), answer.status.is_client_error().then(|| answer.places()));
                let is_refused = told == (400, Some(vec![name.to_owned()]));
                assert_eq!(is_refused, !validator.is_valid(&json!(tag)), "{} {name}: {tag}: {told:?}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn a_request_id_is_short_and_plain_or_another_is_made() {
    let register = Register::real().await;
    for given in ["a", "01a20431-0c26-7000", "A.b:c_d-9", &"x".repeat(128)] {
        let request = register.request(Method::GET, "/v1/nothing").header("X-Request-Id", given);
        let answer = request.send().await.refused(&[404]);
        assert_eq!((answer.header("x-request-id"), &answer.json()["trace_id"]), (given, &json!(given)));
    }
    for given in
        ["", " ", "a b", "a\tb", "a;b", "<script>", "\u{e9}", "a,b", "%0a", &"x".repeat(129), &"x".repeat(8_000)]
    {
        let request = register.request(Method::GET, "/v1/nothing").header("X-Request-Id", given);
        let answer = request.send().await.refused(&[404]);
        assert_eq!(answer.header("x-request-id").len(), 36, "{given}");
        assert_eq!(answer.json()["trace_id"], answer.header("x-request-id"));
    }
}

#[actix_web::test]
async fn only_what_is_offered_can_be_accepted() {
    let register = Register::real().await;
    for operation in all().iter().filter(|operation| operation.method == Method::GET) {
        let is_csv = operation.is_table();
        let (own, other) = if is_csv { ("text/csv", "application/json") } else { ("application/json", "text/csv") };
        let refused = [
            "text/html".to_owned(),
            "text/html, application/xhtml+xml;q=0.9".to_owned(),
            other.to_owned(),
            format!("{own};q=0"),
            format!("{own};q=0, */*"),
            format!("{}/*;q=0, */*;q=0.5", own.split('/').next().unwrap()),
            "*/*;q=0".to_owned(),
            "image/*".to_owned(),
            format!("application/problem+json, {own};q=0"),
            "application/problem+json;q=0".to_owned(),
        ];
        for accept in refused {
            let answer = operation.request(&register, &operation.path()).header("Accept", &accept).send().await;
            assert_eq!(answer.refused(&[406]).code(), "not_acceptable", "{} {accept}", operation.id);
        }
        let taken = [
            own.to_owned(),
            own.to_uppercase(),
            "*/*".to_owned(),
            format!("text/html, {own};q=0.1"),
            format!("{own};charset=utf-8"),
            format!("*/*;q=0, {own}"),
            "nonsense".to_owned(),
            String::new(),
            "application/problem+json".to_owned(),
            "text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2".to_owned(),
            "text/html, x".to_owned(),
            "text/html;q=high".to_owned(),
            format!(" , {own} ,"),
        ];
        for accept in taken {
            operation.request(&register, &operation.path()).header("Accept", &accept).send().await.expect(200);
        }
    }
    for coding in ["identity;q=0", "*;q=0", "identity;q=0, br"] {
        let request = register.request(Method::GET, "/v1/themes").header("Accept-Encoding", coding);
        assert_eq!(request.send().await.refused(&[406]).code(), "not_acceptable", "{coding}");
    }
}

#[actix_web::test]
async fn a_method_that_is_not_documented_is_refused_with_those_that_are() {
    let register = Register::real().await;
    let methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "PROPFIND", "X-1"];
    let all = all();
    for operation in &all {
        let path = operation.path();
        let known =
            all.iter().filter(|other| other.path() == path).map(|other| other.method.as_str()).collect::<Vec<_>>();
        for method in methods {
            if known.contains(&method) || (method == "HEAD" && known.contains(&"GET")) {
                continue;
            }
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = register.request(method.clone(), &path).send().await.refused(&[405]);
            assert_eq!(answer.code(), "method_not_allowed");
            let mut allowed = answer.header("allow").split(", ").collect::<Vec<_>>();
            allowed.retain(|name| *name != "HEAD");
            allowed.sort_unstable();
            let mut expected = known.clone();
            expected.sort_unstable();
            assert_eq!(allowed, expected, "{method} {path}");
            assert_eq!(known.contains(&"GET"), answer.header("allow").contains("HEAD"));
        }
    }
}
