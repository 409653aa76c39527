//! Compressed logs.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

mod common;

use std::io::Write;

use common::{Folder, SAMPLES, assert_complete, callfold, events, fed, histories, log, replayed, sample};
use flate2::Compression;
use flate2::write::GzEncoder;
use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::Value;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// A frame of zstd that a reader skips.
fn skipped() -> Vec<u8> {
    [&[0x53, 0x2A, 0x4D, 0x18, 3, 0, 0, 0][..], b"abc"].concat()
}

type Compress = fn(&[u8]) -> Vec<u8>;

const COMPRESSIONS: [(&str, Compress); 2] = [("gzip", gzip), ("zstd", zstd)];

#[test]
fn a_compressed_log_says_the_same_under_any_name_and_on_standard_input() {
    let folder = Folder::new();
    for name in SAMPLES.iter().filter(|name| name.contains('.')) {
        let plain = std::fs::read(sample(name)).unwrap();
        for (kind, compress) in COMPRESSIONS {
            let compressed = compress(&plain);
            let path = folder.write("log.jsonl", &compressed);
            for jobs in ["1", "3"] {
                let arguments = ["replay", "--json", "--jobs", jobs];
                let expected = fed(&plain, &[&arguments[..], &["-"]].concat());
                let ran = fed(&compressed, &[&arguments[..], &["-"]].concat());
                assert_eq!((&ran.out, ran.status), (&expected.out, expected.status), "{name} {kind}");
                let ran = callfold(&[&arguments[..], &[path.as_str()]].concat());
                assert_eq!(ran.out.replace(&path, "-"), expected.out, "{name} {kind}");
            }
        }
    }
}

#[test]
fn all_parts_of_a_compressed_log_are_read() {
    let folder = Folder::new();
    for (kind, compress) in COMPRESSIONS {
        let parts: Vec<u8> =
            events().iter().flat_map(|line| compress(format!("{line}\n").as_bytes())).collect();
        assert_complete(&replayed(&folder.write(kind, parts)), kind);
    }
    let parts = [skipped(), zstd(&log(&events()[..2])), skipped(), zstd(&log(&events()[2..])), skipped()];
    assert_complete(&replayed(&folder.write("skipped", parts.concat())), "with frames to skip");
}

/// A log of many blocks, with text that is hard to compress before its last lines.
fn long() -> Vec<u8> {
    let mut number = 1_u32;
    let filler = (0..300_000).map(|_| {
        number = number.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let letter = b"abcdefghijklmnopqrstuvwxyz012345".get((number >> 24) as usize % 32);
        char::from(*letter.unwrap())
    });
    let extra = format!("{{\"v\":1,\"filler\":\"{}\"}}\n", filler.collect::<String>());
    [log(&events()), extra.into_bytes(), log(&events())].concat()
}

#[test]
fn what_comes_before_the_end_of_a_truncated_log_counts() {
    for (kind, compress) in COMPRESSIONS {
        let compressed = compress(&long());
        for end in [compressed.len() - 1, compressed.len() - 5, compressed.len() - 20, compressed.len() / 2] {
            for jobs in ["1", "2"] {
                let ran = fed(&compressed[..end], &["replay", "--json", "--jobs", jobs, "-"]);
                assert_complete(&ran.json(), kind);
                let why = format!("callfold: -: the {kind} stream is cut off\n");
                assert_eq!((ran.status, ran.err), (2, why), "{kind} {end}");
            }
        }
        let ran = fed(&compressed[..6], &["replay", "-"]);
        assert!(ran.status == 2 && ran.err.contains("is cut off"), "{kind}: {}", ran.err);
    }
}

