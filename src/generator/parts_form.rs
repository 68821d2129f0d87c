//! Drafts of the `parts` family, section by section: a theme is painted once and taken up by later sections.

use std::ops::ControlFlow;

use super::form::{Layout, Plan, Span, clipped, interval, moved};
use super::parts_draft::{Piece, ends};
use super::region::Region;
use super::{Draft, Progress, Settings, cuts, length_of, turns};
use crate::diffusion::model::Model;
use crate::error::Result;
use crate::features::ClipFeatures;
use crate::music::note::Note;
use crate::music::part::Part;
use crate::music::piano_roll::RollPart;
use crate::music::score::{MAX_BARS, RawScore, Score};
use crate::time::Bars;

/// Makes a draft; see [`generate`](super::generate).
pub(super) fn draft(
    model: &Model,
    clip: &ClipFeatures,
    settings: &Settings,
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Draft> {
    settings.check(model)?;
    let bars = length_of(clip.duration, settings)?;
    let plan = Plan {
        bars,
        cuts: &cuts(clip, settings),
        turns: &turns(clip, settings),
        ends: ends(settings, bars),
    };
    let layout = Layout::new(settings, plan)?;
    let theme = theme(settings);
    let first = &layout.spans()[0].beats;
    let theme = clipped(&theme, &(0..layout.theme_beats().min(first.end)));
    let piece = Piece::new(model, clip, settings, layout, &theme)?;
    let notes = paint(&piece, &theme, on_progress)?;
    Ok(piece.draft(clip, notes))
}

/// Returns the theme of `settings` as the lead of a score.
fn theme(settings: &Settings) -> Vec<Note> {
    let notes = settings.theme.iter();
    let as_lead = notes.map(|note| Note {
        part: Part::Lead,
        ..*note
    });
    let score = Score::repaired(RawScore {
        notes: as_lead.collect(),
        bars: Bars(MAX_BARS),
        metre: settings.metre,
        ..RawScore::default()
    });
    score.notes().to_vec()
}

/// Paints the sections in their order. The first keeps `theme`, and those that take up a theme keep that.
fn paint(
    piece: &Piece<'_>,
    theme: &[Note],
    on_progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<Vec<Note>> {
    let spans = piece.layout().spans();
    let regions: Vec<Region> = (spans.iter().enumerate())
        .map(|(index, span)| {
            let kept = match index {
                0 => 0..piece.layout().theme_beats(),
                _ => span.kept.clone(),
            };
            let kept = kept.start..kept.end.min(piece.last_beat());
            let region = piece.whole().without(kept, &[RollPart::Lead]);
            region.only(&span.beats)
        })
        .collect();
    let windows = |regions: &[Region]| -> usize {
        let windows = regions.iter().map(|region| piece.windows(region));
        windows.sum()
    };
    let mut notes = piece.heard_lead(clipped(theme, &(0..piece.last_beat())));
    for (index, (span, region)) in spans.iter().zip(&regions).enumerate() {
        notes.extend(taken_up(piece, span, !theme.is_empty(), &notes));
        let (done, left) = (windows(&regions[..index]), windows(&regions[index + 1..]));
        let theme = span.theme.unwrap_or(index);
        notes = piece.paint(&notes, region, theme, &mut |progress| {
            on_progress(Progress {
                segment: done + progress.segment,
                segments: done + progress.segments + left,
                ..progress
            })
        })?;
    }
    Ok(notes)
}

/// Returns the lead that a section takes from an earlier one among `notes`. A theme that was played, rather than drafted,
/// keeps its loudness.
fn taken_up(piece: &Piece<'_>, span: &Span, is_played: bool, notes: &[Note]) -> Vec<Note> {
    let Some(theme) = span.theme else {
        return Vec::new();
    };
    let source = &piece.layout().spans()[theme].beats;
    let kept_end = span.kept.end.min(piece.last_beat());
    let kept = span.kept.start..kept_end.max(span.kept.start);
    let from = source.start..source.start + kept.len();
    let lead = notes.iter().filter(|note| note.part == Part::Lead);
    let lead: Vec<Note> = lead.copied().collect();
    let semitones = interval(piece.chords(&from), piece.chords(&kept));
    let distance = (kept.start - source.start) as f64;
    let notes = moved(&clipped(&lead, &from), distance, semitones);
    let mut notes = piece.heard_lead(notes);
    if !(is_played && theme == 0) {
        piece.shape(&mut notes);
    }
    notes
}
