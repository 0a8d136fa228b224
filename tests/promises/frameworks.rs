//! Frameworks as the register states them: what was judged when, on which scale, and what compares with what.

use serde_json::{Value, json};

use crate::support::Register;

/// Scales, best first.
const UNTIL_2013: &[&str] = &["outstanding", "good", "adequate", "inadequate"];
const SINCE_2013: &[&str] = &["outstanding", "good", "requires_improvement", "inadequate"];
const ILACS_KINDS: &[&str] = &["standard", "short", "focused_visit", "monitoring_visit"];

/// What is expected of a framework. A day that ends in `~` is approximate; an empty one is absent.
struct Expected {
    code: &'static str,
    valid: (&'static str, &'static str),
    areas: &'static [&'static str],
    kinds: &'static [&'static str],
    grades: &'static [&'static str],
}

const FRAMEWORKS: [Expected; 8] = [
    Expected {
        code: "slac_2009",
        valid: ("2009-04-01", "2012-07-31~"),
        areas: &[
            "safeguarding_overall_effectiveness",
            "safeguarding_capacity_to_improve",
            "looked_after_overall_effectiveness",
            "looked_after_capacity_to_improve",
        ],
        kinds: &["safeguarding_and_looked_after_children", "contact_referral_assessment"],
        grades: UNTIL_2013,
    },
    Expected {
        code: "child_protection_2012",
        valid: ("2012-05-01~", "2013-10-31~"),
        areas: &["overall_effectiveness", "help_and_protection", "quality_of_practice", "leadership_and_governance"],
        kinds: &["child_protection"],
        grades: UNTIL_2013,
    },
    Expected {
        code: "looked_after_children_2013",
        valid: ("2013-01-01~", "2013-10-31~"),
        areas: &[
            "overall_effectiveness",
            "capacity_to_improve",
            "outcomes",
            "quality_of_provision",
            "leadership_and_management",
        ],
        kinds: &["looked_after_children"],
        grades: UNTIL_2013,
    },
    Expected {
        code: "sif_2013",
        valid: ("2013-11-01", "2018-08-31"),
        areas: &[
            "overall_effectiveness",
            "help_and_protection",
            "looked_after_and_permanence",
            "adoption",
            "care_leavers",
            "leadership_management_governance",
            "lscb",
        ],
        kinds: &["single_inspection", "re_inspection", "lscb_review", "monitoring_visit"],
        grades: SINCE_2013,
    },
    Expected {
        code: "ilacs_2018",
        valid: ("2018-01-01", "2023-01-15"),
        areas: &[
            "overall_effectiveness",
            "impact_of_leaders",
            "help_and_protection",
            "children_in_care_and_care_leavers",
        ],
        kinds: ILACS_KINDS,
        grades: SINCE_2013,
    },
    Expected {
        code: "ilacs_2023",
        valid: ("2023-01-16", "2026-03-31"),
        areas: &[
            "overall_effectiveness",
            "impact_of_leaders",
            "help_and_protection",
            "children_in_care",
            "care_leavers",
        ],
        kinds: ILACS_KINDS,
        grades: SINCE_2013,
    },
    Expected {
        code: "ilacs_2026",
        valid: ("2026-04-01", ""),
        areas: &["impact_of_leaders", "help_and_protection", "children_in_care", "care_leavers"],
        kinds: ILACS_KINDS,
        grades: SINCE_2013,
    },
    Expected { code: "jtai_2016", valid: ("2016-01-01~", ""), areas: &[], kinds: &["joint_targeted"], grades: &[] },
];

/// Areas that line up. Within ILACS the same code lines up exactly, everything else in a line roughly.
const LINES: [&[(&str, &str)]; 5] = [
    &[
        ("child_protection_2012", "overall_effectiveness"),
        ("sif_2013", "overall_effectiveness"),
        ("ilacs_2018", "overall_effectiveness"),
        ("ilacs_2023", "overall_effectiveness"),
    ],
    &[
        ("child_protection_2012", "help_and_protection"),
        ("sif_2013", "help_and_protection"),
        ("ilacs_2018", "help_and_protection"),
        ("ilacs_2023", "help_and_protection"),
        ("ilacs_2026", "help_and_protection"),
    ],
    &[
        ("child_protection_2012", "leadership_and_governance"),
        ("sif_2013", "leadership_management_governance"),
        ("ilacs_2018", "impact_of_leaders"),
        ("ilacs_2023", "impact_of_leaders"),
        ("ilacs_2026", "impact_of_leaders"),
    ],
    &[
        ("sif_2013", "looked_after_and_permanence"),
        ("ilacs_2018", "children_in_care_and_care_leavers"),
        ("ilacs_2023", "children_in_care"),
        ("ilacs_2026", "children_in_care"),
    ],
    &[
        ("sif_2013", "care_leavers"),
        ("ilacs_2018", "children_in_care_and_care_leavers"),
        ("ilacs_2023", "care_leavers"),
        ("ilacs_2026", "care_leavers"),
    ],
];

