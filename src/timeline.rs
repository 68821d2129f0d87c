//! The host's own timeline: a draft goes in; the picture, the markers and the tempo come out.
//!
//! Only REAPER lets a plugin reach its project, through [`reaper`]. Everything here happens on the host's main thread.

pub mod reaper;

use std::path::PathBuf;

use crate::error::Result;
use crate::export::Arrangement;
use crate::time::{Beats, Seconds, Tempo};

/// The timeline of the project that a plugin is in.
pub trait HostTimeline {
    /// Inserts an arrangement in one step that the host can undo. What was inserted for the same owner before is replaced, except
    /// for what the user has locked; everything else stays.
    ///
    /// # Errors
    /// Returns an error, and changes nothing, if the tempo map would replace changes of the user's without leave. Returns an error
    /// if the host refuses a part of it; what was inserted until then is one undo step too.
    fn insert(&self, insertion: &Insertion<'_>) -> Result<Inserted>;

    /// Reads the videos, the markers and the tempo of the project.
    ///
    /// # Errors
    /// Returns an error if the project has a name that is not Unicode.
    fn read(&self) -> Result<HostProject>;
}

/// Where an instance finds the timeline that it is in.
pub trait TimelineSource: Send + Sync {
    /// Returns whether the host is one whose timeline can be reached. Never waits.
    fn is_there(&self) -> bool;

    /// Lets `visit` see the timeline, within the current task of the host's main thread.
    ///
    /// # Errors
    /// Returns an error off the host's main thread, if the host does not give what is needed, and that of `visit`.
    fn visit(&self, visit: &mut dyn FnMut(&dyn HostTimeline) -> Result<()>) -> Result<()>;
}

/// What the user chooses of an insertion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InsertChoices {
    /// Whether sections, cuts and hits become markers of the project.
    pub markers: bool,
    /// Whether chords do too.
    pub chord_markers: bool,
    /// Whether the project's tempo and metre become those of the arrangement, as long as it lasts.
    pub tempo_map: bool,
    /// Whether that may replace changes of tempo that the user made. If it may not but would have to, nothing is inserted.
    pub replaces_tempo: bool,
    /// Whether the notes stay with the picture if the tempo is changed later, instead of with the beats.
    pub stays_with_picture: bool,
}

impl Default for InsertChoices {
    fn default() -> Self {
        Self {
            markers: true,
            chord_markers: false,
            tempo_map: false,
            replaces_tempo: false,
            stays_with_picture: false,
        }
    }
}

/// An arrangement, and where it goes.
#[derive(Clone, Copy, Debug)]
pub struct Insertion<'a> {
    /// What is inserted.
    pub arrangement: &'a Arrangement,
    /// The beat of the project at which it begins.
    pub start: Beats,
    /// Whether it lies on the project's beats, at whatever tempo; otherwise in time, at its own tempo from `start` on.
    pub follows_host: bool,
    /// Tells what one instance inserted from what others did.
    pub owner: u64,
    /// What the user chose.
    pub choices: InsertChoices,
}

/// What came of an insertion.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Inserted {
    /// The number of items, one a part.
    pub items: usize,
    /// The number of markers.
    pub markers: usize,
    /// The number of items that were replaced.
    pub replaced: usize,
    /// The number of items that stayed, and were not replaced, because the user has locked them.
    pub locked: usize,
    /// How far the end of the arrangement lies from where its tempo map says, if the tempo map was inserted and it is far.
    pub off: Option<Seconds>,
}

/// What a project says of the picture.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HostProject {
    /// Its videos, in the order of their places.
    pub pictures: Vec<HostPicture>,
    /// Its markers without those that were inserted from here, in the order of their places.
    pub markers: Vec<HostMarker>,
    /// Its tempo at the start, at each change and long after the last, in order.
    pub tempo: Vec<HostTempoPoint>,
}

/// A video on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct HostPicture {
    /// The file.
    pub path: PathBuf,
    /// Where it starts.
    pub at: Seconds,
    /// The same place in beats.
    pub at_beat: Beats,
    /// The beat at which the bar begins that it starts in.
    pub bar_start: Beats,
    /// How long it is seen.
    pub length: Seconds,
    /// How much is cut off its beginning.
    pub skipped: Seconds,
    /// How fast it plays; 1 for its own rate.
    pub rate: f64,
    /// Whether the user has selected it.
    pub is_selected: bool,
}

/// A marker on the timeline.
#[derive(Clone, Debug, PartialEq)]
pub struct HostMarker {
    /// Its place.
    pub at: Seconds,
    /// Its name, which may be empty.
    pub name: String,
}

/// The tempo at a place of the timeline.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostTempoPoint {
    /// The place in beats.
    pub at: Beats,
    /// The same place in time.
    pub time: Seconds,
    /// The tempo from there on.
    pub tempo: Tempo,
}
