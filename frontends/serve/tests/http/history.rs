//! A service that starts with a long history.

use std::sync::Arc;

use callfold::uuid::Uuid;
use callfold::{CallId, Recorded};
use callfold_serve::{ClockMode, Server};
use callfold_store::{Memory, Noted, Store};
use serde_json::json;

use super::stage::{CALLS, Stage};
use crate::common::settings;

/// With four events each, these calls have more events than are read at a time.
const COPIES: u128 = 3_000;

#[tokio::test]
async fn calls_are_forgotten_page_by_page_also_if_an_event_about_them_follows() {
    let store = Arc::new(Memory::new());
    let stage = Stage::on(Arc::clone(&store) as Arc<_>).await;
    let call = stage.ring(json!({})).await;
    let path = format!("{CALLS}/{call}/reject");
    let id = [("client-request-id", "once")];
    assert_eq!(stage.client.send("POST", &path, &id, r#"{"reason":"busy"}"#).await.status, 202);
    stage.server.quiet().await;
    stage.server.stop().await;
    let lines: Vec<_> =
        store.read(call.parse().unwrap(), 1).await.unwrap().iter().map(ToString::to_string).collect();
    // The reply is recorded after the end.
    assert!(lines.len() == 4 && lines[3].contains("requestAnswered"), "{lines:?}");

    let mut copies = Vec::new();
    for number in 0..COPIES {
        let copy = CallId::new(Uuid::from_u128(number)).to_string();
        copies.extend(lines.iter().map(|line| line.replace(&call, &copy).parse::<Recorded>().unwrap()));
    }
    let late = copies.remove(3);
    copies.push(late);
    store.append(&copies).await.unwrap();
    let noted = copies.iter().map(|event| Noted { call: event.call, revision: event.revision });
    store.note("webhooks", &noted.collect::<Vec<_>>()).await.unwrap();

    let mut settings = settings();
    settings.clock = ClockMode::Manual;
    settings.limits.ended_calls = 5;
    let again = Server::builder().settings(settings).store(store).start().await.unwrap();
    assert_eq!(again.calls().calls().count(), 5);
}
