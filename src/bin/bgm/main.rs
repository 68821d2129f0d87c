//! `bgm`: Diff-BGM on the command line. Each subcommand has a file; errors are printed here.

mod clip;
mod coherence;
mod convert;
mod evaluate;
mod features;
mod generate;
mod info;
mod output;
mod progress;
mod render;
mod steering;
mod threads;
mod train;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use diff_bgm::Result;

/// Draft background music that follows a video clip
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Convert(convert::Arguments),
    Evaluate(evaluate::Arguments),
    Features(features::Arguments),
    Generate(Box<generate::Arguments>),
    Info(info::Arguments),
    Render(render::Arguments),
    Train(train::Arguments),
    Verify(verify::Arguments),
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Features(arguments) => features::run(arguments),
        Command::Generate(arguments) => generate::run(*arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    }
}

/// Exits with 0 on success, 1 after an error, which goes to standard error, and 2 on a wrong command line.
fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bgm: {error}");
            ExitCode::FAILURE
        }
    }
}
