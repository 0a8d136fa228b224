//! Inspections: written whole, held to the rules of their framework and their series, corrected with a reason.

use serde_json::{Value, json};

use crate::support::rows::{authority, inspection, new_authority, new_inspection, new_visit, path, published, with};
use crate::support::{Answer, Register};

async fn refused(register: &Register, members: Value) -> Answer {
    let authority = authority(register).await;
    register.post("/v1/inspections", &with(new_inspection(&authority), members)).await.expect(422)
}

#[actix_web::test]
async fn a_report_is_written_whole() {
    let register = Register::empty().await;
    let report = json!({
        "state": "published",
        "title": "An invented report",
        "lead_inspectors": ["Ida Example"],
        "inspectors": [{ "name": "Ida Example", "role": "His Majesty's Inspector" }, { "name": "Otto Example" }],
        "fieldwork_periods": [
            { "started_on": "2022-07-18", "ended_on": "2022-07-20" },
            { "started_on": "2022-07-27", "ended_on": "2022-07-29" },
        ],
        "areas_covered": [{ "description": "Care leavers", "themes": ["pathway_planning"], "cohorts": ["care_leavers"] }],
        "findings": [
            { "polarity": "strength", "text": "Plans are clear.", "area": "impact_of_leaders", "themes": ["planning_and_reviews"] },
            { "polarity": "concern", "text": "Visits are late." },
        ],
        "recommendations": [
            { "kind": "priority_action", "text": "Visit in time.", "timescale_as_printed": "Within three months" },
        ],
    });
    let created = inspection(&register, report).await;
    assert_eq!(
        (&created["version"], &created["finding_count"], &created["recommendation_count"]),
        (&json!(1), &json!(2), &json!(1))
    );
    assert_eq!(created["judgements"][0]["area"], "overall_effectiveness", "in the order of the framework");

    let read =
        register.get(&format!("{}?embed=findings,recommendations,documents", path(&created))).await.expect(200).json();
    assert_eq!(read["findings"][1]["position"], 2);
    assert_eq!(read["recommendations"][0]["due_on"], "2022-12-21");
    assert_eq!(read["documents"], json!([]));
    assert_eq!(read["areas_covered"][0]["themes"], json!(["pathway_planning"]));
}

#[actix_web::test]
async fn a_refused_report_leaves_nothing_behind() {
    let register = Register::empty().await;
    let report = json!({ "findings": [{ "polarity": "strength", "text": "Good." }, { "polarity": "mixed", "text": "So, so.", "area": "adoption" }] });
    assert_eq!(refused(&register, report).await.places(), ["/findings/1/area"]);
    let theme = json!({ "recommendations": [{ "kind": "recommendation", "text": "Do it.", "themes": ["weather"] }] });
    assert_eq!(refused(&register, theme).await.places(), ["/recommendations/0/themes/0"]);
    assert_eq!(register.get("/v1/inspections?count=exact").await.expect(200).json()["page"]["total"], 0);
    assert_eq!(register.get("/v1/findings?count=exact").await.expect(200).json()["page"]["total"], 0);
}

#[actix_web::test]
async fn dates_stand_in_order_and_not_in_the_future() {
    let register = Register::empty().await;
    let cases = [
        (json!({ "started_on": "2022-08-01" }), "/ended_on"),
        (json!({ "published_on": "2022-07-28" }), "/published_on"),
        (json!({ "received_on": "2022-07-01" }), "/received_on"),
        (json!({ "received_on": "2022-10-01" }), "/published_on"),
        (json!({ "published_on": "2100-01-01" }), "/published_on"),
        (
            json!({ "fieldwork_periods": [{ "started_on": "2022-07-19", "ended_on": "2022-07-18" }] }),
            "/fieldwork_periods/0/ended_on",
        ),
        (
            json!({ "fieldwork_periods": [{ "started_on": "2022-07-17", "ended_on": "2022-07-18" }] }),
            "/fieldwork_periods/0",
        ),
        (json!({ "started_on": "2017-12-01", "ended_on": "2017-12-02" }), "/started_on"),
    ];
    for (members, place) in cases {
        let answer = refused(&register, members.clone()).await;
        assert!(answer.places().contains(&place.to_owned()), "{members}: {}", answer.text());
    }
}

