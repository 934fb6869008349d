//! `mailsend profiles show`: every key with its value and where that comes from; what is set first,
//! what is built in below.

use serde_json::{Value as Json, json};

use super::place::{Names, fields, file_of};
use super::{CHECK, View};
use crate::commands::Refusal;
use crate::commands::columns::{aligned, width_of};
use crate::commands::job::Output;
use crate::commands::ui::Ui;
use crate::config::{self, Choice, Explanation, Origin, SANDBOX, Section, Source};
use crate::model::Exit;

/// Prints what a profile resolves to, or the one that would be used.
pub(super) fn run(name: Option<&str>, view: &View<'_>, ui: &mut Ui) -> anyhow::Result<Exit> {
    let configuration =
        config::load(&view.locations).map_err(|error| Refusal::from(error).hint(CHECK))?;
    let environment = view.context.environment.profile.clone();
    let choice = Choice { environment, ..Choice::default() };
    let chosen = match name {
        Some(name) => configuration.named(name),
        None => configuration.choose(&choice),
    }
    .map_err(Refusal::from)?;
    let Some(name) = chosen.name.clone().filter(|name| name != SANDBOX) else {
        let message = "the profile sandbox is built in: it starts a server for each mail";
        return Err(Refusal::usage(message)
            .hint("mailsend sandbox --list shows how that server can behave")
            .into());
    };
    let (settings, keys) = config::explain(&configuration, &chosen).map_err(Refusal::from)?;
    let heading = configuration.heading(&name);
    match view.output {
        Output::Json => {
            let object = as_json(&name, heading, &keys, &settings.warnings);
            ui.data(format!("{object}\n").as_bytes())?;
        }
        Output::Text => {
            ui.data(as_text(&name, heading, &keys, view).as_bytes())?;
            settings.warnings.iter().for_each(|warning| ui.warning(warning));
        }
    }
    Ok(Exit::OK)
}

fn as_json(
    name: &str,
    heading: Option<&Origin>,
    keys: &[Explanation],
    warnings: &[String],
) -> Json {
    let source = |source: &Source| match source {
        Source::Written { origin, section } => {
            let mut object = fields(Some(origin));
            match section {
                Some(Section::Defaults) => _ = object.insert("defaults".to_owned(), json!(true)),
                Some(Section::Profile(name)) => {
                    object.insert("profile".to_owned(), json!(name));
                }
                None => _ = object.insert("other".to_owned(), json!(origin.to_string())),
            }
            Json::Object(object)
        }
        Source::Follows(key) => json!({ "key": key }),
        Source::BuiltIn => json!({ "built_in": true }),
    };
    let key = |it: &Explanation| {
        let mut object = json!({ "key": it.key, "value": it.value, "source": source(&it.source) });
        if let Some(note) = it.note {
            object["note"] = json!(note);
        }
        object
    };
    let mut object = fields(heading);
    object.insert("version".to_owned(), json!(1));
    object.insert("profile".to_owned(), json!(name));
    object.insert("keys".to_owned(), keys.iter().map(key).collect());
    object.insert("warnings".to_owned(), json!(warnings));
    Json::Object(object)
}

fn as_text(name: &str, heading: Option<&Origin>, keys: &[Explanation], view: &View<'_>) -> String {
    let columns = view.context.terminal.columns;
    let draw = |names: &Names| {
        let (set, built_in): (Vec<_>, Vec<_>) =
            keys.iter().partition(|key| key.source != Source::BuiltIn);
        let rows = |keys: &[&Explanation]| {
            keys.iter().map(|key| cells(name, key, names)).collect::<Vec<_>>()
        };
        let mut all = rows(&set);
        all.push(vec![String::new(); 3]);
        all.extend(rows(&built_in));
        aligned(&["KEY", "VALUE", "FROM"], &all, 1, columns)
    };
    let home = columns.and(view.locations.home.clone());
    let long = Names { short: None, home };
    let place = heading.map(|origin| long.place(origin)).unwrap_or_default();
    let mut table = draw(&long);
    if columns.is_some_and(|columns| width_of(&table) > columns || is_crowded(&table, keys)) {
        table = draw(&Names { short: file_of(heading), ..long.clone() });
    }
    format!("profile {name}, written in {place}\n\n{table}")
}

/// Whether values had to be broken for the sake of long file names.
fn is_crowded(table: &str, keys: &[Explanation]) -> bool {
    // A heading, an empty line between the parts, and a line for every key.
    table.lines().count() > keys.len() + 2
}

fn cells(profile: &str, key: &Explanation, names: &Names) -> Vec<String> {
    let value = match &key.value {
        Json::String(text) => names.shorter(text),
        Json::Array(all) => {
            let lines =
                all.iter().map(|one| one.as_str().map_or_else(|| one.to_string(), str::to_owned));
            lines.collect::<Vec<_>>().join("\n")
        }
        Json::Null => String::new(),
        other => other.to_string(),
    };
    let value = match key.note {
        None => value,
        Some(note) if value.is_empty() => note.to_owned(),
        Some(note) => format!("{value}\n({note})"),
    };
    let source = match &key.source {
        Source::Written { origin, section } => {
            let place = names.place(origin);
            match section {
                Some(Section::Defaults) => format!("{place} [defaults]"),
                Some(Section::Profile(other)) if other != profile => format!("{place} of {other}"),
                _ => place,
            }
        }
        Source::Follows(key) => format!("by {key}"),
        Source::BuiltIn => "built in".to_owned(),
    };
    vec![key.key.to_owned(), value, source]
}
