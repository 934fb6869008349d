//! git send-email.

use super::{Stage, WATCH};

/// A change with a word to it, and who is told.
const REPOSITORY: &str = r"
export HOME=/home/amy LC_ALL=C.UTF-8
cd
git init -q
git config user.name 'Amy Ä'
git config user.email amy@DOMAIN
git commit -q --allow-empty -m first
printf 'naïve\n.\nFrom here\n' >file
git add file
git commit -q -m 'Prüfung: naïve café

Cc: Üwe <uwe@DOMAIN>'
git send-email --quiet --confirm=never --to 'Bob <bob@DOMAIN>' --cc cc@DOMAIN --bcc bcc@DOMAIN";

fn sent(stage: &Stage, flags: &str) {
    let play = format!("as amy bash -eu <<'PLAY'\n{REPOSITORY} {flags} HEAD~1 >/dev/null\nPLAY\n");
    stage.play(&play).exit(0).silent();
    stage.sent(1);
}

#[test]
fn git_sends_a_patch() {
    let Some(stage) = Stage::new("git") else { return };
    sent(&stage, "");
    for name in ["bob", "cc", "bcc", "uwe", "amy"] {
        let mail = stage.arrived(name);
        mail.is_whole().came_from(WATCH).is_from("Amy Ä", &stage.at_home("amy@DOMAIN"));
        mail.is_to(&[stage.at_home("bob@DOMAIN")]).is_about("[PATCH] Prüfung: naïve café");
        assert_eq!(mail.parsed.cc.len(), 3, "{:?}", mail.parsed.cc);
        assert!(mail.body().contains("+naïve\n+.\n+From here\n-- \n"), "{}", mail.body());
    }
}

#[test]
fn the_sender_that_git_names_is_that_of_the_envelope() {
    let Some(stage) = Stage::new("git-f") else { return };
    sent(&stage, "--envelope-sender=auto");
    let amy = stage.at_home("amy@DOMAIN");
    stage.arrived("bob").is_whole().came_from(&amy).is_from("Amy Ä", &amy);
}
