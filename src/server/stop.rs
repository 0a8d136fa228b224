//! How the service stops: first its readiness fails, then its listener closes, then it waits for requests in progress.

use std::future::poll_fn;
use std::task::{Context, Poll};
use std::time::Duration;

use actix_web::dev::ServerHandle;
use actix_web::rt::signal::unix::{Signal, SignalKind, signal};
use actix_web::rt::time::timeout;
use actix_web::rt::{System, SystemRunner};

use super::entrance::Entrance;
use crate::http::health::Draining;

/// The signals that stop the program: SIGINT, SIGTERM and SIGHUP. They are handled from the start, since a program that
/// ended while starting would leave its private server running.
pub struct Signals {
    /// The system that receives them.
    pub system: SystemRunner,
    /// The signals.
    pub heard: Heard,
}

/// The signals, in the order of arrival.
pub struct Heard(Vec<(SignalKind, Signal)>);

impl Signals {
    /// Starts handling the signals, which then no longer end the program by default.
    ///
    /// # Errors
    ///
    /// If the operating system refuses.
    pub fn hear() -> std::io::Result<Self> {
        let system = System::new();
        let kinds = [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()];
        let hear = |kind| signal(kind).map(|signal| (kind, signal));
        let heard = system.block_on(async { kinds.into_iter().map(hear).collect::<Result<_, _>>() })?;
        Ok(Self { system, heard: Heard(heard) })
    }
}

impl Heard {
    /// Waits for the next signal.
    async fn next(&mut self) -> SignalKind {
        let next = |context: &mut Context<'_>| {
            let mut signals = self.0.iter_mut();
            let heard = signals.find_map(|(kind, signal)| signal.poll_recv(context).is_ready().then_some(*kind));
            heard.map_or(Poll::Pending, Poll::Ready)
        };
        poll_fn(next).await
    }
}

/// Stops the service at a signal, and returns at a second one, which means: at once.
///
/// Only after SIGTERM, which orchestrators send, requests go on for a while: load balancers must see that the service is not
/// ready before its listener closes. Whoever presses Ctrl-C wants it to end.
pub async fn at_signals(
    mut signals: Heard,
    draining: Draining,
    drain: Duration,
    entrance: Entrance,
    server: ServerHandle,
) {
    let first = signals.next().await;
    draining.begin();
    let drain = if first == SignalKind::terminate() { drain } else { Duration::ZERO };
    if !drain.is_zero() {
        log::info!("draining: /health/ready fails, and requests are served for {} s", drain.as_secs());
    }
    if timeout(drain, signals.next()).await.is_err() {
        entrance.close().await;
        log::info!("shutting down: requests in progress are finished");
        // The command is sent by the call; the server ends when it is done.
        drop(server.stop(true));
        signals.next().await;
    }
    log::info!("a second signal ends the service at once");
}
