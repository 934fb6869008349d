//! `provider = "…"`: what a row settles, what lies over it, and what it refuses.

use mailsend::config::{
    Access, Choice, Locations, Login, Origin, PROVIDERS, Profile, Provider, Settings, Value, load,
    resolve,
};
use mailsend::model::{SecretSource, Tls};

use crate::support::{Mailsend, Outcome};

/// The settings of the profile `me` of a file; an error with its hint behind a bar.
fn settings(text: &str) -> Result<Settings, String> {
    settings_with(text, Profile::default())
}

fn settings_with(text: &str, flags: Profile) -> Result<Settings, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("config.toml");
    std::fs::write(&path, text).unwrap();
    let locations = Locations { explicit: Some(path.clone()), ..Locations::default() };
    let choice = Choice { profile: Some("me".to_owned()), ..Choice::default() };
    load(&locations)
        .and_then(|configuration| configuration.choose(&choice))
        .and_then(|chosen| resolve(&chosen, flags))
        .map_err(|error| {
            let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
            format!("{error}{hint}").replace(&path.display().to_string(), "FILE")
        })
}

fn me(lines: &str) -> Result<Settings, String> {
    settings(&format!("[profiles.me]\n{lines}"))
}

/// Host, TLS and port of a profile with these lines.
fn place(lines: &str) -> (String, Tls, u16) {
    let server = me(lines).unwrap().server;
    (server.host, server.tls, server.port)
}

/// What a dry run says: nothing is looked up, connected to or asked for.
fn dry_run(config: &str, flags: &[&str]) -> Outcome {
    Mailsend::new()
        .config(config)
        .args(["--dry-run", "-t", "a@example.net", "-s", "hi", "--body", "hello"])
        .args(flags)
        .run()
}

#[test]
fn each_row_is_what_its_pages_say() {
    let rows = PROVIDERS.iter().map(|row| {
        let server = row.access.server();
        let host = server.host.unwrap_or("-");
        format!("{} {host} {} {}", row.name, server.tls.keyword(), server.port)
    });
    let expected = "\
qq smtp.qq.com implicit 465
exmail smtp.exmail.qq.com implicit 465
163 smtp.163.com implicit 465
126 smtp.126.com implicit 465
aliyun smtp.aliyun.com implicit 465
aliyun-qiye smtp.qiye.aliyun.com implicit 465
aliyun-directmail smtpdm.aliyun.com implicit 465
sendcloud smtp.sendcloud.net starttls 587
gmail smtp.gmail.com implicit 465
icloud smtp.mail.me.com starttls 587
yahoo smtp.mail.yahoo.com implicit 465
fastmail smtp.fastmail.com implicit 465
gmx mail.gmx.net implicit 465
sendgrid smtp.sendgrid.net implicit 465
ses - starttls 587
mailgun smtp.mailgun.org implicit 465
postmark smtp.postmarkapp.com starttls 587
cloudflare smtp.mx.cloudflare.net implicit 465
outlook smtp-mail.outlook.com starttls 587
office365 smtp.office365.com starttls 587";
    assert_eq!(rows.collect::<Vec<_>>().join("\n"), expected);
}

#[test]
fn a_provider_and_a_user_name_are_enough() {
    let Settings { server, identity, secret, .. } =
        me("provider = \"qq\"\nusername = \"1@qq.com\"").unwrap();
    let place = (server.host.as_str(), server.tls, server.port);
    assert_eq!(place, ("smtp.qq.com", Tls::Implicit, 465));
    assert_eq!(server.provider.as_deref(), Some("qq"));
    assert_eq!(identity.from.unwrap().address.to_string(), "1@qq.com");
    assert_eq!(secret, SecretSource::Prompt);
}

