//! Chord symbols of lead sheets: `F#m7/C#`.

use std::sync::LazyLock;

use super::tones::Tones;
use super::{Chord, MAJOR_LIKE, MINOR_LIKE, suffix};
use crate::error::Fault;
use crate::music::pitch_class;
use crate::music::spelling::Spelling;

/// The suffixes that are written first, on any root: one for each quality of POP909, in its order.
static USUAL: LazyLock<Vec<Suffix>> = LazyLock::new(|| {
    read(&[
        "", "m", "sus2", "sus4", "7sus4", "6", "m6", "maj7", "7", "m7", "mM7", "dim", "dim7",
        "m7b5", "aug",
    ])
});
/// The suffixes that are written for chords of other tones.
static RICHER: LazyLock<Vec<Suffix>> = LazyLock::new(|| {
    read(&[
        "5",
        "add9",
        "madd9",
        "6/9",
        "m6/9",
        "9",
        "m9",
        "maj9",
        "mM9",
        "9sus4",
        "m11",
        "13",
        "m13",
        "maj13",
        "13sus4",
        "7b9",
        "7#9",
        "7#11",
        "7b13",
        "7b5",
        "7#5",
        "7b9b13",
        "7alt",
        "9#11",
        "13b9",
        "13#11",
        "7sus4b9",
        "maj7b5",
        "maj7#5",
        "maj7#11",
        "maj9#11",
        "m9b5",
        "dimM7",
        "7(b9,#9)",
        "7(b9,#11)",
        "7(#9,b13)",
        "7(#9,#11)",
    ])
});

