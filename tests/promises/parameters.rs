//! Lists in parameters: repeated, separated by commas, or both, in any order.

use serde_json::Value;

use crate::support::Register;
use crate::support::operations::{Operation, all, resolve};

/// Two values that a list takes; ids and codes of one kind are taken from its example.
fn two_values(operation: &Operation, name: &str, schema: &Value) -> [String; 2] {
    if let Some([one, other, ..]) = resolve(&schema["items"])["enum"].as_array().map(Vec::as_slice) {
        return [one, other].map(|value| value.as_str().unwrap().to_owned());
    }
    let parameter = operation.parameters("query").find(|parameter| parameter["name"] == name).unwrap();
    let example = parameter["example"][0].as_str().unwrap_or_else(|| panic!("{name} has no example")).to_owned();
    [example.clone(), example]
}

#[actix_web::test]
async fn a_list_may_be_repeated_or_separated_by_commas_in_any_order() {
    let register = Register::real().await;
    let (mut lists, mut cursors) = (0, 0);
    for operation in all() {
        for (name, schema) in operation.query_parameters().into_iter().filter(|(_, schema)| schema["items"].is_object())
        {
            let [one, other] = two_values(&operation, &name, &schema);
            let window = if operation.is_list() { "&limit=1" } else { "" };
            let forms = [
                format!("{name}={one},{other}"),
                format!("{name}={other},{one}"),
                format!("{name}={one}&{name}={other}"),
                format!("{name}={other}&{name}={one},{other}&{name}={one}"),
                format!("{name}={other}%2C{one}"),
            ];
            let mut first = None;
            for form in &forms {
                let path = format!("{}?{form}{window}", operation.path());
                let response = register.get(&path).await.expect(200);
                let same = (response.etag().to_owned(), response.text());
                assert_eq!(*first.get_or_insert_with(|| same.clone()), same, "{path}");
            }
            lists += 1;
            let cursor = serde_json::from_str::<Value>(&first.unwrap().1).ok();
            let cursor = cursor.and_then(|page| Some(page["page"]["next_cursor"].as_str()?.to_owned()));
            if let Some(cursor) = cursor {
                for form in &forms {
                    register.get(&format!("{}?{form}{window}&cursor={cursor}", operation.path())).await.expect(200);
                }
                cursors += 1;
            }
        }
    }
    assert!(lists >= 60 && cursors >= 20, "{lists} lists, {cursors} cursors");
}

#[actix_web::test]
async fn every_fault_of_a_repeated_list_is_reported_and_other_parameters_are_given_once() {
    let register = Register::real().await;
    let refused = register.get("/v1/inspections?kind=standard&kind=red&limit=1&limit=2").await.refused(&[400]);
    assert_eq!(refused.places(), ["kind", "limit"]);
    let many = (0..51).map(|code| format!("theme=theme_{code}")).collect::<Vec<_>>().join("&");
    let refused = register.get(&format!("/v1/findings?{many}")).await.refused(&[400]);
    assert_eq!(refused.places(), ["theme"]);
    // The same value counts once.
    let same = vec!["theme=child_protection_enquiries"; 60].join("&");
    register.get(&format!("/v1/findings?{same}")).await.expect(200);
}
