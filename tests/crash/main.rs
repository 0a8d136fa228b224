//! The crash harness: eight writers, each of whom repeats a request under its key until an answer settles it, while the
//! service is killed, PostgreSQL is stopped at once, and connections are cut at COMMIT. At the end every acknowledged write
//! is there exactly once, and nothing else is.
//!
//! `script/crash` runs it. A seed gives the same work and the same disturbances in the same order; how they meet depends on
//! the machine.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "it reports to whoever runs it")]

mod check;
mod client;
mod disturbances;
mod journal;
mod random;
mod rig;
mod writers;

#[path = "../support/frames.rs"]
mod frames;
#[expect(dead_code, reason = "the tests of faults use the rest")]
#[path = "../support/proxy.rs"]
mod proxy;
#[path = "../support/wire.rs"]
mod wire;

use std::process::ExitCode;
use std::sync::Mutex;
use std::thread;
use std::time::Instant;

use clap::Parser;

use self::disturbances::Plan;
use self::journal::Journal;
use self::random::Random;
use self::rig::Rig;
use self::writers::Writer;

/// How much of everything.
#[derive(Debug, Clone, Parser)]
#[command(
    name = "script/crash",
    about = "Kills the service and stops its database under writers, and counts what is left"
)]
pub struct Arguments {
    /// Writes to be acknowledged.
    #[arg(long, default_value_t = 800)]
    writes: usize,
    /// Kills (-9) of the service.
    #[arg(long, default_value_t = 6)]
    kills: usize,
    /// Immediate stops of PostgreSQL; a third of the kills unless given.
    #[arg(long)]
    stops: Option<usize>,
    /// Connections cut at COMMIT, most of them between the commit and its reply; twice the kills unless given.
    #[arg(long)]
    cuts: Option<usize>,
    /// Writers at once.
    #[arg(long, default_value_t = 8)]
    writers: usize,
    /// Repeats the work and the disturbances of an earlier run; SEED in the environment does the same.
    #[arg(long)]
    seed: Option<u64>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let seed = arguments.seed.or_else(Random::seed_of_environment).unwrap_or_else(Random::new_seed);
    let plan = Plan::new(&arguments, seed);
    println!("crash: seed {seed}; {} writers; {} writes; {}", arguments.writers, arguments.writes, plan.counts());
    let mut rig = Rig::new(seed);
    let journal = Journal::new(rig.folder(), arguments.writes);
    let begun = Instant::now();
    let clients = (0..arguments.writers).map(|number| rig.client(&format!("writer-{number}"))).collect::<Vec<_>>();
    let faults = thread::scope(|scope| {
        let writers = clients.iter().enumerate();
        let writers = writers.map(|(number, client)| Writer::new(number, seed, client.clone(), &journal));
        let writers = writers.map(|writer| scope.spawn(|| writer.work())).collect::<Vec<_>>();
        plan.carry_out(&mut rig, &journal);
        writers.into_iter().filter_map(|writer| writer.join().unwrap().err()).collect::<Vec<_>>()
    });
    println!("crash: {}; {:.0} s", journal.counts(), begun.elapsed().as_secs_f64());
    let (planned, done) = (plan.counts(), rig.counts());
    println!("crash: {done}");
    let report = check::all(&rig, &journal, faults, &clients);
    println!("crash: {report}; {:.0} s in all", begun.elapsed().as_secs_f64());
    let is_whole = done == planned && journal.progress() == arguments.writes;
    if !is_whole {
        println!("crash: planned were {} writes and {planned}", arguments.writes);
    }
    if report.is_clean() && is_whole && journal.tells_of_lost_answers(&arguments) {
        return ExitCode::SUCCESS;
    }
    println!("crash: SEED={seed} repeats it; what is left is in {}", rig.keep().display());
    ExitCode::FAILURE
}

/// Locks what a writer that failed may have held.
fn held<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
