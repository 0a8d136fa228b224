//! Readers of the largest that callers can have written: the memory of the program stays limited.

use std::thread;

use diesel::connection::SimpleConnection;

use super::memory::{MOST_MEMORY, status};
use crate::operations::program::{Folder, Service};
use crate::support::database::{Database, settle};

/// Ten public actions with 650 updates of 80 KB, and as many events: more than one key writes within ten minutes.
const MUCH: &str = "
    do $$
    declare
        council uuid := (select authority_id from authorities order by name limit 1);
        action uuid;
    begin
        for number in 1..10 loop
            action := gen_random_uuid();
            insert into improvement_actions (action_id, authority_id, title, source, priority, visibility, proposed_on, state)
                values (action, council, 'Example ' || number, 'audit', 'medium', 'public', '2026-01-01', 'proposed');
            insert into improvement_action_updates (update_id, action_id, effective_on, note, impact_on_children, recorded_by)
                select gen_random_uuid(), action, '2026-02-01', repeat('\u{1d11e}', 10000), repeat('\u{1d11e}', 10000), 'somebody'
                from generate_series(1, 650);
        end loop;
    end $$";

const READS: [&str; 4] = [
    "/v1/improvement-actions?limit=50&embed=updates",
    "/v1/improvement-actions?limit=50&embed=updates,transitions,evidence,date_revisions,recommendations",
    "/v1/improvement-plans?limit=50&embed=actions",
    "/v1/events?limit=200",
];

#[test]
fn no_reader_makes_the_program_hold_all_that_was_written() {
    let (database, folder) = (Database::real(), Folder::new());
    let mut conn = database.connect();
    conn.batch_execute(MUCH).unwrap();
    settle(&mut conn);
    let settings = [("DATABASE_URL", database.url.as_str()), ("RATE_LIMIT", "off"), ("RUST_LOG", "warn")];
    let service = Service::start(&settings, &folder.0.join("output"));
    let updates = format!("{}/updates?limit=200", first_action(&service));
    let service = &service;
    thread::scope(|scope| {
        for path in READS.into_iter().chain([updates.as_str()]) {
            for _ in 0..3 {
                scope.spawn(move || {
                    for _ in 0..3 {
                        let answer = service.get(path);
                        let status = answer.get(9..12).unwrap_or_default();
                        // Too many large responses at once are refused.
                        assert!(["200", "503"].contains(&status), "{path}: {answer:.300} {}", service.said());
                        assert!(answer.len() < 6 * 1024 * 1024, "{path}: {} bytes", answer.len());
                    }
                });
            }
        }
    });
    let most = status(service.pid(), "VmHWM");
    assert!(most < MOST_MEMORY, "{most} KiB");
    println!("{most} KiB at most");
}

/// The path of a public action.
fn first_action(service: &Service) -> String {
    let answer = service.get("/v1/improvement-actions?limit=50");
    let (_, rest) = answer.split_once("\"title\":\"Example 1\"").unwrap();
    let (before, _) = answer.split_at(answer.len() - rest.len());
    let (_, id) = before.rsplit_once("\"action_id\":\"").unwrap();
    format!("/v1/improvement-actions/{}", id.get(..36).unwrap())
}
