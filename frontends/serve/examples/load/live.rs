//! The calls that are live while the service is measured.

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::rc::Rc;
use std::{fs, io};

use serde_json::Value;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Load;
use super::bot::LIVE;
use super::http::Connection;

/// Ids of calls that do not exist, for a service that does not look at them.
pub(crate) fn made_up(calls: usize) -> Vec<String> {
    let id = |number: usize| Uuid::new_v5(&Uuid::NAMESPACE_URL, &number.to_le_bytes()).to_string();
    (0..calls).map(id).collect()
}

pub(crate) fn read(file: &Path) -> io::Result<Vec<String>> {
    Ok(fs::read_to_string(file)?.lines().map(str::to_owned).collect())
}

pub(crate) fn write(file: Option<&Path>, calls: &[String]) -> io::Result<()> {
    file.map_or(Ok(()), |file| {
        fs::write(file, calls.iter().map(|call| format!("{call}\n")).collect::<String>())
    })
}

/// Makes calls, and waits until all are established.
pub(crate) async fn make(load: &Load) -> io::Result<Vec<String>> {
    let wanted = load.options.calls;
    let (left, made) = (Rc::new(Cell::new(wanted)), Rc::new(RefCell::new(Vec::with_capacity(wanted))));
    let ring = Rc::new(load.requests.ring(LIVE));
    let requests = Rc::clone(&load.requests);
    let mut callers = JoinSet::new();
    for _ in 0..load.options.connections {
        let mut connection = Connection::open(&load.options.address).await?;
        let (left, made, ring, requests) =
            (Rc::clone(&left), Rc::clone(&made), Rc::clone(&ring), Rc::clone(&requests));
        callers.spawn_local(async move {
            while let Some(rest) = left.get().checked_sub(1) {
                left.set(rest);
                let call = ring_once(&mut connection, &ring).await?;
                expect(&mut connection, &requests.answer(&call, LIVE), 202).await?;
                made.borrow_mut().push(call);
            }
            io::Result::Ok(())
        });
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    let established = load.bot.established.until(wanted as u64).await;
    if established != wanted as u64 {
        return Err(io::Error::other(format!("{established} of {wanted} calls are established")));
    }
    Ok(made.take())
}

/// Somebody rings. Returns the id of the call.
pub(crate) async fn ring_once(connection: &mut Connection, ring: &[u8]) -> io::Result<String> {
    let response = connection.send(ring).await?;
    let body: Value = serde_json::from_slice(response.body).unwrap_or_default();
    match body.get("id").and_then(Value::as_str) {
        Some(id) if response.status() == 201 => Ok(id.to_owned()),
        _ => {
            Err(io::Error::other(format!("a call is not offered: {} {}", response.status(), response.text())))
        }
    }
}

/// Sends a request that must succeed.
pub(crate) async fn expect(connection: &mut Connection, request: &[u8], status: u16) -> io::Result<()> {
    let response = connection.send(request).await?;
    if response.status() == status {
        return Ok(());
    }
    let what = String::from_utf8_lossy(request.split(|byte| *byte == b'\r').next().unwrap_or_default());
    Err(io::Error::other(format!("{what}: {} {}", response.status(), response.text())))
}
