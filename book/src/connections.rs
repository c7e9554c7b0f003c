//! The connections to the reader: as many as it can hold, and none for ever.
//!
//! Any program on this computer may connect, and the guard cannot refuse it
//! before its request is there. So a request has to come in time; and when
//! there are too many connections, the oldest of those on which the guard has
//! let no request in is closed.

use crate::guard::Admitted;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use hyper::server::conn::http1;
use hyper::service::{Service, service_fn};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::convert::Infallible;
use std::error::Error;
use std::iter::successors;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, yield_now};
use tokio::time::{sleep, timeout};

/// How many there may be. A browser has six of them; a program may have 256
/// open files on some systems, and runs and pages need some too.
const MOST: usize = 100;

/// How long the head of a request may take, from the end of the one before; and
/// as long its body.
const PATIENCE: Duration = Duration::from_secs(20);

/// How long a body may be: orders are short.
const LONGEST_BODY: usize = 16 * 1024;

/// How long to wait when the system has no open files left for us.
const PAUSE: Duration = Duration::from_millis(200);

/// A connection that may have ended.
struct Connection {
    task: AbortHandle,
    admitted: Admitted,
}

// ANCHOR: serve
/// Answers whatever connects. Never ends.
pub async fn serve(listener: TcpListener, router: Router) -> Infallible {
    let mut open: Vec<Connection> = Vec::new();
    loop {
        let accepted = listener.accept().await;
        open.retain(|it| !it.task.is_finished());
        let is_full = open.len() >= MOST;
        let is_stranger =
            |it: &Connection| !it.admitted.0.load(Ordering::Relaxed);
        let stranger = open.iter().position(is_stranger);
        if let Some(oldest) = stranger.filter(|_| is_full || accepted.is_err())
        {
            open.remove(oldest).task.abort();
            // Its task ends here, so that its socket is closed before the next
            // connection is accepted.
            yield_now().await;
        } else if accepted.is_err() {
            // Most likely there are no open files left: wait until there are.
            sleep(PAUSE).await;
        } else if is_full {
            // All connections are those of our own pages: the new one is
            // closed, and its browser tries again.
            continue;
        }
        if let Ok((socket, _)) = accepted {
            let admitted = Admitted::default();
            let task = answer(socket, router.clone(), admitted.clone());
            let task = tokio::spawn(task).abort_handle();
            open.push(Connection { task, admitted });
        }
    }
}
// ANCHOR_END: serve

/// Answers the requests on one connection.
async fn answer(socket: TcpStream, router: Router, admitted: Admitted) {
    let service = TowerToHyperService::new(router);
    let service = service_fn(move |mut request: hyper::Request<_>| {
        request.extensions_mut().insert(admitted.clone());
        service.call(request)
    });
    // What a browser breaks off is its own affair.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .serve_connection(TokioIo::new(socket), service)
        .await;
}

/// Waits until the whole of a request is there.
pub async fn whole(request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let too_long = "The request is too long.";
    match timeout(PATIENCE, to_bytes(body, LONGEST_BODY)).await {
        Ok(Ok(body)) => {
            next.run(Request::from_parts(head, Body::from(body))).await
        }
        Ok(Err(why)) if is_broken_off(&why) => {
            (StatusCode::BAD_REQUEST, "The request breaks off.").into_response()
        }
        Ok(Err(_)) => (StatusCode::PAYLOAD_TOO_LARGE, too_long).into_response(),
        Err(_) => StatusCode::REQUEST_TIMEOUT.into_response(),
    }
}

/// Set if a body was not read to its end because of what came, or did not come.
fn is_broken_off(why: &axum::Error) -> bool {
    let mut whys = successors(Some(why as &dyn Error), |&why| why.source());
    whys.any(|why| why.is::<hyper::Error>())
}
