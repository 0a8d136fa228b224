//! Keeps the private server at the version of its programs, which the package manager of the machine replaces.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::{Embedded, EmbeddedError};

/// The pause between looks at the programs, which cost one call of the operating system.
const PAUSE: Duration = Duration::from_secs(1);

/// A private server that is restarted when another version of its programs is installed over them.
pub struct Keeper {
    /// Its end tells the thread to stop.
    end: Sender<()>,
    thread: JoinHandle<Embedded>,
}

impl Embedded {
    /// Has the server restarted whenever another version of its programs is installed over them. Meanwhile there is no
    /// connection.
    ///
    /// # Errors
    ///
    /// If no thread can be started; the server is stopped.
    pub fn keep_current(mut self) -> Result<Keeper, EmbeddedError> {
        let (end, ended) = channel();
        let thread = thread::Builder::new().name("postgresql-keeper".to_owned()).spawn(move || {
            while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
                if let Err(error) = self.server.renew() {
                    log::error!("{error}; trying again");
                }
            }
            self
        });
        Ok(Keeper { end, thread: thread.map_err(EmbeddedError::Thread)? })
    }
}

impl Keeper {
    /// Stops the server, after a restart that is under way.
    ///
    /// # Errors
    ///
    /// If the server does not stop.
    pub fn stop(self) -> Result<(), EmbeddedError> {
        drop(self.end);
        // If the thread has panicked, it has stopped the server.
        self.thread.join().map_or(Ok(()), Embedded::stop)
    }
}
