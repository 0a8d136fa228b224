//! What is wrong with files is told at once, each with its place, and nothing is written.

use inspection_register::import::{ImportError, RowFault};

use super::{Folder, fingerprints};
use crate::support::database::Database;

/// What is expected of a fault: file, line, column, and words of the reason.
pub type Expected = (&'static str, u64, &'static str, &'static str);

/// Imports into the real data, where every row is refused, and compares what is told about them.
#[track_caller]
pub fn assert_faults(files: &[(&str, &str)], expected: &[Expected]) {
    let database = Database::real();
    let before = fingerprints(&database);
    let faults = match Folder::with(files).import(&database) {
        Err(ImportError::Faults(faults)) => faults,
        other => panic!("{other:?}"),
    };
    let places = |fault: &RowFault| (fault.file, fault.line, fault.column.clone());
    let found = faults.iter().map(places).collect::<Vec<_>>();
    let places = expected.iter().map(|(file, line, column, _)| (*file, *line, (*column).to_owned()));
    assert_eq!(found, places.collect::<Vec<_>>(), "{faults:#?}");
    for (fault, (.., words)) in faults.iter().zip(expected) {
        assert!(fault.reason.contains(words), "{words:?} is not in {fault}");
        for name in ["diesel", "constraint", "PgConnection"] {
            assert!(!fault.reason.contains(name), "{fault}");
        }
    }
    assert_eq!(fingerprints(&database), before, "nothing is written");
}

const AUTHORITIES: &str = "authority_id,name,gss_code,dfe_code,region,authority_type,active_from,active_to,successors
,Fine,E06900000,,West Midlands,county,,,
,Parish,E06900001,,West Midlands,parish,,,
,Exampleford,W06900002,12,West Midlands,county,,,
,Exampleton,E06900003,,Mercia,county,,,
,Examplebury,E06900004,,West Midlands,county,2020-2-1,,
,Exampleham,E06900005,,West Midlands,county,2020-02-02,2020-02-01,
,Examplewick,E06900006,,West Midlands,county,,,E06900000; E06999999
no-id,Examplethorpe,E06900007,,West Midlands,county,,,
";

const NEIGHBOURS: &str = "gss_code,neighbour_set,rank,neighbour_gss_code
E06900000,current,1,E06000019
E06900000,next,2,E06000019
E06900000,current,51,E06000020
E06900000,current,1,E06000021
E06900000,current,3,E06900000
E06999999,current,4,E06000019
E06900000,current,5,E06999999
E06900000,current,six,E06000023
";

#[test]
fn authorities_and_neighbours_are_refused_line_by_line() {
    assert_faults(
        &[("authorities.csv", AUTHORITIES), ("statistical_neighbours.csv", NEIGHBOURS)],
        &[
            ("authorities.csv", 3, "authority_type", "must be one of"),
            ("authorities.csv", 4, "dfe_code", "3"),
            ("authorities.csv", 4, "gss_code", "E and eight digits"),
            ("authorities.csv", 5, "region", "nine regions"),
            ("authorities.csv", 6, "active_from", "YYYY-MM-DD"),
            ("authorities.csv", 7, "active_to", "before active_from"),
            ("authorities.csv", 8, "successors", "E06999999 is not an authority"),
            ("authorities.csv", 9, "authority_id", "UUID"),
            ("statistical_neighbours.csv", 3, "neighbour_set", "must be one of"),
            ("statistical_neighbours.csv", 4, "rank", "1 to 50"),
            ("statistical_neighbours.csv", 5, "rank", "another neighbour"),
            ("statistical_neighbours.csv", 6, "neighbour_gss_code", "another authority"),
            ("statistical_neighbours.csv", 7, "gss_code", "E06999999 is not an authority"),
            ("statistical_neighbours.csv", 8, "neighbour_gss_code", "E06999999 is not an authority"),
            ("statistical_neighbours.csv", 9, "rank", ""),
        ],
    );
}

const INSPECTIONS: &str =
    "inspection_key,framework,kind,started_on,ended_on,fieldwork_periods,published_on,lead_inspectors
80474-1999-01-01,sif_2013,single_inspection,2015-02-02,2015-02-27,,2015-04-01,
80474-2015-05-01,sif_2013,standard,2015-02-02,2015-02-27,,2015-05-01,
80474-2015-06-01,sif_2013,single_inspection,2015-02-28,2015-02-27,,2015-06-01,
80474-2015-07-01,sif_2013,single_inspection,2015-02-02,2015-02-27,soon,2015-07-01,
80474-2015-08-01,sif_2013,single_inspection,2015-02-02,2015-02-27,,2015-08-01,
80474-2015-08-01,sif_2013,lscb_review,2015-02-02,2015-02-27,,2015-08-01,
99999-2015-09-01,sif_2013,single_inspection,2015-02-02,2015-02-27,,2015-09-01,
nothing,sif_2013,single_inspection,2015-02-02,2015-02-27,,2015-09-01,
80474-2099-09-01,ilacs_2026,standard,2099-02-02,2099-02-27,,2099-09-01,
";

const JUDGEMENTS: &str = "inspection_key,area,grade,grade_as_printed,absence_reason
80474-2015-08-01,overall_effectiveness,good,Good,
80474-2015-08-01,help_and_protection,adequate,Adequate,
80474-2015-08-01,impact_of_leaders,good,Good,
80474-2015-08-01,overall_effectiveness,good,Good,
80474-2015-08-01,care_leavers,,,
80474-2015-08-01,lscb,excellent,,
80475-1999-01-01,overall_effectiveness,good,,
";

#[test]
fn inspections_and_judgements_are_refused_line_by_line() {
    assert_faults(
        &[("inspections.csv", INSPECTIONS), ("judgements.csv", JUDGEMENTS)],
        &[
            ("inspections.csv", 2, "inspection_key", "day of publication"),
            ("inspections.csv", 3, "kind", "is not a kind of inspection under sif_2013"),
            ("inspections.csv", 4, "ended_on", "before started_on"),
            ("inspections.csv", 5, "fieldwork_periods", "pairs"),
            ("inspections.csv", 7, "inspection_key", "another row"),
            ("inspections.csv", 8, "inspection_key", "URN of an authority"),
            ("inspections.csv", 9, "inspection_key", "an Ofsted URN, a hyphen"),
            ("inspections.csv", 10, "started_on", "today in London"),
            ("inspections.csv", 10, "ended_on", "today in London"),
            ("inspections.csv", 10, "published_on", "today in London"),
            ("judgements.csv", 3, "grade", "adequate is not a grade of sif_2013"),
            ("judgements.csv", 4, "area", "impact_of_leaders is not an area of sif_2013"),
            ("judgements.csv", 5, "area", "has two judgements"),
            ("judgements.csv", 6, "", "either a grade or an absence_reason"),
            ("judgements.csv", 7, "grade", "must be one of"),
            ("judgements.csv", 8, "inspection_key", "no such inspection"),
        ],
    );
}

#[test]
fn judgements_of_an_inspection_that_is_there_are_refused_line_by_line_too() {
    // Of this inspection of 2012 nothing but the day is known: without a framework nothing can be graded.
    assert_faults(
        &[(
            "judgements.csv",
            "inspection_key,area,grade,grade_as_printed,absence_reason\n80431-2012-07-13,overall_effectiveness,good,,\n",
        )],
        &[("judgements.csv", 2, "", "need a framework")],
    );
}

const FRAMEWORKS: &str = r#"[
  { "framework": 7 },
  {
    "framework": "Bad Code", "name": "Bad", "family": "bad", "description": "Bad.", "valid_from": "2020-01-01",
    "valid_from_is_approximate": false, "valid_to": null, "valid_to_is_approximate": false, "aliases": [],
    "areas": [], "kinds": [], "grades": []
  }
]"#;

