//! What follows the root in a chord's symbol: `m7b5`, `6/9`, `7(b9,#11)`.

use super::Tones;
use crate::music::pitch_class::MAJOR_SCALE;

/// The start of a suffix: its triad and its seventh.
struct Quality {
    words: &'static [&'static str],
    triad: &'static [u8],
    /// The seventh that a number asks for, in semitones.
    seventh: u8,
    /// Whether the suffix may go without a number, and whether it has the seventh even then.
    without_number: Option<bool>,
}

const fn quality(
    words: &'static [&'static str],
    triad: &'static [u8],
    seventh: u8,
    without_number: Option<bool>,
) -> Quality {
    Quality {
        words,
        triad,
        seventh,
        without_number,
    }
}

/// The qualities. Of two words that start alike the longer one comes first.
const QUALITIES: [Quality; 11] = [
    quality(
        &["minmaj", "mmaj", "minM", "mM", "-maj", "-M"],
        &[0, 3, 7],
        11,
        None,
    ),
    quality(&["minΔ", "mΔ", "-Δ"], &[0, 3, 7], 11, Some(true)),
    quality(&["dimmaj", "dimM", "omaj", "oM"], &[0, 3, 6], 11, None),
    quality(&["maj", "Maj", "M"], &[0, 4, 7], 11, Some(false)),
    quality(&["ma"], &[0, 4, 7], 11, None),
    quality(&["Δ"], &[0, 4, 7], 11, Some(true)),
    quality(&["min", "mi", "m", "-"], &[0, 3, 7], 10, Some(false)),
    quality(&["hdim", "ø"], &[0, 3, 6], 10, Some(true)),
    quality(&["dim", "o"], &[0, 3, 6], 9, Some(false)),
    quality(&["aug", "+"], &[0, 4, 8], 10, Some(false)),
    quality(&[""], &[0, 4, 7], 10, Some(false)),
];

/// Returns the tones above the root that a suffix names; `None` if it names none. Signs are `b`, `#`, `Δ`, `ø`, `o`, `+`
/// and `-`.
pub(super) fn tones(suffix: &str) -> Option<Tones> {
    if suffix == "5" {
        return Some(Tones::of(&[0, 7]));
    }
    // `ma` starts `madd9` too, where it is no word.
    let (quality, rest) = QUALITIES.iter().find_map(|quality| {
        let rest = (quality.words.iter()).find_map(|word| suffix.strip_prefix(word))?;
        let has_number = rest.starts_with(|next: char| next.is_ascii_digit());
        (quality.without_number.is_some() || has_number).then_some((quality, rest))
    })?;
    let mut reading = Reading {
        rest,
        tones: Tones::of(quality.triad),
        implied: Tones::default(),
    };
    if let Some(extension) = reading.extension() {
        extension.add_to(&mut reading, quality.seventh);
    } else if quality.without_number == Some(true) {
        reading.tones.add(quality.seventh);
    }
    reading.alterations()?;
    Some(reading.tones)
}

/// The number after the quality.
#[derive(Clone, Copy, PartialEq)]
enum Extension {
    SixNine,
    Six,
    Seven,
    Nine,
    Eleven,
    Thirteen,
}

impl Extension {
    /// Adds its tones. A major third gives way to an eleventh, which it would rub against; a thirteenth leaves the eleventh
    /// out.
    fn add_to(self, reading: &mut Reading<'_>, seventh: u8) {
        let (tones, implied): (&[u8], &[u8]) = match self {
            Self::SixNine => (&[9], &[2]),
            Self::Six => (&[9], &[]),
            Self::Seven => (&[], &[]),
            Self::Nine => (&[], &[2]),
            Self::Eleven => (&[], &[2, 5]),
            Self::Thirteen => (&[], &[2, 9]),
        };
        if !matches!(self, Self::SixNine | Self::Six) {
            reading.tones.add(seventh);
        }
        if self == Self::Eleven {
            reading.tones.remove(4);
        }
        tones.iter().for_each(|&tone| reading.tones.add(tone));
        for &tone in implied {
            reading.tones.add(tone);
            reading.implied.add(tone);
        }
    }
}

/// What has been read of a suffix, and what is left.
struct Reading<'a> {
    rest: &'a str,
    tones: Tones,
    /// Tones of the number alone, which give way to altered ones of their degree.
    implied: Tones,
}

