//! Another cut of the clip: which clips takes were made for, and takes that were made to fit.

use std::sync::Arc;

use super::{State, Take};
use crate::features::recut::Recut;
use crate::generator::{Conforming, Draft, quiet_after};
use crate::instance::curves::CurveId;
use crate::instance::hits::{self, MarkedHit};
use crate::instance::looks::{Looks, LooksId};
use crate::instance::saved_clip::SavedClip;
use crate::music::metre::Metre;
use crate::music::note::Note;
use crate::time::{Bars, Beats};

/// How a take was made to fit another cut.
#[derive(Clone, Copy, Debug)]
pub(in crate::instance) struct Conformed<'a> {
    /// The cut.
    pub(in crate::instance) recut: &'a Recut,
    /// What became of the bars.
    pub(in crate::instance) conforming: &'a Conforming,
    /// The number of the new picture.
    pub(in crate::instance) made_for: LooksId,
}

impl State {
    /// Opens another clip. The one before is remembered as long as there are takes that were made for it.
    pub fn open_clip(&mut self, clip: SavedClip) {
        let now = clip.looks_id();
        if let Some(before) = self.clip.replace(clip) {
            if self.marked_on.is_none() {
                self.marked_on = before.looks_id();
            }
            self.earlier_clips.push(before.without_measures());
        }
        self.marked_on = self.marked_on.filter(|marked| Some(*marked) != now);
        self.forget_clips();
    }

    /// Forgets the earlier clips that no take was made for.
    pub(super) fn forget_clips(&mut self) {
        let current = self.clip.as_ref().and_then(SavedClip::looks_id);
        let mut known: Vec<LooksId> = current.into_iter().collect();
        let takes = &self.takes;
        self.earlier_clips.retain(|clip| {
            let needed = clip.looks_id().filter(|id| {
                !known.contains(id) && takes.iter().any(|take| take.made_for == Some(*id))
            });
            known.extend(needed);
            needed.is_some()
        });
    }

    /// Returns the clip that the current take was made for and the one that is open, if the picture of both is known and not the
    /// same.
    pub fn other_cut(&self) -> Option<(&SavedClip, &SavedClip)> {
        let made_for = self.current_take()?.made_for?;
        let clip = self.clip.as_ref().filter(|clip| clip.looks.is_some())?;
        if clip.looks_id() == Some(made_for) {
            return None;
        }
        let earlier = self.earlier_clips.iter();
        let old = earlier
            .into_iter()
            .find(|old| old.looks_id() == Some(made_for))?;
        Some((old, clip))
    }

    /// Returns everything that clips are recognised by.
    pub(in crate::instance) fn looks(&self) -> impl Iterator<Item = &Arc<Looks>> {
        let clips = self.clip.iter().chain(&self.earlier_clips);
        clips.filter_map(|clip| clip.looks.as_ref())
    }

    /// Adds a take that was made to fit another cut from `of`, and makes it the current one. Locks go with their bars; hits, quiet
    /// stretches and curves that were set on the picture of `of` go with it.
    pub(in crate::instance) fn add_conformed_take(
        &mut self,
        draft: Draft,
        made_unix_seconds: u64,
        of: &Take,
        conformed: Conformed<'_>,
    ) {
        let Conformed {
            recut,
            conforming,
            made_for,
        } = conformed;
        let edited = edited(of, &draft, conforming);
        let sources = conforming.sources.iter().enumerate();
        let is_locked =
            |source: &Option<u32>| source.is_some_and(|bar| self.locks.bars.contains(&bar));
        let locked = sources.filter(|(_, source)| is_locked(source));
        self.locks.bars = locked.map(|(bar, _)| bar as u32).collect();
        if self.marked_on.is_some() && self.marked_on == of.made_for {
            self.move_marks(recut, conforming, draft.score.length());
            self.marked_on = None;
        }
        let of_name = of
            .number()
            .map_or_else(|| of.name.clone(), |number| number.to_string());
        self.push_take(Take {
            name: "new cut".to_owned(),
            draft: Arc::new(draft),
            made_unix_seconds,
            painted: Some(format!("new cut of {of_name}")),
            edited,
            made_for: Some(made_for),
        });
    }

    fn move_marks(&mut self, recut: &Recut, conforming: &Conforming, length: Beats) {
        let moved = self.hits.iter().flat_map(|marked| {
            let times = recut.new_times(marked.hit.at).into_iter();
            times.map(|at| {
                let mut marked = marked.clone();
                marked.hit.at = at;
                marked
            })
        });
        let moved: Vec<MarkedHit> = moved.collect();
        self.hits = hits::within_limits(moved);
        self.quiet = quiet_after(&self.quiet, recut);
        for id in CurveId::ALL {
            let beats = length.0 as usize;
            let moved = self.curves[id].moved(beats, |beat| conforming.curve_source(beat));
            self.curves[id] = moved;
        }
    }
}

