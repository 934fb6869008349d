//! What every key of a profile takes, what it is without being set, and what it is for: the one
//! table behind `profiles show` and the schema for editors. Tests hold it to what the reader takes
//! and to what is decided.

use super::keys::{LARGEST_MESSAGE, LONGEST_TIMEOUT};

/// A key of a profile.
#[derive(Debug, Clone, Copy)]
pub struct Key {
    /// As it is written.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds if nothing is set and nothing else decides; none: nothing does.
    pub default: Option<&'static str>,
    /// What it is for, in one sentence without a full stop.
    pub description: &'static str,
}

/// What a key takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// A string that is a path: `~/` is the home directory, else relative to the file's folder.
    Path,
    /// A string that is an IP address.
    IpAddress,
    /// A string that is the URL of a proxy, `"env"` or `"none"`.
    Proxy,
    /// A string that is an address or a list of addresses, names included.
    Addresses,
    /// One of these strings.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A whole number between these.
    Number(u64, u64),
    /// `"auto"`, `"none"`, a mechanism, or an array of mechanisms.
    Mechanisms,
    /// 64 hexadecimal digits, or an array of those.
    Pins,
    /// A string for the shell, or an array: a program with its arguments.
    Command,
    /// An array of `"Name: value"`, or a table.
    Headers,
}

/// The providers, as [`super::PROVIDERS`] has them.
const PROVIDER_NAMES: &[&str] = &[
    "qq",
    "exmail",
    "163",
    "126",
    "aliyun",
    "aliyun-qiye",
    "aliyun-directmail",
    "sendcloud",
    "gmail",
    "icloud",
    "yahoo",
    "fastmail",
    "gmx",
    "sendgrid",
    "ses",
    "mailgun",
    "postmark",
    "cloudflare",
    "outlook",
    "office365",
];

/// Every key, in the order in which they are shown: as in [`super::KEYS`].
pub const CATALOGUE: &[Key] = &[
    key("extends", Kind::Text, None, "The profile whose settings hold where this one is silent"),
    key(
        "provider",
        Kind::Word(PROVIDER_NAMES),
        None,
        "A mail provider, whose documented settings lie beneath",
    ),
    key("host", Kind::Text, None, "The server's name or address, or a Unix socket's path"),
    key("port", Kind::Number(1, 65_535), Some("587"), "The server's TCP port; follows from tls"),
    key(
        "tls",
        Kind::Word(&["implicit", "starttls", "opportunistic", "none"]),
        Some("starttls"),
        "When TLS starts; implicit on port 465",
    ),
    key(
        "protocol",
        Kind::Word(&["smtp", "lmtp"]),
        Some("smtp"),
        "What the server speaks; lmtp answers for each recipient after the data",
    ),
    key("proxy", Kind::Proxy, None, "The proxy that leads to the server, never to this machine"),
    key(
        "address_family",
        Kind::Word(&["any", "ipv4", "ipv6"]),
        Some("any"),
        "Which addresses of the server, or of its proxy, may be connected to",
    ),
    key("source_address", Kind::IpAddress, None, "The address of this machine to connect from"),
    key("system_roots", Kind::Boolean, Some("true"), "Trust the authorities the system trusts"),
    key("ca_file", Kind::Path, None, "Trust the certificates in this PEM file as well"),
    key("pin_sha256", Kind::Pins, None, "Trust exactly these certificates or public keys"),
    key("server_name", Kind::Text, None, "The name in the certificate, if it is not the host"),
    key("min_tls", Kind::Word(&["1.2", "1.3"]), Some("1.2"), "The oldest TLS that will do"),
    key(
        "danger_accept_wrong_name",
        Kind::Boolean,
        Some("false"),
        "Accept a certificate that is for another name",
    ),
    key(
        "danger_accept_invalid_certs",
        Kind::Boolean,
        Some("false"),
        "Accept any certificate: anybody can be the server",
    ),
    key("client_certificate", Kind::Path, None, "The certificate to show the server, a PEM file"),
    key("client_key", Kind::Path, None, "Its key, if that is in another PEM file"),
    key("auth", Kind::Mechanisms, Some("auto"), "The mechanisms to try, in order"),
    key(
        "login_style",
        Kind::Word(&["auto", "prompted", "initial-response"]),
        Some("auto"),
        "How the mechanism LOGIN gives the user name",
    ),
    key("username", Kind::Text, None, "Who to log in as; without it mailsend does not log in"),
    key(
        "danger_cleartext_auth",
        Kind::Boolean,
        Some("false"),
        "Send the password where anybody on the way can read it",
    ),
    key("password", Kind::Text, None, "The password itself; then the file must be chmod 600"),
    key("password_command", Kind::Command, None, "A command that prints the password"),
    key("password_file", Kind::Path, None, "A file that contains the password"),
    key(
        "danger_readable_secret_file",
        Kind::Boolean,
        Some("false"),
        "Use the password_file even if others may read it",
    ),
    key("password_env", Kind::Text, None, "The environment variable that contains the password"),
    key("password_credential", Kind::Text, None, "The systemd credential that is the password"),
    key("token", Kind::Text, None, "The OAuth access token; then the file must be chmod 600"),
    key("token_command", Kind::Command, None, "A command that prints the access token"),
    key("token_file", Kind::Path, None, "A file that contains the access token"),
    key("token_env", Kind::Text, None, "The environment variable that contains the access token"),
    key("token_credential", Kind::Text, None, "The systemd credential that is the access token"),
    key("from", Kind::Addresses, None, "The author; without it the user name, if an address"),
    key("reverse_path", Kind::Addresses, None, "Where bounces go, if not to the author"),
    key("reply_to", Kind::Addresses, None, "Where replies shall go"),
    key("qualify_domain", Kind::Text, None, "The domain of addresses that have none"),
    key("aliases", Kind::Path, None, "Whom names without a domain stand for, as in aliases(5)"),
    key(
        "from_rewrite",
        Kind::Word(&["if-unqualified", "always", "never"]),
        Some("if-unqualified"),
        "When the author of a message for sendmail(8) becomes from",
    ),
    key("headers", Kind::Headers, None, "Header fields of every message"),
    key("ehlo", Kind::Text, None, "The name to greet the server with, if not the host's own"),
    key(
        "pipelining",
        Kind::Word(&["auto", "never"]),
        Some("auto"),
        "Whether commands may go out in groups",
    ),
    key(
        "chunking",
        Kind::Word(&["auto", "never"]),
        Some("auto"),
        "Whether a message may go out as a chunk, by BDAT",
    ),
    key(
        "max_size",
        Kind::Number(1, LARGEST_MESSAGE),
        None,
        "The largest message that the server takes, in octets",
    ),
    seconds("connect_timeout", "30", "Seconds for connecting, over all the host's addresses"),
    seconds("timeout_greeting", "300", "Seconds for the server's greeting"),
    seconds("timeout_command", "300", "Seconds for each command and for the TLS handshake"),
    seconds("timeout_data", "120", "Seconds for the answer to DATA"),
    seconds("timeout_block", "180", "Seconds for each piece of the message to be taken"),
    seconds("timeout_end_of_data", "600", "Seconds for the answer to the whole message"),
    key(
        "deadline",
        Kind::Number(1, LONGEST_TIMEOUT),
        None,
        "Seconds for everything together, from the start",
    ),
    key("log", Kind::Path, None, "A file that gets a line for every mail, or \"syslog\""),
    key("save_failed", Kind::Path, None, "A folder for mail that could not be sent"),
];

