//! The text of a REAPER project: lines, and blocks between `<NAME` and `>`.

/// A project that is being written.
pub(super) struct ProjectText {
    text: String,
    depth: usize,
}

impl ProjectText {
    /// Returns a block with the contents that `write` adds.
    pub(super) fn of_block(header: &str, write: impl FnOnce(&mut Self)) -> String {
        let mut text = Self {
            text: String::new(),
            depth: 0,
        };
        text.block(header, write);
        text.text
    }

    /// Writes a block, whose first line is `header`.
    pub(super) fn block(&mut self, header: &str, write: impl FnOnce(&mut Self)) {
        self.line(header);
        self.depth += 1;
        write(self);
        self.depth -= 1;
        self.line(">");
    }

    /// Writes a line.
    pub(super) fn line(&mut self, line: impl AsRef<str>) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
        self.text.push_str(line.as_ref());
        self.text.push('\n');
    }
}

/// Returns a text in the quotes that it does not contain itself. Control characters, which would end the line, become spaces;
/// of a text with all three kinds of quotes, backticks become apostrophes, as REAPER writes it.
pub(super) fn quoted(text: &str) -> String {
    let text = text.replace(|c: char| c.is_control(), " ");
    let free = ['"', '\'', '`']
        .into_iter()
        .find(|quote| !text.contains(*quote));
    match free {
        Some(quote) => format!("{quote}{text}{quote}"),
        None => format!("`{}`", text.replace('`', "'")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_nested_and_closed() {
        let text = ProjectText::of_block("<A 1", |text| {
            text.line("X 2");
            text.block("<B", |text| text.line("Y"));
        });
        assert_eq!(text, "<A 1\n  X 2\n  <B\n    Y\n  >\n>\n");
    }

    #[test]
    fn names_keep_their_quotes_and_never_end_a_line() {
        for (name, written) in [
            ("Lead", r#""Lead""#),
            ("", r#""""#),
            ("the \"door\"", r#"'the "door"'"#),
            (r#"the "door's" end"#, r#"`the "door's" end`"#),
            ("a\"b'c`d", r#"`a"b'c'd`"#),
            ("two\nlines", r#""two lines""#),
        ] {
            assert_eq!(quoted(name), written);
        }
    }
}