/// Returns the notes of `of` that the user changed and that are still there, where they are now.
fn edited(of: &Take, draft: &Draft, conforming: &Conforming) -> Vec<Note> {
    let metre: Metre = draft.score.metre();
    let sources = conforming.sources.iter().enumerate();
    let bars = sources.filter_map(|(bar, source)| Some((bar as u32, (*source)?)));
    bars.flat_map(|(bar, source)| {
        let start = metre.length(Bars(source));
        let end = metre.length(Bars(source + 1));
        let by = metre.length(Bars(bar)) - start;
        let inside = (of.edited.iter()).filter(move |note| (start..end).contains(&note.start));
        inside.map(move |note| Note {
            start: note.start + by,
            ..*note
        })
    })
    .filter(|note| draft.score.notes().contains(note))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conditioning::quiet::{Quiet, QuietKind};
    use crate::features::{ClipFeatures, FINGERPRINT_WIDTH, Fingerprint};
    use crate::generator::Freedom;
    use crate::instance::hits::MarkedHit;
    use crate::music::part::Part;
    use crate::music::score::{RawScore, Score};
    use crate::time::{Seconds, Tempo};

    fn features(key: u8, seconds: f64) -> ClipFeatures {
        let rows = (seconds * 25.0) as usize;
        ClipFeatures {
            duration: Seconds(seconds),
            fingerprint: Fingerprint::new(25.0, vec![key; rows * FINGERPRINT_WIDTH]).ok(),
            ..ClipFeatures::default()
        }
    }

    fn clip(key: u8) -> SavedClip {
        SavedClip::new(
            format!("{key}.mp4").into(),
            &features(key, 24.0),
            Tempo::DEFAULT,
        )
    }

    fn note(start: f64) -> Note {
        Note {
            start: Beats(start),
            length: Beats(1.0),
            pitch: 60,
            velocity: 80,
            part: Part::Lead,
        }
    }

    /// A draft of 12 bars of 2 seconds.
    fn draft(starts: &[f64]) -> Draft {
        Draft {
            score: Score::repaired(RawScore {
                bars: Bars(12),
                notes: starts.iter().map(|&start| note(start)).collect(),
                ..RawScore::default()
            }),
            ..Draft::default()
        }
    }

    #[test]
    fn a_clip_is_remembered_as_long_as_a_take_was_made_for_it() {
        let mut state = State::default();
        state.open_clip(clip(1));
        state.open_clip(clip(2));
        assert!(state.earlier_clips.is_empty());
        assert_eq!(state.other_cut(), None);
        state.add_take(draft(&[]), 0);
        state.open_clip(clip(3));
        let (old, new) = state.other_cut().unwrap();
        assert_eq!(
            (old.name(), new.name()),
            ("2.mp4".to_owned(), "3.mp4".to_owned())
        );
        let text = state.to_text().unwrap();
        assert_eq!(State::from_text(&text).unwrap(), state);
        state.open_clip(clip(2));
        assert_eq!(
            (state.other_cut(), state.marked_on),
            (None, clip(1).looks_id())
        );
        state.open_clip(clip(3));
        state.delete_take(0);
        assert!(state.earlier_clips.is_empty());
    }

    #[test]
    fn marks_locks_and_edited_notes_go_with_their_picture() {
        let mut state = State::default();
        state.open_clip(clip(1));
        state.hits = vec![
            MarkedHit::new(Seconds(5.0), 2),
            MarkedHit::new(Seconds(17.0), 3),
        ];
        state.quiet = vec![Quiet {
            from: Seconds(16.0),
            to: Seconds(18.0),
            kind: QuietKind::Thin,
        }];
        state.curves[CurveId::Lead].draw((32, 0.5), (33, 0.5));
        state.locks.bars = [1, 4, 8].into();
        state.add_take(draft(&[4.0, 32.0]), 0);
        state.takes[0].edited = vec![note(32.0)];
        state.open_clip(clip(2));
        // Bars 4 to 6 are gone.
        let recut = Recut::of_stretches(24.0, &[(6.0, Some(0.0)), (12.0, Some(12.0))]);
        let of = state.takes[0].clone();
        let conforming =
            Conforming::plan(&of.draft, &recut, &features(2, 18.0), Freedom::NONE).unwrap();
        let conformed = Conformed {
            recut: &recut,
            conforming: &conforming,
            made_for: clip(2).looks_id().unwrap(),
        };
        let before = state.clone();
        state.add_conformed_take(draft(&[4.0, 20.0]), 0, &of, conformed);
        let take = state.current_take().unwrap();
        assert_eq!(take.painted.as_deref(), Some("new cut of 1"));
        assert_eq!(take.edited, [note(20.0)]);
        let stays = MarkedHit::new(Seconds(5.0), 2);
        assert_eq!(state.hits, [stays, MarkedHit::new(Seconds(11.0), 3)]);
        assert_eq!(
            (state.quiet[0].from, state.quiet[0].to),
            (Seconds(10.0), Seconds(12.0))
        );
        assert_eq!(state.curves[CurveId::Lead].values()[20..], [Some(0.5); 2]);
        assert_eq!(state.locks.bars, [1, 5].into());
        assert_eq!((state.other_cut(), state.marked_on), (None, None));
        // What was set anew on the new picture stays if another take is made to fit.
        let again = state.hits.clone();
        state.add_conformed_take(draft(&[]), 0, &of, conformed);
        assert_eq!(state.hits, again);
        assert_eq!(before.takes.len() + 2, state.takes.len());
    }
}
