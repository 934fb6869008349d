//! What a name means in cron's folder and by cron's PATH, where the shell's are others.

use std::env::split_paths;
use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::notes::{Notes, finding};
use super::surroundings::Cron;
use crate::commands::doctor::DoctorArgs;
use crate::doctor::Mark;
use crate::secret::Environment;

/// Where the shell and cron find a program.
pub(super) struct Found {
    pub(super) here: Option<PathBuf>,
    pub(super) there: Option<PathBuf>,
}

impl Found {
    /// Looks for one that is named by a bare word.
    pub(super) fn of(program: &str, cron: &Cron) -> Self {
        let here = (Environment::of_process().variable)("PATH");
        Self {
            here: here.and_then(|path| find(program, &path)),
            there: cron.variable("PATH").and_then(|path| find(program, &path)),
        }
    }
}

fn find(program: &str, path: &OsStr) -> Option<PathBuf> {
    split_paths(path).map(|folder| folder.join(program)).find(|file| {
        file.is_absolute()
            && file.metadata().is_ok_and(|it| it.is_file() && it.permissions().mode() & 0o111 != 0)
    })
}

/// Whether cron finds the program itself; the path to write into a crontab. `own` is the one that
/// runs.
pub(super) fn program(own: &Path, cron: &Cron, notes: &mut Notes) -> PathBuf {
    let Found { here, there } = Found::of("mailsend", cron);
    let is_own = |path: &PathBuf| fs::canonicalize(path).ok() == fs::canonicalize(own).ok();
    let path = cron.path();
    let written = there.clone().filter(is_own).or(here.filter(is_own));
    let written = written.unwrap_or_else(|| own.to_owned());
    let shown = written.display();
    match there {
        Some(other) if !is_own(&other) => {
            let other = other.display();
            notes.row("PATH", Mark::Neutral, format!("{path}: there mailsend is {other}"));
            notes.warning(finding(
                format!("By cron's PATH mailsend is {other}, and this is {shown}."),
                [format!("write the whole path into the job: {shown}")],
            ));
        }
        Some(_) => notes.row("PATH", Mark::Good, format!("{path}, with mailsend in it")),
        None => {
            notes.row("PATH", Mark::Neutral, format!("{path}, without mailsend"));
            let mut folders: Vec<_> = written.parent().map(Path::to_owned).into_iter().collect();
            folders.extend(split_paths(&path));
            let folders = std::env::join_paths(folders).unwrap_or_default();
            notes.warning(finding(
                "cron does not find mailsend by its PATH.",
                [
                    format!("write the whole path into the job: {shown}"),
                    format!("or in a line above the job: PATH={}", folders.display()),
                ],
            ));
        }
    }
    let set_by_crontab = cron.of_crontab.iter().any(|name| name == "PATH");
    if set_by_crontab && path.contains(['$', '~']) {
        notes.warning(finding(
            format!("The crontab sets PATH={path}, and cron replaces neither $ nor ~ in it."),
            ["write the folders out"],
        ));
    }
    written
}

/// Paths on the command line that mean something else in cron's folder.
pub(super) fn relative(args: &DoctorArgs, cron: &Cron, notes: &mut Notes) {
    let secrets = args.secrets.layer();
    let typed = [
        ("--config", args.config.as_ref()),
        ("--ca-file", args.ca_file.as_ref()),
        ("--password-file", secrets.password_file.as_ref().map(|it| &it.value)),
        ("--token-file", secrets.token_file.as_ref().map(|it| &it.value)),
    ];
    for (flag, path) in typed {
        let Some(path) = path.filter(|path| path.is_relative()) else { continue };
        let Ok(here) = std::path::absolute(path) else { continue };
        let there = cron.home.join(path);
        if fs::canonicalize(&here).ok() == fs::canonicalize(&there).ok() {
            continue;
        }
        let (shown, here, there) = (path.display(), here.display(), there.display());
        notes.problem(
            "a path leads elsewhere in cron's folder",
            finding(
                format!("{flag} {shown} is {here} here, and {there} under cron."),
                [format!("write the whole path: {flag} {here}")],
            ),
        );
    }
}
