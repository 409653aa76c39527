//! The calls as JSON, written by several threads.

use std::io::{self, Write};
use std::num::NonZeroUsize;
use std::sync::mpsc::{channel, sync_channel};
use std::thread;

use callfold::{Call, Id, Replay, Summary};
use callfold_view::call_json;
use callfold_view::list::related::Related;
use serde::Serialize;

use super::listed::Listed;
use super::secrets::secrets;

/// The number of calls in a batch: as many as the processor's cache holds.
const BATCH: usize = 128;

/// How many batches a thread may prepare before the first of them is written.
const AHEAD: usize = 8;

/// Writes the calls, separated by commas.
pub(super) fn write(
    listed: &Listed<'_>,
    secrets_of: Option<&Replay>,
    jobs: NonZeroUsize,
    mut out: impl Write,
) -> io::Result<()> {
    let Listed { calls, related, .. } = listed;
    let mut is_first = true;
    // Each call is preceded by a comma; the first comma of all is left out.
    let mut put = |text: &[u8]| {
        let begin = usize::from(std::mem::take(&mut is_first));
        out.write_all(text.get(begin..).unwrap_or_default())
    };
    if jobs.get() == 1 {
        let mut text = Vec::new();
        return calls.chunks(BATCH).try_for_each(|calls| {
            text.clear();
            batch(calls, related, secrets_of, &mut text)?;
            put(&text)
        });
    }
    thread::scope(|scope| {
        let mut parts = Vec::new();
        for part in 0..jobs.get() {
            let (out, texts) = sync_channel(AHEAD);
            let (back, written) = channel();
            parts.push((texts, back));
            scope.spawn(move || {
                // Sending fails after the main thread has stopped because of an error. The batches then end, too.
                calls.chunks(BATCH).skip(part).step_by(jobs.get()).try_for_each(|calls| {
                    let mut text: Vec<u8> = written.try_recv().unwrap_or_default();
                    text.clear();
                    let written = batch(calls, related, secrets_of, &mut text);
                    out.send(written.map(|()| text))
                })
            });
        }
        let batches = calls.len().div_ceil(BATCH);
        parts.iter().cycle().take(batches).try_for_each(|(texts, back)| {
            let text = texts.recv().map_err(|_| io::Error::other("a writer thread ended early"))??;
            put(&text)?;
            // A writer that has written its last batch does not take its buffer back.
            _ = back.send(text);
            Ok(())
        })
    })
}

fn batch(
    calls: &[Summary<'_>],
    related: &Related<'_>,
    secrets_of: Option<&Replay>,
    out: &mut Vec<u8>,
) -> io::Result<()> {
    std::hint::black_box(calls.iter().map(weight).sum::<usize>());
    for call in calls {
        out.push(b',');
        let secrets = secrets_of.and_then(|replay| replay.call(call.id()));
        let more = |out: &mut Vec<u8>| {
            let Some(call) = secrets else { return Ok(()) };
            out.extend_from_slice(br#","secrets":"#);
            Ok(serde_json::to_writer(out, &SecretJson::all(call))?)
        };
        call_json::write(call, related, more, out)?;
    }
    Ok(())
}

/// The number of items in a call. The sum itself is not used: to compute it for a whole batch first makes the processor
/// load the calls of the batch into its cache in parallel, not one after another.
fn weight(call: &Summary<'_>) -> usize {
    call.operations().filter(|operation| operation.is_orphaned).count()
        + call.participants()
        + call.tones().map(str::len).sum::<usize>()
}

#[derive(Serialize)]
struct SecretJson<'a> {
    member: &'static str,
    operation: Option<&'a Id>,
    value: &'a str,
}

impl<'a> SecretJson<'a> {
    fn all(call: &'a Call) -> Vec<Self> {
        let secrets = secrets(call).into_iter();
        secrets.map(|it| Self { member: it.member, operation: it.operation, value: it.value }).collect()
    }
}
