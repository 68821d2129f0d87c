//! One instance of the plugin, without its host and its window: the clip, the takes, the work on them and what a project saves.

mod desk;
mod live;
pub mod params;
mod path_text;
mod saved_clip;
mod session;
mod state;

pub use desk::Desk;
pub use live::Live;
pub use saved_clip::SavedClip;
pub use session::{Notice, Session, Snapshot};
pub use state::{MAX_STEPS, State, Take};
