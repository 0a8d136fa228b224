//! The data that comes with the program.

use inspection_register::import::{self, Source};

use super::{Folder, fingerprints, rows};
use crate::support::Register;
use crate::support::database::Database;

const EXPECTED: [(&str, usize); 12] = [
    ("authorities", 161),
    ("statistical neighbours", 3_058),
    ("inspections", 492),
    ("judgements", 2_564),
    ("documents", 5),
    ("findings", 64),
    ("recommendations", 15),
    ("examinations", 16),
    ("improvement plans", 2),
    ("interventions", 5),
    ("improvement actions", 9),
    ("evidence", 1),
];

#[test]
fn the_built_in_data_is_written_once_and_whole() {
    let database = Database::empty();
    let report = import::run(&database.url, &Source::BuiltIn).unwrap();
    for (what, count) in EXPECTED {
        assert_eq!(report.written(what), count, "{what}");
    }
    assert!(report.notes().is_empty(), "{:?}", report.notes());
    let first = fingerprints(&database);
    for (relation, count) in [
        ("authorities", 161),
        ("statistical_neighbours", 3_058),
        ("inspections", 492),
        ("judgements", 2_564),
        ("documents", 5),
        ("findings", 64),
        ("recommendations", 15),
        ("examinations", 16),
        ("improvement_plans", 2),
        ("interventions", 5),
        ("improvement_actions", 9),
        ("improvement_action_transitions", 5),
        ("improvement_action_date_revisions", 1),
        ("improvement_action_updates", 2),
        ("evidence", 1),
        ("evidence_reviews", 1),
        ("frameworks", 8),
        ("themes", 37),
        ("events", 161 + 492 + 5 + 64 + 15 + 16 + 2 + 5 + (9 + 5 + 1 + 2 + 8) + (1 + 1 + 1)),
    ] {
        assert_eq!(rows(&first, relation), count, "{relation}");
    }

    let again = import::run(&database.url, &Source::BuiltIn).unwrap();
    for (what, _) in EXPECTED {
        assert_eq!(again.written(what), 0, "{what}");
    }
    assert!(again.to_string().contains("0 authorities (161 were there)"), "{again}");
    assert_eq!(fingerprints(&database), first);
}

#[actix_web::test]
async fn everything_begins_at_its_first_version() {
    let register = Register::real().await;
    let lists = [
        "authorities",
        "inspections",
        "findings",
        "recommendations",
        "documents",
        "improvement-plans",
        "interventions",
    ];
    for path in lists {
        let mut address = format!("/v1/{path}?limit=200");
        loop {
            let page = register.get(&address).await.expect(200);
            assert!(page.each("version").iter().all(|version| *version == 1), "{path}");
            let json = page.json();
            let Some(cursor) = json["page"]["next_cursor"].as_str() else { break };
            address = format!("/v1/{path}?limit=200&cursor={cursor}");
        }
    }
}

#[test]
fn the_folder_that_the_program_carries_can_be_imported_as_a_folder() {
    let data = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    let (built_in, folder) = (Database::real(), Database::empty());
    let report = import::run(&folder.url, &Source::Folder(data)).unwrap();
    assert_eq!(report.written("inspections"), 492);
    let count = |database: &Database| {
        let counted = fingerprints(database).into_iter().map(|each| (each.relation, each.rows));
        // Keys are the tests' own.
        counted.filter(|(relation, _)| !relation.starts_with("api_key")).collect::<Vec<_>>()
    };
    assert_eq!(count(&folder), count(&built_in));
}

#[test]
fn a_folder_needs_one_of_the_files_at_least() {
    let database = Database::empty();
    let error = Folder::with(&[]).import(&database).unwrap_err().to_string();
    assert!(error.contains("none of the files") && error.contains("recommendations.csv"), "{error}");
    let error = Folder::with(&[("notes.txt", "nothing")]).import(&database).unwrap_err().to_string();
    assert!(error.contains("none of the files"), "{error}");
}

#[test]
fn a_folder_that_cannot_be_read_is_named() {
    let database = Database::empty();
    let error = import::run(&database.url, &Source::Folder("/nowhere/at/all".into())).unwrap_err().to_string();
    assert!(error.starts_with("/nowhere/at/all") && error.contains("cannot be read"), "{error}");
    let folder = Folder::with(&[("no_folder", "")]);
    let error = import::run(&database.url, &Source::Folder(folder.0.join("no_folder"))).unwrap_err().to_string();
    assert!(error.contains("no_folder") && error.contains("cannot be read"), "{error}");
    let folder = Folder::with(&[]);
    std::fs::create_dir(folder.0.join("themes.json")).unwrap();
    let error = folder.import(&database).unwrap_err().to_string();
    assert!(error.contains("themes.json cannot be read"), "{error}");
}
