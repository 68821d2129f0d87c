//! The folder of the user's cache that is ours.

use std::env;
use std::path::PathBuf;

/// Returns the folder `diff-bgm` in the user's cache, which may not exist yet. `None` if the user has no such place.
pub(super) fn cache_folder() -> Option<PathBuf> {
    let folder = |name: &str| {
        let path = PathBuf::from(env::var_os(name)?);
        path.is_absolute().then_some(path)
    };
    let base = if cfg!(windows) {
        folder("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        env::home_dir().map(|home| home.join("Library/Caches"))
    } else {
        folder("XDG_CACHE_HOME").or_else(|| Some(env::home_dir()?.join(".cache")))
    };
    base.map(|base| base.join("diff-bgm"))
}