const fn key(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    description: &'static str,
) -> Key {
    Key { name, kind, default, description }
}

const fn seconds(name: &'static str, default: &'static str, description: &'static str) -> Key {
    key(name, Kind::Number(1, LONGEST_TIMEOUT), Some(default), description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::KEYS;
    use crate::config::file::File;

    fn complaint(name: &str, value: &str) -> Option<String> {
        let text = format!("[profiles.a]\n{name} = {value}");
        let error = File::parse(&text, "/m".as_ref(), None).err()?;
        Some(error.to_string())
    }

    #[test]
    fn the_catalogue_has_every_key_once() {
        let names: Vec<&str> = CATALOGUE.iter().map(|key| key.name).collect();
        assert_eq!(names, KEYS);
    }

    #[test]
    fn the_providers_are_named() {
        let names = crate::config::Provider::names();
        assert_eq!(names.collect::<Vec<_>>(), PROVIDER_NAMES);
    }

    #[test]
    fn the_reader_takes_what_the_catalogue_says_and_nothing_else() {
        for key in CATALOGUE {
            let (right, wrong): (Vec<String>, Vec<&str>) = match key.kind {
                Kind::Text if key.name == "ehlo" => (vec![r#""a.b""#.into()], vec!["1", "[]"]),
                Kind::Text | Kind::Path => (vec![r#""a""#.into()], vec!["1", "true", "[]"]),
                Kind::IpAddress => (vec![r#""::1""#.into()], vec!["1", r#""a.b""#, r#""[::1]""#]),
                Kind::Proxy => {
                    let right = [r#""socks5://h:1""#, r#""http://u@[::1]:1/""#, r#""env""#];
                    let wrong =
                        [r#""h:1""#, r#""ftp://h:1""#, r#""http://h""#, r#""http://u:p@h:1""#];
                    (right.map(str::to_owned).into(), [&["1", r#""""#][..], &wrong].concat())
                }
                Kind::Addresses => (vec![r#""a@b.c""#.into()], vec!["1", r#""@@""#]),
                Kind::Word(words) => {
                    let right = words.iter().map(|word| format!("{word:?}")).collect();
                    (right, vec!["1", r#""other""#, "true"])
                }
                Kind::Boolean => (vec!["true".into(), "false".into()], vec!["1", r#""yes""#]),
                Kind::Number(least, most) => {
                    (vec![least.to_string(), most.to_string()], vec!["0", r#""1""#, "1.5"])
                }
                Kind::Mechanisms => {
                    let right = [r#""auto""#, r#""none""#, r#""PLAIN""#, r#"["LOGIN"]"#];
                    (right.map(str::to_owned).into(), vec!["1", r#"["auto"]"#, r#""x""#])
                }
                Kind::Pins => {
                    let pin = format!("{:?}", "0".repeat(64));
                    (vec![pin.clone(), format!("[{pin}]")], vec!["1", r#""ab""#])
                }
                Kind::Command => (vec![r#""a b""#.into(), r#"["a", "b"]"#.into()], vec!["1"]),
                Kind::Headers => {
                    (vec![r#"["A: b"]"#.into(), r#"{ A = "b" }"#.into()], vec!["1", r#"["A"]"#])
                }
            };
            for value in right {
                assert_eq!(complaint(key.name, &value), None);
            }
            for value in wrong {
                assert!(complaint(key.name, value).is_some(), "{} = {value}", key.name);
            }
            if let Kind::Number(_, most) = key.kind {
                assert!(complaint(key.name, &(most + 1).to_string()).is_some(), "{}", key.name);
            }
        }
    }
}