#[test]
fn a_damaged_log_is_named_and_what_comes_before_the_damage_counts() {
    for (kind, compress) in COMPRESSIONS {
        // The checksum or the length, which is at the end.
        let mut compressed = compress(&log(&events()));
        let length = compressed.len();
        compressed[length - 1] ^= 0x55;
        let ran = fed(&compressed, &["replay", "--json", "-"]);
        assert_complete(&ran.json(), kind);
        assert_eq!(ran.status, 2, "{kind}");
        assert!(ran.err.contains(&format!("the {kind} stream is damaged: ")), "{kind}: {}", ran.err);
        let trailing = [compress(&log(&events())), b"no compressed text".to_vec()].concat();
        let ran = fed(&trailing, &["replay", "--json", "-"]);
        assert_complete(&ran.json(), kind);
        assert!(
            ran.status == 2 && ran.err.contains(&format!("the {kind} stream is damaged: ")),
            "{}",
            ran.err
        );
    }
}

#[test]
fn no_damage_ends_in_a_panic() {
    for (kind, compress) in COMPRESSIONS {
        let compressed = compress(&log(&events()));
        for place in 0..compressed.len() {
            let mut damaged = compressed.clone();
            damaged[place] ^= 1 << (place % 8);
            let ran = fed(&damaged, &["check", "-"]);
            assert!((0..=2).contains(&ran.status), "{kind} {place}");
        }
    }
}

#[test]
fn every_format_is_recognised_in_a_compressed_log() {
    for (name, records, _) in histories() {
        for (kind, compress) in COMPRESSIONS {
            let ran = fed(&compress(&log(&records)), &["replay", "--json", "-"]);
            assert_eq!(ran.json()["inputs"][0]["format"], name, "{kind}");
        }
    }
}

#[test]
fn a_compressed_log_is_reported_from_a_file_and_from_standard_input() {
    let folder = Folder::new();
    for (kind, compress) in COMPRESSIONS {
        let compressed = compress(&log(&events()));
        let path = folder.write(kind, &compressed);
        let picture = |log: &str| {
            let svg = format!("{}/call.svg", folder.path());
            let ran = fed(&compressed, &["report", log, "-o", &svg]);
            assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{kind}");
            std::fs::read_to_string(svg).unwrap()
        };
        assert_eq!(picture(&path), picture("-"), "{kind}");
    }
}

#[test]
fn an_archive_is_named_with_the_command_that_helps() {
    let answers = include_str!("cases/archives.answers.jsonl");
    for answer in answers.lines().map(|line| line.parse::<Value>().unwrap()) {
        let head = if let Some(hex) = answer["head"].as_str() {
            (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
        } else if let Some(text) = answer["tar"].as_str() {
            tar(text)
        } else {
            answer["text"].as_str().unwrap().as_bytes().to_vec()
        };
        let head = if answer["gzip"] == true { gzip(&head) } else { head };
        let ran = fed(&head, &["replay", "-"]);
        assert_eq!(ran.status, 2, "{answer}");
        match (answer["what"].as_str(), answer["command"].as_str()) {
            (Some(what), Some(command)) => {
                assert!(ran.err.contains(&format!("{what}; `{command} FILE | callfold")), "{}", ran.err);
            }
            _ => assert!(ran.err.contains("not recognised: its first line begins with"), "{}", ran.err),
        }
    }
}

/// A tar archive with one file.
fn tar(text: &str) -> Vec<u8> {
    let mut archive = vec![0; 512];
    archive[..8].copy_from_slice(b"log.json");
    archive[257..265].copy_from_slice(b"ustar\x0000");
    archive.extend(text.bytes());
    archive.resize(10_240, 0);
    archive
}

#[test]
fn zeros_after_a_gzip_are_padding() {
    let whole = gzip(&log(&events()));
    for zeros in [1, 511, 20_000] {
        let padding = vec![0; zeros];
        let ran = fed(&[&whole[..], &padding].concat(), &["replay", "--json", "-"]);
        assert_complete(&ran.json(), "padded");
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{zeros}");
        let [first, second] = [&events()[..2], &events()[2..]].map(|part| gzip(&log(part)));
        let ran = fed(&[&first[..], &padding, &second].concat(), &["replay", "--json", "-"]);
        assert_complete(&ran.json(), "padded between");
        let ran = fed(&[&whole[..], &padding, b"x"].concat(), &["replay", "--json", "-"]);
        assert_eq!(ran.status, 2, "other text after the padding");
    }
}