#[actix_web::test]
async fn a_framework_decides_about_kinds_areas_and_grades() {
    let register = Register::empty().await;
    let cases = [
        (json!({ "framework": "ilacs_1999" }), "/framework"),
        (json!({ "kind": "single_inspection" }), "/kind"),
        (json!({ "framework": "jtai_2016", "kind": "joint_targeted" }), "/judgements/0/area"),
        (json!({ "kind": "focused_visit" }), "/judgements"),
        (json!({ "judgements": [{ "area": "adoption", "grade": "good" }] }), "/judgements/0/area"),
        (json!({ "judgements": [{ "area": "overall_effectiveness", "grade": "adequate" }] }), "/judgements/0/grade"),
        (json!({ "judgements": [{ "area": "overall_effectiveness" }] }), "/judgements/0"),
        (
            json!({ "judgements": [{ "area": "overall_effectiveness", "grade": "good", "absence_reason": "not_judged" }] }),
            "/judgements/0",
        ),
        (
            json!({ "judgements": [{ "area": "help_and_protection", "grade": "good" }, { "area": "help_and_protection", "grade": "good" }] }),
            "/judgements/1/area",
        ),
        (json!({ "areas_covered": [{ "description": "Homes", "area": "care_leavers" }] }), "/areas_covered/0/area"),
    ];
    for (members, place) in cases {
        let answer = refused(&register, members.clone()).await;
        assert!(answer.places().contains(&place.to_owned()), "{members}: {}", answer.text());
    }
}

#[actix_web::test]
async fn what_no_source_tells_may_be_absent() {
    let register = Register::empty().await;
    let authority = authority(&register).await;
    let bare = json!({ "authority_id": authority["authority_id"] });
    let created = register.post("/v1/inspections", &bare).await.expect(201).json();
    assert_eq!(created["state"], "draft");
    for absent in ["framework", "kind", "started_on", "published_on", "source"] {
        assert_eq!(created.get(absent), None);
    }
}

#[actix_web::test]
async fn swings_and_contradictions_of_grades_are_facts() {
    let register = Register::real().await;
    let letter =
        register.get("/v1/inspections?authority=E06000019&published_from=2018-07-23&published_to=2018-07-23").await;
    let judgements = letter.expect(200).json()["items"][0]["judgements"].clone();
    assert_eq!(
        judgements[0],
        json!({ "area": "overall_effectiveness", "grade": "requires_improvement", "grade_as_printed": "Requires improvement" })
    );
    assert_eq!(judgements[1]["grade"], "inadequate");
}

#[actix_web::test]
async fn one_inspection_of_a_kind_is_published_on_a_day() {
    let register = Register::empty().await;
    let first = inspection(&register, json!({})).await;
    let again = new_inspection(&first);
    assert_eq!(register.post("/v1/inspections", &again).await.expect(409).code(), "conflict");
    register.post("/v1/inspections", &with(again, json!({ "kind": "short" }))).await.expect(201);
}

#[actix_web::test]
async fn a_series_is_opened_by_an_earlier_graded_inspection_of_the_same_authority() {
    let register = Register::empty().await;
    let opener = published(&register).await;
    let visit = register.post("/v1/inspections", &new_visit(&opener, 1)).await.expect(201).json();
    assert_eq!(visit["visit_number"], 1);

    let same_number = with(new_visit(&opener, 1), json!({ "published_on": "2023-12-01" }));
    assert_eq!(register.post("/v1/inspections", &same_number).await.expect(409).code(), "conflict");

    let elsewhere = authority(&register).await;
    let cases = [
        json!({ "opened_by_inspection_id": null }),
        json!({ "opened_by_inspection_id": "019a0000-0000-7000-8000-000000000000" }),
        json!({ "opened_by_inspection_id": visit["inspection_id"] }),
        json!({ "authority_id": elsewhere["authority_id"] }),
        json!({ "framework": "ilacs_2018", "started_on": "2022-07-01", "ended_on": "2022-07-02", "published_on": "2022-07-03" }),
    ];
    for members in cases {
        let mut body = with(new_visit(&opener, 2), members.clone());
        body.as_object_mut().unwrap().retain(|_, value| !value.is_null());
        let answer = register.post("/v1/inspections", &body).await.expect(422);
        assert_eq!(answer.places()[0], "/opened_by_inspection_id", "{members}");
    }
}

