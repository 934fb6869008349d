//! A connection that breaks at every octet of a transaction, in both directions, in order and by
//! a reset: what the report says of every recipient is what the server's mailbox has, or it says
//! that it does not know.

mod mailing;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use mailsend::model::{
    Address, AuthPolicy, BodyType, Content, Failure, LoginStyle, Mail, Outcome, Parameters, Piece,
    Protocol, RecipientPolicy, Report, Road, Secret, Server, Timeouts, Tls, Trust,
};
use mailsend::sandbox::{Caught, Sandbox};
use mailsend::smtp::{Credentials, Submission, Watch};

use crate::support::{Cut, Ending, Mailsend, Passed, Proxy, caught, sandbox};

/// Runs at once; each mostly waits for threads of its own.
const WORKERS: u64 = 4;
/// What nothing takes that does not hang.
const PATIENCE: Duration = Duration::from_secs(30);
const PASSWORD: &str = "open-sesame";
/// Dots at the start of lines are what a cut could make an end of.
const MESSAGE: &str = "From: me@example.com\r\nSubject: torn\r\n\r\n.\r\n..\r\nlast";

const EVERYBODY: &[&str] = &["a@example.net", "b@example.net"];
const FIVE: &[&str] =
    &["a@example.net", "b@example.net", "c@x.example", "d@x.example", "e@x.example"];
const SOME: &[&str] = &["a@example.net", "nobody@example.net", "later@example.net", "b@x.example"];

/// What is torn.
#[derive(Debug, Clone, Copy)]
struct Case {
    manner: &'static str,
    pipelining: bool,
    chunking: bool,
    recipients: &'static [&'static str],
}

/// Which octets count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    ToServer,
    ToClient,
}

/// How often which end came.
#[derive(Debug, Default)]
struct Tally {
    accepted: AtomicU64,
    unknown: AtomicU64,
    failed: AtomicU64,
}

#[test]
fn in_the_clear_the_report_is_what_the_mailbox_has() {
    tear_everywhere("open", EVERYBODY);
}

#[test]
fn with_refused_recipients_the_report_is_what_the_mailbox_has() {
    tear_everywhere("rejects-one", SOME);
}

#[test]
fn in_several_transactions_the_report_is_what_the_mailbox_has() {
    tear_everywhere("takes-two", FIVE);
}

#[test]
fn inside_tls_the_report_is_what_the_mailbox_has() {
    tear_everywhere("submission", EVERYBODY);
}

#[test]
fn where_a_refused_chunk_is_read_as_commands_the_report_is_what_the_mailbox_has() {
    tear_everywhere("keeps-chunk", SOME);
}

#[test]
fn the_program_ends_as_the_mailbox_says() {
    const ANSWER: u64 = "250 2.0.0 Ok: queued as 1\r\n".len() as u64;
    const FAREWELL: u64 = "221 2.0.0 Bye\r\n".len() as u64;
    let (exit, caught, passed) = run_program("auto", Cut::default());
    assert_eq!((exit, caught), (0, 1));
    let answered = passed.to_client - FAREWELL;
    let cut_at = |pipelining, limit| {
        let cut = Cut { server_to_client: Some(limit), ..Cut::default() };
        let (exit, caught, passed) = run_program(pipelining, cut);
        (exit, caught, passed.connections)
    };
    assert_eq!(cut_at("auto", answered), (0, 1, 1));
    let (exit, _, connections) = cut_at("auto", answered - 1);
    assert_eq!((exit, connections), (79, 1));
    // Of the 354 an octet is missing: it may be the group, and nothing of the message went out.
    assert_eq!(cut_at("auto", answered - ANSWER - 1), (0, 1, 2));
    assert_eq!(cut_at("never", answered - ANSWER - 1), (75, 0, 1));
    // Everything was in one flight: the mail is there, and none of its answers.
    let (exit, caught, passed) = run("auto", "auto", Cut::default());
    assert_eq!((exit, caught), (0, 1));
    let limit = passed.to_client - FAREWELL - ANSWER;
    let cut = Cut { server_to_client: Some(limit), ..Cut::default() };
    let (exit, caught, passed) = run("auto", "auto", cut);
    assert_eq!((exit, caught, passed.connections), (79, 1, 1));
}

