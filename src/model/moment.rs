//! A point in time as it is written down.

/// A point in time, with the zone of whoever writes it down.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moment {
    /// RFC 3339 with the local offset, such as `2026-11-23T02:39:14+01:00`.
    pub rfc3339: String,
    /// The same second as part of a file's name, such as `20261123T023914`.
    pub compact: String,
    /// As syslog has it (RFC 3164 §4.1.2), such as `Nov 23 02:39:14`.
    pub syslog: String,
}
