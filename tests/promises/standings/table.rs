//! The table says what the list says.

use serde_json::{Value, json};

use crate::support::Register;
use crate::support::rows::{new_authority, new_inspection, with};
use crate::support::standings::{COUNTED_ON, outcome, standings};

const COLUMNS: [&str; 14] = [
    "authority_id",
    "authority_name",
    "gss_code",
    "region",
    "authority_type",
    "inspection_id",
    "framework",
    "kind",
    "started_on",
    "ended_on",
    "published_on",
    "days_since",
    "lead_inspectors",
    "report_url",
];

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
        let answer = register.get(&format!("/v1/standings.csv?{query}")).await.expect(200);
        let mut table = csv::Reader::from_reader(answer.bytes.as_slice());
        let header = table.headers().unwrap().iter().map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(header[..14], COLUMNS);
        let records = table.records().map(Result::unwrap).collect::<Vec<_>>();
        assert_eq!(records.len(), rows.len(), "{query}");
        for (record, row) in records.iter().zip(&rows) {
            for (column, value) in header.iter().zip(record) {
                let expected = if COLUMNS.contains(&column.as_str()) {
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
    let answer = register.get("/v1/standings.csv").await.expect(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8; header=present");
    assert_eq!(answer.header("content-disposition"), "attachment; filename=\"standings.csv\"");
    let text = answer.text();
    let header = text.lines().next().unwrap().split(',').collect::<Vec<_>>();
    assert_eq!(header[14], "overall_effectiveness");
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
        assert!(record[1].starts_with('\'') && record[12].starts_with('\''), "{record:?}");
        assert!(record.iter().all(|cell| !cell.starts_with(['=', '+', '-', '@'])), "{record:?}");
        rows += 1;
    }
    assert_eq!(rows, 4);
}

#[actix_web::test]
async fn the_table_takes_the_filters_of_the_list_but_no_page() {
    let register = Register::real().await;
    for parameter in ["limit=10", "cursor=abc", "count=exact", "embed=neighbours"] {
        let name = parameter.split('=').next().unwrap();
        assert_eq!(register.get(&format!("/v1/standings.csv?{parameter}")).await.expect(400).places(), [name]);
    }
    let table = register.get("/v1/standings.csv?q=hereford&as_at=2022-10-01").await.expect(200);
    assert_eq!(table.text().lines().count(), 2);
}
