//! A store of memory that many draw on: each has a share of it for as long as it needs one, and waits for none.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// What may be filled together.
#[derive(Clone)]
pub struct Memory(Arc<Semaphore>);

/// A part of a memory; given back when it is dropped.
#[derive(Default)]
pub struct Share(Option<OwnedSemaphorePermit>);

impl Memory {
    /// So many bytes, of which nothing is held.
    #[must_use]
    pub fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes)))
    }

    /// Grows a share to so many bytes, unless others fill the memory; a share that is larger stays as it is.
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
