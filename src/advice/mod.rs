//! From what went wrong to what to do about it: one table for failed submissions and for the
//! doctor. A row is data: when it applies, what it says, what it costs.
//!
//! What weakens security comes last and says so.

mod kind;
mod situation;
mod table;
mod tls_kind;

use crate::model::{Cause, Failure, Observations, Reply, Server, Stage};

pub use table::refuses_sender;

use situation::Situation;

/// How advice begins that weakens security.
pub const WEAKENS: &str = "only on a network you trust: ";

/// More than these nobody reads.
const MOST: usize = 3;

/// What to do about a session that failed, the safest first.
pub fn on_failure(failure: &Failure, server: &Server, from: Option<&str>) -> Vec<String> {
    hints(&Situation::of_failure(failure, server, from))
}

/// What to do about a recipient or message that was refused.
pub fn on_refusal(stage: Stage, reply: &Reply, server: &Server, from: Option<&str>) -> Vec<String> {
    let seen = Observations::default();
    hints(&Situation::of_refusal(stage, reply, &seen, server, from))
}

/// What can be tried without asking anybody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remedy {
    /// Another name in EHLO.
    OtherName,
    /// The login's own address as the sender.
    LoginAsSender,
    /// Another mechanism, or another style of LOGIN.
    OtherMechanism,
}

/// What the doctor can try about something that was refused.
pub fn remedy(stage: Stage, reply: &Reply, server: &Server, from: Option<&str>) -> Option<Remedy> {
    let seen = Observations::default();
    let situation = Situation::of_refusal(stage, reply, &seen, server, from);
    let mut rows = table::rows().filter(|row| situation.meets_all(row.when));
    rows.find_map(|row| row.remedy)
}

/// Whether the server itself says why it refused the credentials, so that trying them in another
/// way is idle.
pub fn is_told_why(failure: &Failure, server: &Server) -> bool {
    let situation = Situation::of_failure(failure, server, None);
    let says_why = |row: &&table::Row| {
        row.alone && row.when.iter().any(|it| matches!(it, situation::When::Says(_)))
    };
    table::rows().filter(says_why).any(|row| situation.meets_all(row.when))
}

/// Whether the doctor could find out more about a failure: it is about reaching the server, TLS or
/// the login, and the server has not said itself what it wants.
pub fn doctor_may_help(failure: &Failure, server: &Server) -> bool {
    let is_its_matter = match &failure.cause {
        Cause::ConnectFailed(_)
        | Cause::TimedOut(_)
        | Cause::Lost(_)
        | Cause::Protocol(_)
        | Cause::Certificate(_)
        | Cause::Handshake(_)
        | Cause::StartTlsNotOffered
        | Cause::AuthNotOffered
        | Cause::NoMechanism { .. }
        | Cause::Unprotected { .. }
        | Cause::CredentialsRefused { .. } => true,
        Cause::Refused(reply) => reply.is_permanent(),
        _ => false,
    };
    is_its_matter && !is_told_why(failure, server)
}

/// The same without what the doctor has tried already.
pub fn on_examined(failure: &Failure, server: &Server, from: Option<&str>) -> Vec<String> {
    let situation = Situation::of_failure(failure, server, from);
    told(&situation, |row| row.remedy != Some(Remedy::OtherMechanism))
}

fn hints(situation: &Situation<'_>) -> Vec<String> {
    told(situation, |_| true)
}

