//! The repository's own commands, run as `cargo xtask COMMAND`.

mod bundle;
mod cargo;
mod demo;
mod examples;
mod install;
mod test;

use std::process::ExitCode;

use install::Scope;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo                build everything and draft music for the built-in clip
  test                check format, lints and documentation, build without default features, run all tests
  examples            draft the examples of docs/examples anew (needs ffmpeg)
  bundle diff-bgm --release
                      build the plugin as CLAP and VST3 bundles in target/bundled
  install [--user|--system]
                      build the plugin and copy it to your plugin folders, or to those of all users
  uninstall [--user|--system]
                      remove it from there
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["demo"] => demo::run(),
        ["test"] => test::run(),
        ["examples"] => examples::run(),
        ["bundle", ..] => bundle::run(&arguments),
        ["install", ref scope @ ..] if let Some(scope) = Scope::parse(scope) => {
            install::install(scope)
        }
        ["uninstall", ref scope @ ..] if let Some(scope) = Scope::parse(scope) => {
            install::uninstall(scope)
        }
        _ => {
            eprint!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}
