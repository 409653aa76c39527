//! Messages that another program wrote to the stream.

use super::cache::Head;
use super::failed::Failed;
use super::session::Session;
use super::subjects::call;
use super::{get, stream};
use crate::defect::Defect;

pub(super) async fn defects(session: &Session) -> Result<Vec<Defect>, Failed> {
    let subjects = stream::subjects(&session.server, &session.subjects.all()).await?;
    let strange = subjects.iter().filter(|subject| !session.subjects.is_known(subject));
    let mut defects: Vec<_> = strange.map(|subject| foreign_subject(subject)).collect();
    let events: Vec<_> = subjects.into_iter().filter(|subject| session.subjects.is_events(subject)).collect();
    for found in get::lasts(&session.server, &events).await? {
        if let (Some(call), Err(_)) = (call(&found.subject), Head::of(&found)) {
            let sequence = found.sequence;
            let message = format!(
                "its last message, {sequence}, was not written by this program; delete it with `nats stream rmm`"
            );
            defects.push(Defect::of(call, message));
        }
    }
    Ok(defects)
}

fn foreign_subject(subject: &str) -> Defect {
    let message = format!(
        "messages with the subject `{}` were not written by this program; delete them with `nats stream purge --subject`",
        subject.escape_debug()
    );
    Defect { call: None, message }
}
