//! Music: notes, scores, chords and keys, piano rolls, and the files and pictures of them.

pub mod accompaniment;
mod beat_clock;
pub mod chord;
pub mod controls;
pub mod cues;
pub mod decode;
pub mod dynamics;
pub mod ending;
pub mod key;
pub mod mask;
pub mod metre;
pub mod metrics;
pub mod midi_file;
pub mod note;
pub mod part;
pub mod part_set;
pub mod piano_roll;
pub mod pitch_class;
pub mod progression;
pub mod roll_picture;
pub mod scale;
pub mod score;
pub mod section;
pub mod spelling;
pub mod style;
pub mod tempo_map;
pub mod voice;
