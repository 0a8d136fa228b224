//! Corrections of the built-in data reach a register that was filled before them, and leave alone what somebody changed.

use std::fs;
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use inspection_register::import::{self, Source, upgrade};
use serde_json::{Map, Value, json};

use super::faults::assert_faults;
use super::{Folder, fingerprints};
use crate::support::Register;
use crate::support::database::Database;

/// The rows of `data/` at 0.2.0 that have been corrected since, by their file.
const DATA_0_2_0: &str = include_str!("data_0_2_0.json");
/// The tables whose rows are corrected, each with its key.
const TABLES: [(&str, &str); 5] = [
    ("inspections", "inspection_id"),
    ("documents", "document_id"),
    ("findings", "finding_id"),
    ("recommendations", "recommendation_id"),
    ("examinations", "examination_id"),
];
/// The recommendation to the board of 2012.
const SIX_MONTHS: &str = "/v1/recommendations/01a20435-3ef7-7cdd-abab-fd6a792d3281";
/// What the article of 2023 is about.
const SECOND_VISIT: &str = "/v1/inspections/01a20435-3eaa-784b-baa4-11683fd26075";
/// What visit 7 said of recommendation 9.
const SEVENTH_VISIT: &str =
    "/v1/inspections/01a20435-3eac-77c6-b0e0-2ae63fb7a859/examinations/01a204d1-fb2d-7871-9d38-ba023133e60f";

fn data() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data"))
}

/// The corrections that the program carries.
fn corrections() -> Vec<Value> {
    serde_json::from_str(&fs::read_to_string(data().join("corrections.json")).unwrap()).unwrap()
}

/// A database that was filled with the data of 0.2.0.
fn filled_by_0_2_0() -> Database {
    let released = serde_json::from_str::<Map<String, Value>>(DATA_0_2_0).unwrap();
    let folder = Folder::with(&[]);
    for entry in fs::read_dir(data()).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let mut text = fs::read_to_string(&path).unwrap();
        if let Some((table, key)) = TABLES.iter().find(|(table, _)| name == format!("{table}.json")) {
            text = with_rows(&text, released[*table].as_array().unwrap(), key);
        }
        if name != "corrections.json" {
            fs::write(folder.0.join(name), text.replace("Jenny-Ellen", "Jenny -Ellen")).unwrap();
        }
    }
    let database = Database::empty();
    folder.import(&database).unwrap();
    database
}

/// A file with these rows in place of those with their ids.
fn with_rows(text: &str, released: &[Value], key: &str) -> String {
    let mut rows = serde_json::from_str::<Vec<Value>>(text).unwrap();
    for row in &mut rows {
        if let Some(released) = released.iter().find(|released| released[key] == row[key]) {
            row.clone_from(released);
        }
    }
    serde_json::to_string(&rows).unwrap()
}

#[derive(Debug, PartialEq, QueryableByName)]
struct Row {
    #[diesel(sql_type = Text)]
    row: String,
}

/// Every row of the tables that corrections change, without its versions and times.
fn contents(database: &Database) -> Vec<Row> {
    let mut conn = database.connect();
    let rows = TABLES.iter().flat_map(|(table, key)| {
        let rows = format!(
            "select (to_jsonb(each) - 'version' - 'created_at' - 'updated_at')::text as row from {table} each order by {key}"
        );
        diesel::sql_query(rows).load::<Row>(&mut conn).unwrap()
    });
    rows.collect()
}

#[test]
fn a_register_filled_by_0_2_0_is_upgraded_to_what_a_new_one_has() {
    let (database, new) = (filled_by_0_2_0(), Database::real());
    assert_ne!(contents(&database), contents(&new));
    upgrade::upgrade(&database.url).unwrap();
    assert_eq!(contents(&database), contents(&new));

    let before = fingerprints(&database);
    upgrade::upgrade(&database.url).unwrap();
    let again = import::run(&database.url, &Source::BuiltIn).unwrap();
    assert_eq!((again.written("corrections"), again.notes()), (0, &[][..]));
    assert_eq!(fingerprints(&database), before, "a correction is made once");
}

#[test]
fn a_new_register_needs_no_correction() {
    let database = Database::real();
    let before = fingerprints(&database);
    upgrade::upgrade(&database.url).unwrap();
    assert_eq!(fingerprints(&database), before);
}

