//! What can be written of a road, and what is refused.

use super::*;
use crate::config::{Choice, Configuration, resolve};

#[test]
fn a_proxy_is_a_url() {
    let shown = |url: &str| proxy_at(url).map(|proxy| proxy.to_string());
    for (url, expected) in [
        ("socks5://proxy.example:1080", "socks5://proxy.example:1080"),
        ("SOCKS5H://p:1/", "socks5://p:1"),
        ("http://[2001:db8::1]:3128", "http://[2001:db8::1]:3128"),
        ("http://me%40corp:p%3Aw@p:8080", "http://me@corp@p:8080"),
    ] {
        assert_eq!(shown(url), Ok(expected.to_owned()));
    }
    let proxy = proxy_at("http://me:p%3Aw%ff@p:8080").unwrap();
    assert_eq!(proxy.password.unwrap().expose(), b"p:w\xff");
    for wrong in [
        "proxy:1080",
        "socks5://proxy",
        "socks5://:1080",
        "socks5://p:0",
        "socks5://p:+1",
        "http://p:1/path",
        "http://::1:80",
        "http://[::1:80",
        "http://p q:80",
        "http://a%zz@p:80",
        "http://a%0ab@p:80",
        "http://:pw@p:80",
        "https://p:443",
        "socks4://p:1080",
        "",
    ] {
        assert!(proxy_at(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_password_is_not_written_down() {
    assert_eq!(via("http://me:hunter2@p:8080"), Err(PASSWORD));
    assert!(matches!(via("http://me@p:8080"), Ok(Via::Proxy(_))));
    assert_eq!((via("none"), via("env")), (Ok(Via::Direct), Ok(Via::Environment)));
}

fn settled(lines: &str) -> Result<Server, String> {
    let configuration = Configuration::of(&[("/m", lines)]);
    let choice = Choice { profile: Some("a".to_owned()), ..Choice::default() };
    let chosen = configuration.choose(&choice).unwrap();
    let settings = resolve(&chosen, Profile::default()).map_err(|error| error.to_string());
    settings.map(|settings| settings.server)
}

#[test]
fn a_socket_has_no_port_and_no_tls_and_protects_a_password() {
    for host in ["/run/lmtp", "unix:/run/lmtp"] {
        let lines = format!("[profiles.a]\nhost = \"{host}\"\nusername = \"n\"\npassword = \"p\"");
        let server = settled(&lines).unwrap();
        assert_eq!(
            (server.host.as_str(), server.port, server.tls),
            ("/run/lmtp", 0, Tls::Plaintext)
        );
    }
    let inherited = "[defaults]\ntls = \"implicit\"\nca_file = \"/ca\"\nproxy = \"env\"\n\
                     [profiles.a]\nhost = \"/run/lmtp\"";
    assert_eq!(settled(inherited).unwrap().tls, Tls::Plaintext);
    for (line, key) in [
        ("port = 25", "port"),
        ("tls = \"starttls\"", "tls"),
        ("source_address = \"::1\"", "source_address"),
        ("proxy = \"env\"", "proxy"),
        ("ca_file = \"/ca\"", "ca_file"),
    ] {
        let error = settled(&format!("[profiles.a]\nhost = \"/run/lmtp\"\n{line}")).unwrap_err();
        assert!(error.starts_with("/m:3:") && error.contains(key), "{error}");
    }
    for wrong in ["unix:lmtp", "unix:", "/run/a\nb"] {
        assert!(socket_path(wrong).unwrap().is_err(), "{wrong}");
    }
    assert_eq!(socket_path("run/lmtp"), None);
}

#[test]
fn an_address_of_ours_is_of_the_family() {
    let lines = |family| {
        format!(
            "[profiles.a]\nhost = \"h\"\naddress_family = \"{family}\"\nsource_address = \"::1\""
        )
    };
    assert!(settled(&lines("ipv6")).is_ok() && settled(&lines("any")).is_ok());
    let error = settled(&lines("ipv4")).unwrap_err();
    assert_eq!(error, "/m:4:18: source_address: ::1 is of IPv6, and address_family = \"ipv4\"");
}

#[test]
fn lmtp_has_a_port_of_its_own() {
    let server = settled("[profiles.a]\nhost = \"h\"\nprotocol = \"lmtp\"").unwrap();
    assert_eq!((server.port, server.tls), (24, Tls::StartTls));
}
