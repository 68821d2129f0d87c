//! The items of an owner, those included into which the user has split them.
//!
//! REAPER copies our mark to both halves of an item that is split, but the right one has an id of its own, as a copy has. It is a
//! half rather than a copy as long as it lies where it was cut: on the same track, from where the left one ends, and with the
//! music that goes on from there.

use super::owned::Owner;
use super::project::{Item, Project};
use crate::music::part::Part;

/// Places this close, in seconds, are one.
const SAME_PLACE: f64 = 1e-5;

/// An item with our mark.
struct Marked<'p> {
    item: Item<'p>,
    part: Part,
    /// Whether it is the one that was marked.
    is_original: bool,
    start: f64,
    end: f64,
    /// Where it begins in its music.
    offset: f64,
}

/// Returns the items that an owner inserted, and their parts.
pub(super) fn of_owner(project: &Project, owner: Owner) -> Vec<(Item<'_>, Part)> {
    let (mut ours, mut others): (Vec<Marked<'_>>, Vec<Marked<'_>>) = project
        .items()
        .into_iter()
        .filter_map(|item| marked(item, owner))
        .partition(|marked| marked.is_original);
    others.sort_by(|a, b| a.start.total_cmp(&b.start));
    for other in others {
        if ours.iter().any(|left| is_split_from(&other, left)) {
            ours.push(other);
        }
    }
    let ours = ours.into_iter();
    ours.map(|marked| (marked.item, marked.part)).collect()
}

fn marked<'p>(item: Item<'p>, owner: Owner) -> Option<Marked<'p>> {
    let ((part, is_original), offset) = {
        let take = item.take()?;
        (owner.part_of(&take)?, take.value(c"D_STARTOFFS"))
    };
    let start = item.value(c"D_POSITION");
    Some(Marked {
        part,
        is_original,
        start,
        end: start + item.value(c"D_LENGTH"),
        offset,
        item,
    })
}

/// Returns whether an item is the right half of a cut through another one.
fn is_split_from(right: &Marked<'_>, left: &Marked<'_>) -> bool {
    right.part == left.part
        && right.item.is_on_track_of(&left.item)
        && (right.start - left.end).abs() < SAME_PLACE
        && right.offset > left.offset + SAME_PLACE
}
