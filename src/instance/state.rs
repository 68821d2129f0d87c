//! What the host's project saves: the takes, the clip's measures per beat, and the settings that are not parameters.

mod combined;
mod conformed;
mod pins;
mod take;
mod text;

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use super::curves::Curves;
use super::draft_shape::DraftShape;
use super::hits::{self, MarkedHit};
use super::host_tempo::HostTempo;
use super::locks::Locks;
use super::looks::LooksId;
use super::path_text;
use super::saved_clip::SavedClip;
use crate::conditioning::harmony::Harmony;
use crate::conditioning::hits::{Hit, MAX_WEIGHT};
use crate::conditioning::pairing::Follow;
use crate::conditioning::quiet::{MAX_QUIET, Quiet};
use crate::diffusion::device::DeviceKind;
use crate::evaluate::parts::MAX_CANDIDATES;
use crate::generator::{Draft, Form, PARTS_STEPS, Theme};
use crate::music::outputs::Outputs;
use crate::music::style::Style;
use crate::time::{Beats, Seconds, Tempo};
use crate::video::ShotFinder;

pub(super) use conformed::Conformed;
pub use pins::{Pin, Pins};
pub use take::Take;

/// The most takes that a saved state may have.
const MAX_TAKES: usize = 10_000;
/// The length of the longest bar.
const LONGEST_BAR: Beats = Beats(6.0);
/// The most sampling steps per segment.
pub const MAX_STEPS: usize = 100;

/// Everything that is saved except the parameters.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct State {
    /// The drafts, oldest first.
    pub takes: Vec<Take>,
    /// The index of the take that plays.
    pub current: Option<usize>,
    /// The two takes that are compared.
    pub pins: Pins,
    /// The clip that drafts are made for.
    pub clip: Option<SavedClip>,
    /// The clips that takes were made for, other than `clip`, without their measures.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub earlier_clips: Vec<SavedClip>,
    /// The picture that hits, quiet stretches and curves were set on, if it is not that of `clip`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub marked_on: Option<LooksId>,
    /// How the shots of a video are found when it is opened. A way that this version does not know becomes the quick one.
    #[serde(deserialize_with = "read_shot_finder")]
    pub shot_finder: ShotFinder,
    /// The model file, or `None` for the built-in model.
    #[serde(serialize_with = "path_text::write_any")]
    pub model: Option<PathBuf>,
    /// The device that drafts are computed on. A saved device that this build lacks becomes the CPU.
    #[serde(deserialize_with = "read_device")]
    pub device: DeviceKind,
    /// The seed of the next draft.
    pub seed: u64,
    /// The sampling steps per segment of the next draft.
    pub steps: usize,
    /// How many drafts the next press of Generate makes; the best three become takes.
    pub candidates: usize,
    /// The style of the next draft, or `None` to leave it to the network.
    pub style: Option<Style>,
    /// The form of the next draft.
    pub form: Form,
    /// The theme that the next draft takes up, in full, so that its file need not be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub theme: Option<Theme>,
    /// The weight, 1 to 3, with which the next draft meets every cut as a hit, or 0.
    pub cut_weight: u8,
    /// What the next draft follows in the clip.
    #[serde(skip_serializing_if = "is_usual")]
    pub follow: Follow,
    /// The length of the next draft, and how strongly it is held together.
    pub shape: DraftShape,
    /// The hits that the user set; see also `cut_weight`.
    pub hits: Vec<MarkedHit>,
    /// The stretches of the clip in which the next draft has no music, or thin music.
    pub quiet: Vec<Quiet>,
    /// What the next draft follows instead of the clip, where it is drawn.
    pub curves: Curves,
    /// The source of the next draft's chords.
    pub harmony: Harmony,
    /// Where the parts leave the plugin.
    pub outputs: Outputs,
    /// Whether files that are written have the chords as markers.
    pub chord_markers: bool,
    /// The tempo of the next draft where the host says none or is not followed; `None` for that of the current take.
    pub tempo: Option<Tempo>,
    /// The tempo where a host that is followed has not shown its own, or `None` if its last one goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tempo_ahead: Option<Tempo>,
    /// What is known of the host's tempo map. Only in a state that is saved: see
    /// [`Session::state_to_save`](super::Session::state_to_save).
    #[serde(skip_serializing_if = "HostTempo::is_empty")]
    pub host_tempo: HostTempo,
    /// Tells what this instance inserted into the host's timeline from what others did, once it has. Only in a state that is
    /// saved, as `host_tempo`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insertion_owner: Option<u64>,
    /// How far into the first bar of the next draft the picture starts; less than the longest bar.
    pub picture_start: Beats,
    /// What is not to be painted again.
    pub locks: Locks,
}

fn is_usual(follow: &Follow) -> bool {
    *follow == Follow::default()
}

