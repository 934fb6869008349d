//! Commands that go out without waiting for a reply between them (RFC 2920).

/// Octets and commands of one group, so that neither side waits for the other with full buffers
/// (RFC 2920 §3.1).
const GROUP_OCTETS: usize = 4 * 1024;
const GROUP_COMMANDS: usize = 100;

/// Cuts commands into groups that may be sent without waiting.
pub(super) fn groups(commands: &[String]) -> Vec<&[String]> {
    let mut groups = Vec::new();
    let (mut start, mut octets) = (0, 0);
    for (index, command) in commands.iter().enumerate() {
        let length = command.len() + 2;
        if index > start && (octets + length > GROUP_OCTETS || index - start == GROUP_COMMANDS) {
            groups.push(&commands[start..index]);
            (start, octets) = (index, 0);
        }
        octets += length;
    }
    groups.push(&commands[start..]);
    groups
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_small_enough_to_need_no_reply_between() {
        let commands = vec!["RCPT TO:<somebody@example.com>".to_owned(); 5001];
        let groups = groups(&commands);
        assert_eq!(groups.iter().map(|group| group.len()).sum::<usize>(), 5001);
        for group in groups {
            assert!(group.len() <= GROUP_COMMANDS);
            assert!(group.join("\r\n").len() + 2 <= GROUP_OCTETS);
        }
    }

    #[test]
    fn a_command_longer_than_a_group_goes_alone() {
        let commands = vec!["x".repeat(5000), "DATA".to_owned()];
        assert_eq!(groups(&commands).len(), 2);
    }
}
