//! Drafts: from a clip and settings to a score.

mod canvas;
mod changes;
mod combine;
mod conform;
mod draft;
mod form;
mod give_way;
mod inpaint;
mod length;
mod painter;
mod parts_draft;
mod parts_form;
mod piece;
mod plausibility;
mod region;
mod repaint;
mod settings;
mod silent_bars;
mod theme;

use std::ops::{ControlFlow, Range};

pub use changes::cuts;
pub use combine::combine;
pub use conform::{Conforming, Freedom, conform, quiet_after};
pub use draft::{Asked, Draft, Recipe};
pub use form::{Form, Letters, MAX_LETTERS};
pub use give_way::give_way;
pub use inpaint::{Inpainting, inpaint};
pub use length::length_of;
pub use region::Region;
pub use repaint::{Repainting, Wishes, accompany, extend, repaint, repaint_with};
pub use settings::{
    CUES_GUIDANCE_SCALE, MAX_SAMPLING_STEPS, PARTS_GUIDANCE_SCALE, PARTS_STEPS, Settings,
    default_guidance_scale,
};
pub use theme::{MAX_THEME_NOTES, Theme};

use crate::conditioning::Conditioning;
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::harmony::Harmony;
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::parts::PartsConditioning;
use crate::conditioning::steering::Steering;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::music::chord::{Chord, ChordChange};
use crate::music::decode::{decode, decode_published};
use crate::music::dynamics::{self, BeatCurves, PUBLISHED_VELOCITY};
use crate::music::key::Key;
use crate::music::metre::Metre;
use crate::music::note::{Note, separate};
use crate::music::piano_roll::{PianoRoll, PitchRange};
use crate::music::score::{RawScore, Score};
use crate::time::{BEATS_PER_BAR, Bars, STEPS_PER_BEAT, Steps};

use canvas::Canvas;
use changes::turns;
use length::{bars_for, check_length, placement};
use painter::Painter;
use piece::Piece;

/// The progress of a draft.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// The current segment, from 0.
    pub segment: usize,
    /// The number of segments in the piece.
    pub segments: usize,
    /// The sampling steps of this segment that are done.
    pub step: usize,
    /// The sampling steps per segment.
    pub steps: usize,
    /// What was just painted, once after each segment (`parts`).
    pub painted: Option<PaintedSegment>,
}

/// A stretch of a draft that is painted, while others are not yet. Loudness, endings and the division of the accompaniment
/// follow when all of it is painted.
#[derive(Clone, Debug, PartialEq)]
pub struct PaintedSegment {
    /// Its beats.
    pub beats: Range<usize>,
    /// All notes that start in it, kept ones included.
    pub notes: Vec<Note>,
}

impl Progress {
    /// Returns the share of the whole work that is done, 0 to 1.
    pub fn fraction(&self) -> f64 {
        let segment_share = self.step as f64 / self.steps.max(1) as f64;
        (self.segment as f64 + segment_share) / self.segments.max(1) as f64
    }
}

/// Makes a draft for a clip. Calls `on_progress` before and after every sampling step; it may stop the work.
///
/// The same model, clip and settings give the same notes on any number of threads.
///
/// # Errors
/// Returns [`Cancelled`](crate::error::Error::Cancelled) if `on_progress` stopped the work, and a
/// [`Value`](crate::error::Error::Value) error if a setting is out of range or the clip lacks what the model follows.
pub fn generate(
    model: &Model,
    clip: &ClipFeatures,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    if model.config().cond_type == ConditionKind::Parts {
        return parts_form::draft(model, clip, settings, on_progress);
    }
    settings.check(model)?;
    let bars = length_of(clip.duration, settings)?;
    let placement = placement(settings);
    let beats = (bars.0 * BEATS_PER_BAR) as usize;
    let curves = ClipCurves::new(clip, &placement, beats);
    let conditioning = Conditioning::new(
        model.config(),
        clip,
        &placement,
        &curves,
        &settings.steering,
        if uses_chords(model, settings) {
            &settings.harmony
        } else {
            &Harmony::Free
        },
        settings.seed,
    )?;
    let roll = paint(model, &conditioning, bars, settings, on_progress)?;

    Ok(Draft {
        score: Score::new(RawScore {
            notes: notes_of(model, &roll, &settings.steering, &curves),
            bars,
            metre: Metre::COMMON,
            tempo_map: settings.tempo_map.clone(),
            chords: chord_changes(conditioning.chords().unwrap_or_default(), &settings.harmony),
            cuts: cuts(clip, settings),
            sections: Vec::new(),
        })?,
        recipe: Recipe {
            model: model.name().to_owned(),
            guidance_scale: settings.guidance_scale_for(model),
            settings: settings.clone(),
            asked: None,
        },
    })
}

