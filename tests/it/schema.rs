//! The schema for editors: kept as the program makes it, and true of the example and of what the
//! reader takes.

use std::path::{Path, PathBuf};

use mailsend::config::{KEYS, schema};
use serde_json::{Value, json};

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn the_schema() -> Value {
    serde_json::from_str(&schema()).unwrap()
}

/// What a document breaks, by its path: as much of JSON Schema as ours uses.
fn complaints(schema: &Value, root: &Value, document: &Value, path: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = root.pointer(reference.trim_start_matches('#')).unwrap();
        return complaints(target, root, document, path);
    }
    let mut found = Vec::new();
    let mut expect = |holds: bool, what: &str| {
        if !holds {
            found.push(format!("{path}: {what}"));
        }
    };
    if let Some(kind) = schema["type"].as_str() {
        let holds = match kind {
            "object" => document.is_object(),
            "string" => document.is_string(),
            "integer" => document.is_u64(),
            "boolean" => document.is_boolean(),
            "array" => document.is_array(),
            other => panic!("{other}"),
        };
        expect(holds, kind);
    }
    if let Some(words) = schema["enum"].as_array() {
        expect(words.contains(document), "enum");
    }
    if let (Some(number), Some(least)) = (document.as_u64(), schema["minimum"].as_u64()) {
        expect(number >= least && number <= schema["maximum"].as_u64().unwrap(), "bounds");
    }
    if let Some(text) = document.as_str() {
        expect(text.len() as u64 >= schema["minLength"].as_u64().unwrap_or(0), "minLength");
    }
    if let Some(any) = schema["anyOf"].as_array() {
        let fits = any.iter().any(|one| complaints(one, root, document, path).is_empty());
        expect(fits, "anyOf");
    }
    for (index, element) in document.as_array().into_iter().flatten().enumerate() {
        found.extend(complaints(&schema["items"], root, element, &format!("{path}/{index}")));
    }
    for (key, value) in document.as_object().into_iter().flatten() {
        let inner = format!("{path}/{key}");
        match (&schema["properties"][key], &schema["additionalProperties"]) {
            (Value::Null, Value::Bool(false)) => found.push(format!("{inner}: unknown")),
            (Value::Null, other) => found.extend(complaints(other, root, value, &inner)),
            (property, _) => found.extend(complaints(property, root, value, &inner)),
        }
    }
    found
}

fn check(toml: &str) -> Vec<String> {
    let schema = the_schema();
    let document: Value = toml::from_str(toml).unwrap();
    complaints(&schema, &schema, &document, "")
}

#[test]
fn the_kept_schema_is_that_of_the_program() {
    let kept = std::fs::read_to_string(kept("config.schema.json")).unwrap();
    let update = "run: cargo run -- generate schema config.schema.json";
    assert!(kept == schema(), "config.schema.json is out of date; {update}");
}

#[test]
fn the_schema_has_every_key_and_no_other() {
    let schema = the_schema();
    let keys = |pointer: &str| -> Vec<String> {
        let mut keys: Vec<String> =
            schema.pointer(pointer).unwrap().as_object().unwrap().keys().cloned().collect();
        keys.sort();
        keys
    };
    let sorted = |filter: fn(&&&str) -> bool| {
        let mut keys: Vec<&str> = KEYS.iter().filter(filter).copied().collect();
        keys.sort_unstable();
        keys
    };
    let profile = "/properties/profiles/additionalProperties/properties";
    assert_eq!(keys(profile), sorted(|_| true));
    assert_eq!(keys("/definitions"), sorted(|_| true));
    let in_defaults: fn(&&&str) -> bool = |key| **key != "extends" && !key.starts_with("danger_");
    assert_eq!(keys("/properties/defaults/properties"), sorted(in_defaults));
}

#[test]
fn the_schema_knows_a_table_of_names() {
    let right = "[aliases]\nroot = \"a@x.test, b\"\nwww = [\"root\", \"/dev/null\"]\n";
    assert_eq!(check(right), [""; 0]);
    for wrong in ["aliases = \"/etc/aliases\"", "[aliases]\na = 1"] {
        assert!(!check(wrong).is_empty(), "{wrong}");
    }
}

#[test]
fn the_example_is_valid() {
    let text = std::fs::read_to_string(kept("config.example.toml")).unwrap();
    assert_eq!(check(&text), [""; 0]);
}

#[test]
fn every_default_explained_in_the_example_is_valid() {
    let text = std::fs::read_to_string(kept("config.example.toml")).unwrap();
    let explained = text
        .lines()
        .filter_map(|line| line.strip_prefix("# "))
        .filter(|line| KEYS.iter().any(|key| line.starts_with(&format!("{key} = "))));
    let mut count = 0;
    for line in explained {
        // What explains it stands behind several spaces, or behind dots.
        let setting = line.split("  ").next().unwrap();
        let setting = setting.rfind(['"', ']']).map_or(setting, |end| {
            // Or behind the value at once, where that is long.
            if setting.contains('"') { &setting[..=end] } else { setting }
        });
        let complaints =
            check(&format!("[profiles.a]\n{}\n", setting.replace("0123…cdef", &"0".repeat(64))));
        assert_eq!(complaints, [""; 0], "{setting}");
        count += 1;
    }
    assert!(count >= KEYS.len() - 2, "only {count} were found");
}

#[test]
fn what_the_reader_refuses_the_schema_refuses() {
    for (toml, expected) in [
        ("[profiles.a]\nprot = 1", "/profiles/a/prot: unknown"),
        ("[profiles.a]\nport = \"25\"", "/profiles/a/port: integer"),
        ("[profiles.a]\nport = 70000", "/profiles/a/port: bounds"),
        ("[profiles.a]\ntls = \"ssl\"", "/profiles/a/tls: enum"),
        ("[profiles.a]\nauth = [\"auto\"]", "/profiles/a/auth: anyOf"),
        ("[profiles.a]\nhost = \"\"", "/profiles/a/host: minLength"),
        ("[defaults]\ndanger_cleartext_auth = true", "/defaults/danger_cleartext_auth: unknown"),
        ("defualts = 1", "/defualts: unknown"),
    ] {
        assert_eq!(check(toml), [expected]);
    }
    assert_eq!(check("[profiles.a]\nauth = [\"login\", \"PLAIN\"]"), [""; 0]);
    let pattern = &the_schema()["definitions"]["pin_sha256"]["anyOf"][0]["pattern"];
    assert_eq!(pattern, &json!("^([0-9A-Fa-f]{2}:?){32}$"));
}
