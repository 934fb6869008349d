//! `mailsend generate`, hidden: writes the completions, the man pages and the schema that are kept
//! beside the source. Fails when their place cannot be written to.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, roman};

use super::{Refusal, completions};
use crate::config;
use crate::model::Exit;

/// Write completions, man pages or the schema of the configuration
#[derive(Debug, Clone, clap::Args)]
pub struct GenerateArgs {
    /// What to write
    #[arg(value_enum)]
    what: What,
    /// Into which existing directory; the schema, into which file
    place: PathBuf,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum What {
    Completions,
    Man,
    Schema,
}

/// When what the man pages say last changed: mdoc and man want a date, and today's would differ
/// from what is kept.
const MAN_DATE: &str = "2026-11-27";
/// The longest line of a man page's source, in octets.
const MAN_WIDTH: usize = 78;

/// Writes what is asked for, as this description of the command line says.
pub fn run(args: &GenerateArgs, command: Command) -> anyhow::Result<Exit> {
    let place = &args.place;
    let written = match args.what {
        What::Completions => completions::write(&command, place),
        What::Man => man_pages(command, place),
        What::Schema => fs::write(place, config::schema()),
    };
    written.map_err(|error| {
        let message = format!("cannot write to {}: {error}", place.display());
        Refusal::new(Exit::CANT_CREATE, message)
    })?;
    Ok(Exit::OK)
}

/// A page for the program and one for each subcommand.
fn man_pages(mut command: Command, directory: &Path) -> io::Result<()> {
    command.build();
    write_man_page(&command, "mailsend".to_owned(), directory)
}

fn write_man_page(command: &Command, name: String, directory: &Path) -> io::Result<()> {
    for subcommand in command.get_subcommands() {
        let name = format!("{name}-{}", subcommand.get_name());
        write_man_page(subcommand, name, directory)?;
    }
    fs::write(directory.join(format!("{name}.1")), man_page(command.clone(), name)?)
}

fn man_page(command: Command, name: String) -> io::Result<Vec<u8>> {
    // A flag that the short help leaves out would have no text here without a long one.
    let mut command =
        command.display_name(&name).mut_args(|argument| match argument.get_help().cloned() {
            Some(help) if argument.get_long_help().is_none() => argument.long_help(help),
            _ => argument,
        });
    let usage = command.render_usage().to_string();
    let more = command.get_after_long_help().map(ToString::to_string).unwrap_or_default();
    let has_subcommands = command.has_subcommands();
    let man = Man::new(command)
        .title(name.to_uppercase())
        .date(MAN_DATE)
        .source(concat!("mailsend ", env!("CARGO_PKG_VERSION")))
        .manual("User Commands");
    let mut page = Vec::new();
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    let usage = usage.trim_start_matches("Usage:").lines().map(str::trim);
    section("SYNOPSIS", usage).to_writer(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    for (title, lines) in sections(&more) {
        section(&title, lines.into_iter()).to_writer(&mut page)?;
    }
    Ok(String::from_utf8_lossy(&page).lines().map(wrapped).collect::<String>().into_bytes())
}

/// A line of text broken where it has blanks; requests, and lines that start with a blank because
/// they are shown as they are, stay whole.
fn wrapped(line: &str) -> String {
    let mut lines = String::new();
    let mut column = 0;
    for (index, word) in line.split(' ').enumerate() {
        let fits = line.starts_with(['.', '\'', ' ']) || column + 1 + word.len() <= MAN_WIDTH;
        // At a line's start these would begin a request, and an empty word a blank line.
        let may_begin = !word.is_empty() && !word.starts_with(['.', '\'']);
        if index > 0 {
            lines.push(if fits || !may_begin { ' ' } else { '\n' });
            column = if fits || !may_begin { column + 1 } else { 0 };
        }
        lines.push_str(word);
        column += word.len();
    }
    lines.push('\n');
    lines
}

/// Takes apart what stands below the flags: a title at the margin, what belongs to it indented.
fn sections(text: &str) -> Vec<(String, Vec<&str>)> {
    let mut sections: Vec<(String, Vec<&str>)> = Vec::new();
    for line in text.lines() {
        match (line.strip_prefix("  "), sections.last_mut()) {
            (Some(inner), Some((_, lines))) => lines.push(inner),
            (None, Some((_, lines))) if line.is_empty() => lines.push(line),
            _ => sections.push((line.trim_end_matches(':').to_uppercase(), Vec::new())),
        }
    }
    sections
}

/// A section whose lines stay as they are.
fn section<'a>(title: &str, lines: impl Iterator<Item = &'a str>) -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", [title]).control("nf", []);
    lines.for_each(|line| _ = roff.text([roman(line)]));
    roff.control("fi", []);
    roff
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_broken_at_blanks_but_never_before_a_request() {
        let word = "w".repeat(MAN_WIDTH);
        assert_eq!(wrapped(&format!("a {word} b")), format!("a\n{word}\nb\n"));
        assert_eq!(wrapped(&format!("{word} .a 'b  c")), format!("{word} .a 'b \nc\n"));
        assert_eq!(wrapped(&format!(".SH a {word}")), format!(".SH a {word}\n"));
        assert_eq!(wrapped(&format!("  a {word}")), format!("  a {word}\n"));
        assert_eq!(wrapped(""), "\n");
    }

    #[test]
    fn what_stands_below_the_flags_becomes_sections_of_the_page() {
        let text = "Exit statuses:\n  0  fine\n\n  1  not\n\nFiles:\n  a.toml";
        let expected = [
            ("EXIT STATUSES".to_owned(), vec!["0  fine", "", "1  not", ""]),
            ("FILES".to_owned(), vec!["a.toml"]),
        ];
        assert_eq!(sections(text), expected);
    }
}