/// Sends one mail through a proxy; the exit status, how many messages were caught, and what passed.
fn run_program(pipelining: &str, cut: Cut) -> (i32, usize, Passed) {
    run(pipelining, "never", cut)
}

fn run(pipelining: &str, chunking: &str, cut: Cut) -> (i32, usize, Passed) {
    let case = Case { manner: "open", pipelining: true, chunking: true, recipients: EVERYBODY };
    let mut scene = Scene::new(case);
    scene.proxy.expect(cut);
    let port = scene.proxy.port().to_string();
    let outcome = Mailsend::new()
        .args(["--host", "127.0.0.1", "--port", &port, "--tls", "none"])
        .args(["-f", "me@example.com", "--body", "hello", "--pipelining", pipelining])
        .args(["--chunking", chunking])
        .args(EVERYBODY.iter().copied())
        .run();
    let passed = scene.proxy.ended();
    (outcome.status(), scene.caught("the program", passed.connections).len(), passed)
}

fn tear_everywhere(manner: &'static str, recipients: &'static [&'static str]) {
    for (pipelining, chunking) in [(true, true), (true, false), (false, true), (false, false)] {
        let case = Case { manner, pipelining, chunking, recipients };
        for direction in [Direction::ToServer, Direction::ToClient] {
            for ending in [Ending::Fin, Ending::Reset] {
                tear(case, direction, ending);
            }
        }
    }
}

/// Cuts at octet 0, 1, 2, … until the transaction is over before the cut.
fn tear(case: Case, direction: Direction, ending: Ending) {
    let tally = Tally::default();
    let offset = AtomicU64::new(0);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let mut scene = Scene::new(case);
                loop {
                    let offset = offset.fetch_add(1, Ordering::Relaxed);
                    if !scene.run(direction, offset, ending, &tally) {
                        break;
                    }
                }
            });
        }
    });
    let count = |of: &AtomicU64| of.load(Ordering::Relaxed);
    let (accepted, failed) = (count(&tally.accepted), count(&tally.failed));
    let place = format!("{case:?}, {direction:?}, {ending:?}: {tally:?}");
    // Every end is met, so that none of the comparisons was idle.
    // A group that breaks is tried again, and so is EHLO: little else can fail.
    assert!((case.pipelining || failed > 50) && count(&tally.unknown) > 0, "{place}");
    assert!(accepted >= WORKERS, "{place}");
    // Behind the answer to the message a cut changes nothing any more.
    assert!(direction == Direction::ToServer || accepted > WORKERS, "{place}");
}

/// A server with its mailbox, and the proxy before it.
struct Scene {
    case: Case,
    sandbox: Sandbox,
    proxy: Proxy,
    server: Server,
    credentials: Option<Credentials>,
    mail: Mail,
    connections: u64,
}

impl Scene {
    fn new(case: Case) -> Self {
        let sandbox = sandbox(case.manner, PASSWORD);
        let proxy = Proxy::before(sandbox.address());
        let submission = case.manner == "submission";
        let server = Server {
            profile: None,
            provider: None,
            host: "127.0.0.1".to_owned(),
            port: proxy.port(),
            protocol: Protocol::Smtp,
            road: Road::default(),
            tls: if submission { Tls::StartTls } else { Tls::Plaintext },
            trust: Trust {
                system_roots: false,
                pins: vec![sandbox.certificate_pin()],
                ..Trust::default()
            },
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: submission.then(|| "me@example.com".to_owned()),
            danger_cleartext_auth: false,
            ehlo: Some("client.example".to_owned()),
            pipelining: case.pipelining,
            chunking: case.chunking,
            timeouts: timeouts(),
            deadline: None,
            max_size: None,
        };
        let credentials = server.username.clone().map(|username| Credentials {
            username: Some(username),
            password: Some(Secret::new(PASSWORD)),
            token: None,
            most_in_vain: None,
        });
        Self {
            case,
            sandbox,
            proxy,
            server,
            credentials,
            mail: mail(case.recipients),
            connections: 0,
        }
    }

