//! Transactions that stand in each other's way: they are run again, whole, so often and no more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier};
use std::time::Duration;

use actix_web::rt::spawn;
use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use inspection_register::error::{ApiError, DatabaseFault};

use super::must_recover;
use crate::support::Register;

#[derive(QueryableByName)]
struct Note {
    #[diesel(sql_type = Text)]
    note: String,
}

/// A register with two rows to fight for.
async fn register() -> Register {
    let register = Register::empty().await;
    let table = "create table notes (place integer primary key, note text not null default '');
                 insert into notes values (1), (2)";
    register.database.connect().batch_execute(table).unwrap();
    must_recover(&register).await;
    register
}

fn notes(conn: &mut PgConnection) -> Vec<String> {
    let rows = diesel::sql_query("select note from notes order by place").load::<Note>(conn).unwrap();
    rows.into_iter().map(|row| row.note).collect()
}

fn add(place: usize, letter: char) -> String {
    format!("update notes set note = note || '{letter}' where place = {place}")
}

#[actix_web::test]
async fn of_two_that_wait_for_each_other_both_succeed_in_the_end() {
    let register = register().await;
    let meeting = Arc::new(Barrier::new(2));
    let runs = Arc::new(AtomicUsize::new(0));
    let fighters = [('a', 1, 2), ('b', 2, 1)].map(|(letter, first, second)| {
        let (db, meeting, runs) = (register.app.db.clone(), Arc::clone(&meeting), Arc::clone(&runs));
        spawn(async move {
            let work = move |conn: &mut PgConnection| {
                let is_first_run = runs.fetch_add(1, Ordering::SeqCst) < 2;
                conn.batch_execute(&add(first, letter))?;
                if is_first_run {
                    meeting.wait();
                }
                conn.batch_execute(&add(second, letter))?;
                Ok(())
            };
            db.write(work).await
        })
    });
    for fighter in fighters {
        fighter.await.unwrap().unwrap();
    }
    assert!(runs.load(Ordering::SeqCst) > 2, "nobody had to try again");
    for note in notes(&mut register.database.connect()) {
        assert!(["ab", "ba"].contains(&note.as_str()), "{note}");
    }
}

#[actix_web::test]
async fn what_another_changed_in_the_meantime_is_read_again() {
    let register = register().await;
    let (runs, url) = (Arc::new(AtomicUsize::new(0)), register.database.url.clone());
    let counted = Arc::clone(&runs);
    let work = move |conn: &mut PgConnection| {
        conn.batch_execute("set transaction isolation level repeatable read")?;
        let note = notes(conn).swap_remove(0);
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            PgConnection::establish(&url).unwrap().batch_execute(&add(1, 'x'))?;
        }
        conn.batch_execute(&format!("update notes set note = '{note}y' where place = 1"))?;
        Ok(())
    };
    register.app.db.write(work).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(notes(&mut register.database.connect())[0], "xy");
}

#[actix_web::test]
async fn a_collision_that_does_not_end_is_unavailable_after_the_third_time() {
    let register = register().await;
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let work = move |conn: &mut PgConnection| {
        counted.fetch_add(1, Ordering::SeqCst);
        conn.batch_execute(&add(1, 'x'))?;
        conn.batch_execute("do $$ begin raise exception using errcode = 'serialization_failure'; end $$")?;
        Ok(())
    };
    let outcome = register.app.db.write(work).await;
    assert!(matches!(outcome, Err(ApiError::Database(DatabaseFault::Collision, _))), "{outcome:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 4);
    assert_eq!(notes(&mut register.database.connect()), ["", ""]);
}

#[actix_web::test]
async fn a_collision_that_shows_in_the_commit_is_run_again() {
    let register = register().await;
    let (runs, url) = (Arc::new(AtomicUsize::new(0)), register.database.url.clone());
    let counted = Arc::clone(&runs);
    // Each reads what the other writes: of two that are serializable one cannot commit.
    let work = move |conn: &mut PgConnection| {
        conn.batch_execute("set transaction isolation level serializable")?;
        let seen = notes(conn).concat();
        conn.batch_execute(&format!("update notes set note = '{seen}y' where place = 1"))?;
        if counted.fetch_add(1, Ordering::SeqCst) == 0 {
            let mut other = PgConnection::establish(&url).unwrap();
            other.batch_execute("begin isolation level serializable").unwrap();
            notes(&mut other);
            other.batch_execute(&format!("{}; commit", add(2, 'x'))).unwrap();
        }
        Ok(())
    };
    register.app.db.write(work).await.unwrap();
    assert_eq!(runs.load(Ordering::SeqCst), 2);
    assert_eq!(notes(&mut register.database.connect()), ["xy", "x"]);
}

#[actix_web::test]
async fn what_only_takes_long_is_not_run_again() {
    let register = register().await;
    let mut holder = register.database.connect();
    holder.batch_execute(&format!("begin; {}", add(1, 'x'))).unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&runs);
    let work = move |conn: &mut PgConnection| {
        counted.fetch_add(1, Ordering::SeqCst);
        conn.batch_execute("set local lock_timeout = '100ms'")?;
        conn.batch_execute(&add(1, 'y'))?;
        Ok(())
    };
    let outcome = register.app.db.write(work).await;
    assert!(matches!(outcome, Err(ApiError::Database(DatabaseFault::TooSlow, _))), "{outcome:?}");
    assert_eq!(runs.load(Ordering::SeqCst), 1);
}

#[actix_web::test]
async fn whoever_waits_longer_than_anybody_should_is_told_so_and_nothing_is_done() {
    let register = register().await;
    let work = move |conn: &mut PgConnection| {
        conn.batch_execute(&add(1, 'x'))?;
        for _ in 0..10 {
            conn.batch_execute("select pg_sleep(1)")?;
        }
        Ok(())
    };
    let outcome = register.app.db.write(work).await;
    assert!(matches!(&outcome, Err(error) if error.code().as_str() == "unavailable"), "{outcome:?}");
    actix_web::rt::time::sleep(Duration::from_secs(4)).await;
    assert_eq!(notes(&mut register.database.connect()), ["", ""]);
}
