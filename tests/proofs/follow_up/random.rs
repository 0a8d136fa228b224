//! What a visit did not look at never changes, and what followed is the same as a model says, whatever was examined.

use std::collections::BTreeMap;

use actix_web::http::Method;
use actix_web::rt::{System, SystemRunner};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};

use crate::support::Register;
use crate::support::actions::new_action;
use crate::support::rows::{inspection, path, recommendation_ids, visit, with};

/// From the most favourable to the least.
const OUTCOMES: [&str; 4] = ["improved", "partly_improved", "not_improved", "worse"];
/// The themes of the recommendations, in the order of the themes.
const THEMES: [(&str, &[usize]); 3] = [("early_help", &[0, 1, 2]), ("recording", &[2, 3]), ("workforce", &[4])];

/// The visits whose letter is held.
const HELD: [u32; 2] = [3, 4];

/// What is done: by which visit, to which recommendation, with which outcome; none removes.
type Step = (usize, usize, Option<&'static str>);

/// A series of visits, some of them no longer public, after an inspection that asked for something. Of some the letter is
/// held.
struct Series {
    report: Value,
    asked: Vec<String>,
    visits: Vec<(Value, bool)>,
}

async fn series(register: &Register) -> Series {
    let themes = |index: usize| {
        THEMES.iter().filter(|(_, all)| all.contains(&index)).map(|(theme, _)| *theme).collect::<Vec<_>>()
    };
    let recommendations =
        (0..6).map(|index| json!({ "kind": "recommendation", "text": "Do it.", "themes": themes(index) }));
    let members = json!({ "state": "published", "recommendations": recommendations.collect::<Vec<_>>() });
    let report = inspection(register, members).await;
    let asked = recommendation_ids(register, &report).await;
    for recommendation in &asked {
        let action = with(new_action(&report), json!({ "recommendation_ids": [recommendation] }));
        register.post("/v1/improvement-actions", &action).await.expect(201);
    }
    let mut visits = Vec::new();
    for (number, state) in [(2, "published"), (3, "draft"), (4, "published"), (7, "published")] {
        let letter = visit(register, &report, number, json!({ "state": state })).await;
        if HELD.contains(&number) {
            let document = json!({
                "kind": "letter", "title": "Letter", "inspection_id": letter["inspection_id"],
                "authority_ids": [report["authority_id"]],
            });
            register.post("/v1/documents", &document).await.expect(201);
        }
        visits.push((letter, state == "published"));
    }
    Series { report, asked, visits }
}

/// Every row of actions and recommendations, and of what ties them, as text.
fn rows(register: &Register) -> Vec<String> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let statement = "select improvement_actions::text as row from improvement_actions
        union all select recommendations::text from recommendations
        union all select improvement_action_recommendations::text from improvement_action_recommendations
        union all select improvement_action_transitions::text from improvement_action_transitions order by 1";
    let rows = diesel::sql_query(statement).load::<Row>(&mut register.database.connect()).unwrap();
    rows.into_iter().map(|row| row.row).collect()
}

async fn take(register: &Register, series: &Series, (by, of, outcome): Step) {
    let place = format!("{}/examinations/{}", path(&series.visits[by].0), series.asked[of]);
    let is_there = register.get(&place).await.status == 200;
    match outcome {
        Some(outcome) => {
            let request = register.request(Method::PUT, &place);
            let request = if is_there { request.if_match("*") } else { request.header("If-None-Match", "*") };
            let body = json!({ "outcome": outcome, "reason": "Read again." });
            request.json(&body).send().await.expect(if is_there { 200 } else { 201 });
        }
        None if is_there => {
            register.delete(&format!("{place}?reason=Read+again."), "*").await.expect(204);
        }
        None => {}
    }
}

