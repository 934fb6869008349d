//! AUTH: what the password really is, and what else keeps a login out.

use super::{Row, row, sure, weak};
use crate::advice::Remedy;
use crate::advice::situation::Kind::{
    AuthNotOffered, CredentialsRefused, NoMechanism, Refused, ServerUnproven, Unprotected,
};
use crate::advice::situation::When::{
    At, AuthAuto, AuthNamed, AuthNowhere, AuthOnlyInClear, Code, Failed, Hidden,
    InitialResponseRefused, LoginPrompted, NotTheWord, Offers, OffersOAuth, PasswordAskedFirst,
    Proves, Says, SaysNot, SecretKnown, StartTlsNotOffered, StartTlsOffered, Tls as TlsIs,
    TokenOnly,
};
use crate::model::Proof;
use crate::model::Stage::{Auth, Mail};
use crate::model::Tls::{Implicit, Plaintext, StartTls};

const CODE: &str = "the password here is an authorization code (授权码), made in the mailbox's \
                    settings, not the one for the web page";
const SWITCH_ON: &str = "switch SMTP on in the mailbox's settings, and use the authorization code \
                         (授权码) that is made there; after many tries wait some minutes";
const APP_PASSWORD: &str =
    "the password here is an app password, made in the account's security settings";
const ONLY_OAUTH: &str = "this mailbox takes only OAuth: set token_command = \"…\", a program \
                          that prints an access token, such as oama or mutt_oauth2.py";
const ALLOW_SMTP: &str =
    "passwords are switched off for SMTP: the administrator can allow SMTP AUTH for this mailbox";

const CODE_WORDS: &[&str] = &["authorization code", "授权码", "authorized code"];
const SWITCHED_OFF_WORDS: &[&str] =
    &["user has no permission", "service is not open", "open smtp", "smtp service is not"];
const APP_WORDS: &[&str] = &["application-specific password", "app password", "5.7.9"];
const OAUTH_WORDS: &[&str] = &["basic authentication is", "5.7.30"];

