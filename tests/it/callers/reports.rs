//! What tells root of the system: mdadm, logwatch, unattended-upgrades.

use super::{Stage, WATCH};

/// Has mdadm tell of no array, which there need not be to be told of.
fn tested(stage: &Stage) {
    let outcome = stage.play("mdadm --monitor --test --oneshot /dev/md0");
    outcome.exit(0).stdout_is("");
    outcome.stderr_is("mdadm: Monitor using email address \"root\" from config file\n");
    stage.sent(1);
}

#[test]
fn mdadm_sends_its_test_mail() {
    let Some(stage) = Stage::new("mdadm") else { return };
    let stage = stage.file("etc/mdadm/mdadm.conf", "MAILADDR root\n");
    tested(&stage);
    let mail = stage.arrived("root");
    mail.is_whole().came_from(WATCH).is_from("mdadm monitoring", WATCH);
    mail.is_to(&[stage.at_home("root@DOMAIN")]).is_about("TestMessage event on /dev/md0:night");
    assert!(mail.body().contains("A TestMessage event had been detected on md device /dev/md0."));
}

#[test]
fn whom_mdadm_names_as_the_sender_becomes_the_profile_s_where_a_server_wants_that() {
    let Some(stage) = Stage::new("mdadm-always") else { return };
    let stage = stage
        .keys("from_rewrite = 'always'")
        .file("etc/mdadm/mdadm.conf", "MAILADDR root\nMAILFROM \"Disks <disks@example.test>\"\n");
    tested(&stage);
    let mail = stage.arrived("root");
    mail.is_whole().came_from(WATCH).is_from("Disks", WATCH);
    assert_eq!(mail.parsed.reply_to, [("Disks".to_owned(), "disks@example.test".to_owned())]);
}

#[test]
fn logwatch_mails_its_report() {
    let Some(stage) = Stage::new("logwatch") else { return };
    let outcome = stage.play(
        r#"
        for host in 192.0.2.8 192.0.2.9; do
          echo "$(date '+%b %e %T') night sshd[1]: Failed password for root from $host port 22 ssh2"
        done >/var/log/auth.log
        mkdir -p /var/cache/logwatch
        logwatch --output mail --mailto root --service sshd --range today --detail high
        "#,
    );
    outcome.exit(0).silent();
    stage.sent(1);
    let mail = stage.arrived("root");
    mail.is_whole()
        .came_from(WATCH)
        .is_from("Night Watch", WATCH)
        .is_to(&[stage.at_home("root@DOMAIN")]);
    mail.is_about("Logwatch for night (Linux)");
    assert!(mail.body().contains("\n    192.0.2.9: 1 Time\n"), "{}", mail.body());
    assert_eq!(mail.fields("Auto-Submitted"), ["auto-generated"]);
}

/// The only package that is installed, and a repository with a newer one.
pub(super) const PARROT: &str = r#"
mount -t tmpfs tmpfs /var/lib/dpkg
mkdir /var/lib/dpkg/{info,triggers,updates}
touch /var/lib/dpkg/{available,status}
mkdir -p /srv/parrots/new/DEBIAN /var/log/unattended-upgrades /srv/lists/partial
cd /srv/parrots
for version in 1 2; do
  printf '%s\n' 'Package: parrot' "Version: $version" 'Architecture: all' \
    'Maintainer: Amy <amy@example.test>' 'Description: a bird' >new/DEBIAN/control
  dpkg-deb --build new "$version.deb" >/dev/null
done
dpkg --install 1.deb >/dev/null
{ dpkg-deb --field 2.deb
  echo 'Filename: ./2.deb'
  echo "Size: $(stat -c %s 2.deb)"
  echo "SHA256: $(sha256sum 2.deb | cut -d ' ' -f 1)"
} >Packages
rm -rf /etc/apt/sources.list*
echo 'deb [trusted=yes] file:/srv/parrots ./' >/etc/apt/sources.list
apt-get -qq update
"#;

/// Has apt keep what it learns of that to itself.
pub(super) const LISTS: &str = "Dir::State::lists \"/srv/lists\";\n\
    Dir::Cache::pkgcache \"\";\nDir::Cache::srcpkgcache \"\";\n";

#[test]
fn unattended_upgrades_mails_what_it_upgraded() {
    let Some(stage) = Stage::new("upgrades") else { return };
    let stage = stage.file("etc/apt/apt.conf.d/99lists", LISTS).file(
        "etc/apt/apt.conf.d/99upgrades",
        "Unattended-Upgrade::Mail \"root\";\n\
         Unattended-Upgrade::Origins-Pattern { \"origin=*\"; };\n",
    );
    let version = "dpkg-query --show --showformat '${Version}\\n' parrot";
    stage
        .play(&format!("{PARROT}unattended-upgrade\n{version}\n"))
        .exit(0)
        .stdout_is("2\n")
        .lacks("mailsend");
    stage.sent(1);
    let mail = stage.arrived("root");
    mail.is_whole()
        .came_from(WATCH)
        .is_from("Night Watch", WATCH)
        .is_to(&[stage.at_home("root@DOMAIN")]);
    mail.is_about("unattended-upgrades result for night.example.test: SUCCESS");
    let text = mail.parsed.text.clone().unwrap();
    assert!(text.contains("\nPackages that were upgraded:\n parrot\n"), "{text}");
}
