//! What happens to the service while it works.

use std::fmt;
use std::thread::sleep;
use std::time::{Duration, Instant};

use crate::Arguments;
use crate::journal::Journal;
use crate::proxy::Trap;
use crate::random::Random;
use crate::rig::Rig;

/// How long no write may be acknowledged before the run is given up.
const STANDSTILL: Duration = Duration::from_secs(180);

/// One thing that goes wrong.
#[derive(Debug, Clone, Copy)]
enum Disturbance {
    Kill,
    Stop,
    Cut(Trap),
}

/// How often what went wrong, or is to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counts {
    pub kills: usize,
    pub stops: usize,
    pub cuts: usize,
}

/// All that goes wrong, in order, evenly over the run.
pub struct Plan {
    disturbances: Vec<Disturbance>,
    writes: usize,
}

impl Plan {
    /// The plan that a seed gives.
    pub fn new(arguments: &Arguments, seed: u64) -> Self {
        let (stops, cuts) =
            (arguments.stops.unwrap_or(arguments.kills / 3), arguments.cuts.unwrap_or(arguments.kills * 2));
        let mut disturbances = vec![Disturbance::Kill; arguments.kills];
        disturbances.extend(vec![Disturbance::Stop; stops]);
        // Three of four commits that are cut have happened, and their writers do not know it.
        let trap = |number| if number % 4 == 3 { Trap::CutBefore } else { Trap::CutAfter };
        disturbances.extend((0..cuts).map(|number| Disturbance::Cut(trap(number))));
        Random::new(seed, usize::from(u16::MAX)).shuffle(&mut disturbances);
        Self { disturbances, writes: arguments.writes }
    }

    /// How often what is to go wrong.
    pub fn counts(&self) -> Counts {
        let count = |wanted: fn(&Disturbance) -> bool| self.disturbances.iter().filter(|one| wanted(one)).count();
        Counts {
            kills: count(|one| matches!(one, Disturbance::Kill)),
            stops: count(|one| matches!(one, Disturbance::Stop)),
            cuts: count(|one| matches!(one, Disturbance::Cut(_))),
        }
    }

    /// Disturbs the service each time that so many more writes are acknowledged. What was done is for the rig to tell: it is
    /// less than the plan if nothing moves any more.
    pub fn carry_out(&self, rig: &mut Rig, journal: &Journal) {
        for (number, disturbance) in self.disturbances.iter().enumerate() {
            let due = (number + 1) * self.writes / (self.disturbances.len() + 1);
            if !wait_for(journal, due) {
                return;
            }
            match disturbance {
                Disturbance::Kill => rig.kill_service(),
                Disturbance::Stop => rig.stop_database(),
                Disturbance::Cut(trap) => rig.cut(*trap),
            }
        }
    }
}

/// Waits until so many writes are acknowledged; false if nothing moves any more.
fn wait_for(journal: &Journal, due: usize) -> bool {
    let (mut last, mut since) = (journal.progress(), Instant::now());
    while last < due {
        sleep(Duration::from_millis(2));
        if journal.progress() != last {
            (last, since) = (journal.progress(), Instant::now());
        }
        if since.elapsed() > STANDSTILL {
            return false;
        }
    }
    true
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kills, stops, cuts } = self;
        write!(
            f,
            "{kills} kills of the service, {stops} immediate stops of PostgreSQL, {cuts} connections cut at COMMIT"
        )
    }
}
