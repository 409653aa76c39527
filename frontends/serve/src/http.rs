//! HTTP: Graph's side, the tokens and the admin API.

#![expect(clippy::result_large_err, reason = "an error is a response, which is sent at once")]

mod admin;
mod app;
mod bearer;
mod body;
mod graph;
mod guard;
mod listed;
mod recordings;
mod respond;
pub(crate) mod routes;
mod state;
mod tokens;
