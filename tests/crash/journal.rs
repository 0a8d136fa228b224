//! What the service acknowledged, noted outside of it.

use std::fmt;
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::{Value, json};

use crate::client::Answer;
use crate::{Arguments, held};

/// A request that an answer settled.
#[derive(Debug, Clone)]
pub struct Settled {
    pub writer: usize,
    pub key: String,
    pub path: String,
    pub body: Value,
    pub answer: Answer,
    /// What it made: kinds of resource, each with the words by which it is found.
    pub made: Vec<(&'static str, String)>,
}

/// The journal of all writers, and what became of their attempts.
pub struct Journal {
    file: Mutex<File>,
    settled: Mutex<Vec<Settled>>,
    wanted: usize,
    taken: AtomicUsize,
    pub acknowledged: AtomicUsize,
    pub attempts: AtomicUsize,
    pub unanswered: AtomicUsize,
    pub unavailable: AtomicUsize,
    pub in_use: AtomicUsize,
    pub replayed: AtomicUsize,
}

impl Journal {
    /// An empty journal of so many writes, kept in a file too.
    pub fn new(folder: &Path, wanted: usize) -> Self {
        let count = AtomicUsize::default;
        Self {
            file: Mutex::new(File::create(folder.join("journal.jsonl")).unwrap()),
            settled: Mutex::default(),
            wanted,
            taken: count(),
            acknowledged: count(),
            attempts: count(),
            unanswered: count(),
            unavailable: count(),
            in_use: count(),
            replayed: count(),
        }
    }

    /// Whether another write is wanted.
    pub fn take(&self) -> bool {
        self.taken.fetch_add(1, Ordering::SeqCst) < self.wanted
    }

    /// Notes a request with the answer that settled it.
    pub fn note(&self, settled: Settled) {
        let line = json!({ "key": settled.key, "path": settled.path, "body": settled.body, "status": settled.answer.status,
            "location": settled.answer.header("location") });
        writeln!(held(&self.file), "{line}").unwrap();
        if settled.answer.is_replayed() {
            self.replayed.fetch_add(1, Ordering::SeqCst);
        }
        let is_made = !settled.made.is_empty();
        held(&self.settled).push(settled);
        if is_made {
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// How many writes are acknowledged, of those that are wanted.
    pub fn progress(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Every request that was settled.
    pub fn settled(&self) -> Vec<Settled> {
        held(&self.settled).clone()
    }

    /// Whether the disturbances were worth their name: some answers were lost, and came again.
    pub fn tells_of_lost_answers(&self, arguments: &Arguments) -> bool {
        arguments.kills == 0 || self.replayed.load(Ordering::SeqCst) > 0
    }

    /// What became of the attempts.
    pub fn counts(&self) -> impl fmt::Display {
        let count = |counter: &AtomicUsize| counter.load(Ordering::SeqCst);
        format!(
            "{} writes acknowledged by {} requests: {} had no answer, {} were unavailable, {} found their key in use; {} were \
             settled by a replay",
            count(&self.acknowledged),
            count(&self.attempts),
            count(&self.unanswered),
            count(&self.unavailable),
            count(&self.in_use),
            count(&self.replayed),
        )
    }
}
