//! Where the music of a piece comes to a chord and rests: at its end, and before stretches of the clip without music.

use super::Piece;
use crate::conditioning::quiet::QuietBeat;
use crate::generator::Settings;
use crate::generator::form::Layout;
use crate::generator::region::{PARTS, Region};
use crate::music::ending;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::time::Beats;

/// A lead that is drawn lower than this rests, even where it would take up a theme.
const LEAD_RESTS: f32 = -0.75;

/// Returns what is asked of the lead at each beat: what is drawn, and elsewhere what the form says.
pub(super) fn lead(layout: &Layout, settings: &Settings) -> Vec<Option<f32>> {
    let mut asked = layout.lead(settings.lead);
    for (asked, drawn) in asked.iter_mut().zip(&settings.lead_curve) {
        if let Some(drawn) = drawn {
            *asked = Some(drawn.clamp(-1.0, 1.0));
        }
    }
    asked
}

impl Piece<'_> {
    /// Returns what `region` has outside stretches without music, and without the lead in those with a thin one.
    pub(super) fn heard(&self, region: &Region) -> Region {
        let silent = self.quiet.runs(|beat| beat.silent).into_iter();
        let heard = silent.fold(region.clone(), |region, run| region.without(run, &PARTS));
        let lead_rests = self.quiet.runs(QuietBeat::lead_rests).into_iter();
        lead_rests.fold(heard, |region, run| region.without(run, &[RollPart::Lead]))
    }

    /// Completes the last chord.
    pub(super) fn end(&self, painted: &mut Vec<Note>, last: usize) {
        self.complete(painted, last, Beats(self.beats() as f64));
    }

    /// Brings `painted`, the notes of `region`, to a chord before each stretch without music, and ends them there.
    pub(super) fn come_to_rests(&self, painted: &mut Vec<Note>, region: &Region) {
        for rest in self.quiet.rests() {
            let chord = rest
                .chord
                .filter(|&chord| region.paints(RollPart::Accompaniment, chord));
            let Some(chord) = chord else { continue };
            let stretch = rest.music_from as f64..rest.unpainted.end as f64;
            let (mut before, others): (Vec<Note>, Vec<Note>) =
                (painted.iter()).partition(|note| stretch.contains(&note.start.0));
            self.complete(&mut before, chord, rest.from);
            *painted = others;
            painted.append(&mut before);
        }
        self.quiet.quieten(painted);
    }

    /// Returns the notes of a lead that a section takes from elsewhere, where it may be heard.
    pub(in crate::generator) fn heard_lead(&self, mut notes: Vec<Note>) -> Vec<Note> {
        self.quiet.quieten(&mut notes);
        let curve = &self.settings.lead_curve;
        notes.retain(|note| {
            let drawn = curve.get(note.start.0.max(0.0) as usize).copied().flatten();
            note.part != Part::Lead || drawn.is_none_or(|drawn| drawn > LEAD_RESTS)
        });
        notes
    }

    fn complete(&self, notes: &mut Vec<Note>, at: usize, end: Beats) {
        let chord = self.conditioning.chords().and_then(|chords| chords[at]);
        if let Some(chord) = chord {
            ending::complete(notes, &chord, Beats(at as f64), end);
        }
    }
}
