//! Drafts of the `parts` family: rows, canvas, painting, and the resulting notes.

mod rests;

use std::ops::{ControlFlow, Range};

use super::canvas::Canvas;
use super::form::Layout;
use super::give_way::{give_way, painted_part};
use super::painter::Painter;
use super::region::{PARTS, Region};
use super::{
    Asked, Draft, Progress, Recipe, Settings, chord_changes, cuts, length_of, placed_hits,
    placement,
};
use crate::conditioning::clip_curves::ClipCurves;
use crate::conditioning::hits::PlacedHit;
use crate::conditioning::parts::{PartsConditioning, PartsRequest};
use crate::conditioning::quiet::PlacedQuiet;
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::features::{ClipFeatures, PictureMeasure};
use crate::music::accompaniment;
use crate::music::chord::Chord;
use crate::music::dynamics::{BeatCurves, PUBLISHED_VELOCITY, shape_parts};
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::music::score::{RawScore, Score};
use crate::time::{Bars, Beats, STEPS_PER_BEAT, Steps};

/// Pieces of fewer bars than this are too short to end.
const LEAST_BARS_WITH_ENDING: u32 = 4;

/// A piece being drafted: where it ends, and the requests for each beat.
pub(super) struct Piece<'a> {
    model: &'a Model,
    settings: &'a Settings,
    bars: Bars,
    curves: ClipCurves,
    conditioning: PartsConditioning,
    layout: Layout,
    hits: Vec<PlacedHit>,
    quiet: PlacedQuiet,
    /// The beat of the last chord, in a piece that ends.
    last_chord: Option<usize>,
    picture_end: Beats,
    /// The activity at each beat, if it is known from a draft.
    known_energy: Option<Vec<f32>>,
}

impl<'a> Piece<'a> {
    /// Places `clip` on the beats and sets the requests, with planned chords that fit `tune`, if any, and return with the
    /// sections of `layout`.
    pub(super) fn new(
        model: &'a Model,
        clip: &ClipFeatures,
        settings: &'a Settings,
        layout: Layout,
        tune: &[Note],
    ) -> Result<Self> {
        settings.check(model)?;
        let bars = length_of(clip.duration, settings)?;
        let placement = placement(settings);
        let metre = settings.metre;
        let bar_beats = metre.bar_beats() as usize;
        let beats = bars.0 as usize * bar_beats;
        let hits = placed_hits(settings);
        let curves = (ClipCurves::new(clip, &placement, beats).in_metre(metre)).with_hits(&hits);
        let curves = match layout.climax(curves.curve(PictureMeasure::Motion)) {
            Some(beats) => curves.with_climax(beats),
            None => curves,
        };
        let quiet = PlacedQuiet::new(&settings.quiet, &placement, beats, metre);
        let ends = ends(settings, bars);
        let conditioning = PartsConditioning::new(
            model.config(),
            &curves,
            &PartsRequest {
                steering: &settings.steering,
                harmony: &settings.harmony,
                lead: &rests::lead(&layout, settings),
                tempo_map: &settings.tempo_map,
                metre,
                style: settings.style,
                tune,
                repeated_bars: &layout.repeated_bars(),
                scale: settings.scale,
                hits: &hits,
                quiet: &quiet,
                ends,
                seed: settings.harmony_seed.unwrap_or(settings.seed),
            },
        )?;
        let picture_end = end_of_picture(placement.beat_at(clip.duration), beats, metre);
        // A piece that falls silent before its end comes to a chord there instead.
        let last_chord = (ends.then(|| metre.last_strong_beat(picture_end)))
            .filter(|&last| !quiet.beat(last).silent);
        Ok(Self {
            model,
            settings,
            bars,
            curves,
            conditioning,
            layout,
            hits,
            quiet,
            last_chord,
            picture_end,
            known_energy: None,
        })
    }

    /// Returns the same piece with `chords` on its first beats.
    pub(super) fn with_chords(mut self, chords: &[Option<Chord>]) -> Self {
        self.conditioning = self.conditioning.with_chords(chords);
        self
    }

    /// The same piece with the loudness of a draft.
    pub(super) fn with_energy(self, energy: &[f32]) -> Self {
        Self {
            known_energy: Some(energy.to_vec()),
            ..self
        }
    }

    /// Returns the length in beats.
    pub(super) fn beats(&self) -> usize {
        self.conditioning.beats()
    }

    /// Returns its sections.
    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Returns the chords of some beats; none if the harmony is free.
    pub(super) fn chords(&self, beats: &Range<usize>) -> &[Option<Chord>] {
        let chords = self.conditioning.chords().unwrap_or_default();
        chords.get(beats.clone()).unwrap_or_default()
    }

    /// Returns the number of windows that `region` is painted in.
    pub(super) fn windows(&self, region: &Region) -> usize {
        self.heard(region).windows(self.settings.metre).len()
    }

    /// Returns the beat where the music ends: that of its last chord, or the end of a piece that goes on.
    pub(super) fn last_beat(&self) -> usize {
        self.last_chord.unwrap_or_else(|| self.beats())
    }

