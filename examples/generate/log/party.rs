//! The parties of a call, and the JSON that both formats have in common.

use super::random::Random;

const NAMES: [&str; 8] = [
    "Adele Vance",
    "Alex Wilber",
    "Diego Siciliani",
    "Grady Archie",
    "Isaiah Langer",
    "Lynne Robbins",
    "Megan Bowen",
    "Nestor Wilke",
];

/// A call and its parties.
pub(super) struct Party {
    pub(super) call: String,
    pub(super) chain: String,
    pub(super) tenant: String,
    identity: Identity,
    bot: Identity,
    /// The number of the operation that runs, or that ran last.
    pub(super) operation: String,
    /// The number of tones so far.
    tones: u64,
}

struct Identity {
    id: String,
    name: &'static str,
    /// The id of the participant in the roster.
    participant: String,
}

impl Identity {
    fn new(name: &'static str, random: &mut Random) -> Self {
        Self { id: random.guid(), name, participant: random.guid() }
    }
}

impl Party {
    pub(super) fn new(random: &mut Random) -> Self {
        let name = NAMES.get(random.below(NAMES.len() as u64) as usize).copied().unwrap_or_default();
        Self {
            call: random.guid(),
            chain: random.guid(),
            tenant: random.guid(),
            identity: Identity::new(name, random),
            bot: Identity::new("Fabrikam Support Line", random),
            operation: String::new(),
            tones: 0,
        }
    }

    /// The app's own participant.
    pub(super) fn me(&self) -> &str {
        &self.bot.participant
    }

    fn user(&self) -> String {
        let Identity { id, name, .. } = &self.identity;
        format!(r#"{{"user":{{"displayName":"{name}","id":"{id}","tenantId":"{}"}}}}"#, self.tenant)
    }

    fn application(&self) -> String {
        let Identity { id, name, .. } = &self.bot;
        format!(r#"{{"application":{{"displayName":"{name}","id":"{id}"}}}}"#)
    }

    /// The members of an offer from `requestedModalities` on.
    pub(super) fn offer(&self) -> String {
        let (user, application) = (self.user(), self.application());
        format!(
            r##""requestedModalities":["audio"],"source":{{"@odata.type":"#microsoft.graph.participantInfo","countryCode":"US","endpointType":"default","identity":{user},"languageId":"en-US","region":"amer"}},"targets":[{{"@odata.type":"#microsoft.graph.invitationParticipantInfo","identity":{application}}}],"tenantId":"{}""##,
            self.tenant
        )
    }

    pub(super) fn both(&self) -> String {
        let bot = participant(&self.bot.participant, &self.application(), "2", false);
        format!("[{},{bot}]", self.one(false))
    }

    /// The participant who called, as an entry of the roster.
    pub(super) fn one(&self, is_muted: bool) -> String {
        participant(&self.identity.participant, &self.user(), "1", is_muted)
    }

    /// A tone from the participant who called.
    pub(super) fn tone(&mut self, random: &mut Random) -> String {
        self.tones += 1;
        let key = random.below(10);
        format!(
            r##"{{"@odata.type":"#microsoft.graph.toneInfo","sequenceId":{},"tone":"tone{key}"}}"##,
            self.tones
        )
    }

    /// An operation begins.
    pub(super) fn begin(&mut self, random: &mut Random) {
        self.operation = random.guid();
    }

    /// The `clientContext` of the operation.
    pub(super) fn context(&self) -> &str {
        self.operation.get(..8).unwrap_or_default()
    }
}

fn participant(id: &str, identity: &str, source: &str, is_muted: bool) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.participant","info":{{"identity":{identity},"languageId":"en-US"}},"isInLobby":false,"isMuted":{is_muted},"mediaStreams":[{{"@odata.type":"#microsoft.graph.mediaStream","direction":"sendReceive","label":"main-audio","mediaType":"audio","serverMuted":false,"sourceId":"{source}"}}],"id":"{id}"}}"##
    )
}

pub(super) fn result(code: u32, subcode: u32, message: &str) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.resultInfo","code":{code},"subcode":{subcode},"message":"{message}"}}"##
    )
}