#[actix_web::test]
async fn a_series_goes_on_with_the_successor() {
    let register = Register::empty().await;
    let opener = published(&register).await;
    let heir = with(new_authority(), json!({ "predecessors": [opener["authority_id"]] }));
    let heir = register.post("/v1/authorities", &heir).await.expect(201).json();
    let visit = with(new_visit(&opener, 1), json!({ "authority_id": heir["authority_id"] }));
    register.post("/v1/inspections", &visit).await.expect(201);
    let heir = format!("/v1/authorities/{}", heir["authority_id"].as_str().unwrap());
    let apart = register.patch(&heir, "\"1\"", &json!({ "predecessors": [] })).await.expect(409);
    assert_eq!(apart.code(), "in_use", "the series rests on the succession");
}

#[actix_web::test]
async fn members_of_visits_are_for_visits() {
    let register = Register::empty().await;
    let opener = published(&register).await;
    let cases = [
        (json!({ "opened_by_inspection_id": opener["inspection_id"] }), "/opened_by_inspection_id"),
        (json!({ "visit_number": 1 }), "/visit_number"),
        (json!({ "is_final_visit": true }), "/is_final_visit"),
    ];
    for (members, place) in cases {
        assert_eq!(refused(&register, members).await.places(), [place]);
    }
    let graded_visit =
        with(new_visit(&opener, 1), json!({ "judgements": [{ "area": "overall_effectiveness", "grade": "good" }] }));
    assert_eq!(register.post("/v1/inspections", &graded_visit).await.expect(422).places(), ["/judgements"]);
}

#[actix_web::test]
async fn an_inspection_that_opened_a_series_stays_graded() {
    let register = Register::empty().await;
    let opener = inspection(&register, json!({ "judgements": [] })).await;
    register.post("/v1/inspections", &new_visit(&opener, 1)).await.expect(201);
    let answer = register.patch(&path(&opener), "\"1\"", &json!({ "kind": "focused_visit" })).await.expect(422);
    assert_eq!(answer.places(), ["/kind"]);
    let later = json!({ "started_on": "2023-07-01", "ended_on": "2023-07-02", "published_on": "2023-07-03", "framework": "ilacs_2023" });
    assert_eq!(register.patch(&path(&opener), "\"1\"", &later).await.expect(422).places(), ["/started_on"]);
    assert_eq!(register.delete(&path(&opener), "\"1\"").await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn a_public_visit_has_a_public_opener() {
    let register = Register::empty().await;
    let opener = inspection(&register, json!({})).await;
    let visit = with(new_visit(&opener, 1), json!({ "state": "published" }));
    assert_eq!(register.post("/v1/inspections", &visit).await.expect(422).places(), ["/opened_by_inspection_id"]);
    register.patch(&path(&opener), "\"1\"", &json!({ "state": "published" })).await.expect(200);
    register.post("/v1/inspections", &visit).await.expect(201);
    let withdrawal = json!({ "state": "withdrawn", "reason": "All wrong." });
    assert_eq!(register.patch(&path(&opener), "\"2\"", &withdrawal).await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn every_broken_rule_is_told_at_once() {
    let register = Register::empty().await;
    let report = json!({
        "authority_id": "019a0000-0000-7000-8000-000000000000",
        "framework": "ilacs_1999",
        "published_on": "2100-01-01",
        "started_on": "2022-08-01",
        "visit_number": 1,
        "areas_covered": [{ "description": "Weather", "themes": ["weather"] }],
        "findings": [{ "polarity": "mixed", "text": "Both.", "area": "lscb", "themes": ["rain"] }],
        "recommendations": [{ "kind": "recommendation", "text": "Wait.", "themes": ["snow"] }],
    });
    let mut places = refused(&register, report).await.places();
    places.sort();
    places.dedup();
    let expected = [
        "/areas_covered/0/themes/0",
        "/authority_id",
        "/ended_on",
        "/findings/0/area",
        "/findings/0/themes/0",
        "/framework",
        "/judgements",
        "/judgements/0/area",
        "/judgements/0/grade",
        "/judgements/1/area",
        "/judgements/1/grade",
        "/published_on",
        "/recommendations/0/themes/0",
        "/visit_number",
    ];
    assert_eq!(places, expected);
}

#[actix_web::test]
async fn no_member_can_be_cleared_that_others_rest_on() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    for cleared in [json!({ "framework": null, "kind": null }), json!({ "framework": null }), json!({ "kind": null })] {
        let answer = register.patch(&path(&draft), "\"1\"", &cleared).await.expect(422);
        assert!(answer.places().contains(&"/judgements".to_owned()), "{}", answer.text());
    }
}

#[actix_web::test]
async fn a_draft_is_published_and_withdrawn_and_published_again() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let to = |state: &str| json!({ "state": state, "reason": "For the test." });
    let path = path(&draft);
    assert_eq!(register.patch(&path, "\"1\"", &to("withdrawn")).await.expect(409).code(), "illegal_transition");
    register.patch(&path, "\"1\"", &json!({ "state": "published" })).await.expect(200);
    assert_eq!(register.patch(&path, "\"2\"", &to("draft")).await.expect(409).code(), "illegal_transition");
    register.patch(&path, "\"2\"", &to("withdrawn")).await.expect(200);
    register.patch(&path, "\"3\"", &to("published")).await.expect(200);
    assert_eq!(refused(&register, json!({ "state": "withdrawn" })).await.places(), ["/state"]);
}

#[actix_web::test]
async fn only_a_draft_can_be_removed() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({ "findings": [{ "polarity": "mixed", "text": "Both." }] })).await;
    register.delete(&path(&draft), "\"1\"").await.expect(204);
    assert_eq!(register.get("/v1/findings?count=exact").await.expect(200).json()["page"]["total"], 0);
    let report = published(&register).await;
    assert_eq!(register.delete(&path(&report), "\"1\"").await.expect(409).code(), "in_use");
}

