//! Ringing the bot: when somebody asks for it, and as scenarios say.

use std::fmt;

use callfold::CallId;
use callfold::call::NetworkEvent;
use callfold::jiff::Timestamp;
use callfold_store::StoreError;

use crate::drive::may_be_tried_again;
use crate::host::{Host, NotHappened};
use crate::offer::{Offer, of_caller, rings_nobody};
use crate::scenario::read::Scenario;
use crate::timers::Timer;

/// Why nobody rings.
#[derive(Debug)]
pub(crate) enum NotOffered {
    /// The body is wrong.
    Wrong(String),
    NotHappened(NotHappened),
}

/// Why a scenario was not added.
#[derive(Debug)]
pub(crate) enum NotAdded {
    Wrong(String),
    /// There are as many as the limit allows.
    TooMany(usize),
}

impl fmt::Display for NotAdded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wrong(why) => f.write_str(why),
            Self::TooMany(most) => {
                write!(f, "there are {most} scenarios: `limits.scenarios` of the config file allows no more")
            }
        }
    }
}

impl Host {
    /// Somebody rings the bot.
    pub(crate) async fn offer(&self, offer: Offer) -> Result<CallId, NotOffered> {
        let call = offer.call(&self.settings, self.seed).map_err(NotOffered::Wrong)?;
        let id = CallId::new(self.ids.next());
        let event = NetworkEvent::Offered(Box::new(call));
        self.happen(id, event, self.clock.now()).await.map_err(NotOffered::NotHappened)?;
        Ok(id)
    }

    /// Adds a scenario, whose callers begin to ring. Returns its number.
    pub(crate) fn add_scenario(&self, scenario: Scenario) -> Result<usize, NotAdded> {
        let wrong = scenario.wrong().or_else(|| rings_nobody(&scenario, self.settings.bot.as_deref()));
        if let Some(wrong) = wrong {
            return Err(NotAdded::Wrong(wrong));
        }
        let number = {
            let mut live = self.live_mut();
            let most = self.settings.limits.scenarios;
            if live.scenarios.len() >= most {
                return Err(NotAdded::TooMany(most));
            }
            live.scenarios.add(scenario)
        };
        self.begin_scenarios(number);
        Ok(number)
    }

    /// Sets the timers of the callers of the scenarios from a number on.
    pub(crate) fn begin_scenarios(&self, from: usize) {
        let now = self.clock.now();
        {
            let mut live = self.live_mut();
            for (after, timer) in live.scenarios.callers(from) {
                live.timers.set(now.checked_add(after).unwrap_or(Timestamp::MAX), timer);
            }
        }
        self.timers_changed.notify_one();
    }

    /// A caller of a scenario rings. The error is that it can be tried again, because the store failed.
    pub(crate) async fn ring(
        &self,
        scenario: usize,
        caller: usize,
        time: u64,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let ringing = self.live_mut().scenarios.ring(scenario, caller, time);
        let Some(ringing) = ringing else { return Ok(()) };
        let call = of_caller(&self.settings, self.seed, &ringing.caller);
        let event = NetworkEvent::Offered(Box::new(call));
        // Of several processes with this scenario, whoever is first offers the call, and whoever has its lease goes on.
        let kind = event.kind();
        may_be_tried_again(ringing.call, kind, self.happen(ringing.call, event, at).await)?;
        if let Some(again) = ringing.again.and_then(|every| at.checked_add(every).ok()) {
            self.live_mut().timers.set(again, Timer::Rings { scenario, caller, time: time + 1 });
            self.timers_changed.notify_one();
        }
        Ok(())
    }
}
