//! Files that are dragged over the window and dropped on it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use baseview::{DropData, DropEffect, EventStatus, MouseEvent};
use egui::{DroppedFile, HoveredFile, RawInput};

/// A file on this machine.
#[derive(Debug)]
struct LocalFile(PathBuf);

impl DroppedFile for LocalFile {
    fn path(&self) -> &Path {
        &self.0
    }

    fn bytes(&self) -> Result<Vec<u8>, String> {
        fs::read(&self.0).map_err(|error| error.to_string())
    }
}

/// Adds files that are held over the window and dropped files to `input`. Returns whether the event was about files that may be or were dropped, and then the answer
/// to it.
pub(crate) fn take(event: &MouseEvent, input: &mut RawInput) -> Option<EventStatus> {
    if matches!(event, MouseEvent::DragLeft | MouseEvent::DragDropped { .. }) {
        input.hovered_files.clear();
    }
    let (data, is_dropped) = match event {
        MouseEvent::DragEntered { data, .. } | MouseEvent::DragMoved { data, .. } => (data, false),
        MouseEvent::DragDropped { data, .. } => (data, true),
        _ => return None,
    };
    let DropData::Files(paths) = data else {
        return None;
    };
    if is_dropped {
        let files = paths.iter().cloned().map(LocalFile);
        input
            .dropped_files
            .extend(files.map(|file| Arc::new(file) as _));
    } else {
        let files = paths.iter().cloned().map(|path| HoveredFile {
            path: Some(path),
            ..HoveredFile::default()
        });
        input.hovered_files = files.collect();
    }
    Some(EventStatus::AcceptDrop(DropEffect::Copy))
}

#[cfg(test)]
mod tests {
    use super::*;
    use baseview::dpi::PhysicalPosition;
    use keyboard_types::Modifiers;

    fn files() -> DropData {
        DropData::Files(vec!["/a/Clip.MP4".into(), "/b.mov".into()])
    }

    fn dropped(data: DropData) -> MouseEvent {
        MouseEvent::DragDropped {
            position: PhysicalPosition::new(1.0, 2.0),
            modifiers: Modifiers::empty(),
            data,
        }
    }

    #[test]
    fn dropped_files_are_handed_on_and_accepted() {
        let mut input = RawInput::default();
        let status = take(&dropped(files()), &mut input);
        assert_eq!(status, Some(EventStatus::AcceptDrop(DropEffect::Copy)));
        let paths: Vec<&Path> = input.dropped_files.iter().map(|file| file.path()).collect();
        assert_eq!(paths, [Path::new("/a/Clip.MP4"), Path::new("/b.mov")]);
    }

    #[test]
    fn files_over_the_window_are_welcome_but_not_yet_taken() {
        let mut input = RawInput::default();
        let over = MouseEvent::DragMoved {
            position: PhysicalPosition::new(1.0, 2.0),
            modifiers: Modifiers::empty(),
            data: files(),
        };
        assert!(take(&over, &mut input).is_some());
        assert!(input.dropped_files.is_empty());
        assert_eq!(input.hovered_files.len(), 2);
        assert_eq!(take(&MouseEvent::DragLeft, &mut input), None);
        assert!(input.hovered_files.is_empty());
    }

    #[test]
    fn other_events_are_left_alone() {
        let mut input = RawInput::default();
        for event in [
            dropped(DropData::None),
            MouseEvent::DragLeft,
            MouseEvent::CursorLeft,
        ] {
            assert_eq!(take(&event, &mut input), None);
        }
        assert!(input.dropped_files.is_empty());
    }
}
