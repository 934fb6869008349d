//! The line for the crontab: a job whose output is mailed, with all that cron has to be told.

use std::path::Path;

use super::password::quoted;

/// What the line is made of.
pub(super) struct Line<'a> {
    /// Where mailsend is.
    pub(super) program: &'a Path,
    /// The file that has to be named.
    pub(super) config: Option<&'a Path>,
    /// The profile.
    pub(super) profile: &'a str,
    /// The charset that the person's texts are in, where cron would not know it.
    pub(super) charset: Option<&'a str>,
    /// Who gets the mail.
    pub(super) recipient: Option<&'a str>,
    /// cron can mail what a job says; else that has to be kept.
    pub(super) has_sendmail: bool,
}

impl Line<'_> {
    /// As it is written into a crontab, where a `%` means a line break.
    pub(super) fn text(&self) -> String {
        let mut words = vec![quoted(&self.program.to_string_lossy())];
        let mut add = |flag: &str, value: &str| words.extend([flag.to_owned(), quoted(value)]);
        if let Some(config) = self.config {
            add("--config", &config.to_string_lossy());
        }
        add("-p", self.profile);
        if let Some(charset) = self.charset {
            add("--charset", charset);
        }
        let recipient = quoted(self.recipient.unwrap_or("ops@example.com"));
        let talk = if self.has_sendmail { "" } else { " 2>>$HOME/mailsend.log" };
        let command = format!("{} -E -s \"job\" {recipient}{talk}", words.join(" "));
        format!("30 3 * * *  job 2>&1 | {}", command.replace('%', r"\%"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_says_no_more_than_is_needed() {
        let mut line = Line {
            program: Path::new("/usr/bin/mailsend"),
            config: None,
            profile: "corp",
            charset: None,
            recipient: None,
            has_sendmail: true,
        };
        let usual =
            "30 3 * * *  job 2>&1 | /usr/bin/mailsend -p corp -E -s \"job\" ops@example.com";
        assert_eq!(line.text(), usual);
        line.config = Some(Path::new("/home/a b/50%.toml"));
        line.charset = Some("GBK");
        line.recipient = Some("me@example.com");
        line.has_sendmail = false;
        let full = "30 3 * * *  job 2>&1 | /usr/bin/mailsend --config '/home/a b/50\\%.toml' -p corp \
                    --charset GBK -E -s \"job\" me@example.com 2>>$HOME/mailsend.log";
        assert_eq!(line.text(), full);
    }
}
