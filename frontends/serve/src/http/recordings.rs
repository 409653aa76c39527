//! The recordings, which the app fetches with the token of the operation.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use axum::http::request::Parts;
use callfold::call::{CallEvent, RecordingProgress, ServiceEvent};
use callfold::jiff::Timestamp;
use callfold::operation::Transition;
use callfold::{Call, CallId, OperationId, Recorded, Secret};

use super::bearer::{has_token, without_token};
use super::listed::Answer;
use super::respond;
use crate::host::Host;
use crate::recording::Recording;

/// The name of these requests in metrics.
const METHOD: &str = "recording";

const NO_TOKEN: &str =
    "a recording needs the header `Authorization: Bearer` with the recordingAccessToken of its operation";

/// Serves a recording; `None` if the path is none.
pub(super) async fn serve(host: &Arc<Host>, parts: &Parts) -> Option<Answer> {
    let rest = parts.uri.path().strip_prefix("/recordings/")?;
    let (call, file) = rest.split_once('/')?;
    let call: CallId = call.parse().ok()?;
    let operation = OperationId::from(file.strip_suffix(".wav")?);
    if parts.method != "GET" {
        let mut response = respond::error(405, "MethodNotAllowed", "a recording can only be fetched: GET");
        respond::set(&mut response, "allow", "GET");
        return Some(Answer::new(METHOD, response));
    }
    let response = fetched(host, parts, call, &operation).await;
    Some(Answer { call: Some(call), ..Answer::new(METHOD, response) })
}

async fn fetched(host: &Host, parts: &Parts, call: CallId, operation: &OperationId) -> Response<Body> {
    // Nothing is read for somebody who does not have the token.
    let ledger = match host.calls_with(call).await {
        Ok(ledger) => ledger,
        Err(failed) => return respond::error(503, "ServiceUnavailable", failed.to_string()),
    };
    let token = match ledger.call(call) {
        Some(call) => token_of(call, operation),
        None => return respond::error(404, "NotFound", "the service has no such call, or has forgotten it"),
    };
    if !token.is_some_and(|token| has_token(&parts.headers, &token)) {
        return without_token(NO_TOKEN);
    }
    match host.store.read(call, 1).await {
        Ok(events) => match recorded(&events, operation) {
            Some(recording) => wav(&recording),
            None => respond::error(404, "NotFound", "the recording has not ended, or its call is forgotten"),
        },
        Err(failed) => respond::error(503, "ServiceUnavailable", failed.to_string()),
    }
}

fn wav(recording: &Recording) -> Response<Body> {
    let size = recording.size();
    respond::with_type(200, "audio/wav", respond::in_parts(recording.chunks(), Some(size)))
}

/// The token that the app was given when the recording ended.
fn token_of(call: &Call, operation: &OperationId) -> Option<Secret<String>> {
    let operation = call.operations().by_id(operation)?;
    operation.resource().recording_access_token.value().cloned()
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

#[cfg(test)]
mod tests {
    use http_body_util::BodyExt;

    use super::*;

    #[tokio::test]
    async fn a_recording_is_sent_second_by_second() {
        let mut body = wav(&Recording::new(Duration::from_millis(2500), &[])).into_body();
        let mut sizes = Vec::new();
        while let Some(frame) = body.frame().await {
            let left = http_body::Body::size_hint(&body).exact();
            sizes.push((frame.unwrap().into_data().unwrap().len(), left));
        }
        assert_eq!(
            sizes,
            [(44, Some(80_000)), (32_000, Some(48_000)), (32_000, Some(16_000)), (16_000, Some(0))]
        );
    }
}
