//! Replies in all the ways in which servers write them.

use super::*;

fn replies(octets: &[u8]) -> Result<Vec<Reply>, String> {
    let mut framer = Framer::default();
    framer.push(octets);
    let mut all = Vec::new();
    while let Some(reply) = framer.next_reply()? {
        all.push(reply.decode());
    }
    Ok(all)
}

fn one(octets: &[u8]) -> Reply {
    let mut all = replies(octets).unwrap();
    assert_eq!(all.len(), 1, "{octets:?}");
    all.remove(0)
}

#[test]
fn lines_may_end_in_a_bare_lf_and_codes_may_stand_alone() {
    assert_eq!(one(b"220\n"), Reply { code: 220, lines: vec![String::new()] });
    assert_eq!(one(b"250\r\n").code, 250);
    assert_eq!(one(b"250\t8BITMIME\r\n").lines, ["8BITMIME"]);
    assert_eq!(one(b"571 no\r\r\n").to_string(), "571 no");
    assert_eq!(one(b"250-\r\n250 \n").lines, ["", ""]);
}

#[test]
fn a_refusal_among_codes_that_disagree_is_believed() {
    assert_eq!(one(b"250-fine\r\n554 or not\r\n").code, 554);
    assert_eq!(one(b"554-no\r\n250 yes\r\n").code, 554);
    assert_eq!(one(b"220-hello\r\n250 there\r\n").code, 250);
}

#[test]
fn gbk_text_is_decoded() {
    assert_eq!(one(b"535 \xb5\xc7\xc2\xbc\xca\xa7\xb0\xdc\r\n").to_string(), "535 登录失败");
    assert_eq!(one("535 登录失败\r\n".as_bytes()).to_string(), "535 登录失败");
}

#[test]
fn what_is_no_reply_is_an_error_that_shows_it() {
    let error = replies(b"SSH-2.0-OpenSSH\x07\r\n").unwrap_err();
    assert_eq!(error, "expected a reply, got \u{201c}SSH-2.0-OpenSSH\u{fffd}\u{201d}");
    for bad in ["25", "2500 x", "150 hi", "650 hi", "abc hi", "\u{feff}220 hi"] {
        assert!(replies(format!("{bad}\r\n").as_bytes()).is_err(), "{bad:?}");
    }
}

#[test]
fn endless_lines_and_replies_are_refused_in_little_memory() {
    let mut framer = Framer::default();
    let mut outcome = Ok(None);
    for _ in 0..100 {
        framer.push(&[b'2'; 16 * 1024]);
        outcome = framer.next_reply();
        assert!(framer.buffer.len() <= LINE_KEPT);
        if outcome.is_err() {
            break;
        }
    }
    assert_eq!(outcome, Err("a reply line without an end".to_owned()));
    for line in ["250-again\r\n", "250-\n", &format!("250-{}\n", "x".repeat(500_000))] {
        let mut framer = Framer::default();
        let mut outcome = Ok(None);
        for _ in 0..1_000_000 {
            framer.push(line.as_bytes());
            outcome = framer.next_reply();
            if outcome.is_err() {
                break;
            }
            let partial = framer.partial.as_ref().unwrap();
            assert!(partial.kept <= WORDS_KEPT + LINE_COST && partial.octets <= REPLY_MAX);
        }
        assert_eq!(outcome, Err("a reply without an end".to_owned()));
    }
    assert_eq!(replies(&b"\r\n".repeat(1_000_000)), Err("nothing but empty lines".to_owned()));
}

#[test]
fn a_reply_of_five_thousand_lines_is_one() {
    let mut framer = Framer::default();
    framer.expect_capabilities(true);
    framer.push(&b"250-again\r\n".repeat(5000));
    framer.push(b"250 and done\r\n");
    let reply = framer.next_reply().unwrap().unwrap();
    assert_eq!((reply.code, reply.lines.len()), (250, 5001));
    let mut octets = format!("250-{}\r\n", "x".repeat(3000)).repeat(600).into_bytes();
    octets.extend_from_slice(b"554 no\r\n");
    assert_eq!(one(&octets).code, 554, "a line that is not kept counts");
}

