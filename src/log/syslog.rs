//! The system's log, by its socket: what syslog(3) writes, without its C.

use std::io;
use std::path::Path;

use super::LogError;
use super::line::{Entry, Room, line};
use crate::model::{Exit, Moment};

/// LOG_MAIL, LOG_INFO and LOG_ERR (RFC 3164 §4.1.1).
const FACILITY_MAIL: u8 = 2;
const SEVERITY_ERROR: u8 = 3;
const SEVERITY_INFO: u8 = 6;

/// A datagram as syslog(3) makes it (RFC 3164 §4.1).
fn datagram(entry: &Entry<'_>, process: u32) -> String {
    let severity = if entry.exit == Exit::OK { SEVERITY_INFO } else { SEVERITY_ERROR };
    let priority = FACILITY_MAIL * 8 + severity;
    let time = entry.time.map_or("", |time| time.syslog.as_str());
    format!("<{priority}>{time} mailsend[{process}]: {}", line(entry, Room::Datagram))
}

/// The same of a complaint, which stays one line of a bearable length.
fn complaint(tag: &str, time: &Moment, process: u32, text: &str) -> String {
    const LONGEST: usize = 900;
    let priority = FACILITY_MAIL * 8 + SEVERITY_ERROR;
    let harmless = |it: char| if it.is_control() { ' ' } else { it };
    // What ends a tag is a colon or a bracket (RFC 3164 §5.3).
    let tag: String =
        tag.chars().filter(|it| it.is_ascii_graphic() && !":[]".contains(*it)).collect();
    let text: String = text.chars().map(harmless).take(LONGEST).collect();
    format!("<{priority}>{} {tag}[{process}]: {text}", time.syslog)
}

#[cfg(unix)]
mod socket {
    use std::io::Write as _;
    use std::os::unix::net::{UnixDatagram, UnixStream};
    use std::time::Duration;

    use rustix::io::Errno;

    use super::*;

    /// How long a log daemon that is busy is waited for.
    const PATIENCE: Duration = Duration::from_secs(2);

    /// A connection to the log daemon; some older ones take a stream.
    #[derive(Debug)]
    pub(in crate::log) enum Syslog {
        Datagrams(UnixDatagram),
        Stream(UnixStream),
    }

    impl Syslog {
        /// Connects; this says already whether anybody listens.
        pub(in crate::log) fn connect(path: &Path) -> Result<Self, LogError> {
            datagrams(path)
                .map(Self::Datagrams)
                .or_else(|error| match error.raw_os_error() {
                    Some(number) if number == Errno::PROTOTYPE.raw_os_error() => {
                        stream(path).map(Self::Stream)
                    }
                    _ => Err(error),
                })
                .map_err(|error| LogError::NoSyslog { path: path.to_owned(), error })
        }

        /// Sends the line of a mail.
        pub(in crate::log) fn write(&self, entry: &Entry<'_>) -> Result<(), LogError> {
            self.send(datagram(entry, std::process::id()))
        }

        /// Sends a line about what went wrong.
        pub(in crate::log) fn complain(
            &self,
            tag: &str,
            time: &Moment,
            text: &str,
        ) -> Result<(), LogError> {
            self.send(complaint(tag, time, std::process::id(), text))
        }

        fn send(&self, mut message: String) -> Result<(), LogError> {
            let sent = match self {
                Self::Datagrams(socket) => socket.send(message.as_bytes()).map(drop),
                Self::Stream(socket) => {
                    // What ends a message there, as syslog(3) has it.
                    message.push('\0');
                    (&mut &*socket).write_all(message.as_bytes())
                }
            };
            let place = "the system's log".to_owned();
            sent.map_err(|error| LogError::Unwritten { place, error })
        }
    }

    fn datagrams(path: &Path) -> io::Result<UnixDatagram> {
        let socket = UnixDatagram::unbound()?;
        socket.connect(path)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(socket)
    }

