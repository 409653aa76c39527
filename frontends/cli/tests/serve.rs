//! `callfold serve`: how it starts, why it does not, and how it ends.
#![cfg(feature = "serve")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may panic")]

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use common::command;

/// A call that rings a bot that nobody starts.
const CALLBACK: &str = r#"{"callbackUri":"http://localhost:1/callback"}"#;

/// What a start that fails writes on standard error.
fn refused(arguments: &[&str]) -> String {
    refused_with(arguments, &[])
}

fn refused_with(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    let mut command = serve(arguments);
    command.envs(variables.iter().copied()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if !ends(&mut child, Duration::from_secs(20)) {
        child.kill().unwrap();
        panic!("it starts: {arguments:?}");
    }
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {error}");
    assert!(output.stdout.is_empty(), "nothing listens");
    assert!(error.starts_with("callfold: ") || error.starts_with("error: "), "{error}");
    assert!(!error.contains("<U+"), "it can be read: {error}");
    error
}

/// The command, with a free port where the arguments name none.
fn serve(arguments: &[&str]) -> Command {
    let mut all = vec!["serve"];
    if !arguments.contains(&"--listen") {
        all.extend(["--listen", "127.0.0.1:0"]);
    }
    all.extend(arguments);
    let mut command = command(&all);
    command.env_remove("CALLFOLD_STORE").env_remove("CALLFOLD_ADMIN_TOKEN").stdin(Stdio::null());
    command
}

fn ends(child: &mut Child, limit: Duration) -> bool {
    #[expect(clippy::disallowed_methods, reason = "the test waits for a time")]
    let begun = Instant::now();
    while begun.elapsed() < limit {
        if child.try_wait().unwrap().is_some() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    false
}

/// A running service, which is killed if a test panics.
struct Running {
    child: Child,
    host: String,
    /// What follows the first line.
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(arguments: &[&str]) -> Self {
        let mut child = serve(arguments).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut first = String::new();
        out.read_line(&mut first).unwrap();
        let (_, host) =
            first.trim().split_once("://").unwrap_or_else(|| panic!("it does not start: {first}"));
        Self { child, host: host.to_owned(), out }
    }

    fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(30))).unwrap();
        stream
    }

    fn post(&self, path: &str, body: &str) -> String {
        let mut stream = self.connect();
        write!(
            stream,
            "POST {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            self.host,
            body.len()
        )
        .unwrap();
        let mut reply = String::new();
        stream.read_to_string(&mut reply).unwrap();
        reply
    }

    #[cfg(unix)]
    fn terminate(&self) {
        let id = rustix::process::Pid::from_child(&self.child);
        rustix::process::kill_process(id, rustix::process::Signal::TERM).unwrap();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

fn file(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn an_address_that_cannot_be_had_says_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    for (address, wanted) in [
        (
            address.as_str(),
            "the port is taken; end the other program, or take a free port with --listen 127.0.0.1:0",
        ),
        ("nonsense", "name an address and a port, such as 127.0.0.1:9090"),
        ("127.0.0.1", "name an address and a port, such as 127.0.0.1:9090"),
        ("127.0.0.1:99999", "name an address and a port, such as 127.0.0.1:9090"),
        ("192.0.2.1:9090", "name an address and a port, such as 127.0.0.1:9090"),
    ] {
        let error = refused(&["--listen", address]);
        assert!(error.contains(&format!("--listen {address}: ")) && error.contains(wanted), "{error}");
    }
}

#[test]
fn a_wrong_scenario_or_config_file_names_the_line_and_the_member() {
    let folder = tempfile::tempdir().unwrap();
    let step = file(
        folder.path(),
        "step.toml",
        "[[caller]]\nname = \"A\"\nthen = [{ on = \"established\", tonePresed = \"tone1\" }]\n",
    );
    let state =
        file(folder.path(), "state.json", r#"{"caller":[{"then":[{"on":"nonsense","hangUp":true}]}]}"#);
    let member = file(folder.path(), "member.toml", "seed = 1\nlisen = \"x\"\n");
    let kind = file(folder.path(), "kind.toml", "[limits]\nbody = \"many\"\n");
    let syntax = file(folder.path(), "syntax.toml", "seed = 1\nclock = [\n");
    for (option, path, wanted) in [
        ("--scenario", &step, &["line 3, column 31", "`tonePresed`", "`tonePressed`"][..]),
        ("--scenario", &state, &["`nonsense` is nothing to wait for", "line 1"]),
        ("--config", &member, &["line 2, column 1", "`lisen`", "`listen`"]),
        ("--config", &kind, &["line 2, column 8", "\"many\""]),
        ("--config", &syntax, &["line 2, column 10", "unclosed array"]),
    ] {
        let error = refused(&[option, path]);
        assert!(error.contains(&format!("{option} {path}: ")), "{error}");
        assert!(wanted.iter().all(|wanted| error.contains(wanted)), "{wanted:?}: {error}");
    }
    let absent = folder.path().join("absent.toml");
    for option in ["--scenario", "--config"] {
        let error = refused(&[option, absent.to_str().unwrap()]);
        assert!(error.contains("absent.toml: No such file"), "{error}");
    }
}

#[test]
fn a_store_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let text = file(folder.path(), "text.db", &"this is no database ".repeat(100));
    let deep = folder.path().join("no/such/calls.db").to_str().unwrap().to_owned();
    let directory = format!("sqlite:{}", folder.path().display());
    for (store, wanted) in [
        (text.as_str(), "this file is not an SQLite database; name another file"),
        (&deep, "the folder does not exist; create it"),
        (&directory, "this is a folder; name a file"),
        ("sqlite:", "`sqlite:` needs a path; write, for example, `sqlite:calls.db`"),
        ("mysql://me:s3cret@localhost/calls", "this URL is not the address of a store"),
    ] {
        let error = refused(&["--store", store]);
        assert!(error.contains(wanted) && !error.contains("s3cret"), "{error}");
        let error = refused_with(&[], &[("CALLFOLD_STORE", store)]);
        assert!(error.contains(wanted) && !error.contains("s3cret"), "{error}");
    }
}

#[test]
fn a_clock_does_not_go_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("calls.db").to_str().unwrap().to_owned();
    let config = file(folder.path(), "late.toml", "now = \"2099-01-01T00:00:00Z\"\n");
    let first = Running::start(&["--store", &store, "--clock", "manual", "--config", &config]);
    assert!(first.post("/_callfold/calls", CALLBACK).starts_with("HTTP/1.1 201"));
    drop(first);
    let error = refused(&["--store", &store]);
    assert!(error.contains("the clock cannot go back") && error.contains("--clock manual"), "{error}");
}

