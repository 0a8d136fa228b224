//! A database that fails: what is answered meanwhile, and that nothing is lost or done twice.

mod classes;
mod collisions;
mod commits;
mod editors;
mod migrations;
mod network;
mod outages;
mod poolers;
mod server;
mod tls;
mod upgrades;

use std::time::{Duration, Instant};

use actix_web::rt::time::sleep;
use inspection_register::database::pool::Db;

use crate::support::database::Database;
use crate::support::{Answer, Register, at_once};

/// What is promised of a refusal is a second, and so long it takes at most where it is tried often. Once in a while the
/// machine may be busy with other things.
const SOON: Duration = Duration::from_secs(5);
const USUALLY_SOON: Duration = Duration::from_secs(1);
/// What is promised of the recovery is two seconds, and likewise.
const RECOVERY: Duration = Duration::from_secs(30);
const USUAL_RECOVERY: Duration = Duration::from_secs(2);

/// A register on the database at this address, with so many connections.
async fn register(url: &str, size: u32) -> Register {
    Register::with(Database::bare(), |app| app.db = Db::new(url, size)).await
}

/// Checks an answer that says that the database is away.
#[track_caller]
fn unavailable(answer: Answer, begun: Instant) {
    let elapsed = begun.elapsed();
    let answer = answer.refused(&[503]);
    assert_eq!((answer.code().as_str(), answer.header("retry-after")), ("unavailable", "1"));
    assert!(elapsed < SOON, "{elapsed:?}");
}

/// How long something usually took, of several times.
fn usual(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// Checks that many requests at once are told soon that the database is away, and why the service is not ready. How long
/// the slowest took.
async fn must_be_away(register: &Register, reason: &str) -> Duration {
    let begun = Instant::now();
    let reads = (0..24).map(|_| register.get("/v1/themes"));
    for answer in at_once(reads).await {
        unavailable(answer, begun);
    }
    let took = begun.elapsed();
    must_not_be_ready(register, reason).await;
    register.get("/health/live").await.expect(200);
    took
}

/// Checks that the service says soon, and in one word, why it is not ready.
async fn must_not_be_ready(register: &Register, reason: &str) {
    let begun = Instant::now();
    let answer = register.get("/health/ready").await;
    assert_eq!(answer.json()["detail"], reason);
    unavailable(answer, begun);
}

/// Waits until the database is used again, which must be soon. How long it took.
async fn must_recover(register: &Register) -> Duration {
    let begun = Instant::now();
    for path in ["/v1/themes", "/health/ready"] {
        while register.get(path).await.status != 200 {
            assert!(begun.elapsed() < RECOVERY, "{path} after {:?}", begun.elapsed());
            sleep(Duration::from_millis(20)).await;
        }
    }
    begun.elapsed()
}

/// The address for another user.
fn as_user(url: &str, user: &str) -> String {
    format!("{}user={user}", url.split("user=").next().unwrap())
}

/// The name of the database at this address.
fn name_in(url: &str) -> &str {
    url.split(['/', '?']).nth(3).unwrap()
}
