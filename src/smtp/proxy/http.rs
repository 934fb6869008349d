//! A tunnel through an HTTP proxy: CONNECT (RFC 9110 §9.3.6), Basic where there is a user name.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use zeroize::{Zeroize as _, Zeroizing};

use super::{Obstacle, read, write};
use crate::model::{Proxy, ProxyFault, Secret};
use crate::smtp::transport::Socket;

/// Octets that an answer may have.
const LONGEST_ANSWER: usize = 16 * 1024;
/// Characters of its words that are shown.
const SHOWN: usize = 200;

/// Has the proxy connect.
pub(super) fn lead(
    proxy: &Proxy,
    socket: &mut Socket,
    (host, port): (&str, u16),
) -> Result<(), Obstacle> {
    write(socket, request(proxy, host, port).as_bytes())?;
    let answer = answer(socket)?;
    let (code, words) = status(&answer)?;
    match code {
        200..=299 => Ok(()),
        // 401 is what some say for 407.
        401 | 407 => Err(ProxyFault::LoginRefused(words).into()),
        // What a gateway says when it cannot go on (RFC 9110 §15.6), and 408 and 429.
        408 | 429 | 500..=599 => Err(ProxyFault::NoConnection(words).into()),
        _ => Err(ProxyFault::Denied(words).into()),
    }
}

/// Everything in one write, made in room enough, for it may hold a password.
fn request(proxy: &Proxy, host: &str, port: u16) -> Zeroizing<String> {
    let target = match host.contains(':') {
        true => format!("[{host}]:{port}"),
        false => format!("{host}:{port}"),
    };
    let password = proxy.password.as_ref().map(Secret::expose).unwrap_or_default();
    let name = proxy.username.as_deref().unwrap_or_default();
    let room = 128 + 2 * target.len() + 2 * (name.len() + password.len());
    let mut request = Zeroizing::new(String::with_capacity(room));
    // Writing to a string cannot fail.
    let _ = write!(request, "CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n");
    if proxy.username.is_some() {
        let mut login = Zeroizing::new(Vec::with_capacity(name.len() + 1 + password.len()));
        login.extend_from_slice(name.as_bytes());
        login.push(b':');
        login.extend_from_slice(password);
        let mut encoded = STANDARD.encode(&login);
        let _ = write!(request, "Proxy-Authorization: Basic {encoded}\r\n");
        encoded.zeroize();
    }
    request.push_str("\r\n");
    request
}

/// The header of the answer, to its empty line and not an octet further.
fn answer(socket: &mut Socket) -> Result<Vec<u8>, Obstacle> {
    let mut answer = Vec::new();
    while !answer.ends_with(b"\r\n\r\n") && !answer.ends_with(b"\n\n") {
        if answer.len() == LONGEST_ANSWER {
            return Err(ProxyFault::Broken("its answer does not end".to_owned()).into());
        }
        answer.extend(read::<1>(socket)?);
        if !b"HTTP/".starts_with(&answer[..answer.len().min(5)]) {
            return Err(ProxyFault::Broken("what it says is not HTTP".to_owned()).into());
        }
    }
    Ok(answer)
}

/// The code of an answer, and its first line as it may be shown.
fn status(answer: &[u8]) -> Result<(u16, String), ProxyFault> {
    let first = answer.split(|octet| *octet == b'\n').next().unwrap_or_default();
    let line = String::from_utf8_lossy(first);
    let shown: String = line.chars().filter(|c| !c.is_control()).take(SHOWN).collect();
    let (_, words) = shown.split_once(' ').unwrap_or_default();
    let words = words.trim();
    let code = words.split(' ').next().filter(|code| code.len() == 3);
    match code.and_then(|code| code.parse().ok()) {
        Some(code) => Ok((code, words.to_owned())),
        None => Err(ProxyFault::Broken(format!("it answered {shown:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProxyKind;

    fn proxy(username: Option<&str>, password: Option<&str>) -> Proxy {
        Proxy {
            kind: ProxyKind::Http,
            host: "p".to_owned(),
            port: 1,
            username: username.map(str::to_owned),
            password: password.map(Secret::new),
        }
    }

    #[test]
    fn what_is_asked_for() {
        assert_eq!(
            request(&proxy(None, None), "::1", 25).as_str(),
            "CONNECT [::1]:25 HTTP/1.1\r\nHost: [::1]:25\r\n\r\n"
        );
        assert_eq!(
            request(&proxy(Some("me"), Some("pw")), "a.b", 587).as_str(),
            "CONNECT a.b:587 HTTP/1.1\r\nHost: a.b:587\r\n\
             Proxy-Authorization: Basic bWU6cHc=\r\n\r\n"
        );
    }

    #[test]
    fn what_is_answered() {
        let status = |text: &str| status(text.as_bytes()).map_err(|fault| format!("{fault:?}"));
        assert_eq!(status("HTTP/1.0 200 Ok\r\n\r\n"), Ok((200, "200 Ok".to_owned())));
        assert_eq!(status("HTTP/1.1 407\r\n"), Ok((407, "407".to_owned())));
        assert_eq!(status("HTTP/1.1 403 \u{1b}[1mno\n"), Ok((403, "403 [1mno".to_owned())));
        for odd in ["HTTP/1.1\r\n", "HTTP/1.1 20 x\r\n", "HTTP/1.1 abc\n", ""] {
            assert!(status(odd).is_err(), "{odd}");
        }
    }
}
