//! Counted nouns.

/// Returns `count` followed by `noun`, in the plural unless there is one: `1 cut`, `2 cuts`.
///
/// `noun` is the singular, and must form its plural with an s.
pub fn counted(count: usize, noun: &str) -> String {
    let ending = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{ending}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_is_singular() {
        let texts = [0, 1, 2].map(|count| counted(count, "bar"));
        assert_eq!(texts, ["0 bars", "1 bar", "2 bars"]);
    }
}
