//! `mailsend profiles list`: the profiles in a table, the default one with a star.

use serde_json::{Value as Json, json};

use super::place::{Names, fields, file_of};
use super::{CHECK, View};
use crate::commands::Refusal;
use crate::commands::columns::{aligned, width_of};
use crate::commands::job::Output;
use crate::commands::ui::Ui;
use crate::config::{self, Choice, Configuration, Origin, Profile, SANDBOX, Settings};
use crate::model::Exit;

/// Prints every profile that can be named with `-p`.
pub(super) fn run(view: &View<'_>, ui: &mut Ui) -> anyhow::Result<Exit> {
    let configuration =
        config::load(&view.locations).map_err(|error| Refusal::from(error).hint(CHECK))?;
    let choice = Choice {
        profile: None,
        environment: view.context.environment.profile.clone(),
        ..Choice::default()
    };
    let default = configuration.choose(&choice).ok().and_then(|chosen| chosen.name);
    let names = configuration.profile_names();
    let lines: Vec<Line<'_>> = names
        .iter()
        .map(|name| Line {
            name,
            is_default: default.as_deref() == Some(name),
            heading: configuration.heading(name),
            settings: settings(&configuration, name),
        })
        .collect();
    match view.output {
        Output::Json => {
            let profiles: Vec<Json> = lines.iter().map(Line::json).collect();
            let object = json!({ "version": 1, "default": default, "profiles": profiles });
            ui.data(format!("{object}\n").as_bytes())?;
        }
        Output::Text => {
            ui.data(table(&lines, view).as_bytes())?;
            if names.is_empty() {
                ui.notice(format_args!("no profile in {}", configuration.places()));
            }
            for line in &lines {
                if let Err(error) = &line.settings {
                    ui.warning(error);
                }
            }
        }
    }
    Ok(Exit::OK)
}

fn settings(configuration: &Configuration, name: &str) -> Result<Settings, config::ConfigError> {
    config::resolve(&configuration.named(name)?, Profile::default())
}

/// A profile in the list.
struct Line<'a> {
    name: &'a str,
    is_default: bool,
    heading: Option<&'a Origin>,
    settings: Result<Settings, config::ConfigError>,
}

impl Line<'_> {
    fn cells(&self, names: &Names) -> Vec<String> {
        let star = if self.is_default { "* " } else { "  " };
        let place = self.heading.map(|origin| names.place(origin)).unwrap_or_default();
        let (server, from) = match &self.settings {
            Ok(settings) => {
                let server = &settings.server;
                let from = settings.identity.from.as_ref();
                let from = from.map_or_else(|| "-".to_owned(), |from| from.address.to_string());
                (server.place(), from)
            }
            Err(_) => ("-".to_owned(), "-".to_owned()),
        };
        vec![format!("{star}{}", self.name), server, from, place]
    }

    fn json(&self) -> Json {
        let mut object = fields(self.heading);
        object.insert("name".to_owned(), json!(self.name));
        object.insert("default".to_owned(), json!(self.is_default));
        match &self.settings {
            Ok(settings) => {
                let from = settings.identity.from.as_ref().map(ToString::to_string);
                object.insert("host".to_owned(), json!(settings.server.host));
                object.insert(
                    "port".to_owned(),
                    json!(Some(settings.server.port).filter(|port| *port > 0)),
                );
                object.insert("tls".to_owned(), json!(settings.server.tls.keyword()));
                object.insert("from".to_owned(), json!(from));
            }
            Err(error) => _ = object.insert("error".to_owned(), json!(error.to_string())),
        }
        Json::Object(object)
    }
}

fn table(lines: &[Line<'_>], view: &View<'_>) -> String {
    let columns = view.context.terminal.columns;
    let draw = |names: &Names| {
        let mut rows: Vec<Vec<String>> = lines.iter().map(|line| line.cells(names)).collect();
        let sandbox = format!("  {SANDBOX}");
        rows.push([&sandbox, "on this machine", "-", "built in"].map(str::to_owned).into());
        aligned(&["  NAME", "SERVER", "FROM", "WRITTEN IN"], &rows, 2, columns)
    };
    let Some(columns) = columns else { return draw(&Names::default()) };
    let home = view.locations.home.clone();
    let long = draw(&Names { short: None, home: home.clone() });
    if width_of(&long) <= columns {
        return long;
    }
    let nearest = file_of(lines.iter().find_map(|line| line.heading));
    draw(&Names { short: view.locations.user.clone().or(nearest), home })
}
