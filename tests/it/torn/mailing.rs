//! Several mails over one connection: what each of them needs of the server and gets from it, and
//! the same where the connection breaks at every octet.

use mailsend::model::{Failure, Outcome, Report, Stage};
use mailsend::smtp::{Mailed, Mailing};

use super::*;
use crate::support::ScriptServer;

const MAILS: &[&[&str]] =
    &[&["a@example.net"], &["b@example.net", "nobody@example.net"], &["c@example.net"]];

/// What became of each mail that had its turn, and whose turn would have come.
struct Ended {
    told: Vec<Result<Report, Failure>>,
    unsent: Option<Vec<String>>,
    flights: u32,
}

fn run(server: &Server, mails: &[&[&str]]) -> Result<Ended, Failure> {
    let watch = watch();
    let mailing =
        Mailing { server, credentials: None, watch: &watch, policy: RecipientPolicy::Each };
    let mut told = Vec::new();
    let mut mails = mails.iter().map(|recipients| mail(recipients));
    let ended = mailing.run(&mut mails, &mut |_, result| told.push(result));
    let Mailed { unsent, connection } = ended?;
    let unsent = unsent.map(|mail| mail.recipients.iter().map(ToString::to_string).collect());
    Ok(Ended { told, unsent, flights: connection.flights })
}

/// Plays the script to mails for a, b and c.
fn play(script: &str) -> Ended {
    play_to(script, &[&["a@example.net"], &["b@example.net"], &["c@example.net"]])
}

fn play_to(script: &str, mails: &[&[&str]]) -> Ended {
    let case = Case { manner: "open", pipelining: true, chunking: true, recipients: EVERYBODY };
    let script = format!("S: 220 hi\nC: EHLO client.example\n{script}");
    let server = ScriptServer::play(&script);
    let settings = Server { port: server.port(), ..Scene::new(case).server };
    let ended = run(&settings, mails).unwrap();
    server.finish();
    ended
}

impl Ended {
    /// What became of the only recipient of each mail, in a word.
    fn words(&self) -> Vec<String> {
        let word = |result: &Result<Report, Failure>| match result {
            Ok(report) => match &report.recipients[0].1 {
                Outcome::Accepted(reply) => format!("accepted {reply}"),
                Outcome::Deferred { stage, reply } => format!("deferred {stage:?} {reply}"),
                Outcome::Rejected { stage, reply } => format!("rejected {stage:?} {reply}"),
                Outcome::Withheld => "withheld".to_owned(),
                Outcome::Unknown { .. } => "unknown".to_owned(),
            },
            Err(failure) => format!("failed {:?}", failure.stage),
        };
        let unsent = self.unsent.iter().map(|recipients| format!("unsent {}", recipients[0]));
        self.told.iter().map(word).chain(unsent).collect()
    }
}

const OFFER: &str = "S: 250-mail\nS: 250 PIPELINING\n";

/// The envelope of a mail to this recipient.
fn envelope(recipient: &str) -> String {
    format!("C: MAIL FROM:<me@example.com>\nC: RCPT TO:<{recipient}@example.net>\nC: DATA\n")
}

const TAKEN: &str = "S: 250 ok\nS: 250 ok\nS: 354 go on\nC-DATA\n";

#[test]
fn each_end_goes_with_the_next_envelope_in_one_flight() {
    let [a, b, c] = ["a", "b", "c"].map(envelope);
    let ended = play(&format!(
        "{OFFER}{a}{TAKEN}{b}S: 250 one\n{TAKEN}{c}S: 250 two\n{TAKEN}C: QUIT\nS: 250 three\nS: 221 bye"
    ));
    assert_eq!(ended.words(), ["accepted 250 one", "accepted 250 two", "accepted 250 three"]);
    assert_eq!(ended.flights, 1 + 3 + 1);
}

#[test]
fn a_mail_that_is_refused_does_not_stop_the_next() {
    let [a, b, c] = ["a", "b", "c"].map(envelope);
    for (answer, word) in [("552 big", "rejected EndOfData"), ("451 later", "deferred EndOfData")] {
        let ended = play(&format!(
            "{OFFER}{a}{TAKEN}{b}S: {answer}\nS: 250 ok\nS: 550 no\nS: 503 no\nC: RSET\nS: 250 ok
             {c}{TAKEN}C: QUIT\nS: 250 three\nS: 221 bye"
        ));
        let first = format!("{word} {answer}");
        assert_eq!(ended.words(), [&first, "rejected Rcpt 550 no", "accepted 250 three"]);
    }
    let ended = play(&format!(
        "{OFFER}{a}{TAKEN}{b}S: 250 one\nS: 553 no\nS: 503 no\nS: 503 no\nC: RSET\nS: 250 ok
         {c}{TAKEN}C: QUIT\nS: 250 three\nS: 221 bye"
    ));
    let expected = ["accepted 250 one", "rejected Mail 553 no", "accepted 250 three"];
    assert_eq!(ended.words(), expected);
}

