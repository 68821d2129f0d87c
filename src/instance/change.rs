//! What one state changed of another.

use std::fmt;
use std::sync::Arc;

use super::state::{State, Take};

/// A change of the state that can be undone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// A draft became a take.
    TakeMade,
    /// A take was deleted.
    TakeDeleted,
    /// Notes of a take were changed.
    Notes,
    /// A take was renamed.
    TakeRenamed,
    /// Another take plays.
    TakeChosen,
    /// Other takes are compared.
    Pins,
    /// Another clip was opened.
    Clip,
    /// How shots are found was changed.
    ShotFinder,
    /// The key or the chords of the next draft were changed.
    Harmony,
    /// The model was changed.
    Model,
    /// The device was changed.
    Device,
    /// The seed was changed.
    Seed,
    /// The job of a draft moved the seed on.
    SeedMoved,
    /// The number of sampling steps was changed.
    Steps,
    /// The number of candidates was changed.
    Candidates,
    /// The style was changed.
    Style,
    /// The form was changed.
    Form,
    /// A theme was opened or taken away.
    Theme,
    /// How the cuts are met was changed.
    CutWeight,
    /// What is followed in the clip was changed.
    Follow,
    /// The length, repetition or consonance was changed.
    Shape,
    /// Where the picture starts in the first bar was changed, and perhaps the tempo with it.
    PictureStart,
    /// The tempo was changed.
    Tempo,
    /// A curve was drawn, recorded or taken away.
    Curves,
    /// Hits were set, moved, named or deleted.
    Hits,
    /// Stretches without music were marked.
    Quiet,
    /// The channels or octaves of the parts were changed.
    Outputs,
    /// Files were given the chords as markers, or no longer.
    ChordMarkers,
    /// Bars or parts were locked or unlocked.
    Locks,
}

impl Change {
    /// Returns the first difference of two states, or `None` if they are the same. Drafts are compared by their places.
    pub(super) fn between(before: &State, after: &State) -> Option<Self> {
        // A draft never changes: one with other notes has another place.
        let is_other = |(one, other): (&Take, &Take)| !Arc::ptr_eq(&one.draft, &other.draft);
        let is_newer =
            |(one, other): (&Take, &Take)| one.made_unix_seconds != other.made_unix_seconds;
        let (old, new) = (&before.takes, &after.takes);
        let pairs = || old.iter().zip(new);
        let changes = [
            (new.len() > old.len(), Self::TakeMade),
            (new.len() < old.len(), Self::TakeDeleted),
            (pairs().any(is_newer), Self::TakeMade),
            (pairs().any(is_other), Self::Notes),
            (
                pairs().any(|(old, new)| old.name != new.name),
                Self::TakeRenamed,
            ),
            (before.current != after.current, Self::TakeChosen),
            (before.pins != after.pins, Self::Pins),
            (before.clip != after.clip, Self::Clip),
            (before.shot_finder != after.shot_finder, Self::ShotFinder),
            (before.harmony != after.harmony, Self::Harmony),
            (before.model != after.model, Self::Model),
            (before.device != after.device, Self::Device),
            (before.seed != after.seed, Self::Seed),
            (before.steps != after.steps, Self::Steps),
            (before.candidates != after.candidates, Self::Candidates),
            (before.style != after.style, Self::Style),
            (before.theme != after.theme, Self::Theme),
            (before.form != after.form, Self::Form),
            (before.cut_weight != after.cut_weight, Self::CutWeight),
            (before.follow != after.follow, Self::Follow),
            (before.shape != after.shape, Self::Shape),
            (
                before.picture_start != after.picture_start,
                Self::PictureStart,
            ),
            (
                before.tempo != after.tempo || before.tempo_ahead != after.tempo_ahead,
                Self::Tempo,
            ),
            (before.curves != after.curves, Self::Curves),
            (before.hits != after.hits, Self::Hits),
            (before.quiet != after.quiet, Self::Quiet),
            (before.outputs != after.outputs, Self::Outputs),
            (
                before.chord_markers != after.chord_markers,
                Self::ChordMarkers,
            ),
            (before.locks != after.locks, Self::Locks),
        ];
        let first = changes.into_iter().find(|(is_different, _)| *is_different);
        first.map(|(_, change)| change)
    }

    /// Returns whether a change and the one before it are one to the user: a number that is dragged changes many times.
    pub(super) fn continues(self, before: Self) -> bool {
        self == before
            && matches!(
                self,
                Self::Seed | Self::Steps | Self::Candidates | Self::Tempo
            )
    }
}

/// What was changed, in a word or two.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TakeMade => "new take",
            Self::TakeDeleted => "deleted take",
            Self::Notes => "notes",
            Self::TakeRenamed => "name of a take",
            Self::TakeChosen => "choice of a take",
            Self::Pins => "takes A and B",
            Self::Clip => "clip",
            Self::ShotFinder => "how cuts are found",
            Self::Harmony => "key and chords",
            Self::Model => "model",
            Self::Device => "device",
            Self::Seed | Self::SeedMoved => "seed",
            Self::Steps => "steps",
            Self::Candidates => "candidates",
            Self::Style => "style",
            Self::Form => "form",
            Self::Theme => "theme",
            Self::CutWeight => "cuts as hits",
            Self::Follow => "what is followed",
            Self::PictureStart => "tempo and place of the picture",
            Self::Shape => "length, repetition and consonance",
            Self::Tempo => "tempo",
            Self::Curves => "curve",
            Self::Hits => "hits",
            Self::Quiet => "stretch without music",
            Self::Outputs => "channels and octaves",
            Self::ChordMarkers => "chord markers",
            Self::Locks => "locks",
        })
    }
}
