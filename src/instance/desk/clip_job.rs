//! Reading clips.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::counted::counted;
use crate::error::{Error, Result};
use crate::features::{ClipFeatures, is_clip_file};
use crate::instance::notice::Notice;
use crate::instance::saved_clip::SavedClip;
use crate::instance::session::Session;
use crate::instance::still_cache::StillCache;
use crate::time::Beats;
use crate::video::{self, Analysis, ShotFinder};
use crate::worker::Reporter;

/// Reads or analyses the clip at `path`, finding its shots with `finder`, and makes it the session's.
///
/// # Errors
/// Returns an error if the clip cannot be read, and [`Error::Cancelled`] if another state was loaded since `epoch`.
pub(super) fn load(
    session: &Session,
    epoch: u64,
    path: PathBuf,
    finder: ShotFinder,
    reporter: &Reporter,
) -> Result<Notice> {
    let Analysis {
        features: clip,
        stills,
        warnings,
    } = read(&path, finder, reporter)?;
    StillCache::of_user().keep(&path, &stills);
    if !stills.all().is_empty() {
        session.keep_stills(path.clone(), Arc::new(stills));
    }
    // At the fastest tempo there is a row for every beat.
    let tempo_map = session.tempo_map_for(&session.state(), true, Beats(0.0));
    let saved = SavedClip::new(path, &clip, tempo_map.fastest_tempo());
    let mut opened = format!(
        "Opened {}: {:.1} s, {}",
        saved.name(),
        clip.duration.0,
        counted(clip.shots.len(), "cut")
    );
    if !clip.transitions.is_empty() {
        opened += ", ";
        opened += &counted(clip.transitions.len(), "transition");
    }
    opened += ".";
    let done = [vec![opened], warnings].concat().join(" ");
    if session.set_clip(epoch, saved, Arc::new(clip)) {
        Ok(Notice::Done(done))
    } else {
        Err(Error::Cancelled)
    }
}

/// Checks that the file of a saved clip is still there.
///
/// # Errors
/// Returns an error that says that it is not, and [`Error::Cancelled`] if there is nothing to say.
pub(super) fn check(saved: Option<&SavedClip>) -> Result<Notice> {
    match saved {
        Some(saved) if !saved.path.exists() => Err(Error::Usage(format!(
            "The clip is no longer at {}. The project keeps what drafts need of it; open the clip again if it has moved.",
            saved.path.display()
        ))),
        _ => Err(Error::Cancelled),
    }
}

/// Returns the full clip if it is kept or its clip file can be read, and otherwise what the project saved of it.
pub(super) fn full_clip(session: &Session, saved: &SavedClip) -> Arc<ClipFeatures> {
    session
        .kept_clip(&saved.path)
        .or_else(|| {
            let clip =
                is_clip_file(&saved.path).then(|| ClipFeatures::read(&saved.path).ok())??;
            let clip = Arc::new(clip);
            session.keep_clip(saved.path.clone(), Arc::clone(&clip));
            Some(clip)
        })
        .unwrap_or_else(|| Arc::new(saved.features()))
}

fn read(path: &Path, finder: ShotFinder, reporter: &Reporter) -> Result<Analysis> {
    if reporter.report("Reading the clip", 0.0).is_break() {
        return Err(Error::Cancelled);
    }
    video::read_clip_if(path, finder, &|_| Ok(()), &mut |fraction| {
        reporter.report("Analysing the clip", fraction as f32)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Tempo;

    #[test]
    fn a_clip_that_is_where_it_was_needs_no_word() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let clip =
            |path: &Path| SavedClip::new(path.to_owned(), &ClipFeatures::default(), Tempo::DEFAULT);
        let there = clip(file.path());
        assert!(matches!(check(Some(&there)), Err(Error::Cancelled)));
        assert!(matches!(check(None), Err(Error::Cancelled)));
        drop(file);
        assert!(matches!(check(Some(&there)), Err(Error::Usage(_))));
    }
}