#[test]
fn after_an_unknown_outcome_nothing_follows_on_that_connection() {
    let [a, b] = ["a", "b"].map(envelope);
    for ending in ["S-CLOSE", "S-RESET", "S: 354 what\nC-EOF", "S: nonsense\nC-EOF"] {
        let ended = play(&format!("{OFFER}{a}{TAKEN}{b}{ending}"));
        assert_eq!(ended.words(), ["unknown", "unsent b@example.net"], "{ending}");
    }
}

#[test]
fn a_421_in_between_ends_it() {
    let [a, b, c] = ["a", "b", "c"].map(envelope);
    let ended = play(&format!("{OFFER}{a}{TAKEN}{b}S: 421 closing\nC: QUIT\nS-CLOSE"));
    assert_eq!(ended.words(), ["deferred EndOfData 421 closing", "unsent b@example.net"]);
    let ended = play(&format!("{OFFER}{a}{TAKEN}{b}S: 250 one\nS: 421 closing\nC: QUIT\nS-CLOSE"));
    let expected = ["accepted 250 one", "deferred Mail 421 closing", "unsent c@example.net"];
    assert_eq!(ended.words(), expected);
    let ended = play(&format!("{OFFER}{a}{TAKEN}{b}S: 250 one\nS-CLOSE"));
    assert_eq!(ended.words(), ["accepted 250 one", "failed Mail", "unsent c@example.net"]);
    let ended = play(&format!(
        "{OFFER}{a}{TAKEN}{b}S: 250 one\n{TAKEN}{c}S: 250 two\nS: 250 ok\nS: 421 no more\nC: QUIT\nS-CLOSE"
    ));
    let expected = ["accepted 250 one", "accepted 250 two", "deferred Rcpt 421 no more"];
    assert_eq!(ended.words(), expected);
}

/// What is refused in the middle of a message leaves nothing to go on with.
#[test]
fn a_server_that_speaks_before_the_354_is_used_ends_it() {
    let a = envelope("a");
    let ended = play(&format!(
        "{OFFER}{a}S: 250 ok\nS: 250 ok\nS-RAW: \"354 go\\r\\n552 no\\r\\n\"\nC-EOF"
    ));
    assert_eq!(ended.words(), ["rejected Content 552 no", "unsent b@example.net"]);
}

#[test]
fn without_pipelining_every_command_waits() {
    let step = |name: &str| {
        format!(
            "C: MAIL FROM:<me@example.com>\nS: 250 ok\nC: RCPT TO:<{name}@example.net>\nS: 250 ok
             C: DATA\nS: 354 go\nC-DATA\nS: 250 {name}\n"
        )
    };
    let [a, b, c] = ["a", "b", "c"].map(step);
    let ended = play(&format!("S: 250 mail\n{a}{b}{c}C: QUIT\nS: 221 bye"));
    assert_eq!(ended.words(), ["accepted 250 a", "accepted 250 b", "accepted 250 c"]);
}

#[test]
fn groups_that_do_not_work_are_left_at_the_first_mail() {
    let a = envelope("a");
    let step = |name: &str| {
        format!(
            "C: MAIL FROM:<me@example.com>\nS: 250 ok\nC: RCPT TO:<{name}@example.net>\nS: 250 ok
             C: DATA\nS: 354 go\nC-DATA\nS: 250 {name}\n"
        )
    };
    let [one, two, three] = ["a", "b", "c"].map(step);
    let ended = play(&format!(
        "{OFFER}{a}S-CLOSE\n--- connection\nS: 220 hi\nC: EHLO client.example\n{OFFER}
         {one}{two}{three}C: QUIT\nS: 221 bye"
    ));
    assert_eq!(ended.words(), ["accepted 250 a", "accepted 250 b", "accepted 250 c"]);
}

