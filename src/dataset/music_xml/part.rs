//! The notes, bars and tempi of one part.

use std::collections::HashMap;
use std::str::FromStr;

use roxmltree::Node;

use super::{ScoreBar, ScoreNote, ScorePart, child_text, children};
use crate::error::Fault;

/// The most bars of a part.
const MAX_BARS: usize = 20_000;
/// The most notes of a part.
const MAX_NOTES: usize = 1_000_000;
/// The most quarters of a score.
const MAX_QUARTERS: f64 = 100_000.0;
/// The largest numbers of a metre.
const MAX_METRE: u32 = 1_000;
/// The widest transposition and alteration, in semitones.
const MAX_SEMITONES: f64 = 128.0;

/// Reads a `part` element. Its name is left empty.
pub(super) fn read(part: Node<'_, '_>) -> Result<ScorePart, Fault> {
    let mut reader = Reader {
        part: ScorePart::default(),
        ties: HashMap::new(),
        divisions: 1.0,
        transposition: 0,
        metre: (4, 4),
        bar_start: 0.0,
    };
    for (index, measure) in children(part, "measure").enumerate() {
        let number = measure.attribute("number").unwrap_or_default();
        reader.read_bar(measure).map_err(|fault| {
            let found = format!("{} in bar {} (`{number}`)", fault.found, index + 1);
            Fault::new(found, fault.expected)
        })?;
    }
    Ok(reader.part)
}

struct Reader {
    part: ScorePart,
    /// Notes that are tied to a later one, by pitch and staff.
    ties: HashMap<(i32, String), usize>,
    /// Units of `duration` in a quarter.
    divisions: f64,
    /// Semitones from written to sounding pitch.
    transposition: i32,
    metre: (u32, u32),
    bar_start: f64,
}

impl Reader {
    fn read_bar(&mut self, measure: Node<'_, '_>) -> Result<(), Fault> {
        if self.part.bars.len() == MAX_BARS {
            return Err(Fault::new("more bars", format!("at most {MAX_BARS}")));
        }
        // Places within the bar: of the next element, of the last chord, and of the end so far.
        let (mut place, mut chord_start, mut length) = (0.0_f64, 0.0, 0.0_f64);
        for element in measure.children() {
            match element.tag_name().name() {
                "attributes" => self.read_attributes(element)?,
                "backup" => place = (place - self.duration(element)?).max(0.0),
                "forward" => place += self.duration(element)?,
                "direction" | "sound" => self.read_tempo(element, place),
                "note" if !is_ornament(element) => {
                    let duration = self.duration(element)?;
                    if children(element, "chord").next().is_none() {
                        chord_start = place;
                        place += duration;
                    }
                    self.read_note(element, self.bar_start + chord_start, duration)?;
                }
                _ => {}
            }
            length = length.max(place);
        }
        let end = self.bar_start + length;
        if end > MAX_QUARTERS {
            return Err(Fault::new(
                format!("{end} quarters"),
                format!("at most {MAX_QUARTERS}"),
            ));
        }
        let (count, unit) = self.metre;
        self.part.bars.push(ScoreBar {
            start: self.bar_start,
            length,
            count,
            unit,
        });
        self.bar_start = end;
        Ok(())
    }

    fn read_attributes(&mut self, attributes: Node<'_, '_>) -> Result<(), Fault> {
        if let Some(divisions) = number::<f64>(attributes, "divisions")? {
            if !(divisions > 0.0 && divisions.is_finite()) {
                let found = format!("{divisions} divisions of a quarter");
                return Err(Fault::new(found, "more than 0"));
            }
            self.divisions = divisions;
        }
        // A metre in other words, such as `senza misura`, leaves the one before.
        if let Some(time) = children(attributes, "time").next()
            && let (Some(beats), Some(unit)) =
                (child_text(time, "beats"), child_text(time, "beat-type"))
        {
            let count = (beats.split('+')).try_fold(0_u32, |sum, beats| {
                sum.checked_add(beats.trim().parse().ok()?)
            });
            if let (Some(count), Ok(unit)) = (count, unit.parse())
                && [count, unit]
                    .iter()
                    .all(|number| (1..=MAX_METRE).contains(number))
            {
                self.metre = (count, unit);
            }
        }
        if let Some(transpose) = children(attributes, "transpose").next() {
            let semitones = semitones(transpose, "chromatic")?;
            self.transposition = semitones + 12 * self::semitones(transpose, "octave-change")?;
        }
        Ok(())
    }

