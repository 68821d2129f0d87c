//! Lines about what may be long or come from anybody.

use diff_bgm::counted::counted;

/// The most entries listed of one kind.
pub(super) const LISTED: usize = 50;
/// The longest text that is not shortened, in characters.
const LONGEST_TEXT: usize = 160;

/// Formats a list after its length, as in "2 cuts: a, b"; `name` is the singular.
pub(super) fn list(name: &str, places: impl ExactSizeIterator<Item = String>) -> String {
    let count = places.len();
    let mut line = counted(count, name);
    if count > 0 {
        line += ": ";
        line += &places.take(LISTED).collect::<Vec<_>>().join(", ");
    }
    if count > LISTED {
        line += " …";
    }
    line
}

/// Makes text from a file safe to print: control characters become spaces, and long text is shortened.
pub(super) fn shown(text: &str) -> String {
    let printable = |character: char| {
        if character.is_control() {
            ' '
        } else {
            character
        }
    };
    let mut shown: String = text.chars().map(printable).take(LONGEST_TEXT).collect();
    if text.chars().nth(LONGEST_TEXT).is_some() {
        shown.push('…');
    }
    shown
}
