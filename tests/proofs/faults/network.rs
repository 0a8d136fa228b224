//! The network between the register and its database, which these tests break.

use diesel::prelude::*;

use crate::support::database::Database;
use crate::support::proxy::{Mode, Proxy, Trap};

fn works(conn: &mut PgConnection) -> bool {
    diesel::sql_query("select 1").execute(conn).is_ok()
}

#[test]
fn it_delivers_refuses_and_cuts() {
    let database = Database::bare();
    let proxy = Proxy::before(&database.url);
    let mut conn = PgConnection::establish(&proxy.url()).unwrap();
    assert!(works(&mut conn));
    proxy.set(Mode::Refuse);
    assert!(PgConnection::establish(&proxy.url()).is_err() && works(&mut conn));
    proxy.set(Mode::Pass);
    proxy.cut();
    assert!(!works(&mut conn));
    assert!(works(&mut PgConnection::establish(&proxy.url()).unwrap()));
}

#[test]
fn a_commit_can_be_lost_before_and_after_it_is_done() {
    let database = Database::bare();
    let proxy = Proxy::before(&database.url);
    let mut watcher = database.connect();
    diesel::sql_query("create table places (name text)").execute(&mut watcher).unwrap();
    for (trap, rows) in [(Trap::CutBefore, 0), (Trap::CutAfter, 1)] {
        let mut conn = PgConnection::establish(&proxy.url()).unwrap();
        proxy.lay(trap);
        let outcome = conn.transaction::<_, diesel::result::Error, _>(|conn| {
            diesel::sql_query("insert into places values ('Exampleford')").execute(conn)
        });
        assert!(outcome.is_err(), "{trap:?}");
        let found = diesel::sql_query("select from places").execute(&mut watcher).unwrap();
        assert_eq!(found, rows, "{trap:?}");
    }
    assert_eq!(proxy.sprung(), 2);
}
