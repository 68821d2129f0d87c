//! The colours of tracks and markers.

use crate::music::marker::MarkerKind;
use crate::music::part::Part;
use crate::palette::{self, Colour};

/// Returns the colour of a part's track.
pub(crate) fn of_part(part: Part) -> Colour {
    match part {
        Part::Lead => palette::MELODY,
        Part::All | Part::Chords => palette::NOTE,
        Part::Bass => palette::BASS,
    }
}

/// Returns the colour of a marker.
pub(crate) fn of_marker(kind: MarkerKind) -> Colour {
    match kind {
        MarkerKind::Section => palette::WELL,
        MarkerKind::Cut => palette::ACCENT,
        MarkerKind::Hit => palette::WRONG,
        MarkerKind::Chord => palette::MUTED,
    }
}

/// The colour of the video's track.
pub(super) const VIDEO: Colour = palette::MUTED;
