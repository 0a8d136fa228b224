//! Query strings that ask for what is not documented.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::support::operations::all;
use crate::support::{Register, contract};

/// Values that are wrong for most parameters, percent-encoded where they must be.
fn odd_values() -> Vec<String> {
    let mut values = [
        "",
        "%20",
        ",",
        "a,,b",
        ",a",
        "a,",
        "null",
        "true",
        "-1",
        "0",
        "201",
        "1e2",
        "1.0",
        "0x10",
        "+5",
        "%2B5",
        "+5+",
        "%205",
        "5%20",
        "%D9%A5",
        "99999999999999999999",
        "2024-2-3",
        "+2024-02-03",
        "0000-01-01",
        "%2B262142-12-31",
        "1899-12-31",
        "2101-01-01",
        "2024-02-30",
        "2024-02-03T00:00:00Z",
        "x",
        "%25",
        "_",
        "%5C%5C",
        "%27%27",
        "%22%22",
        "%27%20or%201=1--",
        "%24%7B7*7%7D",
        "..%2F..",
        "Good",
        "GOOD",
        "good,",
        "good,good",
        "-name,name",
        "--name",
        "E06000019,",
        "E0600001%D9%A1",
        "e06000019",
        "01A20431-0C26-7F6F-B048-41513696DE59",
        "%F0%9F%98%80",
        "019a0000-0000-7000-8000-000000000000,x",
        "%E2%80%AE",
        "a%20%26%20%7C%20!",
        "%3A*",
        "%22a",
        "-",
    ]
    .map(ToOwned::to_owned)
    .to_vec();
    values.push("a".repeat(201));
    values.push("a".repeat(1_001));
    values.push("%E2%82%AC".repeat(201));
    values.push("%F0%9F%98%80".repeat(200));
    values.push("good,".repeat(50) + "good");
    values.push("early_help,".repeat(50) + "early_help");
    values.push("E06000019,".repeat(50) + "E06000019");
    values.push((0..51).map(|number| format!("E060000{number:02}")).collect::<Vec<_>>().join(","));
    values.push((0..51).map(|number| format!("theme_{number}")).collect::<Vec<_>>().join(","));
    values.push("019a0000-0000-7000-8000-000000000000,".repeat(50) + "019a0000-0000-7000-8000-000000000000");
    values
}

/// The value as the document understands it: a number, a comma list, or text.
fn understood(schema: &Value, value: &str) -> Value {
    let value = value.replace('+', " ");
    let text = percent_encoding::percent_decode_str(&value).decode_utf8().unwrap().into_owned();
    match schema["type"].as_str() {
        // Repetitions make no difference.
        Some("array") => text.split(',').collect::<BTreeSet<_>>().into_iter().collect(),
        Some("integer") => match text.parse::<i64>() {
            Ok(number) if number.to_string() == text => json!(number),
            _ => json!(text),
        },
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), Value::from),
        _ => json!(text),
    }
}

#[actix_web::test]
async fn a_value_that_the_document_forbids_is_refused() {
    let register = Register::real().await;
    for operation in all() {
        for (name, schema) in operation.query_parameters() {
            let validator = contract::compile(&schema);
            for value in odd_values() {
                let path = format!("{}?{name}={value}", operation.path());
                let answer = operation.request(&register, &path).send().await;
                if validator.is_valid(&understood(&schema, &value)) {
                    let status = answer.status.as_u16();
                    assert!([200, 204, 404, 409, 412, 422].contains(&status), "{path}: {status} {}", answer.text());
                } else {
                    assert_eq!(answer.refused(&[400]).places(), [name.as_str()], "{path}");
                }
            }
        }
    }
}

#[actix_web::test]
async fn every_parameter_is_text_and_given_once() {
    let register = Register::real().await;
    for operation in all() {
        for (name, schema) in operation.query_parameters() {
            let repeated = [format!("{name}=ab&{name}=ab"), format!("{name}=1&{name}="), format!("{name}&{name}")];
            let repeated = repeated.into_iter().filter(|_| schema["items"].is_null());
            let no_text = [
                format!("{name}=%ff"),
                format!("{name}=%C3%28"),
                format!("{name}=a%ED%A0%80"),
                format!("{name}=%00"),
                format!("{name}=ab%00cd"),
                format!("{name}=a%1Bb"),
                format!("{name}=a%7Fb"),
                format!("{name}=a%C2%85b"),
            ];
            for query in no_text.into_iter().chain(repeated) {
                let path = format!("{}?{query}", operation.path());
                let answer = operation.request(&register, &path).send().await.refused(&[400]);
                assert_eq!(
                    (answer.code().as_str(), answer.places()),
                    ("invalid_parameter", vec![name.clone()]),
                    "{path}"
                );
            }
        }
    }
}

