//! What programs are written in: PHP, Python.

use super::{ROOT, Stage, WATCH};

#[test]
fn php_sends_by_its_function() {
    let Some(stage) = Stage::new("php") else { return };
    let stage = stage.file(
        "srv/mail.php",
        r#"<?php exit(mail("bob@DOMAIN, root", "Prüfung: naïve café", "Grüße\n.\n.dot\nFrom here",
            ["Bcc" => "bcc@DOMAIN", "Content-Type" => "text/plain; charset=UTF-8"],
            "-fweb@DOMAIN") ? 0 : 1);"#,
    );
    stage.play("as amy php /srv/mail.php").exit(0).silent();
    stage.sent(1);
    for name in ["bob", "root", "bcc"] {
        let mail = stage.arrived(name);
        mail.is_whole().came_from(&stage.at_home("web@DOMAIN")).is_from("Night Watch", WATCH);
        mail.is_to(&[stage.at_home("bob@DOMAIN"), ROOT.to_owned()]);
        mail.is_about("Prüfung: naïve café").says("Grüße\n.\n.dot\nFrom here\n");
    }
}

#[test]
fn php_is_told_that_a_mail_was_not_sent() {
    let Some(stage) = Stage::new("php-fails") else { return };
    let stage = stage.file("srv/mail.php", r#"<?php exit(mail("nobody", "hi", "") ? 0 : 1);"#);
    let outcome = stage.play("as amy php /srv/mail.php");
    outcome.exit(1).stderr_contains("nobody");
}

#[test]
fn python_sends_by_a_process() {
    let Some(stage) = Stage::new("python") else { return };
    let stage = stage.file(
        "srv/mail.py",
        r#"
import subprocess
from email.message import EmailMessage

mail = EmailMessage()
mail["From"] = "Jobs <jobs@DOMAIN>"
mail["To"] = "Bob Ü <bob@DOMAIN>, root"
mail["Bcc"] = "bcc@DOMAIN"
mail["Subject"] = "Prüfung: naïve café"
mail.set_content("Grüße\n.\n.dot\nFrom here\n", cte="8bit")
mail.add_attachment(bytes(range(256)), "application", "octet-stream", filename="ä.bin")
subprocess.run(["/usr/sbin/sendmail", "-t", "-oi"], input=bytes(mail), check=True)
"#,
    );
    stage.play("as amy python3 /srv/mail.py").exit(0).silent();
    stage.sent(1);
    for name in ["bob", "root", "bcc"] {
        let mail = stage.arrived(name);
        mail.is_whole().came_from(WATCH).is_from("Jobs", &stage.at_home("jobs@DOMAIN"));
        mail.is_to(&[stage.at_home("bob@DOMAIN"), ROOT.to_owned()]);
        mail.is_about("Prüfung: naïve café");
        assert_eq!(mail.parsed.text.as_deref(), Some("Grüße\n.\n.dot\nFrom here\n"));
        assert_eq!(mail.parsed.attachments[0].octets, (0..=255).collect::<Vec<u8>>());
    }
}