    fn read_tempo(&mut self, element: Node<'_, '_>, place: f64) {
        let sound = match element.tag_name().name() {
            "sound" => Some(element),
            _ => children(element, "sound").next(),
        };
        let tempo = sound.and_then(|sound| sound.attribute("tempo")?.trim().parse::<f64>().ok());
        if let Some(tempo) = tempo.filter(|tempo| tempo.is_finite() && *tempo > 0.0) {
            self.part.tempi.push((self.bar_start + place, tempo));
        }
    }

    fn read_note(&mut self, note: Node<'_, '_>, start: f64, length: f64) -> Result<(), Fault> {
        let Some(pitch) = children(note, "pitch").next() else {
            return Ok(());
        };
        let pitch = written_pitch(pitch)? + self.transposition;
        let is_tied =
            |kind: &str| children(note, "tie").any(|tie| tie.attribute("type") == Some(kind));
        let key = (
            pitch,
            child_text(note, "staff").unwrap_or_default().to_owned(),
        );
        let before = if is_tied("stop") {
            self.ties.remove(&key)
        } else {
            None
        };
        let index = match before {
            Some(index) => {
                let note = &mut self.part.notes[index];
                note.length = note.length.max(start + length - note.start);
                index
            }
            None if self.part.notes.len() == MAX_NOTES => {
                return Err(Fault::new("more notes", format!("at most {MAX_NOTES}")));
            }
            None => {
                self.part.notes.push(ScoreNote {
                    start,
                    length,
                    pitch,
                });
                self.part.notes.len() - 1
            }
        };
        if is_tied("start") {
            self.ties.insert(key, index);
        }
        Ok(())
    }

    /// Returns the `duration` of an element in quarters; 0 if it has none.
    fn duration(&self, element: Node<'_, '_>) -> Result<f64, Fault> {
        let duration = number::<f64>(element, "duration")?.unwrap_or(0.0) / self.divisions;
        if (0.0..=MAX_QUARTERS).contains(&duration) {
            Ok(duration)
        } else {
            let found = format!("a duration of {duration} quarters");
            Err(Fault::new(found, format!("0 to {MAX_QUARTERS}")))
        }
    }
}

/// Whether a note takes no time of its own or is not played.
fn is_ornament(note: Node<'_, '_>) -> bool {
    note.children()
        .any(|child| child.has_tag_name("grace") || child.has_tag_name("cue"))
}

fn written_pitch(pitch: Node<'_, '_>) -> Result<i32, Fault> {
    let class = match child_text(pitch, "step") {
        Some("C") => 0,
        Some("D") => 2,
        Some("E") => 4,
        Some("F") => 5,
        Some("G") => 7,
        Some("A") => 9,
        Some("B") => 11,
        step => {
            let found = format!("the step `{}`", step.unwrap_or_default());
            return Err(Fault::new(found, "A to G"));
        }
    };
    match number::<i32>(pitch, "octave")? {
        Some(octave @ 0..=9) => Ok(12 * (octave + 1) + class + semitones(pitch, "alter")?),
        octave => {
            let found = octave.map_or("no octave".to_owned(), |octave| format!("octave {octave}"));
            Err(Fault::new(found, "an octave from 0 to 9"))
        }
    }
}

/// Returns the number in the child `name` in whole semitones; 0 if there is none. Quarter tones are rounded towards zero.
fn semitones(node: Node<'_, '_>, name: &'static str) -> Result<i32, Fault> {
    let semitones = number::<f64>(node, name)?.unwrap_or(0.0);
    if semitones.abs() <= MAX_SEMITONES {
        return Ok(semitones as i32);
    }
    let found = format!("{semitones} in `{name}`");
    Err(Fault::new(found, format!("at most {MAX_SEMITONES}")))
}

/// Returns the number in the child `name`, or `None` if there is no such child.
fn number<N: FromStr>(node: Node<'_, '_>, name: &'static str) -> Result<Option<N>, Fault> {
    let Some(text) = child_text(node, name) else {
        return Ok(None);
    };
    let fault = |_| Fault::new(format!("`{text}` in `{name}`"), "a number");
    text.parse().map(Some).map_err(fault)
}

#[cfg(test)]
mod tests;
