//! Writing XML 1.0.

use std::fmt::Display;

/// An XML document that is being written.
pub(super) struct XmlWriter {
    text: String,
    depth: usize,
}

/// The attributes of an element, in order.
pub(super) type Attributes<'a> = &'a [(&'a str, &'a dyn Display)];

impl XmlWriter {
    /// Returns the document whose root element is `name`, with the contents that `write` adds.
    pub(super) fn document(
        name: &str,
        attributes: Attributes<'_>,
        write: impl FnOnce(&mut Self),
    ) -> String {
        let mut xml = Self {
            text: "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n".to_owned(),
            depth: 0,
        };
        xml.element(name, attributes, write);
        xml.text
    }

    /// Writes an element with the contents that `write` adds.
    pub(super) fn element(
        &mut self,
        name: &str,
        attributes: Attributes<'_>,
        write: impl FnOnce(&mut Self),
    ) {
        self.start(name, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
        write(self);
        self.depth -= 1;
        self.indent();
        self.text.push_str(&format!("</{name}>\n"));
    }

    /// Writes an element without contents.
    pub(super) fn empty(&mut self, name: &str, attributes: Attributes<'_>) {
        self.start(name, attributes);
        self.text.push_str("/>\n");
    }

    /// Writes an element that holds a text.
    pub(super) fn words(&mut self, name: &str, words: &str) {
        self.start(name, &[]);
        self.text
            .push_str(&format!(">{}</{name}>\n", escaped(words)));
    }

    fn start(&mut self, name: &str, attributes: Attributes<'_>) {
        self.indent();
        self.text.push('<');
        self.text.push_str(name);
        for (key, value) in attributes {
            let value = escaped(&value.to_string());
            self.text.push_str(&format!(" {key}=\"{value}\""));
        }
    }

    fn indent(&mut self) {
        self.text.extend(std::iter::repeat_n("  ", self.depth));
    }
}

/// Returns `text` with markup escaped and without the characters that XML 1.0 cannot hold.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            // As they are, readers of attributes would make spaces of them.
            '\t' | '\n' | '\r' => escaped.push_str(&format!("&#{};", character as u32)),
            '\0'..' ' | '\u{FFFE}' | '\u{FFFF}' => {}
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use roxmltree::Document;

    use super::*;

    proptest! {
        #[test]
        fn any_text_is_read_back_as_attribute_and_as_contents(text in any::<String>()) {
            let xml = XmlWriter::document("Root", &[("name", &text)], |xml| xml.words("Words", &text));
            let document = Document::parse(&xml).unwrap();
            let is_allowed = |c: &char| !matches!(c, '\0'..' ' | '\u{FFFE}' | '\u{FFFF}') || "\t\n\r".contains(*c);
            let expected: String = text.chars().filter(is_allowed).collect();
            let root = document.root_element();
            prop_assert_eq!(root.attribute("name"), Some(expected.as_str()));
            let words = root.first_element_child().and_then(|words| words.text());
            prop_assert_eq!(words.unwrap_or_default(), expected);
        }
    }

    #[test]
    fn elements_are_nested_and_indented() {
        let xml = XmlWriter::document("A", &[], |xml| {
            xml.element("B", &[("x", &1), ("y", &"<")], |xml| xml.empty("C", &[]));
        });
        let expected = "<A>\n  <B x=\"1\" y=\"&lt;\">\n    <C/>\n  </B>\n</A>\n";
        assert_eq!(xml.split_once('\n').unwrap().1, expected);
    }
}
