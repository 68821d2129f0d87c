//! The repository's own commands; run them as `cargo xtask COMMAND`.

mod bundle;
mod cargo;
mod demo;
mod install;
mod test;

use std::process::ExitCode;

use install::Scope;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  demo                build everything, draft music for the clip in the box, and say where it lies
  test                format, lints, documentation, all tests, and the build without default features
  bundle diff-bgm --release
                      the plugin as CLAP and VST3, in target/bundled
  install [--user|--system]
                      build the plugin and put it where hosts look for it
  uninstall [--user|--system]
                      take it away again
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let result = match arguments[..] {
        ["demo"] => demo::run(),
        ["test"] => test::run(),
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
