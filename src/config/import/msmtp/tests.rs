//! msmtprc files, and the profiles that they become.

use super::super::Format;
use super::super::tests::imported;

fn becomes(text: &str, expected: &str) {
    assert_eq!(imported(Format::Msmtp, text), expected);
}

#[test]
fn accounts_with_defaults_and_bases_become_profiles() {
    becomes(
        "# mine\ndefaults\nauth on\ntls on\ntls_trust_file /etc/ssl/certs/ca-certificates.crt\n\
         logfile ~/.msmtp.log\n\n\
         account gmail\nhost smtp.gmail.com\nport 587\nfrom nick@gmail.com\nfrom_full_name Zhang, San\n\
         user nick@gmail.com\npasswordeval \"pass show gmail\"\n\n\
         account qq : gmail\nhost smtp.qq.com\nport 465\ntls_starttls off\nfrom 1@qq.com\n\
         user 1@qq.com\npassword hunter2\n\naccount default : gmail\n",
        "default: gmail\n\
         [profiles.gmail]\nhost = \"smtp.gmail.com\"\nport = 587\ntls = \"starttls\"\n\
         username = \"nick@gmail.com\"\npassword_command = \"pass show gmail\"\n\
         from = '\"Zhang, San\" <nick@gmail.com>'\nlog = \"~/.msmtp.log\"\n\n\
         [profiles.qq]\nhost = \"smtp.qq.com\"\nport = 465\ntls = \"implicit\"\n\
         username = \"1@qq.com\"\n\
         # The password stands in line 22 of the settings. Without one of these you are asked for it:\n\
         # password_command = \"pass show mail/qq\"\n\
         # password_file = \"qq.password\"\n\
         from = '\"Zhang, San\" <1@qq.com>'\nlog = \"~/.msmtp.log\"\n---\n",
    );
}

#[test]
fn the_log_is_kept_where_it_was() {
    becomes(
        "account a\nhost h\nsyslog LOG_MAIL\n\naccount b\nhost h\nlogfile -\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"none\"\nlog = \"syslog\"\n\n\
         [profiles.b]\nhost = \"h\"\nport = 25\ntls = \"none\"\n---\n\
         7: logfile: set log to the whole path\n",
    );
}

#[test]
fn what_was_dangerous_stays_so_by_name_and_with_a_warning() {
    becomes(
        "account a\nhost h\nauth login\nuser n\n\
         account b\nhost h\ntls\ntls_certcheck off\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"none\"\nauth = \"LOGIN\"\n\
         username = \"n\"\n\
         danger_cleartext_auth = true  # anybody on the way can read the password\n\n\
         [profiles.b]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\n\
         danger_accept_invalid_certs = true  # anybody can be the server\n---\n\
         3: warning: profile a sends the password where anybody on the way can read it, as \
         these settings do; if the server has TLS, set tls and remove danger_cleartext_auth\n\
         8: warning: profile b accepts any certificate, as these settings do; better set \
         ca_file or pin_sha256\n",
    );
}

#[test]
fn a_login_that_was_safe_without_tls_is_not_made_unsafe() {
    becomes(
        "account a\nhost h\nauth on\nuser n\npassword p\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"none\"\n---\n\
         3: auth: without TLS msmtp never shows the password, mailsend may not either; the \
         login is left out: set tls, or username and danger_cleartext_auth\n",
    );
}

#[test]
fn trust_is_taken_over_or_named() {
    let pin = "AB:".repeat(31) + "AB";
    becomes(
        &format!(
            "defaults\ntls on\nhost h\naccount a\ntls_trust_file ~/ca.pem\n\
             tls_host_override x.y\naccount b\ntls_fingerprint {pin}\ntls_certcheck off\n\
             account c\ntls_fingerprint 00:11\naccount d\ntls_trust_file ca.pem\n"
        ),
        &format!(
            "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\nsystem_roots = false\n\
             ca_file = \"~/ca.pem\"\nserver_name = \"x.y\"\n\n\
             [profiles.b]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\npin_sha256 = [\"{}\"]\n\n\
             [profiles.c]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\n\n\
             [profiles.d]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\n---\n\
             11: tls_fingerprint: only SHA-256 will do; the error message of a first try shows it\n\
             13: tls_trust_file: set ca_file to the whole path\n",
            "ab".repeat(32)
        ),
    );
}