const THEMES: &str = r#"[
  { "theme": "early_help", "name": "Early help", "description": 7, "colour": "blue" },
  { "theme": "Bad theme", "name": "Bad", "description": "Bad." }
]"#;

const WHOLE: &str = r#"[
  { "inspection_id": "none", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8" },
  { "inspection_id": "01a30000-0000-7000-8000-000000000001", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
    "framework": "ilacs_2023", "kind": "monitoring_visit", "published_on": "2024-03-28" },
  { "inspection_id": "01a30000-0000-7000-8000-000000000002", "authority_id": "01a30000-0000-7000-8000-000000000009" },
  { "inspection_id": "01a30000-0000-7000-8000-000000000003", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
    "published_on": "28 March 2024" },
  { "inspection_id": "01a30000-0000-7000-8000-000000000004", "authority_id": "01a20431-0b0f-7e0b-a2a4-65c0dc9fb5b8",
    "areas_covered": [{ "description": "" }] }
]"#;

const DOCUMENTS: &str = r#"[
  { "document_id": "01a30000-0000-7000-8000-000000000005", "kind": "postcard", "title": "", "colour": "red" },
  { "document_id": "01a30000-0000-7000-8000-000000000006", "kind": "letter", "title": "" },
  { "document_id": "01a30000-0000-7000-8000-000000000007", "kind": "letter", "title": "A letter",
    "inspection_id": "01a30000-0000-7000-8000-000000000009" }
]"#;

