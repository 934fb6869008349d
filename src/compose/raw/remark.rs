//! What is worth telling of a ready message that is sent.

use std::fmt;

/// Lines may have so many octets without their CRLF (RFC 5322 §2.1.1).
pub(super) const LONGEST_LINE: u64 = 998;

/// What was noticed, or done to the header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remark {
    /// Empty lines before the first field were dropped.
    EmptyStart,
    /// There is no header at all.
    NoHeader,
    /// A line that is no field ends the header.
    NotAField {
        /// Counted from 1.
        line: u64,
    },
    /// A field has octets above 127.
    EightBitHeader {
        /// The name of the first such field.
        field: String,
    },
    /// The body has NUL octets.
    Nul,
    /// Lines are longer than they may be.
    LongLine {
        /// Octets of the longest.
        octets: u64,
    },
    /// The body was encoded for such a line.
    LongLineEncoded {
        /// Octets of the longest.
        octets: u64,
    },
    /// The line that mail folders have between messages was dropped.
    FolderLine,
    /// A byte order mark was dropped.
    ByteOrderMark,
    /// A field was removed.
    Removed(String),
    /// A field was added.
    Added(&'static str),
    /// Octets above 127 in a field were encoded.
    Encoded(String),
    /// Somebody in a field became another.
    Became {
        /// The field.
        field: String,
        /// The address as it was.
        was: String,
        /// What is in its place.
        is: String,
    },
    /// A field cannot be read as addresses.
    Unreadable {
        /// The field.
        field: String,
        /// Why not.
        reason: String,
        /// What it became; if nothing, it stays as it is.
        is: Option<String>,
    },
}

impl Remark {
    /// Whether somebody should look into it.
    pub fn is_warning(&self) -> bool {
        match self {
            Self::EmptyStart
            | Self::NoHeader
            | Self::NotAField { .. }
            | Self::EightBitHeader { .. }
            | Self::Nul
            | Self::LongLine { .. } => true,
            Self::LongLineEncoded { .. }
            | Self::FolderLine
            | Self::ByteOrderMark
            | Self::Removed(_)
            | Self::Added(_)
            | Self::Encoded(_)
            | Self::Became { .. }
            | Self::Unreadable { .. } => false,
        }
    }
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EmptyStart => f.write_str("empty lines before the message's header were dropped"),
            Self::NoHeader => f.write_str("the message has no header; all of it is sent as text"),
            Self::NotAField { line } => write!(
                f,
                "line {line} of the message is no header field; the text is taken to begin there"
            ),
            Self::EightBitHeader { field } => write!(
                f,
                "the field {field} has octets above 127 and is sent as it is; some servers refuse \
                 that"
            ),
            Self::Nul => f.write_str("the message has NUL octets; some servers refuse them"),
            Self::LongLine { octets } => write!(
                f,
                "the message has a line of {octets} octets; servers may refuse or break lines of \
                 more than {LONGEST_LINE}"
            ),
            Self::LongLineEncoded { octets } => {
                write!(f, "encoded the body, which has a line of {octets} octets")
            }
            Self::FolderLine => f.write_str("dropped the line \"From …\" before the message"),
            Self::ByteOrderMark => f.write_str("dropped the byte order mark before the message"),
            Self::Removed(field) => write!(f, "removed {field} from the message"),
            Self::Added(field) => write!(f, "added {field} to the message"),
            Self::Encoded(field) => write!(f, "encoded what is above 127 in {field}"),
            Self::Became { field, was, is } => write!(f, "{field}: {was} became {is}"),
            Self::Unreadable { field, reason, is: Some(is) } => {
                write!(f, "{field} cannot be read and became {is}: {reason}")
            }
            Self::Unreadable { field, reason, is: None } => {
                write!(f, "{field} cannot be read and stays as it is: {reason}")
            }
        }
    }
}
