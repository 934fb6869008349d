//! What holds of a configuration file whatever is written in it. The tests below drive it with
//! what looks like one, the fuzzer (`fuzz/`) with octets of its own.

use std::path::Path;

use super::file::File;
use super::{
    Change, Configuration, Origin, Profile, Setting, edit, explain, resolve, without_secrets,
};
use crate::model::AuthPolicy;

/// Every complaint has its place in the file; what is free of them either resolves to a server that
/// can be used and explained, or is refused in words, and no danger comes of itself.
pub fn file(octets: &[u8]) {
    let Ok(text) = std::str::from_utf8(octets) else { return };
    let (file, complaints) = File::survey(text, Path::new("/f"), Some(Path::new("/home/n")));
    for complaint in &complaints {
        assert!(!complaint.to_string().is_empty());
        if let Some(Origin::File { line, column, .. }) = complaint.place() {
            let lines = text.matches('\n').count() + 1;
            assert!((1..=lines).contains(line) && *column > 0, "{complaint}");
        }
    }
    if complaints.is_empty() {
        let configuration = Configuration::new(vec![file], Vec::new());
        configuration.profile_names().iter().for_each(|name| profile(&configuration, name, text));
    }
    edited(text);
    // What is shown stands in the lines in which it is written.
    assert_eq!(without_secrets(text).lines().count(), text.lines().count());
}

/// A change is made as it was asked for, or refused.
fn edited(text: &str) {
    let changes = [Change::set("port", Setting::Number(1)), Change::remove("tls")];
    for name in ["base", "new \n"] {
        let Ok(edited) = edit(text, Path::new("/f"), name, &changes) else { continue };
        let (file, _) = File::survey(&edited, Path::new("/f"), None);
        let profile = &file.profiles[name];
        assert!(profile.port.as_ref().is_some_and(|port| port.value == 1) && profile.tls.is_none());
    }
}

fn profile(configuration: &Configuration, name: &str, text: &str) {
    let Ok(chosen) = configuration.named(name) else { return };
    let (settings, keys) = match explain(configuration, &chosen) {
        Ok(explained) => explained,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert!(resolve(&chosen, Profile::default()).is_err(), "{name} resolves unexplained");
            return;
        }
    };
    assert!(resolve(&chosen, Profile::default()).is_ok(), "{name} is explained and of no use");
    assert!(keys.iter().any(|explanation| explanation.key == "host"));
    let server = &settings.server;
    assert!(!server.host.is_empty());
    assert_eq!(server.port == 0, server.socket().is_some());
    assert!(!server.host.contains(|c: char| c.is_whitespace() || c.is_control()));
    assert!(
        !server.ehlo.as_ref().is_some_and(|ehlo| ehlo.contains(|c: char| !c.is_ascii_graphic()))
    );
    assert!(!matches!(&server.auth, AuthPolicy::Named(mechanisms) if mechanisms.is_empty()));
    let danger = server.danger_cleartext_auth
        || server.trust.danger_accept_invalid_certs
        || server.trust.danger_accept_wrong_name;
    assert!(!danger || text.contains("danger_"), "nobody asked for danger");
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use crate::config::KEYS;
    use crate::model::address::properties::corpus;

    #[test]
    fn what_the_fuzzer_kept_still_holds() {
        corpus("configuration").iter().for_each(|octets| super::file(octets));
    }

    fn line() -> impl Strategy<Value = String> {
        let key = prop_oneof![
            8 => prop::sample::select(KEYS.to_vec()).prop_map(str::to_owned),
            2 => Just("host".to_owned()),
            1 => "[a-z_.\"]{0,8}",
        ];
        let value = prop_oneof![
            r#""[a-z.@:\[\]0-9~/ \\]{0,12}""#,
            "-?[0-9]{1,6}",
            "true|false|\\[\\]|\\{\\}",
            r#""(none|starttls|implicit|opportunistic|auto|login|prompted|never|qq|gmail|base)""#,
            r#"\["[a-z@.]{1,8}"(, "[a-z]{0,5}")?\]"#,
            "\\PC{0,8}",
        ];
        prop_oneof![
            6 => (key, value).prop_map(|(key, value)| format!("{key} = {value}\n")),
            1 => "(\\[defaults\\]|\\[aliases\\]|\\[profiles\\.(base|corp|\"\")\\]|\\[\\[profiles\\]\\]|#.*|)\n",
        ]
    }

    proptest! {
        #[test]
        fn no_file_panics_and_complaints_have_their_places(lines in vec(line(), 0..12)) {
            super::file(format!("[profiles.base]\nhost = \"a\"\n{}", lines.concat()).as_bytes());
            super::file(lines.concat().as_bytes());
        }

        #[test]
        fn a_profile_of_few_right_lines_is_usable(lines in vec(line(), 0..3)) {
            let text = format!("[profiles.base]\nhost = \"a\"\n{}", lines.concat());
            super::file(text.as_bytes());
        }

        #[test]
        fn no_text_breaks_it(text in "\\PC{0,60}") {
            super::file(text.as_bytes());
        }
    }
}