#[test]
fn recipients_that_are_too_many_have_their_turn_before_the_next_mail() {
    let two = "C: MAIL FROM:<me@example.com>\nC: RCPT TO:<a@example.net>\nC: RCPT TO:<b@example.net>
        C: DATA\nS: 250 ok\nS: 250 ok\nS: 452 4.5.3 too many recipients\nS: 354 go\nC-DATA\nS: 250 one\n";
    let [b, c] = ["b", "c"].map(envelope);
    let ended = play_to(
        &format!("{OFFER}{two}{b}{TAKEN}{c}S: 250 two\n{TAKEN}C: QUIT\nS: 250 three\nS: 221 bye"),
        &[&["a@example.net", "b@example.net"], &["c@example.net"]],
    );
    assert_eq!(ended.words(), ["accepted 250 one", "accepted 250 three"]);
    let second = &ended.told[0].as_ref().unwrap().recipients[1].1;
    assert!(matches!(second, Outcome::Accepted(reply) if reply.text() == "two"));
}

/// A mail that the server cannot take is its own failure alone.
#[test]
fn a_mail_over_the_limit_is_passed_over() {
    let offer = format!("S: 250-mail\nS: 250-SIZE {}\nS: 250 PIPELINING\n", MESSAGE.len());
    let ended = play(&format!("{offer}C: QUIT\nS: 221 bye"));
    assert_eq!(ended.words(), ["failed Mail", "failed Mail", "failed Mail"]);
    assert!(ended.told.iter().all(|it| it.as_ref().is_err_and(|it| it.stage == Stage::Mail)));
}

#[test]
fn several_mails_are_reported_as_the_mailbox_has_them() {
    for (pipelining, chunking) in [(true, true), (false, true), (false, false)] {
        let case = Case { manner: "rejects-one", pipelining, chunking, recipients: EVERYBODY };
        for direction in [Direction::ToServer, Direction::ToClient] {
            for ending in [Ending::Fin, Ending::Reset] {
                tear_mails(case, direction, ending);
            }
        }
    }
}

/// Cuts at octet 0, 1, 2, … until everything is over before the cut.
fn tear_mails(case: Case, direction: Direction, ending: Ending) {
    let [whole, unknown, unsent] = [const { AtomicU64::new(0) }; 3];
    let offset = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut scene = Scene::new(case);
                loop {
                    let offset = offset.fetch_add(1, Ordering::Relaxed);
                    let place = format!("{case:?}, {direction:?} {offset}, {ending:?}");
                    let cut = match direction {
                        Direction::ToServer => {
                            Cut { client_to_server: Some(offset), ending, ..Cut::default() }
                        }
                        Direction::ToClient => {
                            Cut { server_to_client: Some(offset), ending, ..Cut::default() }
                        }
                    };
                    scene.proxy.expect(cut);
                    let ended = run(&scene.server, MAILS);
                    let passed = scene.proxy.ended();
                    let caught = scene.caught(&place, passed.connections);
                    if let Ok(ended) = &ended {
                        whole.fetch_add(u64::from(ended.told.len() == 3), Ordering::Relaxed);
                        unsent.fetch_add(u64::from(ended.unsent.is_some()), Ordering::Relaxed);
                        let some = ended.words().contains(&"unknown".to_owned());
                        unknown.fetch_add(u64::from(some), Ordering::Relaxed);
                    }
                    judge_mails(&place, ended, &caught);
                    if !passed.was_cut {
                        break;
                    }
                }
            });
        }
    });
    for count in [whole, unknown, unsent] {
        assert!(count.into_inner() > 0, "{case:?}, {direction:?}, {ending:?}");
    }
}

/// Compares what was reported of every mail with what was caught of it.
fn judge_mails(place: &str, ended: Result<Ended, Failure>, caught: &[Caught]) {
    let told = ended.map(|ended| ended.told).unwrap_or_default();
    let mut told = told.into_iter();
    for recipients in MAILS {
        let report = told.next().and_then(Result::ok);
        for (index, address) in recipients.iter().enumerate() {
            let times = caught.iter().flat_map(|mail| &mail.envelope.recipients);
            let times = times.filter(|caught| caught == address).count();
            let outcome = report.as_ref().map(|report| &report.recipients[index].1);
            let holds = match outcome {
                Some(Outcome::Accepted(_)) => times == 1,
                Some(Outcome::Unknown { .. }) => times <= 1,
                _ => times == 0,
            };
            assert!(holds, "{place}: {address} {times} times in the mailbox, but {outcome:?}");
        }
    }
    let complete = format!("{MESSAGE}\r\n");
    assert!(
        caught.iter().all(|mail| mail.head(u64::MAX).unwrap() == complete.as_bytes()),
        "{place}"
    );
}
