//! HTML as a text for those who read no HTML: tables drawn, links numbered and listed at the end,
//! entities decoded, what is not shown left out.

use html2text::{Element, Handle, RcDom, config};

/// Columns of the text, so that it fits a terminal and stays whole when it is quoted.
const WIDTH: usize = 76;

/// The text of a page, lines ended by LF; none if the page cannot be read.
pub fn plain_text(html: &str) -> Option<String> {
    let config = config::plain_no_decorate()
        .add_agent_css("[hidden] { display: none }")
        .ok()?
        .use_doc_css()
        .link_footnotes(true)
        .no_link_wrapping()
        .allow_width_overflow();
    let page = config.parse_html(html.as_bytes()).ok()?;
    tidy(&page);
    let tree = config.dom_to_render_tree(&page).ok()?;
    let text = config.render_to_string(tree, WIDTH).ok()?;
    let mut lines = String::with_capacity(text.len());
    for line in text.trim_end().lines() {
        lines.push_str(line.trim_end());
        lines.push('\n');
    }
    Some(lines)
}

/// Takes out links within the page, which lead nowhere in a text, and brings cells that reach
/// beyond their table back into it: the renderer would stumble.
fn tidy(page: &RcDom) {
    let mut open = vec![page.document.clone()];
    while let Some(node) = open.pop() {
        match name(&node).as_str() {
            "a" => change(&node, "href", |address| address.starts_with('#').then(String::new)),
            "table" | "thead" | "tbody" | "tfoot" => keep_cells_inside(&node),
            _ => {}
        }
        open.extend(node.children.borrow().iter().cloned());
    }
}

/// A cell ends with its group of rows (HTML, "algorithm for processing rows").
fn keep_cells_inside(group: &Handle) {
    let children = group.children.borrow();
    let rows: Vec<&Handle> = children.iter().filter(|child| name(child) == "tr").collect();
    for (index, row) in rows.iter().enumerate() {
        for cell in row.children.borrow().iter() {
            let most = rows.len() - index;
            change(cell, "rowspan", |rows| {
                let wanted = rows.trim().parse().unwrap_or(1);
                let rows = if wanted == 0 { most } else { most.min(wanted) };
                Some(rows.to_string())
            });
            change(cell, "colspan", |columns| (columns.trim() == "0").then(|| "1".to_owned()));
        }
    }
}

fn name(node: &Handle) -> String {
    match &node.data {
        Element { name, .. } => name.local.to_string(),
        _ => String::new(),
    }
}

/// Gives an attribute another value, or takes it away where that is empty.
fn change(node: &Handle, attribute: &str, new: impl Fn(&str) -> Option<String>) {
    let Element { attrs, .. } = &node.data else { return };
    let mut attributes = attrs.borrow_mut();
    let Some(at) = attributes.iter().position(|one| &*one.name.local == attribute) else { return };
    match new(&attributes[at].value) {
        Some(value) if value.is_empty() => {
            attributes.remove(at);
        }
        Some(value) => attributes[at].value = value.into(),
        None => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_text(html: &str, expected: &str) {
        assert_eq!(plain_text(html).as_deref(), Some(expected));
    }

    #[test]
    fn entities_are_characters() {
        let html = "<p>A&nbsp;&copy; &#8364; &#x4f60;&#22909; &lt;b&gt; &amp;amp; caf&eacute;</p>";
        assert_text(html, "A\u{a0}© € 你好 <b> &amp; café\n");
    }

    #[test]
    fn links_are_listed_at_the_end_whole() {
        let long = format!("https://example.com/?q={}&x=1", "a".repeat(100));
        let html = format!(
            "See <a href='{}'>the page</a>, <a href=#top>top</a>",
            long.replace('&', "&amp;")
        );
        assert_text(&html, &format!("See [the page][1], top\n\n[1]: {long}\n"));
    }

    #[test]
    fn tables_are_drawn_and_wide_characters_count_double() {
        let html = "<table><tr><th>Name<th>Sum<tr><td>张三<td>1,200<tr><td>Li<td>3</table>";
        let text = "\
────┬─────
Name│Sum
────┼─────
张三│1,200
────┼─────
Li  │3
────┴─────
";
        assert_text(html, text);
    }

    #[test]
    fn lists_quotes_and_preformatted_text_keep_their_shape() {
        let html = "<ul><li>one<li>two<ol><li>in</ol></ul><blockquote>a<blockquote>b</blockquote>\
                    </blockquote><pre>x   y\n  z</pre>a<br>b";
        assert_text(html, "* one\n* two\n  1. in\n\n> a\n>\n> > b\n\nx   y\n  z\n\na\nb\n");
    }

    #[test]
    fn what_is_not_shown_is_not_told() {
        let html = "<head><title>t</title><style>.h { display: none }</style><script>s()</script>\
                    </head><!-- c --><p hidden>1</p><p style='display:none'>2</p><p class=h>3</p>\
                    <p>seen <img alt='Logo' src=cid:l><img src=x></p>";
        assert_text(html, "seen [Logo]\n");
    }

    #[test]
    fn long_paragraphs_are_wrapped_by_columns() {
        let text = plain_text(&format!("<p>{}</p>", "很长的段落。".repeat(30))).unwrap();
        assert!(text.lines().all(|line| line.chars().count() <= WIDTH / 2), "{text}");
        let text = plain_text(&"word ".repeat(100)).unwrap();
        assert!(text.lines().all(|line| line.len() <= WIDTH), "{text}");
    }

    #[test]
    fn broken_and_strange_pages_have_a_text_too() {
        for (html, part) in [
            ("", ""),
            ("<table><tr><td rowspan=5>a<td colspan=3>b<td rowspan=5>c</table>", "b"),
            ("<table><tr><td colspan=0>a<td rowspan=0>b<tr><td>c</table>", "c"),
            ("<table><tr><td rowspan=2>a<td>b</tr></table>", "a"),
            (&"<div>".repeat(500), ""),
            ("<b>unclosed <i>and </b>crossed</i> <", "crossed"),
        ] {
            let text = plain_text(html).unwrap();
            assert!(text.contains(part), "{html} {text}");
        }
    }
}
