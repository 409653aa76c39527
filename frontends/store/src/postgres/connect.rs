//! Where the database is, and how to connect to it.

use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use deadpool_postgres::{Manager, ManagerConfig, Pool, RecyclingMethod, Runtime, Timeouts};
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres::config::{Config, Host, SslMode};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::error::StoreError;
use crate::server_url::ServerUrl;

/// The most connections of a store, besides the one that listens.
const CONNECTIONS: usize = 8;

/// How long to wait for a connection.
const WAIT: Duration = Duration::from_secs(5);

/// How long the server may take for an answer.
pub(super) const ANSWER: Duration = Duration::from_secs(30);

/// After this time without a sign of the server, a connection counts as cut.
const CUT: Duration = Duration::from_secs(10);

/// Settings of each connection. A statement sees what was committed before it, whatever the database has as its default: who
/// writes looks at the tables after it has the lock. Each statement has one plan, because to plan each write again would take a
/// third of its time. The plan must stay good while the tables grow, and is never worth compiling.
const SETTINGS: [&str; 4] = [
    "default_transaction_isolation=read\\ committed",
    "plan_cache_mode=force_generic_plan",
    "enable_seqscan=off",
    "jit=off",
];

/// A database, and the schema in it.
#[derive(Clone)]
pub(super) struct Target {
    config: Config,
    tls: MakeRustlsConnect,
    pub(super) schema: String,
    /// The address without what is secret.
    pub(super) shown: String,
}

impl Target {
    pub(super) fn new(url: &ServerUrl) -> Result<Self, StoreError> {
        let wrong = |why: String| StoreError::lasting(format!("{url}: {why}"));
        if url.has_wrong_schema() {
            return Err(wrong(
                "the name of a schema may have up to 54 characters: small letters, digits and `_`; it must not begin with `pg_`"
                    .into(),
            ));
        }
        let (server, schema) = (url.expose(), url.schema());
        // The message of this error can show a part of the address.
        let mut config = Config::from_str(server)
            .map_err(|_| wrong("this is not an address of PostgreSQL; write `postgres://USER:PASSWORD@HOST:PORT/DATABASE`, and `%40` for an `@` in the password".into()))?;
        if !server.contains("sslmode=") {
            let is_here = config.get_hosts().iter().all(is_this_machine);
            config.ssl_mode(if is_here { SslMode::Disable } else { SslMode::Require });
        }
        if config.get_application_name().is_none() {
            config.application_name("callfold");
        }
        add_option(&mut config, &format!("search_path=\"{schema}\""));
        SETTINGS.iter().for_each(|setting| add_option(&mut config, setting));
        config.connect_timeout(WAIT).keepalives_idle(CUT / 2).keepalives_interval(CUT / 4);
        config.tcp_user_timeout(CUT);
        let tls = tls()
            .map_err(|error| wrong(format!("the certificates of this machine cannot be read: {error}")))?;
        Ok(Self { config, tls, schema: schema.to_owned(), shown: url.to_string() })
    }

    /// Every connection refuses to write.
    pub(super) fn only_to_read(mut self) -> Self {
        add_option(&mut self.config, "default_transaction_read_only=on");
        self
    }

    pub(super) fn pool(&self) -> Result<Pool, StoreError> {
        let config = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_config(self.config.clone(), self.tls.clone(), config);
        let timeouts = Timeouts { wait: Some(WAIT), create: Some(WAIT), recycle: Some(WAIT) };
        let pool = Pool::builder(manager).max_size(CONNECTIONS).runtime(Runtime::Tokio1).timeouts(timeouts);
        pool.build().map_err(|error| StoreError::lasting(format!("{}: {error}", self.shown)))
    }

    /// The configuration of a connection of its own, and its encryption.
    pub(super) fn parts(&self) -> (&Config, MakeRustlsConnect) {
        (&self.config, self.tls.clone())
    }
}

/// Drops the connections that nobody uses now: if one was cut, the others may be, too.
pub(super) fn drop_idle(pool: &Pool) {
    pool.retain(|_, _| false);
}

fn tls() -> Result<MakeRustlsConnect, rustls::Error> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(MakeRustlsConnect::new(config.with_platform_verifier()?.with_no_client_auth()))
}

fn is_this_machine(host: &Host) -> bool {
    match host {
        Host::Tcp(name) => {
            name == "localhost" || name.parse().is_ok_and(|address: std::net::IpAddr| address.is_loopback())
        }
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Adds a setting to those that the address has.
fn add_option(config: &mut Config, setting: &str) {
    let options = config.get_options().map(|options| format!("{options} ")).unwrap_or_default();
    config.options(format!("{options}-c {setting}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(url: &str) -> Target {
        let crate::Address::Postgres(url) = url.parse().unwrap() else { panic!("{url}") };
        Target::new(&url).unwrap()
    }

    #[test]
    fn only_this_machine_is_spoken_to_without_encryption() {
        for (url, mode) in [
            ("postgres://localhost/db", SslMode::Disable),
            ("postgres://127.0.0.1:5433/db", SslMode::Disable),
            ("postgres://[::1]/db", SslMode::Disable),
            ("postgres://db.example/db", SslMode::Require),
            ("postgres://localhost,db.example/db", SslMode::Require),
            ("postgres://db.example/db?sslmode=disable", SslMode::Disable),
            ("postgres://localhost/db?sslmode=require", SslMode::Require),
        ] {
            assert_eq!(target(url).config.get_ssl_mode(), mode, "{url}");
        }
    }

    #[test]
    fn a_schema_is_taken_out_of_the_address() {
        assert_eq!(target("postgres://localhost/db").schema, "callfold");
        let target = target("postgres://localhost/db?schema=other&options=-c%20work_mem%3D4MB");
        assert_eq!(target.schema, "other");
        let options = target.config.get_options().unwrap();
        assert!(options.starts_with("-c work_mem=4MB -c search_path=\"other\" -c "), "{options}");
    }
}
