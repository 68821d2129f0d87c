//! Where a MIDI file departs from the standard in ways that do not change the music.

use std::collections::BTreeMap;

use crate::counted::counted;

/// One way to depart from the standard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Oddity {
    /// The file lies inside a RIFF file.
    Wrapped,
    /// A track has no end-of-track message.
    NoEnd,
    /// A message leaves out its status although a meta or system message came before it.
    RunningStatus,
    /// A meta message is longer or shorter than it should be.
    MetaLength,
    /// Something follows the last track.
    Trailing,
}

/// The oddities of a file, each with the tracks that have it, counted from 1.
#[derive(Default)]
pub(super) struct Oddities(BTreeMap<Oddity, Vec<usize>>);

impl Oddities {
    /// Notes an oddity, of a track (counted from 0) or of the file as a whole.
    pub(super) fn add(&mut self, oddity: Oddity, track: Option<usize>) {
        let tracks = self.0.entry(oddity).or_default();
        if let Some(number) = track.map(|track| track + 1)
            && tracks.last() != Some(&number)
        {
            tracks.push(number);
        }
    }

    /// Returns a sentence about each.
    pub(super) fn sentences(&self) -> Vec<String> {
        let sentence = |(oddity, tracks): (&Oddity, &Vec<usize>)| {
            let of = match tracks.as_slice() {
                [one] => format!("track {one}"),
                tracks => counted(tracks.len(), "track"),
            };
            match oddity {
                Oddity::Wrapped => {
                    "The MIDI file lies inside a RIFF file (RMID); it was taken out.".to_owned()
                }
                Oddity::NoEnd => {
                    format!("The end of {of} is not marked; what is there was read.")
                }
                Oddity::RunningStatus => format!(
                    "Messages of {of} leave out their kind where the standard asks for it; it is that of the message before."
                ),
                Oddity::MetaLength => format!(
                    "Messages of {of} that describe the music have another length than the standard gives them."
                ),
                Oddity::Trailing => {
                    "What follows the last track is no part of a MIDI file; it was passed over."
                        .to_owned()
                }
            }
        };
        self.0.iter().map(sentence).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_track_is_named_and_several_are_counted_once_each() {
        let mut oddities = Oddities::default();
        oddities.add(Oddity::NoEnd, Some(2));
        for track in [0, 0, 3] {
            oddities.add(Oddity::RunningStatus, Some(track));
        }
        let sentences = oddities.sentences();
        assert!(sentences[0].contains("end of track 3"), "{sentences:?}");
        assert!(sentences[1].contains("of 2 tracks"), "{sentences:?}");
    }
}
