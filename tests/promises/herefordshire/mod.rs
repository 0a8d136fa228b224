//! Herefordshire's record of 2012 to 2025: every entity, date, name and number of the five documents that it was written
//! from comes back through the API, and so does what followed the inspection of July 2022.

mod article_2023;
mod letter_2018;
mod letter_2024;
mod links;
mod news_2025;
mod story_actions;
mod story_events;
mod story_follow_up;
mod story_interventions;
mod story_plans;
mod summary_2012;

use serde_json::Value;

use crate::support::Register;

/// The inspection of July 2022.
const JULY_2022: &str = "01a20431-0c26-7f6f-b048-41513696de59";

/// The one item of a page.
#[track_caller]
fn only(page: &Value) -> Value {
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), 1, "{page}");
    items[0].clone()
}

/// Herefordshire's inspection published on this day, with everything that it carries.
async fn published_on(register: &Register, day: &str) -> Value {
    let path = format!(
        "/v1/inspections?authority=E06000019&published_from={day}&published_to={day}&embed=findings,recommendations,documents"
    );
    only(&register.get(&path).await.expect(200).json())
}

/// The one document of an inspection, read by its id.
async fn document(register: &Register, inspection: &Value) -> Value {
    let id = only(&serde_json::json!({ "items": inspection["documents"] }))["document_id"].as_str().unwrap().to_owned();
    register.get(&format!("/v1/documents/{id}")).await.expect(200).json()
}

/// A finding as it is expected: its polarity, and words that stand in its text, in any case.
type Expected = (&'static str, &'static [&'static str]);

/// Holds the findings of an inspection to what is expected, one by one and in order, and each to its own address.
async fn assert_findings(register: &Register, inspection: &Value, expected: &[Expected]) {
    let findings = inspection["findings"].as_array().unwrap();
    assert_eq!(inspection["finding_count"], expected.len());
    assert_eq!(findings.len(), expected.len());
    for ((finding, (polarity, words)), position) in findings.iter().zip(expected).zip(1..) {
        assert_eq!(finding["position"], position);
        assert_eq!(finding["polarity"], *polarity, "finding {position}");
        assert_holds(finding, "text", words);
        let path = format!("/v1/findings/{}", finding["finding_id"].as_str().unwrap());
        assert_eq!(register.get(&path).await.expect(200).json(), *finding);
    }
}

/// Panics unless all these words stand in a member, in any case.
#[track_caller]
fn assert_holds(object: &Value, member: &str, words: &[&str]) {
    let text = object[member].as_str().unwrap_or_else(|| panic!("no {member} in {object}")).to_lowercase();
    for word in words {
        assert!(text.contains(&word.to_lowercase()), "{word:?} is not in {member}: {text}");
    }
}

/// The grade, or absence, of each area of an inspection.
fn grades(inspection: &Value) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let judgements = inspection["judgements"].as_array().unwrap();
    judgements.iter().map(|judgement| (text(&judgement["area"]), text(&judgement["grade"]))).collect()
}

/// Panics unless these members have these values.
#[track_caller]
fn assert_members(object: &Value, members: &Value) {
    for (name, value) in members.as_object().unwrap() {
        assert_eq!(object[name], *value, "{name}");
    }
}
