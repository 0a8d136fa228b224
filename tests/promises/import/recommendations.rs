//! A folder with nothing but recommendations, as they are read out of reports.

use std::path::{Path, PathBuf};

use inspection_register::import::{self, Source};
use serde_json::{Value, json};

use super::{Folder, fingerprints};
use crate::support::Register;
use crate::support::rows::{new_inspection, with};

const HEADER: &str = "inspection_key,seq,addressee,section,theme,timescale_printed,paragraph_no,text\n";

/// All of Herefordshire's inspection of 2014.
const KEY: &str = "80474-2014-06-30";

async fn recommendations(register: &Register, key: &str) -> Vec<Value> {
    let day = key.split_once('-').unwrap().1;
    let path = format!("/v1/inspections?authority=80474&published_from={day}&published_to={day}&embed=recommendations");
    let inspections = register.get(&path).await.expect(200).json();
    inspections["items"][0]["recommendations"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn a_folder_with_nothing_but_recommendations_loads() {
    let register = Register::real().await;
    let rows = format!(
        "{HEADER}\
         {KEY},1,local_authority,Priority and immediate action,,Immediately,12,\"First, in two\nlines.\"\n\
         {KEY},2,local_authority,Areas for Improvement,Care leavers,Within three months,,Second.\n\
         {KEY},3,lscb,,,Within six months,14,Third.\n"
    );
    let report = Folder::with(&[("recommendations.csv", &rows)]).import(&register.database).unwrap();
    assert_eq!((report.written("recommendations"), report.written("inspections")), (3, 0));
    let loaded = recommendations(&register, KEY).await;
    let expected = [
        json!({
            "position": 1, "kind": "priority_action", "addressee": "local_authority", "paragraph": "12",
            "section": "Priority and immediate action", "timescale_as_printed": "Immediately", "due_on": "2014-06-30",
            "text": "First, in two\nlines.",
        }),
        json!({
            "position": 2, "kind": "area_for_improvement", "addressee": "local_authority", "section": "Care leavers",
            "timescale_as_printed": "Within three months", "due_on": "2014-09-30", "text": "Second.",
        }),
        json!({
            "position": 3, "kind": "recommendation", "addressee": "lscb", "paragraph": "14",
            "timescale_as_printed": "Within six months", "due_on": "2014-12-30", "text": "Third.",
        }),
    ];
    assert_eq!(loaded.len(), 3);
    for (loaded, expected) in loaded.iter().zip(expected) {
        for (member, value) in expected.as_object().unwrap() {
            assert_eq!(loaded[member], *value, "{member}");
        }
        assert_eq!((&loaded["themes"], &loaded["cohorts"]), (&json!([]), &json!([])), "no reading is made up");
    }
    let found = register.get("/v1/recommendations?q=third&authority=80474&count=exact").await.expect(200).json();
    assert_eq!(found["page"]["total"], 1);
}

#[actix_web::test]
async fn the_printed_headings_tell_the_kind() {
    let register = Register::real().await;
    let headings = [
        ("What does the local authority need to improve", "Priority and immediate action", "priority_action"),
        ("Priority and immediate action", "Areas for improvement", "area_for_improvement"),
        ("Priority and immediate action", "", "priority_action"),
        ("Areas for improvement", "", "area_for_improvement"),
        ("What needs to improve", "", "area_for_improvement"),
        ("What does the LSCB need to improve", "", "area_for_improvement"),
        ("Recommendations", "", "recommendation"),
        ("", "", "recommendation"),
    ];
    let header = "inspection_key,seq,addressee,heading,section,theme,timescale_printed,paragraph_no,\
                  national_framework_ref,text\n";
    let row = |((heading, section, _), seq): (&(&str, &str, &str), i32)| {
        format!("{KEY},{seq},local_authority,{heading},{section},,,,Outcome three,Text {seq}\n")
    };
    let rows = headings.iter().zip(1..).map(row).collect::<Vec<_>>();
    let rows = format!("{header}{}", rows.concat());
    Folder::with(&[("recommendations.csv", &rows)]).import(&register.database).unwrap();
    let kinds = recommendations(&register, KEY).await.iter().map(|each| each["kind"].clone()).collect::<Vec<_>>();
    assert_eq!(kinds, headings.map(|(_, _, kind)| json!(kind)));
}

#[actix_web::test]
async fn an_inspection_that_has_recommendations_keeps_them_with_a_line_in_the_report() {
    let register = Register::real().await;
    let rows = format!("{HEADER}{KEY},1,local_authority,,,,,First.\n{KEY},2,local_authority,,,,,Second.\n");
    let folder = Folder::with(&[("recommendations.csv", &rows)]);
    let report = folder.import(&register.database).unwrap();
    assert!(report.notes().is_empty(), "{:?}", report.notes());
    let first = fingerprints(&register.database);
    let rows = format!("{HEADER}{KEY},1,local_authority,,,,,Something else.\n80474-2012-10-19,1,lscb,,,,,Another.\n");
    let again = Folder::with(&[("recommendations.csv", &rows)]).import(&register.database).unwrap();
    assert_eq!(again.written("recommendations"), 0);
    assert_eq!(
        again.notes(),
        [
            "80474-2012-10-19 keeps the 6 recommendations that it has",
            "80474-2014-06-30 keeps the 2 recommendations that it has"
        ]
    );
    assert_eq!(fingerprints(&register.database), first);
}

#[actix_web::test]
async fn a_key_that_names_two_inspections_names_none() {
    let register = Register::real().await;
    let authority = register.get("/v1/authorities/80474").await.expect(200).json();
    let board = json!({
        "framework": "sif_2013", "kind": "lscb_review", "started_on": "2014-05-01", "ended_on": "2014-05-02",
        "published_on": "2014-06-30", "state": "published", "judgements": [],
    });
    register.post("/v1/inspections", &with(new_inspection(&authority), board)).await.expect(201);
    let rows = format!("{HEADER}{KEY},1,lscb,,,,,First.\n");
    let error = Folder::with(&[("recommendations.csv", &rows)]).import(&register.database).unwrap_err().to_string();
    assert!(
        error.contains("recommendations.csv, line 2, column inspection_key: matches several inspections"),
        "{error}"
    );
    import::run(&register.database.url, &Source::BuiltIn).expect("rows with ids are told apart by them");
}

/// Recommendations of July 2022, which `data/` has in its own words.
const OWN: usize = 9;

/// The recommendations read out of reports are not part of the program; where they lie beside it, they are tried.
fn shared_data() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let roots = [Some(root.to_owned()), std::fs::canonicalize(root).ok()];
    let folders = roots.into_iter().flatten().map(|root| root.join("../shared/data"));
    folders.into_iter().find(|folder| folder.join("recommendations.csv").is_file())
}

#[actix_web::test]
async fn the_recommendations_read_out_of_reports_load_and_are_searchable() {
    let Some(data) = shared_data() else {
        eprintln!("SKIPPED: there is no ../shared/data/recommendations.csv beside the program");
        return;
    };
    let register = Register::real().await;
    let rows = std::fs::read_to_string(data.join("recommendations.csv")).unwrap();
    let folder = Folder::with(&[("recommendations.csv", &rows)]);
    let report = folder.import(&register.database).unwrap();
    assert_eq!(report.written("recommendations"), 2_440 - OWN);
    assert_eq!(report.notes(), ["80474-2022-09-21 keeps the 9 recommendations that it has"]);
    let total = async |query: &str| {
        let page = register.get(&format!("/v1/recommendations?limit=1&count=exact&{query}")).await.expect(200).json();
        page["page"]["total"].as_u64().unwrap()
    };
    assert_eq!(total("").await, 2_446, "with the six of Herefordshire in 2012");
    for words in ["life-story", "%22private%20fostering%22", "homeless%20OR%20homelessness", "supervision"] {
        let found = total(&format!("q={words}")).await;
        assert!(found > 5, "{words}: {found}");
    }
    let kinds = total("kind=priority_action").await + total("kind=area_for_improvement").await;
    assert_eq!(kinds + total("kind=recommendation").await, 2_446);

    // Every text is found by its own words, in order.
    let mut table = csv::Reader::from_reader(rows.as_bytes());
    let headers = table.headers().unwrap().clone();
    let [text, key] = ["text", "inspection_key"].map(|name| headers.iter().position(|column| column == name).unwrap());
    let records = table.records().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(records.len(), 2_440);
    for record in records.iter().filter(|record| record[key] != *"80474-2022-09-21").step_by(61) {
        let words = record[text].split_whitespace().take(8).collect::<Vec<_>>().join(" ").replace('"', "");
        let query = url::form_urlencoded::byte_serialize(format!("\"{words}\"").as_bytes()).collect::<String>();
        assert!(total(&format!("q={query}")).await >= 1, "{words}");
    }

    let again = folder.import(&register.database).unwrap();
    assert_eq!(again.written("recommendations"), 0);
    assert!(again.notes().iter().all(|note| note.contains(" keeps the ")), "{:?}", again.notes());
}
