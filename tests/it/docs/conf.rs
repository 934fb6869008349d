//! Settings of other programs: a command of ours in one is run as those programs run it, a message on
//! its standard input.

use super::snippet::Snippet;
use super::stage::Stage;

pub(super) const MESSAGE: &str = "To: you@example.com\nSubject: hi\n\nhello\n";

/// Runs every command, and counts the mails of all.
pub(super) fn run(stage: &Stage, snippet: &Snippet) {
    let server = stage.server(snippet.manners.first());
    for command in commands(&stage.at_home(&snippet.text, &server)) {
        // Whoever does not leave it to the header names the recipients behind it.
        let recipients = if command.contains(" -t") { "" } else { " -- you@example.com" };
        let run = stage.program("/bin/sh").args(["-c", &format!("{command}{recipients}")]);
        run.stdin(MESSAGE).run().exit(0).silent();
    }
    assert_eq!(server.mails(), snippet.sends, "{}: mails", snippet.place);
}

/// What stands in quotation marks and begins with the program.
fn commands(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.lines().filter_map(|line| line.split('"').nth(1));
    quoted.filter(|words| words.split(' ').next().is_some_and(|word| word.ends_with("/mailsend")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_commands_of_ours_are_found() {
        let text = "set sendmail = \"/x/mailsend sendmail -oi\"\nset a = \"/x/mailsends\"\nb c\n";
        assert_eq!(commands(text).collect::<Vec<_>>(), ["/x/mailsend sendmail -oi"]);
    }
}
