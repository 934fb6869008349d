//! STARTTLS, the handshake, the server's certificate and our own.

use super::{Row, row, sure, weak};
use crate::advice::situation::Kind::{Certificate, Injected, Refused, StartTlsNotOffered};
use crate::advice::situation::When::{
    self, At, AuthInClear, Broke, Failed, Fault, Identity, KeywordMasked, Local, NameKnown,
    NameUnknown, NoUser, NotPort, OnlyFaults, Port, Remote, Tls as TlsIs, User,
};
use crate::advice::tls_kind::CertificateKind::{
    CommonNameOnly, Expired, Issuer, IssuerHasUrl, IssuerNotSent, NotPinned, NotYetValid,
    SelfSigned, Unfit, WeakKey, WrongName,
};
use crate::advice::tls_kind::HandshakeKind::{
    BelowMinimum, CertificateRefused, CertificateWanted, NoTls, Other as OtherBreak, TooOld,
    UnknownName, WrongKey,
};
use crate::advice::tls_kind::IdentityKind::{Encrypted, NoKey, OtherKey, OthersMayRead};
use crate::model::Stage;
use crate::model::Tls::{Implicit, StartTls};

const LOCAL: &str =
    "the server is this machine, and no network lies between: tls = \"none\" loses nothing";
const CLEAR: &str = "tls = \"none\"";
const CLEAR_WITH_PASSWORD: &str = "tls = \"none\" and danger_cleartext_auth = true";
const NEVER: &str = "never use STARTTLS: tls = \"none\"";
const NEVER_WITH_PASSWORD: &str =
    "never use STARTTLS: tls = \"none\" and danger_cleartext_auth = true";

/// Where a server's TLS cannot be had at all.
const NO_USE: When = Broke(&[NoTls, TooOld, OtherBreak]);
/// What a pin makes good.
const PINNABLE: When = OnlyFaults(&[
    SelfSigned,
    Issuer,
    IssuerNotSent,
    IssuerHasUrl,
    Expired,
    NotYetValid,
    WrongName,
    CommonNameOnly,
    Unfit,
]);
/// What trusting one more certificate makes good.
const TRUSTABLE: When = OnlyFaults(&[SelfSigned, Issuer, IssuerNotSent, IssuerHasUrl]);

pub(super) const ROWS: &[Row] = &[
    row(
        &[Broke(&[NoTls]), TlsIs(&[Implicit]), NotPort(465)],
        "set tls = \"starttls\"; implicit TLS is usually on port 465",
    ),
    row(&[Broke(&[NoTls]), TlsIs(&[Implicit]), Port(465)], "try port = 587, tls = \"starttls\""),
    row(
        &[Broke(&[NoTls, OtherBreak]), TlsIs(&[StartTls])],
        "the server offers STARTTLS, but it does not work: tell its administrator, or try \
         port = 465, tls = \"implicit\"",
    ),
    row(
        &[Broke(&[TooOld])],
        "no setting makes mailsend speak older TLS, which is broken: the server's administrator \
         must bring it up to date",
    ),
    sure(
        &[Broke(&[BelowMinimum])],
        "ask the server's administrator for TLS 1.3, or set min_tls = \"1.2\", which is not weak",
    ),
    row(
        &[Broke(&[UnknownName])],
        "set host to the server's own name, or server_name where host must stay as it is",
    ),
    row(
        &[Broke(&[WrongKey])],
        "somebody between here and {host} may be playing the server: tell its administrator",
    ),
    row(
        &[Broke(&[CertificateWanted])],
        "set client_certificate = \"FILE.pem\", and client_key = \"KEY.pem\" if its key is not in \
         the same file; both come from the server's administrator",
    ),
    row(
        &[Broke(&[CertificateRefused])],
        "ask the server's administrator whether the certificate in client_certificate is still \
         valid there, and whether intermediates must stand behind it in the file",
    ),
    weak(&[NO_USE, TlsIs(&[StartTls]), User], NEVER_WITH_PASSWORD),
    weak(&[NO_USE, TlsIs(&[StartTls]), NoUser], NEVER),
    row(
        &[Fault(&[NotPinned])],
        "the certificate was renewed, or somebody is in between; ask the administrator, and only \
         then set pin_sha256 = [\"{pin}\"]",
    ),
    row(
        &[Fault(&[IssuerHasUrl]), TRUSTABLE],
        "tell the administrator to send the whole chain; until then get '{issuer}' from {url}, \
         make it PEM, and set ca_file = \"FILE.pem\"",
    ),
    row(
        &[Fault(&[IssuerNotSent]), TRUSTABLE],
        "get the certificate of '{issuer}' from the administrator and set ca_file = \"FILE.pem\"; \
         if it is an intermediate, the server should send it",
    ),
    row(
        &[Fault(&[Issuer]), TRUSTABLE],
        "get the authority's certificate from the administrator and set ca_file = \"FILE.pem\"",
    ),
    row(
        &[Fault(&[SelfSigned]), TRUSTABLE],
        "get this certificate from the administrator and set ca_file = \"FILE.pem\"",
    ),
    row(
        &[Fault(&[Expired])],
        "tell the server's administrator to renew it; if this machine's clock is wrong, set that",
    ),
    row(
        &[Fault(&[NotYetValid])],
        "set this machine's clock, or wait until the certificate is valid",
    ),
    row(
        &[Fault(&[WrongName]), NameKnown],
        "if {name} is the server that you mean, set host to it, or server_name = \"{name}\" where \
         host must stay as it is",
    ),
    row(
        &[Fault(&[WrongName]), NameUnknown],
        "set host to the name that it is for, or server_name where host must stay as it is",
    ),
    row(
        &[Failed(Certificate), PINNABLE],
        "compare this SHA-256 with the administrator's and pin the certificate: \
         pin_sha256 = [\"{pin}\"]",
    ),
    row(
        &[Fault(&[CommonNameOnly])],
        "tell the server's administrator that its certificate needs a subjectAltName",
    ),
    row(
        &[Fault(&[WeakKey])],
        "not even a pin helps: its administrator must make a new key, RSA with 2048 bits or P-256 \
         (this one's certificate has the SHA-256 {pin})",
    ),
    row(&[Failed(Certificate), TRUSTABLE, Local, NoUser], LOCAL),
    weak(
        &[Failed(Certificate), OnlyFaults(&[WrongName, CommonNameOnly])],
        "danger_accept_wrong_name = true",
    ),
    weak(&[Failed(Certificate), PINNABLE, AuthInClear, User], CLEAR_WITH_PASSWORD),
    sure(
        &[Identity(&[Encrypted])],
        "store it decrypted in a file that only you can read: (umask 077; openssl pkey -in {file} \
         -out KEY.pem), then client_key = \"KEY.pem\"",
    ),
    sure(
        &[Identity(&[OthersMayRead])],
        "run chmod 600 {file}, or where that is impossible, set danger_readable_secret_file = true",
    ),
    sure(&[Identity(&[NoKey])], "if the key is in another file, set client_key = \"KEY.pem\""),
    sure(
        &[Identity(&[OtherKey])],
        "the certificate of this key must stand first in client_certificate, its intermediates \
         behind it",
    ),
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
