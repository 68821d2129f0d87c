//! The project in memory.

mod tempo;

use std::collections::BTreeMap;
use std::ffi::{CString, c_char, c_void};

use super::fault;
pub use tempo::Tempo;

/// Ticks of a MIDI take per quarter note.
pub(super) const TICKS_PER_BEAT: f64 = 960.0;

/// A project.
#[derive(Default)]
pub struct Model {
    /// Its tracks, the uppermost first.
    pub tracks: Vec<Box<Track>>,
    /// Its markers and regions, by place.
    pub markers: Vec<Marker>,
    /// Its changes of tempo, by place. 120 BPM in 4/4 until the first.
    pub tempo: Vec<Tempo>,
    /// Texts saved by extensions.
    pub saved: BTreeMap<(String, String), String>,
    /// The undo steps that were finished, and what they say they changed.
    pub steps: Vec<(String, i32)>,
    /// The index of the track that the plugin is on.
    pub plugin_is_on: Option<usize>,
    pub(super) open_steps: i32,
    pub(super) pauses: i32,
    /// How often the arrange view was drawn.
    pub drawn: usize,
    /// Deleted items, kept so that no new one has their address.
    #[expect(clippy::vec_box, reason = "the addresses were given out")]
    pub(super) deleted: Vec<Box<Item>>,
    /// The text that was lent last.
    lent: CString,
    ids: u64,
    /// Any address that is the project's own.
    address: Box<u8>,
}

/// A track.
#[derive(Default)]
pub struct Track {
    /// Texts by REAPER's names for them.
    pub texts: BTreeMap<String, String>,
    /// Values by REAPER's names for them.
    pub values: BTreeMap<String, f64>,
    /// Its items.
    pub items: Vec<Box<Item>>,
}

/// An item with one take.
#[derive(Default)]
pub struct Item {
    /// Values by REAPER's names for them.
    pub values: BTreeMap<String, f64>,
    /// Its take.
    pub take: Box<Take>,
}

/// A take.
#[derive(Default)]
pub struct Take {
    /// Texts by REAPER's names for them.
    pub texts: BTreeMap<String, String>,
    /// Values by REAPER's names for them.
    pub values: BTreeMap<String, f64>,
    /// Its media.
    pub source: Source,
    /// Its notes.
    pub notes: Vec<Note>,
    /// Its control changes.
    pub controls: Vec<Control>,
    /// Its text events.
    pub events: Vec<Text>,
    /// Whether events are being inserted without being sorted.
    pub(super) is_unsorted: bool,
}

/// A take's media.
#[derive(Default)]
pub struct Source {
    /// Its kind, as in `MIDI`.
    pub kind: String,
    /// Its file; empty if it has none.
    pub file: String,
}

/// A note of a take. Places are in ticks from the item's start.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// Where it starts.
    pub start: f64,
    /// Where it ends.
    pub end: f64,
    /// Its channel, from 0.
    pub channel: i32,
    /// Its pitch.
    pub pitch: i32,
    /// Its velocity.
    pub velocity: i32,
}

/// A control change of a take.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// Its tick from the item's start.
    pub at: f64,
    /// Its channel, from 0.
    pub channel: i32,
    /// Its controller.
    pub controller: i32,
    /// Its value.
    pub value: i32,
}

/// A text event of a take.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    /// Its tick from the item's start.
    pub at: f64,
    /// Its kind, 1 for a text.
    pub kind: i32,
    /// Its text.
    pub text: String,
}

/// A marker or region.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marker {
    /// The number that is shown.
    pub number: i32,
    /// Its name.
    pub name: String,
    /// Its place in seconds.
    pub at: f64,
    /// Whether it is a region.
    pub is_region: bool,
    /// Its colour.
    pub colour: i32,
}

impl Model {
    /// Returns an id that nothing else has.
    pub fn new_id(&mut self) -> String {
        self.ids += 1;
        format!("{{{:08X}-0000-4000-8000-000000000000}}", self.ids)
    }

    /// Adds a track, as its user does.
    pub fn add_track(&mut self, name: &str) -> &mut Track {
        let id = self.new_id();
        let mut track = Box::<Track>::default();
        track.texts.insert("GUID".to_owned(), id);
        track.texts.insert("P_NAME".to_owned(), name.to_owned());
        self.tracks.push(track);
        self.tracks.last_mut().expect("it was added")
    }