#[actix_web::test]
async fn an_unknown_parameter_is_refused_and_named() {
    let register = Register::real().await;
    for operation in all() {
        for (query, name) in [
            ("x=1", "x"),
            ("x", "x"),
            ("=1", ""),
            ("=", ""),
            ("LIMIT=1", "LIMIT"),
            ("limit%20=1", "limit "),
            ("limit[]=1", "limit[]"),
            ("offset=0", "offset"),
            ("page=2", "page"),
            ("fields=name", "fields"),
            ("%F0%9F%98%80=1", "\u{1f600}"),
            ("%ff=1", "%ff"),
            ("api_key=secret", "api_key"),
        ] {
            let path = format!("{}?{query}", operation.path());
            let answer = operation.request(&register, &path).send().await.refused(&[400]);
            assert_eq!(
                (answer.code().as_str(), answer.places()),
                ("invalid_parameter", vec![name.to_owned()]),
                "{path}"
            );
        }
        for query in ["%00=1".to_owned(), "a%0ab=1".to_owned(), format!("{}=1", "x".repeat(7_000))] {
            let path = format!("{}?{query}", operation.path());
            operation.request(&register, &path).send().await.refused(&[400]);
        }
        let many = (0..2_000).map(|number| format!("x{number}=1")).collect::<Vec<_>>().join("&");
        let path = format!("{}?{many}", operation.path());
        let answer = operation.request(&register, &path).send().await.refused(&[400]);
        assert!(answer.bytes.len() < 200_000, "{} bytes", answer.bytes.len());
    }
}

#[actix_web::test]
async fn empty_parts_of_a_query_string_are_nothing() {
    let register = Register::real().await;
    register.get("/v1/themes?").await.expect(200);
    register.get("/v1/themes?&&limit=1&").await.expect(200);
}

#[actix_web::test]
async fn a_period_ends_after_it_begins() {
    let register = Register::real().await;
    let mut found = 0;
    for operation in all() {
        let names = operation.query_parameters().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        // Whoever asks what changed since a day wants it up to now.
        for from in names.iter().filter(|name| name.ends_with("_from") && *name != "updated_from") {
            let to = from.replace("_from", "_to");
            assert!(names.contains(&to), "{} has {from} and no {to}", operation.id);
            let reversed = format!("{}?{from}=2020-01-02&{to}=2020-01-01", operation.path());
            assert_eq!(register.get(&reversed).await.refused(&[422]).places(), [to.as_str()]);
            register.get(&format!("{}?{from}=2020-01-01&{to}=2020-01-01", operation.path())).await.expect(200);
            found += 1;
        }
    }
    assert!(found >= 4);
    register.get("/v1/standings?as_at=2100-12-31").await.refused(&[422]);
}

#[actix_web::test]
async fn what_names_nothing_gives_an_empty_page() {
    let register = Register::real().await;
    let nothing = "019a0000-0000-7000-8000-000000000000";
    for (list, query) in [
        ("authorities", "q=nowhere&region=London"),
        ("authorities", "gss_code=E06000019&region=London"),
        ("inspections", "q=nowhere"),
        ("inspections", "theme=private_fostering&authority=E06000019"),
        ("findings", "theme=private_fostering"),
        ("inspections", "lead_inspector=%25"),
        ("inspections", &format!("opened_by={nothing}")),
        ("documents", &format!("inspection={nothing}")),
        ("recommendations", &format!("authority={nothing}")),
        ("standings", "as_at=1900-01-01&grade=good"),
    ] {
        let answer = register.get(&format!("/v1/{list}?count=exact&{query}")).await.expect(200).json();
        assert_eq!((&answer["items"], &answer["page"]["total"]), (&json!([]), &json!(0)), "{list}?{query}");
    }
}
