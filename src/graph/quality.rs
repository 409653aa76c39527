//! The reports of video interop devices about the quality of their media.

use alloc::string::String;
use alloc::vec::Vec;
use core::hash::{Hash, Hasher};

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::wire::declare::resource;
use super::wire::misfit::Kind;
use super::wire::read::Wire;

/// A floating point number that is compared by its bits. A type that holds a `Double` can therefore implement
/// `Eq` and `Hash`.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "it is only a number")]
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
    const KIND: Kind = Kind::Number;

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
        /// The id that all legs of one conversation share. A leg is one of the calls of a
        /// conversation. Each leg connects one party.
        call_chain_id: Uuid = "callChainId",
        /// The environment in which the cloud service is deployed, such as `ProdNoam`.
        cloud_service_deployment_environment: String = "cloudServiceDeploymentEnvironment",
        /// The id of the deployment of the cloud service.
        cloud_service_deployment_id: String = "cloudServiceDeploymentId",
        /// The name of the instance of the cloud service.
        cloud_service_instance_name: String = "cloudServiceInstanceName",
        /// The name of the cloud service.
        cloud_service_name: String = "cloudServiceName",
        /// A description of the device, such as its place.
        device_description: String = "deviceDescription",
        /// The name of the device.
        device_name: String = "deviceName",
        /// The id of the media leg: the media connection of one participant.
        media_leg_id: Uuid = "mediaLegId",
        /// One report for each medium, such as audio or video.
        media_quality_list: Vec<TeleconferenceDeviceMediaQuality> = "mediaQualityList",
        /// The id of the participant.
        participant_id: Uuid = "participantId",
    }
}

resource! {
    /// The quality of one medium. This type stands for Graph's `teleconferenceDeviceAudioQuality`,
    /// `teleconferenceDeviceVideoQuality` and `teleconferenceDeviceScreenSharingQuality`. Delays and jitter
    /// are durations, loss rates are percentages, and bit rates are bits per second. *Inbound* is what the
    /// device receives. Source:
    /// [teleconferenceDeviceMediaQuality](https://learn.microsoft.com/graph/api/resources/teleconferencedevicemediaquality).
    pub struct TeleconferenceDeviceMediaQuality {
        /// The average inbound jitter.
        average_inbound_jitter: SignedDuration = "averageInboundJitter",
        /// The average inbound packet loss, in percent.
        average_inbound_packet_loss_rate_in_percentage: Double = "averageInboundPacketLossRateInPercentage",
        /// The average inbound round trip delay.
        average_inbound_round_trip_delay: SignedDuration = "averageInboundRoundTripDelay",
        /// The average outbound jitter.
        average_outbound_jitter: SignedDuration = "averageOutboundJitter",
        /// The average outbound packet loss, in percent.
        average_outbound_packet_loss_rate_in_percentage: Double = "averageOutboundPacketLossRateInPercentage",
        /// The average outbound round trip delay.
        average_outbound_round_trip_delay: SignedDuration = "averageOutboundRoundTripDelay",
        /// The average inbound bit rate, for video and screen sharing only.
        average_inbound_bit_rate: Double = "averageInboundBitRate",
        /// The average number of inbound frames per second, for video and screen sharing only.
        average_inbound_frame_rate: Double = "averageInboundFrameRate",
        /// The average outbound bit rate, for video and screen sharing only.
        average_outbound_bit_rate: Double = "averageOutboundBitRate",
        /// The average number of outbound frames per second, for video and screen sharing only.
        average_outbound_frame_rate: Double = "averageOutboundFrameRate",
        /// The index that distinguishes several streams of one medium.
        channel_index: i32 = "channelIndex",
        /// The number of inbound packets.
        inbound_packets: i64 = "inboundPackets",
        /// The IP address of the device.
        local_ip_address: String = "localIPAddress",
        /// The media port of the device.
        local_port: i32 = "localPort",
        /// The largest inbound jitter.
        maximum_inbound_jitter: SignedDuration = "maximumInboundJitter",
        /// The largest inbound packet loss, in percent.
        maximum_inbound_packet_loss_rate_in_percentage: Double = "maximumInboundPacketLossRateInPercentage",
        /// The longest inbound round trip delay.
        maximum_inbound_round_trip_delay: SignedDuration = "maximumInboundRoundTripDelay",
        /// The largest outbound jitter.
        maximum_outbound_jitter: SignedDuration = "maximumOutboundJitter",
        /// The largest outbound packet loss, in percent.
        maximum_outbound_packet_loss_rate_in_percentage: Double = "maximumOutboundPacketLossRateInPercentage",
        /// The longest outbound round trip delay.
        maximum_outbound_round_trip_delay: SignedDuration = "maximumOutboundRoundTripDelay",
        /// The time for which the media flowed.
        media_duration: SignedDuration = "mediaDuration",
        /// The speed of the network link, in bytes per second.
        network_link_speed_in_bytes: i64 = "networkLinkSpeedInBytes",
        /// The number of outbound packets.
        outbound_packets: i64 = "outboundPackets",
        /// The IP address of the other end.
        remote_ip_address: String = "remoteIPAddress",
        /// The media port of the other end.
        remote_port: i32 = "remotePort",
    }
}