/// Paints the roll of a piece of `bars` bars from rows that are ready, as [`generate`] does. Only the seed, the
/// sampler, the guidance scale and the coherence of `settings` matter.
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
    settings.check(model)?;
    check_length(bars)?;
    let piece = Piece {
        model,
        conditioning,
        sampler: settings.sampler,
        guidance_scale: settings.guidance_scale_for(model),
        coherence: settings.coherence,
        seed: settings.seed,
        bars,
    };
    piece.paint(on_progress)
}

/// Paints `region` of a roll of zeros and ones over again, as drafts of the family `parts` are painted; everything else stays.
/// `conditioning` describes its beats. Only the seed, the sampler, the guidance scale, the coherence and the metre of
/// `settings` matter.
///
/// # Errors
/// As for [`repaint`], and if the roll does not have the parts and pitches of the model's.
pub fn paint_over(
    model: &Model,
    conditioning: &PartsConditioning,
    roll: &PianoRoll,
    region: &Region,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<PianoRoll> {
    repaint::expect_parts(model)?;
    settings.check(model)?;
    if (roll.parts(), roll.pitches()) != (model.roll_parts(), model.pitches()) {
        let found = format!("a roll of {:?} and {:?}", roll.parts(), roll.pitches());
        let expected = format!("{:?} and {:?}", model.roll_parts(), model.pitches());
        return Err(Error::value(found, expected));
    }
    let mut canvas = Canvas::of_roll(roll);
    let painter = Painter {
        model,
        conditioning,
        metre: settings.metre,
        sampler: settings.sampler,
        guidance_scale: settings.guidance_scale_for(model),
        coherence: settings.coherence,
        scale: settings.scale,
        hits: &[],
        seed: settings.seed,
        theme: 0,
        retouches: settings.retouches,
    };
    painter.paint(&mut canvas, region, on_progress)?;
    Ok(canvas.into_roll())
}

/// Returns a score's notes on the grid, in lead and accompaniment.
pub(crate) fn roll_of(score: &Score, pitches: PitchRange) -> PianoRoll {
    let steps = Steps((score.length().0 * f64::from(STEPS_PER_BEAT)) as u32);
    Canvas::of_notes(score.notes(), steps, pitches).into_roll()
}

/// Returns the hits of `settings` on a draft's grid.
pub(crate) fn placed_hits(settings: &Settings) -> Vec<PlacedHit> {
    let placement = placement(settings);
    let hits = settings.hits.iter();
    hits.filter_map(|hit| hit.placed(&placement)).collect()
}

/// Returns the changes of chord, spelt in the key that was set or in the one that they suggest.
fn chord_changes(chords: &[Option<Chord>], harmony: &Harmony) -> Vec<ChordChange> {
    let key = match harmony {
        Harmony::Planned(Some(key)) => *key,
        _ => Key::of_chords(chords),
    };
    ChordChange::of_beats(chords, key.spelling())
}

/// Returns whether chords make a difference: the network reads them, or the sampler favours their tones.
pub fn uses_chords(model: &Model, settings: &Settings) -> bool {
    model.config().harmony || settings.coherence.chord > 0.0
}

/// Returns the notes of a painted roll: as the authors decode them for the published families, with dynamics for ours.
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
