//! What a shell's command line plainly names: the programs that it runs and the variables that it
//! reads. It need not find all of them: they are for advice about a command that has failed.

/// Words behind which another command follows.
const BEFORE_A_COMMAND: [&str; 14] = [
    "!", "{", "command", "do", "elif", "else", "env", "exec", "if", "nice", "sudo", "then",
    "until", "while",
];

/// The programs, as written.
pub(super) fn programs(line: &str) -> Vec<String> {
    let mut found = Vec::new();
    for command in commands(line) {
        let mut words = command.split_whitespace();
        let program = words.find(|word| !BEFORE_A_COMMAND.contains(word) && !is_setting(word));
        let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+~".contains(c);
        if let Some(program) = program.filter(|it| !it.starts_with(['-', '#']))
            && program.chars().all(plain)
            && !found.iter().any(|it| it == program)
        {
            found.push(program.to_owned());
        }
    }
    found
}

/// The variables that are read and not set.
pub(super) fn variables(line: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for (at, _) in line.match_indices('$') {
        let rest = line[at + 1..].trim_start_matches('{');
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_'));
        let name = &rest[..end.unwrap_or(rest.len())];
        let is_name = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        let is_set = || {
            let before = line.split(|c: char| c.is_whitespace() || c == ';');
            before
                .into_iter()
                .any(|word| word.strip_prefix(name).is_some_and(|it| it.starts_with('=')))
        };
        if is_name && !found.iter().any(|it| it == name) && !is_set() {
            found.push(name.to_owned());
        }
    }
    found
}

/// A command line in its commands. What is in quotes stays together, apart from `$(…)`.
fn commands(line: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    let mut quote = None;
    let mut before = ' ';
    for character in line.chars() {
        let ends = match (quote, character) {
            (Some('\''), '\'') | (Some('"'), '"') => {
                quote = None;
                false
            }
            (Some('\''), _) => false,
            (None, '\'' | '"') => {
                quote = Some(character);
                false
            }
            (Some(_), '(') => before == '$',
            (Some(_), other) => other == '`',
            (None, other) => "|;&()`\n".contains(other),
        };
        match all.last_mut() {
            Some(command) if !ends => command.push(character),
            _ => all.push(String::new()),
        }
        before = character;
    }
    all
}

/// `NAME=VALUE` in front of a command.
fn is_setting(word: &str) -> bool {
    let Some((name, _)) = word.split_once('=') else { return false };
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_stand_first_in_their_commands() {
        for (line, expected) in [
            ("pass show mail/corp | head -n 1", "pass head"),
            ("A=1 vault read -field=x y", "vault"),
            ("if test -f x; then gpg -d x; else exit 1; fi", "test gpg exit fi"),
            ("echo \"$(op read 'a | b')\"", "echo op"),
            ("cd /x && ./own.sh 'a; b'", "cd ./own.sh"),
            ("# no\n/usr/bin/secret-tool lookup a b", "/usr/bin/secret-tool"),
            ("\"a b\" c", ""),
        ] {
            assert_eq!(programs(line).join(" "), expected, "{line}");
        }
    }

    #[test]
    fn variables_are_named_behind_a_dollar() {
        assert_eq!(variables("x \"$A_B\" ${C:-1} $1 $(d) $A_B"), ["A_B", "C"]);
        assert_eq!(variables("A=1; echo $A$B"), ["B"]);
    }
}
