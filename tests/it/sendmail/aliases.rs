//! Whom names without a domain stand for.

use super::*;

#[test]
fn a_file_of_aliases_is_read_and_the_configuration_s_own_count_first() {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, "aliases = \"aliases\"", "[aliases]\nnews = \"n@x.test\"");
    let aliases = "# comment\npostmaster: root\nroot:\tops@x.test,\n  \"Night Shift\" <night@x.test>\n\
                   news: wrong@x.test\nlist: :include:{}\nnobody: /dev/null\n";
    let program = sendmail(&["postmaster,news", "list", "nobody"]);
    let list = program.home().join("list");
    fs::write(&list, "one@x.test\n# two@x.test\nthree@x.test, four@x.test\n").unwrap();
    let aliases = aliases.replace("{}", list.to_str().unwrap());
    let program = program.config(&config).file(".config/mailsend/aliases", aliases);
    program.stdin(CRON).run().exit(0).silent();
    assert_eq!(
        only(&sandbox).0,
        "alerts@corp.test: ops@x.test night@x.test n@x.test one@x.test three@x.test four@x.test"
    );
}

#[test]
fn what_no_alias_stands_for_goes_to_default_else_gets_the_domain() {
    for (tables, lines, expected) in [
        ("[aliases]\ndefault = \"all@x.test\"", "", "all@x.test"),
        ("[aliases]\nother = \"o@x.test\"", "qualify_domain = \"d.test\"", "root@d.test"),
        (
            "[aliases]\nroot = [\"root\", \"o@x.test\"]",
            "qualify_domain = \"d.test\"",
            "root@d.test o@x.test",
        ),
        ("[aliases]\nroot = \"ops\"\nops = \"o@x.test\"", "", "o@x.test"),
    ] {
        let (envelope, _) = sent(&["root"], lines, tables, CRON);
        assert_eq!(envelope, format!("alerts@corp.test: {expected}"), "{tables}");
    }
}

#[test]
fn without_a_domain_or_an_alias_the_line_to_add_is_named() {
    let outcome = refused(&["-i", "root"], "", "", CRON);
    outcome.exit(78).stderr_contains("\"root\" has no domain, and no alias says who that is");
    outcome.stderr_contains("root = \"you@example.com\" to [aliases] in ");
    outcome.stderr_contains(".config/mailsend/config.toml");
}

#[test]
fn a_circle_and_a_program_are_refused_with_their_place() {
    for (tables, expected) in [
        ("[aliases]\nroot = \"admin\"\nadmin = \"root\"", "circle"),
        ("[aliases]\nroot = \"|/usr/bin/filter\"", "program"),
        ("[aliases]\nroot = \"/var/mail/root\"", "file"),
    ] {
        refused(&["root"], "", tables, CRON).exit(78).stderr_contains(expected);
    }
}

#[test]
fn n_leaves_the_aliases_out() {
    let tables = "[aliases]\nroot = \"o@x.test\"";
    let (envelope, _) = sent(&["-n", "root"], "qualify_domain = \"d.test\"", tables, CRON);
    assert_eq!(envelope, "alerts@corp.test: root@d.test");
}

#[test]
fn mail_for_this_machine_is_for_who_is_named_in_the_aliases() {
    let tables = "[aliases]\nroot = \"o@x.test\"";
    let (envelope, _) = sent(&["root@localhost"], "", tables, CRON);
    assert_eq!(envelope, "alerts@corp.test: o@x.test");
}

#[test]
fn aliases_count_wherever_a_recipient_is_named() {
    let sandbox = sandbox("open", "x");
    let config = config(&sandbox, "", "[aliases]\nroot = [\"o@x.test\", \"p@x.test\"]");
    let words = ["-t", "root", "-c", "Q <q@x.test>", "-s", "x", "--body", "hi"];
    Mailsend::new().args(words).config(&config).run().exit(0).silent();
    let (envelope, message) = only(&sandbox);
    assert_eq!(envelope, "alerts@corp.test: o@x.test p@x.test q@x.test");
    assert_eq!(field(&message, "To").as_deref(), Some("o@x.test, p@x.test"));
}
