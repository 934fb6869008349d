//! The behaviours of AUTH, one after the other, and what is counted of passwords.

use super::client::{Client, in_the_clear, plain};
use super::mailsend;
use crate::support::Outcome;
use crate::support::awkward::{
    ADDRESS, AuthOffer, AwkwardServer, Behaviour, Conduct, Conducts, Keyword, LOCAL_PART, Layer,
    LoginStyle, Mechanism, OWN_NAME, PASSWORD, Password, TlsOffer, UserName, WRONG_PASSWORD,
};

const BARE: &str = "AUTH LOGIN";
const USERNAME: &str = "334 VXNlcm5hbWU6";
const PASSWORD_PROMPT: &str = "334 UGFzc3dvcmQ6";

fn offering(mechanisms: &[Mechanism]) -> AuthOffer {
    AuthOffer::Mechanisms(mechanisms.to_vec())
}

/// The client of a fresh server, in the clear.
fn client(behaviour: &Behaviour) -> Client {
    in_the_clear(behaviour).1
}

#[test]
fn auth_that_is_not_offered_is_answered_in_many_ways() {
    for (offer, code) in [
        (AuthOffer::Nothing, "503"),
        (AuthOffer::TlsFirst(530), "530"),
        (AuthOffer::TlsFirst(538), "538"),
        (AuthOffer::TlsFirst(503), "503"),
        (AuthOffer::TlsFirst(504), "504"),
        (AuthOffer::TlsFirst(535), "535"),
    ] {
        let in_clear = Behaviour { auth_in_clear: offer.clone(), ..Behaviour::default() };
        let in_tls = Behaviour { auth_in_tls: offer, ..Behaviour::default() };
        for (behaviour, in_clear, in_tls) in [(in_clear, code, "235"), (in_tls, "235", code)] {
            let server = AwkwardServer::start(&behaviour);
            let mut client = Client::greeted(&server);
            assert!(client.say(&plain(ADDRESS, PASSWORD)).starts_with(in_clear));
            let mut client = Client::inside_tls(&server);
            assert!(client.say(&plain(ADDRESS, PASSWORD)).starts_with(in_tls));
            assert_eq!(server.counters().passwords_refused, 0);
        }
    }
}

#[test]
fn mechanisms_are_offered_in_their_order_and_spelling() {
    let all = offering(&[Mechanism::ScramSha256, Mechanism::Login]);
    for (keyword, lines) in [
        (Keyword::Standard, &["AUTH SCRAM-SHA-256 LOGIN"][..]),
        (Keyword::Old, &["AUTH=SCRAM-SHA-256 LOGIN"]),
        (Keyword::Lower, &["auth scram-sha-256 login"]),
        (Keyword::Both, &["AUTH SCRAM-SHA-256 LOGIN", "AUTH=SCRAM-SHA-256 LOGIN"]),
        (Keyword::Hidden, &[]),
    ] {
        let auth_in_clear = all.clone();
        let mut client = client(&Behaviour { keyword, auth_in_clear, ..Behaviour::default() });
        let answer = client.say("EHLO client.example.net");
        let lines: Vec<String> = lines.iter().map(|line| format!("250-{line}")).collect();
        let said = answer.split('|').filter(|line| line.to_uppercase().contains("AUTH"));
        assert_eq!(said.collect::<Vec<_>>(), lines);
        assert_eq!(client.say(BARE), USERNAME);
        client.say("*");
        assert!(client.say(&plain(ADDRESS, PASSWORD)).starts_with("504"));
    }
}

#[test]
fn a_mechanism_may_only_seem_to_be_there() {
    for (conduct, said) in [
        (Conduct::Unknown(500), "500 5.5.1 not implemented"),
        (Conduct::Unknown(502), "502 5.5.1 not implemented"),
        (Conduct::Unknown(504), "504 5.5.1 not implemented"),
        (Conduct::Unrecognized, "535 5.7.3 Unrecognized authentication type"),
    ] {
        let conducts = Conducts { plain: conduct, ..Conducts::default() };
        let behaviour = Behaviour { conduct: conducts, ..Behaviour::default() };
        let (server, mut client) = in_the_clear(&behaviour);
        assert_eq!(client.say(&plain(ADDRESS, PASSWORD)), said);
        assert_eq!(client.say(BARE), USERNAME);
        assert_eq!(server.counters().passwords_refused, 0);
    }
}

/// Logs in with one mechanism by the real program.
fn logs_in(behaviour: &Behaviour, mechanism: Mechanism, layer: Layer) -> (AwkwardServer, Outcome) {
    let server = AwkwardServer::start(behaviour);
    let tls = match layer {
        Layer::Clear => "tls = 'none'\ndanger_cleartext_auth = true",
        Layer::Tls => "tls = 'starttls'\nca_file = 'ca.pem'",
    };
    let (user, name) = (behaviour.known_user(), mechanism.name());
    let profile = format!("{tls}\nauth = '{name}'\nusername = '{user}'\nfrom = '{ADDRESS}'");
    let outcome = mailsend(&server, behaviour, &profile).run();
    (server, outcome)
}