#[actix_web::test]
async fn each_correction_is_an_event_with_its_reason() {
    let database = filled_by_0_2_0();
    upgrade::upgrade(&database.url).unwrap();
    let register = Register::with(database, |_| {}).await;
    for correction in corrections() {
        #[derive(QueryableByName)]
        struct Counted {
            #[diesel(sql_type = BigInt)]
            count: i64,
        }
        let events = diesel::sql_query(
            "select count(*) from events where resource = $1 and resource_id = $2::uuid and type = 'updated'
                 and actor = 'migrate' and reason = $3 and public_type = 'updated'
                 and before @> jsonb_strip_nulls($4::jsonb) and after @> jsonb_strip_nulls($5::jsonb)",
        );
        let events = ["resource", "resource_id", "reason"]
            .iter()
            .fold(events.into_boxed::<diesel::pg::Pg>(), |events, name| {
                events.bind::<Text, _>(correction[*name].as_str().unwrap().to_owned())
            })
            .bind::<Text, _>(correction["before"].to_string())
            .bind::<Text, _>(correction["after"].to_string());
        let found = events.get_result::<Counted>(&mut register.database.connect()).unwrap();
        assert_eq!(found.count, 1, "{correction}");
    }
    let history = register.get(&format!("{SIX_MONTHS}/history")).await.expect(200).json();
    let last = history["items"].as_array().unwrap().last().unwrap();
    assert_eq!((&last["actor"], &last["after"]["timescale_as_printed"]), (&json!("migrate"), &json!("six months")));
    assert_eq!(register.get(SIX_MONTHS).await.expect(200).json()["due_on"], "2013-03-19");
}

#[actix_web::test]
async fn what_somebody_changed_since_is_left_alone() {
    let register = Register::with(filled_by_0_2_0(), |_| {}).await;
    let other = json!({ "section": "Later", "reason": "It stands there." });
    register.patch(SIX_MONTHS, "*", &other).await.expect(200);
    let back_and_forth = [
        json!({ "title": "A title", "reason": "A try." }),
        json!({
            "title": register.get(SECOND_VISIT).await.expect(200).json()["title"], "reason": "It was right.",
        }),
    ];
    for change in back_and_forth {
        register.patch(SECOND_VISIT, "*", &change).await.expect(200);
    }
    let worse = json!({ "outcome": "worse", "reason": "Read again." });
    register.put(SEVENTH_VISIT, "*", &worse).await.expect(200);
    let paths = [SIX_MONTHS, SECOND_VISIT, SEVENTH_VISIT];
    let mut before = Vec::new();
    for path in paths {
        before.push(register.get(path).await.expect(200).json());
    }
    upgrade::upgrade(&register.database.url).unwrap();
    for (path, before) in paths.into_iter().zip(before) {
        assert_eq!(register.get(path).await.expect(200).json(), before);
    }
    let article = "/v1/documents/01a20435-3eaf-706b-ba9b-9c6fbccfa370";
    let role = &register.get(article).await.expect(200).json()["statements"][0]["role"];
    assert_eq!(role, "Council leader", "what nobody changed is corrected");
    let report = import::run(&register.database.url, &Source::BuiltIn).unwrap();
    assert_eq!((report.written("corrections"), report.notes().len()), (0, 3), "{report}");
    assert!(report.notes().iter().all(|note| note.ends_with("is not corrected: somebody has changed it")), "{report}");
}

#[actix_web::test]
async fn the_last_support_of_a_verified_action_is_left_alone() {
    let register = Register::with(filled_by_0_2_0(), |_| {}).await;
    let action = json!({
        "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8", "title": "Measure", "source": "recommendation",
        "recommendation_ids": ["01a204d1-fb2d-7871-9d38-ba023133e60f"], "proposed_on": "2023-01-02",
    });
    let action = register.post("/v1/improvement-actions", &action).await.expect(201).header("location").to_owned();
    for (state, day) in [
        ("agreed", "2023-02-01"),
        ("in_progress", "2023-03-01"),
        ("completed", "2025-01-01"),
        ("verified", "2025-08-01"),
    ] {
        let step = json!({ "to_state": state, "reason": "So it was.", "effective_on": day });
        register.post(&format!("{action}/transitions"), &step).await.expect(201);
    }
    upgrade::upgrade(&register.database.url).unwrap();
    assert_eq!(register.get(SEVENTH_VISIT).await.expect(200).json()["outcome"], "improved");
    assert_eq!(register.get(&action).await.expect(200).json()["state"], "verified");
}

#[test]
fn wrong_corrections_are_told() {
    const FILE: &str = "corrections.json";
    let files = r#"[
{ "resource": "theme", "resource_id": "01a20435-3ef7-7cdd-abab-fd6a792d3281", "reason": "So.", "before": {}, "after": {} },
{ "resource": "intervention", "resource_id": "01a20435-3ef7-7cdd-abab-fd6a792d3281", "reason": "So it is.",
  "before": {}, "after": { "note": "Other." } },
{ "resource": "recommendation", "resource_id": "01a20435-3ef7-7cdd-abab-fd6a792d3281", "reason": "So it is.",
  "before": { "section": null }, "after": { "section": "" } }
]"#;
    assert_faults(
        &[(FILE, files)],
        &[
            (FILE, 2, "resource", "must be one of"),
            (FILE, 3, "resource", "must be one of"),
            (FILE, 5, "section", "must have 1 to 200 characters"),
        ],
    );
}