/// What followed, as it must be told.
fn expected(series: &Series, said: &BTreeMap<(usize, usize), &str>, as_at: &str) -> Value {
    let is_known = |visit: &Value| visit["published_on"].as_str().unwrap() <= as_at;
    let shown = series.visits.iter().enumerate().filter(|(_, (visit, is_public))| *is_public && is_known(visit));
    let shown = shown.map(|(index, (visit, _))| (index, visit)).collect::<Vec<_>>();
    let is_held = |visit: usize| HELD.iter().any(|number| series.visits[visit].0["visit_number"] == *number);
    let silence = |visit: usize| if is_held(visit) { "not_examined" } else { "not_held" };
    let of =
        |visit: usize, recommendation: usize| said.get(&(visit, recommendation)).copied().unwrap_or(silence(visit));
    let worst = |visit: usize, recommendations: &[usize]| {
        let outcomes = recommendations.iter().filter_map(|index| said.get(&(visit, *index)));
        let worst = outcomes.filter_map(|outcome| OUTCOMES.iter().position(|known| known == outcome)).max();
        worst.map_or(silence(visit), |index| OUTCOMES[index])
    };
    let themes = THEMES.iter().map(|(theme, recommendations)| {
        let visits = shown.iter().map(|(index, visit)| {
            json!({ "inspection_id": visit["inspection_id"], "outcome": worst(*index, recommendations),
                "strength_count": 0, "concern_count": 0, "mixed_count": 0 })
        });
        json!({ "theme": theme, "visits": visits.collect::<Vec<_>>() })
    });
    let recommendations = series.asked.iter().enumerate().map(|(place, id)| {
        let visits = shown
            .iter()
            .map(|(index, visit)| json!({ "inspection_id": visit["inspection_id"], "outcome": of(*index, place) }));
        json!({ "recommendation_id": id, "position": place + 1, "visits": visits.collect::<Vec<_>>() })
    });
    let is_silent = |place: &usize| shown.iter().all(|(index, _)| !said.contains_key(&(*index, *place)));
    let numbers = shown.iter().map(|(_, visit)| visit["visit_number"].as_u64().unwrap()).collect::<Vec<_>>();
    let missing = (1..numbers.last().copied().unwrap_or(1)).filter(|number| !numbers.contains(number));
    json!({
        "coverage": { "themes": themes.collect::<Vec<_>>(), "recommendations": recommendations.collect::<Vec<_>>() },
        "never_examined": (0..series.asked.len()).filter(is_silent).map(|place| &series.asked[place]).collect::<Vec<_>>(),
        "missing_visit_numbers": missing.collect::<Vec<_>>(),
    })
}

fn told(system: &SystemRunner, register: &Register, series: &Series, as_at: &str) -> Value {
    let path = format!("{}/follow-up?as_at={as_at}", path(&series.report));
    let mut told = system.block_on(register.get(&path)).expect(200).json();
    json!({
        "coverage": told["coverage"].take(), "never_examined": told["never_examined"].take(),
        "missing_visit_numbers": told["missing_visit_numbers"].take(),
    })
}

#[test]
fn what_a_visit_did_not_look_at_never_changes() {
    let system = System::new();
    let register = system.block_on(Register::empty());
    let series = system.block_on(series(&register));
    let before = rows(&register);
    let step = (0..4_usize, 0..6_usize, option::weighted(0.8, select(OUTCOMES.as_slice())));
    let days =
        select(vec!["2022-09-21", "2023-05-19", "2023-05-20", "2023-06-20", "2023-07-20", "2023-10-20", "2026-01-01"]);
    let mut runner =
        TestRunner::new(Config { cases: 24, failure_persistence: None, max_shrink_iters: 50, ..Config::default() });
    runner
        .run(&(vec(step, 0..12), days), |(steps, as_at)| {
            register.database.connect().batch_execute("delete from examinations").unwrap();
            let mut said = BTreeMap::new();
            for (by, of, outcome) in steps {
                system.block_on(take(&register, &series, (by, of, outcome)));
                match outcome {
                    Some(outcome) => said.insert((by, of), outcome),
                    None => said.remove(&(by, of)),
                };
                prop_assert_eq!(told(&system, &register, &series, as_at), expected(&series, &said, as_at));
            }
            prop_assert_eq!(&rows(&register), &before, "an examination changes nothing else");
            Ok(())
        })
        .unwrap();
}