    fn stream(path: &Path) -> io::Result<UnixStream> {
        let socket = UnixStream::connect(path)?;
        socket.set_write_timeout(Some(PATIENCE))?;
        Ok(socket)
    }
}

#[cfg(not(unix))]
mod socket {
    use super::*;

    /// There is none.
    #[derive(Debug)]
    pub(in crate::log) enum Syslog {}

    impl Syslog {
        pub(in crate::log) fn connect(path: &Path) -> Result<Self, LogError> {
            Err(LogError::NoSyslog {
                path: path.to_owned(),
                error: io::ErrorKind::Unsupported.into(),
            })
        }

        pub(in crate::log) fn write(&self, _: &Entry<'_>) -> Result<(), LogError> {
            match *self {}
        }

        pub(in crate::log) fn complain(
            &self,
            _: &str,
            _: &Moment,
            _: &str,
        ) -> Result<(), LogError> {
            match *self {}
        }
    }
}

pub(super) use socket::Syslog;

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use std::io::Read as _;
    use std::os::unix::net::{UnixDatagram, UnixListener};

    use super::*;
    use crate::model::Address;

    fn moment() -> Moment {
        Moment { syslog: "Nov 23 02:39:14".to_owned(), ..Moment::default() }
    }

    #[test]
    fn a_mail_is_one_datagram_of_the_mail_facility() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixDatagram::bind(&path).unwrap();
        let syslog = Syslog::connect(&path).unwrap();
        let time = moment();
        let sent = Entry { time: Some(&time), ..Entry::default() };
        let failed = Entry { exit: Exit::TEMP_FAIL, ..sent.clone() };
        for (entry, priority) in [(sent, 22), (failed, 19)] {
            syslog.write(&entry).unwrap();
            let mut octets = [0; 4096];
            let length = daemon.recv(&mut octets).unwrap();
            let text = std::str::from_utf8(&octets[..length]).unwrap();
            let process = std::process::id();
            let start = format!("<{priority}>Nov 23 02:39:14 mailsend[{process}]: time= profile=");
            assert!(text.starts_with(&start), "{text}");
            assert!(!text.contains('\n'));
        }
    }

    #[test]
    fn a_complaint_is_one_harmless_line_of_the_mail_facility() {
        let text = complaint("ma[i]l:x y", &moment(), 7, "a\nb\u{1b}[1m é");
        assert_eq!(text, "<19>Nov 23 02:39:14 mailxy[7]: a b [1m é");
        let long = complaint("x", &moment(), 7, &"é".repeat(5000));
        assert_eq!(long.chars().filter(|it| *it == 'é').count(), 900);
    }

    #[test]
    fn a_daemon_that_takes_a_stream_gets_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let daemon = UnixListener::bind(&path).unwrap();
        Syslog::connect(&path).unwrap().write(&Entry::default()).unwrap();
        let mut text = String::new();
        daemon.accept().unwrap().0.read_to_string(&mut text).unwrap();
        assert!(text.starts_with("<22>") && text.ends_with(" error=\0"), "{text:?}");
    }

    #[test]
    fn a_datagram_stays_short_whatever_it_tells() {
        let recipients = vec![Address::parse("somebody@example.net").unwrap(); 5000];
        let error = "no ".repeat(100_000);
        let entry = Entry { recipients: &recipients, error: Some(&error), ..Entry::default() };
        let text = datagram(&entry, 1);
        assert!(text.len() < 8000, "{}", text.len());
        assert!(text.contains(",+49"), "{text}");
    }

    #[test]
    fn a_system_without_a_log_is_an_error_with_advice() {
        let error = Syslog::connect(Path::new("/no/such/socket")).unwrap_err();
        assert_eq!(
            error.to_string(),
            "log: cannot reach the system's log at /no/such/socket: no such file or directory"
        );
        assert_eq!(error.hint(), Some("name a file instead: log = \"/path/of/a/file\""));
    }
}
