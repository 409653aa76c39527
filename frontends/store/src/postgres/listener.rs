//! The connection on which the server tells that something was appended.

use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::AsyncMessage;

use super::connect::Target;

/// How long to wait without a word of the server, in case that the connection is cut. Then the next one is tried.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

/// Listens from the first time on that somebody waits.
pub(super) struct Listener {
    target: Target,
    news: watch::Sender<()>,
    task: Mutex<Option<JoinHandle<()>>>,
}

/// What comes from now on.
pub(super) struct News(watch::Receiver<()>);

impl Listener {
    pub(super) fn new(target: Target) -> Self {
        Self { target, news: watch::Sender::new(()), task: Mutex::new(None) }
    }

    pub(super) fn news(&self) -> News {
        let news = News(self.news.subscribe());
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if task.as_ref().is_none_or(JoinHandle::is_finished) {
            *task = Some(tokio::spawn(listen_forever(self.target.clone(), self.news.clone())));
        }
        news
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let task = self.task.get_mut().unwrap_or_else(PoisonError::into_inner);
        task.iter().for_each(JoinHandle::abort);
    }
}

impl News {
    /// Waits until something was appended, or for a moment.
    pub(super) async fn wait(mut self) {
        // The sender is part of the store.
        _ = tokio::time::timeout(LOOK_AGAIN, self.0.changed()).await;
    }
}

async fn listen_forever(target: Target, news: watch::Sender<()>) {
    loop {
        // Meanwhile those who wait look again after each moment.
        _ = listen(&target, &news).await;
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

/// Listens until the connection is cut.
async fn listen(target: &Target, news: &watch::Sender<()>) -> Result<(), tokio_postgres::Error> {
    let (config, tls) = target.parts();
    let (client, mut connection) = config.connect(tls).await?;
    let sql = format!("LISTEN \"callfold {}\"", target.schema);
    let listening = client.batch_execute(&sql);
    let messages = async {
        while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(_) = message? {
                news.send_replace(());
            }
        }
        Ok(())
    };
    let (listening, heard) = futures_util::future::join(
        async {
            let listening = listening.await;
            // What came before the first word is news, too.
            news.send_replace(());
            listening
        },
        messages,
    )
    .await;
    listening.and(heard)
}
