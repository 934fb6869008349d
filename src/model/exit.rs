//! The exit statuses, sysexits(3) with a few of our own.

/// How the program ends.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exit(pub u8);

impl Exit {
    /// Every recipient was accepted.
    pub const OK: Self = Self(0);
    /// The command line was wrong.
    pub const USAGE: Self = Self(64);
    /// Bad message or address, or the content was refused.
    pub const DATA: Self = Self(65);
    /// A file named as content of the message is missing or unreadable.
    pub const NO_INPUT: Self = Self(66);
    /// Recipients were refused: all of them, or some.
    pub const NO_USER: Self = Self(67);
    /// The host was not found.
    pub const NO_HOST: Self = Self(68);
    /// Refused for good otherwise, or the server lacks what is needed.
    pub const UNAVAILABLE: Self = Self(69);
    /// A defect of this program.
    pub const SOFTWARE: Self = Self(70);
    /// The operating system failed us.
    pub const OS: Self = Self(71);
    /// A file cannot be created.
    pub const CANT_CREATE: Self = Self(73);
    /// Input or output failed.
    pub const IO: Self = Self(74);
    /// Nobody was accepted and it is safe to run again.
    pub const TEMP_FAIL: Self = Self(75);
    /// The server broke the protocol, or TLS could not be had.
    pub const PROTOCOL: Self = Self(76);
    /// Authentication was refused or not offered, or the certificate is not trusted.
    pub const NO_PERM: Self = Self(77);
    /// The configuration is wrong.
    pub const CONFIG: Self = Self(78);
    /// The connection was lost after the end of the data: running again may send twice.
    pub const UNKNOWN: Self = Self(79);
    /// Interrupted by the user.
    pub const INTERRUPTED: Self = Self(130);
    /// Terminated by a signal.
    pub const TERMINATED: Self = Self(143);

    /// The name in sysexits(3); those of our own have none there.
    pub const fn name(self) -> &'static str {
        match self {
            Self::OK => "EX_OK",
            Self::USAGE => "EX_USAGE",
            Self::DATA => "EX_DATAERR",
            Self::NO_INPUT => "EX_NOINPUT",
            Self::NO_USER => "EX_NOUSER",
            Self::NO_HOST => "EX_NOHOST",
            Self::UNAVAILABLE => "EX_UNAVAILABLE",
            Self::SOFTWARE => "EX_SOFTWARE",
            Self::OS => "EX_OSERR",
            Self::CANT_CREATE => "EX_CANTCREAT",
            Self::IO => "EX_IOERR",
            Self::TEMP_FAIL => "EX_TEMPFAIL",
            Self::PROTOCOL => "EX_PROTOCOL",
            Self::NO_PERM => "EX_NOPERM",
            Self::CONFIG => "EX_CONFIG",
            Self::UNKNOWN => "unknown",
            Self::INTERRUPTED => "interrupted",
            Self::TERMINATED => "terminated",
            _ => "other",
        }
    }
}
