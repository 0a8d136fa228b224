//! Paths that name nothing.

use crate::support::operations::all;
use crate::support::{Register, sample};

/// Segments that are no id and no code.
fn wrong_segments() -> Vec<String> {
    let mut segments = [
        "%ff",
        "%00",
        "%C3%28",
        "%ED%A0%80",
        "a%00b",
        "%0a",
        "%20",
        "%",
        "%zz",
        "+1",
        "-1",
        "0",
        "1",
        "null",
        "..",
        ".",
        "..%2f",
        "..%2F..%2Fetc%2Fpasswd",
        "%2e%2e%2f",
        "%2f",
        "%5c",
        ";",
        "'",
        "'%20or%201=1--",
        "%F0%9F%98%80",
        "E0600001%D9%A1",
        "e06000019",
        "E06000019%20",
        "%20E06000019",
        "0080474%00",
        "01A20431-0C26-7F6F-B048-41513696DE59",
        "%7B01a20431-0c26-7f6f-b048-41513696de59%7D",
        "01a204310c267f6fb04841513696de59",
        "urn:uuid:01a20431-0c26-7f6f-b048-41513696de59",
        "01a20431-0c26-7f6f-b048-41513696de5",
        "01a20431-0c26-7f6f-b048-41513696de590",
        "ILACS_2018",
        "ilacs-2018",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    segments.push("a".repeat(7_000));
    segments.push("1".repeat(7_000));
    segments.push("%F0%9F%98%80".repeat(500));
    segments
}

#[actix_web::test]
async fn what_is_no_id_names_nothing() {
    let register = Register::real().await;
    for operation in all() {
        for name in operation.path_parameters() {
            for segment in wrong_segments() {
                let path = operation.path_with(&name, &segment);
                let request = operation.request(&register, &path);
                let request = match &operation.body {
                    Some(schema) => request.json(&sample::whole(schema)),
                    None => request,
                };
                assert_eq!(request.send().await.refused(&[404]).code(), "not_found", "{} {path}", operation.id);
            }
        }
    }
}

#[actix_web::test]
async fn a_path_is_written_in_one_way() {
    let register = Register::real().await;
    for operation in all() {
        let path = operation.path();
        for other in [
            format!("{path}/"),
            format!("/{path}"),
            path.replace("/v1/", "/v1//"),
            path.replace("/v1/", "/V1/"),
            path.replace("/v1/", "/v1/./"),
            path.replace("/v1/", "/v1/../v1/"),
            path.replace("/v1/", "/v2/"),
            path.replace("/v1", ""),
            format!("{path}/x"),
            format!("{path};x=1"),
            format!("{path}%00"),
            path.to_uppercase(),
        ] {
            // A code may follow `/v1/authorities/`, so that the path is known and the method is not.
            operation.request(&register, &other).send().await.refused(&[404, 405]);
        }
    }
}

#[actix_web::test]
async fn a_path_in_other_letters_keeps_its_rules() {
    let register = Register::real().await;
    for operation in all() {
        // The same path, with one letter percent-encoded.
        let path = operation.path().replacen("/v1/", "/%76%31/", 1);
        let answer = operation.request(&register, &format!("{path}?x=1")).send().await.refused(&[400]);
        assert_eq!(answer.places(), ["x"]);
        let answer = register.request(actix_web::http::Method::TRACE, &path).send().await.refused(&[405]);
        assert!(answer.header("allow").contains(operation.method.as_str()), "{}", answer.header("allow"));
    }
}
