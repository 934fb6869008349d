//! The picture of a terminal in the README: drawn from what the program prints, and compared with
//! what is kept. `MAILSEND_RECORD=1 cargo test --test it picture` keeps it anew.

use std::fmt::Write as _;

use super::repository;
use super::stage::Stage;

const PICTURE: &str = "docs/terminal.svg";
/// Columns of the terminal.
const COLUMNS: usize = 100;
/// One character's width and one line's height, in pixels.
const CELL: (f32, usize) = (8.4, 20);
const MARGIN: usize = 24;
/// Where the text begins, below the bar of the window.
const TOP: usize = 56;

/// A line of the terminal.
enum Line {
    Typed(String),
    Printed(String),
}

#[test]
fn the_picture_in_the_readme_is_what_the_program_prints() {
    let drawn = draw(&session());
    let path = repository(PICTURE);
    if std::env::var_os("MAILSEND_RECORD").is_some() {
        std::fs::write(&path, &drawn).unwrap();
    }
    let kept = std::fs::read_to_string(&path).unwrap_or_default();
    let advice = "MAILSEND_RECORD=1 cargo test --test it picture";
    assert!(drawn == kept, "{PICTURE} shows something else; run: {advice}");
}

/// A newcomer's first mail, and a server with a certificate that nobody knows.
fn session() -> Vec<Line> {
    let mut lines = Vec::new();
    let stage = Stage::new();
    let server = stage.server(Some(&"corp-relay-unknown-ca".to_owned()));
    stage.forget_pin();
    let mut before = "true";
    for command in [
        "mailsend -p sandbox -t you@example.com -s hi --body hello",
        "df -h / | mailsend -p corp -s \"-50% disk left\" ops@example.com",
        "echo $?",
    ] {
        lines.push(Line::Typed(command.to_owned()));
        // In one shell, for $? is the status of the line before.
        let script = format!("({before}) >/dev/null 2>&1; {command}");
        before = command;
        let run = stage.program("/bin/bash").args(["-c", &script]).run();
        let printed = run.stdout_text() + &run.stderr_text();
        let printed = constant(&printed, &server.pin_hex());
        let printed = printed.trim_end().lines().flat_map(wrapped);
        lines.extend(printed.map(Line::Printed));
        lines.push(Line::Printed(String::new()));
    }
    lines.push(Line::Typed(String::new()));
    lines
}

/// The text with what differs from run to run made the same.
fn constant(text: &str, pin: &str) -> String {
    let same = "9f2c41d07be8356a1c94e02f7d5b83a6604e1fd9b72a58c3e6170d94af35b82c";
    let lines = text.replace(pin, same);
    let lines = lines.lines().map(|line| match line.strip_prefix("Date: ") {
        Some(_) => "Date: Mon, 23 Nov 2026 08:00:00 +0000\n".to_owned(),
        None => format!("{line}\n"),
    });
    lines.collect()
}

/// A line as a terminal breaks it.
fn wrapped(line: &str) -> Vec<String> {
    let cells: Vec<char> = line.chars().collect();
    match cells.is_empty() {
        true => vec![String::new()],
        false => cells.chunks(COLUMNS).map(|chunk| chunk.iter().collect()).collect(),
    }
}

fn draw(lines: &[Line]) -> String {
    let (width, height) =
        ((CELL.0 * COLUMNS as f32) as usize + 2 * MARGIN, TOP + CELL.1 * lines.len() + MARGIN / 2);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
         width=\"{width}\" height=\"{height}\" role=\"img\">\n\
         <title>A mail to the sandbox, and an error that names the key to set</title>\n\
         <style>\n\
         text {{ font: 14px ui-monospace, Menlo, Consolas, \"DejaVu Sans Mono\", monospace; \
         fill: #c9d1d9; white-space: pre }}\n\
         .typed {{ fill: #ffffff; font-weight: bold }}\n\
         .prompt {{ fill: #7ee787 }}\n\
         .hint {{ fill: #79c0ff }}\n\
         .error {{ fill: #ffa198 }}\n\
         </style>\n\
         <rect width=\"{width}\" height=\"{height}\" rx=\"8\" fill=\"#0d1117\"/>\n"
    );
    for (index, colour) in ["#ff5f57", "#febc2e", "#28c840"].iter().enumerate() {
        let x = MARGIN + 20 * index;
        let _ = writeln!(svg, "<circle cx=\"{x}\" cy=\"22\" r=\"6\" fill=\"{colour}\"/>");
    }
    let mut class = "";
    for (index, line) in lines.iter().enumerate() {
        let y = TOP + CELL.1 * index;
        let start = format!("<text x=\"{MARGIN}\" y=\"{y}\" xml:space=\"preserve\"");
        let _ = match line {
            Line::Typed(text) => writeln!(
                svg,
                "{start}><tspan class=\"prompt\">$ </tspan><tspan class=\"typed\">{}</tspan></text>",
                escaped(text)
            ),
            Line::Printed(text) if text.is_empty() => {
                class = "";
                Ok(())
            }
            Line::Printed(text) => {
                // What continues a broken line has its colour.
                class = match text.split_once(' ').map(|(word, _)| word) {
                    Some("mailsend:") => "error",
                    Some("hint:") => "hint",
                    _ => class,
                };
                writeln!(svg, "{start} class=\"{class}\">{}</text>", escaped(text))
            }
        };
    }
    svg + "</svg>\n"
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
