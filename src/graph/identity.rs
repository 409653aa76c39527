//! Who takes part: identities and what is said of those who join.

use alloc::boxed::Box;
use alloc::string::String;

use super::wire::{open_enum, resource};
use crate::Id;

resource! {
    /// A user, an application, a device, a telephone …: `identity` and the `communications…Identity` kinds.
    /// Source: [identity](https://learn.microsoft.com/graph/api/resources/identity).
    pub struct Identity {
        /// For people.
        display_name: String = "displayName",
        /// A GUID as a rule; a number in E.164 for telephones.
        id: Id = "id",
        /// The tenant of a user or an application instance.
        tenant_id: Id = "tenantId",
        /// Who vouches for it, such as `AAD`.
        identity_provider: String = "identityProvider",
        /// The kind of an application.
        application_type: String = "applicationType",
        /// True where it is kept out of rosters.
        hidden: bool = "hidden",
        /// A guest's address.
        email: String = "email",
        /// The resource of an Azure Communication Services user.
        azure_communication_services_resource_id: String = "azureCommunicationServicesResourceId",
    }
}

resource! {
    /// One party by the kinds of identity it has: `identitySet` and `communicationsIdentitySet`, which the
    /// service labels alike. Source:
    /// [communicationsIdentitySet](https://learn.microsoft.com/graph/api/resources/communicationsidentityset).
    pub struct IdentitySet {
        /// A bot or another application.
        application: Box<Identity> = "application",
        /// An application instance, such as a call queue.
        application_instance: Box<Identity> = "applicationInstance",
        /// The identity that is shown in place of the caller's.
        asserted_identity: Box<Identity> = "assertedIdentity",
        /// An Azure Communication Services user.
        azure_communication_services_user: Box<Identity> = "azureCommunicationServicesUser",
        /// A device.
        device: Box<Identity> = "device",
        /// An identity that the app may not see.
        encrypted: Box<Identity> = "encrypted",
        /// The kind of endpoint.
        endpoint_type: EndpointType = "endpointType",
        /// A guest of a meeting.
        guest: Box<Identity> = "guest",
        /// A user on premises.
        on_premises: Box<Identity> = "onPremises",
        /// A telephone.
        phone: Box<Identity> = "phone",
        /// A user.
        user: Box<Identity> = "user",
    }
}

impl IdentitySet {
    /// The identities that are told, in a fixed order: user first, encrypted last.
    ///
    /// ```
    /// use callfold::graph::IdentitySet;
    ///
    /// let set: IdentitySet = serde_json::from_str(r#"{"phone":{"id":"+15550100"},"user":null}"#)?;
    /// assert_eq!(set.identities().count(), 1);
    /// # Ok::<(), serde_json::Error>(())
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
    /// What is said of one who takes part. Source:
    /// [participantInfo](https://learn.microsoft.com/graph/api/resources/participantinfo).
    pub struct ParticipantInfo {
        /// ISO 3166-1 alpha-2, best guess.
        country_code: String = "countryCode",
        /// The kind of endpoint.
        endpoint_type: EndpointType = "endpointType",
        /// Who it is.
        identity: Box<IdentitySet> = "identity",
        /// A culture, such as `en-US`.
        language_id: String = "languageId",
        /// The participant's id; not on the wire of every version.
        participant_id: Id = "participantId",
        /// The same, in older payloads.
        id: Id = "id",
        /// The client platform, a number as text.
        platform_id: String = "platformId",
        /// A home region, such as `amer`.
        region: String = "region",
    }
}

resource! {
    /// One who is called or invited. Source:
    /// [invitationParticipantInfo](https://learn.microsoft.com/graph/api/resources/invitationparticipantinfo).
    pub struct InvitationParticipantInfo {
        /// The kind of endpoint.
        endpoint_type: EndpointType = "endpointType",
        /// True where the invitee is kept out of the roster.
        hidden: bool = "hidden",
        /// The id, in older payloads.
        id: Id = "id",
        /// Who is invited.
        identity: Box<IdentitySet> = "identity",
        /// A culture, such as `en-US`.
        language_id: String = "languageId",
        /// The participant's id, where an existing one is moved.
        participant_id: Id = "participantId",
        /// A home region.
        region: String = "region",
        /// True where the invitee is left out of the default audio group.
        remove_from_default_audio_routing_group: bool = "removeFromDefaultAudioRoutingGroup",
        /// The call that this one takes the place of.
        replaces_call_id: Id = "replacesCallId",
    }
}
