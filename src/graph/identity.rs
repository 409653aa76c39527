//! The identities of people, applications and devices, and the descriptions of participants that contain
//! them.

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};

use super::wire::declare::{open_enum, resource};
use crate::id::{CallId, Id};

resource! {
    /// A user, an application, a device, a telephone and so on. This type stands for Graph's `identity` and
    /// for its subtypes, such as `communicationsPhoneIdentity`. Source:
    /// [identity](https://learn.microsoft.com/graph/api/resources/identity).
    pub struct Identity {
        /// The name that is shown to people.
        display_name: String = "displayName",
        /// The id, in most cases a GUID. The id of a telephone is its number in E.164 form, such as
        /// `+15550100`.
        id: Id = "id",
        /// The tenant to which a user or an application instance belongs.
        tenant_id: Id = "tenantId",
        /// The system that manages the identity, such as `AAD`.
        identity_provider: String = "identityProvider",
        /// The kind of application.
        application_type: String = "applicationType",
        /// True if rosters do not show the identity.
        hidden: bool = "hidden",
        /// The email address of a guest.
        email: String = "email",
        /// The id of the Azure Communication Services resource to which a user of these services belongs.
        azure_communication_services_resource_id: String = "azureCommunicationServicesResourceId",
    }
}

impl Identity {
    /// The display name. The id, if there is no display name or only blanks.
    pub fn name(&self) -> Option<String> {
        let display = self.display_name.value().filter(|name| !name.trim().is_empty());
        display.cloned().or_else(|| self.id.value().map(Id::to_string))
    }
}

resource! {
    /// The identities of one party, one member for each kind of identity. This type stands for Graph's
    /// `identitySet` and `communicationsIdentitySet`, because the service gives both the same `@odata.type`.
    /// Source:
    /// [communicationsIdentitySet](https://learn.microsoft.com/graph/api/resources/communicationsidentityset).
    pub struct IdentitySet {
        /// A bot or another application.
        application: Box<Identity> = "application",
        /// An application instance, such as a call queue.
        application_instance: Box<Identity> = "applicationInstance",
        /// The identity that is shown in place of the identity of the calling party.
        asserted_identity: Box<Identity> = "assertedIdentity",
        /// An Azure Communication Services user.
        azure_communication_services_user: Box<Identity> = "azureCommunicationServicesUser",
        /// A device.
        device: Box<Identity> = "device",
        /// An encrypted identity, whose details the app may not see.
        encrypted: Box<Identity> = "encrypted",
        /// The kind of endpoint that the party uses.
        endpoint_type: EndpointType = "endpointType",
        /// A guest of a meeting.
        guest: Box<Identity> = "guest",
        /// A user of an on-premises system.
        on_premises: Box<Identity> = "onPremises",
        /// A telephone.
        phone: Box<Identity> = "phone",
        /// A user.
        user: Box<Identity> = "user",
    }
}

impl IdentitySet {
    /// The identities that are present, in a fixed order: the user is first, the encrypted identity is last.
    ///
    /// ```
    /// use callfold::graph::{Identity, IdentitySet};
    ///
    /// let json = r#"{"user":null,"phone":{"id":"+15550100"}}"#;
    /// let set: IdentitySet = callfold::serde_json::from_str(json)?;
    /// let first: Option<&Identity> = set.identities().next();
    /// assert_eq!(first.and_then(|one| one.id.value()), Some(&"+15550100".into()));
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn identities(&self) -> impl Iterator<Item = &Identity> {
        [
            &self.user,
            &self.application,
            &self.application_instance,
            &self.phone,
            &self.guest,
            &self.on_premises,
            &self.azure_communication_services_user,
            &self.device,
            &self.asserted_identity,
            &self.encrypted,
        ]
        .into_iter()
        .filter_map(|member| member.value().map(|identity| &**identity))
    }

    /// The name of the first identity that has a display name or an id.
    ///
    /// ```
    /// use callfold::graph::IdentitySet;
    ///
    /// let set: IdentitySet = callfold::serde_json::from_str(r#"{"phone":{"id":"+12065550100"}}"#)?;
    /// assert_eq!(set.name().as_deref(), Some("+12065550100"));
    /// # Ok::<(), callfold::serde_json::Error>(())
    /// ```
    pub fn name(&self) -> Option<String> {
        self.identities().find_map(Identity::name)
    }
}

open_enum! {
    /// The kind of endpoint that a participant uses. Source:
    /// [participantInfo](https://learn.microsoft.com/graph/api/resources/participantinfo).
    pub enum EndpointType {
        Default = "default",
        Voicemail = "voicemail",
        SkypeForBusiness = "skypeForBusiness",
        SkypeForBusinessVoipPhone = "skypeForBusinessVoipPhone",
    }
}

resource! {
    /// A description of a participant: its identity, its endpoint, its language and its location. Source:
    /// [participantInfo](https://learn.microsoft.com/graph/api/resources/participantinfo).
    pub struct ParticipantInfo {
        /// The country of the participant as the service guesses it, in ISO 3166-1 alpha-2, such as `DE`.
        country_code: String = "countryCode",
        /// The kind of endpoint that the party uses.
        endpoint_type: EndpointType = "endpointType",
        /// The identity of the participant.
        identity: Box<IdentitySet> = "identity",
        /// The language and country, such as `en-US`.
        language_id: String = "languageId",
        /// The id of the participant. Some versions of the API do not send this member.
        participant_id: Id = "participantId",
        /// The id of the participant in older payloads.
        id: Id = "id",
        /// The client platform of the participant, a number written as text.
        platform_id: String = "platformId",
        /// The home region of the participant, such as `amer`.
        region: String = "region",
    }
}

impl ParticipantInfo {
    /// The display name of the participant, or else an id.
    pub fn name(&self) -> Option<String> {
        self.identity.value().and_then(|set| set.name())
    }
}

resource! {
    /// A description of somebody who is called or invited. Source:
    /// [invitationParticipantInfo](https://learn.microsoft.com/graph/api/resources/invitationparticipantinfo).
    pub struct InvitationParticipantInfo {
        /// The kind of endpoint that the party uses.
        endpoint_type: EndpointType = "endpointType",
        /// True if the roster does not show the invited participant.
        hidden: bool = "hidden",
        /// The id of the participant in older payloads.
        id: Id = "id",
        /// The identity to call or invite.
        identity: Box<IdentitySet> = "identity",
        /// The language and country, such as `en-US`.
        language_id: String = "languageId",
        /// The id that the participant has in another call, if the invitation moves the participant from that
        /// call to this one.
        participant_id: Id = "participantId",
        /// The home region of the participant.
        region: String = "region",
        /// True if the invited participant is left out of the default audio routing group.
        remove_from_default_audio_routing_group: bool = "removeFromDefaultAudioRoutingGroup",
        /// The id of the call that the new call replaces.
        replaces_call_id: Id = "replacesCallId",
    }
}

impl InvitationParticipantInfo {
    /// The display name of the party, or else an id.
    pub fn name(&self) -> Option<String> {
        self.identity.value().and_then(|set| set.name())
    }

    /// The call that the new call replaces. `None` if there is none, or if its id is not a GUID.
    pub(crate) fn replaced_call(&self) -> Option<CallId> {
        self.replaces_call_id.value()?.guid().map(CallId::new)
    }
}
