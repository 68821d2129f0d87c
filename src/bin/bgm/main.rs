//! `bgm`: Diff-BGM on the command line. Each subcommand has a file; errors are printed here.

mod accompany;
mod batch;
mod candidates;
mod chords;
mod clip;
mod clip_maker;
mod coherence;
mod conform;
mod controls;
mod convert;
mod dataset;
mod evaluate;
mod export;
mod features;
mod form;
mod generate;
mod hits;
mod info;
mod mask;
mod midi_input;
mod output;
mod progress;
mod quiet;
mod render;
mod repaint;
mod steering;
mod style;
mod tempo;
mod theme;
mod threads;
mod train;
mod verify;
mod work;

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
    Accompany(Box<accompany::Arguments>),
    Conform(conform::Arguments),
    Continue(repaint::ContinueArguments),
    Convert(convert::Arguments),
    Dataset(dataset::Arguments),
    Evaluate(evaluate::Arguments),
    Export(export::Arguments),
    Features(features::Arguments),
    Generate(Box<generate::Arguments>),
    Info(info::Arguments),
    Render(render::Arguments),
    Repaint(repaint::RepaintArguments),
    Tempo(tempo::Arguments),
    Theme(theme::Arguments),
    Train(train::Arguments),
    Verify(verify::Arguments),
}

fn run(arguments: Arguments) -> Result<()> {
    match arguments.command {
        Command::Accompany(arguments) => accompany::run(&arguments),
        Command::Conform(arguments) => conform::run(&arguments),
        Command::Continue(arguments) => repaint::run_continue(&arguments),
        Command::Convert(arguments) => convert::run(&arguments),
        Command::Dataset(arguments) => dataset::run(arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Export(arguments) => export::run(&arguments),
        Command::Features(arguments) => features::run(arguments),
        Command::Generate(arguments) => generate::run(*arguments),
        Command::Info(arguments) => info::run(&arguments),
        Command::Render(arguments) => render::run(&arguments),
        Command::Repaint(arguments) => repaint::run_repaint(&arguments),
        Command::Tempo(arguments) => tempo::run(&arguments),
        Command::Theme(arguments) => theme::run(&arguments),
        Command::Train(arguments) => train::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
    }
}

/// Exits with 0 on success, 1 after an error, which goes to standard error, and 2 on a wrong command line.
fn main() -> ExitCode {
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            output::warn(format!("bgm: {error}"));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Arguments;

    #[test]
    fn headings_in_the_help_stand_above_their_own_options() {
        for command in Arguments::command().get_subcommands() {
            let is_of_models = |heading: &str| heading.starts_with("Models (");
            let names: Vec<&str> = (command.get_arguments())
                .filter(|option| option.get_help_heading().is_some_and(is_of_models))
                .filter_map(|option| option.get_long())
                .collect();
            let own = [
                "visual-model",
                "caption-model",
                "text-model",
                "every",
                "pooling",
                "mood",
            ];
            assert!(
                names.is_empty() || names == own,
                "{}: {names:?}",
                command.get_name()
            );
        }
    }
}
