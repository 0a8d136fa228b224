//! Rows to begin with: good in everything that a test does not speak of, plainly invented, made through the API.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::Register;

/// Lays the members of one object over those of another.
pub fn with(mut base: Value, members: Value) -> Value {
    let (Some(own), Value::Object(members)) = (base.as_object_mut(), members) else { panic!("objects only") };
    own.extend(members);
    base
}

/// The body of an authority that no other test row has.
pub fn new_authority() -> Value {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    json!({
        "name": format!("Exampleshire {number}"),
        "gss_code": format!("E06{:06}", 900_000 + number),
        "region": "West Midlands",
        "authority_type": "unitary_authority",
    })
}

/// The body of a graded inspection, a draft.
pub fn new_inspection(authority: &Value) -> Value {
    json!({
        "authority_id": authority["authority_id"],
        "framework": "ilacs_2018",
        "kind": "standard",
        "started_on": "2022-07-18",
        "ended_on": "2022-07-29",
        "published_on": "2022-09-21",
        "judgements": [
            { "area": "overall_effectiveness", "grade": "inadequate", "grade_as_printed": "Inadequate" },
            { "area": "impact_of_leaders", "grade": "requires_improvement" },
        ],
    })
}

/// The body of a monitoring visit in the series that an inspection opened.
pub fn new_visit(opener: &Value, number: u32) -> Value {
    json!({
        "authority_id": opener["authority_id"],
        "framework": "ilacs_2023",
        "kind": "monitoring_visit",
        "opened_by_inspection_id": opener["inspection_id"],
        "visit_number": number,
        "started_on": format!("2023-{:02}-14", number + 2),
        "ended_on": format!("2023-{:02}-15", number + 2),
        "published_on": format!("2023-{:02}-20", number + 3),
    })
}

/// An authority.
pub async fn authority(register: &Register) -> Value {
    register.post("/v1/authorities", &new_authority()).await.expect(201).json()
}

/// An inspection of a new authority, with these members besides the usual.
pub async fn inspection(register: &Register, members: Value) -> Value {
    let authority = authority(register).await;
    register.post("/v1/inspections", &with(new_inspection(&authority), members)).await.expect(201).json()
}

/// A published inspection of a new authority.
pub async fn published(register: &Register) -> Value {
    inspection(register, json!({ "state": "published" })).await
}

/// The path of an inspection.
pub fn path(inspection: &Value) -> String {
    format!("/v1/inspections/{}", inspection["inspection_id"].as_str().unwrap())
}

/// A published inspection of a new authority that asks for so many things, with the ids of its recommendations.
pub async fn asking(register: &Register, count: usize) -> (Value, Vec<String>) {
    let asked = vec![json!({ "kind": "recommendation", "text": "Visit in time." }); count];
    let report = inspection(register, json!({ "state": "published", "recommendations": asked })).await;
    let ids = recommendation_ids(register, &report).await;
    (report, ids)
}

/// The ids of the recommendations of an inspection, in their order.
pub async fn recommendation_ids(register: &Register, inspection: &Value) -> Vec<String> {
    let all = register.get(&format!("{}/recommendations?limit=200", path(inspection))).await.expect(200);
    all.each("recommendation_id").iter().map(|id| id.as_str().unwrap().to_owned()).collect()
}

/// A graded inspection of the same authority, two years later, with these members besides the usual.
pub async fn reinspection(register: &Register, earlier: &Value, members: Value) -> Value {
    let own = json!({
        "framework": "ilacs_2023", "judgements": [{ "area": "overall_effectiveness", "grade": "good" }],
        "started_on": "2024-05-13", "ended_on": "2024-05-24", "published_on": "2024-07-01",
    });
    let new = with(with(new_inspection(earlier), own), members);
    register.post("/v1/inspections", &new).await.expect(201).json()
}

/// A monitoring visit in the series that an inspection opened, with these members besides the usual.
pub async fn visit(register: &Register, opener: &Value, number: u32, members: Value) -> Value {
    register.post("/v1/inspections", &with(new_visit(opener, number), members)).await.expect(201).json()
}
