//! Runs the jobs of a crontab as cron does: crontab(5).

use super::snippet::Snippet;
use super::stage::Stage;

/// A job: what the shell gets, and on its standard input.
#[derive(Debug, PartialEq, Eq)]
struct Job {
    command: String,
    input: String,
}

/// Runs every job once, and counts the mails of all.
pub(super) fn run(stage: &Stage, snippet: &Snippet) {
    let server = stage.server(snippet.manners.first());
    let (environment, jobs) = parse(&stage.at_home(&snippet.text, &server));
    assert!(!jobs.is_empty(), "{}: no jobs", snippet.place);
    for job in jobs {
        // What cron gives a job, and nothing else.
        let mut run = stage
            .program("/bin/sh")
            .env("PATH", "/usr/bin:/bin")
            .env("SHELL", "/bin/sh")
            .args(["-c", &job.command])
            .stdin(job.input);
        for (name, value) in &environment {
            run = run.env(name, value);
        }
        run.run().exit(0).silent();
    }
    assert_eq!(server.mails(), snippet.sends, "{}: mails", snippet.place);
}

/// The settings and the jobs of a crontab.
fn parse(text: &str) -> (Vec<(String, String)>, Vec<Job>) {
    let mut environment = Vec::new();
    let mut jobs = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        match line.split_once('=') {
            Some((name, value)) if !name.contains(' ') => {
                environment.push((name.to_owned(), value.trim_matches('"').to_owned()));
            }
            _ => jobs.push(job(line)),
        }
    }
    (environment, jobs)
}

/// Five fields of time, then the command. The first `%` ends it, those behind it are line breaks
/// of the input, and `\%` is a `%`.
fn job(line: &str) -> Job {
    let mut rest = line;
    for _ in 0..5 {
        let (field, after) = rest.split_once(' ').unwrap_or_else(|| panic!("no job: {line}"));
        assert!(field.chars().all(|c| c.is_ascii_digit() || "*/,-".contains(c)), "no time: {line}");
        rest = after.trim_start();
    }
    let unescaped = rest.replace("\\%", "\0");
    let mut parts = unescaped.split('%').map(|part| part.replace('\0', "%"));
    let command = parts.next().unwrap_or_default();
    let input = parts.map(|line| line + "\n").collect();
    Job { command, input }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_signs_are_read_as_cron_reads_them() {
        let (environment, jobs) = parse("MAILTO=\"\"\n# no\n1 2 * * 1-5 /x \"$(date +\\%F)\"%a%b");
        assert_eq!(environment, [("MAILTO".to_owned(), String::new())]);
        let expected = Job { command: "/x \"$(date +%F)\"".to_owned(), input: "a\nb\n".to_owned() };
        assert_eq!(jobs, [expected]);
    }
}
