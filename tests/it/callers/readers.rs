//! Mail readers: mutt, s-nail, bsd-mailx.

use super::{ROOT, Stage, WATCH};

/// What amy writes: lines that are special somewhere on the way, and no end of the last one.
const BODY: &str = "Grüße,\n\n.\n.dot\nFrom here\nend";

/// Plays this, and then this as amy, who writes to bob, root, cc and bcc.
fn written(stage: Stage, first: &str, command: &str) -> Stage {
    let stage = stage.file("home/amy/body", BODY).file("home/amy/a.pdf", "%PDF\n");
    let home = "export HOME=/home/amy LC_ALL=C.UTF-8\ncd\nchown amy: *";
    let play = format!("{first}\n{home}\nas amy {command} <body\n");
    stage.play(&play).exit(0).silent();
    stage.sent(1);
    stage
}

/// It arrived at all four, of whom the last is not told.
fn arrived_everywhere(stage: &Stage, to: &[&str], from: (&str, &str)) {
    let to: Vec<String> = to.iter().map(|address| stage.at_home(address)).collect();
    for name in ["bob", "root", "cc", "bcc"] {
        let mail = stage.arrived(name);
        mail.is_whole().came_from(WATCH).is_from(from.0, from.1).is_to(&to);
        mail.is_about("Prüfung: naïve café");
        assert_eq!(mail.fields("Cc"), [stage.at_home("cc@DOMAIN")]);
        let text = mail.parsed.text.clone().unwrap();
        assert_eq!(text.trim_end(), BODY, "{}", mail.text());
    }
}

#[test]
fn mutt_sends() {
    let Some(stage) = Stage::new("mutt") else { return };
    let stage = written(
        stage,
        "",
        "mutt -e 'set realname=\"Amy Ä\" charset=utf-8 send_charset=utf-8' \
         -s 'Prüfung: naïve café' -c cc@DOMAIN -b bcc@DOMAIN -a a.pdf -- \
         'Bob Ü <bob@DOMAIN>' root",
    );
    // mutt itself puts the whole name of the host, as /etc/hosts has it, behind a bare name.
    let to = ["bob@DOMAIN", ROOT];
    arrived_everywhere(&stage, &to, ("Amy Ä", "amy@night.example.test"));
    let attachments = stage.arrived("bcc").parsed.attachments;
    assert_eq!(attachments[0].octets, b"%PDF\n");
}

#[test]
fn s_nail_sends() {
    let Some(stage) = Stage::new("s-nail") else { return };
    let stage = written(
        stage,
        "",
        "s-nail -s 'Prüfung: naïve café' -c cc@DOMAIN -b bcc@DOMAIN -a a.pdf bob@DOMAIN root",
    );
    arrived_everywhere(&stage, &["bob@DOMAIN", ROOT], ("Night Watch", WATCH));
    let attachments = stage.arrived("bcc").parsed.attachments;
    assert_eq!(attachments[0].octets, b"%PDF\n");
}

#[test]
fn bsd_mailx_sends() {
    let Some(stage) = Stage::new("bsd-mailx") else { return };
    let stage = written(
        stage,
        "",
        "bsd-mailx -s 'Prüfung: naïve café' -c cc@DOMAIN -b bcc@DOMAIN bob@DOMAIN root",
    );
    arrived_everywhere(&stage, &["bob@DOMAIN", ROOT], ("Night Watch", WATCH));
    stage.arrived("bcc").says(&format!("{BODY}\n"));
}

#[test]
fn the_sender_that_is_named_is_that_of_the_envelope() {
    for program in ["s-nail", "bsd-mailx"] {
        let Some(stage) = Stage::new(&format!("{program}-r")) else { return };
        let stage = written(stage, "", &format!("{program} -r me@DOMAIN -s Prüfung bob@DOMAIN"));
        let me = stage.at_home("me@DOMAIN");
        stage.arrived("bob").is_whole().came_from(&me).is_from("", &me).is_about("Prüfung");
    }
}
