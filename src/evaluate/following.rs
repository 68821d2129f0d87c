//! How music follows the cues it was generated for.

use crate::evaluate::held_out::HeldOut;
use crate::evaluate::statistics::spearman;
use crate::music::cues::{BeatCues, Cue, CueMap, heard_modes, measure};
use crate::music::piano_roll::{PianoRoll, is_on};
use crate::time::{BARS_PER_SEGMENT, BEATS_PER_BAR, STEPS_PER_BEAT};

const BEATS: usize = BEATS_PER_BAR as usize;
const STEPS: usize = STEPS_PER_BEAT as usize;
/// The least distance from 0.5 of a mode that clearly requests major or minor.
const CLEAR_MODE: f32 = 0.2;
/// The smallest number of notes on a beat that make a strong accent.
const STRONG_ACCENT: f32 = 3.0;

/// How a set of segments follows the cues of as many windows. Bars are stretches of four beats in every metre.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Following {
    /// Spearman's rank correlation of requested and measured cues over all beats, by cue.
    ///
    /// The measured mode is guessed from the notes (see [`heard_modes`]), even in real music, so the correlation of real
    /// music is the most a segment can reach.
    pub(super) spearman: CueMap<Option<f64>>,
    /// Of the beats that clearly request major or minor (a mode above 0.7 or below 0.3), the share in that mode.
    pub(super) mode_agreement: Option<f64>,
    /// Of the requested accents of three notes or more, the share with at least half as many onsets on a single sixteenth
    /// at most one away from the beat.
    pub(super) accent_hits: Option<f64>,
    /// Of the bars, the share in which notes were requested and none starts.
    pub(super) empty_bars: f64,
    /// Of the bars, the share with a note on the lowest or highest pitch of the roll, beyond which notes are cut off.
    pub(super) clipped_bars: f64,
    /// The cues measured on each segment.
    pub(super) measured: Vec<Vec<BeatCues>>,
}

impl Following {
    /// Compares `rolls` with the cues of `windows`, pair by pair.
    pub(super) fn of(rolls: &[PianoRoll], windows: &[HeldOut]) -> Self {
        let measured: Vec<Vec<BeatCues>> = (rolls.iter())
            .map(|roll| measure(roll, &heard_modes(roll)))
            .collect();
        let pairs: Vec<(&BeatCues, &BeatCues)> = (windows.iter().zip(&measured))
            .flat_map(|(window, measured)| window.cues.iter().zip(measured))
            .collect();
        let correlation = |cue| {
            let values = |beat: &BeatCues| f64::from(beat.get(cue));
            let asked: Vec<f64> = pairs.iter().map(|(asked, _)| values(asked)).collect();
            let got: Vec<f64> = pairs.iter().map(|(_, got)| values(got)).collect();
            spearman(&asked, &got)
        };
        let agreements = pairs.iter().filter_map(|(asked, got)| {
            let (asked, got) = (asked.get(Cue::Mode), got.get(Cue::Mode));
            ((asked - 0.5).abs() > CLEAR_MODE).then_some((asked > 0.5) == (got > 0.5))
        });
        let answers = || rolls.iter().zip(windows);
        let hits =
            answers().flat_map(|(roll, window)| accent_hits(&onsets_by_step(roll), &window.cues));
        let empty =
            answers().flat_map(|(roll, window)| empty_bars(&onsets_by_step(roll), &window.cues));
        Self {
            spearman: CueMap::from_fn(correlation),
            mode_agreement: share(agreements),
            accent_hits: share(hits),
            empty_bars: share(empty).unwrap_or(0.0),
            clipped_bars: share(rolls.iter().flat_map(clipped_bars)).unwrap_or(0.0),
            measured,
        }
    }
}

/// Returns the share of `flags` that are true, or `None` if there are none.
fn share(flags: impl Iterator<Item = bool>) -> Option<f64> {
    let (hits, all) = flags.fold((0u32, 0u32), |(hits, all), flag| {
        (hits + u32::from(flag), all + 1)
    });
    (all > 0).then(|| f64::from(hits) / f64::from(all))
}

fn onsets_by_step(roll: &PianoRoll) -> Vec<f32> {
    let mut onsets = vec![0.0; roll.steps().0 as usize];
    for part in roll.parts().iter() {
        let steps = roll.onset(part).chunks_exact(roll.pitches().count());
        for (onsets, step) in onsets.iter_mut().zip(steps) {
            *onsets += step.iter().sum::<f32>();
        }
    }
    onsets
}

/// Returns for each strong accent whether it is hit.
fn accent_hits(onsets: &[f32], asked: &[BeatCues]) -> Vec<bool> {
    let accents = asked.iter().map(|beat| beat.get(Cue::Accent)).enumerate();
    accents
        .filter(|(_, asked)| *asked >= STRONG_ACCENT)
        .map(|(beat, asked)| {
            let near = (beat * STEPS).saturating_sub(1)..=beat * STEPS + 1;
            onsets[near].iter().any(|count| 2.0 * count >= asked)
        })
        .collect()
}

