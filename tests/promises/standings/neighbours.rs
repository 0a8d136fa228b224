//! How the statistical neighbours of an authority stand, counted a second time from other answers.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::support::Register;
use crate::support::standings::{COUNTED_ON, outcome, standings};

/// The current neighbours of every authority.
async fn neighbours(register: &Register) -> HashMap<String, Vec<String>> {
    let mut neighbours = HashMap::new();
    let mut path = "/v1/authorities?embed=neighbours&limit=50".to_owned();
    loop {
        let page = register.get(&path).await.expect(200).json();
        for authority in page["items"].as_array().unwrap() {
            let current = authority["neighbours"].as_array().unwrap().iter();
            let current = current.filter(|neighbour| neighbour["neighbour_set"] == "current");
            let ids = current.map(|neighbour| neighbour["authority_id"].as_str().unwrap().to_owned());
            neighbours.insert(authority["authority_id"].as_str().unwrap().to_owned(), ids.collect());
        }
        let Some(cursor) = page["page"]["next_cursor"].as_str() else { return neighbours };
        path = format!("/v1/authorities?embed=neighbours&limit=50&cursor={cursor}");
    }
}

#[actix_web::test]
async fn neighbours_are_counted_by_grade_in_every_area_of_the_standing() {
    let register = Register::real().await;
    let neighbours = neighbours(&register).await;
    for query in [format!("as_at={COUNTED_ON}"), "as_at=2022-10-01&clock=fieldwork".to_owned()] {
        let rows = standings(&register, &query).await;
        let by_id = rows.iter().map(|row| (row["authority_id"].as_str().unwrap(), row)).collect::<HashMap<_, _>>();
        for row in &rows {
            let own = &neighbours[row["authority_id"].as_str().unwrap()];
            let count = |area: &str| {
                let mut counts = json!({ "area": area });
                for grade in ["outstanding", "good", "requires_improvement", "adequate", "inadequate"] {
                    let has = |id: &&String| by_id.get(id.as_str()).is_some_and(|row| outcome(row, area) == grade);
                    counts[grade] = json!(own.iter().filter(has).count());
                }
                let graded = counts.as_object().unwrap().values().filter_map(Value::as_u64).sum::<u64>();
                counts["absent"] = json!(u64::try_from(own.len()).unwrap() - graded);
                counts
            };
            let areas =
                row["judgements"].as_array().unwrap().iter().map(|judgement| judgement["area"].as_str().unwrap());
            let expected = if own.is_empty() { Vec::new() } else { areas.map(count).collect() };
            assert_eq!(row["neighbours"], json!(expected), "{} {query}", row["authority_name"]);
        }
    }
}
