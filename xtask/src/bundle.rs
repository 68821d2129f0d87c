//! `cargo xtask bundle`: builds the plugin as CLAP and VST3 bundles in `target/bundled`.

use crate::cargo::Outcome;

/// What the plugin is built with: without what only the program needs, such as the models that look at films.
pub(crate) const PLUGIN_ONLY: [&str; 3] = ["--no-default-features", "--features", "plugin"];

/// Builds and bundles; `arguments` are the whole command, such as `bundle diff-bgm --release`. Without features among them they
/// are [`PLUGIN_ONLY`].
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    let is_told = arguments
        .iter()
        .any(|argument| argument.contains("features"));
    let features = if is_told { &[][..] } else { &PLUGIN_ONLY };
    let arguments = arguments
        .iter()
        .chain(features)
        .map(|&argument| argument.to_owned());
    nice_plug_xtask::main_with_args("cargo xtask", arguments).map_err(|error| format!("{error:#}"))
}
