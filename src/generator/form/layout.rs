//! The sections of one piece: where they lie, and what they take from earlier ones.

use std::ops::Range;

use super::borders::borders;
use super::{Form, usual_letters};
use crate::conditioning::lead::Lead;
use crate::counted::counted;
use crate::error::{Error, Result};
use crate::generator::Settings;
use crate::music::metre::Metre;
use crate::music::section::Section;
use crate::time::{Bars, Beats};

/// The bars of a section of a form that is chosen for the piece, and of one in a piece of fewer bars than
/// [`SHORT_PIECE_BARS`].
const USUAL_BARS: usize = 8;
const SHORT_BARS: usize = 4;
const SHORT_PIECE_BARS: usize = 24;
/// The longest section that is made to hold a theme.
const MOST_THEME_BARS: usize = 16;
/// The bars at the end of a piece whose chords lead to its last one.
const CADENCE_BARS: usize = 2;

/// What the sections of a piece depend on, besides its settings.
#[derive(Clone, Copy, Debug)]
pub(in crate::generator) struct Plan<'a> {
    /// The length of the piece.
    pub(in crate::generator) bars: Bars,
    /// Where the picture cuts.
    pub(in crate::generator) cuts: &'a [Beats],
    /// The middle of each gradual change of the picture.
    pub(in crate::generator) turns: &'a [Beats],
    /// Whether the piece ends.
    pub(in crate::generator) ends: bool,
}

/// One section.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::generator) struct Span {
    /// Its beats, from one bar line to another.
    pub(in crate::generator) beats: Range<usize>,
    /// Its name, as in [`Section::name`]; empty in a piece without form.
    name: String,
    /// The earlier section whose theme it takes up.
    pub(in crate::generator) theme: Option<usize>,
    /// Its beats that keep the theme, if it takes one up.
    pub(in crate::generator) kept: Range<usize>,
}

/// The sections of a piece, without gap from its start to its end; a single one if it has no form.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::generator) struct Layout {
    bar_beats: usize,
    spans: Vec<Span>,
    /// The beats, from the first, that an imported theme takes.
    theme_beats: usize,
    /// The first bar of the cadence.
    cadence: usize,
}

impl Layout {
    /// Divides a piece that is to be drafted.
    ///
    /// # Errors
    /// Returns an error if the form has more sections than the piece has bars, or the theme is longer than the piece.
    pub(in crate::generator) fn new(settings: &Settings, plan: Plan<'_>) -> Result<Self> {
        let (metre, bars) = (settings.metre, plan.bars.0 as usize);
        let bar_beats = metre.bar_beats() as usize;
        let theme_bars = theme_bars(settings, plan.bars)?;
        let letters = match &settings.form {
            Form::Off => None,
            Form::Auto => Some(usual_letters(usual_sections(bars, theme_bars))),
            Form::Letters(letters) => Some(letters.as_str().to_owned()),
        };
        let Some(letters) = letters else {
            return Ok(Self::plain(settings, plan.bars));
        };
        if letters.len() > bars {
            return Err(Error::Usage(format!(
                "The form {letters} has {}, but the piece has only {}. Ask for fewer sections (--form) or for more bars \
                 (--bars).",
                counted(letters.len(), "section"),
                counted(bars, "bar")
            )));
        }
        let in_bars = |places: &[Beats]| -> Vec<f64> {
            let places = places.iter();
            places.map(|place| place.0 / bar_beats as f64).collect()
        };
        let (cuts, turns) = (in_bars(plan.cuts), in_bars(plan.turns));
        let starts = borders(letters.len(), bars, theme_bars, &cuts, &turns);
        let starts = starts.into_iter().zip(letters.chars());
        let sections: Vec<(usize, String)> = starts
            .map(|(bar, letter)| (bar * bar_beats, letter.to_string()))
            .collect();
        let mut layout = Self::of(&sections, settings, plan.bars);
        layout.vary(settings.varied_bars as usize, plan.ends);
        Ok(layout)
    }

    /// Returns the layout of a piece without form.
    pub(in crate::generator) fn plain(settings: &Settings, bars: Bars) -> Self {
        Self::of(&[(0, String::new())], settings, bars)
    }

    /// Returns the layout of a piece that exists, in the order of its sections; what lies before the first belongs to none.
    pub(in crate::generator) fn of_sections(
        sections: &[Section],
        settings: &Settings,
        bars: Bars,
    ) -> Self {
        let mut starts: Vec<(usize, String)> = (sections.iter())
            .map(|section| (section.start.0.max(0.0) as usize, section.name.clone()))
            .collect();
        if starts.first().is_none_or(|(start, _)| *start > 0) {
            starts.insert(0, (0, String::new()));
        }
        Self::of(&starts, settings, bars)
    }

    fn of(starts: &[(usize, String)], settings: &Settings, bars: Bars) -> Self {
        let bar_beats = settings.metre.bar_beats() as usize;
        let beats = bars.0 as usize * bar_beats;
        let letter = |index: usize| starts[index].1.chars().next();
        let spans: Vec<Span> = (starts.iter().enumerate())
            .map(|(index, (start, name))| {
                let end = starts.get(index + 1).map_or(beats, |(next, _)| *next);
                let first = (0..index).find(|&earlier| letter(earlier) == letter(index));
                Span {
                    beats: *start..end,
                    name: name.clone(),
                    theme: first.filter(|_| !name.is_empty()),
                    kept: *start..*start,
                }
            })
            .collect();
        let theme_beats = theme_bars(settings, bars).unwrap_or(0) * bar_beats;
        Self {
            bar_beats,
            theme_beats: theme_beats.min(spans[0].beats.end),
            spans,
            cadence: bars.0 as usize,
        }
    }

