//! Random messages: what goes out is what came, whatever ends its lines, and both forms of an 8-bit
//! message say the same to a parser that knows nothing of ours.

use std::io::Write as _;
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use serde_json::json;

use super::*;

/// Line ends made CRLF the plain way.
fn plainly(octets: &[u8]) -> Vec<u8> {
    let mut lines = Vec::new();
    let mut rest = octets;
    while let [first, behind @ ..] = rest {
        rest = match first {
            b'\r' => behind.strip_prefix(b"\n").unwrap_or(behind),
            _ => behind,
        };
        match first {
            b'\r' | b'\n' => lines.extend_from_slice(b"\r\n"),
            octet => lines.push(*octet),
        }
    }
    lines
}

fn octet() -> impl Strategy<Value = u8> {
    prop_oneof![3 => prop::sample::select(b"\r\n.- =\tFa".to_vec()), 1 => any::<u8>()]
}

/// Lines of a text, in which no boundary can be.
fn text() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        2 => "[ -~]{0,90}".prop_map(String::into_bytes),
        2 => "[äöü你好 ]{1,30}".prop_map(String::into_bytes),
        1 => Just(b"\n".to_vec()),
        1 => Just(b" \n".to_vec()),
        1 => Just(b".\n".to_vec()),
        1 => Just(vec![0xff, 0x80]),
    ];
    prop::collection::vec(piece, 0..9).prop_map(|pieces| pieces.concat())
}

/// A part with its header; `depth` names boundaries that are not in use outside.
fn part(depth: u32) -> BoxedStrategy<Vec<u8>> {
    let encoding = prop::sample::select(vec![
        "",
        "Content-Transfer-Encoding: 8bit\n",
        "Content-Transfer-Encoding: 7bit\n",
        "CONTENT-transfer-encoding:\n binary (really)\n",
    ]);
    let leaf = (encoding, text()).prop_map(|(encoding, text)| {
        let header = format!("Content-Type: text/plain; charset=utf-8\n{encoding}\n");
        [header.as_bytes(), &text].concat()
    });
    if depth == 0 {
        return leaf.boxed();
    }
    let parts = prop::collection::vec(part(depth - 1), 1..4).prop_map(move |parts| {
        let mut all =
            format!("Content-Type: multipart/mixed; boundary=\"b {depth}\"\n\n").into_bytes();
        for part in parts {
            all.extend_from_slice(format!("\n--b {depth}\n").as_bytes());
            all.extend_from_slice(&part);
        }
        all.extend_from_slice(format!("\n--b {depth}--\n").as_bytes());
        all
    });
    let message = part(depth - 1).prop_map(|inner| {
        [&b"Content-Type: message/rfc822\n\nSubject: inner\nMIME-Version: 1.0\n"[..], &inner]
            .concat()
    });
    prop_oneof![leaf, parts, message].boxed()
}

/// Reads pairs of messages and prints the numbers of those that differ in a leaf.
const READER: &str = r#"
import base64, email, json, sys

def leaves(message):
    parts = email.message_from_bytes(base64.b64decode(message)).walk()
    return [(part.get_content_type(), part.get_content_charset(), part.get_payload(decode=True))
            for part in parts if not part.is_multipart()]

pairs = json.load(sys.stdin)
print(json.dumps([n for n, (one, other) in enumerate(pairs) if leaves(one) != leaves(other)]))
"#;

proptest! {
    #[test]
    fn a_body_goes_out_as_it_came(body in prop::collection::vec(octet(), 0..300)) {
        let header = b"Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\n\n";
        let message = [&header[..], &body].concat();
        let mut expected = plainly(&message);
        if !(body.is_empty() || body.ends_with(b"\n") || body.ends_with(b"\r")) {
            expected.extend_from_slice(b"\r\n");
        }
        prop_assert_eq!(sent(message), expected);
    }

    #[test]
    fn anything_at_all_is_sent_or_refused(bytes in prop::collection::vec(octet(), 0..200)) {
        if let Ok(Prepared { mail, .. }) = prepare(&ready(bytes), &stamp()) {
            let message = octets(&mail.content);
            prop_assert!(!message.windows(2).any(|pair| pair[0] == b'\r' && pair[1] != b'\n'));
            prop_assert!(!message.windows(2).any(|pair| pair[0] != b'\r' && pair[1] == b'\n'));
            if let Ok(content) = mail.seven_bit() {
                octets(content);
            }
        }
    }
}

#[test]
fn python_reads_the_same_out_of_both_forms() {
    let mut runner = TestRunner::deterministic();
    let header = "Date: d\nFrom: a@x.test\nMessage-ID: <1@x>\nMIME-Version: 1.0\n";
    let pairs: Vec<[Vec<u8>; 2]> = (0..400)
        .map(|_| {
            let part = part(3).new_tree(&mut runner).unwrap().current();
            let message = [header.as_bytes(), &part, b"\n"].concat();
            let (eight, seven) = (sent(message.clone()), in_seven_bits(message));
            assert!(seven.is_ascii());
            [eight, seven]
        })
        .collect();
    let changed = pairs.iter().filter(|[eight, seven]| eight != seven).count();
    assert!(changed > 200, "{changed}");
    let encoded: Vec<_> =
        pairs.iter().map(|pair| pair.each_ref().map(|m| STANDARD.encode(m))).collect();
    let mut python = Command::new("python3")
        .args(["-c", READER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the tests need python3");
    python.stdin.take().unwrap().write_all(json!(encoded).to_string().as_bytes()).unwrap();
    let output = python.wait_with_output().unwrap();
    let differing: Vec<usize> = serde_json::from_slice(&output.stdout).unwrap();
    if let Some(number) = differing.first() {
        let [eight, seven] = pairs[*number].each_ref().map(|m| String::from_utf8_lossy(m));
        panic!("{} differ, the first:\n{eight}\n-----\n{seven}", differing.len());
    }
}
