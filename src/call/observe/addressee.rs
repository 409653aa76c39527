//! The call that a notification is about.

use alloc::format;
use alloc::string::String;

use crate::finding::{Finding, FindingKind};
use crate::graph::parsed::ParsedNotification;
use crate::graph::url::Resource;
use crate::id::CallId;
use crate::text::short;

impl ParsedNotification {
    /// The call that the notification names, or else this call. The finding says why there is none.
    pub(crate) fn addressee(&self, call: Option<CallId>) -> Result<CallId, Finding> {
        let call = self.call_id().or(call);
        if let Some(what) = self.foreign(call) {
            return Err(Finding::new(FindingKind::UnknownResource, call, what));
        }
        call.ok_or_else(|| {
            let why = if self.url.has_other_id {
                "the id in its URL is not a GUID (32 hexadecimal digits, with or without dashes)"
            } else {
                "resourceUrl should begin with /communications/calls/{id}"
            };
            Finding::new(FindingKind::Malformed, None, format!("the notification names no call: {why}"))
        })
    }

    /// Says what a change notification of another kind is about. Such notifications come to the same endpoint where an app
    /// has subscribed to them, and tell no state of a call.
    fn foreign(&self, call: Option<CallId>) -> Option<String> {
        if self.is_encrypted {
            return Some("a change notification with encrypted content tells nothing of a call".into());
        }
        let Resource::Other(name) = &self.url.resource else { return None };
        call.is_none().then(|| format!("a change notification about `{}`, which is no call", short(name)))
    }
}
