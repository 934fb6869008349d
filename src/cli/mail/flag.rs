//! The flags of mail(1), and what they mean in bsd-mailx (b), s-nail (s) and mailutils (m).

/// What a flag means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flag {
    /// The subject.
    Subject,
    /// Recipients of a copy.
    Cc,
    /// Recipients that the others do not see.
    Bcc,
    /// Recipients in a field that is named (s).
    Target,
    /// The author.
    Author,
    /// A header field (b, m) or a file (s).
    FileOrField,
    /// A file.
    File,
    /// A file (m) or an account (s).
    FileOrProfile,
    /// A header field.
    Field,
    /// Something that is set (s).
    Variable,
    /// The media type of the text (s), or nothing at all (m).
    Type,
    /// No mail without a text (b, s), or a command to carry out (m).
    SkipEmptyOrCommand,
    /// The recipients are in the message.
    Ready,
    /// More is said.
    Verbose,
    /// Our profile.
    Profile,
    /// Our configuration file.
    Config,
    /// The message is shown.
    DryRun,
    /// Only recipients follow (s).
    EndOfFlags,
    /// Help.
    Help,
    /// The version.
    Version,
    /// It changes nothing about what is sent.
    Ignored,
    /// The same, with a value.
    IgnoredValue,
    /// Mail is read.
    Reads,
    /// Commands are carried out (s, m).
    Commands,
    /// The text, or what it begins with (s).
    Text,
}

impl Flag {
    /// What stands behind one dash.
    pub(super) fn of_letter(letter: u8) -> Option<Self> {
        Some(match letter {
            b's' => Self::Subject,
            b'c' => Self::Cc,
            b'b' => Self::Bcc,
            b'T' => Self::Target,
            b'r' => Self::Author,
            b'a' => Self::FileOrField,
            b'A' => Self::FileOrProfile,
            b'C' => Self::Field,
            b'S' => Self::Variable,
            b'M' => Self::Type,
            b'E' => Self::SkipEmptyOrCommand,
            b't' => Self::Ready,
            b'v' => Self::Verbose,
            b'd' => Self::DryRun,
            b'.' => Self::EndOfFlags,
            b'h' | b'?' => Self::Help,
            b'V' => Self::Version,
            b'n' | b'N' | b'i' | b'I' | b'B' | b'D' | b'F' | b'R' | b'~' | b'#' => Self::Ignored,
            b':' => Self::IgnoredValue,
            b'f' | b'u' | b'H' | b'L' | b'e' | b'p' => Self::Reads,
            b'X' | b'Y' => Self::Commands,
            b'q' | b'm' => Self::Text,
            _ => return None,
        })
    }

    /// What stands behind two dashes.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        Some(match name {
            "subject" => Self::Subject,
            "cc" => Self::Cc,
            "bcc" => Self::Bcc,
            "target" => Self::Target,
            "from-address" | "return-address" => Self::Author,
            "attach" => Self::File,
            "append" | "custom-header" => Self::Field,
            "set" => Self::Variable,
            "discard-empty-messages" => Self::SkipEmptyOrCommand,
            "template" | "to" => Self::Ready,
            "verbose" => Self::Verbose,
            "account" | "profile" => Self::Profile,
            "config" => Self::Config,
            "debug" | "dry-run" => Self::DryRun,
            "end-options" => Self::EndOfFlags,
            "help" | "long-help" | "usage" => Self::Help,
            "version" => Self::Version,
            "norc" | "no-header-summary" | "nosum" | "ignore" | "disconnected" | "byname"
            | "read-only" | "enable-cmd-escapes" | "batch-mode" | "mime" | "no-mime"
            | "no-config" | "no-site-config" | "no-user-config" | "config-verbose" => Self::Ignored,
            "resource-files" | "config-file" | "debug-level" => Self::IgnoredValue,
            "file" | "inbox-of" | "user" | "header-summary" | "headers" | "search" | "exist"
            | "check-and-exit" | "print" | "read" => Self::Reads,
            "startup-cmd" | "cmd" | "exec" => Self::Commands,
            "quote-file" => Self::Text,
            _ => return None,
        })
    }

    /// Whether a value belongs to it.
    pub(super) fn takes_value(self) -> bool {
        match self {
            Self::Subject | Self::Cc | Self::Bcc | Self::Target | Self::Author => true,
            Self::FileOrField | Self::File | Self::FileOrProfile | Self::Field => true,
            Self::Variable | Self::Type | Self::Profile | Self::Config => true,
            Self::IgnoredValue | Self::Commands | Self::Text => true,
            Self::SkipEmptyOrCommand | Self::Ready | Self::Verbose | Self::DryRun => false,
            Self::EndOfFlags | Self::Help | Self::Version | Self::Ignored | Self::Reads => false,
        }
    }

    /// Whether it is about what the header of a ready message says.
    pub(super) fn is_unfit_for_ready(self) -> bool {
        matches!(self, Self::Subject | Self::Cc | Self::Target | Self::FileOrField | Self::Field)
    }
}