const FINDINGS: &str = r#"[
  { "finding_id": "01a30000-0000-7000-8000-00000000000a", "polarity": "strength", "text": "Of nothing." },
  { "finding_id": "01a30000-0000-7000-8000-00000000000b", "inspection_id": "01a30000-0000-7000-8000-000000000009",
    "polarity": "strength", "text": "Of an unknown inspection." },
  { "finding_id": "01a30000-0000-7000-8000-00000000000c", "inspection_id": "01a20435-3eab-760f-ae77-bee896597f2b",
    "polarity": "strength", "text": "Of an unknown area.", "area": "adoption" },
  { "finding_id": "01a30000-0000-7000-8000-00000000000d", "inspection_id": "01a20435-3eab-760f-ae77-bee896597f2b",
    "polarity": "strength", "text": "Of an unknown theme.", "themes": ["weather"] },
  { "finding_id": "01a30000-0000-7000-8000-00000000000e", "inspection_id": "01a20435-3eab-760f-ae77-bee896597f2b",
    "polarity": "strength", "text": "In a place that is taken.", "position": 1 }
]"#;

const RECOMMENDATIONS: &str = r#"[
  { "recommendation_id": "01a30000-0000-7000-8000-00000000000f", "inspection_id": "01a20435-3ea9-7d3f-a057-7ff72ea165f0",
    "kind": "wish", "text": "A wish." },
  { "recommendation_id": "01a30000-0000-7000-8000-000000000010", "inspection_id": "01a20435-3ea9-7d3f-a057-7ff72ea165f0",
    "kind": "recommendation", "text": "In a place that is none.", "position": 0 }
]"#;

const READ_RECOMMENDATIONS: &str = "inspection_key,seq,addressee,section,theme,timescale_printed,paragraph_no,text
80474-2014-06-30,one,the_queen,,,,,First.
80474-2014-06-30,2,the_king,,,,,Second.
80474-2014-06-30,3,lscb,,,,,
80474-2014-06-30,4,lscb,,,,,Fourth.
80474-2014-06-30,4,lscb,,,,,Fourth again.
80474-2014-06-30,1001,lscb,,,,,Far away.
80474-2014-07-01,1,lscb,,,,,Of no inspection.
";

