//! The listener: the HTTP service of actix on `Connection`s, which have deadlines that its standard server lacks.

use std::io;
use std::num::NonZeroUsize;
use std::thread::available_parallelism;

use actix_http::{HttpService, Protocol};
use actix_server::{Server, ServerBuilder};
use actix_service::{IntoServiceFactory, ServiceFactoryExt, fn_service, map_config};
use actix_web::dev::AppConfig;
use tokio::net::TcpStream;

use super::entrance::Entrance;
use crate::api::{self, App};
use crate::http::limits::connection::Connection;

/// The number of seconds that requests in progress get to finish when the service shuts down.
const SHUTDOWN_SECONDS: u64 = 20;

/// Serves the application at its entrance.
///
/// # Errors
///
/// If the operating system refuses.
pub fn listen(app: &App, entrance: &Entrance) -> io::Result<Server> {
    let listener = entrance.listener()?;
    let address = listener.local_addr()?;
    let limits = app.limits.limits;
    let workers = available_parallelism().map_or(1, NonZeroUsize::get);
    let server = ServerBuilder::new()
        .workers(workers)
        .max_concurrent_connections(limits.connections.div_ceil(workers))
        .worker_max_blocking_threads(app.db.threads())
        .shutdown_timeout(SHUTDOWN_SECONDS)
        .disable_signals();
    let stopping = server.graceful_shutdown_signal();
    let app = app.clone();
    let serve = move || {
        let stopping = stopping.clone();
        // This configuration is only used for absolute URLs, which the application does not create.
        let operations = map_config(api::build(&app).into_factory(), |()| AppConfig::default());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let stopping = stopping.clone();
                async move { stopping.notified().await }
            })
            .keep_alive(limits.keep_alive)
            .client_request_timeout(limits.head)
            .client_disconnect_timeout(limits.disconnect)
            .local_addr(address)
            .on_connect_ext(|connection: &Connection, data| {
                data.insert(connection.exchange());
            })
            .finish(operations);
        let (heads, refusals) = (app.limits.heads.clone(), app.metrics.refusals().clone());
        fn_service(move |stream: TcpStream| {
            let caller = stream.peer_addr().ok();
            let connection = Connection::new(stream, limits, heads.clone(), refusals.clone());
            async move { Ok((connection, Protocol::Http1, caller)) }
        })
        .and_then(http)
    };
    Ok(server.listen("register", listener, serve)?.run())
}
