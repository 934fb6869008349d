//! Networks of their own for single tests: the test runs itself once more inside, as root.

use std::io::Write as _;
use std::process::Command;

/// Set for the test that runs inside.
const INSIDE: &str = "MAILSEND_TEST_INSIDE";

/// Loopback, and a network in which nobody answers at 192.0.2.8 and 9, 2001:db8::8 and 9: what is
/// sent to their hardware address falls into a void.
const NETWORK: &str = "\
    ip link set lo up && \
    ip link add silent type veth peer name void && \
    ip link set void up && ip link set silent up && \
    ip address add 192.0.2.1/24 dev silent && \
    ip address add 2001:db8::1/64 dev silent nodad && \
    for host in 192.0.2.8 192.0.2.9 2001:db8::8 2001:db8::9; do \
      ip neighbour add $host lladdr 02:00:00:00:00:09 dev silent || exit; \
    done && \
    printf '%b' \"$1\" >\"$2\" && mount --bind \"$2\" /etc/hosts && \
    shift 2 && exec \"$@\"";

/// Whether the test of this name is inside of such a network, where /etc/hosts has these lines. If
/// not, it has run there by now, or that cannot be done here, which is told loudly.
pub(crate) fn inside(test: &str, hosts: &[&str]) -> bool {
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = |arguments: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["--net", "--mount", "--propagation", "private"]).args(arguments);
        command
    };
    let file = tempfile::NamedTempFile::new().unwrap();
    let file = file.path().to_str().unwrap();
    let lines: String = hosts.iter().map(|line| format!("{line}\\n")).collect();
    let network = ["sh", "-c", NETWORK, "sh", &lines, file];
    let possible = unshare(&[&network[..], &["true"]].concat()).output();
    if !possible.is_ok_and(|output| output.status.success()) {
        assert!(std::env::var_os("CI").is_none(), "there can be no network namespace here");
        let text = format!("SKIPPED: {test} (needs root and ip for a network namespace)");
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "{text}");
        return false;
    }
    let own = std::env::current_exe().unwrap();
    let own = [own.to_str().unwrap(), "--exact", test, "--nocapture"];
    let output = unshare(&[&network[..], &own].concat()).env(INSIDE, "1").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    false
}