#[test]
fn what_the_profile_says_wins() {
    for (lines, expected) in [
        ("host = \"hwsmtp.exmail.qq.com\"", ("hwsmtp.exmail.qq.com", Tls::Implicit, 465)),
        // Port and TLS go together: one that is set decides the other.
        ("port = 587", ("smtp.qq.com", Tls::StartTls, 587)),
        ("tls = \"starttls\"", ("smtp.qq.com", Tls::StartTls, 587)),
        ("port = 465", ("smtp.qq.com", Tls::Implicit, 465)),
        ("port = 2465\ntls = \"implicit\"", ("smtp.qq.com", Tls::Implicit, 2465)),
    ] {
        let (host, tls, port) = place(&format!("provider = \"qq\"\n{lines}"));
        assert_eq!((host.as_str(), tls, port), expected, "{lines}");
    }
}

#[test]
fn the_row_lies_over_the_defaults_and_under_the_extended_profile() {
    let text = "[defaults]\nhost = \"defaults\"\nport = 26\ntls = \"none\"\nehlo = \"d.example\"\n\
                [profiles.base]\nport = 587\n\
                [profiles.me]\nextends = \"base\"\nprovider = \"gmail\"";
    let server = settings(text).unwrap().server;
    assert_eq!(server.host, "smtp.gmail.com");
    assert_eq!((server.tls, server.port), (Tls::StartTls, 587));
    assert_eq!(server.ehlo.as_deref(), Some("d.example"));
}

#[test]
fn a_provider_may_be_inherited() {
    let base = "[profiles.base]\nprovider = \"fastmail\"\n[profiles.me]\nextends = \"base\"";
    assert_eq!(settings(base).unwrap().server.host, "smtp.fastmail.com");
    let defaults =
        "[defaults]\nprovider = \"fastmail\"\n[profiles.me]\nusername = \"me@x.example\"";
    assert_eq!(settings(defaults).unwrap().server.host, "smtp.fastmail.com");
}

#[test]
fn a_user_name_that_is_the_same_for_all_need_not_be_written() {
    let server = me("provider = \"sendgrid\"\nfrom = \"me@x.example\"").unwrap().server;
    assert_eq!(server.username.as_deref(), Some("apikey"));
}

#[test]
fn what_the_documentation_rules_out_is_refused() {
    for (lines, expected) in [
        (
            "provider = \"qq\"\nusername = \"12345678\"",
            "FILE:3:12: username: qq takes the whole address, found \"12345678\" \
             | write it with its domain, as 12345678@qq.com",
        ),
        (
            "provider = \"sendgrid\"\nusername = \"me@x.example\"",
            "FILE:3:12: username: sendgrid takes the word \"apikey\", found \"me@x.example\" \
             | leave username out; the password is an API key with the permission to send mail",
        ),
        (
            "provider = \"ses\"",
            "profile me: no host is set \
             | set host = \"email-smtp.us-east-1.amazonaws.com\" in the profile",
        ),
    ] {
        assert_eq!(me(lines).unwrap_err(), expected);
    }
}

#[test]
fn a_provider_that_takes_only_oauth_wants_a_token() {
    let config = "[profiles.me]\nprovider = \"outlook\"\nusername = \"me@outlook.com\"";
    let outcome = dry_run(config, &[]);
    let file = ".config/mailsend/config.toml:2:12: provider: ";
    outcome.exit(78).stderr_contains(&format!(
        "{file}outlook takes only OAuth, and there is no token\n\
         hint: set token_command, a program that prints an access token; these mailboxes take no \
         password, app passwords neither\n"
    ));
    let flags = ["--provider", "office365", "--username", "me@corp.example"];
    dry_run("", &flags).exit(64).stderr_is(
        "mailsend: --provider: office365 takes only OAuth, and there is no token\n\
         hint: set token_command, a program that prints an access token; where your administrator \
         still allows passwords for SMTP, leave provider out and set host = \
         \"smtp.office365.com\"\n",
    );
    let place = place("provider = \"outlook\"\nusername = \"me@x.y\"\ntoken_env = \"T\"");
    assert_eq!(place, ("smtp-mail.outlook.com".to_owned(), Tls::StartTls, 587));
    dry_run("", &["--provider", "office365", "--username", "me@x.y", "--token-env", "T"]).exit(0);
}

