//! Drafts in a REAPER project, through the interface that REAPER gives to plugins. REAPER is the one of `plugin_hosts`, which
//! notes every call that REAPER's header does not allow.

mod header;
mod insert;
mod kept;
mod read;
mod refusals;

use std::ffi::{CStr, c_int, c_void};

use diff_bgm::Result;
use diff_bgm::export::Arrangement;
use diff_bgm::music::chord::ChordChange;
use diff_bgm::music::note::Note;
use diff_bgm::music::part::Part;
use diff_bgm::music::score::{RawScore, Score};
use diff_bgm::music::section::Section;
use diff_bgm::music::tempo_map::{TempoChange, TempoMap};
use diff_bgm::time::{Bars, Beats, Tempo};
use diff_bgm::timeline::reaper::{Parent, ReaperHost, ReaperTimeline};
use diff_bgm::timeline::{HostTimeline, InsertChoices, Inserted, Insertion};
use plugin_hosts::reaper::{self, Reaper};

/// Ticks of REAPER's MIDI takes per quarter note.
const TICKS: f64 = 960.0;

/// A plugin in the REAPER of this thread.
struct Plugin {
    /// Whether REAPER tells plugins what they belong to, as from 6.80 on.
    tells_parents: bool,
}

// SAFETY: the functions and pointers are those of the REAPER of this thread.
unsafe impl ReaperHost for Plugin {
    fn function(&self, name: &CStr) -> *mut c_void {
        reaper::function(name)
    }

    fn parent(&self, which: Parent) -> Option<*mut c_void> {
        (self.tells_parents).then(|| reaper::parent(which as c_int))
    }
}

fn connect() -> Result<ReaperTimeline> {
    let plugin = Plugin {
        tells_parents: true,
    };
    // SAFETY: the REAPER of this thread is the one of the test.
    unsafe { ReaperTimeline::connect(&plugin) }
}

fn note(part: Part, start: f64, length: f64, pitch: u8) -> Note {
    Note {
        start: Beats(start),
        length: Beats(length),
        pitch,
        velocity: 70 + pitch / 4,
        part,
    }
}

/// Two bars of three parts, at 90 BPM and from beat 4 on at 120, with sections, cuts and chords.
fn arrangement() -> Arrangement {
    let change = |at, bpm| TempoChange {
        at: Beats(at),
        tempo: Tempo::new(bpm).unwrap(),
    };
    let section = |start, name: &str| Section {
        start: Beats(start),
        name: name.to_owned(),
    };
    let chord = |start, symbol: &str| ChordChange {
        start: Beats(start),
        symbol: symbol.to_owned(),
    };
    let score = Score::new(RawScore {
        notes: vec![
            note(Part::Bass, 0.0, 4.0, 40),
            note(Part::Chords, 0.0, 4.0, 57),
            note(Part::Lead, 0.5, 0.5, 72),
            note(Part::Chords, 4.0, 4.0, 60),
            note(Part::Lead, 5.25, 2.75, 74),
        ],
        bars: Bars(2),
        tempo_map: TempoMap::new(vec![change(0.0, 90.0), change(4.0, 120.0)]).unwrap(),
        cuts: vec![Beats(1.5), Beats(6.75)],
        sections: vec![section(0.0, "A"), section(4.0, "B")],
        chords: vec![chord(0.0, "Am"), chord(4.0, "F")],
        ..RawScore::default()
    })
    .unwrap();
    Arrangement {
        score,
        hits: vec![Beats(1.5)],
        ..Arrangement::default()
    }
}

/// Inserts an arrangement at beat 8 for an owner, on the project's beats.
fn insert(arrangement: &Arrangement, owner: u64, choices: InsertChoices) -> Result<Inserted> {
    connect()?.insert(&Insertion {
        arrangement,
        start: Beats(8.0),
        follows_host: true,
        owner,
        choices,
    })
}

/// Starts a REAPER with the plugin on the first track.
fn reaper() -> Reaper {
    let reaper = Reaper::start();
    reaper.project(|project| {
        project.add_track("Diff-BGM plugin");
        project.plugin_is_on = Some(0);
    });
    reaper
}
