//! What the host's project remembers: the takes, the clip as far as it was heard, and the settings that are no
//! parameters.

mod text;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::path_text;
use super::saved_clip::SavedClip;
use crate::conditioning::harmony::Harmony;
use crate::diffusion::device::DeviceKind;
use crate::diffusion::sampler::SamplerSettings;
use crate::generator::Draft;

/// The most takes that are saved and read.
const MAX_TAKES: usize = 10_000;
/// The most steps a segment that the editor offers.
pub const MAX_STEPS: usize = 100;

/// Everything that is saved apart from the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The drafts that were made, oldest first.
    pub takes: Vec<Take>,
    /// Which of them is played.
    pub current: Option<usize>,
    /// The clip that drafts are made for.
    pub clip: Option<SavedClip>,
    /// A model file, or nothing for the model in the box.
    #[serde(serialize_with = "path_text::write_any")]
    pub model: Option<PathBuf>,
    /// What drafts are computed on; the CPU where the saved one is not in this build.
    #[serde(deserialize_with = "read_device")]
    pub device: DeviceKind,
    /// Seed of the next draft.
    pub seed: u64,
    /// Sampling steps a segment of the next draft.
    pub steps: usize,
    /// Where the chords of the next draft come from.
    pub harmony: Harmony,
}

/// A draft that is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Take {
    /// What the user calls it.
    pub name: String,
    /// The notes and how they were made; never changed, so that copies of a state share them.
    #[serde(serialize_with = "write_draft", deserialize_with = "read_draft")]
    pub draft: Arc<Draft>,
    /// When it was made, in seconds since 1970.
    pub made_unix_seconds: u64,
}

impl Default for State {
    fn default() -> Self {
        Self {
            takes: Vec::new(),
            current: None,
            clip: None,
            model: None,
            device: DeviceKind::default(),
            seed: 1,
            steps: SamplerSettings::default().steps,
            harmony: Harmony::default(),
        }
    }
}

impl State {
    /// The take that is played.
    pub fn current_take(&self) -> Option<&Take> {
        self.takes.get(self.current?)
    }

    /// Adds a take and makes it the one that is played.
    pub fn add_take(&mut self, draft: Draft, made_unix_seconds: u64) {
        let number = |take: &Take| take.name.split(' ').next()?.parse().ok();
        let highest = self.takes.iter().filter_map(number).max();
        let number = highest.unwrap_or(0).max(self.takes.len()).saturating_add(1);
        let seed = draft.recipe.settings.seed;
        self.takes.push(Take {
            name: format!("{number} seed {seed}"),
            draft: Arc::new(draft),
            made_unix_seconds,
        });
        self.current = Some(self.takes.len() - 1);
    }

    /// Removes a take; its neighbour is played if it was the current one.
    pub fn delete_take(&mut self, index: usize) {
        if index >= self.takes.len() {
            return;
        }
        self.takes.remove(index);
        self.current = match self.current {
            _ if self.takes.is_empty() => None,
            Some(current) if current > index => Some(current - 1),
            Some(current) => Some(current.min(self.takes.len() - 1)),
            None => None,
        };
    }

    /// The oldest take but the one that is played, or that one where there is no other.
    fn oldest_take(&self) -> Option<usize> {
        (0..self.takes.len())
            .find(|&index| self.current != Some(index))
            .or_else(|| (!self.takes.is_empty()).then_some(0))
    }

    /// Leaves out the oldest takes but the one that is played, until there are no more than `most`.
    fn leave_out_oldest(&mut self, most: usize) {
        while let Some(oldest) = self.oldest_take().filter(|_| self.takes.len() > most) {
            self.delete_take(oldest);
        }
    }

    /// Pulls what came from outside into its ranges.
    fn within_limits(mut self) -> Self {
        self.steps = self.steps.clamp(1, MAX_STEPS);
        self.current = self.current.filter(|&current| current < self.takes.len());
        self.leave_out_oldest(MAX_TAKES);
        self.clip = self.clip.filter(SavedClip::is_sound);
        self
    }
}

fn write_draft<S: Serializer>(draft: &Draft, serializer: S) -> Result<S::Ok, S::Error> {
    draft.serialize(serializer)
}

fn read_draft<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Arc<Draft>, D::Error> {
    Draft::deserialize(deserializer).map(Arc::new)
}

fn read_device<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeviceKind, D::Error> {
    let kind = String::deserialize(deserializer)?.parse().ok();
    Ok(kind
        .filter(|kind: &DeviceKind| kind.is_compiled_in())
        .unwrap_or_default())
}

#[cfg(test)]
mod tests;
