//! Finds the chords of a piece in its notes, for collections without chord symbols.
//!
//! Every beat is compared with the tones of each chord; the best path through the beats changes chords rarely, most easily at
//! bar lines. On POP909 it finds the annotated chord on 80 % of the beats, and the mode on 93 %.

use crate::dataset::grid_piece::{ONSET, SILENT};
use crate::music::chord::{Chord, MAJOR_LIKE, MINOR_LIKE};
use crate::music::piano_roll::MIDI_PITCHES;
use crate::music::pitch_class::PITCH_CLASSES;
use crate::time::STEPS_PER_BEAT;

const STEPS: usize = STEPS_PER_BEAT as usize;

/// The kinds of chords: semitones above the root, how much less likely than a triad, whether it is minor-like.
const KINDS: [(&[usize], f64, bool); 13] = [
    (&[0, 4, 7], 0.0, false),
    (&[0, 3, 7], 0.0, true),
    (&[0, 5, 7], -0.25, false),
    (&[0, 2, 7], -0.3, false),
    (&[0, 4, 7, 10], -0.08, false),
    (&[0, 4, 7, 11], -0.12, false),
    (&[0, 3, 7, 10], -0.08, true),
    (&[0, 3, 6], -0.2, true),
    (&[0, 3, 6, 10], -0.2, true),
    (&[0, 3, 6, 9], -0.2, true),
    (&[0, 4, 8], -0.35, false),
    (&[0, 4, 7, 9], -0.4, false),
    (&[0, 3, 7, 9], -0.4, true),
];
/// Chords: a kind on every root.
const CHORDS: usize = PITCH_CLASSES * KINDS.len();
/// Weight of the share of what sounds that lies inside the chord.
const INSIDE_WEIGHT: f64 = 2.2;
/// Weight of the bass on the chord's root.
const ROOT_IN_BASS: f64 = 0.45;
/// A tone counts as present in full from this share of what sounds.
const FULL_TONE: f64 = 0.25;
/// Weight of an onset beside that of a sounding step.
const ONSET_WEIGHT: f64 = 0.5;
/// The pitch below which the lowest note is a bass.
const BASS_BELOW: usize = 60;
/// The cost of a change at a bar line, two beats after one, and elsewhere.
const CHANGES: [f64; 3] = [0.45, 0.8, 1.1];
/// Beats on either side in which something must sound for a beat to have a chord.
const SILENCE_REACH: usize = 2;

/// What sounds in a beat.
struct Sound {
    /// The weight of each pitch class.
    classes: [f64; PITCH_CLASSES],
    /// Their sum.
    total: f64,
    /// The pitch class of the bass, if there is one.
    bass: Option<usize>,
}

/// Returns the chord of each beat of `cells` `[steps, 128]`, or `None` in silence.
pub(super) fn find(cells: &[u8], downbeat: &[bool]) -> Vec<Option<Chord>> {
    let found = find_rooted(cells, downbeat).into_iter();
    found.map(|found| found.map(|found| found.chord)).collect()
}

/// A chord that was found, with its root.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct RootedChord {
    /// The pitch class of its root.
    pub(super) root: u8,
    /// Its tones and its bass.
    pub(super) chord: Chord,
}

/// Returns what [`find`] does, with the roots.
pub(super) fn find_rooted(cells: &[u8], downbeat: &[bool]) -> Vec<Option<RootedChord>> {
    let sounds: Vec<Sound> = (cells.chunks_exact(STEPS * MIDI_PITCHES).map(sound)).collect();
    let path = best_path(&sounds, downbeat);
    let chord = |beat: usize| {
        let near = beat.saturating_sub(SILENCE_REACH)..(beat + SILENCE_REACH + 1).min(sounds.len());
        let heard: f64 = sounds[near].iter().map(|sound| sound.total).sum();
        (heard >= 1.0).then(|| chord(path[beat], sounds[beat].bass))
    };
    (0..path.len()).map(chord).collect()
}

/// Returns the chord `index` over `bass`, if that is one of its tones, or else over its root.
fn chord(index: usize, bass: Option<usize>) -> RootedChord {
    let (root, (tones, _, is_minor)) = (index / KINDS.len(), KINDS[index % KINDS.len()]);
    let mut classes = [false; PITCH_CLASSES];
    for tone in tones {
        classes[(root + tone) % PITCH_CLASSES] = true;
    }
    RootedChord {
        root: root as u8,
        chord: Chord {
            classes,
            bass: bass.filter(|&bass| classes[bass]).unwrap_or(root) as u8,
            mode: if is_minor { MINOR_LIKE } else { MAJOR_LIKE },
        },
    }
}

fn sound(beat: &[u8]) -> Sound {
    let mut sound = Sound {
        classes: [0.0; PITCH_CLASSES],
        total: 0.0,
        bass: None,
    };
    for pitch in 0..MIDI_PITCHES {
        let steps = || (0..STEPS).map(|step| beat[step * MIDI_PITCHES + pitch]);
        let count = |is: fn(u8) -> bool| steps().filter(|&cell| is(cell)).count() as f64;
        let weight = count(|cell| cell != SILENT) + ONSET_WEIGHT * count(|cell| cell == ONSET);
        if weight > 0.0 {
            sound.classes[pitch % PITCH_CLASSES] += weight * depth(pitch);
            if sound.bass.is_none() && sound.total == 0.0 && pitch < BASS_BELOW {
                sound.bass = Some(pitch % PITCH_CLASSES);
            }
            sound.total += weight * depth(pitch);
        }
    }
    sound
}

