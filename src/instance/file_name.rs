//! Names of takes as names of files.

/// Names that Windows keeps for devices, with any extension.
const DEVICES: [&str; 4] = ["CON", "PRN", "AUX", "NUL"];
/// Devices that have numbers.
const NUMBERED: [&str; 2] = ["COM", "LPT"];
/// The longest name, in bytes, so that a number and an ending still fit on every file system.
const LONGEST: usize = 120;
/// What a file is called whose take has no name.
const NAMELESS: &str = "draft";

/// Replaces characters and names that not every file system allows, and shortens what is too long for one.
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
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

/// Returns whether a file of this name, or of it with an extension, is a device on Windows.
fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default();
    let stem = stem.trim_end().to_ascii_uppercase();
    let is_numbered = |device: &&str| {
        let number = stem.strip_prefix(device);
        number.is_some_and(|number| {
            number.chars().count() == 1 && number.contains(|c: char| c.is_numeric())
        })
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED.iter().any(is_numbered)
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

    #[test]
    fn no_take_is_written_to_a_device() {
        for name in ["CON", "nul", "Aux.mid", "prn .v2", "COM1", "lpt9.x", "COM²"] {
            assert_eq!(file_name(name), format!("_{name}"));
        }
        for name in ["Console", "COM", "COM10", "nul and void", "Lpt"] {
            assert_eq!(file_name(name), name);
        }
    }
}
