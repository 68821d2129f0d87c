//! Numbers of things in words.

/// A number of things, such as "1 cut" or "2 cuts"; `name` is that of one.
pub(crate) fn counted(count: usize, name: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {name}{plural}")
}
