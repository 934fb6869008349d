//! Holds the house's floors, its reserved names and the shape of its files, so that the picture in
//! `src/lib.rs` stays true. Reads the source as text; each rule is shown to find what breaks it.

mod source;

use std::fs;
use std::path::Path;

use source::{NamedPath, Source};

/// The rooms by floor, from the ground up. Rooms on one floor do not know each other.
const FLOORS: &[&[&str]] = &[
    &["model"],
    &["config", "secret", "compose", "page", "log", "smtp", "dns", "spool", "merge"],
    &["advice"],
    &["sandbox", "doctor"],
    &["commands"],
    &["exit", "cli"],
    &["lib"],
];

/// A name, and the only places that may use it. A name with `::` is a run of segments of a path;
/// one that ends with `!` is a macro.
const RESERVED: &[(&str, &[&str])] = &[
    ("lettre::transport", &["src/smtp/"]),
    ("AsyncSmtpConnection", &["src/smtp/"]),
    ("lettre::message", &["src/compose/"]),
    ("clap", &["src/cli/", "src/commands/", "src/exit.rs"]),
    ("anyhow", &["src/cli/", "src/commands/", "src/exit.rs", "src/lib.rs"]),
    ("SystemTime::now", &["src/commands/context.rs"]),
    ("Zoned::now", &["src/commands/context.rs"]),
    ("Timestamp::now", &["src/commands/context.rs"]),
    // For deadlines and durations; never in what has to be repeatable.
    ("Instant::now", &["src/smtp/", "src/dns/", "src/sandbox/", "src/secret/", "src/commands/"]),
    ("env::var", &["src/commands/context.rs", "src/secret/"]),
    ("env::var_os", &["src/commands/context.rs", "src/secret/"]),
    ("env::vars", &["src/commands/context.rs"]),
    ("env::vars_os", &["src/commands/context.rs"]),
    // To have or keep a secret, to catch the mail of a command, to open a page on the desktop, and to see what
    // cron would do: nothing else.
    (
        "process::Command",
        &[
            "src/secret/",
            "src/commands/pages.rs",
            "src/commands/sandbox/",
            "src/commands/doctor/cron/process.rs",
        ],
    ),
    ("net::TcpStream", &["src/smtp/", "src/dns/", "src/sandbox/"]),
    ("net::TcpListener", &["src/smtp/", "src/sandbox/"]),
    ("net::UdpSocket", &["src/dns/"]),
    ("domain::base", &["src/dns/"]),
    ("io::stdout", &["src/commands/ui.rs", "src/commands/context.rs", "src/exit.rs"]),
    ("io::stderr", &["src/commands/ui.rs", "src/commands/context.rs", "src/exit.rs"]),
    ("print!", &["src/commands/ui.rs", "src/exit.rs"]),
    ("println!", &["src/commands/ui.rs", "src/exit.rs"]),
    ("eprint!", &["src/commands/ui.rs", "src/exit.rs"]),
    ("eprintln!", &["src/commands/ui.rs", "src/exit.rs"]),
];

/// Lines that a file of `src` may have.
const LONGEST_FILE: usize = 400;

/// The room that a file belongs to.
fn room(source: &Source) -> String {
    source.module().first().map_or("lib", |room| *room).to_owned()
}

fn floor(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// The room that a path leads into, if it leaves its own module by `crate` or `super`.
fn room_of_path(source: &Source, path: &NamedPath) -> Option<String> {
    let mut segments = path.segments.iter().map(String::as_str);
    let mut module = source.module();
    let first = segments.next()?;
    let mut next = match first {
        "crate" => {
            module.clear();
            segments.next()
        }
        "self" | "super" => Some(first),
        _ => return None,
    };
    while let Some(step @ ("self" | "super")) = next {
        if step == "super" {
            module.pop();
        }
        next = segments.next();
    }
    if !module.is_empty() {
        return module.first().map(|room| (*room).to_owned());
    }
    // What stands at the root and is no room belongs to the library file.
    next.map(|name| if floor(name).is_some() { name } else { "lib" }.to_owned())
}

fn imports_that_climb(source: &Source) -> Vec<String> {
    let own = room(source);
    let Some(own_floor) = floor(&own) else {
        return vec![format!("{}: the room `{own}` has no floor", source.path)];
    };
    let climbs = |path: &NamedPath| {
        let other = room_of_path(source, path)?;
        (other != own && floor(&other)? >= own_floor).then(|| {
            let name = path.segments.join("::");
            format!("{}:{}: {own} may not know {other}: {name}", source.path, path.line)
        })
    };
    source.paths.iter().filter_map(climbs).collect()
}

fn reserved_names(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    for (name, places) in RESERVED {
        if places.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        let lines: Vec<usize> = match name.strip_suffix('!') {
            Some(_) => source
                .lines_of_code()
                .filter(|(_, line)| names_macro(line, name))
                .map(|(number, _)| number)
                .collect(),
            None => {
                let wanted: Vec<&str> = name.split("::").collect();
                let names =
                    |path: &NamedPath| path.segments.windows(wanted.len()).any(|run| run == wanted);
                source.paths.iter().filter(|path| names(path)).map(|path| path.line).collect()
            }
        };
        found.extend(lines.iter().map(|line| {
            format!("{}:{line}: `{name}` belongs in {}", source.path, places.join(", "))
        }));
    }
    found
}

fn names_macro(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        !line[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    })
}