    /// Sets which beats keep their theme: all but the last `varied` bars of a section, half of it at most, and the cadence.
    fn vary(&mut self, varied: usize, ends: bool) {
        let bar = self.bar_beats;
        let last = self.spans.len() - 1;
        for index in 0..=last {
            let Some(theme) = self.spans[index].theme else {
                continue;
            };
            let theme_beats = self.spans[theme].beats.len();
            let span = &mut self.spans[index];
            let bars = span.beats.len() / bar;
            let mut painted = varied.min(bars / 2);
            if ends && index == last {
                let cadence = CADENCE_BARS.min(bars.div_ceil(2));
                painted = painted.max(cadence);
                self.cadence -= cadence;
            }
            let kept = theme_beats.min((bars - painted) * bar);
            span.kept = span.beats.start..span.beats.start + kept;
            if painted > 0 || kept < span.beats.len() {
                span.name.push('\'');
            }
        }
    }

    /// Returns the sections.
    pub(in crate::generator) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Returns the beats of the climax: of the sections between the first and the last, that with the highest mean of
    /// `motion`, the later of equals. `None` if there are fewer than three sections, or the clip has no motion.
    pub(in crate::generator) fn climax(&self, motion: Option<&[f32]>) -> Option<Range<usize>> {
        let inner = self.spans.get(1..self.spans.len().checked_sub(1)?)?;
        let motion = motion?;
        let mean = |span: &Span| {
            let values = motion.get(span.beats.clone()).unwrap_or_default();
            values.iter().sum::<f32>() / values.len().max(1) as f32
        };
        let strongest = inner.iter().max_by(|a, b| mean(a).total_cmp(&mean(b)))?;
        Some(strongest.beats.clone())
    }

    /// Returns the named sections, as scores hold them.
    pub(in crate::generator) fn sections(&self) -> Vec<Section> {
        let named = self.spans.iter().filter(|span| !span.name.is_empty());
        named
            .map(|span| Section {
                start: Beats(span.beats.start as f64),
                name: span.name.clone(),
            })
            .collect()
    }

    /// Returns the beats, from the first, that an imported theme takes: whole bars.
    pub(in crate::generator) fn theme_beats(&self) -> usize {
        self.theme_beats
    }

    /// Returns for each bar the earlier bar whose chords it has, if any.
    pub(in crate::generator) fn repeated_bars(&self) -> Vec<Option<usize>> {
        let bar = self.bar_beats;
        let bars = self.spans.last().map_or(0, |span| span.beats.end / bar);
        let repeats = |place: usize| {
            let source = self.source(place * bar)?;
            (place < self.cadence).then_some(source / bar)
        };
        (0..bars).map(repeats).collect()
    }

    /// Returns the beat of an earlier section whose theme and chords belong to `beat`, if any.
    fn source(&self, beat: usize) -> Option<usize> {
        let span = self.spans.iter().find(|span| span.beats.contains(&beat))?;
        let theme = &self.spans[span.theme?].beats;
        let source = theme.start + beat - span.beats.start;
        theme.contains(&source).then_some(source)
    }

    /// Returns what is asked of the lead at each beat (see [`Lead::value`]): phrases begin with each section, a theme asks
    /// for the same wherever it is taken up, and an imported one leaves it free.
    pub(in crate::generator) fn lead(&self, lead: Lead) -> Vec<Option<f32>> {
        let beats = self.spans.last().map_or(0, |span| span.beats.end);
        let value = |beat: usize| {
            let beat = self.source(beat).unwrap_or(beat);
            if beat < self.theme_beats {
                return None;
            }
            let mut spans = self.spans.iter().rev();
            let start = spans.find(|span| span.beats.start <= beat)?.beats.start;
            lead.value(beat, beat - start, self.bar_beats)
        };
        (0..beats).map(value).collect()
    }
}

/// Returns the bars of a section of a form that is chosen for a piece of `bars` bars.
pub(in crate::generator) fn usual_bars(bars: usize) -> usize {
    if bars < SHORT_PIECE_BARS {
        SHORT_BARS
    } else {
        USUAL_BARS
    }
}

/// Returns the number of sections of a form that is chosen for the piece.
fn usual_sections(bars: usize, theme_bars: usize) -> usize {
    let usual = match theme_bars {
        0 => usual_bars(bars),
        theme => theme.next_multiple_of(SHORT_BARS).min(MOST_THEME_BARS),
    };
    ((bars + usual / 2) / usual).max(1)
}

/// Returns the bars that the theme of `settings` takes in a piece of `bars` bars, 0 if there is none.
fn theme_bars(settings: &Settings, bars: Bars) -> Result<usize> {
    let metre: Metre = settings.metre;
    let ends = settings.theme.iter().map(|note| note.end().0);
    let theme = metre.bars_covering(Beats(ends.fold(0.0, f64::max)));
    if theme > bars {
        return Err(Error::Usage(format!(
            "The theme has {}, but the piece has only {}. Choose a shorter theme or ask for more bars (--bars, or \
             Length in bars in the plugin).",
            counted(theme.0 as usize, "bar"),
            counted(bars.0 as usize, "bar")
        )));
    }
    Ok(theme.0 as usize)
}

#[cfg(test)]
mod tests;