#[test]
fn every_mechanism_tells_the_right_password_from_a_wrong_one_and_may_lie() {
    for mechanism in Mechanism::ALL {
        for conduct in [Conduct::Works, Conduct::LiesInClear, Conduct::LiesInTls, Conduct::Lies] {
            let all = offering(&[mechanism]);
            let lie = Conducts {
                plain: conduct,
                login: conduct,
                cram_md5: conduct,
                scram_sha256: conduct,
            };
            for (layer, password) in [
                (Layer::Clear, Password::Right),
                (Layer::Tls, Password::Right),
                (Layer::Tls, Password::Wrong),
            ] {
                let behaviour = Behaviour {
                    auth_in_clear: all.clone(),
                    auth_in_tls: all.clone(),
                    conduct: lie,
                    password,
                    ..Behaviour::default()
                };
                let (server, outcome) = logs_in(&behaviour, mechanism, layer);
                if password == Password::Right && !conduct.lies(layer) {
                    outcome.exit(0);
                    assert_eq!(server.mails()[0].login, Some(mechanism));
                    assert_eq!(server.counters().passwords_refused, 0);
                } else {
                    outcome.exit(77).stderr_contains("the server refused the password");
                    assert_eq!(server.counters().passwords_refused, 1, "{mechanism:?}");
                }
            }
        }
    }
}

#[test]
fn login_asks_in_its_own_way() {
    let encoded = |text: &str| {
        use base64::Engine as _;
        base64::engine::general_purpose::STANDARD.encode(text)
    };
    for (login_style, user, password) in [
        (LoginStyle::Usual, "Username:", "Password:"),
        (LoginStyle::PromptedOnly, "Username:", "Password:"),
        (LoginStyle::EndsInNul, "User Name\0", "Password\0"),
        (LoginStyle::Wordless, "", ""),
        (LoginStyle::Chinese, "用户名:", "密码:"),
    ] {
        let behaviour = Behaviour { login_style, ..Behaviour::default() };
        let mut prompted = client(&behaviour);
        let prompt = |text| format!("334 {}", encoded(text)).trim_end().to_owned();
        assert_eq!(prompted.say(BARE), prompt(user));
        assert_eq!(prompted.say_encoded(ADDRESS), prompt(password));
        assert!(prompted.say_encoded(PASSWORD).starts_with("235"));
        let mut in_line = client(&behaviour);
        let answer = in_line.say(&format!("{BARE} {}", encoded(ADDRESS)));
        if login_style == LoginStyle::PromptedOnly {
            assert!(answer.starts_with("501"));
        } else {
            assert_eq!(answer, prompt(password));
            assert!(in_line.say_encoded(PASSWORD).starts_with("235"));
        }
    }
}

#[test]
fn login_may_want_the_user_name_in_its_line() {
    for login_style in [LoginStyle::PasswordFirst, LoginStyle::ClosesAtBare] {
        let (server, mut bare) = in_the_clear(&Behaviour { login_style, ..Behaviour::default() });
        if login_style == LoginStyle::ClosesAtBare {
            assert_eq!(bare.say(BARE), "");
        } else {
            assert_eq!(bare.say(BARE), PASSWORD_PROMPT);
            assert_eq!(bare.say_encoded(PASSWORD), PASSWORD_PROMPT);
            assert!(bare.say_encoded(PASSWORD).starts_with("535"));
            assert_eq!(server.counters().passwords_refused, 1);
        }
        let mut in_line = Client::greeted(&server);
        assert_eq!(in_line.say("AUTH LOGIN emhhbmdAY29ycC5leGFtcGxl"), PASSWORD_PROMPT);
        assert!(in_line.say_encoded(PASSWORD).starts_with("235"));
    }
}

#[test]
fn one_form_of_the_user_name_is_known() {
    for (user_name, known, given) in [
        (UserName::Address, ADDRESS, ADDRESS),
        (UserName::LocalPartKnown, LOCAL_PART, ADDRESS),
        (UserName::LocalPartGiven, ADDRESS, LOCAL_PART),
        (UserName::Own, OWN_NAME, OWN_NAME),
    ] {
        let behaviour = Behaviour { user_name, ..Behaviour::default() };
        assert_eq!(behaviour.given_user(), given);
        for name in [ADDRESS, LOCAL_PART, OWN_NAME] {
            let (server, mut client) = in_the_clear(&behaviour);
            let answer = client.say(&plain(name, PASSWORD));
            assert!(answer.starts_with(if name == known { "235" } else { "535" }), "{name}");
            assert_eq!(server.counters().passwords_refused, usize::from(name != known));
        }
    }
}

#[test]
fn passwords_are_seen_where_they_can_be_read() {
    let length = PASSWORD.len();
    for mechanism in Mechanism::ALL {
        let all = offering(&[mechanism]);
        let behaviour =
            Behaviour { auth_in_clear: all.clone(), auth_in_tls: all, ..Behaviour::default() };
        let seen = if mechanism.shows_password() { length } else { 0 };
        let (server, _) = logs_in(&behaviour, mechanism, Layer::Clear);
        let counters = server.counters();
        assert_eq!((counters.password_in_clear, counters.password_in_tls), (seen, 0));
        let (server, _) = logs_in(&behaviour, mechanism, Layer::Tls);
        let counters = server.counters();
        assert_eq!((counters.password_in_clear, counters.password_in_tls), (0, seen));
    }
}

#[test]
fn a_password_is_seen_although_nobody_asked_for_it() {
    let (server, mut client) =
        in_the_clear(&Behaviour { tls: TlsOffer::None, ..Behaviour::default() });
    client.say(&format!("NOOP {WRONG_PASSWORD}"));
    assert_eq!(server.counters().password_in_clear, WRONG_PASSWORD.len());
    assert_eq!(server.counters().connections, 1);
}