impl Reading<'_> {
    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take_any(&mut self, words: &[&str]) -> bool {
        words.iter().any(|word| self.take(word))
    }

    fn extension(&mut self) -> Option<Extension> {
        let numbers = [
            ("6/9", Extension::SixNine),
            ("69", Extension::SixNine),
            ("6", Extension::Six),
            ("7", Extension::Seven),
            ("9", Extension::Nine),
            ("11", Extension::Eleven),
            ("13", Extension::Thirteen),
        ];
        let found = numbers.iter().find(|(number, _)| self.take(number));
        found.map(|(_, extension)| *extension)
    }

    /// Reads the rest: suspensions, added, altered and omitted tones.
    fn alterations(&mut self) -> Option<()> {
        let mut depth = 0_u32;
        while !self.rest.is_empty() {
            if depth > 0 && self.take(",") {
                continue;
            }
            if self.take("(") {
                depth += 1;
            } else if self.take(")") {
                depth = depth.checked_sub(1)?;
            } else if self.take("sus2") {
                self.suspend(2);
            } else if self.take_any(&["sus4", "sus"]) {
                self.suspend(5);
            } else if self.take_any(&["no", "omit"]) {
                match self.number()? {
                    3 => [3, 4]
                        .into_iter()
                        .for_each(|third| self.tones.remove(third)),
                    5 => self.tones.remove(7),
                    _ => return None,
                }
            } else if self.take_any(&["maj7", "M7", "Δ7", "Δ"]) {
                self.tones.add(11);
            } else if self.take("alt") {
                self.tones.remove(7);
                [1, 3, 6, 8]
                    .into_iter()
                    .for_each(|tone| self.tones.add(tone));
            } else if self.take("aug") || self.rest == "+" && self.take("+") {
                self.alter(5, 1)?;
            } else {
                self.degree(depth > 0)?;
            }
        }
        (depth == 0).then_some(())
    }

    fn suspend(&mut self, tone: u8) {
        self.tones.remove(3);
        self.tones.remove(4);
        self.tones.add(tone);
    }

    /// Reads a degree such as `add9`, `b5` or `+11`. Without a sign and `add` it must be in brackets.
    fn degree(&mut self, in_brackets: bool) -> Option<()> {
        let is_added = self.take("add");
        let signs = [("b", -1), ("#", 1), ("-", -1), ("+", 1)];
        let shift = signs.iter().find(|(sign, _)| self.take(sign));
        match shift {
            Some((_, shift)) if !is_added => {
                let number = self.number()?;
                self.alter(number, *shift)
            }
            _ if is_added || in_brackets => {
                let tone = natural(self.number()?)? + shift.map_or(0, |(_, shift)| *shift);
                self.tones.add(tone.rem_euclid(12) as u8);
                Some(())
            }
            _ => None,
        }
    }

    /// Adds the degree `number`, moved by `shift` semitones, in place of the one that the chord has without being asked.
    fn alter(&mut self, number: u8, shift: i8) -> Option<()> {
        let natural = natural(number)?;
        if number == 5 || self.implied.has(natural as u8) {
            self.tones.remove(natural as u8);
        }
        self.tones.add((natural + shift).rem_euclid(12) as u8);
        Some(())
    }

    fn number(&mut self) -> Option<u8> {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = self.rest.split_at(digits);
        self.rest = rest;
        number.parse().ok()
    }
}

/// Semitones from the root up to a degree of the major scale, in one octave; `None` if it cannot be added to a chord.
fn natural(number: u8) -> Option<i8> {
    let is_known = [2, 4, 5, 6, 9, 11, 13].contains(&number);
    is_known.then(|| MAJOR_SCALE[usize::from(number - 1) % 7] as i8)
}

/// Returns a suffix for any tones with a root, which [`tones`] reads back: the triad, the seventh and the rest in
/// brackets.
pub(super) fn spelt(tones: Tones) -> String {
    let has = |tone| tones.has(tone);
    let is_minor = has(3) && !has(4);
    let third = if is_minor { "m" } else { "" };
    let seventh = match (has(10), has(11)) {
        (true, _) => "7",
        (false, true) if is_minor => "M7",
        (false, true) => "maj7",
        (false, false) => "",
    };
    let rest = [
        (has(1), "b9"),
        (has(2), "9"),
        (has(3) && has(4), "#9"),
        (has(5), "11"),
        (has(6), "#11"),
        (has(8), "b13"),
        (has(9), "13"),
        (has(10) && has(11), "maj7"),
        (!has(3) && !has(4), "no3"),
        (!has(7), "no5"),
    ];
    let rest: Vec<&str> = (rest.into_iter())
        .filter_map(|(is_there, name)| is_there.then_some(name))
        .collect();
    if rest.is_empty() {
        return format!("{third}{seventh}");
    }
    format!("{third}{seventh}({})", rest.join(","))
}

#[cfg(test)]
mod tests;
