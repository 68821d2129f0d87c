//! `cargo xtask bundle`: builds the plugin as CLAP and VST3 bundles in `target/bundled`.

use crate::cargo::Outcome;

/// Builds and bundles; `arguments` are the whole command, such as `bundle diff-bgm --release`.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let arguments = arguments.iter().map(|&argument| argument.to_owned());
    nice_plug_xtask::main_with_args("cargo xtask", arguments).map_err(|error| format!("{error:#}"))
}