fn files_that_name_the_connection(sources: &[Source]) -> Vec<&str> {
    let names = |source: &&Source| {
        source.paths.iter().any(|path| path.segments.iter().any(|s| s == "AsyncSmtpConnection"))
    };
    sources.iter().filter(names).map(|source| source.path.as_str()).collect()
}

fn shape(source: &Source) -> Vec<String> {
    let mut found = Vec::new();
    let lines = source.text.lines().count();
    if lines > LONGEST_FILE {
        found.push(format!("{}: {lines} lines are two files", source.path));
    }
    if !source.text.starts_with("//! ") {
        found.push(format!("{}: does not open by saying what it is for", source.path));
    }
    found
}

fn untidy(path: &str, text: &str) -> Vec<String> {
    // In pieces, for this file is read too.
    let hosts =
        [["crates", ".io"], ["pypi", ".org"], ["registry.npmjs", ".org"], ["deb.debian", ".org"]]
            .map(|pieces| pieces.concat());
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let place = format!("{path}:{}", index + 1);
        if line.ends_with([' ', '\t', '\r']) {
            found.push(format!("{place}: white space at the end"));
        }
        if let Some(host) = hosts.iter().find(|host| line.contains(host.as_str())) {
            found.push(format!("{place}: names the registry {host}"));
        }
    }
    if !text.is_empty() && !text.ends_with('\n') {
        found.push(format!("{path}: the last line has no end"));
    }
    found
}

/// Every file under `folder` with its path in the package.
fn files(folder: &Path, found: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if let Ok(text) = fs::read_to_string(&path) {
            let inner = path.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
            found.push((inner.to_string_lossy().into_owned(), text));
        }
    }
}

fn source_of_the_program() -> Vec<Source> {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    // A style sheet or a table beside the code has no floor.
    found.retain(|(path, _)| path.ends_with(".rs"));
    found.sort();
    found.iter().map(|(path, text)| Source::new(path, text)).collect()
}

/// Fails with everything that was found.
fn assert_none(found: &[String]) {
    assert!(found.is_empty(), "\n{}\n", found.join("\n"));
}

#[test]
fn imports_go_only_downwards() {
    let sources = source_of_the_program();
    assert!(sources.len() > 10, "the source was not found");
    assert_none(&sources.iter().flat_map(imports_that_climb).collect::<Vec<_>>());
}

#[test]
fn reserved_names_stay_in_their_rooms() {
    assert_none(&source_of_the_program().iter().flat_map(reserved_names).collect::<Vec<_>>());
}

#[test]
fn one_file_at_most_names_the_connection_of_lettre() {
    let sources = source_of_the_program();
    let files = files_that_name_the_connection(&sources);
    assert!(files.len() <= 1, "{files:?}");
}

#[test]
fn files_are_of_a_shape() {
    assert_none(&source_of_the_program().iter().flat_map(shape).collect::<Vec<_>>());
}

#[test]
fn files_are_tidy() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["src", "tests", "benches", ".ci"] {
        files(&top.join(folder), &mut found);
    }
    for name in
        ["Cargo.toml", "README.md", "ARCHITECTURE.md", "CHANGELOG.md", "config.example.toml"]
    {
        if let Ok(text) = fs::read_to_string(top.join(name)) {
            found.push((name.to_owned(), text));
        }
    }
    // Golden messages and screens are what they are.
    found.retain(|(path, _)| !path.ends_with(".eml") && !path.ends_with(".txt"));
    assert_none(&found.iter().flat_map(|(path, text)| untidy(path, text)).collect::<Vec<_>>());
}

