//! The option `--style`.

use diff_bgm::music::style::Style;
use diff_bgm::{Fault, Result};

/// A style, or `None` to leave it to the model.
#[derive(Clone, Copy)]
pub(crate) struct StyleChoice(pub(crate) Option<Style>);

/// Reads a style's name, or `free`.
pub(crate) fn style(text: &str) -> Result<StyleChoice, Fault> {
    match text {
        "free" => Ok(StyleChoice(None)),
        name => name.parse().map(|style| StyleChoice(Some(style))),
    }
}
