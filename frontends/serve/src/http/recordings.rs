//! The recordings, which the app fetches with the token of the operation.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use axum::http::request::Parts;
use callfold::call::{CallEvent, RecordingProgress, ServiceEvent};
use callfold::jiff::Timestamp;
use callfold::operation::Transition;
use callfold::{CallId, OperationId, Recorded};

use super::bearer::bearer;
use super::respond;
use crate::host::Host;
use crate::recording::Recording;

/// Serves a recording; `None` if the path is none.
pub(super) async fn serve(host: &Arc<Host>, parts: &Parts) -> Option<Response<Body>> {
    let rest = parts.uri.path().strip_prefix("/recordings/")?;
    let (call, file) = rest.split_once('/')?;
    let call: CallId = call.parse().ok()?;
    let operation = OperationId::from(file.strip_suffix(".wav")?);
    if parts.method != "GET" {
        let mut response = respond::error(405, "MethodNotAllowed", "a recording can only be fetched: GET");
        respond::set(&mut response, "allow", "GET");
        return Some(response);
    }
    let token = bearer(&parts.headers);
    let events = match host.store.read(call, 1).await {
        Ok(events) => events,
        Err(failed) => return Some(respond::error(503, "ServiceUnavailable", failed.to_string())),
    };
    if token.is_none() || token != token_of(&events, &operation) {
        return Some(respond::error(
            401,
            "Unauthorized",
            "a recording needs the header `Authorization: Bearer` with the recordingAccessToken of its operation",
        ));
    }
    Some(match recorded(&events, &operation) {
        Some(recording) => {
            respond::with_type(200, "audio/wav", recording.chunks().flatten().collect::<Vec<_>>())
        }
        None => respond::error(404, "NotFound", "the recording has not ended, or its call is forgotten"),
    })
}

/// The token that the app was given. A service that is started again, with another seed, has made another.
fn token_of<'a>(events: &'a [Recorded], operation: &OperationId) -> Option<&'a str> {
    events.iter().find_map(|recorded| {
        let CallEvent::Service(ServiceEvent::Recording(RecordingProgress::Started, recording)) =
            &recorded.event
        else {
            return None;
        };
        let token = recording.recording_access_token.as_ref().filter(|_| recording.operation == *operation);
        token.map(|token| token.expose().as_str())
    })
}

/// A recording that has ended: from its event `recordingStarted` to its end, with what was spoken.
fn recorded(events: &[Recorded], operation: &OperationId) -> Option<Recording> {
    let (mut began, mut ended, mut speech, mut speaks) = (None, None, Vec::new(), None);
    let since =
        |at: Timestamp, began: Timestamp| Duration::try_from(at.duration_since(began)).unwrap_or_default();
    for recorded in events {
        match (&recorded.event, recorded.at) {
            (CallEvent::Service(ServiceEvent::Recording(progress, recording)), Some(at))
                if recording.operation == *operation =>
            {
                match progress {
                    RecordingProgress::Started => began = began.or(Some(at)),
                    RecordingProgress::SpeechStarted => speaks = Some(since(at, began?)),
                    RecordingProgress::SpeechEnded => {
                        speech.extend(speaks.take().map(|from| from..since(at, began.unwrap_or(at))));
                    }
                }
            }
            (CallEvent::OperationStep(Transition::Completed | Transition::Failed, reported), Some(at))
                if reported.id.value() == Some(operation) =>
            {
                ended = Some(at);
            }
            _ => {}
        }
    }
    let length = since(ended?, began?);
    speech.extend(speaks.map(|from| from..length));
    Some(Recording::new(length, &speech))
}