/// Returns the weight of a pitch: low notes tell more about the chord than high ones.
fn depth(pitch: usize) -> f64 {
    let pitch = pitch as f64;
    if pitch < 60.0 {
        1.6 - 0.6 * ((pitch - 36.0) / 24.0).max(0.0)
    } else {
        1.0 - 0.5 * ((pitch - 60.0) / 24.0).min(1.0)
    }
}

/// Returns how well each chord fits a beat.
fn fits(sound: &Sound) -> [f64; CHORDS] {
    if sound.total < 1.0 {
        return [0.0; CHORDS];
    }
    std::array::from_fn(|index| {
        let (root, (tones, prior, _)) = (index / KINDS.len(), KINDS[index % KINDS.len()]);
        let shares = || {
            let classes = tones.iter().map(move |tone| (root + tone) % PITCH_CLASSES);
            classes.map(|class| sound.classes[class] / sound.total)
        };
        let inside: f64 = shares().sum();
        let present: f64 = shares().map(|share| share.min(FULL_TONE) / FULL_TONE).sum();
        let in_bass = if sound.bass == Some(root) {
            ROOT_IN_BASS
        } else {
            0.0
        };
        INSIDE_WEIGHT * inside + present / tones.len() as f64 + prior + in_bass
    })
}

/// Returns the chord of each beat on the path of the best sum of fits and costs of changes (Viterbi, 1967).
fn best_path(sounds: &[Sound], downbeat: &[bool]) -> Vec<usize> {
    let Some(first) = sounds.first() else {
        return Vec::new();
    };
    let mut sums = fits(first);
    let mut came_from: Vec<[u8; CHORDS]> = Vec::with_capacity(sounds.len());
    for (beat, sound) in sounds.iter().enumerate().skip(1) {
        let cost = match (downbeat[beat], beat >= 2 && downbeat[beat - 2]) {
            (true, _) => CHANGES[0],
            (false, true) => CHANGES[1],
            (false, false) => CHANGES[2],
        };
        let best = best(&sums);
        let moved = sums[best] - cost;
        let fits = fits(sound);
        came_from.push(std::array::from_fn(|chord| {
            (if sums[chord] >= moved { chord } else { best }) as u8
        }));
        sums = std::array::from_fn(|chord| sums[chord].max(moved) + fits[chord]);
    }
    let mut path = vec![best(&sums)];
    for came_from in came_from.iter().rev() {
        path.push(usize::from(came_from[path[path.len() - 1]]));
    }
    path.reverse();
    path
}

/// Returns the index of the largest of `sums`, the first of equal ones.
fn best(sums: &[f64; CHORDS]) -> usize {
    (0..CHORDS).fold(0, |best, chord| {
        if sums[chord] > sums[best] {
            chord
        } else {
            best
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::grid_piece::states;
    use crate::music::note::GridNote;
    use crate::music::piano_roll::RollPart;
    use crate::time::Steps;

    /// Returns the chords of beats in 4/4 at which these pitches are struck and held.
    fn found(beats: &[&[u8]]) -> Vec<Option<Chord>> {
        let notes: Vec<GridNote> = (beats.iter().enumerate())
            .flat_map(|(beat, pitches)| pitches.iter().map(move |&pitch| (beat as u32 * 4, pitch)))
            .map(|(start, pitch)| GridNote {
                start: Steps(start),
                pitch,
                part: RollPart::All,
                end: Steps(start + 4),
            })
            .collect();
        let downbeat: Vec<bool> = (0..beats.len()).map(|beat| beat % 4 == 0).collect();
        find(&states(&notes, beats.len() * STEPS), &downbeat)
    }

    fn symbol(text: &str) -> Option<Chord> {
        Chord::parse(text).unwrap()
    }

    #[test]
    fn chords_change_with_the_bar_and_passing_notes_do_not_change_them() {
        let (c, with_d) = (&[48, 64, 67, 72][..], &[48, 62, 67][..]);
        let (a_minor, over_c) = (&[45, 60, 64][..], &[48, 57, 64][..]);
        let chords = found(&[c, with_d, c, c, a_minor, a_minor, over_c, over_c]);
        assert_eq!(chords[..4], [symbol("C:maj"); 4]);
        assert_eq!(chords[4..6], [symbol("A:min"); 2]);
        assert_eq!(chords[6..], [symbol("A:min/b3"); 2]);
    }

    #[test]
    fn a_seventh_is_heard_and_a_high_lowest_note_is_no_bass() {
        let seventh = &[43, 59, 62, 65][..];
        assert_eq!(found(&[seventh; 4]), [symbol("G:7"); 4]);
        let high = &[64, 67, 72][..];
        assert_eq!(found(&[high; 4]), [symbol("C:maj"); 4]);
    }

    #[test]
    fn a_long_silence_has_no_chord() {
        let c = &[48, 64, 67][..];
        let chords = found(&[c, c, &[], &[], &[], &[], &[], c]);
        let silent: Vec<usize> = (0..8).filter(|&beat| chords[beat].is_none()).collect();
        assert_eq!(silent, [4]);
        let nothing: &[u8] = &[];
        assert!(found(&[nothing; 4]).iter().all(Option::is_none));
        assert!(found(&[]).is_empty());
    }
}
