//! Painting parts of a draft again.

use std::ops::ControlFlow;

use super::again::Again;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::generator::give_way::{give_way, painted_part};
use crate::generator::parts_draft::Piece;
use crate::generator::region::PARTS;
use crate::generator::{Draft, Progress, Region, Settings};
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::part_set::PartSet;
use crate::music::piano_roll::RollPart;
use crate::time::Bars;

/// What is painted again, and what stays even there.
#[derive(Clone, Debug, Default)]
pub struct Repainting<'a> {
    /// The parts to paint in each beat of the draft; beats beyond are kept. The network paints chords and bass together: of
    /// the two, the one that is not painted keeps its notes, and the other gives way to them.
    pub parts: Vec<PartSet>,
    /// Notes of the draft that stay although their beats are painted.
    pub kept: &'a [Note],
    /// What is asked of the painted beats, if it is not what was asked of the draft.
    pub wishes: Option<Wishes<'a>>,
}

/// What is asked of beats that are painted again.
#[derive(Clone, Copy, Debug)]
pub struct Wishes<'a> {
    /// What the cues follow.
    pub clip: &'a ClipFeatures,
    /// Of these, the steering, the lead, the hits, the quiet stretches, the style, the sampler and the guidance scale count; everything else is
    /// as it was for the draft.
    pub settings: &'a Settings,
}

impl Repainting<'_> {
    /// Returns what paints `parts` in `bars` of a metre, from the first bar, counted from 0.
    pub fn of_bars(parts: impl IntoIterator<Item = PartSet>, metre: Metre) -> Self {
        let beats = metre.bar_beats() as usize;
        let parts = parts.into_iter();
        Self {
            parts: (parts.flat_map(|parts| std::iter::repeat_n(parts, beats))).collect(),
            ..Self::default()
        }
    }

    /// Returns whether nothing is painted.
    pub fn is_empty(&self) -> bool {
        self.parts.iter().all(|parts| parts.is_empty())
    }

    fn of_region(region: &Region) -> Self {
        let paints = |part: RollPart, beat| region.paints(part, beat);
        let parts = (0..region.beats()).map(|beat| {
            let others = paints(RollPart::Accompaniment, beat);
            PartSet::NONE
                .set(Part::Lead, paints(RollPart::Lead, beat))
                .set(Part::Chords, others)
                .set(Part::Bass, others)
        });
        Self {
            parts: parts.collect(),
            ..Self::default()
        }
    }

    /// Returns the region that the network paints.
    fn region(&self, beats: usize) -> Region {
        let mut region = Region::nothing(beats);
        for (beat, parts) in self.parts.iter().enumerate().take(beats) {
            let painted: Vec<RollPart> = (PARTS.into_iter())
                .filter(|&roll_part| parts.iter().any(|part| painted_part(part) == roll_part))
                .collect();
            region = region.with(beat..beat + 1, &painted);
        }
        region
    }

    /// Returns whether a note of the draft is to be replaced.
    fn replaces(&self, note: &Note) -> bool {
        self.paints(note) && !self.kept.contains(note)
    }

    /// Returns whether notes of a note's part are painted where it starts.
    fn paints(&self, note: &Note) -> bool {
        let part = match note.part {
            // The network paints undivided music as accompaniment.
            Part::All => Part::Chords,
            part => part,
        };
        let beat = note.start.0.max(0.0) as usize;
        (self.parts.get(beat)).is_some_and(|parts| parts.contains(part))
    }
}

/// Paints `region` of `draft` again with noise of `seed`. Every note that does not start in the region stays exactly as it
/// is, and so do the chords.
///
/// # Errors
/// Returns an error if the model is not of the `parts` family, or the draft lacks its requests; otherwise as
/// [`generate`](crate::generator::generate) does.
pub fn repaint(
    model: &Model,
    draft: &Draft,
    region: &Region,
    seed: u64,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    repaint_with(
        model,
        draft,
        &Repainting::of_region(region),
        seed,
        on_progress,
    )
}

/// Paints parts of `draft` again with noise of `seed`, as [`repaint`] does, with notes that stay and other wishes.
///
/// # Errors
/// As for [`repaint`], and if nothing is to be painted.
pub fn repaint_with(
    model: &Model,
    draft: &Draft,
    repainting: &Repainting<'_>,
    seed: u64,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    let mut again = Again::of(model, draft)?;
    let bars = draft.score.bars();
    if let Some(wishes) = repainting.wishes {
        again.wish(model, wishes, bars, |beat| {
            (repainting.parts.get(beat)).is_some_and(|parts| !parts.is_empty())
        })?;
    }
    let settings = Settings {
        seed,
        ..again.settings(bars)
    };
    let layout = again.layout(bars);
    let piece = (Piece::new(model, &again.clip, &settings, layout, &[])?)
        .with_chords(&again.chords)
        .with_energy(&again.asked.energy);
    let region = repainting.region(piece.beats());
    if region.is_empty() {
        let problem =
            "Everything that is selected is locked. Unlock some of it, or select other bars.";
        return Err(Error::Usage(problem.to_owned()));
    }
    let old = draft.score.notes();
    let painted = piece.paint(old, &region, 0, on_progress)?;
    let notes = repainting.merge(&region, old, painted);
    Ok(again.draft(piece.draft(&again.clip, notes), seed))
}

impl Repainting<'_> {
    /// Returns the notes of `old` that stay, together with those of `painted` that are wanted, which give way to them.
    fn merge(&self, region: &Region, old: &[Note], painted: Vec<Note>) -> Vec<Note> {
        let in_region =
            |note: &Note| region.paints(painted_part(note.part), note.start.0.max(0.0) as usize);
        let (new, mut notes): (Vec<Note>, Vec<Note>) = painted.into_iter().partition(in_region);
        let stays = |note: &&Note| in_region(note) && !self.replaces(note);
        let staying: Vec<Note> = old.iter().filter(stays).copied().collect();
        let new = new.into_iter().filter(|note| self.paints(note)).collect();
        notes.extend(give_way(new, &staying));
        notes.extend(staying);
        notes
    }
}

impl Again {
    /// Asks for what is wished in the beats for which `is_painted` holds.
    fn wish(
        &mut self,
        model: &Model,
        wishes: Wishes<'_>,
        bars: Bars,
        is_painted: impl Fn(usize) -> bool,
    ) -> Result<()> {
        let Settings {
            steering,
            lead,
            lead_curve,
            hits,
            quiet,
            style,
            sampler,
            guidance_scale,
            ..
        } = wishes.settings;
        self.recipe = Settings {
            steering: steering.clone(),
            lead: *lead,
            lead_curve: lead_curve.clone(),
            hits: hits.clone(),
            quiet: quiet.clone(),
            style: *style,
            sampler: *sampler,
            guidance_scale: *guidance_scale,
            ..self.recipe.clone()
        };
        let settings = Settings {
            bars: Some(bars),
            ..self.recipe.clone()
        };
        let layout = self.layout(bars);
        let asked = Piece::new(model, wishes.clip, &settings, layout, &[])?.asked();
        let beats = asked.energy.len();
        self.asked.take_over(&asked, beats, is_painted);
        Ok(())
    }
}

#[cfg(test)]
mod tests;
