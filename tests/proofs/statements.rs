//! How many statements a page of a list takes: as many for one row as for many, with the names of authorities.

use std::sync::atomic::Ordering;

use diesel::pg::PgConnection;
use inspection_register::access::caller::Caller;
use inspection_register::http::page::{Window, WindowParameters};
use inspection_register::register::{
    examinations, findings, improvement_actions, improvement_plans, inspections, interventions, recommendations,
};
use inspection_register::values::ids::InspectionId;

use crate::support::database::{Database, counting};

/// How many rows a page has, and how many statements it takes. The register itself asks, from which nothing is hidden: of
/// others, references are looked up only where rows have some.
fn counted(
    database: &Database,
    limit: u32,
    list: impl Fn(&mut PgConnection, &Caller, &Window) -> usize,
) -> (usize, usize) {
    let (mut connection, count) = counting(database);
    let window = Window::new(WindowParameters { limit: Some(limit), cursor: None, count: None }, String::new());
    let rows = list(&mut connection, &Caller::import(), &window);
    (rows, count.load(Ordering::Relaxed))
}

macro_rules! lists {
    ($($name:ident: $rows:literal rows, at most $most:literal statements, $list:expr;)*) => {$(
        #[test]
        fn $name() {
            let database = Database::real();
            let (one, few) = counted(&database, 1, $list);
            let (all, many) = counted(&database, 200, $list);
            assert_eq!((one, all), (1, $rows));
            assert_eq!(few, many, "as many statements for one row as for many");
            assert!(many <= $most, "{many} statements");
        }
    )*};
}

/// A filter that asks for everything, as a query string.
fn everything<T: serde::de::DeserializeOwned>() -> T {
    serde_urlencoded::from_str("").unwrap()
}

lists! {
    inspections_are_listed_with_their_names: 200 rows, at most 5 statements, |conn, caller, window| {
        inspections::query::list::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    findings_are_listed_with_their_names: 64 rows, at most 1 statements, |conn, caller, window| {
        findings::query::list::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    recommendations_are_listed_with_their_names: 15 rows, at most 1 statements, |conn, caller, window| {
        recommendations::query::list::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    plans_are_listed_with_their_names: 2 rows, at most 4 statements, |conn, caller, window| {
        improvement_plans::query::list::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    actions_are_listed_with_their_names: 9 rows, at most 4 statements, |conn, caller, window| {
        improvement_actions::query::list::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    interventions_are_listed_with_their_names: 5 rows, at most 2 statements, |conn, caller, window| {
        interventions::query::list(conn, caller, &everything(), window).unwrap().0.len()
    };
    examinations_are_listed_with_their_names: 6 rows, at most 3 statements, |conn, caller, window| {
        let visit = "01a20435-3eab-760f-ae77-bee896597f2b".parse::<InspectionId>().unwrap();
        examinations::query::list(conn, caller, visit, window).unwrap().0.len()
    };
}
