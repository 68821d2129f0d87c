//! Names of takes as names of files.

/// Replaces characters that not every file system allows.
pub fn file_name(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    name.trim_matches(['.', ' ']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_takes_become_names_of_files() {
        assert_eq!(file_name("2 seed 19"), "2 seed 19");
        assert_eq!(file_name("../a/b:c?"), "_a_b_c_");
    }
}
