//! Whole clips: from a clip and settings to a draft.

mod limits;
mod piece;
mod silent_bars;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};

use crate::conditioning::Conditioning;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::harmony::Harmony;
use crate::conditioning::placement::{Alignment, Placement};
use crate::conditioning::steering::Steering;
use crate::diffusion::coherence::Coherence;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::model::Model;
use crate::diffusion::sampler::SamplerSettings;
use crate::error::Result;
use crate::features::ClipFeatures;
use crate::music::chord::{Chord, Spelling};
use crate::music::decode::{decode, decode_published};
use crate::music::draft::{ChordChange, Draft, Recipe};
use crate::music::dynamics::{self, BeatCurves, PUBLISHED_VELOCITY};
use crate::music::note::{Note, separate};
use crate::music::piano_roll::PianoRoll;
use crate::time::{BEATS_PER_BAR, Bars, Beats, Steps, Tempo};

use limits::{check, check_length};
use piece::Piece;

/// The longest piece, in bars; over half an hour at 120 BPM.
pub const MAX_BARS: u32 = 1024;
/// The most sampling steps a segment.
pub const MAX_SAMPLING_STEPS: usize = 1000;

/// The guidance of our own models, chosen by `bgm evaluate` (see `models/MODEL_CARD.md`).
pub const CUES_GUIDANCE_SCALE: f64 = 2.0;

/// How to make a draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// The tempo of the music.
    pub tempo: Tempo,
    /// The beat of the music at which the clip starts.
    pub clip_start: Beats,
    /// How long the piece is; to the first bar line at or after the clip's end, if not given.
    pub bars: Option<Bars>,
    /// How rows of the clip find their beats.
    pub alignment: Alignment,
    /// Seed of the noise.
    pub seed: u64,
    /// How to sample.
    pub sampler: SamplerSettings,
    /// Scale of classifier-free guidance, 1 for none; what suits the model, if not given.
    pub guidance_scale: Option<f64>,
    /// What each cue follows.
    pub steering: Steering,
    /// Where the chords come from; the published networks find their own.
    pub harmony: Harmony,
    /// How strongly the draft is held together; the published networks are left alone.
    pub coherence: Coherence,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            tempo: Tempo::DEFAULT,
            clip_start: Beats(0.0),
            bars: None,
            alignment: Alignment::default(),
            seed: 1,
            sampler: SamplerSettings::default(),
            guidance_scale: None,
            steering: Steering::default(),
            harmony: Harmony::default(),
            coherence: Coherence::default(),
        }
    }
}

/// The guidance that suits a family: the authors' for theirs, the best of our evaluation for ours.
pub fn default_guidance_scale(kind: ConditionKind) -> f64 {
    match kind {
        ConditionKind::Cues => CUES_GUIDANCE_SCALE,
        _ => 5.0,
    }
}

/// How far a draft is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The segment in work, from 0.
    pub segment: usize,
    /// How many segments the piece has.
    pub segments: usize,
    /// Sampling steps of this segment that are done.
    pub step: usize,
    /// Sampling steps a segment.
    pub steps: usize,
}

impl Progress {
    /// Share of the whole work that is done, 0 to 1.
    pub fn fraction(&self) -> f64 {
        let segment_share = self.step as f64 / self.steps.max(1) as f64;
        (self.segment as f64 + segment_share) / self.segments.max(1) as f64
    }
}

