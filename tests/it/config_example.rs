//! The example configuration loads, its profiles mean what their comments say, and every key is
//! explained in it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use mailsend::config::{Choice, Locations, Profile, Settings, load, resolve};
use mailsend::model::{LoginStyle, SecretSource, Tls};

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("config.example.toml")
}

fn settings(profile: Option<&str>) -> Settings {
    let locations = Locations { explicit: Some(example()), ..Locations::default() };
    let configuration = load(&locations).unwrap();
    let choice = Choice { profile: profile.map(str::to_owned), ..Choice::default() };
    resolve(&configuration.choose(&choice).unwrap(), Profile::default()).unwrap()
}

#[test]
fn the_default_profile_uses_tls_from_the_first_byte() {
    let Settings { server, identity, secret, .. } = settings(None);
    assert_eq!(server.profile.as_deref(), Some("qq"));
    assert_eq!(
        (server.host.as_str(), server.port, server.tls),
        ("smtp.qq.com", 465, Tls::Implicit)
    );
    assert_eq!(server.timeouts.connect, Duration::from_secs(20));
    assert_eq!(secret, SecretSource::Shell("pass show mail/qq".to_owned()));
    let from = identity.from.unwrap();
    assert_eq!(from.name.as_deref(), Some("Nick"));
    assert_eq!(from.address.to_string(), "12345678@qq.com");
}

#[test]
fn a_provider_stands_for_what_is_written_out() {
    let (short, long) = (settings(Some("qq")).server, settings(Some("qq-written-out")).server);
    assert_eq!((short.host, short.port, short.tls), (long.host, long.port, long.tls));
}

#[test]
fn every_provider_is_listed() {
    let text = std::fs::read_to_string(example()).unwrap();
    let list: Vec<&str> = text
        .lines()
        .skip_while(|line| !line.starts_with("# provider = "))
        .skip(2)
        .take_while(|line| *line != "#")
        .flat_map(|line| line.trim_start_matches('#').split(','))
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(list, mailsend::config::Provider::names().collect::<Vec<_>>());
}

#[test]
fn sendcloud_says_nothing_about_how_to_log_in() {
    let Settings { server, secret, .. } = settings(Some("sendcloud"));
    assert_eq!(
        (server.port, server.tls, server.login_style),
        (25, Tls::Plaintext, LoginStyle::Auto)
    );
    assert_eq!(server.host, "smtp.sendcloud.net");
    assert!(server.danger_cleartext_auth);
    let path = example().with_file_name("sendcloud.password");
    assert_eq!(secret, SecretSource::File { path, allow_readable: false });
}

#[test]
fn the_company_s_relay_comes_in_three_kinds() {
    let by_authority = settings(Some("corp-relay")).server;
    assert_eq!((by_authority.port, by_authority.tls), (587, Tls::StartTls));
    assert_eq!(by_authority.trust.ca_file, Some(example().with_file_name("corp-ca.pem")));
    let pinned = settings(Some("corp-relay-pinned")).server;
    assert_eq!((pinned.tls, pinned.trust.pins.len()), (Tls::StartTls, 1));
    let clear = settings(Some("corp-relay-in-the-clear")).server;
    assert_eq!((clear.port, clear.tls, clear.danger_cleartext_auth), (25, Tls::Plaintext, true));
    assert_eq!(clear.trust.ca_file, None);
}

#[test]
fn every_profile_resolves() {
    let locations = Locations { explicit: Some(example()), ..Locations::default() };
    let names = load(&locations).unwrap().profile_names();
    assert_eq!(names.len(), 8);
    for name in names {
        assert!(settings(Some(&name)).warnings.is_empty(), "{name}");
    }
}

#[test]
fn every_key_is_explained() {
    let text = std::fs::read_to_string(example()).unwrap();
    for key in mailsend::config::KEYS {
        let explained = text.lines().any(|line| line.starts_with(&format!("# {key} = ")));
        assert!(explained, "{key} is missing");
    }
}
