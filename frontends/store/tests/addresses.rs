//! Addresses of stores.

use callfold_store::Address;

fn error(text: &str) -> String {
    text.parse::<Address>().unwrap_err().to_string()
}

#[test]
fn an_address_names_a_store() {
    assert_eq!("memory".parse(), Ok(Address::Memory));
    assert_eq!("sqlite:calls".parse(), Ok(Address::Sqlite("calls".into())));
    assert_eq!("sqlite:/var/lib/calls.db".parse(), Ok(Address::Sqlite("/var/lib/calls.db".into())));
    assert_eq!("sqlite:memory".parse(), Ok(Address::Sqlite("memory".into())));
    assert_eq!("folder/calls.db".parse(), Ok(Address::Sqlite("folder/calls.db".into())));
}

#[test]
fn an_address_is_written_as_it_is_read() {
    for text in ["memory", "sqlite:calls", "sqlite:/a b/c.db"] {
        let address: Address = text.parse().unwrap();
        assert_eq!(address.to_string(), text);
    }
    let address: Address = "postgres://me:a?x@host/db?schema=other&application_name=bot".parse().unwrap();
    assert_eq!(address.to_string(), "postgres://host/db?schema=other");
}

#[test]
fn what_is_no_address_says_what_would_be() {
    for text in [
        "",
        "Memory",
        "calls",
        "calls.sqlite",
        "sqlite",
        ":memory:",
        "sqllite:calls.db",
        "SQLITE:calls.db",
        "mysql://root:secret@host/db",
    ] {
        assert!(
            error(text).ends_with("write `memory`, `sqlite:PATH`, `PATH.db`, `postgres://…` or `nats://…`"),
            "{}",
            error(text)
        );
    }
    assert_eq!(error("sqlite:"), "`sqlite:` needs a path; write, for example, `sqlite:calls.db`");
    assert_eq!(
        error("sqlite://calls.db"),
        "`sqlite:` takes a path, not a URL; write, for example, `sqlite:calls.db`"
    );
}

#[test]
fn neither_addresses_nor_errors_show_a_password() {
    let texts = [
        "postgres://me:secret@host/db",
        "postgresql://me:secret@host/calls.db",
        "postgres://me:a?schema=secret&x@host/db",
        "nats://secret@host",
        "postgres://me:a@secret@host/db",
        "postgres://me:a/secret@host/db",
        "postgres://host/db?password=secret",
        "postgres://host/db?password=a@secret",
        "mysql://me:secret@host/db",
        "postgres:me:secret@host",
        "me:secret@host",
        "me:secret@host/calls.txt",
        "sqlite://me:secret@host/calls.db",
        "me:secret@host://db",
        "postgres://me:secret/db",
        "postgres://me:secret host/db",
        "nats://me:secret",
        "sqlite:postgres://me:secret@host/db",
        "sqlite:postgres:/me:secret@host/calls.db",
        "me:secret@host.db",
        "host=localhost password=secret user=me",
    ];
    for text in texts {
        let shown = match text.parse::<Address>() {
            Ok(address) => format!("{address} {address:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!shown.contains("secret"), "{shown}");
    }
}

#[tokio::test]
async fn a_store_opens_at_its_address() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("calls.db");
    let address: Address = path.to_str().unwrap().parse().unwrap();
    let stored = [crate::common::event(crate::common::call(1), 1, "kept")];
    address.open().await.unwrap().append(&stored).await.unwrap();
    assert_eq!(address.open().await.unwrap().read(crate::common::call(1), 1).await.unwrap(), stored);
    let memory = Address::Memory.open().await.unwrap();
    assert!(memory.read(crate::common::call(1), 1).await.unwrap().is_empty());
}
