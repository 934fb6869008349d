//! Files of aliases: the form of aliases(5), and that of the files that those include.

use std::path::Path;
use std::sync::Arc;

use super::super::{ConfigError, Origin, Value};
use super::table::{Alias, Aliases};
use super::value::{Piece, Splitter, Stands, meaning};

/// Reads aliases(5) as far as it is right, and says what is wrong with the rest.
///
/// A logical line is `name: value, value` and the lines behind it that begin with a blank; lines
/// that are empty or begin with `#` are nothing. What a value cannot stand for is told when it is
/// asked for.
pub(super) fn aliases(text: &str, path: &Path) -> (Aliases, Vec<ConfigError>) {
    let path: Arc<Path> = path.into();
    let mut reader = Reader { path: &path, aliases: Aliases::default(), open: Open::None };
    let mut complaints = Vec::new();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            continue;
        }
        if let Err(complaint) = reader.line(line, index + 1) {
            complaints.push(complaint);
            reader.close();
            reader.open = Open::Broken;
        }
    }
    reader.close();
    (reader.aliases, complaints)
}

/// Reads a file that is included: values in lines or between commas.
pub(super) fn list(text: &str, path: &Path) -> Vec<Value<Stands>> {
    let path = path.into();
    let mut splitter = Splitter::default();
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (index, line) in text.lines().enumerate() {
        splitter.line(line, index + 1, 1);
        splitter.end();
    }
    values(splitter, &path)
}

fn values(splitter: Splitter, path: &Arc<Path>) -> Vec<Value<Stands>> {
    let value = |Piece { text, line, column }: Piece| {
        let origin = Origin::File { path: path.clone(), line, column };
        Value { value: meaning(&text), origin }
    };
    splitter.pieces().into_iter().map(value).collect()
}

struct Reader<'a> {
    path: &'a Arc<Path>,
    aliases: Aliases,
    open: Open,
}

/// The logical line that may go on.
enum Open {
    None,
    Alias {
        name: String,
        place: Origin,
        values: Splitter,
    },
    /// One that is wrong; so is what continues it.
    Broken,
}

impl Reader<'_> {
    fn line(&mut self, line: &str, number: usize) -> Result<(), ConfigError> {
        let place = Origin::File { path: self.path.clone(), line: number, column: 1 };
        let refuse =
            |message: &str| ConfigError::new(format!("{place}: {message}")).placed(place.clone());
        if line.starts_with(char::is_whitespace) {
            return match &mut self.open {
                Open::Alias { values, .. } => {
                    values.line(line, number, 1);
                    Ok(())
                }
                Open::Broken => Ok(()),
                Open::None => Err(refuse("a line that begins with a blank continues another")),
            };
        }
        self.close();
        let Some((name, rest)) = head(line) else {
            return Err(refuse("expected `name: address, address`"));
        };
        let mut values = Splitter::default();
        let column = line.chars().count() - rest.chars().count() + 1;
        values.line(rest, number, column);
        self.open = Open::Alias { name: name.to_owned(), place, values };
        Ok(())
    }

    fn close(&mut self) {
        if let Open::Alias { name, place, values } = std::mem::replace(&mut self.open, Open::None) {
            let values = self::values(values, self.path);
            self.aliases.add(Alias { name, place, values });
        }
    }
}

/// The name of an alias, and what follows its colon.
fn head(line: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    let colon = line.char_indices().find_map(|(index, character)| {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => quoted = !quoted,
            ':' if !quoted => return Some(index),
            _ => {}
        }
        None
    })?;
    let name = line[..colon].trim_end();
    let fits = name.starts_with('"') && name.len() > 2 && name.ends_with('"')
        || !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || c == '"');
    fits.then(|| (name, &line[colon + 1..]))
}
