//! Whether cron finds what the shell finds: the home, the configuration, the profile. What it would
//! not find is named to it from here on, so that the rest can be examined all the same.

use std::fs;
use std::path::{Path, PathBuf};

use super::notes::{Notes, finding};
use super::surroundings::Cron;
use crate::commands::context::Context;
use crate::commands::doctor::DoctorArgs;
use crate::commands::doctor::target::Target;
use crate::commands::settings::locations;
use crate::config::{self, Choice, Configuration, Origin};
use crate::doctor::Mark;

/// What is examined, and where its settings come from.
pub(super) struct Place {
    /// The world as cron shows it.
    pub(super) context: Context,
    /// The configuration that the job would read.
    pub(super) configuration: Configuration,
    /// What is examined; none: what was typed is nothing that can be.
    pub(super) target: Option<Target>,
    /// The file that the crontab's line has to name.
    pub(super) config: Option<PathBuf>,
    /// The file has to be named to the examination, because it was not typed.
    pub(super) names_config: bool,
    /// So does the profile.
    pub(super) names_profile: bool,
}

impl Place {
    /// Looks at it from both sides.
    pub(super) fn of(args: &DoctorArgs, own: &Context, cron: &Cron, notes: &mut Notes) -> Self {
        home(own, cron, notes);
        let context = cron.context(own);
        let typed = args.config.as_ref().map(|path| cron.home.join(path));
        let load = |path: Option<&Path>, context: &Context| {
            config::load_what_is_right(&locations(path, context))
        };
        let here = load(args.config.as_deref(), own);
        let target = Target::of(args.target.as_deref(), &here).ok();
        let mut place = Self {
            configuration: load(typed.as_deref(), &context),
            context,
            target,
            config: typed,
            names_config: false,
            names_profile: false,
        };
        let Some(Target::Profile(named)) = place.target.clone() else { return place };
        let by_itself = named.is_none();
        let Some(name) = named.or_else(|| chosen(&here, own)) else { return place };
        place.find(&name, &here, own, cron, notes);
        if by_itself {
            place.choose(&name, own, notes);
        }
        place.target = Some(Target::Profile(Some(name)));
        place
    }

    /// The file with the profile.
    fn find(
        &mut self,
        name: &str,
        here: &Configuration,
        own: &Context,
        cron: &Cron,
        notes: &mut Notes,
    ) {
        // The examination itself complains about a profile that nobody finds.
        let Some(path) = file_of(here, name) else { return };
        if file_of(&self.configuration, name).is_some_and(|it| same(&it, &path)) {
            notes.row("config", Mark::Good, path.display().to_string());
            owner(&path, cron, notes);
            return;
        }
        if self.config.is_some() {
            // A path that is relative to the shell's folder; told where paths are looked at.
            notes.row("config", Mark::Bad, "--config does not lead there from cron's folder");
            return;
        }
        let places = locations(None, &self.context);
        let looked = [&places.explicit, &places.user].into_iter().flatten().next();
        let looked = looked.map_or_else(|| "nowhere".to_owned(), |path| path.display().to_string());
        let why = if own.environment.config.is_some() {
            "MAILSEND_CONFIG is set in your shell and not by cron"
        } else if own.xdg_config_home.is_some() {
            "XDG_CONFIG_HOME is set in your shell and not by cron"
        } else {
            "your shell has another HOME"
        };
        notes.row("config", Mark::Bad, format!("not where cron looks, at {looked}"));
        let what = format!(
            "The profile {name} is in {}; cron looks at {looked}, because {why}.",
            path.display()
        );
        notes.mended(
            "its configuration is not where cron looks",
            finding(
                what,
                [
                    format!("name the file in the job: mailsend --config {} …", path.display()),
                    format!("or in a line above the job: MAILSEND_CONFIG={}", path.display()),
                ],
            ),
        );
        owner(&path, cron, notes);
        self.configuration = config::load_what_is_right(&locations(Some(&path), &self.context));
        self.config = Some(path);
        self.names_config = true;
    }

    /// The profile, where nobody named one.
    fn choose(&mut self, name: &str, own: &Context, notes: &mut Notes) {
        let there = chosen(&self.configuration, &self.context);
        if there.as_deref() == Some(name) {
            return;
        }
        self.names_profile = true;
        let why = match own.environment.profile {
            Some(_) => ", for MAILSEND_PROFILE is set and cron does not set it",
            None => "",
        };
        let instead =
            there.map_or_else(|| "none".to_owned(), |other| format!("the profile {other}"));
        notes.mended(
            "cron would not choose its profile",
            finding(
                format!("Here the profile {name} is used{why}; a job would use {instead}."),
                [
                    format!("name the profile in the job: mailsend -p {name} …"),
                    format!("or in a line above the job: MAILSEND_PROFILE={name}"),
                ],
            ),
        );
    }
}

fn chosen(configuration: &Configuration, context: &Context) -> Option<String> {
    let environment = context.environment.profile.clone();
    configuration.choose(&Choice { environment, ..Choice::default() }).ok()?.name
}

fn home(own: &Context, cron: &Cron, notes: &mut Notes) {
    let home = cron.home.display();
    if !cron.home.is_dir() {
        notes.row("HOME", Mark::Bad, format!("{home} is no folder"));
        notes.problem(
            "its home is not there",
            finding(
                format!("cron starts jobs in {home}, which is no folder, and so starts none."),
                ["make that folder, or set HOME in a line above the job".to_owned()],
            ),
        );
        return;
    }
    let whose = match cron.of_crontab.iter().any(|name| name == "HOME") {
        true => "as the crontab sets it".to_owned(),
        false => format!("of {}", cron.account.name),
    };
    notes.row("HOME", Mark::Good, format!("{home}, {whose}"));
    if let Some(other) = own.home.as_ref().filter(|other| !same(other, &cron.home)) {
        notes.warning(finding(
            format!(
                "Your shell has the HOME {}, and cron has {home}: there ~/ means that folder, and \
                 jobs start in it.",
                other.display()
            ),
            ["write absolute paths into the profile and into the crontab"],
        ));
    }
}

/// Whoever may write the configuration of somebody else says where their mail and password go.
fn owner(path: &Path, cron: &Cron, notes: &mut Notes) {
    use std::os::unix::fs::MetadataExt as _;
    let Ok(metadata) = fs::metadata(path) else { return };
    let owner = metadata.uid();
    if owner != 0 && owner != cron.account.uid {
        let name = &cron.account.name;
        notes.warning(finding(
            format!(
                "{} belongs to the user {owner}, and the job runs as {name}: its owner says where \
                 the mail and the password of {name} go.",
                path.display()
            ),
            [format!("let {name} have a file of its own, or: chown {name} {}", path.display())],
        ));
    }
}

fn file_of(configuration: &Configuration, name: &str) -> Option<PathBuf> {
    match configuration.heading(name)? {
        Origin::File { path, .. } => std::path::absolute(path).ok(),
        _ => None,
    }
}

/// Whether two paths lead to one place.
fn same(one: &Path, other: &Path) -> bool {
    match (fs::canonicalize(one), fs::canonicalize(other)) {
        (Ok(one), Ok(other)) => one == other,
        _ => one == other,
    }
}
