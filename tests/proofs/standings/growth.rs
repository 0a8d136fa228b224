//! What standings cost when the register grows.

use std::sync::atomic::Ordering;
use std::time::Instant;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use inspection_register::http::page::{Window, WindowParameters};
use inspection_register::register::standings::model::StandingFilter;
use inspection_register::register::standings::query;

use crate::support::Register;
use crate::support::database::{Database, counting};
use crate::support::standings::{COUNTED_ON, standings};

/// Ninety-nine earlier copies of every inspection, with its judgements: the latest stay the latest.
const HUNDREDFOLD: &str = "
    create temporary table copies as
        select gen_random_uuid() as copy_id, inspection_id, days
        from inspections cross join generate_series(1, 99) as days
        where kind is not null and opened_by_inspection_id is null;
    insert into inspections (inspection_id, authority_id, framework, kind, started_on, ended_on, published_on, state,
            inspected_name, lead_inspectors)
        select copy_id, authority_id, framework, kind, started_on - days, ended_on - days, published_on - days, state,
            inspected_name, lead_inspectors
        from inspections join copies using (inspection_id)
        on conflict do nothing;
    insert into judgements (inspection_id, framework, area, grade, absence_reason)
        select copy_id, framework, area, grade, absence_reason
        from judgements join copies using (inspection_id)
        where exists (select from inspections where inspections.inspection_id = copy_id);
    analyze";

/// How many statements it takes to list standings.
fn statements(database: &Database, parameters: WindowParameters, filter: &str) -> (usize, usize) {
    let (mut connection, count) = counting(database);
    let filter = serde_urlencoded::from_str::<StandingFilter>(filter).unwrap();
    let (standings, _) = query::list(&mut connection, &filter, &Window::new(parameters, String::new())).unwrap();
    (standings.len(), count.load(Ordering::Relaxed))
}

#[test]
fn the_number_of_statements_does_not_depend_on_the_number_of_rows() {
    let database = Database::real();
    let page = |limit| WindowParameters { limit: Some(limit), cursor: None, count: None };
    let (one, few) = statements(&database, page(1), "as_at=2026-11-22");
    let (all, many) = statements(&database, page(200), "as_at=2026-11-22");
    assert_eq!((one, all), (1, 153));
    assert_eq!(few, many);
    assert!(many <= 5, "{many} statements");
}

#[actix_web::test]
async fn a_hundred_times_the_inspections_give_the_same_answers() {
    let register = Register::real().await;
    let path = format!("/v1/standings?limit=200&as_at={COUNTED_ON}");
    let before = (body(&register, &path).await, body(&register, &table(COUNTED_ON)).await);
    show_times(&register.database);
    register.database.connect().batch_execute(HUNDREDFOLD).unwrap();
    let inspections = count(&register.database, "inspections");
    assert!(inspections > 45_000, "{inspections}");
    assert!(count(&register.database, "judgements") > 200_000);
    let after = (body(&register, &path).await, body(&register, &table(COUNTED_ON)).await);
    assert_eq!(before, after);

    show_times(&register.database);
    // A day before most reports, where the latest is none of the newest.
    for query in ["as_at=2015-06-30", "as_at=2022-10-01&clock=fieldwork&area=overall_effectiveness&grade=inadequate"] {
        assert!(!standings(&register, query).await.is_empty());
    }
}

fn table(day: &str) -> String {
    format!("/v1/standings.csv?as_at={day}")
}

/// The body of an answer.
async fn body(register: &Register, path: &str) -> Vec<u8> {
    register.get(path).await.expect(200).bytes
}

/// With `SHOW_TIMES` in the environment: how long the statements of list and table take, on standard error.
fn show_times(database: &Database) {
    if std::env::var_os("SHOW_TIMES").is_none() {
        return;
    }
    let mut connection = database.connect();
    let inspections = count(database, "inspections");
    for question in ["as_at=2026-11-22", "as_at=2015-06-30", "as_at=2022-10-01&clock=fieldwork"] {
        let filter = serde_urlencoded::from_str::<StandingFilter>(question).unwrap();
        let window = WindowParameters { limit: Some(200), cursor: None, count: None };
        let start = Instant::now();
        query::list(&mut connection, &filter, &Window::new(window, String::new())).unwrap();
        let list = start.elapsed();
        query::table(&mut connection, &filter, &[]).unwrap();
        let table = start.elapsed().saturating_sub(list);
        eprintln!("{question} of {inspections} inspections: list {list:.1?}, table {table:.1?}");
    }
}

fn count(database: &Database, table: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        rows: i64,
    }
    let query = diesel::sql_query(format!("select count(*) as rows from {table}"));
    query.get_result::<Count>(&mut database.connect()).unwrap().rows
}
