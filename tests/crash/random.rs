//! Numbers that a seed gives again.

use std::time::{SystemTime, UNIX_EPOCH};

/// A source of numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A seed that no earlier run had.
    pub fn new_seed() -> u64 {
        u64::from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos())
    }

    /// The seed that whoever runs it wants again.
    pub fn seed_of_environment() -> Option<u64> {
        std::env::var_os("SEED").map(|seed| seed.to_string_lossy().parse().unwrap())
    }

    /// The source number `stream` of a seed.
    pub fn new(seed: u64, stream: usize) -> Self {
        let mut random = Self(seed ^ (u64::try_from(stream).unwrap() + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        random.below(1);
        random
    }

    /// Any number below this one.
    pub fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    /// Puts things in any order.
    pub fn shuffle<T>(&mut self, things: &mut [T]) {
        for place in (1..things.len()).rev() {
            things.swap(place, self.below(place + 1));
        }
    }
}
