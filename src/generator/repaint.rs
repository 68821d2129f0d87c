//! Painting over a draft: some bars again, more bars, or an accompaniment to a tune.

pub(super) mod again;
mod repainting;

use std::ops::ControlFlow;

pub use repainting::{Repainting, Wishes, repaint, repaint_with};

use again::Again;

use super::form::{Form, Layout};
use super::parts_draft::{Piece, ends};
use super::region::PARTS;
use super::{Draft, Progress, Settings, bars_for};
use crate::conditioning::harmony::Harmony;
use crate::conditioning::lead::Lead;
use crate::conditioning::steering::Lane;
use crate::diffusion::config::ConditionKind;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::music::cues::Cue;
use crate::music::key::Key;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::time::{BARS_PER_PHRASE, Bars, Beats};

/// Makes `draft` longer by `more` bars. Every note that starts before its last bar stays exactly as it is, however long it
/// is held; a last chord gives way to what follows.
///
/// # Errors
/// As for [`repaint`], and if the piece would become too long.
pub fn extend(
    model: &Model,
    draft: &Draft,
    more: Bars,
    seed: u64,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    let mut again = Again::of(model, draft)?;
    let (old, metre) = (draft.score.bars(), draft.score.metre());
    let bars = Bars(old.0.saturating_add(more.0));
    let bar_beats = metre.bar_beats() as usize;
    let kept_bars = if ends(&again.recipe, old) {
        old.0 - 1
    } else {
        old.0
    };
    let kept_beats = kept_bars as usize * bar_beats;
    let added = metre.length(bars) - metre.length(old);
    again.asked.picture_end = again.asked.picture_end + added;
    let beats = metre.length(bars).0 as usize;
    let period = (BARS_PER_PHRASE as usize * bar_beats).min(kept_beats);
    for cue in Cue::ALL {
        match &mut again.asked.steering.lanes[cue] {
            Lane::Drawn(values) => go_on(values, kept_beats, beats, period),
            Lane::Over { drawn, .. } => go_on(drawn, kept_beats, beats, period),
            Lane::Clip { .. } | Lane::Free => {}
        }
    }
    go_on(&mut again.asked.energy, kept_beats, beats, period);
    if let (Harmony::Planned(key @ None), false) =
        (&mut again.recipe.harmony, again.chords.is_empty())
    {
        *key = Some(Key::of_chords(&again.chords));
    }
    again.clip = again.clip();
    again.chords.truncate(kept_beats);
    let settings = Settings {
        seed,
        ..again.settings(bars)
    };
    let layout = again.layout(bars);
    let piece = (Piece::new(model, &again.clip, &settings, layout, &[])?)
        .with_chords(&again.chords)
        .with_energy(&again.asked.energy);
    let region = piece.whole().without(0..kept_beats, &PARTS);
    let mut kept = draft.score.notes().to_vec();
    kept.retain(|note| note.start.0 < kept_beats as f64);
    let notes = piece.paint(&kept, &region, 0, on_progress)?;
    Ok(again.draft(piece.draft(&again.clip, notes), seed))
}

/// Makes an accompaniment to `tune`, which stays exactly as it is. Planned chords fit it.
///
/// # Errors
/// Returns an error if the tune is empty or the model is not of the `parts` family; otherwise as
/// [`generate`](super::generate) does.
pub fn accompany(
    model: &Model,
    tune: &[Note],
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    expect_parts(model)?;
    let end = tune.iter().map(|note| note.end().0).fold(0.0, f64::max);
    if end <= 0.0 {
        let problem = "The tune has no notes. Choose a MIDI file with a tune in it.";
        return Err(Error::Usage(problem.to_owned()));
    }
    let tune: Vec<Note> = (tune.iter())
        .map(|note| Note {
            part: Part::Lead,
            ..*note
        })
        .collect();
    let clip = ClipFeatures {
        duration: settings.tempo_map.seconds_between(Beats(0.0), Beats(end)),
        ..ClipFeatures::default()
    };
    let settings = Settings {
        clip_start: Beats(0.0),
        lead: Lead::Free,
        lead_curve: Vec::new(),
        quiet: Vec::new(),
        form: Form::Off,
        theme: Vec::new(),
        ..settings.clone()
    };
    let bars = bars_for(clip.duration, &settings);
    let layout = Layout::plain(&settings, bars);
    let piece = Piece::new(model, &clip, &settings, layout, &tune)?;
    let region = piece.whole().without(0..piece.beats(), &[RollPart::Lead]);
    let notes = piece.paint(&tune, &region, 0, on_progress)?;
    Ok(piece.draft(&clip, notes))
}

/// Lets a curve go on beyond `kept` beats, up to `beats`: its last `period` beats over and over.
fn go_on<T: Copy>(values: &mut Vec<T>, kept: usize, beats: usize, period: usize) {
    if period == 0 || values.len() < kept {
        return;
    }
    values.truncate(kept);
    for beat in kept..beats {
        values.push(values[beat - period]);
    }
}

/// Returns an error unless `model` is of the `parts` family.
pub(super) fn expect_parts(model: &Model) -> Result<()> {
    let kind = model.config().cond_type;
    if kind == ConditionKind::Parts {
        return Ok(());
    }
    if kind.is_published() {
        return Err(Error::Usage(format!(
            "The model {} is a published one, which keeps notes only by a mask. Use `bgm repaint` with --mask, or a model of the \
             family `parts`.",
            model.name()
        )));
    }
    Err(Error::Usage(format!(
        "The model {} cannot keep some notes and paint others. Use a model of the family `parts`.",
        model.name()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_go_on_with_their_last_bars() {
        let mut values: Vec<f32> = (0..24).map(|beat| beat as f32).collect();
        go_on(&mut values, 20, 26, 16);
        assert_eq!(values.len(), 26);
        assert_eq!(values[18..], [18.0, 19.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0]);
        let mut none: Vec<f32> = Vec::new();
        go_on(&mut none, 20, 26, 16);
        assert!(none.is_empty());
    }
}
