//! What help, man pages and completions say of the flags of mail(1). The grammar itself is in
//! `mail`; a test holds the two together.

use clap::{Arg, ArgAction, Command};

use super::described::{addresses, flag, value};

/// The subcommand, described.
pub(super) fn describe() -> Command {
    Command::new(super::MAIL)
        .about("Stand in for mail(1), for smartd and old scripts")
        .long_about(LONG_ABOUT)
        .override_usage("mailsend mail [OPTIONS] ADDRESS...\n       mail [OPTIONS] ADDRESS...")
        .arg(addresses())
        .arg(value("s", "SUBJECT", "The subject"))
        .arg(value("c", "LIST", "Recipients of a carbon copy"))
        .arg(value("b", "LIST", "Recipients that the others do not see"))
        .arg(value("r", "ADDRESS", "The author"))
        .arg(value("a", "WHAT", "Attach a file, or add a header field: 'Name: value'"))
        .arg(value("A", "WHAT", "Attach this file; the name of a profile instead chooses that"))
        .arg(value("C", "FIELD", "Add a header field"))
        .arg(value("S", "VARIABLE", "from=ADDRESS and reply-to=LIST of s-nail's variables"))
        .arg(flag("E", "Send nothing if there is no text"))
        .arg(flag("t", "Send the message on stdin, header and all, to those whom that names"))
        .arg(flag("d", "Show the message instead of sending it"))
        .arg(flag("v", "Say what happened; -vv shows the dialogue"))
        .arg(Arg::new("profile").long("profile").value_name("NAME").help("Use this profile"))
        .arg(
            Arg::new("config")
                .long("config")
                .value_name("FILE")
                .help("Read only this configuration file"),
        )
        .arg(
            Arg::new("dry-run")
                .long("dry-run")
                .action(ArgAction::SetTrue)
                .help("Show the message instead of sending it"),
        )
        .after_long_help(AFTER_HELP)
}

const LONG_ABOUT: &str = "\
Stand in for mail(1), for smartd, apcupsd, apticron and old scripts

The text is on stdin; no mail is read here. The flags are those of bsd-mailx, s-nail and mailutils, as \
they mean them: -a with the name of a field, a colon and a blank adds a field, else it attaches. The \
same happens where the program is called mail or mailx.

Recipients are looked up in the aliases, and an author without a domain becomes the profile's \
(from_rewrite), as with mailsend-sendmail(1). What could not be sent is kept, and errors go to the \
system's log as well.";

const AFTER_HELP: &str = "\
Examples:
  As smartd calls it:
    echo \"Device: /dev/sda, 1 pending sector\" | mail -s \"SMART error on web1\" root

  With a file, by the profile corp:
    mailsend mail -s report -a report.pdf -A corp boss@example.com < note.txt

Exit statuses:
  Those of mailsend(1). What could not be sent is kept whatever the status, but for 64.

Notes:
  The long names of these flags are known too (--subject, --attach, --append, ...).
  Flags that change nothing about a message are taken; those that would read mail, or
  have another program send it, are refused.

See also:
  mailsend(1), mailsend-sendmail(1), mailsend-config(5)";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::{described, mail};

    #[test]
    fn the_grammar_knows_every_flag_that_is_described() {
        for mut words in described::each_flag(&describe(), |letter| match letter {
            Some('C') => "X-A: b",
            Some('S') => "from=a@x.test",
            _ => "value",
        }) {
            words.push("a@x.test".into());
            let translated = mail::translate(&words, &|_| false);
            assert!(translated.is_ok(), "{words:?}: {translated:?}");
        }
    }
}
