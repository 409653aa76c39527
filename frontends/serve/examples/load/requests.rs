//! The requests, as bytes.

use serde_json::{Value, json};

/// Makes requests to one service.
#[derive(Debug)]
pub(crate) struct Requests {
    host: String,
    /// The URL of the bot.
    bot: String,
}

impl Requests {
    pub(crate) fn new(host: &str, bot: &str) -> Self {
        Self { host: host.into(), bot: bot.into() }
    }

    /// Somebody rings. Webhooks go to this path of the bot.
    pub(crate) fn ring(&self, path: &str) -> Vec<u8> {
        self.request("POST", "/_callfold/calls", &json!({ "callbackUri": self.callback(path) }))
    }

    pub(crate) fn answer(&self, call: &str, path: &str) -> Vec<u8> {
        let body = json!({
            "callbackUri": self.callback(path),
            "acceptedModalities": ["audio"],
            "mediaConfig": { "@odata.type": "#microsoft.graph.serviceHostedMediaConfig" },
        });
        self.of_call("POST", call, "/answer", &body)
    }

    pub(crate) fn keep_alive(&self, call: &str) -> Vec<u8> {
        self.of_call("POST", call, "/keepAlive", &json!({}))
    }

    pub(crate) fn get(&self, call: &str) -> Vec<u8> {
        self.of_call("GET", call, "", &Value::Null)
    }

    pub(crate) fn play_prompt(&self, call: &str) -> Vec<u8> {
        let prompt = json!({
            "@odata.type": "#microsoft.graph.mediaPrompt",
            "mediaInfo": {
                "@odata.type": "#microsoft.graph.mediaInfo",
                "uri": "https://bot.contoso.com/welcome.wav",
                "resourceId": "1D6DE2D4-CD51-4309-8DAA-70768651088E",
            },
        });
        let body = json!({ "clientContext": "d45324c1-fcb5-430a-902c-f20af696537c", "prompts": [prompt] });
        self.of_call("POST", call, "/playPrompt", &body)
    }

    pub(crate) fn delete(&self, call: &str) -> Vec<u8> {
        self.of_call("DELETE", call, "", &Value::Null)
    }

    fn callback(&self, path: &str) -> String {
        format!("{}/{path}", self.bot)
    }

    fn of_call(&self, verb: &str, call: &str, rest: &str, body: &Value) -> Vec<u8> {
        self.request(verb, &format!("/v1.0/communications/calls/{call}{rest}"), body)
    }

    fn request(&self, verb: &str, path: &str, body: &Value) -> Vec<u8> {
        let start = format!("{verb} {path} HTTP/1.1\r\nhost: {}\r\n", self.host);
        let rest = if body.is_null() {
            "\r\n".to_owned()
        } else {
            let body = body.to_string();
            format!("content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}", body.len())
        };
        (start + &rest).into_bytes()
    }
}
