//! What runs jobs and mails what they print: cron, at, anacron.

use super::{Stage, WATCH};

/// Jobs of everybody's, each run once: at the start, as nobody waits for a minute to begin.
const CRONTABS: &str = r"
cat >/etc/crontab <<'END'
SHELL=/bin/sh
PATH=/usr/sbin:/usr/bin:/sbin:/bin
@reboot root echo 'naïve café: 5 \% saved'; printf '.\n..\nFrom here \n\tα' # Tür
@reboot root true
END
cat >/etc/cron.d/nightly <<'END'
MAILTO=base64@DOMAIN
CONTENT_TRANSFER_ENCODING=base64
@reboot amy echo 'not base64'; id -un
END
cat >/etc/cron.d/secretive <<'END'
MAILTO=never@DOMAIN
@reboot bob echo hi
END
cat >/var/spool/cron/crontabs/amy <<'END'
MAILTO=one@DOMAIN,two@DOMAIN
MAILFROM=nightly@DOMAIN
@reboot echo $HOME
END
chown amy /var/spool/cron/crontabs/amy
chmod 600 /etc/crontab /var/spool/cron/crontabs/amy
# As where the system's locale is set.
LANG=C.UTF-8 cron -f &
";

#[test]
fn cron_mails_what_its_jobs_print() {
    let Some(stage) = Stage::new("cron") else { return };
    let outcome = stage.play_until("session closed for user", 5, CRONTABS);

    let root = stage.arrived("root");
    root.is_whole().came_from(WATCH).is_from("Cron Daemon", WATCH);
    root.is_to(&[stage.at_home("root@DOMAIN")]);
    let command = r"echo 'naïve café: 5 % saved'; printf '.\n..\nFrom here \n\tα' # Tür";
    root.is_about(&format!("Cron <root@night> {command}"));
    root.says("naïve café: 5 % saved\n.\n..\nFrom here \n\tα\n");
    assert_eq!(root.fields("X-Cron-Env")[0], "<SHELL=/bin/sh>");

    for name in ["one", "two"] {
        let mail = stage.arrived(name);
        mail.is_whole().came_from(WATCH).is_from("", &stage.at_home("nightly@DOMAIN"));
        mail.is_to(&[stage.at_home("one@DOMAIN"), stage.at_home("two@DOMAIN")]);
        mail.is_about("Cron <amy@night> echo $HOME").says("/home/amy\n");
    }

    // The header says so, and the body is none: cron's own, which nobody sets right.
    let base64 = stage.arrived("base64");
    base64.is_whole().came_from(WATCH).is_from("Cron Daemon", WATCH).says("not base64\namy\n");
    assert_eq!(base64.fields("Content-Transfer-Encoding"), ["base64"]);

    // Who may not read the password sends nothing, and that is told where somebody may look.
    assert_eq!(stage.logged(" exit=0 ").len(), 3);
    assert_eq!(stage.logged("but got status").len(), 1);
    let status = "(bob) MAIL (mailed 3 bytes of output but got status 0x004e from MTA";
    assert_eq!(stage.logged(status).len(), 1);
    let why = stage.logged("(user bob, exit status 78)");
    assert!(why.len() == 1 && why[0].contains("/etc/mailsend/config.toml"), "{why:?}");
    outcome.stderr_contains("/etc/mailsend/config.toml");
}

#[test]
fn at_and_batch_mail_what_their_jobs_print() {
    let Some(stage) = Stage::new("at") else { return };
    // It waits for no load to go down.
    let outcome = stage.play_until(
        " mailsend[",
        2,
        r"
        atd -f -l 1000 -b 1 &
        until [ -s /run/atd.pid ]; do sleep 0.05; done
        cd /tmp
        echo 'echo naïve; id -un' | LC_ALL=C.UTF-8 at -m now 2>/dev/null
        echo 'printf .; id -un' | as amy batch 2>/dev/null
        ",
    );
    outcome.silent();
    stage.sent(2);
    let root = stage.arrived("root");
    root.is_whole()
        .came_from(WATCH)
        .is_from("Night Watch", WATCH)
        .is_to(&[stage.at_home("root@DOMAIN")]);
    root.is_about("Output from your job        1").says("naïve\nroot\n");
    let amy = stage.arrived("amy");
    amy.is_whole()
        .came_from(WATCH)
        .is_from("Night Watch", WATCH)
        .is_to(&[stage.at_home("amy@DOMAIN")]);
    amy.is_about("Output from your job        2").says(".amy\n");
}

#[test]
fn anacron_mails_what_its_jobs_print() {
    let Some(stage) = Stage::new("anacron") else { return };
    let stage = stage.file("etc/anacrontab", "SHELL=/bin/sh\n1 0 daily echo naïve; echo .\n");
    stage.play_until("Normal exit", 1, "anacron -f -n").silent();
    stage.sent(1);
    let mail = stage.arrived("root");
    mail.is_whole()
        .came_from(WATCH)
        .is_from("Anacron", WATCH)
        .is_to(&[stage.at_home("root@DOMAIN")]);
    mail.is_about("Anacron job 'daily' on night").says("naïve\n.\n");
}
