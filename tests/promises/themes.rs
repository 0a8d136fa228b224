//! Themes as the register states them.

use serde_json::json;

use crate::support::Register;

const THEMES: [&str; 37] = [
    "early_help",
    "front_door_and_thresholds",
    "assessment",
    "planning_and_reviews",
    "visits_to_children",
    "voice_of_the_child",
    "child_protection_enquiries",
    "extra_familial_harm",
    "domestic_abuse",
    "family_and_friends_care",
    "permanence",
    "adoption",
    "fostering",
    "placements_and_sufficiency",
    "private_fostering",
    "pathway_planning",
    "accommodation",
    "education_employment_training",
    "physical_health",
    "emotional_and_mental_health",
    "separated_children",
    "participation",
    "rights_and_local_offer",
    "corporate_parenting",
    "leadership_and_governance",
    "management_oversight",
    "supervision",
    "audit_and_quality_assurance",
    "performance_data",
    "recording",
    "workforce",
    "social_worker_continuity",
    "training_and_development",
    "partnership_working",
    "drift_and_delay",
    "impact_of_plans",
    "learning_from_reviews",
];

#[actix_web::test]
async fn themes_are_listed_in_their_order() {
    let register = Register::empty().await;
    let page = register.get("/v1/themes?count=exact").await.expect(200);
    assert_eq!(page.json()["page"]["total"], 37);
    assert_eq!(page.each("theme"), THEMES.map(|theme| json!(theme)));
    let first = register.get("/v1/themes?limit=30").await.expect(200);
    let cursor = first.json()["page"]["next_cursor"].as_str().unwrap().to_owned();
    let second = register.get(&format!("/v1/themes?limit=30&cursor={cursor}")).await.expect(200);
    assert_eq!([first.each("theme"), second.each("theme")].concat(), page.each("theme"));
}
