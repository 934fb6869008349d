//! What the person's crontab sets for its jobs (crontab(5)), so far as it is known from its text.
//!
//! A setting counts for the jobs below it, so those that count are the ones above the first job
//! that names mailsend, or all of them.

/// The settings that a job of ours would see, in order.
pub(super) fn settings(text: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in text.lines().map(str::trim_start).filter(|line| !line.starts_with('#')) {
        match setting(line) {
            Some(setting) => found.push(setting),
            None if line.contains("mailsend") => break,
            None => {}
        }
    }
    found
}

/// `NAME = VALUE`, either of them in quotes or not. Nothing in it is replaced by anything.
fn setting(line: &str) -> Option<(String, String)> {
    let (name, rest) = match line.chars().next()? {
        quote @ ('"' | '\'') => line[1..].split_once(quote)?,
        _ => line.split_at(line.find(|c: char| c == '=' || c.is_whitespace())?),
    };
    let value = rest.trim_start().strip_prefix('=')?.trim();
    let unquoted = |quote: char| value.strip_prefix(quote)?.strip_suffix(quote);
    let value = unquoted('"').or_else(|| unquoted('\'')).unwrap_or(value);
    (!name.is_empty()).then(|| (name.to_owned(), value.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str) -> Vec<String> {
        settings(text).into_iter().map(|(name, value)| format!("{name}={value}")).collect()
    }

    #[test]
    fn settings_are_read_as_cron_reads_them() {
        assert_eq!(
            found("# A=1\n\nMAILTO=\"\"\n  B = x y  \n'C'='$HOME/bin'\n"),
            ["MAILTO=", "B=x y", "C=$HOME/bin"]
        );
        assert_eq!(found("* * * * * A=1 job\n@daily B=2 job\n"), [""; 0]);
    }

    #[test]
    fn what_stands_below_our_job_does_not_count() {
        let text = "A=1\n0 1 * * * other\nB=2\n0 1 * * * job | mailsend -p corp\nC=3\n";
        assert_eq!(found(text), ["A=1", "B=2"]);
    }
}
