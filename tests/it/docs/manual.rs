//! The man pages are clean and complete.

use std::io::Write as _;
use std::process::Command;

use super::{read, repository};

/// The man pages in the repository.
fn pages() -> Vec<String> {
    let entries = std::fs::read_dir(repository("man")).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

/// Whether a program is there; says loudly what is not tested without it, and fails in CI.
pub(super) fn present(program: &str, what: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).any(|folder| folder.join(program).exists());
    if !found {
        assert!(std::env::var_os("CI").is_none(), "there is no {program}");
        // Past the harness, which keeps what a passing test prints to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: {what} (needs {program})");
    }
    found
}

#[test]
fn mandoc_has_nothing_to_say_about_the_man_pages() {
    if !present("mandoc", "whether the man pages are clean") {
        return;
    }
    for page in pages() {
        let path = repository("man").join(&page);
        let output = Command::new("mandoc").arg("-Tlint").arg(path).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        // Ours are not installed where it looks for what a page refers to.
        let complaints =
            text.lines().filter(|line| !line.contains("manual not found: Xr mailsend"));
        assert_eq!(complaints.collect::<Vec<_>>(), [""; 0]);
    }
}

#[test]
fn a_man_page_that_is_referred_to_exists() {
    let pages = pages();
    for page in &pages {
        let text = read(&format!("man/{page}")).replace("\\-", "-");
        for (at, _) in text.match_indices("mailsend-") {
            let word: String = text[at..]
                .chars()
                .take_while(|c| c.is_alphanumeric() || "-()".contains(*c))
                .collect();
            let Some((name, section)) = word.split_once('(') else { continue };
            let file = format!("{name}.{}", section.trim_end_matches(')'));
            assert!(pages.contains(&file), "{page}: {word}");
        }
    }
}

#[test]
fn every_key_is_in_the_manual() {
    let text = read("man/mailsend-config.5");
    for key in mailsend::config::KEYS {
        let described = text.lines().any(|line| line.starts_with(&format!(".It Ic {key} ")));
        assert!(described, "{key} is missing");
    }
}

#[test]
fn every_exit_status_of_the_program_is_in_the_man_page() {
    let text = read("man/mailsend.1");
    let statuses = text.split(".SH \"EXIT STATUSES\"").nth(1).unwrap().split(".SH").next().unwrap();
    for status in [0, 64, 65, 66, 67, 68, 69, 70, 71, 73, 74, 75, 76, 77, 78, 79, 130, 143] {
        let words = statuses.split([' ', ',', '\n']);
        assert!(words.clone().any(|word| word == status.to_string()), "{status}");
    }
}
