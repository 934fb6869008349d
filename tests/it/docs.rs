//! What the documents say is true: their snippets run, the picture is what the program prints, the
//! man pages are clean and complete, and both READMEs have the same snippets.

mod conf;
mod crontab;
mod flags;
mod manual;
mod snippet;
mod stage;
mod terminal;
mod units;

use std::path::{Path, PathBuf};

use snippet::{Language, snippets};
use stage::Stage;

/// A file of the repository.
fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn read(path: &str) -> String {
    std::fs::read_to_string(repository(path)).unwrap()
}

/// Runs a document from top to bottom, in one home.
fn runs(document: &str) -> Stage {
    let snippets = snippets(document, &read(document));
    assert!(!snippets.is_empty(), "{document} has no snippets");
    let stage = Stage::new();
    for snippet in &snippets {
        if snippet.not_run.is_some() {
            continue;
        }
        match snippet.language {
            Language::Sh => stage.run(snippet),
            Language::Toml => stage.load(snippet),
            Language::Crontab => crontab::run(&stage, snippet),
            Language::Ini => units::check(snippet),
            Language::Conf => conf::run(&stage, snippet),
        }
    }
    stage
}

#[test]
fn the_snippets_of_the_readme_work() {
    runs("README.md");
}

#[test]
fn the_snippets_of_the_cookbook_work() {
    runs("docs/cookbook.md");
}

#[test]
fn the_snippets_about_sendmail_work() {
    runs("docs/sendmail.md");
}

#[test]
fn the_way_to_install_it_works_and_leaves_nothing_when_it_is_removed() {
    let left = runs("docs/install.md").of_ours_below("usr/local");
    assert!(left.is_empty(), "{left:?}");
}

#[test]
fn the_examples_of_the_help_work() {
    let stage = Stage::new();
    let server = stage.server(None);
    stage.add_to_config("[profiles.qq]\nextends = \"corp\"\n");
    let help = stage.program("mailsend").arg("--help").run().stdout_text();
    let examples = help.split("\nExamples:\n").nth(1).unwrap().split("\nExit").next().unwrap();
    // Below a line that says what for.
    let lines: Vec<&str> = examples.lines().filter_map(|line| line.strip_prefix("    ")).collect();
    let script = lines.join("\n").replace("mailsend ", "mailsend --dry-run ");
    let script = format!("cd ~/mailsend\njob() {{ echo done; }}\n{script}");
    let outcome = stage.program("/bin/bash").args(["-euo", "pipefail", "-c", &script]).run();
    let messages = outcome.exit(0).stdout_text().matches("\nMessage-ID: ").count();
    assert_eq!(messages, examples.matches(":\n    mailsend ").count() + 1, "{script}");
    assert_eq!(server.mails(), 0);
}

#[test]
fn no_document_is_left_out() {
    let mut names: Vec<String> = std::fs::read_dir(repository("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "md"))
        .collect();
    names.sort();
    assert_eq!(
        names,
        ["benchmarks.md", "cookbook.md", "install.md", "providers.md", "sendmail.md"]
    );
}

#[test]
fn both_readmes_have_the_same_snippets() {
    let of = |document: &str| -> Vec<(String, Vec<String>)> {
        let all = snippets(document, &read(document));
        all.into_iter().map(|snippet| (snippet.text, snippet.manners)).collect()
    };
    assert_eq!(of("README.md"), of("README.zh-CN.md"));
}

#[test]
fn every_link_to_a_file_leads_somewhere() {
    for document in [
        "README.md",
        "README.zh-CN.md",
        "docs/cookbook.md",
        "docs/install.md",
        "docs/providers.md",
        "docs/sendmail.md",
    ] {
        let text = read(document);
        let folder = repository(document).parent().unwrap().to_owned();
        for target in links(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let path = if file.is_empty() { repository(document) } else { folder.join(file) };
            assert!(path.exists(), "{document}: {target}");
            let headings = std::fs::read_to_string(&path).unwrap();
            let found = headings.lines().any(|line| slug(line).as_deref() == Some(anchor));
            assert!(anchor.is_empty() || found, "{document}: {target}");
        }
    }
}

/// The targets of links that stay in the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let ends = text.split("](").skip(1);
    let targets = ends.filter_map(|rest| rest.split_once(')').map(|(target, _)| target));
    targets.filter(|target| !target.contains("://"))
}

/// What a heading is linked by.
fn slug(line: &str) -> Option<String> {
    let heading = line.strip_prefix('#')?.trim_start_matches('#').trim();
    let kept = heading.chars().filter(|c| c.is_alphanumeric() || " -".contains(*c));
    Some(kept.collect::<String>().to_lowercase().replace(' ', "-"))
}
