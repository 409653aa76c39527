//! Which part serves which path.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::Response;
use axum::middleware::{self, Next};

use super::listed::{Answer, Begun};
use super::state::Shared;
use super::{admin, graph, guard, recordings, tokens};
use crate::host::Host;
use crate::task::to_its_end;

/// All paths of the service.
pub(crate) fn router(host: Arc<Host>) -> Router {
    let admin = admin::router(&host).layer(middleware::from_fn(to_the_end));
    Router::new().nest("/_callfold", admin).fallback(others).with_state(host)
}

/// A client that disconnects does not cut a request off.
async fn to_the_end(request: Request, next: Next) -> Response<Body> {
    to_its_end(next.run(request)).await
}

/// What is not the admin API: recordings, tokens, and Graph's side.
async fn others(State(host): Shared, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let elsewhere = guard::from_elsewhere(&parts.headers);
    if elsewhere.is_none() && graph::is_graph(parts.uri.path()) {
        return to_its_end(async move { graph::serve(&host, parts, body).await }).await;
    }
    let begun = Begun::now(&host);
    // A page could otherwise make the service post to any port of this machine, wherever the service listens.
    if let Some(refused) = elsewhere {
        return begun.end(&host, &parts, Answer::new("none", refused)).await;
    }
    if let Some(answer) = recordings::serve(&host, &parts).await {
        return begun.end(&host, &parts, answer).await;
    }
    match tokens::serve(&host, &parts, body).await {
        Ok(answer) => begun.end(&host, &parts, answer).await,
        Err(body) => graph::serve(&host, parts, body).await,
    }
}
