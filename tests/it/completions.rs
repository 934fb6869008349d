//! The completions in real shells: profile names, manners and file names behind the flags that take
//! them. A shell that is not there is skipped, loudly.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const CONFIG: &str = "[profiles.corp-relay]\nhost = \"h\"\n[profiles.qq]\nhost = \"h\"\n\
                      [profiles.\"$(touch harm)\"]\nhost = \"h\"\n[profiles.broken]\nhots = 1\n";

/// A home with profiles and a file, in which shells run.
fn home() -> TempDir {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join(".config/mailsend");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("config.toml"), CONFIG).unwrap();
    fs::write(home.path().join("notes.txt"), "").unwrap();
    home
}

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("completions").join(name)
}

/// What a script prints in a shell; none where there is no such shell.
fn in_shell(shell: &str, arguments: &[&str], script: &str) -> Option<String> {
    let home = home();
    let program = Path::new(env!("CARGO_BIN_EXE_mailsend")).parent().unwrap();
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new(shell)
        .args(arguments)
        .arg(script)
        .env_clear()
        .env("PATH", format!("{}:{path}", program.display()))
        .env("HOME", home.path())
        .env("TERM", "dumb")
        .current_dir(home.path())
        .stdin(Stdio::null())
        .output();
    let Ok(output) = output else {
        assert!(std::env::var_os("CI").is_none(), "there is no {shell}");
        // Past what the test harness keeps to itself.
        let _ = writeln!(std::io::stderr(), "SKIPPED: completions in {shell}, which is missing");
        return None;
    };
    assert!(!home.path().join("harm").exists(), "a profile's name was run");
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(complaints.is_empty(), "{shell}: {complaints}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// What is offered for the last of the words, in the order of the alphabet.
type Offered = fn(&[&str]) -> Option<Vec<String>>;

fn by_bash(words: &[&str]) -> Option<Vec<String>> {
    let (last, before) = words.split_last().unwrap();
    let quoted: Vec<String> = words.iter().map(|word| format!("'{word}'")).collect();
    let script = format!(
        "source '{}'; COMP_WORDS=({}); COMP_CWORD={}; \
         compopt() {{ :; }}; _mailsend mailsend '{last}' '{}'; \
         # Where nothing is offered, readline offers files (complete -o default).\n\
         if [ ${{#COMPREPLY[@]}} = 0 ]; then compgen -f -- '{last}'; fi; \
         printf '%s\\n' \"${{COMPREPLY[@]}}\"",
        kept("mailsend.bash").display(),
        quoted.join(" "),
        words.len() - 1,
        before.last().unwrap(),
    );
    let offered = lines(&in_shell("bash", &["--norc", "-c"], &script)?);
    Some(offered.into_iter().filter(|name| !name.is_empty()).collect())
}

fn by_fish(words: &[&str]) -> Option<Vec<String>> {
    let script =
        format!("source '{}'; complete -C '{}'", kept("mailsend.fish").display(), words.join(" "));
    let text = in_shell("fish", &["--no-config", "-c"], &script)?;
    // What stands behind a tab describes it.
    Some(lines(&text).iter().map(|line| line.split('\t').next().unwrap().to_owned()).collect())
}

/// Types into an interactive zsh; what `compadd` is given and matches is what is offered. The words
/// that are waited for are never typed in one piece, for the line editor shows what is typed.
fn by_zsh(words: &[&str]) -> Option<Vec<String>> {
    let script = format!(
        r#"zmodload zsh/zpty
        zpty shell 'zsh -f -i'
        tell() {{ zpty -w shell "$1" }}
        tell 'PS1=; unsetopt zle_bracketed_paste 2>/dev/null; stty -echo; fpath=({folder} $fpath)'
        tell 'autoload -U compinit; compinit -u -D; LISTMAX=9999; zstyle ":completion:*" list-colors'
        tell 'compadd() {{ local -a found; builtin compadd -O found "$@"; for it in $found; do print -r -- "<$it>" >>offered; done; builtin compadd "$@" }}'
        tell 'finish() {{ print -r -- DONE""-NOW }}; comppostfuncs=(finish)'
        tell 'print -r -- READY""-NOW'
        await() {{ while zpty -r shell line; do [[ $line == *$1* ]] && break; done }}
        (zmodload zsh/zselect; zselect -t 6000; kill $$) >/dev/null 2>&1 &
        await READY-NOW
        zpty -w -n shell '{typed}'$'\t'
        await DONE-NOW
        kill $!
        zpty -d shell
        [[ -e offered ]] && cat offered
        :"#,
        folder = kept("").display(),
        typed = words.join(" "),
    );
    let text = in_shell("zsh", &["-f", "-c"], &script)?;
    let bare = |line: &String| Some(line.strip_prefix('<')?.strip_suffix('>')?.to_owned());
    Some(lines(&text).iter().filter_map(bare).collect())
}

fn lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    lines.sort();
    lines.dedup();
    lines
}

fn completes(offered: Offered) {
    let assert = |words: &[&str], expected: &[&str]| {
        if let Some(found) = offered(words) {
            assert_eq!(found, expected, "{words:?}");
        }
    };
    let profiles = ["broken", "corp-relay", "qq", "sandbox"];
    assert(&["mailsend", "-p", ""], &profiles);
    assert(&["mailsend", "--profile", "co"], &["corp-relay"]);
    assert(&["mailsend", "profiles", "show", "q"], &["qq"]);
    assert(&["mailsend", "profiles", "check", "co"], &["corp-relay"]);
    assert(&["mailsend", "sandbox", "--manner", "submis"], &["submission"]);
    assert(&["mailsend", "--attach", "no"], &["notes.txt"]);
    assert(&["mailsend", "profiles", "import", "no"], &["notes.txt"]);
    assert(&["mailsend", "--tls", "st"], &["starttls"]);
    assert(&["mailsend", "sendmail", "--profile", "co"], &["corp-relay"]);
    assert(&["mailsend", "sendmail", "-C", "no"], &["notes.txt"]);
    assert(&["mailsend", "mail", "--profile", "co"], &["corp-relay"]);
    assert(&["mailsend", "mail", "-a", "no"], &["notes.txt"]);
    assert(&["mailsend", "you@example.com", "-p", "co"], &["corp-relay"]);
    assert(&["mailsend", "-s", "profiles", "-p", "co"], &["corp-relay"]);
}

#[test]
fn bash_completes_what_only_the_program_knows() {
    completes(by_bash);
}

#[test]
fn fish_completes_what_only_the_program_knows() {
    completes(by_fish);
}

#[test]
fn zsh_completes_what_only_the_program_knows() {
    completes(by_zsh);
}

#[test]
fn no_marker_is_left_in_the_completions() {
    for entry in fs::read_dir(kept("")).unwrap() {
        let path = entry.unwrap().path();
        assert!(!fs::read_to_string(&path).unwrap().contains("NAMES-OF"), "{}", path.display());
    }
}
