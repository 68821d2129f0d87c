//! What a model file holds.

use diff_bgm::diffusion::model::Model;
use serde::Serialize;
use serde_json::{Map, Value};

use super::words::shown;

/// What is known about a model.
#[derive(Serialize)]
pub(super) struct ModelInfo {
    family: &'static str,
    parameters: usize,
    /// The configuration as the file has it.
    config: Map<String, Value>,
}

impl ModelInfo {
    /// Describes `model`, whose file has this configuration.
    pub(super) fn of(model: &Model, config: &str) -> Self {
        Self {
            family: model.config().cond_type.name(),
            parameters: model.parameters(),
            config: serde_json::from_str(config).unwrap_or_default(),
        }
    }

    pub(super) fn lines(&self) -> Vec<String> {
        let mut lines = vec![
            format!("model of the {} family", self.family),
            format!("{} parameters", self.parameters),
        ];
        lines.extend(self.config.iter().map(|(name, value)| match value {
            Value::Array(rows) if rows.iter().any(Value::is_array) => {
                format!("{}: {} rows", shown(name), rows.len())
            }
            value => format!("{}: {}", shown(name), shown(&value.to_string())),
        }));
        lines
    }
}