type Suffix = (&'static str, Tones);

fn read(suffixes: &[&'static str]) -> Vec<Suffix> {
    let tones = |suffix: &&'static str| Some((*suffix, suffix::tones(suffix)?));
    suffixes.iter().filter_map(tones).collect()
}

impl Chord {
    /// Reads a symbol of a lead sheet such as `F#m7/C#`, `C6/9`, `G7(b9,#11)` or `B♭Δ`. `N.C.` and `NC` mean no chord and
    /// give `None`.
    ///
    /// # Errors
    /// Returns an error if it is not such a symbol.
    pub fn parse_lead_sheet(symbol: &str) -> Result<Option<Self>, Fault> {
        let plain = plain(symbol);
        if ["N.C.", "N.C", "NC", "n.c.", "nc"].contains(&plain.as_str()) {
            return Ok(None);
        }
        let named_bass = |(chord, bass)| Some((chord, pitch_class::named(bass)?));
        // The slash of C6/9 names no bass.
        let (chord, bass) = match plain.rsplit_once('/').and_then(named_bass) {
            Some((chord, bass)) => (chord, Some(bass)),
            None => (plain.as_str(), None),
        };
        let accidentals = chord
            .chars()
            .skip(1)
            .take_while(|sign| "#b".contains(*sign));
        let end = chord.chars().take(1).map(char::len_utf8).sum::<usize>() + accidentals.count();
        let (root, suffix) = chord.split_at(end);
        let read = pitch_class::named(root).zip(suffix::tones(suffix));
        let (root, tones) = read.ok_or_else(|| {
            Fault::new(
                format!("the chord `{symbol}`"),
                "one such as C, Am7, F#dim, Bb/D, Gsus4, C6/9, E7#9, or N.C. for none",
            )
        })?;
        let is_minor = tones.has(3) && !tones.has(4);
        Ok(Some(Self {
            classes: tones.classes(root),
            bass: bass.unwrap_or(root),
            mode: if is_minor { MINOR_LIKE } else { MAJOR_LIKE },
        }))
    }

    /// Returns the symbol on a lead sheet. Of several readings, one whose root is the bass is preferred.
    pub fn symbol(&self, spelling: Spelling) -> String {
        let roots = (0..12).map(|above| (self.bass + above) % 12);
        let named = [&USUAL, &RICHER].into_iter().find_map(|suffixes| {
            roots.clone().find_map(|root| {
                let tones = Tones::above(root, self);
                let suffix = suffixes.iter().find(|(_, known)| *known == tones);
                suffix.map(|(suffix, _)| (root, (*suffix).to_owned()))
            })
        });
        let spelt = || {
            let root = { roots }.find(|&root| self.classes[usize::from(root)])?;
            Some((root, suffix::spelt(Tones::above(root, self))))
        };
        let bass = spelling.name(self.bass);
        match named.or_else(spelt) {
            Some((root, suffix)) if root == self.bass => format!("{bass}{suffix}"),
            Some((root, suffix)) => format!("{}{suffix}/{bass}", spelling.name(root)),
            None => format!("?/{bass}"),
        }
    }
}

/// Returns the symbol in one way of writing its signs, without the spaces that may stand in its brackets.
fn plain(symbol: &str) -> String {
    let sign = |sign| match sign {
        '♭' => 'b',
        '♯' => '#',
        '△' | '∆' => 'Δ',
        'Ø' => 'ø',
        '°' | 'º' => 'o',
        '−' | '–' => '-',
        other => other,
    };
    let characters = symbol
        .chars()
        .filter(|character| !character.is_whitespace());
    characters.map(sign).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::QUALITIES;
    use super::*;

    fn chord(symbol: &str) -> Option<Chord> {
        Chord::parse_lead_sheet(symbol).unwrap()
    }

    #[test]
    fn lead_sheets_and_pop909_name_the_same_chords() {
        for (symbol, pop909) in [
            ("C", "C:maj"),
            ("F#m7", "Gb:min7"),
            ("Bbsus4", "Bb:sus4"),
            ("C/E", "C:maj/3"),
            ("Am/G", "A:min/b7"),
            ("Bm7b5", "B:hdim7"),
            ("B♭Δ", "Bb:maj7"),
            ("F♯ø", "F#:hdim7"),
            ("E♭°7/G♭", "Eb:dim7/b3"),
            ("N.C.", "N"),
            ("NC", "N"),
        ] {
            assert_eq!(chord(symbol), Chord::parse(pop909).unwrap(), "{symbol}");
        }
    }

    #[test]
    fn a_slash_before_a_number_names_no_bass() {
        let bass = |symbol| chord(symbol).unwrap().bass;
        assert_eq!([bass("C6/9"), bass("C6/9/E"), bass("C69/G")], [0, 4, 7]);
        assert_eq!(chord("C6/9"), chord("C69"));
    }

    #[test]
    fn qualities_of_pop909_and_common_chords_keep_their_usual_symbols() {
        let c = Spelling::new(0, false);
        for (quality, _) in QUALITIES {
            for bass in ["1", "3", "5"] {
                let chord = Chord::parse(&format!("D:{quality}/{bass}"))
                    .unwrap()
                    .unwrap();
                let again = self::chord(&chord.symbol(c)).unwrap();
                assert_eq!((again.classes, again.bass), (chord.classes, chord.bass));
            }
        }
        for symbol in [
            "C5",
            "Cadd9",
            "C6/9",
            "E7#9",
            "Gmaj9",
            "A13",
            "D9sus4",
            "Bm7b5",
            "C7(b9,#9)",
            "F/G",
        ] {
            assert_eq!(chord(symbol).unwrap().symbol(c), symbol);
        }
        let inverted = chord("Gb/Bb").unwrap();
        let (d_flat, b) = (Spelling::new(1, false), Spelling::new(11, false));
        assert_eq!(inverted.symbol(d_flat), "Gb/Bb");
        assert_eq!(inverted.symbol(b), "F#/A#");
    }

    #[test]
    fn the_third_decides_between_major_and_minor() {
        let mode = |symbol| chord(symbol).unwrap().mode;
        for symbol in ["C", "E7#9", "Csus4", "C5", "C+"] {
            assert_eq!(mode(symbol), MAJOR_LIKE, "{symbol}");
        }
        for symbol in ["Cm", "Cm6/9", "Cø", "Cdim7", "CmM9"] {
            assert_eq!(mode(symbol), MINOR_LIKE, "{symbol}");
        }
    }

    proptest! {
        #[test]
        fn any_tones_over_any_bass_read_back_from_their_symbol(
            set in 1_u16..1 << 12, bass in 0_u8..12, tonic in 0_u8..12, minor: bool,
        ) {
            let mut chord = chord("C").unwrap();
            chord.classes = std::array::from_fn(|class| set >> class & 1 == 1);
            chord.bass = bass;
            let symbol = chord.symbol(Spelling::new(tonic, minor));
            let again = Chord::parse_lead_sheet(&symbol).unwrap().unwrap();
            prop_assert_eq!((again.classes, again.bass), (chord.classes, bass), "{}", symbol);
        }

        #[test]
        fn any_text_is_a_chord_or_refused_by_name(symbol in "[A-Ga-g#b♭♯Δø°/(),0-9 msujdinN.]{0,10}|.*") {
            match Chord::parse_lead_sheet(&symbol) {
                Ok(Some(chord)) => prop_assert!(chord.bass < 12 && chord.classes.contains(&true)),
                Ok(None) => {}
                Err(fault) => prop_assert!(fault.to_string().contains(&symbol), "{}", fault),
            }
        }
    }
}