#[actix_web::test]
async fn a_framework_changes_only_with_its_judgements() {
    let register = Register::empty().await;
    let draft = inspection(&register, json!({})).await;
    let older = json!({
        "framework": "sif_2013", "kind": "single_inspection",
        "started_on": "2016-07-18", "ended_on": "2016-07-29", "published_on": "2016-09-21",
    });
    assert_eq!(register.patch(&path(&draft), "\"1\"", &older).await.expect(422).places(), ["/framework"]);
    let newer = json!({ "framework": "ilacs_2023", "started_on": "2023-07-18", "ended_on": "2023-07-29", "published_on": "2023-09-21" });
    let moved = register.patch(&path(&draft), "\"1\"", &newer).await.expect(200).json();
    assert_eq!(moved["judgements"], draft["judgements"]);
}

#[actix_web::test]
async fn filters_leave_what_they_name() {
    let register = Register::real().await;
    let total = async |query: &str| {
        register.get(&format!("/v1/inspections?limit=1&count=exact&{query}")).await.expect(200).json()["page"]["total"]
            .clone()
    };
    assert_eq!(total("").await, 492);
    assert_eq!(total("authority=80474").await, 8);
    assert_eq!(total("authority=80474,E06000049").await, 11);
    assert_eq!(total("authority=019a0000-0000-7000-8000-000000000000").await, 0);
    assert_eq!(total("kind=monitoring_visit").await, 3);
    assert_eq!(total("framework=sif_2013,looked_after_children_2013").await, 172);
    assert_eq!(total("area=overall_effectiveness&grade=adequate").await, 1);
    assert_eq!(total("area=overall_effectiveness&grade=inadequate").await, 77);
    assert_eq!(total("opened_by=01a20431-0c26-7f6f-b048-41513696de59").await, 3);
    assert_eq!(total("lead_inspector=ALISON+smale&kind=monitoring_visit").await, 1);
    assert_eq!(total("theme=pathway_planning").await, 2);
    assert_eq!(total("q=herefordshire").await, 8);
    assert_eq!(total("published_from=2026-06-17&published_to=2026-06-17").await, 2);
    assert_eq!(total("started_from=2026-04-01").await, total("framework=ilacs_2026").await);
    assert_eq!(total("state=draft").await, 0);
    let reversed = register.get("/v1/inspections?started_from=2020-01-02&started_to=2020-01-01").await.expect(422);
    assert_eq!(reversed.places(), ["started_to"]);
}

#[actix_web::test]
async fn a_theme_is_found_in_findings_recommendations_and_areas_covered() {
    let register = Register::empty().await;
    let theme = json!(["supervision"]);
    for members in [
        json!({ "findings": [{ "polarity": "mixed", "text": "Both.", "themes": theme }] }),
        json!({ "recommendations": [{ "kind": "recommendation", "text": "Do it.", "themes": theme }] }),
        json!({ "areas_covered": [{ "description": "Supervision", "themes": theme }] }),
        json!({}),
    ] {
        inspection(&register, members).await;
    }
    let answer = register.get("/v1/inspections?theme=fostering,supervision&count=exact").await.expect(200).json();
    assert_eq!(answer["page"]["total"], 3);
}
