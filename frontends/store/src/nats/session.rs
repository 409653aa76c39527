//! What one process has of a stream.

use super::cache::Cache;
use super::failed::Failed;
use super::held::Held;
use super::locks::Locks;
use super::pages::Pages;
use super::queue::Queue;
use super::server::Server;
use super::signal::{self, Signal};
use super::subjects::Subjects;
use crate::store::Position;

/// A connection to the server, and what this process knows of the stream.
pub(super) struct Session {
    pub(super) server: Server,
    pub(super) subjects: Subjects,
    pub(super) cache: Cache,
    pub(super) held: Held,
    pub(super) queue: Queue,
    pub(super) locks: Locks,
    pub(super) pages: Pages,
    signal: Signal,
}

impl Session {
    pub(super) fn new(server: Server) -> Self {
        Self {
            subjects: Subjects::new(&server.stream),
            server,
            cache: Cache::default(),
            held: Held::default(),
            queue: Queue::default(),
            locks: Locks::default(),
            pages: Pages::default(),
            signal: Signal::default(),
        }
    }

    /// Tells those who wait for events.
    pub(super) async fn stored(&self, last: u64) {
        signal::tell(&self.server, &self.subjects, last).await;
    }

    /// Waits until there can be events after a position.
    pub(super) async fn wait(&self, after: Position) -> Result<(), Failed> {
        self.signal.wait(&self.server, &self.subjects, after).await
    }
}