    /// Returns what a new draft paints: everything but the beats after the last chord, which stay silent.
    pub(super) fn whole(&self) -> Region {
        let beats = self.beats();
        let silent_from = self.last_chord.map_or(beats, |last| last + 1);
        Region::all(beats).without(silent_from..beats, &PARTS)
    }

    /// Paints `region`, which has the theme of section `theme`, over `kept`. Returns the new notes together with those of `kept` that do not start in the region,
    /// which are unchanged.
    pub(super) fn paint(
        &self,
        kept: &[Note],
        region: &Region,
        theme: usize,
        on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
    ) -> Result<Vec<Note>> {
        let starts_in = |region: &Region, note: &Note| {
            let beat = note.start.0.max(0.0) as usize;
            region.paints(painted_part(note.part), beat)
        };
        let mut notes: Vec<Note> = kept.to_vec();
        notes.retain(|note| !starts_in(region, note));
        let region = &self.heard(region);
        let starts_in_region = |note: &Note| starts_in(region, note);

        let steps = Steps(self.beats() as u32 * STEPS_PER_BEAT);
        let mut canvas = Canvas::of_notes(&notes, steps, self.model.pitches());
        let painter = Painter {
            model: self.model,
            conditioning: &self.conditioning,
            metre: self.settings.metre,
            sampler: self.settings.sampler,
            guidance_scale: self.settings.guidance_scale_for(self.model),
            coherence: self.settings.coherence,
            scale: self.settings.scale,
            hits: &self.hits,
            seed: self.settings.seed,
            theme: theme as u64,
            retouches: self.settings.retouches,
        };
        painter.paint(&mut canvas, region, on_progress)?;

        let (tune, others): (Vec<_>, Vec<_>) =
            (canvas.notes().into_iter()).partition(|note| note.part == RollPart::Lead);
        let parts = accompaniment::divide(&others);
        let tune = tune.into_iter().map(|note| (note, Part::Lead));
        let with_parts = tune.chain(others.into_iter().zip(parts));
        let mut painted: Vec<Note> = with_parts
            .map(|(note, part)| Note {
                part,
                ..note.with_velocity(PUBLISHED_VELOCITY)
            })
            .collect();
        let is_in_piece = |note: &Note| {
            self.last_chord
                .is_none_or(|last| note.start.0 <= last as f64)
        };
        painted.retain(|note| starts_in_region(note) && is_in_piece(note));
        if let Some(last) = self
            .last_chord
            .filter(|&last| region.paints(RollPart::Accompaniment, last))
        {
            self.end(&mut painted, last);
        }
        self.come_to_rests(&mut painted, region);
        self.shape(&mut painted);
        notes.extend(give_way(painted, &notes));
        Ok(notes)
    }

    /// The activity at each beat, for the loudness of notes.
    fn energy(&self) -> Vec<f32> {
        match &self.known_energy {
            Some(energy) => energy.clone(),
            None => self.settings.steering.energy_curve(&self.curves),
        }
    }

    /// Sets the loudness of notes.
    pub(super) fn shape(&self, notes: &mut [Note]) {
        let energy = self.energy();
        let accent = self.settings.steering.accent_curve(&self.curves);
        let curves = BeatCurves {
            energy: &energy,
            accent: &accent,
        };
        shape_parts(notes, &curves, self.settings.metre);
    }

    /// Returns what is asked of each beat, without reference to a clip.
    pub(super) fn asked(&self) -> Asked {
        Asked {
            steering: self.settings.steering.resolved(&self.curves),
            energy: (self.energy().into_iter())
                .map(|energy| (energy * 1000.0).round() / 1000.0)
                .collect(),
            picture_end: self.picture_end,
        }
    }

    /// Returns the draft of `notes`.
    pub(super) fn draft(&self, clip: &ClipFeatures, notes: Vec<Note>) -> Draft {
        let chords = self.conditioning.chords().unwrap_or_default();
        Draft {
            score: Score::repaired(RawScore {
                notes,
                bars: self.bars,
                metre: self.settings.metre,
                tempo_map: self.settings.tempo_map.clone(),
                chords: chord_changes(chords, &self.settings.harmony),
                cuts: cuts(clip, self.settings),
                sections: self.layout.sections(),
            }),
            recipe: Recipe {
                model: self.model.name().to_owned(),
                guidance_scale: self.settings.guidance_scale_for(self.model),
                settings: self.settings.clone(),
                asked: Some(self.asked()),
            },
        }
    }
}

/// Returns where a piece of `beats` beats ends whose picture ends at `picture_end`. Music that goes on for more than a bar after
/// the picture ends with its own last bar.
pub(super) fn end_of_picture(picture_end: Beats, beats: usize, metre: Metre) -> Beats {
    let end = beats as f64;
    if picture_end.0 + f64::from(metre.bar_beats()) > end {
        Beats(picture_end.0.min(end))
    } else {
        Beats(end)
    }
}

/// Returns whether a piece of `bars` bars comes to an end.
pub(super) fn ends(settings: &Settings, bars: Bars) -> bool {
    settings.ends && bars.0 >= LEAST_BARS_WITH_ENDING
}