#[test]
fn text_may_follow_the_code_at_once() {
    assert_eq!(one(b"334VXNlcm5hbWU6\r\n").to_string(), "334 VXNlcm5hbWU6");
    assert_eq!(one(b"250:ok\r\n").to_string(), "250 :ok");
}

#[test]
fn a_line_without_a_code_inside_a_reply_is_text() {
    assert_eq!(one(b"220-Welcome\r\n\r\n to us\r\n220 hi\r\n").text(), "Welcome   to us hi");
    for bad in [&b"220-hi\r\n150 hm\r\n"[..], b"220-hi\r\n2200 hm\r\n"] {
        assert!(replies(bad).is_err());
    }
}

#[test]
fn empty_lines_between_replies_are_nothing() {
    let all = replies(b"\r\n220 hi\r\n\r\n\n250-mail\r\n\r\n250 ok\r\n\r\n").unwrap();
    assert_eq!(all.iter().map(Reply::to_string).collect::<Vec<_>>(), ["220 hi", "250 mail  ok"]);
}

#[test]
fn a_carriage_return_too_many_is_nothing() {
    let all = replies(b"220 hi\r\r\n250-mail\n\r250 ok\n\r").unwrap();
    assert_eq!(all.iter().map(Reply::to_string).collect::<Vec<_>>(), ["220 hi", "250 mail ok"]);
}

#[test]
fn a_refusal_that_was_begun_is_one_and_nothing_else_is() {
    let last_words = |octets: &[u8]| {
        let mut framer = Framer::default();
        framer.push(octets);
        assert_eq!(framer.next_reply(), Ok(None));
        framer.last_words().map(|reply| reply.decode().to_string())
    };
    assert_eq!(last_words(b"554 5.7.1 go aw").as_deref(), Some("554 5.7.1 go aw"));
    assert_eq!(last_words(b"421").as_deref(), Some("421"));
    assert_eq!(last_words(b"554-no\r\n").as_deref(), Some("554 no"));
    assert_eq!(last_words(b"250-fine\r\n451 not").as_deref(), Some("451 fine not"));
    for nothing in [&b""[..], b"25", b"55", b"250 ok", b"250-fine\r\n25", b"354", b"hello"] {
        assert_eq!(last_words(nothing), None, "{nothing:?}");
    }
}

#[test]
fn a_long_line_is_cut_and_the_next_reply_is_found() {
    let mut octets = b"250 ".to_vec();
    octets.extend_from_slice(&[b'x'; 20_000]);
    octets.extend_from_slice(b"\r\n354 go\r\n");
    let all = replies(&octets).unwrap();
    assert_eq!(all[0].lines[0].len(), WORDS_KEPT);
    assert_eq!(all[1].code, 354);
    let text = "登".repeat(8000);
    let reply = one(format!("550 {text}\r\n").as_bytes());
    assert_eq!(reply.lines[0], "登".repeat(WORDS_KEPT / 3), "not cut inside a character");
}

#[test]
fn of_a_long_reply_little_is_kept_unless_it_answers_ehlo() {
    let long = [b"550-".as_slice(), &[b'x'; 900], b"\r\n"].concat().repeat(300);
    let long = [long.as_slice(), b"550 no\r\n"].concat();
    let mut framer = Framer::default();
    let mut kept = |capabilities| {
        framer.expect_capabilities(capabilities);
        framer.push(&long);
        let reply = framer.next_reply().unwrap().unwrap();
        assert_eq!(reply.code, 550);
        reply.lines.iter().map(Vec::len).sum::<usize>()
    };
    assert_eq!(kept(true), 300 * 900 + 2);
    assert_eq!(kept(false), 4 * 900 + 2);
    // However many come, all together stay small; of each something is left.
    let total: usize = (0..5000).map(|_| kept(false)).sum();
    assert!(total < SESSION_KEPT + 5000 * LEAST_KEPT, "{total}");
    assert_eq!(kept(false), LEAST_KEPT);
}

#[test]
fn a_challenge_is_kept_whole() {
    let challenge = "A".repeat(12_284);
    assert_eq!(one(format!("334 {challenge}\r\n").as_bytes()).lines, [challenge]);
}