    /// Adds an item to a track, as its user does.
    pub fn add_item(&mut self, track: usize, at: f64, length: f64, source: Source) -> &mut Item {
        let id = self.new_id();
        let mut item = Box::<Item>::default();
        item.values.insert("D_POSITION".to_owned(), at);
        item.values.insert("D_LENGTH".to_owned(), length);
        item.take.texts.insert("GUID".to_owned(), id);
        item.take.values.insert("D_PLAYRATE".to_owned(), 1.0);
        item.take.source = source;
        let items = &mut self.tracks[track].items;
        items.push(item);
        items.last_mut().expect("it was added")
    }

    /// Adds a marker. Returns its number, the lowest that is free.
    pub fn add_marker(&mut self, at: f64, name: &str, colour: i32) -> i32 {
        let is_used = |number: &i32| self.markers.iter().any(|marker| marker.number == *number);
        let number = (1..)
            .find(|number| !is_used(number))
            .expect("there are enough");
        self.markers.push(Marker {
            number,
            name: name.to_owned(),
            at,
            is_region: false,
            colour,
        });
        self.markers.sort_by(|a, b| a.at.total_cmp(&b.at));
        number
    }

    /// Returns the first track of a name.
    pub fn track(&self, name: &str) -> Option<&Track> {
        let mut tracks = self.tracks.iter().map(|track| &**track);
        tracks.find(|track| track.texts.get("P_NAME").is_some_and(|own| own == name))
    }

    /// Lends a text until the next one is lent.
    pub(super) fn lend(&mut self, text: &str) -> *const c_char {
        self.lent = CString::new(text).unwrap_or_default();
        self.lent.as_ptr()
    }

    /// Notes a fault if no undo step is open.
    pub(super) fn expect_step(&self, name: &str) {
        if self.open_steps == 0 {
            fault(format!("{name} changes the project outside an undo step"));
        }
    }

    pub(super) fn pointer(&self) -> *mut c_void {
        (&raw const *self.address).cast_mut().cast()
    }

    pub(super) fn plugin_track(&self) -> *mut c_void {
        match self.plugin_is_on {
            Some(index) => (&raw const *self.tracks[index]).cast_mut().cast(),
            None => std::ptr::null_mut(),
        }
    }

    /// Checks a pointer to the project.
    pub(super) fn expect_project(&self, project: *mut c_void, name: &str) {
        if project != self.pointer() {
            fault(format!("{name} was given another project"));
        }
    }

    /// Returns the track of a pointer, or `None` and a fault.
    pub(super) fn track_of(&mut self, pointer: *mut c_void, name: &str) -> Option<&mut Track> {
        let mut tracks = self.tracks.iter_mut();
        let track = tracks.find(|track| (&raw const ***track).cast_mut().cast() == pointer);
        if track.is_none() {
            fault(format!("{name} was given a track that does not exist"));
        }
        track.map(|track| &mut **track)
    }

    /// Returns the track of an item, and the item's index on it.
    pub(super) fn place_of(&self, item: *mut c_void, name: &str) -> Option<(usize, usize)> {
        for (track, on) in self.tracks.iter().enumerate() {
            for (index, other) in on.items.iter().enumerate() {
                if (&raw const **other).cast_mut().cast() == item {
                    return Some((track, index));
                }
            }
        }
        fault(format!("{name} was given an item that does not exist"));
        None
    }

    /// Returns the item of a pointer, or `None` and a fault.
    pub(super) fn item_of(&mut self, pointer: *mut c_void, name: &str) -> Option<&mut Item> {
        let (track, index) = self.place_of(pointer, name)?;
        Some(&mut *self.tracks[track].items[index])
    }

    /// Returns the item whose take or source a pointer is to, or `None` and a fault.
    pub(super) fn item_of_take(&mut self, pointer: *mut c_void, name: &str) -> Option<&mut Item> {
        let items = self.tracks.iter_mut().flat_map(|track| &mut track.items);
        for item in items {
            let is_take = (&raw const *item.take).cast_mut().cast() == pointer;
            let is_source = (&raw const item.take.source).cast_mut().cast() == pointer;
            if is_take || is_source {
                return Some(&mut **item);
            }
        }
        fault(format!("{name} was given a take that does not exist"));
        None
    }
}
