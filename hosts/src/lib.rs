//! Headless hosts that play the built plugin block by block and record what it sends, and REAPER's interface over a project in
//! memory.

pub mod clap;
#[cfg(target_os = "linux")]
pub mod desktop;
mod notes;
pub mod project;
pub mod reaper;
mod transport;
pub mod vst3;
#[cfg(windows)]
pub mod win32;

use std::env;
use std::path::PathBuf;

pub use notes::{Heard, expected};
pub use transport::Roll;

/// Returns the file name of the plugin's library on this platform.
pub fn library_name() -> String {
    format!(
        "{}diff_bgm{}",
        env::consts::DLL_PREFIX,
        env::consts::DLL_SUFFIX
    )
}

/// Returns the library that cargo built beside the running test.
///
/// # Panics
/// Panics if there is none.
pub fn library_of_this_test() -> PathBuf {
    let test = env::current_exe().expect("a test has a path");
    let folders = test.ancestors().skip(1).take(2);
    folders
        .map(|folder| folder.join(library_name()))
        .filter_map(|path| Some((path.metadata().ok()?.modified().ok()?, path)))
        .max()
        .expect("cargo builds the library with its tests")
        .1
}

/// Returns whether the library at `path` is in this process's memory.
#[cfg(windows)]
pub fn is_loaded(path: &std::path::Path) -> bool {
    libloading::os::windows::Library::open_already_loaded(path).is_ok()
}
