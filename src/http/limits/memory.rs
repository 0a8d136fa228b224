//! A memory budget that many users share. Each has a share for as long as it needs one; nobody waits for a share.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The budget.
#[derive(Clone)]
pub struct Memory(Arc<Semaphore>);

/// A share of a budget, released when it is dropped.
#[derive(Default)]
pub struct Share(Option<OwnedSemaphorePermit>);

impl Memory {
    /// An unused budget of so many bytes.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Increases a share to so many bytes, unless the budget is exhausted. A larger share does not change.
    #[must_use]
    pub fn grow(&self, share: &mut Share, bytes: usize) -> bool {
        let held = share.0.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let more = u32::try_from(bytes.saturating_sub(held)).unwrap_or(u32::MAX);
        let Ok(more) = Arc::clone(&self.0).try_acquire_many_owned(more) else { return false };
        match &mut share.0 {
            Some(share) => share.merge(more),
            None => share.0 = Some(more),
        }
        true
    }
}
