//! A draft for another cut of its clip: bars whose picture is unchanged are kept, the others are painted again.
//!
//! A bar is kept if every beat of it falls on the same picture as before, to within a tolerance, and it meets the same hits and
//! quiet stretches. Its notes stay exactly as they are, moved by whole bars if their picture moved.
//!
//! | File | Job |
//! |---|---|
//! | `bars` | which bars are kept |
//! | `grid` | where bar lines may lie so that more of them are |
//! | `places` | where the bars of both drafts lie, and how many there are |
//! | `moved` | what was asked of the draft, where its picture is now |
//! | `words` | the same for people |

mod bars;
mod grid;
mod moved;
mod places;
mod words;

use std::ops::ControlFlow;

use places::{Places, new_bars};

use super::parts_draft::Piece;
use super::region::PARTS;
use super::repaint::again::Again;
use super::{Asked, Draft, Progress, Settings, cuts};
use crate::conditioning::hits::Hit;
use crate::conditioning::quiet::Quiet;
use crate::diffusion::model::Model;
use crate::error::{Error, Result};
use crate::features::ClipFeatures;
use crate::features::recut::Recut;
use crate::music::note::Note;
use crate::time::{Bars, Beats};

/// How far a draft may depart from its clip and its tempo so that more of it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Freedom {
    /// How far a kept bar may lie from its picture, in sixteenths.
    pub tolerance_steps: f64,
    /// How far the tempo of bars that are painted may be from the draft's, as a share, so that those after them lie on their
    /// picture again; 0 leaves the tempo as it is.
    pub tempo_change: f64,
}

impl Freedom {
    /// Half a sixteenth, and the draft's tempo throughout.
    pub const NONE: Self = Self {
        tolerance_steps: 0.5,
        tempo_change: 0.0,
    };
    /// The same with another tempo where bars are painted again: a change that is felt rather than heard.
    pub const USUAL: Self = Self {
        tempo_change: 0.08,
        ..Self::NONE
    };
}

/// What becomes of a draft in another cut of its clip.
#[derive(Clone, Debug, PartialEq)]
pub struct Conforming {
    /// For each bar of the new draft the bar of the old one, counted from 0, that it keeps; `None` if it is painted again.
    pub sources: Vec<Option<u32>>,
    /// The settings of the new draft: its tempo, and its hits, quiet stretches and curves where their picture is now.
    pub settings: Settings,
    /// The hits whose picture is gone.
    pub lost_hits: Vec<Hit>,
    /// The beat of the old draft whose picture each beat of the new one has.
    curve_sources: Vec<Option<usize>>,
    is_identity: bool,
}

impl Conforming {
    /// Plans `draft` for the clip `new`, which `recut` compares with the draft's.
    ///
    /// Without a change of tempo, bars are kept where they were or whole bars away. With one, bars that are painted may be faster
    /// or slower, and with them the bar lines after them move to where their picture is, if more bars are kept that way.
    ///
    /// # Errors
    /// Returns an error if the freedom is out of range, or the new clip is too long for the draft's tempo.
    pub fn plan(
        draft: &Draft,
        recut: &Recut,
        new: &ClipFeatures,
        freedom: Freedom,
    ) -> Result<Self> {
        check(freedom)?;
        let steady = Self::with_settings(draft, recut, new, freedom, settings(draft, recut))?;
        if freedom.tempo_change <= 0.0 || steady.painted_bars() == 0 {
            return Ok(steady);
        }
        let places = Places::new(draft, recut, &steady.settings, new.duration, freedom);
        let Some(tempo_map) = grid::tempo_map(&places, freedom.tempo_change) else {
            return Ok(steady);
        };
        let settings = Settings {
            tempo_map,
            ..settings(draft, recut)
        };
        let moved = Self::with_settings(draft, recut, new, freedom, settings)?;
        Ok(if moved.kept_bars() > steady.kept_bars() {
            moved
        } else {
            steady
        })
    }

    fn with_settings(
        draft: &Draft,
        recut: &Recut,
        new: &ClipFeatures,
        freedom: Freedom,
        mut settings: Settings,
    ) -> Result<Self> {
        let bars = new_bars(draft, recut, new.duration, &settings)?;
        settings.bars = Some(bars);
        let places = Places::new(draft, recut, &settings, new.duration, freedom);
        let sources = bars::sources(&places, &settings, bars);
        let curve_sources = moved::curve_sources(&places, &sources);
        moved::curves(&mut settings, &curve_sources);
        moved::theme(&mut settings, &sources);
        let old = &draft.recipe.settings;
        let stays = |(bar, source): (usize, &Option<u32>)| *source == Some(bar as u32);
        let is_identity = bars == draft.score.bars()
            && sources.iter().enumerate().all(stays)
            && moved::is_near(&settings.hits, &old.hits)
            && settings.tempo_map == old.tempo_map;
        let lost_hits = old.hits.iter().copied();
        Ok(Self {
            lost_hits: lost_hits
                .filter(|hit| recut.new_times(hit.at).is_empty())
                .collect(),
            sources,
            settings,
            curve_sources,
            is_identity,
        })
    }

    /// Returns how many bars are kept.
    pub fn kept_bars(&self) -> usize {
        self.sources.iter().flatten().count()
    }