#[test]
fn an_unknown_provider_is_answered_with_all_that_are_known() {
    let names: Vec<&str> = Provider::names().collect();
    let quoted = names.iter().map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    assert_eq!(
        me("provider = \"gmial\"").unwrap_err(),
        format!("FILE:2:12: provider: \"gmial\" is none of {quoted} | did you mean \"gmail\"?")
    );
    let error = me("provider = \"example\"").unwrap_err();
    assert!(error.ends_with(" | for another one leave provider out and set host, port and tls"));
    dry_run("", &["--provider", "gmial"]).exit(64).stderr_is(&format!(
        "mailsend: --provider \"gmial\" is unknown\nhint: it is one of: {}\n",
        names.join(", ")
    ));
}

#[test]
fn a_flag_names_a_provider_without_a_profile() {
    let config = "[profiles.other]\nhost = \"other.example\"";
    let flags = ["--provider", "163", "--username", "me@163.com", "-v"];
    let outcome = dry_run(config, &flags);
    outcome.exit(0).stderr_contains("no profile: --provider is given\n");
    outcome.stderr_contains("smtp.163.com").stdout_contains("From: me@163.com\r\n");
}

#[test]
fn a_provider_does_not_go_with_the_sandbox() {
    dry_run("", &["-p", "sandbox", "--provider", "qq"]).exit(64).stderr_is(
        "mailsend: --provider does not go with the profile sandbox, which has a server of its \
         own\n",
    );
}

#[test]
fn a_profile_s_password_is_not_for_another_provider() {
    let text = "[profiles.me]\nprovider = \"qq\"\nusername = \"1@qq.com\"\npassword_env = \"P\"";
    let flag =
        |name, value: &str| Some(Value { value: value.to_owned(), origin: Origin::Flag(name) });
    let secret = |flags| settings_with(text, flags).unwrap().secret;
    let own = SecretSource::Variable("P".to_owned());
    assert_eq!(secret(Profile::default()), own);
    assert_eq!(secret(Profile { provider: flag("--provider", "qq"), ..Profile::default() }), own);
    for elsewhere in [
        Profile { provider: flag("--provider", "gmail"), ..Profile::default() },
        Profile { host: flag("--host", "evil.example"), ..Profile::default() },
    ] {
        assert_eq!(secret(elsewhere), SecretSource::Prompt);
    }
}

/// The table of docs/providers.md.
fn documentation() -> String {
    let mut text = String::from(
        "| `provider =` | for | server | user name | the password is | largest message | pages, \
         and when they were read |\n|---|---|---|---|---|---|---|\n",
    );
    for row in PROVIDERS {
        let server = row.access.server();
        let host =
            server.host.map_or(format!("e.g. `{}`", server.example), |host| format!("`{host}`"));
        let server = format!("{host} {}, {}", server.port, server.tls.keyword());
        let secret = match row.access {
            Access::Password(_) => row.password.unwrap_or_default(),
            Access::OnlyOAuth { .. } => "none: it takes OAuth access tokens (`token_command`)",
        };
        let login = match row.login {
            Login::Address(example) => format!("the whole address: `{example}`"),
            Login::Fixed(word) => format!("`{word}`"),
            Login::Any => String::new(),
        };
        let pages = row.sources.iter().enumerate();
        let pages =
            pages.map(|(i, source)| format!("[{}]({}) {}", i + 1, source.page, source.seen));
        text += &format!(
            "| `{}` | {} | {server} | {login} | {} | {} | {} |\n",
            row.name,
            row.description,
            secret,
            row.max_size.map(|most| format!("{} MiB", most >> 20)).unwrap_or_default(),
            pages.collect::<Vec<_>>().join(", ")
        );
    }
    text
}

#[test]
fn the_documentation_is_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/providers.md");
    let text = std::fs::read_to_string(path).unwrap();
    let table = documentation();
    assert!(text.ends_with(&table), "{path} must end with\n{table}");
}
