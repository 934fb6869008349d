//! SOCKS5 (RFC 1928), with a user name and password where the proxy asks for one (RFC 1929).

use std::io::Read as _;
use std::net::IpAddr;

use zeroize::Zeroizing;

use super::{Obstacle, read, write};
use crate::model::{Proxy, ProxyFault, Secret};
use crate::smtp::transport::Socket;

const VERSION: u8 = 5;
const NO_LOGIN: u8 = 0;
const PASSWORD: u8 = 2;
const NOTHING_FITS: u8 = 0xff;

/// Has the proxy connect.
pub(super) fn lead(
    proxy: &Proxy,
    socket: &mut Socket,
    (host, port): (&str, u16),
) -> Result<(), Obstacle> {
    match proxy.username {
        Some(_) => write(socket, &[VERSION, 2, NO_LOGIN, PASSWORD])?,
        None => write(socket, &[VERSION, 1, NO_LOGIN])?,
    }
    let [version, method] = read(socket)?;
    check_version(version)?;
    match (method, &proxy.username) {
        (NO_LOGIN, _) => {}
        (PASSWORD, Some(name)) => log_in(socket, name, proxy.password.as_ref())?,
        (NOTHING_FITS, None) => {
            return Err(ProxyFault::LoginRefused("it wants a login".to_owned()).into());
        }
        (NOTHING_FITS, Some(_)) => {
            return Err(ProxyFault::LoginRefused("it takes no password".to_owned()).into());
        }
        _ => {
            let how = format!("it chose the method {method}, which was not offered");
            return Err(ProxyFault::Broken(how).into());
        }
    }
    write(socket, &request(host, port)?)?;
    let [version, answer, _, kind] = read(socket)?;
    check_version(version)?;
    match answer {
        0 => {}
        2 => return Err(ProxyFault::Denied("its rules do not allow it".to_owned()).into()),
        7 | 8 => return Err(ProxyFault::Denied(words(answer)).into()),
        _ => return Err(ProxyFault::NoConnection(words(answer)).into()),
    }
    // The address that it connects from, which is no concern of ours.
    let length = match kind {
        1 => 4,
        4 => 16,
        3 => read::<1>(socket)?[0].into(),
        _ => return Err(ProxyFault::Broken(format!("an address of the kind {kind}")).into()),
    };
    socket.read_exact(&mut vec![0; length + 2])?;
    Ok(())
}

fn log_in(socket: &mut Socket, name: &str, password: Option<&Secret>) -> Result<(), Obstacle> {
    let password = password.map(Secret::expose).unwrap_or_default();
    let too_long = |_| ProxyFault::LoginRefused("SOCKS takes at most 255 octets".to_owned());
    let mut login = Zeroizing::new(Vec::with_capacity(3 + name.len() + password.len()));
    login.extend([1, u8::try_from(name.len()).map_err(too_long)?]);
    login.extend(name.bytes());
    login.push(u8::try_from(password.len()).map_err(too_long)?);
    login.extend_from_slice(password);
    write(socket, &login)?;
    match read(socket)? {
        [_, 0] => Ok(()),
        [_, _] => Err(ProxyFault::LoginRefused("the password was refused".to_owned()).into()),
    }
}

/// An address as such, a name as such.
fn request(host: &str, port: u16) -> Result<Vec<u8>, ProxyFault> {
    let mut request = vec![VERSION, 1, 0];
    match host.parse::<IpAddr>() {
        Ok(IpAddr::V4(address)) => {
            request.push(1);
            request.extend(address.octets());
        }
        Ok(IpAddr::V6(address)) => {
            request.push(4);
            request.extend(address.octets());
        }
        Err(_) => {
            let length = u8::try_from(host.len())
                .map_err(|_| ProxyFault::Denied("the host's name is too long".to_owned()))?;
            request.extend([3, length]);
            request.extend(host.bytes());
        }
    }
    request.extend(port.to_be_bytes());
    Ok(request)
}

fn check_version(version: u8) -> Result<(), ProxyFault> {
    match version {
        VERSION => Ok(()),
        _ => Err(ProxyFault::Broken("what it says is not SOCKS5".to_owned())),
    }
}

/// RFC 1928 §6
fn words(answer: u8) -> String {
    match answer {
        1 => "it does not say why".to_owned(),
        3 => "the network is unreachable".to_owned(),
        4 => "the host is unreachable, or its name not known".to_owned(),
        5 => "connection refused".to_owned(),
        6 => "no route to the host".to_owned(),
        7 => "it does not make connections".to_owned(),
        8 => "it does not know such addresses".to_owned(),
        _ => format!("its answer is {answer}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_no_name() {
        let request = |host| request(host, 587).unwrap();
        assert_eq!(request("192.0.2.1"), [5, 1, 0, 1, 192, 0, 2, 1, 2, 75]);
        assert_eq!(request("a.b"), [5, 1, 0, 3, 3, b'a', b'.', b'b', 2, 75]);
        assert_eq!(request("::1").len(), 3 + 1 + 16 + 2);
        assert!(super::request(&"a".repeat(256), 1).is_err());
    }
}
