//! Rows in aligned columns. On a terminal one column gives way to the width; elsewhere lines are as
//! long as they are, so that they can be searched.

use crate::commands::ui::harmless;

/// Lines of text below headings. The cells may have several lines. With a `width`, what is in the
/// column `giving` is broken so that the lines fit.
pub(super) fn aligned(
    headings: &[&str],
    rows: &[Vec<String>],
    giving: usize,
    width: Option<usize>,
) -> String {
    let headings: Vec<String> = headings.iter().map(|heading| (*heading).to_owned()).collect();
    let all: Vec<Vec<Vec<String>>> = std::iter::once(&headings)
        .chain(rows)
        .map(|row| row.iter().map(|cell| cell.lines().map(harmless).collect()).collect())
        .collect();
    let count = headings.len();
    let natural = |column: usize| {
        let cells = all.iter().filter_map(|row| row.get(column));
        cells.flatten().map(|line| columns_of(line)).max().unwrap_or(0)
    };
    let mut widths: Vec<usize> = (0..count).map(natural).collect();
    if let Some(width) = width {
        let others: usize =
            widths.iter().enumerate().filter(|(at, _)| *at != giving).map(|it| it.1).sum();
        let left = width.saturating_sub(others + GAP * (count - 1));
        widths[giving] = widths[giving].min(left.max(LEAST));
    }
    let mut text = String::new();
    for row in all {
        let cells: Vec<Vec<String>> = row
            .into_iter()
            .enumerate()
            .map(|(column, lines)| match (column == giving, width) {
                (true, Some(_)) => {
                    lines.iter().flat_map(|line| broken(line, widths[giving])).collect()
                }
                _ => lines,
            })
            .collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or(0).max(1);
        for number in 0..height {
            let mut line = String::new();
            for (column, lines) in cells.iter().enumerate() {
                let cell = lines.get(number).map_or("", String::as_str);
                line += cell;
                let missing = widths[column].saturating_sub(columns_of(cell));
                line += &" ".repeat(missing + GAP);
            }
            text += line.trim_end();
            text.push('\n');
        }
    }
    text
}

/// The widest line of a text, in columns.
pub(super) fn width_of(text: &str) -> usize {
    text.lines().map(columns_of).max().unwrap_or(0)
}

/// Spaces between two columns.
const GAP: usize = 2;
/// What the column that gives way keeps in any case.
const LEAST: usize = 12;

/// Text in lines of this width, in the order that it is read.
pub(super) fn wrapped(text: &str, width: usize) -> Vec<String> {
    text.lines().flat_map(|line| broken(line, width.max(LEAST))).collect()
}

/// Breaks a line: at a space, else behind a sign that ends a part of a path or an address.
fn broken(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = line;
    while columns_of(rest) > width {
        let mut taken = 0;
        let fits = |(at, character): (usize, char)| {
            taken += columns_of_character(character);
            (taken <= width).then_some(at + character.len_utf8())
        };
        let hard = rest.char_indices().map_while(fits).last().unwrap_or(rest.len());
        let at_space = rest[..hard].rfind(' ').filter(|at| *at > 0);
        let behind_a_sign = rest[..hard].rfind(['/', '@', ',', '=']).map(|at| at + 1);
        let end = match rest[hard..].starts_with(' ') {
            true => hard,
            false => at_space.or(behind_a_sign).unwrap_or(hard),
        };
        lines.push(rest[..end].to_owned());
        rest = rest[end..].trim_start_matches(' ');
    }
    lines.push(rest.to_owned());
    lines
}

fn columns_of(text: &str) -> usize {
    text.chars().map(columns_of_character).sum()
}

/// East Asian characters take two columns (UAX #11, its blocks in short).
fn columns_of_character(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}' | '\u{200b}'..='\u{200d}' | '\u{fe00}'..='\u{fe0f}' => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe4f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(cells: &[&[&str]]) -> Vec<Vec<String>> {
        cells.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    #[test]
    fn columns_are_aligned_also_where_characters_are_wide() {
        let rows = rows(&[&["a", "张三 <z@x>", "1"], &["long", "b\nc", "2"]]);
        let expected = "K     VALUE       F\n\
                        a     张三 <z@x>  1\n\
                        long  b           2\n      c\n";
        assert_eq!(aligned(&["K", "VALUE", "F"], &rows, 1, None), expected);
    }

    #[test]
    fn one_column_gives_way_to_the_width() {
        let rows = rows(&[&["key", "one two three four five", "end"]]);
        let expected = "KEY  VALUE             FROM\n\
                        key  one two three     end\n     four five\n";
        assert_eq!(aligned(&["KEY", "VALUE", "FROM"], &rows, 1, Some(27)), expected);
        let without = aligned(&["KEY", "VALUE", "FROM"], &rows, 1, None);
        assert!(without.contains("one two three four five"), "{without}");
    }

    #[test]
    fn what_has_no_spaces_is_broken_anywhere() {
        assert_eq!(broken("0123456789", 4), ["0123", "4567", "89"]);
        assert_eq!(broken("张三李四", 5), ["张三", "李四"]);
        assert_eq!(broken("", 4), [""]);
        assert_eq!(broken("nick@corp.example", 14), ["nick@", "corp.example"]);
        assert_eq!(broken("~/config/mailsend/ca.pem", 19), ["~/config/mailsend/", "ca.pem"]);
    }

    #[test]
    fn what_a_file_says_cannot_touch_the_terminal() {
        let text = aligned(&["K"], &rows(&[&["a\x1b[2J"]]), 0, None);
        assert_eq!(text, "K\na\\u{1b}[2J\n");
    }
}
