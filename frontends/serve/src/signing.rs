//! The service's key, made where it may take its time, and the tokens of webhooks.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use callfold::jiff::{SignedDuration, Timestamp};
use tokio::sync::OnceCell;

use crate::clock::real_now;
use crate::key_files::KeyError;
use crate::keys::service_key::Keys;

/// How long the token of an app is used for its webhooks. It is valid for longer.
const USED: SignedDuration = SignedDuration::from_mins(30);

/// The most apps whose tokens are kept.
const MOST: usize = 1000;

/// The key of the service, which is made on first need, and the tokens of webhooks that it signed.
pub(crate) struct Signing {
    keys: Arc<Keys>,
    ready: OnceCell<()>,
    /// For each app, the token of its webhooks and until when it is used.
    tokens: Mutex<BTreeMap<String, (Timestamp, Arc<str>)>>,
}

/// Shows no token.
impl fmt::Debug for Signing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signing").finish_non_exhaustive()
    }
}

impl Signing {
    pub(crate) fn new(kept_in: Option<PathBuf>) -> Self {
        Self { keys: Arc::new(Keys::new(kept_in)), ready: OnceCell::new(), tokens: Mutex::default() }
    }

    /// The keys, after the first of them is made or read. That takes long, and so does not hold up others.
    pub(crate) async fn keys(&self) -> Result<&Keys, KeyError> {
        let make = || async {
            let keys = Arc::clone(&self.keys);
            let made = tokio::task::spawn_blocking(move || keys.jwks()).await;
            match made {
                Ok(made) => made.map(drop),
                Err(failed) => Err(KeyError::new("the key of the service could not be made").because(failed)),
            }
        };
        self.ready.get_or_try_init(make).await?;
        Ok(&self.keys)
    }

    /// The token that shows an app that a webhook is from this service. The app compares its times with a real clock.
    pub(crate) async fn webhook_token(&self, app: &str, tenant: &str) -> Result<Arc<str>, KeyError> {
        let now = real_now();
        if let Some((until, token)) = self.tokens().get(app)
            && *until > now
        {
            return Ok(Arc::clone(token));
        }
        let token: Arc<str> = self.keys().await?.webhook_token(app, tenant, now)?.into();
        let mut tokens = self.tokens();
        if tokens.len() >= MOST {
            tokens.clear();
        }
        tokens.insert(app.into(), (now.saturating_add(USED).unwrap_or(now), Arc::clone(&token)));
        Ok(token)
    }

    fn tokens(&self) -> std::sync::MutexGuard<'_, BTreeMap<String, (Timestamp, Arc<str>)>> {
        self.tokens.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
