//! The value of one header field as it grows, folded where white space allows (RFC 5322 §2.2.3).

/// Columns of a line that should not be exceeded, CRLF not counted: the 78 of RFC 5322 §2.1.1, and
/// the 76 of RFC 2047 §2 for lines with encoded words.
const PREFERRED: usize = 76;

/// A value whose lines are at most 76 columns wide as far as its tokens let it.
#[derive(Debug)]
pub(super) struct FoldedValue {
    text: String,
    column: usize,
}

impl FoldedValue {
    /// Begins a value behind `name: `.
    pub(super) fn new(name: &str) -> Self {
        Self { text: String::new(), column: name.len() + 2 }
    }

    /// Columns left on this line for a token behind white space of this width.
    pub(super) fn room(&self, space: usize) -> usize {
        PREFERRED.saturating_sub(self.column + space)
    }

    /// Whether a token behind this white space could begin a line.
    pub(super) fn can_fold(&self, space: &str) -> bool {
        !self.text.is_empty() && !space.is_empty()
    }

    /// Whether a token of this width behind this white space keeps its line narrow, on this line or
    /// the next.
    pub(super) fn takes(&self, space: &str, width: usize) -> bool {
        self.room(space.len()) >= width || self.can_fold(space) && space.len() + width <= PREFERRED
    }

    /// Adds white space and a token, on a new line where it does not fit on this one. The first
    /// token always stays on the line of the field's name: some readers stumble there.
    pub(super) fn put(&mut self, space: &str, token: &str) {
        if self.can_fold(space) && self.room(space.len()) < token.len() {
            self.text.push_str("\r\n");
            self.column = 0;
        }
        self.text.push_str(space);
        self.text.push_str(token);
        self.column += space.len() + token.len();
    }

    /// The value, CRLF only inside.
    pub(super) fn finish(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_does_not_fit_begins_a_line() {
        let mut value = FoldedValue::new("Subject");
        value.put("", &"a".repeat(60));
        value.put(" ", &"b".repeat(6));
        value.put(" ", "c");
        assert_eq!(value.finish(), format!("{} {}\r\n c", "a".repeat(60), "b".repeat(6)));
    }

    #[test]
    fn what_has_no_white_space_before_it_is_never_folded() {
        let mut value = FoldedValue::new("To");
        value.put("", &"a".repeat(100));
        value.put("", ",");
        assert_eq!(value.finish(), format!("{},", "a".repeat(100)));
    }
}
