//! What grows has a limit.

use callfold_serve::{Auto, Server, Settings};
use reqwest::Client;

#[tokio::test]
async fn nobody_rings_while_too_many_webhooks_wait() {
    let mut settings = Settings::default();
    settings.listen = "127.0.0.1:0".into();
    settings.auto = Auto::Off;
    // Nothing listens on this port.
    settings.bot = Some("http://127.0.0.1:1/callback".into());
    settings.limits.queue = 2;
    let server = Server::builder().settings(settings).start().await.unwrap();
    let client = Client::builder().no_proxy().build().unwrap();
    let mut statuses = Vec::new();
    for _ in 0..3 {
        let reply = client.post(format!("{}/_callfold/calls", server.url())).body("{}").send().await.unwrap();
        statuses.push(reply.status().as_u16());
    }
    assert_eq!(statuses, [201, 201, 503]);
    server.stop().await;
}

#[tokio::test]
async fn a_page_of_another_origin_cannot_place_calls() {
    for listen in ["127.0.0.1:0", "0.0.0.0:0"] {
        let mut settings = Settings::default();
        settings.listen = listen.into();
        settings.admin_token = (listen == "0.0.0.0:0").then(|| callfold::Secret::new("t0ken".to_owned()));
        let server = Server::builder().settings(settings).start().await.unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        for path in ["/v1.0/communications/calls", "/contoso/oauth2/v2.0/token", "/_callfold/calls"] {
            let url = format!("http://127.0.0.1:{}{path}", server.address().port());
            let request = client.post(url).header("origin", "https://evil.example").bearer_auth("t0ken");
            let reply = request.header("content-type", "text/plain").body("{}").send().await.unwrap();
            assert_eq!(reply.status().as_u16(), 403, "{listen}{path}");
        }
        server.stop().await;
    }
}
