//! The colours of the editor and of the pictures that the command line paints.

/// Red, green and blue.
pub(crate) type Colour = [u8; 3];

/// Behind everything.
pub(crate) const BACKGROUND: Colour = [0x14, 0x16, 0x1b];
/// Panels and lanes.
pub(crate) const PANEL: Colour = [0x1b, 0x1e, 0x25];
/// Buttons and text fields.
pub(crate) const FIELD: Colour = [0x20, 0x24, 0x2c];
/// Buttons and text fields under the pointer.
pub(crate) const FIELD_HOVERED: Colour = [0x29, 0x2e, 0x38];
/// The background of the editor's piano roll.
pub(crate) const ROLL: Colour = [0x10, 0x12, 0x16];
/// The rows of its black keys.
pub(crate) const ROLL_DARK: Colour = [0x0d, 0x0f, 0x12];
/// Borders and grid lines.
pub(crate) const LINE: Colour = [0x2a, 0x2f, 0x3a];
/// Text.
pub(crate) const TEXT: Colour = [0xd7, 0xdb, 0xe3];
/// Labels and secondary text.
pub(crate) const MUTED: Colour = [0x8a, 0x92, 0xa3];
/// Cuts, and what the user should do next.
pub(crate) const ACCENT: Colour = [0xf2, 0xb8, 0x4b];
/// Notes of the accompaniment.
pub(crate) const NOTE: Colour = [0x7f, 0xb4, 0xff];
/// Notes of the melody.
pub(crate) const MELODY: Colour = [0xc5, 0x8b, 0xff];
/// Notes of the bass.
pub(crate) const BASS: Colour = [0x4f, 0xc3, 0xb0];
/// Success, and switches that are on.
pub(crate) const WELL: Colour = [0x62, 0xc2, 0x8e];
/// Problems.
pub(crate) const WRONG: Colour = [0xf0, 0x70, 0x6a];
