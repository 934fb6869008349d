//! EHLO's name, the sender, the recipients and the message.

use super::{Row, row, sure};
use crate::advice::Remedy;
use crate::advice::situation::Kind::{
    EightBitNotOffered, ExtensionNotOffered, Refused, SmtpUtf8NotOffered, TooLarge,
};
use crate::advice::situation::When::{
    ChunkRefused, Code, During, Failed, InGroup, NoUser, Says, SaysNot, SenderIsLogin, User,
    UserIsAddress, UserIsName,
};
use crate::model::Reply;
use crate::model::Stage::{Content, Data, EndOfData, Hello, Mail, Rcpt};

const SMALLER: &str = "send less, or put the file elsewhere and send a link";

const SENDER_WORDS: &[&str] = &[
    "same as authorization user",
    "equal authorized user",
    "not owned by",
    "send as this sender",
    "sendasdenied",
    "sender address rejected",
    "5.7.60",
];
const UNVERIFIED_WORDS: &[&str] = &[
    "address is not verified",
    "verified sender identity",
    "not authorized to send from",
    "domain is not verified",
];
const NO_SUCH_DOMAIN_WORDS: &[&str] =
    &["domain not found", "domain does not exist", "domain of sender address"];
const FULL_WORDS: &[&str] =
    &["mailbox full", "mailbox is full", "over quota", "overquota", "quota exceeded", ".2.2"];
const UNKNOWN_WORDS: &[&str] = &[
    "5.1.1",
    "user unknown",
    "unknown user",
    "no such user",
    "domain not found",
    "does not exist",
    "invalid recipient",
];
const COUNT_WORDS: &[&str] = &["too many", "rate limit", "frequency", "limit exceeded", "throttl"];
const LATER_WORDS: &[&str] = &["try again", "try later", "temporar", "come back"];

/// Whether a server refuses whoever is named as the sender.
pub fn refuses_sender(reply: &Reply) -> bool {
    let text = reply.to_string().to_lowercase();
    let words = [SENDER_WORDS, UNVERIFIED_WORDS, NO_SUCH_DOMAIN_WORDS];
    words.into_iter().flatten().any(|word| text.contains(word))
}

pub(super) const ROWS: &[Row] = &[
    sure(
        &[
            Failed(Refused),
            During(&[Hello, Mail, Rcpt]),
            Says(&["fully-qualified hostname", "fully qualified host", "helo", "ehlo"]),
            SaysNot(&["first"]),
        ],
        "the server does not like the name {ehlo} in EHLO: set ehlo = \"HOST.EXAMPLE.COM\", this \
         machine's full name",
    )
    .cured_by(Remedy::OtherName),
    // The sender.
    sure(
        &[Failed(Refused), Says(UNVERIFIED_WORDS)],
        "verify {from} or its domain in the provider's console, or set from to one that is \
         verified; on trial, recipients may need it too",
    ),
    sure(
        &[Failed(Refused), Says(NO_SUCH_DOMAIN_WORDS), SaysNot(&["recipient"])],
        "the domain of {from} cannot get answers: set from to an address that can",
    )
    .cured_by(Remedy::LoginAsSender),
    sure(
        &[Failed(Refused), UserIsAddress, SenderIsLogin, Says(SENDER_WORDS)],
        "the server wants another sender than {user}; ask the provider from which addresses this \
         login may send, and set from",
    ),
    sure(
        &[Failed(Refused), UserIsAddress, Says(SENDER_WORDS)],
        "the server wants From to be the login: from = \"{user}\"; it was {from}",
    )
    .cured_by(Remedy::LoginAsSender),
    sure(
        &[Failed(Refused), UserIsName, Says(SENDER_WORDS)],
        "the login {user} may not send from {from}: set from to an address of its own",
    ),
    sure(
        &[Failed(Refused), Says(&["5.7.26", "dmarc", "spf "])],
        "the domain of {from} lets only its own servers send: send through its provider, or set \
         from to an address whose domain {host} serves",
    ),
    // Who may send to whom.
    sure(
        &[
            Failed(Refused),
            NoUser,
            Says(&["authenticat", "authoriz", "relay", "log in", "logged in", "login"]),
            SaysNot(&["same as"]),
        ],
        "the server takes this mail only from those who log in: set username and a password source",
    ),
    sure(
        &[Failed(Refused), User, Says(&["relay"])],
        "even for {user} the server does not carry mail from {from} to there: check from, and that \
         host = \"{host}\" is your own provider's",
    ),
    sure(
        &[
            Failed(Refused),
            Says(&["final '@domain'", "domain missing", "need fully-qualified address"]),
        ],
        "an address has no domain: write it whole, or set qualify_domain = \"example.com\"",
    ),
    // The recipient.
    sure(
        &[Failed(Refused), During(&[Rcpt, Data, EndOfData]), Says(FULL_WORDS)],
        "the recipient's mailbox is full; only they can make room",
    ),
    sure(
        &[Failed(Refused), During(&[Rcpt]), Says(UNKNOWN_WORDS)],
        "check the spelling: the server knows nobody at that address",
    ),
    // Time.
    sure(
        &[Failed(Refused), Code(&[421, 450, 451]), Says(&["greylist", "graylist", "postgrey"])],
        "the server lets strangers in at their second try: send again in some minutes, to the \
         deferred alone",
    ),
    sure(
        &[Failed(Refused), Code(&[421, 450, 451, 452, 454, 550, 552, 554]), Says(COUNT_WORDS)],
        "the server counts messages or connections: send fewer, or later",
    ),
    sure(
        &[
            Failed(Refused),
            During(&[Mail, Rcpt, Data, Content, EndOfData]),
            Code(&[421, 450, 451, 452, 454]),
            Says(LATER_WORDS),
        ],
        "this may pass: send again in some minutes, to the deferred alone",
    ),
    // The message.
    sure(&[Failed(TooLarge)], SMALLER),
    sure(
        &[
            Failed(Refused),
            Code(&[523, 552, 554]),
            Says(&["size", "too large", "too big", "5.3.4"]),
        ],
        SMALLER,
    ),
    sure(
        &[
            Failed(Refused),
            During(&[Data, Content, EndOfData]),
            Code(&[541, 550, 552, 554, 571]),
            Says(&["spam", "dt:spm", "unsolicited", "junk", "virus", "content", "5.7.1"]),
        ],
        "the server takes this for spam: say it in plain words, with fewer links and no programs \
         attached, or ask its administrator what it dislikes",
    ),
    row(
        &[ChunkRefused],
        "the server does not know BDAT, although it says so: set chunking = \"never\"",
    ),
    row(
        &[InGroup],
        "the server may not understand commands in groups, although it says so: set pipelining = \
         \"never\"",
    ),
    row(
        &[Failed(SmtpUtf8NotOffered)],
        "this server takes only addresses in ASCII (the part before the @)",
    ),
    row(
        &[Failed(EightBitNotOffered)],
        "have it made in 7 bits (quoted-printable or base64) before it is signed, or send it \
         through another server",
    ),
    row(
        &[Failed(ExtensionNotOffered)],
        "leave the flag out, or send through a server that offers the extension",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_of_the_sender_is_known_by_its_words() {
        for (code, text, expected) in [
            (553, "5.7.1 Sender address rejected: not owned by user me", true),
            (501, "mail from address must be same as authorization user", true),
            (550, "5.1.8 Sender domain not found", true),
            (550, "5.1.1 no such user", false),
        ] {
            let reply = Reply { code, lines: vec![text.to_owned()] };
            assert_eq!(refuses_sender(&reply), expected, "{text}");
        }
    }
}
