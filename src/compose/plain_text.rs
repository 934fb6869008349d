//! HTML as a text for those who read no HTML: tables drawn, links numbered and listed at the end,
//! entities decoded, what is not shown left out.

use html2text::config;

/// Columns of the text, so that it fits a terminal and stays whole when it is quoted.
const WIDTH: usize = 76;

/// The text of a page, lines ended by LF; none if the page cannot be read.
pub fn plain_text(html: &str) -> Option<String> {
    let hidden = config::plain_no_decorate().add_agent_css("[hidden] { display: none }").ok()?;
    let text = hidden
        .use_doc_css()
        .link_footnotes(true)
        .no_link_wrapping()
        .allow_width_overflow()
        .string_from_read(html.as_bytes(), WIDTH)
        .ok()?;
    let mut tidy = String::with_capacity(text.len());
    for line in text.lines() {
        tidy.push_str(line.trim_end());
        tidy.push('\n');
    }
    Some(tidy)
}
