//! A bot that listens on a free port of this machine.

use std::future::Future;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::Response;

/// A webhook as it came.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: String,
}

/// What the bot answers.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) const fn status(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: String::new() }
    }
}

impl Posted {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }

    /// The message id of the first attempt.
    pub(crate) fn original(&self) -> &str {
        let original = self.header("X-Microsoft-Skype-Original-Message-ID");
        original.or_else(|| self.header("X-Microsoft-Skype-Message-ID")).unwrap()
    }

    pub(crate) fn headers(&self) -> Vec<(&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

/// A bot that takes webhooks.
pub(crate) trait Answers: Send + Sync + 'static {
    fn answer(&self, posted: Posted) -> impl Future<Output = Answer> + Send;
}

/// Listens until the runtime of the test ends. Returns the URL for webhooks.
pub(crate) async fn listen(bot: Arc<impl Answers>) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/callback", listener.local_addr().unwrap());
    let serve = move |request: Request| {
        let bot = Arc::clone(&bot);
        async move { response(bot.answer(posted(request).await).await) }
    };
    tokio::spawn(async move { axum::serve(listener, Router::new().fallback(serve)).await });
    url
}

async fn posted(request: Request) -> Posted {
    let (parts, body) = request.into_parts();
    let headers = parts.headers.iter();
    let headers =
        headers.map(|(name, value)| (name.as_str().to_owned(), value.to_str().unwrap().to_owned())).collect();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    Posted { path: parts.uri.path().into(), headers, body: String::from_utf8(body.into()).unwrap() }
}

fn response(answer: Answer) -> Response<Body> {
    let mut response = Response::builder().status(answer.status);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(answer.body.into()).unwrap()
}
