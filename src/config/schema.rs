//! The JSON schema of a configuration file, for editors that know TOML: which keys there are, what
//! they take and what they are for.

use serde_json::{Map, Value as Json, json};

use super::catalogue::{CATALOGUE, Key, Kind};
use crate::model::Mechanism;

/// The schema (JSON Schema draft 7) as text, ready to be kept beside the example.
pub fn schema() -> String {
    let definitions: Map<String, Json> =
        CATALOGUE.iter().map(|key| (key.name.to_owned(), definition(key))).collect();
    let may_be_default = |key: &&Key| key.name != "extends" && !key.name.starts_with("danger_");
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "The configuration of mailsend",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "default_profile": {
                "description": "The profile to use when neither --profile, --from nor \
                                MAILSEND_PROFILE says so",
                "type": "string",
            },
            "aliases": {
                "description": "Whom names without a domain stand for; default is for all others",
                "type": "object",
                "propertyNames": { "pattern": "^[^@]+$" },
                "additionalProperties": one_or_more(text()),
            },
            "defaults": table("For every profile of this file",
                              CATALOGUE.iter().filter(may_be_default)),
            "profiles": {
                "description": "What is to be known about each server",
                "type": "object",
                "propertyNames": { "minLength": 1, "not": { "const": super::SANDBOX } },
                "additionalProperties": table("How to reach a server", CATALOGUE.iter()),
            },
        },
        "definitions": definitions,
    });
    format!("{schema:#}\n")
}

/// A table with these keys and no others.
fn table<'a>(description: &str, keys: impl Iterator<Item = &'a Key>) -> Json {
    let properties: Map<String, Json> = keys
        .map(|key| {
            let reference = format!("#/definitions/{}", key.name);
            (key.name.to_owned(), json!({ "$ref": reference }))
        })
        .collect();
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    })
}

fn definition(key: &Key) -> Json {
    let mut definition = takes(key.kind);
    definition["description"] = json!(key.description);
    if let Some(default) = key.default {
        definition["default"] = match key.kind {
            Kind::Boolean => json!(default == "true"),
            Kind::Number(..) => json!(default.parse::<u64>().ok()),
            _ => json!(default),
        };
    }
    definition
}

fn text() -> Json {
    json!({ "type": "string", "minLength": 1 })
}

fn one_or_more(one: Json) -> Json {
    let list = json!({ "type": "array", "minItems": 1, "items": one });
    json!({ "anyOf": [one, list] })
}

fn takes(kind: Kind) -> Json {
    match kind {
        Kind::Text | Kind::Path => text(),
        Kind::IpAddress => text(),
        Kind::Proxy => {
            json!({ "type": "string", "pattern": "^(none|env|(socks5h?|http)://.+)$" })
        }
        Kind::Addresses => json!({ "type": "string" }),
        Kind::Word(words) => json!({ "enum": words }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Number(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Kind::Mechanisms => {
            let upper = Mechanism::ALL.map(|mechanism| mechanism.name().to_owned());
            let lower = Mechanism::ALL.map(|mechanism| mechanism.name().to_ascii_lowercase());
            let names: Vec<String> = upper.into_iter().chain(lower).collect();
            let words = ["auto", "none"].map(str::to_owned).into_iter();
            let alone: Vec<String> = words.chain(names.iter().cloned()).collect();
            let listed = json!({ "type": "array", "minItems": 1, "items": { "enum": names } });
            json!({ "anyOf": [{ "enum": alone }, listed] })
        }
        Kind::Pins => {
            one_or_more(json!({ "type": "string", "pattern": "^([0-9A-Fa-f]{2}:?){32}$" }))
        }
        Kind::Command => one_or_more(text()),
        Kind::Headers => {
            let line = json!({ "type": "string", "pattern": "^[^:]+:" });
            let table = json!({ "type": "object", "additionalProperties": { "type": "string" } });
            json!({ "anyOf": [{ "type": "array", "items": line }, table] })
        }
    }
}