#[test]
fn every_other_file_is_refused_row_by_row() {
    assert_faults(
        &[
            ("frameworks.json", FRAMEWORKS),
            ("themes.json", THEMES),
            ("inspections.json", WHOLE),
            ("documents.json", DOCUMENTS),
            ("findings.json", FINDINGS),
            ("recommendations.json", RECOMMENDATIONS),
            ("recommendations.csv", READ_RECOMMENDATIONS),
        ],
        &[
            ("frameworks.json", 2, "framework", "expected a string"),
            ("frameworks.json", 3, "", "frameworks_framework_check"),
            ("themes.json", 2, "description", "expected a string"),
            ("themes.json", 2, "colour", "unknown field"),
            ("themes.json", 3, "", "themes_theme_check"),
            ("inspections.json", 2, "inspection_id", "UUID"),
            ("inspections.json", 3, "opened_by_inspection_id", "required for a monitoring visit"),
            ("inspections.json", 5, "authority_id", "authority of the register"),
            ("inspections.json", 6, "published_on", "YYYY-MM-DD"),
            ("inspections.json", 8, "areas_covered/0/description", "1 to 1000"),
            ("documents.json", 2, "kind", "must be one of"),
            ("documents.json", 2, "title", "1 to 300"),
            ("documents.json", 2, "colour", "is not a member of NewDocument"),
            ("documents.json", 3, "title", "1 to 300"),
            ("documents.json", 4, "inspection_id", "inspection of the register"),
            ("findings.json", 2, "inspection_id", "UUID"),
            ("findings.json", 3, "inspection_id", "no such inspection"),
            ("findings.json", 5, "area", "adoption"),
            ("findings.json", 7, "themes/0", "weather is not a theme"),
            ("findings.json", 9, "", "at this position"),
            ("recommendations.json", 2, "kind", "must be one of"),
            ("recommendations.json", 4, "position", "1 to 1000"),
            ("recommendations.csv", 2, "seq", "whole number"),
            ("recommendations.csv", 2, "addressee", "must be one of"),
            ("recommendations.csv", 3, "addressee", "must be one of"),
            ("recommendations.csv", 4, "text", "1 to 10000"),
            ("recommendations.csv", 6, "", "at this position"),
            ("recommendations.csv", 7, "seq", "1 to 1000"),
            ("recommendations.csv", 8, "inspection_key", "no such inspection"),
        ],
    );
}

#[test]
fn files_that_are_no_files_of_their_kind_are_refused_with_the_line() {
    assert_faults(
        &[
            (
                "authorities.csv",
                "name,gss_code,region,authority_type\nA,E06900001,London\nB,E06900002,London,county,x\n",
            ),
            ("inspections.json", "[\n  { \"inspection_id\": }\n]"),
            ("documents.json", "{}"),
            ("findings.json", ""),
            ("recommendations.csv", ""),
            ("judgements.csv", "area,grade\nlscb,good\n"),
        ],
        &[
            ("authorities.csv", 2, "", "3 fields"),
            ("authorities.csv", 3, "", "5 fields"),
            ("judgements.csv", 2, "", "missing field `inspection_key`"),
            ("inspections.json", 2, "", "expected value"),
            ("documents.json", 1, "", "expected a sequence"),
            ("findings.json", 1, "", "EOF"),
        ],
    );
}

#[test]
fn text_that_is_not_utf_8_is_refused_with_the_line() {
    let database = Database::real();
    let before = fingerprints(&database);
    let folder = Folder::with(&[]);
    let latin = b"name,gss_code,region,authority_type\nFine,E06900001,London,county\nS\xe3o,E06900002,London,county\n";
    std::fs::write(folder.0.join("authorities.csv"), latin).unwrap();
    std::fs::write(folder.0.join("themes.json"), b"[\n{ \"theme\": \"s\xe3o\" }\n]").unwrap();
    let error = folder.import(&database).unwrap_err().to_string();
    assert!(error.contains("authorities.csv, line 3, column name: is not in UTF-8"), "{error}");
    assert!(error.contains("themes.json, line 2"), "{error}");
    assert_eq!(fingerprints(&database), before);
}
