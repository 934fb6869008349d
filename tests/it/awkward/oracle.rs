//! What the oracle says of servers that one can judge without it.

use crate::support::awkward::{
    AuthOffer, Behaviour, Breakage, Cause, Certificate, Conduct, Conducts, Consent, Greeting,
    Hello, Keyword, LoginStyle, Mechanism, Password, Pipelining, Recipients, Senders, TlsOffer,
    UserName, Verdict, verdict,
};

const NOTHING: Consent = Consent { pin: false, cleartext: false, ca_given: false };
const AUTHORITY: Consent = Consent { ca_given: true, ..NOTHING };
const PIN: Consent = Consent { pin: true, ..NOTHING };
const CLEARTEXT: Consent = Consent { cleartext: true, ..NOTHING };
const EVERYTHING: Consent = Consent { pin: true, cleartext: true, ca_given: true };

/// The profile, without the line that all have.
fn works(behaviour: &Behaviour, consent: Consent) -> Vec<String> {
    match verdict(behaviour, consent) {
        Verdict::Works(profile) => profile.lines().skip(1).map(str::to_owned).collect(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
fn hard(behaviour: &Behaviour, consent: Consent) {
    let verdict = verdict(behaviour, consent);
    assert!(matches!(verdict, Verdict::Hard(_)), "{verdict:?}");
}

#[track_caller]
fn impossible(behaviour: &Behaviour, consent: Consent, cause: Cause) {
    assert_eq!(verdict(behaviour, consent), Verdict::Impossible(cause));
}

fn offering(mechanisms: &[Mechanism]) -> AuthOffer {
    AuthOffer::Mechanisms(mechanisms.to_vec())
}

/// Without TLS, and with these mechanisms.
fn in_the_clear(mechanisms: &[Mechanism]) -> Behaviour {
    Behaviour { tls: TlsOffer::None, auth_in_clear: offering(mechanisms), ..Behaviour::default() }
}

const USER: &str = r#"username = "zhang@corp.example""#;

#[test]
fn verified_tls_comes_before_pinned_tls_and_that_before_none() {
    let server = Behaviour::default();
    let pin = format!("pin_sha256 = \"{}\"", Certificate::Trusted.pin());
    let plain = r#"auth = "PLAIN""#;
    let starttls = r#"tls = "starttls""#;
    assert_eq!(works(&server, EVERYTHING), [starttls, r#"ca_file = "ca.pem""#, plain, USER]);
    let without = Consent { ca_given: false, ..EVERYTHING };
    assert_eq!(works(&server, without), [starttls, &pin, plain, USER]);
    let danger = "danger_cleartext_auth = true";
    assert_eq!(works(&server, CLEARTEXT), [r#"tls = "none""#, plain, USER, danger]);
    impossible(&server, NOTHING, Cause::Trust);
}

#[test]
fn a_certificate_is_trusted_or_it_is_not() {
    for certificate in [
        Certificate::UnknownAuthority,
        Certificate::SelfSigned,
        Certificate::Expired,
        Certificate::WrongName,
    ] {
        let server = Behaviour { certificate, tls: TlsOffer::Implicit, ..Behaviour::default() };
        impossible(&server, AUTHORITY, Cause::Trust);
        assert!(works(&server, PIN)[1].starts_with("pin_sha256"));
        hard(&server, CLEARTEXT);
    }
}

#[test]
fn starttls_that_is_broken_leaves_the_clear() {
    for breakage in [Breakage::Garbage, Breakage::Refused454, Breakage::Closed] {
        let server = Behaviour { tls: TlsOffer::Broken(breakage), ..Behaviour::default() };
        assert_eq!(works(&server, CLEARTEXT)[0], r#"tls = "none""#);
        impossible(&server, AUTHORITY, Cause::Consent);
    }
}

#[test]
fn scram_needs_no_consent_and_cram_is_a_matter_of_opinion() {
    let scram = in_the_clear(&[Mechanism::Plain, Mechanism::ScramSha256]);
    assert_eq!(works(&scram, NOTHING), [r#"tls = "none""#, r#"auth = "SCRAM-SHA-256""#, USER]);
    assert_eq!(works(&scram, CLEARTEXT), works(&scram, NOTHING));
    let cram = in_the_clear(&[Mechanism::CramMd5]);
    hard(&cram, NOTHING);
    assert_eq!(works(&cram, CLEARTEXT)[1], r#"auth = "CRAM-MD5""#);
    impossible(&in_the_clear(&[Mechanism::Login]), NOTHING, Cause::Consent);
}

#[test]
fn whom_everybody_may_use_needs_no_password() {
    let open = Behaviour { senders: Senders::Anybody, ..in_the_clear(&[Mechanism::Plain]) };
    assert_eq!(works(&open, NOTHING), [r#"tls = "none""#, r#"auth = "none""#]);
    let wrong = Behaviour { password: Password::Wrong, ..open.clone() };
    assert_eq!(works(&wrong, CLEARTEXT), works(&open, NOTHING));
    let helo = Behaviour { hello: Hello::HeloOnly, ..open };
    assert_eq!(works(&helo, CLEARTEXT), works(&helo, NOTHING));
}

#[test]
fn what_a_server_wants_is_in_the_profile() {
    let server = Behaviour {
        hello: Hello::FullNameAtRcpt,
        pipelining: Pipelining::Drops,
        login_style: LoginStyle::PasswordFirst,
        user_name: UserName::LocalPartKnown,
        ..in_the_clear(&[Mechanism::Login])
    };
    let expected = [
        r#"tls = "none""#,
        r#"auth = "LOGIN""#,
        r#"username = "zhang""#,
        r#"login_style = "initial-response""#,
        r#"ehlo = "client.example.net""#,
        r#"pipelining = "never""#,
        "danger_cleartext_auth = true",
    ];
    assert_eq!(works(&server, CLEARTEXT), expected);
}

#[test]
fn two_refused_passwords_tell_one_wrong_thing_and_not_two() {
    let both = in_the_clear(&[Mechanism::Plain, Mechanism::Login]);
    let with = |user_name, conduct| Behaviour { user_name, conduct, ..both.clone() };
    let truth = Conducts::default();
    let one_lie = Conducts { plain: Conduct::Lies, ..truth };
    let two_lies = Conducts { login: Conduct::Lies, ..one_lie };
    works(&with(UserName::Address, truth), CLEARTEXT);
    works(&with(UserName::Own, one_lie), CLEARTEXT);
    hard(&with(UserName::Address, one_lie), CLEARTEXT);
    hard(&with(UserName::LocalPartKnown, truth), CLEARTEXT);
    hard(&with(UserName::LocalPartGiven, one_lie), CLEARTEXT);
    impossible(&with(UserName::Own, two_lies), CLEARTEXT, Cause::Credentials);
    let single = in_the_clear(&[Mechanism::Plain]);
    works(&Behaviour { user_name: UserName::LocalPartKnown, ..single.clone() }, CLEARTEXT);
    works(&Behaviour { user_name: UserName::LocalPartGiven, ..single }, CLEARTEXT);
}

#[test]
fn a_lie_inside_tls_leaves_the_clear_to_whoever_may() {
    let conduct = Conducts { plain: Conduct::LiesInTls, ..Conducts::default() };
    let one = offering(&[Mechanism::Plain]);
    let server = Behaviour {
        conduct,
        auth_in_clear: one.clone(),
        auth_in_tls: one,
        user_name: UserName::Own,
        ..Behaviour::default()
    };
    assert_eq!(works(&server, EVERYTHING)[0], r#"tls = "none""#);
    impossible(&server, AUTHORITY, Cause::Credentials);
}

#[test]
fn what_is_not_offered_may_work_for_those_who_name_it() {
    let hidden = |mechanisms: &[Mechanism]| Behaviour {
        keyword: Keyword::Hidden,
        ..in_the_clear(mechanisms)
    };
    assert_eq!(works(&hidden(&[Mechanism::Login]), CLEARTEXT)[1], r#"auth = "LOGIN""#);
    hard(&hidden(&[Mechanism::ScramSha256]), NOTHING);
}

#[test]
fn greetings_and_recipients_decide_too() {
    let with = |greeting, recipients| Behaviour { greeting, recipients, ..Behaviour::default() };
    works(&with(Greeting::Late, Recipients::All), AUTHORITY);
    impossible(&with(Greeting::Refused, Recipients::All), EVERYTHING, Cause::Refused);
    impossible(&with(Greeting::Busy, Recipients::All), EVERYTHING, Cause::Later);
    impossible(&with(Greeting::AtOnce, Recipients::Nobody), EVERYTHING, Cause::Refused);
    hard(&with(Greeting::AtOnce, Recipients::Later), AUTHORITY);
}

#[test]
fn without_a_login_there_is_nothing_to_be_done() {
    let nothing = Behaviour {
        auth_in_clear: AuthOffer::Nothing,
        auth_in_tls: AuthOffer::TlsFirst(530),
        ..Behaviour::default()
    };
    impossible(&nothing, EVERYTHING, Cause::NoLogin);
    let conduct = Conducts { plain: Conduct::Unknown(502), ..Conducts::default() };
    let seeming = Behaviour { conduct, ..in_the_clear(&[Mechanism::Plain]) };
    impossible(&seeming, EVERYTHING, Cause::NoLogin);
    let wrong = Behaviour { password: Password::Wrong, ..in_the_clear(&[Mechanism::Plain]) };
    impossible(&wrong, CLEARTEXT, Cause::Credentials);
}

/// So that nothing of what can be said about a server is never said.
#[test]
fn every_behaviour_is_composed() {
    use crate::support::awkward::Dice;
    let all: Vec<String> = (0..400)
        .map(|seed| {
            let mut dice = Dice::new(seed);
            let behaviour = Behaviour::compose(&mut dice);
            format!("{behaviour:?} {:?}", verdict(&behaviour, Consent::compose(&mut dice)))
        })
        .collect();
    for (name, words) in [
        ("tls", "None Implicit StartTls Broken(Garbage) Broken(Refused454) Broken(Closed)"),
        ("tls", "Broken(Silence) Broken(Refused502)"),
        ("certificate", "Trusted UnknownAuthority SelfSigned Expired WrongName"),
        ("auth_in_clear", "Nothing TlsFirst(530) TlsFirst(538) TlsFirst(503) TlsFirst(504)"),
        ("auth_in_clear", "TlsFirst(535) Mechanisms([Login]) Mechanisms([ScramSha256]"),
        ("auth_in_tls", "Nothing TlsFirst(530) Mechanisms([Plain,"),
        ("keyword", "Standard Old Lower Both Hidden"),
        ("plain", "Works Unknown(500) Unknown(502) Unknown(504) Unrecognized Lies"),
        ("scram_sha256", "LiesInClear LiesInTls"),
        ("login_style", "Usual PasswordFirst PromptedOnly EndsInNul Wordless Chinese ClosesAtBare"),
        ("user_name", "Address LocalPartKnown LocalPartGiven Own"),
        ("password", "Right Wrong"),
        ("senders", "Anybody LoggedIn LoggedInAtRcpt OwnAddress(501) OwnAddress(553)"),
        ("recipients", "All Later Nobody"),
        ("hello", "AnyName FullName FullNameAtRcpt FullNameOr550 HeloOnly"),
        ("pipelining", "Works NotOffered ThrowsAway Drops"),
        ("chunking", "Works False NotOffered"),
        ("size", "Offered NotOffered"),
        ("greeting", "AtOnce Late Lines Refused Busy"),
        ("replies", "Usual BareLineFeed NoEnhancedCodes Gbk Dripped"),
    ] {
        for word in words.split(' ') {
            // Of a list the beginning will do.
            let ends = if word.contains('[') { [""; 2] } else { [",", " "] };
            let texts = ends.map(|end| format!(" {name}: {word}{end}"));
            assert!(
                all.iter().any(|one| texts.iter().any(|text| one.contains(text))),
                "{name}: {word}"
            );
        }
    }
    let share = |start: &str| all.iter().filter(|one| one.contains(start)).count();
    for (verdict, least) in [("Works(\"", 160), ("Hard(\"", 40), ("Impossible(", 100)] {
        assert!(share(verdict) >= least, "{verdict}: {}", share(verdict));
    }
}
