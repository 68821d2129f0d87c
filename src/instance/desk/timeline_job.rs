//! What is done on the host's main thread: inserting the current take, and finding the project's picture.

use crate::counted::counted;
use crate::error::{Error, Result};
use crate::instance::hits::MarkedHit;
use crate::instance::notice::Notice;
use crate::instance::params::{LAST_START_BEAT, ParamValues};
use crate::instance::session::Session;
use crate::instance::timeline_link::{FoundPicture, TimelineLink, TimelineTask};
use crate::time::{Beats, Seconds};
use crate::timeline::{HostPicture, HostProject, HostTimeline, InsertChoices, Inserted, Insertion};

/// The weight of a hit that was a marker of the project.
const MARKER_WEIGHT: u8 = 2;
/// How much may be cut off a picture's beginning that starts at its beginning.
const SAME_FRAME: Seconds = Seconds(1e-3);
/// How far a rate may be from the picture's own.
const SAME_RATE: f64 = 1e-6;
/// A picture starts at most so far into the first bar.
const LATEST_PICTURE_START: Beats = Beats(6.0);

/// Does a task.
///
/// # Errors
/// Returns an error if the host's timeline cannot be reached or refuses, or if there is nothing to insert or to find.
pub(super) fn serve(session: &Session, link: &TimelineLink, task: TimelineTask) -> Result<Notice> {
    let source = link.source().ok_or(Error::Cancelled)?;
    let mut notice = None;
    source.visit(&mut |timeline| {
        notice = Some(match task {
            TimelineTask::Insert(params, choices) => insert(session, timeline, params, choices)?,
            TimelineTask::FindPicture => {
                let project = timeline.read()?;
                session.learn_tempo_points(&project.tempo);
                let found = find(&project)?;
                let notice = Notice::Done(format!(
                    "Found {} with {} in the project.",
                    found.path.display(),
                    counted(found.hits.len(), "marker")
                ));
                link.keep(found);
                notice
            }
        });
        Ok(())
    })?;
    notice.ok_or(Error::Cancelled)
}

fn insert(
    session: &Session,
    timeline: &dyn HostTimeline,
    params: ParamValues,
    choices: InsertChoices,
) -> Result<Notice> {
    let state = session.state();
    let take = state.current_take().ok_or_else(|| {
        Error::Usage("There is no draft to insert. Press Generate first.".to_owned())
    })?;
    let arrangement = state.arrangement(take);
    let inserted = timeline.insert(&Insertion {
        arrangement: &arrangement,
        start: params.start(),
        follows_host: params.follow_host,
        owner: session.insertion_owner(),
        choices,
    })?;
    // The plugin need not hear the new map to know it.
    if let (true, Ok(project)) = (choices.tempo_map, timeline.read()) {
        session.learn_tempo_points(&project.tempo);
    }
    Ok(Notice::Done(said(&inserted)))
}

fn said(inserted: &Inserted) -> String {
    let mut said = format!("Inserted {}", counted(inserted.items, "item"));
    if inserted.markers > 0 {
        said += &format!(" and {}", counted(inserted.markers, "marker"));
    }
    if inserted.replaced > 0 {
        said += &format!(" in place of {}", counted(inserted.replaced, "item"));
    }
    said += ". Undo in REAPER takes it back.";
    if inserted.locked > 0 {
        said += &format!(
            " {} {} as before: unlock what is to be replaced.",
            counted(inserted.locked, "locked item"),
            if inserted.locked == 1 { "is" } else { "are" }
        );
    }
    if let Some(Seconds(off)) = inserted.off {
        said += &format!(
            " The project's tempo map ends {off:.3} s off the draft's: look at its tempo markers."
        );
    }
    said
}

/// Returns the picture that the user means, and the markers over it.
fn find(project: &HostProject) -> Result<FoundPicture> {
    let picture = meant(&project.pictures)?;
    if picture.skipped.0.abs() > SAME_FRAME.0 || (picture.rate - 1.0).abs() > SAME_RATE {
        return Err(Error::Usage(format!(
            "{} is cut by {:.2} s at its beginning and plays at {} times its rate. Use an item that begins with the file and \
             plays at its own rate, or open the clip by hand.",
            picture.path.display(),
            picture.skipped.0,
            picture.rate
        )));
    }
    let at = picture.at_beat.0.max(0.0);
    let mut start = (picture.bar_start.0.max(0.0) + 1e-6).floor();
    if at - start >= LATEST_PICTURE_START.0 {
        start = at.floor();
    }
    if start > f64::from(LAST_START_BEAT) {
        return Err(Error::Usage(format!(
            "{} starts at beat {start}, later than a draft can. Move it, or open the clip by hand.",
            picture.path.display()
        )));
    }
    let into = at - start;
    let end = picture.at + picture.length;
    let over = project.markers.iter();
    let over = over.filter(|marker| (picture.at..end).contains(&marker.at));
    let hits = over.map(|marker| MarkedHit {
        name: marker.name.clone(),
        ..MarkedHit::new(marker.at - picture.at, MARKER_WEIGHT)
    });
    Ok(FoundPicture {
        path: picture.path.clone(),
        start_beats: start as i32,
        picture_start: Beats(if into < 1e-6 { 0.0 } else { into }),
        hits: hits.collect(),
    })
}

/// Returns the one video, or the one that is selected.
fn meant(pictures: &[HostPicture]) -> Result<&HostPicture> {
    let selected: Vec<&HostPicture> = pictures.iter().filter(|video| video.is_selected).collect();
    match (pictures, &selected[..]) {
        ([only], _) => Ok(only),
        (_, [only]) => Ok(only),
        ([], _) => Err(Error::Usage(
            "The project has no video. Put one onto a track, or open a clip.".to_owned(),
        )),
        _ => Err(Error::Usage(format!(
            "The project has {} videos. Select the item that the music is for, and ask again.",
            pictures.len()
        ))),
    }
}

#[cfg(test)]
mod tests;
