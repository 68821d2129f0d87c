//! Markers: what the ruler of a DAW shows of a score.

use crate::music::score::Score;
use crate::time::Beats;

/// A hit this close to a cut, in beats, is on it.
const SAME_PLACE: Beats = Beats(1e-3);

/// What the names of cuts and of hits begin with, and what follows the name of a cut that is a hit.
const CUT: &str = "cut ";
const HIT: &str = "hit ";
const AND: &str = ", ";
const ON_HIT: &str = ", hit";

/// What a marker stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MarkerKind {
    /// The start of a section.
    Section,
    /// A cut of the picture that is not a hit.
    Cut,
    /// A moment of the picture that the music meets.
    Hit,
    /// The start of a chord.
    Chord,
}

/// A named place in a score.
#[derive(Clone, Debug, PartialEq)]
pub struct ScoreMarker {
    /// Its beat.
    pub at: Beats,
    /// Its name.
    pub name: String,
    /// What it stands for.
    pub kind: MarkerKind,
}

/// What the name of a marker in a file says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MarkerName {
    /// A cut of the picture. One that is a hit may bear the name of the hit.
    Cut {
        /// Whether the music meets it.
        is_hit: bool,
    },
    /// A hit that is not a cut.
    Hit,
    /// Anything else, such as a section.
    Other,
}

impl MarkerName {
    /// Returns what a name says, the reverse of [`Score::markers`].
    pub(crate) fn of(name: &str) -> Self {
        let is_number = |text: &str| text.parse::<u32>().is_ok();
        let (cut, is_hit) = match name.split_once(AND) {
            Some((cut, _)) => (cut, true),
            None => (name, false),
        };
        match (cut.strip_prefix(CUT), name.strip_prefix(HIT)) {
            (Some(number), _) if is_number(number) => Self::Cut { is_hit },
            (_, Some(number)) if is_number(number) => Self::Hit,
            _ => Self::Other,
        }
    }
}

/// Gives the markers of hits the names that the user gave to these: `door`, or `cut 2, door` on a cut. `names` are the beats of
/// hits and their names.
pub(crate) fn name_hits(markers: &mut [ScoreMarker], names: &[(Beats, String)]) {
    for marker in markers.iter_mut() {
        let is_here = |at: Beats| (at.0 - marker.at.0).abs() < SAME_PLACE.0;
        let name = names.iter().find(|(at, _)| is_here(*at));
        if let (Some((_, name)), MarkerKind::Hit) = (name, marker.kind) {
            marker.name = match marker.name.strip_suffix(ON_HIT) {
                Some(cut) => format!("{cut}{AND}{name}"),
                None => name.clone(),
            };
        }
    }
}

impl Score {
    /// Returns the sections by their names, the cuts as "cut 1", "cut 2", … and the `hits`, which ascend: "cut 2, hit" on
    /// a cut, else "hit 1", "hit 2", …. What lies outside the piece is left out. The markers are sorted by beat.
    pub fn markers(&self, hits: &[Beats]) -> Vec<ScoreMarker> {
        let piece = Beats(0.0)..=self.length();
        let cuts: Vec<Beats> = inside(self.cuts(), |at| piece.contains(at));
        let hits: Vec<Beats> = inside(hits, |at| piece.contains(at));
        let is_among = |places: &[Beats], at: Beats| {
            let next = places.partition_point(|place| *place <= at - SAME_PLACE);
            places
                .get(next)
                .is_some_and(|place| *place < at + SAME_PLACE)
        };
        let sections = self.sections().iter().map(|section| ScoreMarker {
            at: section.start,
            name: section.name.clone(),
            kind: MarkerKind::Section,
        });
        let named_cuts = cuts.iter().zip(1..).map(|(&at, number)| {
            let (name, kind) = if is_among(&hits, at) {
                (format!("{CUT}{number}{ON_HIT}"), MarkerKind::Hit)
            } else {
                (format!("{CUT}{number}"), MarkerKind::Cut)
            };
            ScoreMarker { at, name, kind }
        });
        let other_hits = hits.iter().filter(|hit| !is_among(&cuts, **hit));
        let named_hits = other_hits.zip(1..).map(|(&at, number)| ScoreMarker {
            at,
            name: format!("{HIT}{number}"),
            kind: MarkerKind::Hit,
        });
        let mut markers: Vec<ScoreMarker> = sections.chain(named_cuts).chain(named_hits).collect();
        markers.sort_by(|a, b| a.at.0.total_cmp(&b.at.0));
        markers
    }

