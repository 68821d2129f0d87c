//! Paths as users type and paste them.

use std::env;
use std::path::{Path, PathBuf};

/// Returns the path that `typed` means, or `None` if it is empty. Quotes around it are left out, `file://` is understood as
/// file managers copy it, and `~` is the home folder. Everything else stays as it is.
pub fn typed_path(typed: &str) -> Option<PathBuf> {
    let text = unquoted(typed.trim());
    if text.is_empty() {
        return None;
    }
    if let Some(url) = text.strip_prefix("file://") {
        return Some(of_url(url));
    }
    Some(match text.strip_prefix('~') {
        Some(rest) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            in_home(rest).unwrap_or_else(|| PathBuf::from(text))
        }
        _ => PathBuf::from(text),
    })
}

fn unquoted(text: &str) -> &str {
    let between = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
    between('"')
        .or_else(|| between('\''))
        .unwrap_or(text)
        .trim()
}

fn in_home(rest: &str) -> Option<PathBuf> {
    let home = env::home_dir().filter(|home| home.is_absolute())?;
    Some(home.join(rest.trim_start_matches(['/', '\\'])))
}

/// Returns the path of a URL after `file://`: an optional host, then the path with its unusual bytes as `%20`.
fn of_url(url: &str) -> PathBuf {
    let path = url.strip_prefix("localhost").unwrap_or(url);
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'%').then(|| byte_of(after)).flatten();
        bytes.push(escaped.unwrap_or(*first));
        rest = if escaped.is_some() {
            &after[2..]
        } else {
            after
        };
    }
    path_of_bytes(bytes)
}

/// Returns the byte that two hexadecimal digits write.
fn byte_of(digits: &[u8]) -> Option<u8> {
    let digits = digits
        .get(..2)
        .filter(|digits| digits.iter().all(u8::is_ascii_hexdigit))?;
    u8::from_str_radix(str::from_utf8(digits).ok()?, 16).ok()
}

#[cfg(unix)]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;

    Path::new(&std::ffi::OsString::from_vec(bytes)).to_owned()
}

/// Leaves out the slash before a drive: `/C:/clip.mp4`.
#[cfg(not(unix))]
fn path_of_bytes(bytes: Vec<u8>) -> PathBuf {
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let has_drive = text.as_bytes().get(2) == Some(&b':');
    Path::new(if has_drive { &text[1..] } else { &text }).to_owned()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotes_around_a_path_are_left_out() {
        for typed in [
            "/a/My Clip.MP4",
            " /a/My Clip.MP4\n",
            "\"/a/My Clip.MP4\"",
            "'/a/My Clip.MP4' ",
        ] {
            assert_eq!(typed_path(typed), Some("/a/My Clip.MP4".into()), "{typed}");
        }
        // As Windows copies a path.
        let copied = r#""C:\films\My Clip.mp4""#;
        assert_eq!(typed_path(copied), Some(r"C:\films\My Clip.mp4".into()));
        assert_eq!(typed_path("it's"), Some("it's".into()));
        assert_eq!(typed_path("'"), Some("'".into()));
        for empty in ["", "  ", "\"\"", "' '"] {
            assert_eq!(typed_path(empty), None, "{empty}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn addresses_of_files_are_paths() {
        for typed in [
            "file:///a/My%20Clip%C3%A9.mp4",
            "\"file://localhost/a/My Clip%c3%A9.mp4\"",
        ] {
            assert_eq!(typed_path(typed), Some("/a/My Clipé.mp4".into()), "{typed}");
        }
        assert_eq!(typed_path("file:///100%/a%2"), Some("/100%/a%2".into()));
    }

    #[test]
    fn a_tilde_is_the_home_folder() {
        let home = env::home_dir().unwrap();
        assert_eq!(typed_path("~"), Some(home.clone()));
        assert_eq!(typed_path("~/clip.mp4"), Some(home.join("clip.mp4")));
        assert_eq!(typed_path("'~/clip.mp4'"), Some(home.join("clip.mp4")));
        assert_eq!(typed_path("~clip.mp4"), Some("~clip.mp4".into()));
        assert_eq!(typed_path("a~/clip.mp4"), Some("a~/clip.mp4".into()));
    }

    proptest! {
        #[test]
        fn plain_paths_stay_as_they_are_and_nothing_panics(plain in "/[a-zA-Z0-9 ._é~%-]{0,20}[a-z]", any in ".*") {
            prop_assert_eq!(typed_path(&plain), Some(PathBuf::from(&plain)));
            typed_path(&any);
            typed_path(&format!("file://{any}"));
        }
    }
}
