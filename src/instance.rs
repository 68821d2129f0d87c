//! One instance of the plugin, without its host and its window: the clip, the takes, the jobs that make them, and what
//! the host's project saves.

mod change;
mod changed_since;
mod curves;
mod desk;
mod draft_shape;
mod history;
mod hits;
mod host_tempo;
mod live;
mod locks;
mod made_with;
mod note_edit;
mod notice;
mod other_tempo;
mod painting;
pub mod params;
mod path_text;
mod saved_clip;
mod session;
mod state;
mod still_cache;
mod summary;
mod take_theme;
mod typed_path;

pub use change::Change;
pub use curves::{Curve, CurveId, Curves};
pub use desk::Desk;
pub use draft_shape::DraftShape;
pub use hits::MarkedHit;
pub use host_tempo::HostTempo;
pub use live::Live;
pub use locks::{Locks, Selection};
pub use note_edit::NoteEdit;
pub use notice::Notice;
pub use other_tempo::HostNow;
pub use painting::Painting;
pub use saved_clip::SavedClip;
pub use session::{Session, Snapshot};
pub use state::{MAX_STEPS, Pin, Pins, State, Take};
pub use typed_path::typed_path;
