//! Ringing the bot.

use callfold::CallId;
use callfold::call::NetworkEvent;

use crate::host::{Host, NotHappened};
use crate::offer::Offer;

impl Host {
    /// Somebody rings the bot.
    pub(crate) async fn offer(&self, offer: Offer) -> Result<CallId, NotOffered> {
        let call = offer.call(&self.settings, self.seed).map_err(NotOffered::Wrong)?;
        let id = CallId::new(self.ids.next());
        let event = NetworkEvent::Offered(Box::new(call));
        self.happen(id, event, self.clock.now()).await.map_err(NotOffered::NotHappened)?;
        Ok(id)
    }
}

/// Why nobody rings.
#[derive(Debug)]
pub(crate) enum NotOffered {
    /// The body is wrong.
    Wrong(String),
    NotHappened(NotHappened),
}
