//! Names of takes as names of files.

/// The longest name, in bytes, so that a number and an ending still fit on every file system.
const LONGEST: usize = 120;
/// What a file is called whose take has no name.
const NAMELESS: &str = "draft";

/// Replaces characters that not every file system allows, and shortens what is too long for one.
pub fn file_name(name: &str) -> String {
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_' | '.');
    let name: String = name
        .chars()
        .map(|c| if allowed(c) { c } else { '_' })
        .collect();
    let name = name.trim_matches(['.', ' ']);
    let name = name[..name.floor_char_boundary(LONGEST)].trim_end_matches(['.', ' ']);
    match name {
        "" => NAMELESS.to_owned(),
        name => name.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_takes_become_names_of_files() {
        assert_eq!(file_name("2 seed 19"), "2 seed 19");
        assert_eq!(file_name("../a/b:c?"), "_a_b_c_");
        assert_eq!(file_name("Küche <3> “nachts”"), "Küche _3_ _nachts_");
    }

    #[test]
    fn long_names_and_none_become_names_that_every_file_system_takes() {
        let long = file_name(&"第三場".repeat(40));
        assert_eq!(long, "第三場".repeat(13) + "第");
        assert_eq!(file_name(" .. "), "draft");
    }
}