fn told(situation: &Situation<'_>, wanted: impl Fn(&table::Row) -> bool) -> Vec<String> {
    let fitting = table::rows().filter(|row| situation.meets_all(row.when));
    let mut rows: Vec<_> = fitting.filter(|row| wanted(row)).collect();
    rows.sort_by_key(|row| row.cost);
    if let Some(only) = rows.iter().find(|row| row.alone) {
        rows = vec![only];
    }
    rows.iter()
        .take(MOST)
        .map(|row| {
            let advice = situation.fill(row.advice);
            match row.cost {
                table::Cost::Free => advice,
                table::Cost::WeakensSecurity => format!("{WEAKENS}{advice}"),
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{
        AuthPolicy, Cause, CertificateFault, CertificateProblem, HandshakeFault, LoginStyle,
        Mechanism, Pin, Timeouts, Tls, Trust,
    };

    fn server(tls: Tls) -> Server {
        Server {
            profile: Some("corp".to_owned()),
            provider: None,
            host: "mail.corp.example".to_owned(),
            port: 587,
            protocol: crate::model::Protocol::Smtp,
            road: crate::model::Road::default(),
            tls,
            trust: Trust::default(),
            auth: AuthPolicy::Auto,
            login_style: LoginStyle::Auto,
            username: Some("alice@corp.example".to_owned()),
            danger_cleartext_auth: false,
            ehlo: None,
            pipelining: true,
            chunking: true,
            timeouts: Timeouts::default(),
            deadline: None,
            max_size: None,
        }
    }

    fn reply(code: u16, text: &str) -> Reply {
        Reply { code, lines: vec![text.to_owned()] }
    }

    fn on(stage: Stage, cause: Cause, seen: Observations, tls: Tls) -> Vec<String> {
        on_failure(&Failure { stage, cause, seen: Box::new(seen) }, &server(tls), None)
    }

    #[test]
    fn an_unknown_authority_is_trusted_pinned_or_left_in_that_order() {
        let problem = CertificateProblem {
            faults: vec![CertificateFault::UnknownIssuer { issuer: "Corp CA".to_owned() }],
            certificate: Pin([0xab; 32]),
        };
        let seen = Observations {
            starttls_offered: true,
            auth_in_clear: Some(vec!["PLAIN".to_owned()]),
            ..Observations::default()
        };
        let hints = on(Stage::Tls, Cause::Certificate(problem), seen, Tls::StartTls);
        assert_eq!(hints.len(), 3, "{hints:?}");
        assert!(hints[0].contains("ca_file ="));
        assert!(hints[1].contains(&format!("pin_sha256 = [\"{}\"]", "ab".repeat(32))));
        assert!(hints[2].starts_with("only on a network you trust: "), "{}", hints[2]);
    }

    #[test]
    fn a_server_that_asked_for_the_password_first_wants_the_initial_response() {
        let cause = Cause::CredentialsRefused {
            mechanism: Mechanism::Login,
            login_style: Some(LoginStyle::Prompted),
            reply: reply(535, "Authentication Failed"),
            detail: None,
        };
        let seen = Observations { password_asked_first: true, ..Observations::default() };
        assert_eq!(
            on(Stage::Auth, cause, seen, Tls::Plaintext),
            ["it asked for the password first; set login_style = \"initial-response\""]
        );
    }

    #[test]
    fn auth_only_outside_tls_is_named() {
        let seen = Observations {
            in_tls: true,
            auth_in_clear: Some(vec!["PLAIN".to_owned()]),
            auth_in_tls: Some(vec![]),
            ..Observations::default()
        };
        let hints = on(Stage::Auth, Cause::AuthNotOffered, seen, Tls::StartTls);
        assert!(hints.last().unwrap().contains("tls = \"none\" and danger_cleartext_auth = true"));
    }

    #[test]
    fn an_authorization_code_is_all_that_is_said_of_it() {
        let cause = Cause::CredentialsRefused {
            mechanism: Mechanism::Plain,
            login_style: None,
            reply: reply(535, "Login Fail. Please enter your authorization code to login."),
            detail: None,
        };
        let hints = on(Stage::Auth, cause, Observations::default(), Tls::Implicit);
        assert_eq!(hints.len(), 1);
        assert!(hints[0].contains("authorization code (授权码)"));
    }

    /// What is said where `host` cannot be connected to on `port`.
    fn unreachable(host: &str, port: u16, cause: Cause) -> Vec<String> {
        let server = Server { host: host.to_owned(), port, ..server(Tls::Plaintext) };
        let seen = Box::default();
        on_failure(&Failure { stage: Stage::Connect, cause, seen }, &server, None)
    }

    #[test]
    fn port_25_is_told_to_be_blocked_unless_the_server_is_this_machine() {
        let blocked = "most clouds block port 25, and many networks do: use port = 587 (starttls) \
                       or port = 465 (implicit)";
        let refused = || Cause::ConnectFailed("connection refused".to_owned());
        assert_eq!(unreachable("mail.example", 25, Cause::TimedOut(30)), [blocked]);
        assert_eq!(unreachable("mail.example", 25, refused()), [blocked]);
        assert_eq!(
            unreachable("localhost", 25, refused()),
            ["no mail server runs on this machine: start one, or set host to your provider's \
                 server"]
        );
        assert_eq!(
            unreachable("mail.example", 587, Cause::TimedOut(30)),
            [
                "check host = \"mail.example\" and port = 587; a firewall may block it",
                "a network that is only slow gets more time by connect_timeout = SECONDS"
            ]
        );
    }

    #[test]
    fn whoever_waits_in_vain_is_told_the_key_that_says_how_long() {
        for (stage, key) in [
            (Stage::Resolve, "connect_timeout"),
            (Stage::Connect, "connect_timeout"),
            (Stage::Greeting, "timeout_greeting"),
            (Stage::Tls, "timeout_command"),
            (Stage::Hello, "timeout_command"),
            (Stage::StartTls, "timeout_command"),
            (Stage::Auth, "timeout_command"),
            (Stage::Mail, "timeout_command"),
            (Stage::Rcpt, "timeout_command"),
            (Stage::Data, "timeout_data"),
            (Stage::Content, "timeout_block"),
        ] {
            let seen = Observations::default();
            let hints = on(stage, Cause::TimedOut(1), seen, Tls::StartTls);
            assert!(hints.iter().any(|hint| hint.contains(&format!("{key} ="))), "{stage:?}");
        }
    }

    #[test]
    fn the_rest_is_told_in_a_line() {
        let certificate = |fault| {
            let certificate = Pin([0xab; 32]);
            Cause::Certificate(CertificateProblem { faults: vec![fault], certificate })
        };
        let wrong_name = |name: &str| CertificateFault::WrongName {
            names: vec![name.to_owned()],
            expected: "mail.corp.example".to_owned(),
        };
        let why = String::new;
        for (stage, tls, cause, first) in [
            (Stage::Resolve, Tls::StartTls, Cause::HostNotFound, "check the spelling of host = \""),
            (Stage::Resolve, Tls::StartTls, Cause::LookupFailed(why()), "no name server answered"),
            (Stage::Connect, Tls::StartTls, Cause::ConnectFailed(why()), "check host = \"mail."),
            (
                Stage::Tls,
                Tls::Implicit,
                Cause::Handshake(HandshakeFault::InTheClear),
                "set tls = \"starttls\"; implicit",
            ),
            (
                Stage::Tls,
                Tls::StartTls,
                certificate(CertificateFault::NotPinned),
                "the certificate was renewed, or",
            ),
            (Stage::Tls, Tls::StartTls, certificate(wrong_name("*.a.example")), "set host to the"),
            (Stage::Tls, Tls::StartTls, certificate(wrong_name("a.example")), "if a.example is"),
            (Stage::StartTls, Tls::StartTls, Cause::Injected(9), "somebody between here and mail."),
            (
                Stage::Mail,
                Tls::StartTls,
                Cause::SmtpUtf8NotOffered { address: None },
                "this server takes only addr",
            ),
            (
                Stage::Mail,
                Tls::StartTls,
                Cause::EightBitNotOffered { why: why() },
                "have it made in 7 bits",
            ),
            (
                Stage::Mail,
                Tls::StartTls,
                Cause::ExtensionNotOffered {
                    flag: "--notify".to_owned(),
                    extension: "DSN".to_owned(),
                    offered: Vec::new(),
                },
                "leave the flag out, or",
            ),
            (
                Stage::Mail,
                Tls::StartTls,
                Cause::Refused(reply(550, "5.7.30 Basic authentication is not supported")),
                "this mailbox takes only OAuth",
            ),
        ] {
            let hints = on(stage, cause.clone(), Observations::default(), tls);
            assert!(hints[0].starts_with(first), "{cause:?}: {hints:?}");
        }
    }

    #[test]
    fn port_465_and_submission_are_told_apart() {
        let on_465 = |tls, cause| {
            let server = Server { port: 465, username: None, ..server(tls) };
            let seen = Box::default();
            on_failure(&Failure { stage: Stage::Tls, cause, seen }, &server, None)
        };
        assert_eq!(
            on_465(Tls::Implicit, Cause::Handshake(HandshakeFault::NotTls)),
            ["try port = 587, tls = \"starttls\""]
        );
        assert_eq!(
            on_465(Tls::StartTls, Cause::StartTlsNotOffered),
            ["try tls = \"implicit\"", "only on a network you trust: tls = \"none\""]
        );
    }

    #[test]
    fn a_provider_is_known_by_its_server_too() {
        let server = Server { host: "smtp.sendgrid.net".to_owned(), ..server(Tls::StartTls) };
        let cause = Cause::CredentialsRefused {
            mechanism: Mechanism::Plain,
            login_style: None,
            reply: reply(535, "Authentication failed: Bad username / password"),
            detail: None,
        };
        let failure = Failure { stage: Stage::Auth, cause, seen: Box::default() };
        assert_eq!(
            on_failure(&failure, &server, None),
            ["the user name at sendgrid is the word \"apikey\", for everybody: username = \
              \"apikey\"; the password is an API key with the permission to send mail"]
        );
    }

    #[test]
    fn what_weakens_security_comes_last_and_says_where_it_may_be_done() {
        for row in table::rows().filter(|row| row.cost == table::Cost::WeakensSecurity) {
            assert!(!row.alone, "{}", row.advice);
        }
        let failures = [
            (Stage::Tls, Cause::Handshake(HandshakeFault::NotTls)),
            (Stage::Hello, Cause::StartTlsNotOffered),
            (Stage::StartTls, Cause::Refused(reply(454, "TLS not available"))),
        ];
        for (stage, cause) in failures {
            let hints = on(stage, cause, Observations::default(), Tls::StartTls);
            assert!(hints.len() <= MOST, "{hints:?}");
            let (last, others) = hints.split_last().unwrap();
            assert!(last.starts_with("only on a network you trust: "), "{last}");
            assert!(last.ends_with("tls = \"none\" and danger_cleartext_auth = true"), "{last}");
            assert!(others.iter().all(|hint| !hint.contains("danger_")), "{others:?}");
        }
    }

    #[test]
    fn every_key_that_is_named_is_a_key() {
        for row in table::rows() {
            let words: Vec<&str> = row.advice.split_whitespace().collect();
            for pair in words.windows(2).filter(|pair| pair[1] == "=") {
                let key = pair[0].trim_start_matches('(');
                assert!(crate::config::KEYS.contains(&key), "{key} in {:?}", row.advice);
            }
        }
    }

    #[test]
    fn a_sender_that_is_not_the_login_is_named() {
        let reply = reply(501, "mail from address must be same as authorization user");
        let hints = on_refusal(Stage::Mail, &reply, &server(Tls::Implicit), Some("root@x.example"));
        assert_eq!(
            hints,
            ["the server wants From to be the login: from = \"alice@corp.example\"; it was \
              root@x.example"]
        );
    }
}
