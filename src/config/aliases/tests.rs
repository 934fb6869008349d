//! What names stand for, and what is said where that cannot be told.

use std::collections::HashMap;
use std::io;

use super::*;
use crate::config::{Choice, Configuration, Profile, resolve};

mod generated;
mod grammar;

/// A user's table, a system's table and the files that there are, by path.
pub(super) struct Stage {
    pub(super) book: AliasBook,
    files: HashMap<&'static str, String>,
}

impl Stage {
    /// The lines of the user's `[aliases]` and of the system's; `/etc/aliases` is the key's file if
    /// it is among the files.
    pub(super) fn new(user: &str, system: &str, files: &[(&'static str, &str)]) -> Self {
        let profile = "[profiles.corp]\nhost = \"h\"\naliases = \"/etc/aliases\"";
        let plain = "[profiles.corp]\nhost = \"h\"";
        let has_file = files.iter().any(|(path, _)| *path == "/etc/aliases");
        let system = format!("[aliases]\n{system}\n{}", if has_file { profile } else { plain });
        let configuration =
            Configuration::of(&[("/u", &format!("[aliases]\n{user}")), ("/s", &system)]);
        let chosen = configuration.choose(&Choice::default()).unwrap();
        let book = resolve(&chosen, Profile::default())
            .unwrap()
            .aliases
            .on_host(vec!["mx.corp.test".to_owned()]);
        let files = files.iter().map(|(path, text)| (*path, (*text).to_owned())).collect();
        Self { book, files }
    }

    fn file(text: &str) -> Self {
        Self::new("", "", &[("/etc/aliases", text)])
    }

    fn read(&self, path: &Path) -> io::Result<String> {
        let text = path.to_str().and_then(|path| self.files.get(path));
        text.cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    pub(super) fn expand(&self, name: &str) -> Result<Expansion, ConfigError> {
        self.book.expand(name, &|path| self.read(path))
    }

    /// Whom a name stands for, on one line; `-` for no alias, names with a `?`, nobody as `0`.
    pub(super) fn says(&self, name: &str) -> String {
        let shown = |target: &Target| match target {
            Target::Address(address) => address.to_string(),
            Target::Name { name, .. } => format!("{name}?"),
            Target::Nobody => "0".to_owned(),
        };
        match self.expand(name) {
            Ok(Expansion::NotAnAlias) => "-".to_owned(),
            Ok(Expansion::Targets(targets)) => {
                targets.iter().map(shown).collect::<Vec<_>>().join(" ")
            }
            Err(error) => {
                let hint = error.hint().map(|hint| format!(" | {hint}")).unwrap_or_default();
                format!("{error}{hint}")
            }
        }
    }
}

#[test]
fn the_file_is_read_once_for_all_names() {
    let stage = Stage::file("root: a@x.test\nteam: root, b@x.test\n");
    let reads = std::cell::Cell::new(0);
    let read = |path: &Path| {
        reads.set(reads.get() + 1);
        stage.read(path)
    };
    let book = stage.book.clone();
    for name in ["root", "team", "nobody", "team"] {
        book.expand(name, &read).unwrap();
    }
    assert_eq!(reads.get(), 1);
}

fn assert_says(stage: &Stage, cases: &[(&str, &str)]) {
    for (name, expected) in cases {
        assert_eq!(stage.says(name), *expected, "{name}");
    }
}

#[test]
fn the_nearest_table_counts_then_the_file_then_default() {
    let stage = Stage::new(
        "a = \"user@x.test\"",
        "a = \"system@x.test\"\nb = \"system@x.test\"\ndefault = \"rest@x.test\"",
        &[("/etc/aliases", "a: file@x.test\nb: file@x.test\nc: file@x.test\ndefault: no@x.test\n")],
    );
    assert_says(
        &stage,
        &[
            ("a", "user@x.test"),
            ("b", "system@x.test"),
            ("c", "file@x.test"),
            ("d", "rest@x.test"),
            ("default", "rest@x.test"),
        ],
    );
    assert_eq!(Stage::new("", "", &[]).says("a"), "-");
    assert_eq!(Stage::new("default = \"r@x.test\"", "", &[]).says("nick@y.test"), "-");
}

#[test]
fn names_are_the_same_in_any_case_and_with_quotes_or_without() {
    let stage = Stage::new("Root = \"a@x.test\"\n\"a b\" = \"b@x.test\"", "", &[]);
    let cases = [("root", "a@x.test"), ("ROOT", "a@x.test"), ("\"root\"", "a@x.test")];
    assert_says(&stage, &cases);
    assert_says(&stage, &[("\"A b\"", "b@x.test"), ("ÄÖ", "-")]);
}

#[test]
fn a_name_may_stand_for_names_lists_and_nobody() {
    let stage = Stage::new(
        "root = [\"Nick <nick@x.test>, www\", \"team\"]\nwww = \"team, root@y.test\"\n\
         team = \":include:/list\"\nnobody = \"/dev/null\"\nsome = \"/dev/null, nick@x.test\"",
        "",
        &[("/list", "# the team\n\n a@x.test, b@x.test # both\n:include:/more\r\nnick@x.test\n")]
            .into_iter()
            .chain([("/more", "c@x.test\nnobody\n")])
            .collect::<Vec<_>>(),
    );
    assert_says(
        &stage,
        &[
            ("root", "nick@x.test a@x.test b@x.test c@x.test 0 root@y.test"),
            ("nobody", "0"),
            ("some", "0 nick@x.test"),
        ],
    );
}

#[test]
fn what_stands_for_itself_is_looked_up_no_further() {
    let stage = Stage::new(
        "root = \"root, me@x.test\"\nnick = '\\Nick, other'\nother = '\\root'\n\
         in = \":include:/list\"\ndefault = \"rest@x.test\"",
        "",
        &[("/list", "in\na@x.test")],
    );
    assert_says(
        &stage,
        &[("root", "root? me@x.test"), ("nick", "Nick? root?"), ("in", "in? a@x.test")],
    );
}

#[test]
fn default_is_for_what_has_no_domain_in_the_end() {
    let stage = Stage::new("root = \"nick, a@x.test\"\ndefault = \"root\"", "", &[]);
    assert_says(&stage, &[("root", "nick? a@x.test"), ("www", "nick? a@x.test")]);
    let stage = Stage::new("root = \"nick, b, a@x.test\"\ndefault = \"a@x.test\"", "", &[]);
    assert_says(&stage, &[("root", "a@x.test"), ("www", "a@x.test")]);
    assert_says(&Stage::new("default = \"postmaster\"", "", &[]), &[("postmaster", "postmaster?")]);
}

#[test]
fn an_address_of_this_machine_is_a_name_where_there_is_one() {
    let stage = Stage::new(
        "root = \"nick@localhost\"\nnick = \"nick@mx.corp.test, me@x.test\"\n\
         mx = \"gone@mx.corp.test\"",
        "",
        &[],
    );
    assert_says(
        &stage,
        &[
            ("root", "nick@mx.corp.test me@x.test"),
            ("Root@LOCALHOST", "nick@mx.corp.test me@x.test"),
            ("root@localhost.localdomain", "nick@mx.corp.test me@x.test"),
            ("root@MX.corp.test", "nick@mx.corp.test me@x.test"),
            ("root@corp.test", "-"),
            ("www@localhost", "-"),
            ("mx", "gone@mx.corp.test"),
        ],
    );
    // Where the machine is called as the mail's domain is, `default` would take everybody's mail.
    let stage = Stage::new("default = \"rest@x.test\"\na = \"b@localhost\"", "", &[]);
    assert_says(
        &stage,
        &[
            ("www@localhost", "rest@x.test"),
            ("www@mx.corp.test", "-"),
            ("a@mx.corp.test", "rest@x.test"),
            ("www@x_y.test", "-"),
            ("\"a..b\"@x.test", "-"),
        ],
    );
}

#[test]
fn a_circle_is_told_and_hinders_nobody_else() {
    let stage = Stage::file("a: b\nb: c, x@x.test\nc: a\nd: d@x.test\ne: :include:/e\n");
    let circle = "/etc/aliases:3:4: c: goes in a circle: a stands for b stands for c stands for a";
    assert_says(&stage, &[("a", circle), ("d", "d@x.test")]);
    let stage = Stage::new("", "", &[("/etc/aliases", "e: :include:/e"), ("/e", "\n:include:/e")]);
    let circle = "/e:2:1: e: goes in a circle: :include:/e stands for :include:/e";
    assert_says(&stage, &[("e", circle)]);
}

#[test]
fn what_no_mail_can_be_sent_to_is_refused_when_it_is_asked_for() {
    let text = "a: \"|/usr/bin/vacation nick, root\"\nb: nick@x.test,\n\t/var/mail/b\n\
                c: :fail: no, such, user\nd: nick@x.test, a b\ne: :include:list\nf: :include:/no\n\
                g:\nh: h@x.test\ni: :include:/bad\nj: team:;\nk: |prog";
    let stage = Stage::new("", "", &[("/etc/aliases", text), ("/bad", "a@x.test\n|cat\n")]);
    assert_says(
        &stage,
        &[
            (
                "a",
                "/etc/aliases:1:4: a: \"\\\"|/usr/bin/vacation nick, root\\\"\": \
                 mailsend hands mail to no program",
            ),
            ("b", "/etc/aliases:3:2: b: \"/var/mail/b\": mailsend writes mail to no file"),
            (
                "c",
                "/etc/aliases:4:4: c: \":fail: no, such, user\": of what begins with a colon, only \
                 :include:/FILE is known",
            ),
            ("d", "/etc/aliases:5:17: d: \"a b\": not an address"),
            (
                "e",
                "/etc/aliases:6:4: e: \":include:list\": a file to include is named by its whole \
                 path",
            ),
            ("f", "/etc/aliases:7:4: f: cannot read /no: there is no such file"),
            (
                "g",
                "/etc/aliases:8:1: g: stands for nobody | write /dev/null where mail shall be \
                 dropped",
            ),
            ("h", "h@x.test"),
            ("i", "/bad:2:1: i: \"|cat\": mailsend hands mail to no program"),
            ("j", "/etc/aliases:11:4: j: \"team:;\": not an address"),
            ("k", "/etc/aliases:12:4: k: \"|prog\": mailsend hands mail to no program"),
        ],
    );
}

#[test]
fn mail_for_an_empty_list_is_not_dropped_in_silence() {
    let stage = Stage::new(
        "team = \":include:/empty\"\nsome = \"team, a@x.test\"",
        "",
        &[("/empty", "# nobody yet\n")],
    );
    assert_eq!(
        stage.says("team"),
        "\"team\" stands for nobody: a list is empty | write /dev/null where mail shall be dropped"
    );
    assert_eq!(stage.says("some"), "a@x.test");
}

#[test]
fn there_is_an_end_to_it() {
    let chain: String = (0..101).map(|n| format!("n{n}: n{}\n", n + 1)).collect();
    let stage = Stage::file(&chain);
    assert_eq!(stage.says("n2"), "n101?");
    assert_eq!(stage.says("n0"), "/etc/aliases:100:6: n99: leads over more than 100 names");
    let ladder = |n: usize| format!("n{n}: n{0}, m{0}\nm{n}: m{0}, n{0}\n", n + 1);
    let ladder: String = (0..50).map(ladder).collect();
    assert_eq!(Stage::file(&ladder).says("n0"), "n50? m50?");
    let list: String = (0..10_001).map(|n| format!("n{n}@x.test\n")).collect();
    let stage = Stage::new("all = \":include:/list\"", "", &[("/list", &list)]);
    assert_eq!(stage.says("all"), "/list:10001:1: all: stands for more than 10000 recipients");
}

#[test]
fn a_file_is_read_only_for_names_that_need_it() {
    let stage = Stage::new("root = \"a@x.test\"", "", &[("/etc/aliases", "b: c\n")]);
    let unread = |name: &str| {
        let denied = |_: &Path| Err(io::ErrorKind::PermissionDenied.into());
        stage.book.expand(name, &denied).map_err(|error| error.to_string())
    };
    assert!(unread("root").is_ok());
    assert_eq!(unread("nick@x.test"), Ok(Expansion::NotAnAlias));
    assert_eq!(
        unread("b"),
        Err("/s:5:11: aliases: cannot read /etc/aliases: permission denied".to_owned())
    );
    assert_eq!(
        Stage { files: HashMap::new(), ..Stage::file("") }.says("b"),
        "/s:5:11: aliases: cannot read /etc/aliases: there is no such file"
    );
}

#[test]
fn a_name_that_is_nobody_s_is_told_with_the_line_to_add() {
    let said = |book: &AliasBook, place: Option<&Origin>| {
        let error = book.nobody("root", place);
        assert_eq!(error.exit(), crate::model::Exit::CONFIG);
        format!("{error} | {}", error.hint().unwrap())
    };
    let stage = Stage::file("www: root");
    let Ok(Expansion::Targets(targets)) = stage.expand("www") else { panic!() };
    let [Target::Name { name, place }] = &targets[..] else { panic!("{targets:?}") };
    assert_eq!(name, "root");
    assert_eq!(
        said(&stage.book, Some(place)),
        "/etc/aliases:1:6: \"root\" has no domain, and no alias says who that is | write the \
         whole address there, add the line `root: you@example.com` to /etc/aliases, or set \
         qualify_domain"
    );
    assert_eq!(
        said(&Stage::new("", "", &[]).book, None),
        "\"root\" has no domain, and no alias says who that is | add root = \"you@example.com\" \
         to [aliases] in /u, or set qualify_domain"
    );
    assert!(said(&AliasBook::default(), None).contains("to [aliases] in config.toml"));
}

#[test]
fn a_check_finds_what_would_be_found_when_it_is_too_late() {
    let stage = Stage::new(
        "x = \"y\"\ny = \"x\"",
        "",
        &[(
            "/etc/aliases",
            "a: |prog\nb: nick, nick\nA: c\nc@x.test: d@x.test\nd: d@x.test, Nick\n",
        )],
    );
    let found = |domain| -> Vec<String> {
        let findings = stage.book.check(domain, &|path| stage.read(path));
        let shown = |it: &crate::config::Finding| {
            let place = it.place.as_ref().map(ToString::to_string).unwrap_or_default();
            format!("{:?} {place} {}", it.severity, it.message)
        };
        findings.iter().map(shown).collect()
    };
    let always = [
        "Error /u:3:5 y: goes in a circle: x stands for y stands for x",
        "Error /u:2:5 x: goes in a circle: y stands for x stands for y",
        "Warning /etc/aliases:1:4 a: \"|prog\": mailsend hands mail to no program",
        "Warning /etc/aliases:2:4 \"nick\" has no domain, and no alias says who that is",
        "Warning /etc/aliases:4:1 c@x.test: only names without a domain are looked up",
        "Warning /etc/aliases:3:1 A: is there already, and the first counts: /etc/aliases:1:1",
    ];
    assert_eq!(found(None), always);
    assert_eq!(found(Some("x.test")), [&always[..3], &always[4..]].concat());
    let stage = Stage::file("a\n b\nc: d@x.test\n e\n\n f g\nh\n");
    let findings = stage.book.check(None, &|path| stage.read(path));
    let places = findings.iter().map(|it| it.place.as_ref().unwrap().to_string());
    assert_eq!(places.collect::<Vec<_>>(), ["/etc/aliases:1:1", "/etc/aliases:7:1"]);
    assert_eq!(stage.says("c"), "/etc/aliases:1:1: expected `name: address, address`");
}
