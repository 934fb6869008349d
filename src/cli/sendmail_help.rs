//! What help, man pages and completions say of sendmail's flags. The grammar itself is in
//! `sendmail`; a test holds the two together.

use clap::{Arg, ArgAction, Command};

use super::described::{addresses, flag, value};

/// The subcommand, described.
pub(super) fn describe() -> Command {
    Command::new(super::SENDMAIL)
        .about("Stand in for sendmail(8), for cron, git, mutt and the like")
        .long_about(LONG_ABOUT)
        .override_usage(
            "mailsend sendmail [OPTIONS] [ADDRESS]...\n       \
             sendmail [OPTIONS] [ADDRESS]...",
        )
        .arg(addresses())
        .arg(flag("t", "Send to the To, Cc and Bcc of the message as well"))
        .arg(flag("i", "A line with a single dot is text; that is always so here"))
        .arg(value("f", "ADDRESS", "Who gets the bounces; <> for nobody (-r means the same)"))
        .arg(value("F", "NAME", "The author's name, for a message without a From"))
        .arg(value(
            "b",
            "MODE",
            "m sends, s speaks SMTP on stdin and stdout, v says where mail \
              would go, p shows what waits, i checks the aliases",
        ))
        .arg(flag("n", "Do not look recipients up in the aliases"))
        .arg(value("N", "WHEN", "When to get a report: success, failure, delay, or never"))
        .arg(value("R", "WHAT", "What a report of failure returns: full or hdrs"))
        .arg(value("V", "ID", "What the reports call the mail"))
        .arg(value("B", "TYPE", "7BIT or 8BITMIME; what counts is what the message has"))
        .arg(value("o", "OPTION", "An option of Sendmail's; it changes nothing"))
        .arg(value("q", "WHAT", "Run the queue, which is always empty: mail is sent at once").num_args(0..=1))
        .arg(value("L", "TAG", "What errors in the system's log begin with [default: mailsend]"))
        .arg(
            Arg::new("file")
                .short('C')
                .value_name("FILE")
                .help("Read only this configuration file (--config means the same)"),
        )
        .arg(flag("v", "Say what happened; -vv shows the dialogue").action(ArgAction::Count))
        .arg(
            Arg::new("profile")
                .long("profile")
                .value_name("NAME")
                .help("Use this profile [default: the one that sends as -f or the author, else as mailsend(1)]"),
        )
        .arg(Arg::new("config").long("config").value_name("FILE").hide(true))
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Show the message and its envelope instead of sending it"),
        )
        .disable_help_flag(true)
        .arg(Arg::new("help").long("help").action(ArgAction::SetTrue).help("Show this help"))
        .after_long_help(AFTER_HELP)
}

const LONG_ABOUT: &str = "\
Stand in for sendmail(8), for cron, git, mutt and the like

The message is on stdin, header and all. It is sent at once, by a profile as any other mail; what is \
missing in it or not fit to travel is set right. The same happens where the program is called \
sendmail or send-mail; mailq and newaliases are known too.

A recipient without a domain is looked up in the aliases ([aliases] in the configuration, and the \
file that the key aliases names), then gets qualify_domain. An author without a domain becomes the \
profile's, with its name (from_rewrite).

What could not be sent is kept, and errors go to the system's log as well.";

const AFTER_HELP: &str = "\
Examples:
  As cron calls it:
    /usr/sbin/sendmail -FCronDaemon -i -B8BITMIME -oem root < message

  For git, by the profile work:
    git config sendemail.sendmailCmd \"mailsend sendmail --profile work\"

  See who gets mail for root:
    mailsend sendmail -bv root

Notes:
  Other flags of Sendmail, Postfix and Exim are taken, and change nothing.
  -bd and -q with an interval ask for a daemon and are refused.

Exit statuses:
  Those of mailsend(1). What could not be sent is kept whatever the status, but for 64.

Files:
  ~/.config/mailsend/config.toml  the user's configuration
  /etc/mailsend/config.toml       the system's; mailsend-config(5) has all keys
  ~/.local/state/mailsend/failed  mail that was not sent, unless save_failed is set
  /var/lib/mailsend/failed        the same, for whoever has no home

See also:
  mailsend(1), mailsend-config(5)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{described, sendmail};

    #[test]
    fn the_grammar_knows_every_flag_that_is_described() {
        for words in described::each_flag(&describe(), |letter| match letter {
            Some('b') => "m",
            Some('N') => "failure",
            Some('R') => "full",
            _ => "value",
        }) {
            assert!(sendmail::parse("sendmail", &words).is_ok(), "{words:?}");
        }
    }
}