    /// Returns the chords that begin in the piece as markers, sorted by beat.
    pub fn chord_markers(&self) -> impl Iterator<Item = ScoreMarker> {
        let piece = Beats(0.0)..self.length();
        let chords = self.chords().iter();
        let inside = chords.filter(move |chord| piece.contains(&chord.start));
        inside.map(|chord| ScoreMarker {
            at: chord.start,
            name: chord.symbol.clone(),
            kind: MarkerKind::Chord,
        })
    }
}

fn inside(places: &[Beats], is_inside: impl Fn(&Beats) -> bool) -> Vec<Beats> {
    places.iter().copied().filter(is_inside).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::chord::ChordChange;
    use crate::music::score::RawScore;
    use crate::music::section::Section;
    use crate::time::Bars;

    fn score() -> Score {
        let section = |start, name: &str| Section {
            start: Beats(start),
            name: name.to_owned(),
        };
        let chord = |start, symbol: &str| ChordChange {
            start: Beats(start),
            symbol: symbol.to_owned(),
        };
        Score::new(RawScore {
            bars: Bars(2),
            cuts: [-1.0, 1.5, 4.0, 9.0].map(Beats).to_vec(),
            sections: vec![section(0.0, "A"), section(4.0, "A'")],
            chords: vec![chord(0.0, "Am"), chord(6.0, "F"), chord(8.0, "G")],
            ..RawScore::default()
        })
        .unwrap()
    }

    #[test]
    fn sections_cuts_and_hits_inside_the_piece_are_named_in_order() {
        let markers = score().markers(&[-2.0, 1.5 + 1e-12, 2.25, 3.0, 8.5].map(Beats));
        let named: Vec<(f64, &str, MarkerKind)> = (markers.iter())
            .map(|marker| (marker.at.0, marker.name.as_str(), marker.kind))
            .collect();
        let expected = [
            (0.0, "A", MarkerKind::Section),
            (1.5, "cut 1, hit", MarkerKind::Hit),
            (2.25, "hit 1", MarkerKind::Hit),
            (3.0, "hit 2", MarkerKind::Hit),
            (4.0, "A'", MarkerKind::Section),
            (4.0, "cut 2", MarkerKind::Cut),
        ];
        assert_eq!(named, expected);
    }

    #[test]
    fn hits_bear_the_names_that_the_user_gave_them() {
        let mut markers = score().markers(&[1.5, 2.25, 3.0].map(Beats));
        let names = [(1.5, "the door"), (3.0, "a shot"), (4.0, "no hit")];
        name_hits(
            &mut markers,
            &names.map(|(at, name)| (Beats(at), name.to_owned())),
        );
        let names: Vec<&str> = markers.iter().map(|marker| &*marker.name).collect();
        let expected = ["A", "cut 1, the door", "hit 1", "a shot", "A'", "cut 2"];
        assert_eq!(names, expected);
    }

    #[test]
    fn names_say_again_what_they_stand_for() {
        for (name, meaning) in [
            ("cut 12", MarkerName::Cut { is_hit: false }),
            ("cut 3, hit", MarkerName::Cut { is_hit: true }),
            ("cut 3, the door", MarkerName::Cut { is_hit: true }),
            ("hit 4", MarkerName::Hit),
            ("A'", MarkerName::Other),
            ("cut to the door", MarkerName::Other),
            ("hit", MarkerName::Other),
            ("hit 4, hit", MarkerName::Other),
        ] {
            assert_eq!(MarkerName::of(name), meaning, "{name}");
        }
    }

    #[test]
    fn chords_that_begin_in_the_piece_can_be_markers() {
        let names: Vec<String> = score().chord_markers().map(|marker| marker.name).collect();
        assert_eq!(names, ["Am", "F"]);
    }
}
