//! More requests than the database can take, for seconds: those that are accepted stay fast, the others are refused, and
//! the service lives.

use std::sync::Mutex;
use std::thread::{self, sleep};
use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;
use inspection_register::database::pool::Db;

use super::server::{Server, overslept};
use crate::support::database::Database;

/// How long it goes on.
const TIME: Duration = Duration::from_secs(4);
/// Callers at once: twice as many as may be at the database or wait for it.
const CALLERS: usize = 64;
/// A statement of 50 ms that costs the machine nothing: two connections can do forty in a second.
const SLOW: &str = "alter table themes rename to kept_themes;
    create view themes as select kept_themes.* from pg_sleep(0.05), kept_themes";

/// Does something again and again, and keeps what it says of each time.
fn repeat<T>(pause: Duration, what: impl Fn() -> T) -> Vec<T> {
    let begun = Instant::now();
    let mut said = Vec::new();
    while begun.elapsed() < TIME {
        said.push(what());
        sleep(pause);
    }
    said
}

#[test]
fn under_sustained_overload_what_is_accepted_stays_fast_and_the_service_lives() {
    let database = Database::empty();
    database.connect().batch_execute(SLOW).unwrap();
    let db = Db::new(&database.url, 2);
    let server = Server::on(database, |app| app.db = db);
    let ask = |path: &str| {
        let asked = Instant::now();
        let answer = server.get(path);
        (answer, asked.elapsed())
    };
    let answers = Mutex::new(Vec::new());
    let (lives, late) = thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                let own = repeat(Duration::from_millis(200), || ask("/v1/themes?limit=1"));
                answers.lock().unwrap().extend(own);
            });
        }
        let lives = scope.spawn(|| repeat(Duration::from_millis(50), || ask("/health/live")));
        // How late the machine is with who only sleeps, which is not the fault of the service.
        let naps = scope.spawn(|| repeat(Duration::ZERO, overslept));
        (lives.join().unwrap(), naps.join().unwrap().into_iter().max().unwrap())
    });
    let answers = answers.into_inner().unwrap();
    let (accepted, refused) = answers.iter().partition::<Vec<_>, _>(|(answer, _)| answer.starts_with("HTTP/1.1 200"));
    for (answer, _) in &refused {
        assert!(answer.starts_with("HTTP/1.1 503") && answer.contains("retry-after: 1"), "{answer}");
    }
    let mut took = accepted.iter().map(|(_, took)| *took).collect::<Vec<_>>();
    took.sort_unstable();
    let p95 = took[took.len() * 95 / 100];
    let slowest = lives.iter().map(|(_, took)| *took).max().unwrap();
    println!(
        "{} accepted, 95 of 100 within {p95:?}; {} refused; live within {slowest:?}; {late:?} late",
        took.len(),
        refused.len()
    );
    assert!(took.len() >= 80, "{} of 160 were accepted", took.len());
    assert!(refused.len() >= CALLERS, "{} were refused: this is no overload", refused.len());
    assert!(p95 < Duration::from_secs(1) + late, "{p95:?}, on a machine that is {late:?} late");
    assert!(lives.iter().all(|(answer, _)| answer.starts_with("HTTP/1.1 200")));
    assert!(slowest < Duration::from_secs(1) + late, "{slowest:?}, on a machine that is {late:?} late");
}