impl Default for State {
    fn default() -> Self {
        Self {
            takes: Vec::new(),
            current: None,
            pins: Pins::default(),
            clip: None,
            earlier_clips: Vec::new(),
            marked_on: None,
            shot_finder: ShotFinder::default(),
            model: None,
            device: DeviceKind::default(),
            seed: 1,
            steps: PARTS_STEPS,
            candidates: 1,
            style: Some(Style::default()),
            form: Form::Off,
            theme: None,
            cut_weight: 0,
            follow: Follow::default(),
            shape: DraftShape::default(),
            hits: Vec::new(),
            quiet: Vec::new(),
            curves: Curves::default(),
            harmony: Harmony::default(),
            outputs: Outputs::default(),
            chord_markers: false,
            tempo: None,
            tempo_ahead: None,
            host_tempo: HostTempo::default(),
            insertion_owner: None,
            picture_start: Beats(0.0),
            locks: Locks::default(),
        }
    }
}

impl State {
    /// Returns the take that plays.
    pub fn current_take(&self) -> Option<&Take> {
        self.takes.get(self.current?)
    }

    /// Returns the hits that the next draft meets in a clip with these cuts, sorted.
    pub fn hits_met(&self, cuts: &[Seconds]) -> Vec<Hit> {
        hits::met(&self.hits, cuts, self.cut_weight)
    }

    /// Adds a take and makes it the current one.
    pub fn add_take(&mut self, draft: Draft, made_unix_seconds: u64) {
        let seed = draft.recipe.settings.seed;
        self.push_take(Take {
            name: format!("seed {seed}"),
            draft: Arc::new(draft),
            made_unix_seconds,
            painted: None,
            edited: Vec::new(),
            made_for: self.clip.as_ref().and_then(SavedClip::looks_id),
        });
    }

    /// Adds a take that was painted over `of`, and makes it the current one. `painted` says what was painted, as in
    /// `bars 9–12`. Notes of `of` that the user changed and that are still there stay marked.
    pub fn add_repainted_take(
        &mut self,
        draft: Draft,
        made_unix_seconds: u64,
        of: &Take,
        painted: &str,
    ) {
        let notes = draft.score.notes();
        let edited = of.edited.iter().filter(|note| notes.contains(note));
        let edited = edited.copied().collect();
        let of_name = of
            .number()
            .map_or_else(|| of.name.clone(), |number| number.to_string());
        self.push_take(Take {
            name: painted.to_owned(),
            draft: Arc::new(draft),
            made_unix_seconds,
            painted: Some(format!("{painted} of {of_name}")),
            edited,
            made_for: of.made_for,
        });
    }

    /// Adds a take with the next number before its name, and makes it the current one.
    fn push_take(&mut self, mut take: Take) {
        let highest = self.takes.iter().filter_map(Take::number).max();
        let number = highest.unwrap_or(0).max(self.takes.len()).saturating_add(1);
        take.name = format!("{number} {}", take.name);
        self.takes.push(take);
        self.current = Some(self.takes.len() - 1);
    }

    /// Deletes a take. If it was the current one, a neighbour becomes current.
    pub fn delete_take(&mut self, index: usize) {
        if index >= self.takes.len() {
            return;
        }
        self.takes.remove(index);
        self.pins.delete(index);
        self.current = match self.current {
            _ if self.takes.is_empty() => None,
            Some(current) if current > index => Some(current - 1),
            Some(current) => Some(current.min(self.takes.len() - 1)),
            None => None,
        };
        self.forget_clips();
    }

    /// Returns the index of the oldest take that is not current, or of the current one if it is the only take.
    fn oldest_take(&self) -> Option<usize> {
        (0..self.takes.len())
            .find(|&index| self.current != Some(index))
            .or_else(|| (!self.takes.is_empty()).then_some(0))
    }

    /// Deletes the oldest takes, but the current one last, until no more than `most` are left.
    fn leave_out_oldest(&mut self, most: usize) {
        while let Some(oldest) = self.oldest_take().filter(|_| self.takes.len() > most) {
            self.delete_take(oldest);
        }
    }

    /// Clamps values from outside to their ranges.
    fn within_limits(mut self) -> Self {
        self.steps = self.steps.clamp(1, MAX_STEPS);
        self.candidates = self.candidates.clamp(1, MAX_CANDIDATES);
        self.cut_weight = self.cut_weight.min(MAX_WEIGHT);
        self.hits = hits::within_limits(self.hits);
        self.quiet.retain(Quiet::is_sound);
        self.quiet.truncate(MAX_QUIET);
        self.theme = self.theme.filter(Theme::is_sound);
        self.curves = self.curves.within_limits();
        self.outputs = self.outputs.within_limits();
        self.current = self.current.filter(|&current| current < self.takes.len());
        self.leave_out_oldest(MAX_TAKES);
        if !(Beats(0.0)..LONGEST_BAR).contains(&self.picture_start) {
            self.picture_start = Beats(0.0);
        }
        self.pins = self.pins.within(self.takes.len());
        self.clip = self.clip.filter(SavedClip::is_sound);
        self.earlier_clips.retain(SavedClip::is_sound);
        self.forget_clips();
        self
    }
}

fn read_device<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DeviceKind, D::Error> {
    let kind = String::deserialize(deserializer)?.parse().ok();
    Ok(kind
        .filter(|kind: &DeviceKind| kind.is_compiled_in())
        .unwrap_or_default())
}

fn read_shot_finder<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ShotFinder, D::Error> {
    let finder = String::deserialize(deserializer)?.parse();
    Ok(finder.unwrap_or_default())
}

#[cfg(test)]
mod tests;
