//! The RFCs' examples, and servers that are not to be followed.

use proptest::prelude::*;

use super::*;

fn first(hash: Hash, binding: Binding, nonce: &str) -> First {
    First::new(hash, binding, "user", nonce.to_owned(), LEAST_ITERATIONS)
}

/// RFC 5802 §5
#[test]
fn sha_1_is_that_of_the_standard() {
    let first = first(Hash::Sha1, Binding::None, "fyko+d2lbbFgONRv9qkxdawL");
    assert_eq!(first.message(), "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL");
    let server = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    let (message, expected) = first.answer(server, b"pencil").unwrap();
    assert_eq!(
        *message,
        "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts="
    );
    assert_eq!(expected.verify(b"v=rmF9pqV8S7suAoZWja4dJRkFsKQ="), Ok(()));
}

/// RFC 7677 §3
#[test]
fn sha_256_is_that_of_the_standard() {
    let first = first(Hash::Sha256, Binding::None, "rOprNGfwEbeRWgbNEkqO");
    let server = b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
                   s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    let (message, expected) = first.answer(server, b"pencil").unwrap();
    assert_eq!(
        *message,
        "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,\
         p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ="
    );
    assert_eq!(expected.verify(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="), Ok(()));
}

#[test]
fn the_binding_is_in_the_first_and_in_the_final_message() {
    for (binding, header, bound) in [
        (Binding::None, "n,,n=user,r=abc", "c=biws,".to_owned()),
        (Binding::NotOffered, "y,,n=user,r=abc", "c=eSws,".to_owned()),
        (
            Binding::TlsExporter([7; 32]),
            "p=tls-exporter,,n=user,r=abc",
            format!("c={},", STANDARD.encode([b"p=tls-exporter,,".as_slice(), &[7; 32]].concat())),
        ),
    ] {
        let first = first(Hash::Sha256, binding, "abc");
        assert_eq!(first.message(), header);
        let (message, _) = first.answer(b"r=abcd,s=QSXC,i=4096", b"p").unwrap();
        assert!(message.starts_with(&bound), "{message:?}");
    }
}

#[test]
fn names_and_passwords_are_prepared() {
    let named =
        |name: &str| First::new(Hash::Sha1, Binding::None, name, "abc".to_owned(), 1).message();
    assert_eq!(named("a,b=c"), "n,,n=a=2Cb=3Dc,r=abc");
    // RFC 4013 §3: a soft hyphen is nothing, the Roman numeral nine is IX.
    assert_eq!(named("I\u{ad}X"), "n,,n=IX,r=abc");
    assert_eq!(*prepared("\u{2168}".as_bytes()), b"IX");
    assert_eq!(*prepared("pässwörd".as_bytes()), "pässwörd".as_bytes());
    // What SASLprep does not know is left as it is.
    for unknown in ["\u{1f600}".as_bytes(), b"\xff\xfe", b"\x07"] {
        assert_eq!(*prepared(unknown), unknown);
    }
}

#[test]
fn a_server_that_is_not_to_be_followed_is_told_apart() {
    let trouble = |server: &str| {
        first(Hash::Sha256, Binding::None, "abc").answer(server.as_bytes(), b"p").unwrap_err()
    };
    for (server, expected) in [
        ("", Trouble::NoScram),
        ("hello", Trouble::NoScram),
        ("s=QSXC,r=abcd,i=4096", Trouble::NoScram),
        ("r=abcd,s=!!!,i=4096", Trouble::NoScram),
        ("r=abcd,s=,i=4096", Trouble::NoScram),
        ("r=abcd,s=QSXC,i=+4096", Trouble::NoScram),
        ("r=abcd,s=QSXC,i=", Trouble::NoScram),
        ("r=abcd,s=QSXC", Trouble::NoScram),
        ("e=other-error", Trouble::Refused("other-error".to_owned())),
        ("r=xyz,s=QSXC,i=4096", Trouble::Nonce),
        ("r=abc,s=QSXC,i=4096", Trouble::Nonce),
        ("r=ab,s=QSXC,i=4096", Trouble::Nonce),
        ("m=x,r=abcd,s=QSXC,i=4096", Trouble::Extension),
        ("r=abcd,s=QSXC,i=0", Trouble::Iterations("0".to_owned())),
        ("r=abcd,s=QSXC,i=4095", Trouble::Iterations("4095".to_owned())),
        ("r=abcd,s=QSXC,i=5000001", Trouble::Iterations("5000001".to_owned())),
        (
            "r=abcd,s=QSXC,i=99999999999999999999",
            Trouble::Iterations("99999999999999999999".to_owned()),
        ),
    ] {
        assert_eq!(trouble(server), expected, "{server:?}");
    }
}

#[test]
fn fewer_iterations_do_where_nobody_listens() {
    let first = First::new(Hash::Sha1, Binding::None, "u", "abc".to_owned(), 1);
    assert!(first.answer(b"r=abcd,s=QSXC,i=1", b"p").is_ok());
    assert!(first.answer(b"r=abcd,s=QSXC,i=0", b"p").is_err());
    assert!(first.answer(b"r=abcd,s=QSXC,i=4096,x=y", b"p").is_ok(), "extensions may follow");
}

#[test]
fn a_server_that_does_not_know_the_password_is_found_out() {
    let first = first(Hash::Sha1, Binding::None, "fyko+d2lbbFgONRv9qkxdawL");
    let server = b"r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096";
    let (_, expected) = first.answer(server, b"pencil").unwrap();
    for wrong in ["v=rmF9pqV8S7suAoZWja4dJRkFsLQ=", "v=", "", "ok", "v=rmF9pqV8S7suAoZWja4dJRkFs"] {
        assert_eq!(expected.verify(wrong.as_bytes()), Err(Trouble::Unproven), "{wrong:?}");
    }
    let refused = Err(Trouble::Refused("invalid-proof".to_owned()));
    assert_eq!(expected.verify(b"e=invalid-proof"), refused);
}

proptest! {
    #[test]
    fn no_challenge_makes_it_panic(
        server in "(r=abc[a-z]{0,3},)?(s=[A-Za-z=]{0,8},)?(i=[0-9]{0,3})?\\PC{0,20}",
        last in "(v=|e=)?\\PC{0,40}",
    ) {
        let first = First::new(Hash::Sha256, Binding::None, "u", "abc".to_owned(), 1);
        if let Ok((_, expected)) = first.answer(server.as_bytes(), b"p") {
            prop_assert!(expected.verify(last.as_bytes()).is_err());
        }
    }
}