fn codes(parts: &Value, member: &str) -> Vec<String> {
    parts.as_array().unwrap().iter().map(|part| part[member].as_str().unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn frameworks_are_listed_oldest_first_with_their_areas_kinds_grades_and_validity() {
    let register = Register::empty().await;
    let page = register.get("/v1/frameworks?count=exact").await.expect(200);
    assert_eq!(page.json()["page"]["total"], 8);
    assert_eq!(page.each("framework"), FRAMEWORKS.map(|expected| json!(expected.code)));
    for expected in FRAMEWORKS {
        let framework = register.get(&format!("/v1/frameworks/{}", expected.code)).await.expect(200).json();
        assert!(page.json()["items"].as_array().unwrap().contains(&framework), "one by one as in the list");
        let day = |member: &str| {
            let is_approximate = framework[format!("{member}_is_approximate")] == true;
            format!("{}{}", framework[member].as_str().unwrap_or_default(), if is_approximate { "~" } else { "" })
        };
        assert_eq!((day("valid_from").as_str(), day("valid_to").as_str()), expected.valid, "{}", expected.code);
        assert_eq!(codes(&framework["areas"], "area"), expected.areas, "{}", expected.code);
        assert_eq!(codes(&framework["kinds"], "kind"), expected.kinds, "{}", expected.code);
        assert_eq!(codes(&framework["grades"], "grade"), expected.grades, "{}", expected.code);
    }
}

#[actix_web::test]
async fn adoption_and_care_leavers_stand_under_permanence_in_the_single_inspection_framework() {
    let register = Register::empty().await;
    for expected in FRAMEWORKS {
        let framework = register.get(&format!("/v1/frameworks/{}", expected.code)).await.expect(200).json();
        for area in framework["areas"].as_array().unwrap() {
            let is_under =
                expected.code == "sif_2013" && (area["area"] == "adoption" || area["area"] == "care_leavers");
            let under = if is_under { json!("looked_after_and_permanence") } else { Value::Null };
            assert_eq!(area["under"], under, "{} of {}", area["area"], expected.code);
        }
    }
}

#[actix_web::test]
async fn kinds_say_whether_they_are_graded_and_whether_they_are_visits() {
    let register = Register::empty().await;
    for framework in register.get("/v1/frameworks").await.expect(200).json()["items"].as_array().unwrap() {
        for kind in framework["kinds"].as_array().unwrap() {
            let code = kind["kind"].as_str().unwrap();
            let is_visit = ["focused_visit", "monitoring_visit"].contains(&code);
            let is_graded = !is_visit && !["contact_referral_assessment", "joint_targeted"].contains(&code);
            assert_eq!(kind["is_visit"], is_visit, "{code}");
            assert_eq!(kind["is_graded"], is_graded, "{code}");
            assert_eq!(kind["gives_standing"], is_graded && code != "lscb_review", "{code}");
        }
    }
}

#[actix_web::test]
async fn areas_line_up_exactly_within_ilacs_roughly_with_their_like_and_else_not() {
    let register = Register::empty().await;
    for expected in FRAMEWORKS {
        let framework = register.get(&format!("/v1/frameworks/{}", expected.code)).await.expect(200).json();
        for area in framework["areas"].as_array().unwrap() {
            let own = (expected.code, area["area"].as_str().unwrap());
            let mut others = LINES
                .iter()
                .filter(|line| line.contains(&own))
                .flat_map(|line| line.iter().filter(|other| other.0 != own.0))
                .map(|(code, other)| {
                    let is_exact = own.0.starts_with("ilacs") && code.starts_with("ilacs") && *other == own.1;
                    (*code, *other, if is_exact { "exactly" } else { "roughly" })
                })
                .collect::<Vec<_>>();
            others.sort_unstable();
            let text = |other: &Value, member: &str| other[member].as_str().unwrap().to_owned();
            let mut lined_up = area["lines_up_with"]
                .as_array()
                .unwrap()
                .iter()
                .map(|other| (text(other, "framework"), text(other, "area"), text(other, "comparability")))
                .collect::<Vec<_>>();
            lined_up.sort_unstable();
            let lined_up = lined_up.iter().map(|(a, b, c)| (a.as_str(), b.as_str(), c.as_str())).collect::<Vec<_>>();
            assert_eq!(lined_up, others, "{own:?}");
        }
    }
}

#[actix_web::test]
async fn no_scale_has_both_adequate_and_requires_improvement() {
    let register = Register::empty().await;
    for framework in register.get("/v1/frameworks").await.expect(200).json()["items"].as_array().unwrap() {
        let grades = codes(&framework["grades"], "grade");
        let thirds = grades.iter().filter(|grade| ["adequate", "requires_improvement"].contains(&grade.as_str()));
        assert!(thirds.count() <= 1, "{}", framework["framework"]);
        for grade in framework["grades"].as_array().unwrap() {
            assert!(!grade["plain_definition"].as_str().unwrap().is_empty());
        }
    }
}

#[actix_web::test]
async fn reference_data_may_be_kept_for_an_hour() {
    let register = Register::empty().await;
    for path in ["/v1/frameworks", "/v1/frameworks/sif_2013", "/v1/themes"] {
        let ask = || register.request(actix_web::http::Method::GET, path).anonymous();
        let answer = ask().send().await.expect(200);
        assert!(answer.header("cache-control").contains("max-age=3600"), "{}", answer.header("cache-control"));
        assert!(!answer.header("cache-control").contains("no-cache"));
        let again = ask().header("If-None-Match", answer.etag());
        let again = again.send().await.expect(304);
        assert_eq!((again.etag(), again.bytes.len()), (answer.etag(), 0));
    }
}

#[actix_web::test]
async fn what_names_no_framework_is_not_found() {
    let register = Register::empty().await;
    for code in ["ILACS", "ilacs_2019", "SIF", "ilacs"] {
        assert_eq!(register.get(&format!("/v1/frameworks/{code}")).await.expect(404).code(), "not_found");
    }
}