#[test]
fn a_wrong_value_says_what_would_be_right() {
    let folder = tempfile::tempdir().unwrap();
    let text = file(folder.path(), "ca.pem", "no certificate\n");
    let broken =
        file(folder.path(), "broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    for (arguments, wanted) in [
        (["--trust", &text], "it has no certificate; name the PEM file"),
        (["--trust", &broken], "a certificate in it cannot be read; name the PEM file"),
        (["--trust", "/absent/ca.pem"], "name the PEM file"),
        (["--tls", &text], "name a folder in which you may write"),
        (["--clock", "x0"], "use `real`, `manual`, or a factor from x0.001 to x1000000, such as `x10`"),
        (["--clock", "xNaN"], "use `real`, `manual`, or a factor from x0.001 to x1000000, such as `x10`"),
        (["--seed", "-1"], "invalid value '-1' for '--seed <N>'"),
        (["--seed", "seven"], "invalid value 'seven' for '--seed <N>'"),
        (["--bot", "localhost"], "name a URL such as http://localhost:3000/callback"),
        (["--bot", "http://192.0.2.1/"], "unless the service is started with --callbacks any"),
        (["--bot", "ftp://localhost/"], "the scheme `ftp` is not supported; use http or https"),
        (["--admin-token", ""], "the token is empty; give one, or leave the option out"),
    ] {
        let error = refused(&arguments);
        assert!(error.contains(arguments[0]) && error.contains(wanted), "{error}");
    }
}