    /// One transaction that is cut there; whether there was anything left to cut.
    fn run(&mut self, direction: Direction, offset: u64, ending: Ending, tally: &Tally) -> bool {
        let cut = match direction {
            Direction::ToServer => Cut { client_to_server: Some(offset), ending, ..Cut::default() },
            Direction::ToClient => Cut { server_to_client: Some(offset), ending, ..Cut::default() },
        };
        self.proxy.expect(cut);
        let result = self.submit();
        let Passed { was_cut, connections, .. } = self.proxy.ended();
        // Only a group and EHLO are tried again, and only once.
        assert!((1..=2).contains(&connections));
        let place = format!("{:?}, {direction:?} {offset}, {ending:?}", self.case);
        judge(&place, &result, &self.caught(&place, connections), self.case.recipients);
        tally.add(&result);
        was_cut
    }

    fn submit(&self) -> Result<Report, Failure> {
        let watch = watch();
        let submission = Submission {
            server: &self.server,
            credentials: self.credentials.as_ref(),
            watch: &watch,
            mail: &self.mail,
            recipients: &self.mail.recipients,
            policy: RecipientPolicy::Each,
        };
        submission.run().result
    }

    /// What is in the mailbox once the server is done with every connection.
    fn caught(&mut self, place: &str, connections: u64) -> Vec<Caught> {
        self.connections += connections;
        let start = Instant::now();
        while self.sandbox.statistics().connections_ended < self.connections {
            assert!(start.elapsed() < PATIENCE, "{place}: the server hangs");
            thread::sleep(Duration::from_micros(50));
        }
        caught(&self.sandbox)
    }
}

impl Tally {
    fn add(&self, result: &Result<Report, Failure>) {
        let any = |wanted: fn(&Outcome) -> bool| {
            result.iter().flat_map(|report| &report.recipients).any(|(_, outcome)| wanted(outcome))
        };
        let counter = if any(|outcome| matches!(outcome, Outcome::Accepted(_))) {
            &self.accepted
        } else if any(|outcome| matches!(outcome, Outcome::Unknown { .. })) {
            &self.unknown
        } else {
            &self.failed
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

/// Compares what was reported of every recipient with what was caught.
fn judge(place: &str, result: &Result<Report, Failure>, caught: &[Caught], recipients: &[&str]) {
    // Two in each transaction at most.
    let most = if recipients == FIVE { 3 } else { 1 };
    assert!(caught.len() <= most, "{place}: {} messages", caught.len());
    for mail in caught {
        let complete = format!("{MESSAGE}\r\n");
        let octets = mail.head(u64::MAX).unwrap();
        assert_eq!(String::from_utf8_lossy(&octets), complete, "{place}");
    }
    let report = match result {
        Ok(report) => report,
        Err(failure) => {
            assert!(caught.is_empty(), "{place}: {failure}, and the server has the mail");
            return;
        }
    };
    let reported: Vec<String> =
        report.recipients.iter().map(|(address, _)| address.to_string()).collect();
    assert_eq!(reported, recipients, "{place}");
    for (address, outcome) in &report.recipients {
        let address = address.to_string();
        let times = caught.iter().flat_map(|mail| &mail.envelope.recipients);
        let times = times.filter(|caught| **caught == address).count();
        let holds = match outcome {
            Outcome::Accepted(_) => times == 1,
            Outcome::Deferred { .. } | Outcome::Rejected { .. } | Outcome::Withheld => times == 0,
            Outcome::Unknown { .. } => true,
        };
        assert!(holds, "{place}: {address} {times} times in the mailbox, but {outcome:?}");
    }
}

fn watch() -> Watch {
    Watch {
        observer: Arc::new(|_| ()),
        progress: Arc::new(|_| ()),
        in_doubt: Arc::default(),
        deadline: None,
    }
}

fn mail(recipients: &[&str]) -> Mail {
    let address = |text: &&str| Address::parse(text).unwrap();
    Mail {
        reverse_path: Some(address(&"me@example.com")),
        recipients: recipients.iter().map(address).collect(),
        parameters: Parameters::default(),
        author: None,
        content: Content::new(vec![Piece::Octets(MESSAGE.as_bytes().to_vec())]),
        body_type: BodyType::SevenBit,
        message_id: "<torn@example.com>".to_owned(),
    }
}

fn timeouts() -> Timeouts {
    Timeouts {
        connect: PATIENCE,
        greeting: PATIENCE,
        command: PATIENCE,
        data: PATIENCE,
        block: PATIENCE,
        end_of_data: PATIENCE,
    }
}
