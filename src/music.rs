//! From the network's piano roll to notes, and from notes to files.

pub mod chord;
pub mod cues;
pub mod decode;
pub mod draft;
pub mod dynamics;
pub mod key;
pub mod mask;
pub mod metrics;
pub mod midi_file;
pub mod note;
pub mod piano_roll;
pub mod progression;
pub mod roll_picture;
pub mod voice;
