//! The name servers that the system uses: `/etc/resolv.conf` (resolv.conf(5)).
//!
//! A line that makes no sense is passed over, as the C library does.

use std::fs;
use std::net::{SocketAddr, SocketAddrV6};
use std::time::Duration;

use resolv_conf::{Config, ScopedIp};

/// Where name servers listen.
pub(super) const PORT: u16 = 53;
/// As many as the C library asks (MAXNS), and the seconds that it waits at most.
const MOST_SERVERS: usize = 3;
const LONGEST_PATIENCE: u32 = 30;

/// The name servers, and how long to wait for one. A file that cannot be read names none.
pub(super) fn servers() -> (Vec<SocketAddr>, Duration) {
    named_in(&fs::read("/etc/resolv.conf").unwrap_or_default())
}

fn named_in(text: &[u8]) -> (Vec<SocketAddr>, Duration) {
    let (config, _) = Config::parse_with_errors(text);
    let servers = config.nameservers.into_iter().filter_map(address).take(MOST_SERVERS).collect();
    (servers, Duration::from_secs(config.timeout.clamp(1, LONGEST_PATIENCE).into()))
}

/// Nothing for an interface that is not there.
fn address(server: ScopedIp) -> Option<SocketAddr> {
    match server {
        ScopedIp::V4(address) => Some((address, PORT).into()),
        ScopedIp::V6(address, None) => Some((address, PORT).into()),
        ScopedIp::V6(address, Some(interface)) => {
            let index = interface.parse().ok().or_else(|| index_of(&interface))?;
            Some(SocketAddrV6::new(address, PORT, 0, index).into())
        }
    }
}

/// An interface's number, by which alone a socket knows it.
fn index_of(interface: &str) -> Option<u32> {
    let path = format!("/sys/class/net/{interface}/ifindex");
    fs::read_to_string(path).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(text: &str) -> (Vec<String>, u64) {
        let (servers, patience) = named_in(text.as_bytes());
        (servers.iter().map(SocketAddr::to_string).collect(), patience.as_secs())
    }

    #[test]
    fn servers_are_taken_in_their_order() {
        let text = "# the router\nnameserver 192.0.2.1\nsearch example.com\n\
                    nameserver 2001:db8::1\nnameserver fe80::1%7\nnameserver 192.0.2.4\n";
        let servers = ["192.0.2.1:53", "[2001:db8::1]:53", "[fe80::1%7]:53"];
        assert_eq!(named(text), (servers.map(str::to_owned).to_vec(), 5));
    }

    #[test]
    fn what_makes_no_sense_is_passed_over() {
        let text = "nameserver\nnameserver 1.2.3\nnonsense \u{7}\noptions timeout:2 new-one\n\
                    nameserver fe80::1%no-such-interface\nnameserver 192.0.2.1 # here\n";
        assert_eq!(named(text), (vec!["192.0.2.1:53".to_owned()], 2));
        let mut octets = text.as_bytes().to_vec();
        octets.extend_from_slice(b"\xff\xfe\nnameserver 192.0.2.2");
        assert_eq!(named_in(&octets).0.len(), 2);
    }

    #[test]
    fn patience_has_bounds() {
        assert_eq!(named("options timeout:0").1, 1);
        assert_eq!(named("options timeout:4000000000").1, 30);
    }

    #[test]
    fn an_empty_file_names_nobody() {
        assert_eq!(named(""), (Vec::new(), 5));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn an_interface_has_a_number() {
        assert_eq!(index_of("lo"), Some(1));
    }
}
