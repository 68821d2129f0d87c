//! `bgm convert`: turns a checkpoint of the published training code into a model file, and a model file into a checkpoint.

use std::path::{Path, PathBuf};

use diff_bgm::counted::counted;
use diff_bgm::diffusion::convert::{Conversion, convert};
use diff_bgm::diffusion::export::export;
use diff_bgm::{Error, Result};

use crate::clip_maker::expect_output_folder;
use crate::output::{expect_extension, say};

/// How many skipped entries are listed by name.
const NAMED_SKIPPED: usize = 8;

/// Convert a published checkpoint to a model file, or back
///
/// A model file (.safetensors) of a published kind becomes the folder of a run, with params.json and chkpts/weights_best.pt,
/// which the authors' code loads.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of a training run (with params.json and chkpts/weights_best.pt), a weights file (.pt), or a model file
    /// (.safetensors)
    #[arg(value_name = "DIR|FILE")]
    source: PathBuf,
    /// The run's params.json, if it is not in that folder or beside the weights file
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// The model file to write or, of a model file, the folder of a run
    #[arg(short, long, value_name = "MODEL.safetensors|DIR")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if is_model_file(&arguments.source) {
        return back(arguments);
    }
    expect_extension(&arguments.output, &["safetensors"])?;
    let conversion = convert(
        &arguments.source,
        arguments.params.as_deref(),
        &arguments.output,
    )?;
    say(format!(
        "{}: {}",
        arguments.output.display(),
        summary(&conversion)
    ))
}

/// Turns a model file into the folder of a run.
fn back(arguments: &Arguments) -> Result<()> {
    if arguments.params.is_some() {
        return Err(Error::Usage(format!(
            "{} is a model file, which holds its configuration. Leave out --params.",
            arguments.source.display()
        )));
    }
    if is_model_file(&arguments.output) {
        return Err(Error::Usage(format!(
            "{} names a model file, and {} is one already. Give -o a folder for the authors' code.",
            arguments.output.display(),
            arguments.source.display()
        )));
    }
    expect_output_folder(&arguments.output)?;
    let exported = export(&arguments.source, &arguments.output)?;
    say(format!(
        "{}: family {}, {}, with {}",
        exported.weights.display(),
        exported.family.name(),
        counted(exported.tensors, "tensor"),
        exported.params.display()
    ))
}

/// Returns whether a path ends as model files do.
fn is_model_file(path: &Path) -> bool {
    let extension = path.extension().unwrap_or_default();
    extension.eq_ignore_ascii_case("safetensors")
}

fn summary(conversion: &Conversion) -> String {
    let mut summary = format!(
        "family {}, {} parameters, from {} and {}",
        conversion.family.name(),
        conversion.parameters,
        conversion.weights.display(),
        conversion.params.display(),
    );
    let skipped = &conversion.skipped;
    if !skipped.is_empty() {
        summary += "; skipped: ";
        summary += &skipped[..skipped.len().min(NAMED_SKIPPED)].join(", ");
    }
    if skipped.len() > NAMED_SKIPPED {
        summary += &format!(" and {} more", skipped.len() - NAMED_SKIPPED);
    }
    summary
}