    /// Returns how many bars are painted again.
    pub fn painted_bars(&self) -> usize {
        self.sources.len() - self.kept_bars()
    }

    /// Returns whether the draft stays as it is.
    pub fn is_identity(&self) -> bool {
        self.is_identity
    }

    /// Returns the beat of the old draft whose picture a beat of the new one has, if there is one.
    pub fn curve_source(&self, beat: usize) -> Option<usize> {
        *self.curve_sources.get(beat)?
    }

    /// Returns for each beat of the new draft the beat of the old one that is kept there.
    fn beat_sources(&self) -> Vec<Option<usize>> {
        let bar = self.settings.metre.bar_beats() as usize;
        let of_bar = |source: &Option<u32>| {
            let source = *source;
            (0..bar).map(move |beat| Some(source? as usize * bar + beat))
        };
        self.sources.iter().flat_map(of_bar).collect()
    }

    /// Returns the notes of the old draft that are kept, where they are now.
    fn kept_notes(&self, draft: &Draft) -> Vec<Note> {
        let bar = f64::from(self.settings.metre.bar_beats());
        let notes = draft.score.notes();
        let of_bar = |(to, source): (usize, &Option<u32>)| {
            let source = f64::from((*source)?);
            let starts = source * bar..(source + 1.0) * bar;
            let by = Beats((to as f64 - source) * bar);
            let inside = notes
                .iter()
                .filter(move |note| starts.contains(&note.start.0));
            Some(inside.map(move |note| Note {
                start: note.start + by,
                ..*note
            }))
        };
        let bars = self.sources.iter().enumerate();
        bars.filter_map(of_bar).flatten().collect()
    }
}

/// Makes `draft` fit the clip `new` as `conforming` plans it. Kept bars stay exactly as they are, with what was asked of them; the
/// others are painted with noise of `seed` for what the new clip shows there, and join what is around them.
///
/// # Errors
/// Returns an error if the model is not of the `parts` family, or the draft lacks its requests; otherwise as
/// [`generate`](super::generate) does.
pub fn conform(
    model: &Model,
    draft: &Draft,
    conforming: &Conforming,
    new: &ClipFeatures,
    seed: u64,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    let old = Again::of(model, draft)?;
    if conforming.is_identity {
        return Ok(draft.clone());
    }
    let settings = &conforming.settings;
    let bars = Bars(conforming.sources.len() as u32);
    let sources = conforming.beat_sources();
    let mut again = Again {
        recipe: settings.clone(),
        asked: old.asked.clone(),
        cuts: cuts(new, settings),
        sections: moved::sections(&old.sections, &conforming.sources, settings.metre),
        tempo_map: settings.tempo_map.clone(),
        chords: Vec::new(),
        clip: ClipFeatures::default(),
    };
    let layout = again.layout(bars);
    let planned = Piece::new(model, new, settings, layout, &[])?;
    again.asked = planned.asked();
    let kept = Asked {
        picture_end: again.asked.picture_end,
        ..old.asked.moved(&sources)
    };
    let is_kept = |beat: usize| sources.get(beat).is_some_and(Option::is_some);
    again.asked.take_over(&kept, sources.len(), is_kept);
    let planned = planned.chords(&(0..sources.len()));
    again.chords = if old.chords.is_empty() {
        // Kept bars have none, as before.
        let chords = planned.iter().enumerate();
        chords
            .map(|(beat, chord)| chord.filter(|_| !is_kept(beat)))
            .collect()
    } else {
        moved::chords(&old.chords, planned, &conforming.sources, settings)
    };
    again.clip = again.clip();
    let painted = Settings {
        seed,
        ..again.settings(bars)
    };
    let layout = again.layout(bars);
    let piece = (Piece::new(model, &again.clip, &painted, layout, &[])?)
        .with_chords(&again.chords)
        .with_energy(&again.asked.energy);
    let kept_beats = (0..sources.len()).filter(|&beat| is_kept(beat));
    let region = kept_beats.fold(piece.whole(), |region, beat| {
        region.without(beat..beat + 1, &PARTS)
    });
    let notes = piece.paint(&conforming.kept_notes(draft), &region, 0, on_progress)?;
    Ok(again.draft(piece.draft(&again.clip, notes), seed))
}

/// Returns quiet stretches of a clip where their picture is in another cut of it.
pub fn quiet_after(quiet: &[Quiet], recut: &Recut) -> Vec<Quiet> {
    moved::quiet(quiet, recut)
}

/// Returns the settings of a draft, with what lies on the picture where that is now.
fn settings(draft: &Draft, recut: &Recut) -> Settings {
    let old = &draft.recipe.settings;
    Settings {
        tempo_map: draft.score.tempo_map().clone(),
        metre: draft.score.metre(),
        hits: moved::hits(&old.hits, recut),
        quiet: moved::quiet(&old.quiet, recut),
        harmony: moved::harmony(draft),
        ..old.clone()
    }
}

fn check(freedom: Freedom) -> Result<()> {
    for (name, value, most) in [
        ("a tolerance in sixteenths", freedom.tolerance_steps, 8.0),
        (
            "a change of tempo in percent",
            100.0 * freedom.tempo_change,
            50.0,
        ),
    ] {
        if !(0.0..=most).contains(&value) {
            return Err(Error::value(
                format!("{name} of {value}"),
                format!("0 to {most}"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
