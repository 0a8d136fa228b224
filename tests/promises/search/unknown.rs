//! What filters name and the register does not know.

use rstest::rstest;
use serde_json::Value;

use crate::support::Register;
use crate::support::operations::{Operation, all, resolve};

/// Parameters that name codes of a vocabulary: a value that it does not hold, and the nearest one that it does.
const CODES: [(&str, &str, &str); 14] = [
    ("theme", "nonsense_theme", ""),
    ("theme", "pathway_plan", "pathway_planning"),
    ("framework", "ilacs_2019", "ilacs_2018"),
    ("area", "care_leaver", "care_leavers"),
    ("region", "West%20midlands", "West Midlands"),
    ("region", "Narnia", ""),
    ("authority", "E06999999", ""),
    ("authority", "E06000219", "E06000019"),
    ("authority", "00000", ""),
    ("neighbours_of", "E06999999", ""),
    ("neighbours_of", "E06000219", "E06000019"),
    ("gss_code", "E06000219", "E06000019"),
    ("dfe_code", "000", ""),
    ("ofsted_urn", "00000", ""),
];

/// Parameters whose values are no codes.
const OTHERS: [&str; 28] = [
    "q",
    "bom",
    "limit",
    "cursor",
    "reason",
    "after",
    "as_at",
    "active_on",
    "lead_inspector",
    "owner_role",
    "promised_to",
    "opened_by",
    "inspection",
    "plan",
    "recommendation",
    "finding",
    "min_slip_days",
    "is_overdue",
    "never_examined",
    "due_from",
    "due_to",
    "updated_from",
    "updated_to",
    "started_from",
    "started_to",
    "published_from",
    "published_to",
    "resource_id",
];

fn values(schema: &Value) -> Option<Vec<String>> {
    let schema = resolve(if schema["items"].is_object() { &schema["items"] } else { schema });
    let values = schema["enum"].as_array()?;
    Some(values.iter().map(|value| value.as_str().unwrap().to_owned()).collect())
}

fn reads() -> impl Iterator<Item = Operation> {
    all().into_iter().filter(Operation::is_read)
}