#[test]
fn a_scenario_whose_callers_have_nobody_to_ring_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let caller = file(folder.path(), "caller.toml", "[[caller]]\nname = \"Adele Vance\"\n");
    let error = refused(&["--scenario", &caller]);
    assert!(error.contains(&format!("--scenario {caller}: ")), "{error}");
    assert!(error.contains("`callbackUri`") && error.contains("--bot"), "{error}");
    drop(Running::start(&["--scenario", &caller, "--bot", "http://localhost:1/callback"]));
}

#[test]
fn a_wrong_filter_of_the_log_says_what_would_be_right() {
    for wrong in ["verbose", "info,callfold_serve=loud", "=debug"] {
        let error = refused_with(&[], &[("CALLFOLD_LOG", wrong)]);
        assert!(error.contains(&format!("CALLFOLD_LOG={wrong}: ")), "{error}");
        assert!(error.contains("error, warn, info or debug"), "{error}");
    }
}

#[test]
fn a_crash_on_purpose_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let config = file(folder.path(), "crash.toml", "[faults.crash]\nafter = \"stored\"\n");
    let mut child =
        serve(&["--config", &config]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    let (_, host) = first.trim().split_once("://").unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    let length = CALLBACK.len();
    write!(
        stream,
        "POST /_callfold/calls HTTP/1.1\r\nHost: {host}\r\nContent-Length: {length}\r\n\r\n{CALLBACK}"
    )
    .unwrap();
    let output = child.wait_with_output().unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(70), "{error}");
    assert!(error.contains("callfold: this process ends on purpose, after `stored`"), "{error}");
}

#[test]
fn the_command_that_makes_a_call_ring_has_what_it_needs() {
    let folder = tempfile::tempdir().unwrap();
    let tls = folder.path().join("tls").to_str().unwrap().to_owned();
    let mut running = Running::start(&["--tls", &tls, "--admin-token", "t0ken"]);
    let mut rest = String::new();
    while !rest.contains("curl -X") && !rest.contains("--cacert '") {
        assert_ne!(running.out.read_line(&mut rest).unwrap(), 0, "{rest}");
    }
    assert!(rest.contains(&format!("--cacert '{tls}/ca.pem'")), "{rest}");
    assert!(
        rest.contains("Authorization: Bearer $CALLFOLD_ADMIN_TOKEN") && !rest.contains("t0ken"),
        "{rest}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_lets_requests_end_that_have_begun() {
    let mut running = Running::start(&[]);
    let mut stream = running.connect();
    let body = CALLBACK.as_bytes();
    write!(
        stream,
        "POST /_callfold/calls HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    running.terminate();
    std::thread::sleep(Duration::from_millis(300));
    stream.write_all(body).unwrap();
    let mut reply = String::new();
    stream.read_to_string(&mut reply).unwrap();
    assert!(reply.starts_with("HTTP/1.1 201"), "{reply}");
    assert!(ends(&mut running.child, Duration::from_secs(15)));
    assert!(running.child.wait().unwrap().success());
}

#[cfg(unix)]
#[test]
fn a_second_signal_ends_at_once() {
    let mut running = Running::start(&[]);
    let mut stream = running.connect();
    stream
        .write_all(b"POST /_callfold/calls HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n")
        .unwrap();
    std::thread::sleep(Duration::from_millis(300));
    running.terminate();
    std::thread::sleep(Duration::from_millis(500));
    assert!(running.child.try_wait().unwrap().is_none(), "it waits for the request");
    running.terminate();
    assert!(ends(&mut running.child, Duration::from_secs(5)));
    assert!(running.child.wait().unwrap().success());
}
