//! Where webhooks may go, and the client that posts them.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client};
use url::{Host, Url};

use crate::settings::Callbacks;

/// Finds the addresses of a name, and keeps only those of this machine.
#[derive(Debug)]
struct OnlyLoopback;

impl Resolve for OnlyLoopback {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let own: Vec<SocketAddr> = found.filter(|address| is_loopback(address.ip())).collect();
            if own.is_empty() {
                return Err(refused(name.as_str()).into());
            }
            Ok(Box::new(own.into_iter()) as Addrs)
        })
    }
}

fn is_loopback(ip: IpAddr) -> bool {
    ip.to_canonical().is_loopback()
}

fn refused(host: &str) -> String {
    format!(
        "{host} is not this machine: webhooks go only there, unless the service is started with --callbacks any"
    )
}

/// The client that posts webhooks. It follows no redirect, and uses no proxy.
///
/// # Errors
///
/// If the authority in the file cannot be read, or is none.
pub(crate) fn client(callbacks: Callbacks, trust: Option<&Path>) -> Result<Client, String> {
    let mut builder = Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .user_agent("Microsoft-Skype/3.0,(Calling/1.0)")
        .pool_max_idle_per_host(64)
        .connect_timeout(Duration::from_secs(10));
    if callbacks == Callbacks::Loopback {
        builder = builder.dns_resolver(std::sync::Arc::new(OnlyLoopback));
    }
    if let Some(path) = trust {
        let wrong = |why: String| wrong_authority(path, &why);
        let pem = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
        let authorities = Certificate::from_pem_bundle(&pem).map_err(|error| wrong(error.to_string()))?;
        if authorities.is_empty() {
            return Err(wrong("it has no certificate".into()));
        }
        builder = builder.tls_certs_merge(authorities);
    }
    builder.build().map_err(|error| match trust {
        // The certificates are read only now.
        Some(path) => wrong_authority(path, "a certificate in it cannot be read"),
        None => format!("cannot make the client that posts webhooks: {error}"),
    })
}

fn wrong_authority(path: &Path, why: &str) -> String {
    format!(
        "--trust {}: {why}; name the PEM file of the authority that signed the bot's certificate",
        path.display()
    )
}

/// What is wrong with the URL of a bot, if anything is.
pub(crate) fn wrong_bot(callbacks: Callbacks, bot: &str) -> Option<String> {
    match bot.parse::<Url>() {
        Ok(url) => why_not(callbacks, &url),
        Err(error) => Some(format!("{error}; name a URL such as http://localhost:3000/callback")),
    }
}

/// Why webhooks may not go to a URL. A name that is no address is looked up later, by the client.
pub(crate) fn why_not(callbacks: Callbacks, url: &Url) -> Option<String> {
    if !matches!(url.scheme(), "http" | "https") {
        return Some(format!("the scheme `{}` is not supported; use http or https", url.scheme()));
    }
    if callbacks == Callbacks::Any {
        return None;
    }
    let ip = match url.host()? {
        Host::Ipv4(ip) => IpAddr::from(ip),
        Host::Ipv6(ip) => IpAddr::from(ip),
        Host::Domain(_) => return None,
    };
    (!is_loopback(ip)).then(|| refused(&ip.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn webhooks_go_only_to_this_machine_however_it_is_written() {
        for (url, is_allowed) in [
            ("http://127.0.0.1:3000/callback", true),
            ("http://127.9.9.9/callback", true),
            ("http://[::1]/callback", true),
            ("http://[::ffff:127.0.0.1]/callback", true),
            ("http://2130706433/callback", true),
            ("http://169.254.169.254/latest", false),
            ("http://0xa9fea9fe/latest", false),
            ("http://[::ffff:169.254.169.254]/latest", false),
            ("https://10.0.0.1/", false),
            ("file:///etc/passwd", false),
        ] {
            let why = why_not(Callbacks::Loopback, &url.parse().unwrap());
            assert_eq!(why.is_none(), is_allowed, "{url}: {why:?}");
        }
        assert_eq!(why_not(Callbacks::Any, &"https://10.0.0.1/".parse().unwrap()), None);
    }

    #[tokio::test]
    async fn a_name_is_looked_up_and_only_this_machine_is_kept() {
        assert!(OnlyLoopback.resolve("localhost".parse().unwrap()).await.is_ok());
    }
}