#[actix_web::test]
async fn every_filter_refuses_a_code_that_no_vocabulary_holds() {
    let register = Register::real().await;
    let mut tried = 0;
    for operation in reads() {
        for (name, schema) in operation.query_parameters() {
            let codes = CODES.iter().filter(|(of, ..)| *of == name).collect::<Vec<_>>();
            assert!(
                !codes.is_empty() || OTHERS.contains(&name.as_str()) || values(&schema).is_some(),
                "is {name} of {} a code? Add it to CODES or to OTHERS",
                operation.id
            );
            for (_, value, nearest) in codes {
                let answer = register.get(&format!("{}?{name}={value}", operation.path())).await.expect(422);
                let problem = answer.json();
                assert_eq!((answer.code().as_str(), answer.places()), ("validation_failed", vec![name.clone()]));
                assert_eq!(problem["errors"][0]["code"], "unknown_value", "{problem}");
                for text in [&problem["errors"][0]["message"], &problem["detail"]] {
                    let suggested = text.as_str().unwrap().split_once("did you mean ").map(|(_, values)| values);
                    assert!(suggested.unwrap_or_default().contains(nearest), "{}: {problem}", operation.id);
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "{tried}");
}

#[actix_web::test]
async fn every_closed_set_suggests_the_nearest_value() {
    let register = Register::real().await;
    for operation in reads() {
        for (name, schema) in operation.query_parameters() {
            let Some(value) = values(&schema).and_then(|values| values.into_iter().next()) else { continue };
            let answer = register.get(&format!("{}?{name}={value}x", operation.path())).await.expect(400).json();
            let error = &answer["errors"][0];
            assert_eq!(error["code"], "enum");
            assert!(error["message"].as_str().unwrap().contains(&format!("did you mean {value}")), "{answer}");
        }
    }
}

#[actix_web::test]
async fn everything_unknown_is_reported_at_once() {
    let register = Register::real().await;
    let query = "theme=participation,partisipation&framework=ilacs_2018&area=none&q=the&authority=E06000019,000";
    let answer = register.get(&format!("/v1/findings?{query}")).await.expect(422).json();
    let errors = answer["errors"].as_array().unwrap();
    let places = errors.iter().map(|error| (error["parameter"].as_str().unwrap(), error["code"].as_str().unwrap()));
    let expected = [
        ("q", "nothing_to_search"),
        ("authority", "unknown_value"),
        ("theme", "unknown_value"),
        ("area", "unknown_value"),
    ];
    assert_eq!(places.collect::<Vec<_>>(), expected);
    let inspections = "region=Narnia&authority=000&area=none&framework=none";
    let answer = register.get(&format!("/v1/inspections?{inspections}")).await.expect(422);
    assert_eq!(answer.places(), ["authority", "region", "framework", "area"], "the order of the document");
    assert_eq!(errors[2]["message"], "partisipation is not the code of a theme; did you mean participation?");
}

#[rstest]
#[case("the")]
#[case("\"\"")]
#[case("-the")]
#[case("__")]
#[case("%%")]
#[case("  ")]
#[case("or")]
#[case("\u{200b}\u{200b}")]
#[case("- -")]
#[actix_web::test]
async fn a_question_that_holds_nothing_is_refused(#[case] q: &str) {
    let register = Register::real().await;
    let asked = percent_encoding::utf8_percent_encode(q, percent_encoding::NON_ALPHANUMERIC).to_string();
    for operation in reads().filter(|operation| operation.query_parameters().iter().any(|(name, _)| name == "q")) {
        let answer = register.get(&format!("{}?q={asked}", operation.path())).await;
        let by_name = ["/authorities", "/standings", "/inspections", "/judgements"];
        if ["the", "or"].contains(&q) && by_name.contains(&operation.path.trim_end_matches(".csv")) {
            // It is a part of names.
            answer.expect(200);
            continue;
        }
        let answer = answer.expect(422);
        assert_eq!((answer.code().as_str(), answer.places()), ("validation_failed", vec!["q".to_owned()]));
        let code = if q.trim_matches([' ', '\u{200b}']).is_empty() { "blank" } else { "nothing_to_search" };
        assert_eq!(answer.json()["errors"][0]["code"], code, "{}", operation.id);
    }
}

#[actix_web::test]
async fn a_common_word_is_refused_where_no_name_contains_it() {
    let register = Register::real().await;
    for list in ["authorities", "standings", "inspections"] {
        let answer = register.get(&format!("/v1/{list}?q=himself")).await.expect(422).json();
        assert_eq!(answer["errors"][0]["code"], "nothing_to_search");
    }
    for q in ["her", "do", "so"] {
        let found = register.get(&format!("/v1/authorities?q={q}")).await.expect(200);
        assert!(!found.each("name").is_empty(), "{q} begins a name");
    }
}

/// Parameters that name resources by id.
const NAMES: [&str; 5] = ["authority", "neighbours_of", "inspection", "plan", "opened_by"];

#[actix_web::test]
async fn an_id_of_nothing_gives_an_empty_list() {
    let register = Register::real().await;
    let nothing = "019a0000-0000-7000-8000-000000000000";
    for operation in reads() {
        let names = operation.query_parameters().into_iter().map(|(name, _)| name);
        for name in names.filter(|name| NAMES.contains(&name.as_str())) {
            let answer = register.get(&format!("{}?{name}={nothing}", operation.path())).await.expect(200);
            if operation.id.starts_with("export_") {
                assert_eq!(answer.text().lines().count(), 1, "{name} of {}", operation.id);
            } else {
                assert_eq!(answer.json()["items"], serde_json::json!([]), "{name} of {}", operation.id);
            }
        }
    }
}
