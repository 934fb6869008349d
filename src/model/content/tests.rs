//! What comes out of files, and when it must not.

use std::io::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::reading::{LINE_INPUT, LINE_OUTPUT, LINES_AT_ONCE};
use super::*;

fn part(octets: &[u8]) -> FilePart {
    let mut file = tempfile::tempfile().unwrap();
    file.write_all(octets).unwrap();
    FilePart::new(file, "data.bin").unwrap()
}

fn collect(content: &Content) -> Result<Vec<u8>, ContentError> {
    let mut all = Vec::new();
    content.try_for_each(|chunk| {
        all.extend_from_slice(chunk);
        Ok::<_, ContentError>(())
    })?;
    Ok(all)
}

#[test]
fn a_file_is_encoded_in_lines_of_76_and_its_length_is_known() {
    for size in [0, 1, 2, 3, 56, 57, 58, 114, 115, 191_520, 191_521, 400_000] {
        let octets: Vec<u8> = (0..size).map(|i| (i * 7 % 251) as u8).collect();
        let content = Content::new(vec![Piece::Base64(part(&octets))]);
        let encoded = collect(&content).unwrap();
        assert_eq!(encoded.len() as u64 + 2, content.length(), "{size} bytes");
        let text = String::from_utf8(encoded).unwrap();
        let lines: Vec<&str> = text.split("\r\n").collect();
        assert!(lines[..lines.len() - 1].iter().all(|line| line.len() == LINE_OUTPUT));
        assert_eq!(STANDARD.decode(lines.concat()).unwrap(), octets);
    }
}

#[test]
fn it_can_be_read_twice() {
    let content = Content::new(vec![Piece::Base64(part(b"again"))]);
    assert_eq!(collect(&content).unwrap(), collect(&content).unwrap());
}

#[test]
fn of_a_file_that_changed_the_rest_can_be_had() {
    let octets: Vec<u8> = (0..100_000_u32).map(|i| (i * 7 % 251) as u8).collect();
    for (new_length, rest) in [(100_000, 100_000), (150_000, 100_000), (60_000, 60_000), (0, 0)] {
        let part = part(&octets);
        if new_length != part.length {
            part.file.set_len(new_length).unwrap();
        }
        let content = Content::new(vec![Piece::Octets(b"start\r\n".into()), Piece::Base64(part)]);
        let mut all = Vec::new();
        let keep = |chunk: &[u8]| io::Write::write_all(&mut all, chunk);
        let changed = content.salvage(keep).unwrap();
        let text = String::from_utf8(all).unwrap();
        let encoded = text.strip_prefix("start\r\n").unwrap().strip_suffix("\r\n").unwrap();
        assert_eq!(STANDARD.decode(encoded.replace("\r\n", "")).unwrap(), octets[..rest]);
        let expected = if new_length == 100_000 { vec![] } else { vec![PathBuf::from("data.bin")] };
        assert_eq!(changed, expected, "{new_length}");
    }
}

#[test]
fn a_file_that_shrank_or_grew_is_an_error() {
    for new_length in [10, 60_000] {
        for piece in [Piece::Base64, Piece::File] {
            let part = part(&[1; 50_000]);
            part.file.set_len(new_length).unwrap();
            let error = collect(&Content::new(vec![piece(part)])).unwrap_err();
            let (expected, found) = match error {
                ContentError::Changed { expected, found, .. } => (expected, found),
                other => panic!("{other}"),
            };
            assert_eq!((expected, found), (50_000, new_length));
        }
    }
}

#[test]
fn a_file_that_shrinks_and_grows_between_two_chunks_is_an_error() {
    let part = part(&[1; 3 * LINE_INPUT * LINES_AT_ONCE]);
    let file = Arc::clone(&part.file);
    let mut lengths = [LINE_INPUT * LINES_AT_ONCE + 10, 3 * LINE_INPUT * LINES_AT_ONCE].iter();
    let result = Content::new(vec![Piece::Base64(part)]).try_for_each(|_| {
        if let Some(length) = lengths.next() {
            file.set_len(*length as u64).unwrap();
        }
        Ok::<_, ContentError>(())
    });
    assert!(result.is_err());
}

#[test]
fn a_file_that_was_written_to_is_an_error_whatever_its_length() {
    let part = part(&[1; 50_000]);
    let later = SystemTime::now() + std::time::Duration::from_secs(1);
    part.file.set_modified(later).unwrap();
    let error = collect(&Content::new(vec![Piece::Base64(part)])).unwrap_err();
    assert_eq!(error.to_string(), "data.bin changed while it was being sent");
}

#[test]
fn a_file_that_cannot_be_read_is_an_error_after_what_is_before_it() {
    let folder = File::open("/").unwrap();
    let broken = FilePart::new(folder, "broken").unwrap();
    assert!(broken.length > 0);
    let content = Content::new(vec![Piece::Octets(b"start".into()), Piece::Base64(broken)]);
    let mut before = Vec::new();
    let result = content.try_for_each(|chunk| {
        before.extend_from_slice(chunk);
        Ok::<_, ContentError>(())
    });
    assert_eq!(result.unwrap_err().to_string(), "cannot read broken: is a directory");
    assert_eq!(before, b"start");
}

#[test]
fn lengths_beyond_32_bits_are_exact() {
    let file = tempfile::tempfile().unwrap();
    file.set_len(5 << 30).unwrap();
    let part = FilePart::new(file, "sparse").unwrap();
    // 1,789,569,707 groups of three octets in 94,187,880 lines, a CRLF behind all but one of
    // these, and the message's last one.
    let expected = 4 * 1_789_569_707 + 2 * (94_187_880 - 1) + 2;
    assert_eq!(Content::new(vec![Piece::Base64(part)]).length(), expected);
}
