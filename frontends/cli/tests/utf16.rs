//! Logs in UTF-16.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::io::Write;

use common::{Folder, assert_complete, events, fed, histories, log, notifications, replayed};
use flate2::Compression;
use flate2::write::GzEncoder;

/// A log in UTF-16 with a byte order mark and the line ends of Windows.
fn utf16(records: &[String], to_bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
    let text = format!("\u{feff}{}\r\n", records.join("\r\n"));
    text.encode_utf16().flat_map(to_bytes).collect()
}

#[test]
fn every_format_is_read_in_both_byte_orders() {
    for (name, records, _) in histories() {
        for to_bytes in [u16::to_le_bytes, u16::to_be_bytes] {
            let log = utf16(&records, to_bytes);
            for jobs in ["1", "2"] {
                let replayed = fed(&log, &["replay", "--json", "--jobs", jobs, "-"]).json();
                assert_complete(&replayed, name);
                assert_eq!(replayed["inputs"][0]["format"], name);
                assert_eq!(replayed["findings"], serde_json::json!([]), "{name}");
            }
        }
    }
}

#[test]
fn a_log_that_powershell_wrote_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/utf16le.jsonl");
    let replayed = replayed(path);
    let text = fed(&std::fs::read(path).unwrap(), &["convert", "--to", "events", "-"]).out;
    assert_eq!(replayed["calls"][0]["id"], "0badc0de-0000-4000-8000-000000000001");
    assert_eq!(replayed["inputs"][0]["malformed"], 0);
    assert!(text.contains("0badc0de-0000-4000-8000-000000000001"), "{text}");
}

#[test]
fn a_compressed_log_in_utf16_is_read() {
    let folder = Folder::new();
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(&utf16(&events(), u16::to_le_bytes)).unwrap();
    assert_complete(&replayed(&folder.write("log", gzip.finish().unwrap())), "gzip");
}

#[test]
fn a_lone_surrogate_costs_only_its_character() {
    let mut records = notifications();
    records.insert(1, "X".into());
    let lone: Vec<u8> = utf16(&records, u16::to_le_bytes)
        .chunks(2)
        .flat_map(|unit| if unit == [b'X', 0] { [0x3D, 0xD8] } else { [unit[0], unit[1]] })
        .collect();
    assert_complete(&fed(&lone, &["replay", "--json", "-"]).json(), "with a lone surrogate");
    assert_complete(&fed(&log(&records), &["replay", "--json", "-"]).json(), "with an X");
}