/// Returns for each bar whether notes were requested but none starts.
fn empty_bars(onsets: &[f32], asked: &[BeatCues]) -> Vec<bool> {
    let bars = onsets
        .chunks_exact(BEATS * STEPS)
        .zip(asked.chunks_exact(BEATS));
    bars.map(|(onsets, asked)| {
        // Density is smoothed over beats, so that of the outer beats includes the neighbouring bars.
        let is_asked = asked[1..BEATS - 1]
            .iter()
            .any(|beat| beat.get(Cue::Density) > 0.0);
        is_asked && onsets.iter().all(|count| *count == 0.0)
    })
    .collect()
}

/// Returns for each bar whether it has a note at an edge of the roll.
fn clipped_bars(roll: &PianoRoll) -> Vec<bool> {
    let pitches = roll.pitches().count();
    let bar = pitches * roll.steps().0 as usize / BARS_PER_SEGMENT as usize;
    let is_clipped = |step: &[f32]| is_on(step[0]) || is_on(step[pitches - 1]);
    let clips = |bar: &[f32]| bar.chunks_exact(pitches).any(is_clipped);
    let mut clipped = vec![false; BARS_PER_SEGMENT as usize];
    for part in roll.parts().iter() {
        for (clipped, bar) in clipped.iter_mut().zip(roll.onset(part).chunks_exact(bar)) {
            *clipped |= clips(bar);
        }
    }
    clipped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::music::decode::encode;
    use crate::music::metre::Metre;
    use crate::music::note::GridNote;
    use crate::music::piano_roll::{PitchRange, RollPart, RollParts};
    use crate::time::{BEATS_PER_SEGMENT, STEPS_PER_SEGMENT, Steps};

    fn roll(notes: &[(u32, u8)]) -> PianoRoll {
        let notes: Vec<GridNote> = notes
            .iter()
            .map(|&(start, pitch)| GridNote {
                start: Steps(start),
                pitch,
                part: RollPart::All,
                end: Steps(start + 4),
            })
            .collect();
        let pitches = PitchRange::new(24, 80).unwrap();
        encode(&notes, Steps(STEPS_PER_SEGMENT), RollParts::One, pitches)
    }

    /// Returns a window of this music, in a major mode throughout.
    fn window(roll: &PianoRoll) -> HeldOut {
        HeldOut {
            cues: measure(roll, &[1.0; BEATS_PER_SEGMENT as usize]),
            roll: roll.clone(),
            metre: Metre::COMMON,
        }
    }

    /// C major triads at `steps`.
    fn triads(steps: &[u32]) -> Vec<(u32, u8)> {
        let triad = |&step| [60, 64, 67].map(|pitch| (step, pitch));
        steps.iter().flat_map(triad).collect()
    }

    #[test]
    fn music_follows_its_own_cues() {
        let asked = roll(&triads(&[0, 4, 8, 16, 32, 64, 80, 112]));
        let following = Following::of(std::slice::from_ref(&asked), &[window(&asked)]);
        for cue in [Cue::Density, Cue::Polyphony, Cue::Accent] {
            let correlation = following.spearman[cue].unwrap();
            assert!((correlation - 1.0).abs() < 1e-9, "{cue:?}");
        }
        // The register never varies.
        assert_eq!(following.spearman[Cue::Register], None);
        assert_eq!(following.accent_hits, Some(1.0));
        assert_eq!((following.empty_bars, following.clipped_bars), (0.0, 0.0));
    }

    #[test]
    fn accents_are_hit_within_a_sixteenth_by_half_the_notes() {
        let asked = window(&roll(&triads(&[0, 16, 32, 48])));
        // On time; a sixteenth early; an eighth late; one note of three.
        let mut notes = triads(&[0, 15, 34]);
        notes.push((48, 60));
        let following = Following::of(&[roll(&notes)], &[asked]);
        assert_eq!(following.accent_hits, Some(0.5));
    }

    #[test]
    fn bars_are_empty_only_if_notes_were_requested() {
        let asked = window(&roll(&triads(&[4, 20])));
        let following = Following::of(&[roll(&triads(&[4]))], &[asked]);
        assert_eq!(following.empty_bars, 1.0 / 8.0);
    }

    #[test]
    fn notes_at_the_edges_of_the_roll_clip_their_bars() {
        let edges = roll(&[(0, 24), (17, 103), (40, 60)]);
        let following = Following::of(std::slice::from_ref(&edges), &[window(&edges)]);
        assert_eq!(following.clipped_bars, 2.0 / 8.0);
    }

    #[test]
    fn minor_does_not_agree_with_requested_major() {
        let major: Vec<u32> = (0..32).map(|beat| 4 * beat).collect();
        let minor: Vec<(u32, u8)> = (major.iter())
            .flat_map(|&step| [57, 60, 64].map(|pitch| (step, pitch)))
            .collect();
        let asked = [window(&roll(&triads(&major)))];
        let agreement = |notes: &[(u32, u8)]| Following::of(&[roll(notes)], &asked).mode_agreement;
        assert_eq!(agreement(&triads(&major)), Some(1.0));
        assert_eq!(agreement(&minor), Some(0.0));
    }
}