pub(super) const ROWS: &[Row] = &[
    weak(
        &[Failed(AuthNotOffered), AuthOnlyInClear, TlsIs(&[Implicit, StartTls])],
        "tls = \"none\" and danger_cleartext_auth = true",
    ),
    row(
        &[Failed(AuthNotOffered), StartTlsOffered, TlsIs(&[Plaintext])],
        "the server may offer AUTH inside TLS: tls = \"starttls\"",
    ),
    row(
        &[Failed(AuthNotOffered), AuthNowhere],
        "if the server wants no password, remove username or set auth = \"none\"; to try all the \
         same, name the mechanism: auth = \"login\"",
    ),
    sure(
        &[Failed(NoMechanism), TokenOnly],
        "this server takes passwords: set password_command in place of the token",
    ),
    sure(
        &[Failed(NoMechanism), OffersOAuth],
        "the server takes only OAuth here: set token_command = \"…\", a program that prints an \
         access token, such as oama or mutt_oauth2.py",
    ),
    row(
        &[Failed(NoMechanism)],
        "mailsend speaks {mechanisms}; ask the administrator for one of them",
    ),
    row(&[Failed(Unprotected), StartTlsOffered], "set tls = \"starttls\""),
    row(
        &[Failed(Unprotected), StartTlsNotOffered],
        "try port = 465, tls = \"implicit\", or port = 587, tls = \"starttls\"",
    ),
    weak(
        &[Failed(Unprotected), Offers("CRAM-MD5")],
        "auth = \"CRAM-MD5\", which hides a good password, but not a weak one",
    ),
    weak(&[Failed(Unprotected)], "danger_cleartext_auth = true"),
    sure(
        &[Failed(ServerUnproven)],
        "whoever answers does not have this account: check host = \"{host}\", and whether \
         somebody is in between; do not set auth = \"plain\" before that is known",
    ),
    sure(&[Failed(CredentialsRefused), Says(OAUTH_WORDS), Proves(Proof::Password)], ONLY_OAUTH),
    sure(
        &[Failed(CredentialsRefused), Proves(Proof::Token)],
        "an access token is good for an hour or so, and for the user and the scope that it was \
         made for: make a new one, and check username = \"{user}\"",
    ),
    sure(
        &[Failed(CredentialsRefused), Proves(Proof::Certificate)],
        "the administrator has to know this client certificate; if it belongs to another name, \
         set username, or leave it out",
    ),
    sure(
        &[Failed(CredentialsRefused), PasswordAskedFirst, LoginPrompted],
        "it asked for the password first; set login_style = \"initial-response\"",
    )
    .cured_by(Remedy::OtherMechanism),
    // What providers answer.
    sure(&[Failed(CredentialsRefused), Says(CODE_WORDS)], CODE),
    sure(&[Failed(CredentialsRefused), Says(SWITCHED_OFF_WORDS)], SWITCH_ON),
    sure(&[Failed(Refused), At(Auth), Says(SWITCHED_OFF_WORDS)], SWITCH_ON),
    sure(
        &[Failed(Refused), At(Auth), Says(&["web browser", "web login"])],
        "log in once with a browser, then use an app password, made in the account's security \
         settings",
    ),
    sure(&[Failed(CredentialsRefused), Says(APP_WORDS)], APP_PASSWORD),
    sure(&[Failed(Refused), At(Auth), Says(APP_WORDS)], APP_PASSWORD),
    sure(&[Failed(Refused), Says(OAUTH_WORDS)], ONLY_OAUTH),
    sure(&[Failed(CredentialsRefused), Says(&["smtpclientauthentication"])], ALLOW_SMTP),
    row(
        &[Failed(CredentialsRefused), Says(&["5.7.3 authentication unsuccessful"])],
        "check username = \"{user}\" and the password; if both are right, the administrator has to \
         allow SMTP AUTH for this mailbox",
    ),
    sure(
        // With an enhanced code these are the words of RFC 4954, which anybody may say.
        &[
            Failed(CredentialsRefused),
            Says(&["authentication credentials invalid"]),
            SaysNot(&["5.7.8"]),
        ],
        "Amazon SES wants SMTP credentials, made in its console for this region; AWS access keys \
         are something else",
    ),
    sure(
        &[Failed(CredentialsRefused), NotTheWord],
        "the user name at {provider} is the word \"{word}\", for everybody: username = \"{word}\"; \
         the password is {secret}",
    ),
    sure(
        &[Failed(CredentialsRefused), Says(&["gsmtp"])],
        "the password at gmail is an app password (16 letters); the account needs 2-Step \
         Verification for one",
    ),
    sure(
        &[Failed(CredentialsRefused), SecretKnown],
        "the password at {provider} is {secret}; check username = \"{user}\" too",
    ),
    row(
        &[Failed(CredentialsRefused), Hidden, Offers("PLAIN")],
        "some servers offer what they cannot check; if the password is right, auth = \"plain\"",
    )
    .cured_by(Remedy::OtherMechanism),
    row(
        &[Failed(CredentialsRefused), SaysNot(&["5.7.3 authentication unsuccessful"])],
        "check username = \"{user}\" and the password; many providers want an authorization code \
         or app password instead of the one for the web page",
    ),
    // What keeps a login out before any password is judged.
    row(
        &[Failed(Refused), At(Auth), InitialResponseRefused],
        "set login_style = \"prompted\" (or \"auto\")",
    )
    .cured_by(Remedy::OtherMechanism),
    sure(
        &[
            Failed(Refused),
            At(Auth),
            TlsIs(&[Plaintext]),
            Says(&["starttls", "encrypt", "tls", "secure"]),
        ],
        "the server wants TLS before AUTH: tls = \"starttls\"",
    ),
    sure(
        &[Failed(Refused), TlsIs(&[Plaintext]), Says(&["starttls"]), At(Mail)],
        "the server wants TLS first: tls = \"starttls\"",
    ),
    sure(
        &[Failed(Refused), At(Auth), Code(&[421, 432, 450, 451, 454])],
        "this may pass, and nothing was sent: run it again in some minutes",
    ),
    row(
        &[Failed(Refused), At(Auth), AuthAuto, Code(&[500, 501, 502, 503, 504, 535])],
        "if you know which mechanism works, name it: auth = \"login\" or auth = \"plain\"",
    )
    .cured_by(Remedy::OtherMechanism),
    row(
        &[Failed(Refused), At(Auth), AuthNamed, Code(&[500, 501, 502, 503, 504, 535])],
        "the server offers {offered}: leave auth = \"auto\", or name what it offers",
    )
    .cured_by(Remedy::OtherMechanism),
];
