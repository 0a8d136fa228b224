//! The limit of open files: each connection is a file, and the default limit is about a thousand.

use super::Limits;

/// The number of files reserved for other purposes: database connections, listeners, timers, the log.
const RESERVED: usize = 500;

/// Raises the limit of open files of the process as far as necessary and permitted, and lowers the number of
/// connections accordingly: a connection that waits to be accepted is better than one that fails.
#[must_use]
pub fn make_room(limits: Limits) -> Limits {
    let wanted = limits.connections.saturating_add(RESERVED);
    let raised = rlimit::increase_nofile_limit(u64::try_from(wanted).unwrap_or(u64::MAX));
    let there = match raised.map(usize::try_from) {
        Ok(files) => files.unwrap_or(usize::MAX),
        Err(error) => {
            log::warn!("cannot raise the limit of open files: {error}");
            return limits;
        }
    };
    let connections = limits.connections.min(there.saturating_sub(RESERVED).max(there / 2));
    if connections < limits.connections {
        log::warn!("the limit of open files is {there}; accepting at most {connections} connections at once");
    }
    Limits { connections, ..limits }
}
