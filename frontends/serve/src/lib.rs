//! A local Graph calling service: a stand-in for `https://graph.microsoft.com/v1.0/communications/calls` on the machine of a
//! developer. It serves Graph's side, posts webhooks to the bot, and can be steered by scenarios, faults and an admin API.
//!
//! What the service decides is decided by the crate `callfold`: see `callfold::service::Service`. This crate stores the
//! events, keeps the time, and speaks HTTP.

mod behaviour;
mod busy;
mod callbacks;
mod clock;
mod constant_time;
mod delivery;
mod drive;
mod exposition;
mod fault;
mod forget;
mod host;
mod http;
mod key_files;
mod keys;
mod listen;
mod live;
mod locks;
mod metrics;
mod offer;
mod open;
mod others;
mod outbox;
mod partition;
mod post;
mod query;
mod recording;
mod redact;
mod ring;
mod scenario;
mod seed;
mod server;
mod settings;
mod sharing;
mod signing;
mod task;
mod timers;
mod tls;

pub use behaviour::ByItself;
pub use clock::ClockMode;
pub use fault::{Crash, Faults, RequestFault, WebhookFaults, Window};
pub use scenario::read::{Answer, Callee, Caller, Do, On, Scenario, Step, Who};
pub use server::{Builder, Handle, Refused, Server, StartError};
pub use settings::{Auth, Auto, Callbacks, Limits, Resource, Settings, Webhooks};
