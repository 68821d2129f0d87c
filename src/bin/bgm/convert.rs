//! `bgm convert`: turns a checkpoint of the published training code into a model file.

use std::path::PathBuf;

use diff_bgm::Result;
use diff_bgm::diffusion::convert::{Conversion, convert};

use crate::output::{expect_extension, say};

/// How many skipped entries are listed by name.
const NAMED_SKIPPED: usize = 8;

/// Convert a published checkpoint to a model file
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// The folder of a training run (with params.json and chkpts/weights_best.pt), or a weights file (.pt)
    #[arg(value_name = "DIR|FILE.pt")]
    source: PathBuf,
    /// The run's params.json, if it is not in that folder or beside the weights file
    #[arg(long, value_name = "FILE")]
    params: Option<PathBuf>,
    /// The model file to write
    #[arg(short, long, value_name = "MODEL.safetensors")]
    output: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
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