#[test]
fn what_is_of_no_use_is_left_out_and_named() {
    becomes(
        "account a\nfrom x@y.z\naccount b\nhost h\nport 99999\nfrom *@y.z\ncolour red\neval x\n\
         account c\nhost h\nprotocol uucp\naccount sandbox\nhost h\nauth xoauth2\nuser n\ntls on\n",
        "[profiles.b]\nhost = \"h\"\ntls = \"none\"\n\n\
         [profiles.imported-sandbox]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\n---\n\
         1: a is left out: no host is set\n\
         4: port: expected a whole number from 1 to 65535, found 99999\n\
         6: from: *@y.z is a pattern; name one address\n\
         7: colour: this is not known\n\
         8: eval: commands are not run; see password_command\n\
         11: c is left out: uucp is not supported\n\
         14: auth: the login is left out; for xoauth2 set token_command\n",
    );
}

#[test]
fn the_road_is_taken_over() {
    becomes(
        "account a\nhost h\nprotocol lmtp\nsource_ip 192.0.2.7\nproxy_host ::1\nproxy_port 9050\n\
         account b\nhost h\nproxy_host p\nsource_ip\nsocket /run/s\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"none\"\nprotocol = \"lmtp\"\n\
         proxy = \"socks5://[::1]:9050\"\nsource_address = \"192.0.2.7\"\n\n\
         [profiles.b]\nhost = \"h\"\nport = 25\ntls = \"none\"\nproxy = \"socks5://p:1080\"\n---\n\
         11: socket: set host to its path, without port and tls\n",
    );
}

#[test]
fn a_token_comes_from_where_the_password_came_from() {
    becomes(
        "account a\nhost h\ntls on\nauth xoauth2\nuser n@x.y\npasswordeval oama access n@x.y\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\nauth = \"XOAUTH2\"\n\
         username = \"n@x.y\"\ntoken_command = \"oama access n@x.y\"\n---\n",
    );
}

#[test]
fn a_client_certificate_and_the_log_are_taken_over() {
    becomes(
        "defaults\nlogfile ~/.msmtp.log\naccount a\nhost h\ntls on\nauth external\nuser n\n\
         tls_cert_file ~/me.pem\ntls_key_file /etc/me.key\naccount b\nhost h\nlogfile\n\
         syslog LOG_MAIL\n",
        "[profiles.a]\nhost = \"h\"\nport = 25\ntls = \"starttls\"\n\
         client_certificate = \"~/me.pem\"\nclient_key = \"/etc/me.key\"\nauth = \"EXTERNAL\"\n\
         username = \"n\"\nlog = \"~/.msmtp.log\"\n\n\
         [profiles.b]\nhost = \"h\"\nport = 25\ntls = \"none\"\nlog = \"syslog\"\n---\n",
    );
}

#[test]
fn names_and_authors_are_replaced_as_before() {
    let account = "host = \"h\"\nport = 25\ntls = \"none\"\n";
    for (lines, keys, remarks) in [
        ("aliases /etc/aliases", "aliases = \"/etc/aliases\"\n", ""),
        ("aliases names", "", "3: aliases: set aliases to the whole path\n"),
        ("aliases", "", ""),
        ("set_from_header on", "from_rewrite = \"always\"\n", ""),
        ("set_from_header off", "from_rewrite = \"never\"\n", ""),
        ("set_from_header auto", "", ""),
        (
            "allow_from_override off",
            "",
            "3: allow_from_override: from_rewrite = \"always\" does that, in From too\n",
        ),
        ("allow_from_override off\nset_from_header", "from_rewrite = \"always\"\n", ""),
        ("allow_from_override on", "", ""),
    ] {
        let text = format!("account a\nhost h\n{lines}\n");
        becomes(&text, &format!("[profiles.a]\n{account}{keys}---\n{remarks}"));
    }
}
