//! STARTTLS, the handshake and the certificate.

use super::{Row, row, weak};
use crate::advice::situation::Kind::{
    Certificate, Handshake, Injected, Refused, StartTlsNotOffered,
};
use crate::advice::situation::When::{
    At, AuthInClear, Failed, KeywordMasked, Local, NoPins, NoUser, NotPort, PinMismatch, Port,
    Reason, Remote, Tls as TlsIs, UnknownIssuer, User,
};
use crate::model::Stage;
use crate::model::Tls::{Implicit, StartTls};

const LOCAL: &str =
    "the server is this machine, and no network lies between: tls = \"none\" loses nothing";
const CLEAR: &str = "tls = \"none\"";
const CLEAR_WITH_PASSWORD: &str = "tls = \"none\" and danger_cleartext_auth = true";
const NEVER: &str = "never use STARTTLS: tls = \"none\"";
const NEVER_WITH_PASSWORD: &str =
    "never use STARTTLS: tls = \"none\" and danger_cleartext_auth = true";

pub(super) const ROWS: &[Row] = &[
    row(
        &[Failed(Handshake), TlsIs(&[Implicit]), NotPort(465)],
        "set tls = \"starttls\"; implicit TLS is usually on port 465",
    ),
    row(&[Failed(Handshake), TlsIs(&[Implicit]), Port(465)], "try port = 587, tls = \"starttls\""),
    row(
        &[Failed(Handshake), TlsIs(&[StartTls])],
        "the server offers STARTTLS, but it does not work: tell its administrator, or try \
         port = 465, tls = \"implicit\"",
    ),
    weak(&[Failed(Handshake), TlsIs(&[StartTls]), User], NEVER_WITH_PASSWORD),
    weak(&[Failed(Handshake), TlsIs(&[StartTls]), NoUser], NEVER),
    row(
        &[Failed(Certificate), PinMismatch],
        "the certificate was renewed, or somebody is in between; ask the administrator, and only \
         then set pin_sha256 = [\"{pin}\"]",
    ),
    row(
        &[Failed(Certificate), UnknownIssuer],
        "get the authority's certificate from the administrator and set ca_file = \"FILE.pem\"",
    ),
    row(
        &[Failed(Certificate), Reason(&["for another name", "not for"])],
        "set host to the name that it is for, or server_name where host must stay as it is",
    ),
    row(
        &[Failed(Certificate), NoPins],
        "or compare this SHA-256 with the administrator's and pin the certificate: \
         pin_sha256 = [\"{pin}\"]",
    ),
    row(&[Failed(Certificate), UnknownIssuer, Local, NoUser], LOCAL),
    weak(&[Failed(Certificate), NoPins, AuthInClear, User], CLEAR_WITH_PASSWORD),
    row(
        &[Failed(StartTlsNotOffered), KeywordMasked],
        "a firewall between here and {host} hides what the server offers (XXXXXXXA): have its \
         SMTP inspection switched off",
    ),
    row(&[Failed(StartTlsNotOffered), NotPort(465)], "try port = 465, tls = \"implicit\""),
    row(&[Failed(StartTlsNotOffered), Port(465)], "try tls = \"implicit\""),
    row(&[Failed(StartTlsNotOffered), Local, NoUser], LOCAL),
    weak(&[Failed(StartTlsNotOffered), User], CLEAR_WITH_PASSWORD),
    weak(&[Failed(StartTlsNotOffered), Remote, NoUser], CLEAR),
    row(&[Failed(Injected)], "somebody between here and {host} tampers with the connection"),
    row(
        &[Failed(Refused), At(Stage::StartTls)],
        "the server offers STARTTLS and refuses it: try again later, or port = 465, \
         tls = \"implicit\"",
    ),
    weak(&[Failed(Refused), At(Stage::StartTls), User], NEVER_WITH_PASSWORD),
    weak(&[Failed(Refused), At(Stage::StartTls), NoUser], NEVER),
];
