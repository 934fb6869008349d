//! Whether the clock is right: mail with a date that is off is taken for spam, and certificates are
//! judged by it.

use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use jiff::fmt::rfc2822;

use super::notes::{Notes, Row, finding};
use crate::doctor::Mark;

/// How far a clock may be off, in seconds.
const MOST_OFF: i64 = 5 * 60;
/// How much younger than now a file may be, in seconds: it may come from another machine.
const A_DAY: i64 = 24 * 60 * 60;

/// When the examination began and ended, in seconds since 1970.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: i64,
    pub(super) end: i64,
}

/// Compares the clock with the server's greeting, and with files that were written before now.
pub(super) fn judge(span: Span, written: &str, rows: &[Row], files: &[&Path], notes: &mut Notes) {
    let greeting = rows.iter().find(|row| row.name == "greeting").map(|row| row.detail.as_str());
    let off = greeting.and_then(date).map(|server| span.off(server));
    let younger = files.iter().find(|file| {
        modified(file).is_some_and(|modified| modified > span.end.saturating_add(A_DAY))
    });
    match off {
        Some(off) if off.abs() > MOST_OFF => {
            notes.row("clock", Mark::Bad, format!("{written}, {}", in_words(off)));
            notes.warning(finding(
                format!("This clock is {} the server's.", in_words(off)),
                ["see that a time service runs: timedatectl, or chronyc tracking"],
            ));
        }
        _ if younger.is_some() => {
            notes.row(
                "clock",
                Mark::Bad,
                format!("{written}, which is before its files were written"),
            );
            let file = younger.map_or_else(String::new, |file| file.display().to_string());
            notes.warning(finding(
                format!("It is {written} by this clock, and {file} is more than a day younger."),
                ["see that a time service runs: timedatectl, or chronyc tracking"],
            ));
        }
        Some(_) => notes.row("clock", Mark::Good, format!("{written}, as the server has it")),
        None if greeting.is_some() => {
            notes.row("clock", Mark::Good, format!("{written}; the server does not say its own"));
        }
        None => notes.row("clock", Mark::Neutral, written),
    }
}

impl Span {
    /// How far the clock is ahead of one that showed this in between.
    fn off(self, other: i64) -> i64 {
        if other < self.start {
            self.start - other
        } else if other > self.end {
            self.end - other
        } else {
            0
        }
    }
}

fn in_words(off: i64) -> String {
    let way = if off > 0 { "ahead of" } else { "behind" };
    let minutes = off.abs() / 60;
    let (count, unit) = match minutes {
        0..120 => (minutes, "minutes"),
        120..2880 => (minutes / 60, "hours"),
        _ => (minutes / 1440, "days"),
    };
    format!("{count} {unit} {way}")
}

fn modified(path: &Path) -> Option<i64> {
    let modified = fs::metadata(path).ok()?.modified().ok()?;
    i64::try_from(modified.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// The date in a greeting, as Exim and Sendmail have it (RFC 5322 §3.3), in seconds since 1970.
fn date(greeting: &str) -> Option<i64> {
    let words: Vec<&str> = greeting.split_whitespace().collect();
    words.windows(5).find_map(|run| {
        let zone = run[4].trim_matches(|c: char| "();.,".contains(c));
        let date = format!("{} {} {} {} {zone}", run[0], run[1], run[2], run[3]);
        Some(rfc2822::parse(&date).ok()?.timestamp().as_second())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_found_in_a_greeting() {
        for (greeting, expected) in [
            ("220 mx ESMTP Exim 4.96 Thu, 01 Jan 1970 00:01:00 +0000", Some(60)),
            ("220 mx ESMTP Sendmail 8.17/8.17; Thu, 1 Jan 1970 01:00:00 +0100 (CET)", Some(0)),
            ("220 mx ready; Thu, 1 Jan 1970 00:00:09 GMT", Some(9)),
            ("220 mx ESMTP Postfix", None),
            ("220 we are 1 Jan", None),
        ] {
            assert_eq!(date(greeting), expected, "{greeting}");
        }
    }

    fn judged(server: i64) -> (Mark, usize) {
        let mut notes = Notes::default();
        let second = jiff::Timestamp::from_second(server).unwrap();
        let date = rfc2822::to_string(&second.to_zoned(jiff::tz::TimeZone::UTC)).unwrap();
        let detail = format!("220 mx {date}");
        let row = Row { name: "greeting".to_owned(), port: None, mark: Mark::Good, detail };
        judge(Span { start: 1000, end: 1010 }, "now", &[row], &[], &mut notes);
        (notes.rows[0].mark, notes.findings.len())
    }

    #[test]
    fn five_minutes_off_are_too_many() {
        assert_eq!(judged(1005), (Mark::Good, 0));
        assert_eq!(judged(1000 - 300), (Mark::Good, 0));
        assert_eq!(judged(1000 - 301), (Mark::Bad, 1));
        assert_eq!(judged(1010 + 301), (Mark::Bad, 1));
        assert_eq!(in_words(-400), "6 minutes behind");
        assert_eq!(in_words(3 * 86_400), "3 days ahead of");
    }

    #[test]
    fn no_file_is_from_tomorrow() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let mut notes = Notes::default();
        let long_ago = Span { start: 1000, end: 1010 };
        judge(long_ago, "1970", &[], &[file.path()], &mut notes);
        assert_eq!(notes.rows[0].mark, Mark::Bad);
    }
}
