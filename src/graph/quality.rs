//! What a video interop device says about the quality of its media.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::{Wire, resource};

/// A floating point number that compares by its bits, so that what holds one can be compared and hashed.
///
/// ```
/// use callfold::graph::Double;
///
/// assert_eq!(Double(0.5), Double(0.5));
/// ```
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "a number and nothing else")]
pub struct Double(pub f64);

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl Eq for Double {}

impl Hash for Double {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

impl Wire for Double {
    fn from_float(number: f64) -> Option<Self> {
        Some(Self(number))
    }

    #[expect(clippy::cast_precision_loss, reason = "JSON's numbers are doubles")]
    fn from_integer(number: i64) -> Option<Self> {
        Some(Self(number as f64))
    }

    fn from_text(text: &str) -> Option<Self> {
        text.parse().ok().filter(|number: &f64| number.is_finite()).map(Self)
    }
}

resource! {
    /// The report of one device about one call. Source:
    /// [teleconferenceDeviceQuality](https://learn.microsoft.com/graph/api/resources/teleconferencedevicequality).
    pub struct TeleconferenceDeviceQuality {
        /// The same for all legs of one conversation.
        call_chain_id: Uuid = "callChainId",
        /// A region, such as `ProdNoam`.
        cloud_service_deployment_environment: String = "cloudServiceDeploymentEnvironment",
        /// The deployment.
        cloud_service_deployment_id: String = "cloudServiceDeploymentId",
        /// The instance.
        cloud_service_instance_name: String = "cloudServiceInstanceName",
        /// The service.
        cloud_service_name: String = "cloudServiceName",
        /// Where the device stands.
        device_description: String = "deviceDescription",
        /// What the device is.
        device_name: String = "deviceName",
        /// One leg of one participant's media.
        media_leg_id: Uuid = "mediaLegId",
        /// A report a medium.
        media_quality_list: Vec<TeleconferenceDeviceMediaQuality> = "mediaQualityList",
        /// The participant.
        participant_id: Uuid = "participantId",
    }
}

resource! {
    /// The quality of one medium: `teleconferenceDeviceAudioQuality`, `…VideoQuality`, `…ScreenSharingQuality`.
    /// Delays and jitter are durations, rates are percentages, bit rates are bits a second. Source:
    /// [teleconferenceDeviceMediaQuality](https://learn.microsoft.com/graph/api/resources/teleconferencedevicemediaquality).
    pub struct TeleconferenceDeviceMediaQuality {
        /// Average jitter in.
        average_inbound_jitter: SignedDuration = "averageInboundJitter",
        /// Average loss in, percent.
        average_inbound_packet_loss_rate_in_percentage: Double = "averageInboundPacketLossRateInPercentage",
        /// Average round trip in.
        average_inbound_round_trip_delay: SignedDuration = "averageInboundRoundTripDelay",
        /// Average jitter out.
        average_outbound_jitter: SignedDuration = "averageOutboundJitter",
        /// Average loss out, percent.
        average_outbound_packet_loss_rate_in_percentage: Double = "averageOutboundPacketLossRateInPercentage",
        /// Average round trip out.
        average_outbound_round_trip_delay: SignedDuration = "averageOutboundRoundTripDelay",
        /// Average bit rate in: video and screen sharing.
        average_inbound_bit_rate: Double = "averageInboundBitRate",
        /// Average frames a second in: video and screen sharing.
        average_inbound_frame_rate: Double = "averageInboundFrameRate",
        /// Average bit rate out: video and screen sharing.
        average_outbound_bit_rate: Double = "averageOutboundBitRate",
        /// Average frames a second out: video and screen sharing.
        average_outbound_frame_rate: Double = "averageOutboundFrameRate",
        /// Tells streams of one kind apart.
        channel_index: i32 = "channelIndex",
        /// Packets in.
        inbound_packets: i64 = "inboundPackets",
        /// The device's address.
        local_ip_address: String = "localIPAddress",
        /// The device's port.
        local_port: i32 = "localPort",
        /// Largest jitter in.
        maximum_inbound_jitter: SignedDuration = "maximumInboundJitter",
        /// Largest loss in, percent.
        maximum_inbound_packet_loss_rate_in_percentage: Double = "maximumInboundPacketLossRateInPercentage",
        /// Longest round trip in.
        maximum_inbound_round_trip_delay: SignedDuration = "maximumInboundRoundTripDelay",
        /// Largest jitter out.
        maximum_outbound_jitter: SignedDuration = "maximumOutboundJitter",
        /// Largest loss out, percent.
        maximum_outbound_packet_loss_rate_in_percentage: Double = "maximumOutboundPacketLossRateInPercentage",
        /// Longest round trip out.
        maximum_outbound_round_trip_delay: SignedDuration = "maximumOutboundRoundTripDelay",
        /// How long the media ran.
        media_duration: SignedDuration = "mediaDuration",
        /// Link speed, bytes a second.
        network_link_speed_in_bytes: i64 = "networkLinkSpeedInBytes",
        /// Packets out.
        outbound_packets: i64 = "outboundPackets",
        /// The other end's address.
        remote_ip_address: String = "remoteIPAddress",
        /// The other end's port.
        remote_port: i32 = "remotePort",
    }
}