/// Makes a draft for a clip. `on_progress` is told before and after every sampling step and may end the work.
///
/// The same model, clip and settings give the same notes, whatever the number of threads.
///
/// # Errors
/// [`Cancelled`](crate::error::Error::Cancelled) when `on_progress` said so; [`Value`](crate::error::Error::Value) when a
/// setting is out of range or the clip lacks what the model follows.
pub fn generate(
    model: &Model,
    clip: &ClipFeatures,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    check(model, settings)?;
    let (placement, bars) = place(clip, settings);
    check_length(bars)?;
    let beats = (bars.0 * BEATS_PER_BAR) as usize;
    let curves = ClipCurves::new(clip, &placement, beats);
    let conditioning = Conditioning::new(
        model.config(),
        clip,
        &placement,
        &curves,
        &settings.steering,
        if hears_chords(model, settings) {
            &settings.harmony
        } else {
            &Harmony::Free
        },
        settings.seed,
    )?;
    let roll = paint(model, &conditioning, bars, settings, on_progress)?;

    Ok(Draft {
        notes: notes_of(model, &roll, &settings.steering, &curves),
        bars,
        tempo: settings.tempo,
        cuts: cuts(clip, settings),
        recipe: Recipe {
            model: model.name().to_owned(),
            guidance_scale: guidance_scale(model, settings),
            chords: chord_changes(conditioning.chords().unwrap_or_default(), &settings.harmony),
            settings: settings.clone(),
        },
    })
}

/// Where a draft's time line has the clip's cuts.
pub fn cuts(clip: &ClipFeatures, settings: &Settings) -> Vec<Beats> {
    let (placement, bars) = place(clip, settings);
    (clip.shots.iter())
        .map(|&shot| placement.beat_at(shot))
        .filter(|cut| (0.0..bars.beats().0).contains(&cut.0))
        .collect()
}

/// Where the clip lies, and how long the piece is.
fn place(clip: &ClipFeatures, settings: &Settings) -> (Placement, Bars) {
    let placement = Placement {
        tempo: settings.tempo,
        clip_start: settings.clip_start,
        alignment: settings.alignment,
    };
    let bars = settings.bars.unwrap_or_else(|| placement.bars_of(clip));
    (placement, bars)
}

/// Paints the roll of a piece of `bars` bars whose rows are ready, as [`generate`] does; of `settings` the seed, the
/// sampler, the guidance scale and the coherence matter.
///
/// # Errors
/// As for [`generate`].
pub fn paint(
    model: &Model,
    conditioning: &Conditioning,
    bars: Bars,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<PianoRoll> {
    check(model, settings)?;
    check_length(bars)?;
    let piece = Piece {
        model,
        conditioning,
        sampler: settings.sampler,
        guidance_scale: guidance_scale(model, settings),
        coherence: settings.coherence,
        seed: settings.seed,
        bars,
    };
    piece.paint(on_progress)
}

/// Where chords change, spelt in the key that was asked for or in the one that they are in.
fn chord_changes(chords: &[Option<Chord>], harmony: &Harmony) -> Vec<ChordChange> {
    let spelling = match harmony {
        Harmony::Planned(Some(key)) => Spelling::of_key(*key),
        _ => Spelling::of_chords(chords),
    };
    ChordChange::of_beats(chords, spelling)
}

/// Whether chords make a difference: the network reads them, or the sampler favours their tones.
pub fn hears_chords(model: &Model, settings: &Settings) -> bool {
    model.config().harmony || settings.coherence.chord > 0.0
}

/// The scale that is set, or the one that suits the model.
fn guidance_scale(model: &Model, settings: &Settings) -> f64 {
    settings
        .guidance_scale
        .unwrap_or_else(|| default_guidance_scale(model.config().cond_type))
}

/// The notes of a painted roll: of the published families as the authors decode them, of ours with dynamics.
fn notes_of(
    model: &Model,
    roll: &PianoRoll,
    steering: &Steering,
    curves: &ClipCurves,
) -> Vec<Note> {
    let published = model.config().cond_type != ConditionKind::Cues;
    let grid_notes = if published {
        let mut notes = decode_published(roll, Steps(model.config().img_h as u32));
        separate(&mut notes);
        notes
    } else {
        decode(roll)
    };
    let mut notes: Vec<Note> = grid_notes
        .into_iter()
        .map(|note| note.with_velocity(PUBLISHED_VELOCITY))
        .collect();
    if !published {
        let energy = steering.energy_curve(curves);
        let accent = steering.accent_curve(curves);
        let curves = BeatCurves {
            energy: &energy,
            accent: &accent,
        };
        dynamics::shape(&mut notes, &curves);
    }
    notes
}
