//! The state machine of improvement actions: the only place that defines the transitions.

use super::ActionState::{
    self, Agreed, Blocked, Cancelled, Completed, Deferred, InProgress, Proposed, Reopened, Verified,
};

/// The states that an action in each state can move to.
const MOVES: [(ActionState, &[ActionState]); 9] = [
    (Proposed, &[Agreed, Deferred, Cancelled]),
    (Agreed, &[InProgress, Blocked, Deferred, Cancelled]),
    (InProgress, &[Completed, Blocked, Deferred, Cancelled]),
    (Blocked, &[InProgress, Deferred, Cancelled]),
    (Deferred, &[Agreed, InProgress, Blocked, Cancelled]),
    (Completed, &[Verified, Reopened]),
    (Verified, &[Reopened]),
    (Cancelled, &[Reopened]),
    (Reopened, &[InProgress, Blocked, Deferred, Cancelled]),
];

impl ActionState {
    /// The state of a new action.
    pub const FIRST: Self = Proposed;

    /// The states that an action in this state can move to.
    #[must_use]
    pub fn next(self) -> &'static [Self] {
        MOVES.iter().find(|(from, _)| *from == self).map_or(&[], |(_, to)| to)
    }

    /// Whether a move to this state requires a reason.
    #[must_use]
    pub const fn needs_reason(self) -> bool {
        matches!(self, Blocked | Deferred | Cancelled | Reopened)
    }

    /// Whether an action in this state is open.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Completed | Verified | Cancelled)
    }

    /// The states in which an action is open.
    pub fn open() -> impl Iterator<Item = Self> {
        Self::ALL.iter().copied().filter(|state| state.is_open())
    }

    /// Whether an action in this state has been done.
    #[must_use]
    pub const fn is_done(self) -> bool {
        matches!(self, Completed | Verified)
    }
}
