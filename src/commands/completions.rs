//! The completions of each shell: what clap makes of the command line, with what only the program
//! knows in place of markers. Those are offered as the only value where such a name belongs, so
//! that they stand in the text wherever clap puts values.

use std::fs;
use std::io;
use std::path::Path;

use clap::{Arg, Command, ValueEnum as _, ValueHint};
use clap_complete::{Generator as _, Shell};

/// Stands for the names of the profiles.
const PROFILES: &str = "NAMES-OF-PROFILES";
/// Stands for the names of the sandbox's manners.
const MANNERS: &str = "NAMES-OF-MANNERS";

/// Arguments that are files, and those that are folders.
const FILES: [&str; 10] = [
    "body_file",
    "html_file",
    "attach",
    "config",
    "password_file",
    "ca_file",
    "ca_out",
    "file",
    "a",
    "A",
];
const FOLDERS: [&str; 2] = ["maildir", "pages"];

/// Writes a file for each shell into a folder.
pub(super) fn write(command: &Command, folder: &Path) -> io::Result<()> {
    let command = marked(command.clone());
    let names: Vec<&str> = command.get_subcommands().map(Command::get_name).collect();
    for shell in Shell::value_variants() {
        let text = match shell {
            Shell::Zsh => for_zsh(&command, &names)?,
            Shell::Fish => for_fish(&generated(Shell::Fish, command.clone())?, &names),
            other => generated(*other, command.clone())?,
        };
        fs::write(folder.join(shell.file_name("mailsend")), filled_in(*shell, &text))?;
    }
    Ok(())
}

fn generated(shell: Shell, mut command: Command) -> io::Result<String> {
    let mut octets = Vec::new();
    clap_complete::generate(shell, &mut command, "mailsend", &mut octets);
    String::from_utf8(octets).map_err(io::Error::other)
}

/// Clap takes the first word for a recipient where there may be one, and then no longer finds the
/// subcommand. Here only the first word can be a subcommand, so a mail is completed by a function
/// of its own.
fn for_zsh(command: &Command, names: &[&str]) -> io::Result<String> {
    let flags = command.get_arguments().filter(|argument| !argument.is_positional()).cloned();
    let with_subcommands = Command::new("mailsend")
        .version("any")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .disable_help_subcommand(true)
        .args(flags)
        .subcommands(command.get_subcommands().cloned());
    let mail = Command::new("mailsend")
        .version("any")
        .disable_help_flag(true)
        .disable_version_flag(true)
        .args(command.get_arguments().cloned());
    let mail = generated(Shell::Zsh, mail)?;
    let of_mail = mail
        .find("_mailsend() {")
        .and_then(|start| Some(&mail[start..start + mail[start..].find("\n}\n")? + 3]))
        .unwrap_or_default()
        .replacen("_mailsend() {", "_mailsend_mail() {", 1)
        // With two colons, the flags behind a recipient would not be seen.
        .replace("'*::", "'*:");
    let dispatch = format!(
        "{of_mail}\n_mailsend() {{\n    if (( CURRENT > 2 )) && [[ $words[2] != ({}) ]]; then\n        \
         _mailsend_mail\n        return\n    fi",
        names.join("|")
    );
    Ok(generated(Shell::Zsh, with_subcommands)?.replacen("_mailsend() {", &dispatch, 1))
}

/// Clap's own way to find the subcommand fails while a flag waits for its value. The first word
/// alone decides.
fn for_fish(text: &str, names: &[&str]) -> String {
    let function = format!(
        "# The subcommand is the first word, or there is none.\n\
         function __fish_mailsend_needs_command\n    set -l words (commandline -opc)\n    \
         if contains -- \"$words[2]\" {}\n        echo $words[2]\n        return 1\n    end\n    \
         return 0\nend\n\n",
        names.join(" ")
    );
    match text.find("function __fish_mailsend_using_subcommand") {
        Some(rest) => function + &text[rest..],
        None => text.to_owned(),
    }
}

/// Says for every argument what its value is.
fn marked(command: Command) -> Command {
    command.mut_args(with_values).mut_subcommands(marked)
}

fn with_values(argument: Arg) -> Arg {
    let id = argument.get_id().to_string();
    let takes_a_value = argument.get_action().takes_values();
    match id.as_str() {
        "profile" => argument.value_parser([PROFILES]),
        "manner" => argument.value_parser([MANNERS]).default_value(None::<&str>),
        id if FILES.contains(&id) => argument.value_hint(ValueHint::FilePath),
        id if FOLDERS.contains(&id) => argument.value_hint(ValueHint::DirPath),
        // Anything at all, so no file names are offered.
        _ if takes_a_value && argument.get_possible_values().is_empty() => {
            argument.value_hint(ValueHint::Other)
        }
        _ => argument,
    }
}

/// Replaces the markers by what asks the program.
fn filled_in(shell: Shell, text: &str) -> String {
    let ask = |what: &str| format!("command mailsend complete {what} 2>/dev/null");
    match shell {
        // Only the first word can be a subcommand, so what follows another word is none.
        Shell::Bash => text
            .replacen(
                "            *)\n                ;;\n        esac\n    done",
                "            mailsend,*)\n                break\n                ;;\n        esac\n    done",
                1,
            )
            .replace(PROFILES, &format!("$({})", ask("profiles")))
            .replace(MANNERS, &format!("$({})", ask("manners"))),
        Shell::Zsh => {
            let function = |what: &str| {
                format!(
                    "(( $+functions[_mailsend_{what}] )) ||\n_mailsend_{what}() {{\n    \
                     local -a names\n    names=(${{(f)\"$({})\"}})\n    \
                     compadd \"$@\" -a names\n}}\n\n",
                    ask(what)
                )
            };
            let text = text
                .replace(&format!("({PROFILES})"), "_mailsend_profiles")
                .replace(&format!("({MANNERS})"), "_mailsend_manners");
            let functions = function("profiles") + &function("manners");
            text.replacen("_mailsend_mail() {", &format!("{functions}_mailsend_mail() {{"), 1)
        }
        Shell::Fish => {
            // Fish's own generator leaves out the values of arguments without a flag.
            let names = format!("({})", ask("profiles"));
            let after = "__fish_mailsend_using_subcommand profiles; \
                         and __fish_seen_subcommand_from show check";
            let more = format!("complete -c mailsend -n \"{after}\" -f -a \"{names}\"\n");
            text.replace(&format!("{PROFILES}\\t''"), &names)
                .replace(&format!("{MANNERS}\\t''"), &format!("({})", ask("manners")))
                + &more
        }
        // These complete no values.
        _ => text.to_owned(),
    }
}
