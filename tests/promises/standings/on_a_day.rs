//! What the real data say on given days.

use std::collections::BTreeMap;

use serde_json::json;

use crate::support::Register;
use crate::support::standings::{COUNTED_ON, of, outcome, standings};

const HEREFORDSHIRE: &str = "E06000019";

#[actix_web::test]
async fn the_figures_are_those_of_the_sources() {
    let register = Register::real().await;
    let rows = standings(&register, &format!("as_at={COUNTED_ON}")).await;
    assert_eq!(rows.len(), 153);
    let mut counts = BTreeMap::<&str, usize>::new();
    for row in &rows {
        *counts.entry(outcome(row, "overall_effectiveness")).or_default() += 1;
    }
    let expected =
        [("good", 63), ("inadequate", 13), ("not_in_framework", 2), ("outstanding", 46), ("requires_improvement", 29)];
    assert_eq!(counts, BTreeMap::from(expected));
    let without = rows.iter().filter(|row| outcome(row, "overall_effectiveness") == "not_in_framework");
    let names = without.map(|row| row["authority_name"].clone()).collect::<Vec<_>>();
    assert_eq!(names, [json!("Brent"), json!("Somerset")]);
}

#[actix_web::test]
async fn without_a_day_today_is_meant() {
    let register = Register::real().await;
    let page = register.get("/v1/standings?limit=1&count=exact").await.expect(200);
    assert_eq!(page.json()["page"]["total"], 153);
    assert_eq!(register.get("/v1/standings?as_at=2099-01-01").await.expect(422).places(), ["as_at"]);
}

#[actix_web::test]
async fn a_report_counts_from_its_day_on_by_the_clock_that_is_asked_for() {
    let register = Register::real().await;
    for (as_at, clock, grade, days_since) in [
        // Fieldwork ended on 29 July 2022, the report was published on 21 September.
        ("2022-07-28", "fieldwork", "requires_improvement", 1497),
        ("2022-07-29", "fieldwork", "inadequate", 0),
        ("2022-09-20", "fieldwork", "inadequate", 53),
        ("2022-09-20", "publication", "requires_improvement", 1520),
        ("2022-09-21", "publication", "inadequate", 0),
        ("2022-10-01", "publication", "inadequate", 10),
        ("2022-10-01", "fieldwork", "inadequate", 64),
    ] {
        let rows = standings(&register, &format!("as_at={as_at}&clock={clock}")).await;
        let row = of(&rows, HEREFORDSHIRE).unwrap();
        assert_eq!(outcome(row, "overall_effectiveness"), grade, "{as_at} by {clock}");
        assert_eq!(row["days_since"], days_since, "{as_at} by {clock}");
    }
    let by_default = standings(&register, "as_at=2022-10-01").await;
    assert_eq!(by_default, standings(&register, "as_at=2022-10-01&clock=publication").await);
}

#[actix_web::test]
async fn a_standing_tells_which_inspection_it_rests_on() {
    let register = Register::real().await;
    let rows = standings(&register, "as_at=2022-10-01&q=hereford").await;
    assert_eq!(rows.len(), 1);
    let inspection = register.get(&format!("/v1/inspections/{}", rows[0]["inspection_id"].as_str().unwrap())).await;
    let inspection = inspection.expect(200).json();
    for member in ["authority_id", "framework", "kind", "started_on", "ended_on", "published_on", "lead_inspectors"] {
        assert_eq!(rows[0][member], inspection[member], "{member}");
    }
    let authority = register.get("/v1/authorities/E06000019").await.expect(200).json();
    assert_eq!(rows[0]["authority_name"], authority["name"]);
    for member in ["authority_id", "gss_code", "region", "authority_type"] {
        assert_eq!(rows[0][member], authority[member], "{member}");
    }
}

#[actix_web::test]
async fn only_authorities_that_existed_on_the_day_have_a_row() {
    let register = Register::real().await;
    for day in ["2014-01-01", "2018-06-01", "2019-03-31", "2019-04-01", "2023-03-31", "2023-04-01", COUNTED_ON] {
        let rows = standings(&register, &format!("as_at={day}")).await;
        let active = register.get(&format!("/v1/authorities?limit=200&active_on={day}")).await.expect(200);
        let codes = rows.iter().map(|row| row["gss_code"].clone()).collect::<Vec<_>>();
        assert_eq!(codes, active.each("gss_code"), "{day}");
    }
    let before = standings(&register, "as_at=2023-03-31").await;
    assert!(of(&before, "E10000006").is_some() && of(&before, "E06000063").is_none(), "Cumbria, then Cumberland");
    let after = standings(&register, "as_at=2023-04-01").await;
    assert!(of(&after, "E10000006").is_none() && of(&after, "E06000063").is_some(), "Cumbria, then Cumberland");
}

#[actix_web::test]
async fn an_abolished_authority_stands_by_the_inspections_of_its_only_successor() {
    let register = Register::real().await;
    let rows = standings(&register, "as_at=2022-10-01").await;
    let somerset = of(&rows, "E10000027").expect("Somerset County Council existed until 2023");
    let inspection = register.get(&format!("/v1/inspections/{}", somerset["inspection_id"].as_str().unwrap())).await;
    let inspection = inspection.expect(200).json();
    let unitary = register.get("/v1/authorities/E06000066").await.expect(200).json();
    assert_eq!(inspection["authority_id"], unitary["authority_id"]);
    assert!(inspection["published_on"].as_str().unwrap() <= "2022-10-01");
    assert!(of(&rows, "E06000066").is_none(), "the unitary authority began in 2023");

    let rows = standings(&register, "as_at=2020-01-01").await;
    let northamptonshire = of(&rows, "E10000021").expect("Northamptonshire existed until 2021");
    assert_eq!(northamptonshire.get("inspection_id"), None, "two authorities succeeded it");
    assert_eq!(northamptonshire["judgements"], json!([]));
    assert_eq!(northamptonshire.get("days_since"), None);
}
