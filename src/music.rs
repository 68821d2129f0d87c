//! From the network's piano roll to notes, and from notes to files.

pub mod draft;
pub mod note;
pub mod piano_roll;
