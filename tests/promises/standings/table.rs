//! The table says what the list says.

use serde_json::{Value, json};

use crate::support::Register;
use crate::support::rows::{new_authority, new_inspection, with};
use crate::support::standings::{COUNTED_ON, outcome, standings};

/// The columns before those of the areas.
const BEFORE: [&str; 11] = [
    "authority_name",
    "gss_code",
    "region",
    "authority_type",
    "framework",
    "kind",
    "started_on",
    "ended_on",
    "published_on",
    "days_since",
    "as_at",
];

/// The columns after those of the areas.
const AFTER: [&str; 4] = ["lead_inspectors", "report_url", "authority_id", "inspection_id"];

/// The names of the columns of areas, in a table with all columns.
fn areas(header: &[String]) -> &[String] {
    assert_eq!(header[..BEFORE.len()], BEFORE);
    assert_eq!(header[header.len() - AFTER.len()..], AFTER);
    &header[BEFORE.len()..header.len() - AFTER.len()]
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(cell).collect::<Vec<_>>().join("; "),
        other => other.to_string(),
    }
}

#[actix_web::test]
async fn the_table_is_the_list_cell_by_cell() {
    let register = Register::real().await;
    for query in [
        format!("as_at={COUNTED_ON}"),
        "as_at=2022-10-01&clock=fieldwork&sort=-name".to_owned(),
        "as_at=2017-01-01&region=London&area=adoption&grade=good".to_owned(),
    ] {
        let rows = standings(&register, &query).await;
        let answer = register.get(&format!("/v1/standings.csv?{query}&columns=all")).await.expect(200);
        let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
        let header = table.headers().unwrap().iter().map(str::to_owned).collect::<Vec<_>>();
        let areas = areas(&header);
        let records = table.records().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(records.len(), rows.len(), "{query}");
        for (record, row) in records.iter().zip(&rows) {
            for (column, value) in header.iter().zip(record) {
                let expected = if column == "as_at" {
                    query.split(['=', '&']).nth(1).unwrap().to_owned()
                } else if !areas.contains(column) {
                    cell(&row[column])
                } else if row.get("inspection_id").is_none() {
                    String::new()
                } else {
                    let outcome = outcome(row, column);
                    if outcome.is_empty() { "not_in_framework".to_owned() } else { outcome.to_owned() }
                };
                assert_eq!(value, expected, "{column} of {} {query}", row["authority_name"]);
            }
        }
    }
}

#[actix_web::test]
async fn the_table_has_a_column_for_every_area_the_overall_grade_first() {
    let register = Register::real().await;
    let answer = register.get(&format!("/v1/standings.csv?columns=all&as_at={COUNTED_ON}")).await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    let file = format!("attachment; filename=\"standings-{COUNTED_ON}.csv\"");
    assert_eq!(answer.header("content-disposition"), file);
    let text = answer.text();
    let header = text.lines().next().unwrap().split(',').map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(areas(&header)[0], "overall_effectiveness");
    let frameworks = register.get("/v1/frameworks").await.expect(200).json();
    for framework in frameworks["items"].as_array().unwrap() {
        for area in framework["areas"].as_array().unwrap() {
            let name = area["area"].as_str().unwrap();
            assert_eq!(header.iter().filter(|column| **column == name).count(), 1, "{name}");
        }
    }
    assert!(text.ends_with("\r\n"));
    assert_eq!(text.matches('\n').count(), text.matches("\r\n").count(), "every line ends in CR LF");
    assert_eq!(text.matches("\r\n").count(), 154, "a header and a row for each authority");
}

#[actix_web::test]
async fn columns_that_no_row_fills_are_left_out() {
    let register = Register::real().await;
    for query in ["as_at=2026-11-22", "as_at=2017-01-01&region=London", "authority=E06000019", "as_at=2010-01-01"] {
        let read = async |which: &str| {
            let answer = register.get(&format!("/v1/standings.csv?{query}{which}")).await.expect(200);
            let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
            let header = table.headers().unwrap().iter().map(str::to_owned).collect::<Vec<_>>();
            (header, table.records().map(Result::unwrap).collect::<Vec<_>>())
        };
        let ((all, every), (filled, rows)) = (read("&columns=all").await, read("").await);
        let says = |place: usize| every.iter().any(|row| !["", "not_in_framework"].contains(&&row[place]));
        let expected = (0..all.len()).filter(|place| says(*place)).collect::<Vec<_>>();
        assert_eq!(filled, expected.iter().map(|place| all[*place].clone()).collect::<Vec<_>>(), "{query}");
        assert!(filled.len() < all.len() && rows.len() == every.len(), "{query}");
        for (row, whole) in rows.iter().zip(&every) {
            assert!(row.iter().eq(expected.iter().map(|place| &whole[*place])), "{query}");
        }
    }
    assert_eq!(register.get("/v1/standings.csv?columns=some").await.refused(&[400]).places(), ["columns"]);
}

#[actix_web::test]
async fn text_that_a_spreadsheet_would_calculate_begins_with_an_apostrophe() {
    let register = Register::empty().await;
    for name in ["=HYPERLINK(\"http://example.org\")", "+1", "-1", "@SUM(A1)"] {
        let authority = with(new_authority(), json!({ "name": name }));
        let authority = register.post("/v1/authorities", &authority).await.expect(201).json();
        let inspection = with(new_inspection(&authority), json!({ "state": "published", "lead_inspectors": [name] }));
        register.post("/v1/inspections", &inspection).await.expect(201);
    }
    let answer = register.get("/v1/standings.csv").await.expect(200);
    let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
    let mut rows = 0;
    for record in table.records() {
        let record = record.unwrap();
        assert!(record[0].starts_with('\''), "{record:?}");
        assert_eq!(record.iter().filter(|cell| cell.starts_with('\'')).count(), 2, "{record:?}");
        assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{record:?}");
        rows += 1;
    }
    assert_eq!(rows, 4);
}

#[actix_web::test]
async fn the_table_takes_the_filters_of_the_list_but_no_page() {
    let register = Register::real().await;
    for parameter in ["limit=10", "cursor=abc", "embed=neighbours"] {
        let name = parameter.split('=').next().unwrap();
        assert_eq!(register.get(&format!("/v1/standings.csv?{parameter}")).await.expect(400).places(), [name]);
    }
    let table = register.get("/v1/standings.csv?q=hereford&as_at=2022-10-01").await.expect(200);
    assert_eq!(table.text().lines().count(), 2);
}
