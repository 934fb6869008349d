//! When the author of a ready message becomes the one of the settings.

/// When the author of a message for sendmail(8) or mail(1) becomes the one of the settings.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum FromRewrite {
    /// If the message's has no domain, as cron's `root (Cron Daemon)`.
    #[default]
    IfUnqualified,
    /// Whoever it is.
    Always,
    /// Never.
    Never,
}

impl FromRewrite {
    /// Each once.
    pub const ALL: [Self; 3] = [Self::IfUnqualified, Self::Always, Self::Never];

    /// As it is written in settings.
    pub fn keyword(self) -> &'static str {
        match self {
            Self::IfUnqualified => "if-unqualified",
            Self::Always => "always",
            Self::Never => "never",
        }
    }
}
