//! Which part serves which path.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::Response;
use axum::middleware::{self, Next};
use tower_service::Service;

use super::listed::{Answer, Begun};
use super::{admin, graph, guard, recordings, tokens};
use crate::host::Host;
use crate::task::to_its_end;

/// Where the admin API is.
const ADMIN: &str = "/_callfold";

/// All paths of the service.
#[derive(Clone, Debug)]
pub(crate) struct Paths {
    host: Arc<Host>,
    admin: Router,
}

impl Paths {
    pub(crate) fn new(host: Arc<Host>) -> Self {
        let admin = admin::router(&host).layer(middleware::from_fn(to_the_end));
        Self { admin: Router::new().nest(ADMIN, admin).with_state(Arc::clone(&host)), host }
    }

    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let behind = request.uri().path().strip_prefix(ADMIN);
        if behind.is_some_and(|behind| behind.is_empty() || behind.starts_with('/')) {
            return self.admin.clone().call(request).await;
        }
        Ok(others(&self.host, request).await)
    }
}

/// A client that disconnects does not cut a request off.
async fn to_the_end(request: Request, next: Next) -> Response<Body> {
    to_its_end(next.run(request)).await
}

/// What is not the admin API: recordings, tokens, and Graph's side.
async fn others(host: &Arc<Host>, request: Request) -> Response<Body> {
    let (parts, body) = request.into_parts();
    let elsewhere = guard::from_elsewhere(&parts.headers);
    let route = graph::route(&parts);
    if elsewhere.is_none() && (route.is_some() || graph::is_graph(parts.uri.path())) {
        let host = Arc::clone(host);
        return to_its_end(async move { graph::serve(&host, parts, route, body).await }).await;
    }
    let begun = Begun::now(host);
    // A page could otherwise make the service post to any port of this machine, wherever the service listens.
    if let Some(refused) = elsewhere {
        return begun.end(host, &parts, Answer::new("none", refused)).await;
    }
    if let Some(answer) = recordings::serve(host, &parts).await {
        return begun.end(host, &parts, answer).await;
    }
    match tokens::serve(host, &parts, body).await {
        Ok(answer) => begun.end(host, &parts, answer).await,
        Err(body) => graph::serve(host, parts, route, body).await,
    }
}