/// How many rules a file at `path` with this text breaks.
fn climbing(path: &str, text: &str) -> usize {
    imports_that_climb(&Source::new(path, text)).len()
}

#[test]
fn an_import_upwards_is_found() {
    assert_eq!(climbing("src/smtp/wire.rs", "use crate::commands::ui;"), 1);
    assert_eq!(
        climbing("src/smtp/wire.rs", "use crate::{\n    model::Exit,\n    cli::Line,\n};"),
        1
    );
    assert_eq!(climbing("src/smtp/wire.rs", "fn f() { super::super::commands::run() }"), 1);
    assert_eq!(climbing("src/smtp/mod.rs", "use super::advice::hint;"), 1);
    assert_eq!(climbing("src/exit.rs", "use crate::run;"), 1);
    assert_eq!(climbing("src/smtp/wire.rs", "use crate::model::Exit; use super::tls::Tls;"), 0);
    assert_eq!(climbing("src/commands/send.rs", "use crate::smtp::Session; use super::ui;"), 0);
    assert_eq!(climbing("src/lib.rs", "pub mod smtp; pub fn f() { exit::print() }"), 0);
}

#[test]
fn an_import_across_a_floor_is_found() {
    assert_eq!(climbing("src/smtp/wire.rs", "use crate::compose::Mail;"), 1);
    assert_eq!(climbing("src/exit.rs", "use crate::cli::Line;"), 1);
}

#[test]
fn a_room_without_a_floor_is_found() {
    assert_eq!(climbing("src/util/mod.rs", ""), 1);
}

#[test]
fn a_reserved_name_elsewhere_is_found() {
    let count = |path, text| reserved_names(&Source::new(path, text)).len();
    assert_eq!(count("src/commands/deliver.rs", "use lettre::{Address, transport::smtp};"), 1);
    assert_eq!(count("src/smtp/wire.rs", "use lettre::transport::smtp::client::Tls;"), 0);
    assert_eq!(count("src/smtp/wire.rs", "let now = std::time::SystemTime::now();"), 1);
    assert_eq!(count("src/compose/mod.rs", "let now = jiff::Zoned::now();"), 1);
    assert_eq!(count("src/compose/mod.rs", "let now = Instant::now();"), 1);
    assert_eq!(count("src/smtp/wire.rs", "eprintln!();\nprintln!();"), 2);
    assert_eq!(count("src/smtp/wire.rs", "use std::io::{self, stdout};\nio::stderr();"), 2);
    assert_eq!(count("src/smtp/wire.rs", "#[derive(clap::Args)]"), 1);
    assert_eq!(count("src/config/file.rs", "use std::env;\nenv::var_os(name);"), 1);
    assert_eq!(count("src/commands/ui.rs", "eprintln!(); io::stdout();"), 0);
    assert_eq!(count("src/smtp/wire.rs", "#[cfg(test)]\nmod tests { fn f() { println!() } }"), 0);
}

#[test]
fn a_second_file_with_the_connection_is_found() {
    let text = "use lettre::transport::smtp::client::AsyncSmtpConnection;";
    let sources = ["src/smtp/client.rs", "src/smtp/session.rs"].map(|path| Source::new(path, text));
    assert_eq!(files_that_name_the_connection(&sources).len(), 2);
}

#[test]
fn a_misshapen_file_is_found() {
    let long = format!("//! Long.\n{}", "\n".repeat(LONGEST_FILE));
    assert_eq!(shape(&Source::new("src/smtp/wire.rs", &long)).len(), 1);
    assert_eq!(shape(&Source::new("src/smtp/wire.rs", "use std::io;\n")).len(), 1);
    assert_eq!(shape(&Source::new("src/smtp/wire.rs", "//! Says it.\n")).len(), 0);
}

#[test]
fn an_untidy_file_is_found() {
    let text = format!("blank \nhttps://crates{}/x\nno end", ".io");
    assert_eq!(untidy("README.md", &text).len(), 3);
    assert_eq!(untidy("README.md", "tidy\n").len(), 0);
}
