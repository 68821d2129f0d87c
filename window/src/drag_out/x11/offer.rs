//! What the other program is given when it asks.

use std::path::PathBuf;

use x11rb::connection::Connection;
use x11rb::errors::ConnectionError;
use x11rb::protocol::xproto::{
    Atom, AtomEnum, ConnectionExt as _, EventMask, PropMode, SELECTION_NOTIFY_EVENT,
    SelectionNotifyEvent, SelectionRequestEvent,
};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

use super::atoms::Atoms;
use crate::drag_out::uris::uri_list;

/// The files in the forms that are offered.
pub(super) struct Offer {
    uris: String,
    paths: String,
}

impl Offer {
    /// Returns what is offered of files.
    pub(super) fn of(files: &[PathBuf]) -> Self {
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        Self {
            uris: uri_list(files),
            paths: paths.join("\n"),
        }
    }

    /// Returns the names of the forms, the best one first.
    pub(super) fn forms(atoms: &Atoms) -> [Atom; 2] {
        [atoms.UriList, atoms.PlainText]
    }

    /// Answers a program that asks for the files. Returns whether it has got them.
    pub(super) fn answer(
        &self,
        connection: &RustConnection,
        atoms: &Atoms,
        request: &SelectionRequestEvent,
    ) -> Result<bool, ConnectionError> {
        // Old programs leave it to the owner to choose a property.
        let property = match request.property {
            x11rb::NONE => request.target,
            property => property,
        };
        let (window, form) = (request.requestor, request.target);
        let replace = PropMode::REPLACE;
        let text = match form {
            form if form == atoms.UriList => Some(&self.uris),
            form if form == atoms.PlainText => Some(&self.paths),
            _ => None,
        };
        let written = if form == atoms.TARGETS {
            let [best, other] = Self::forms(atoms);
            let forms = [atoms.TARGETS, best, other];
            Some(connection.change_property32(replace, window, property, AtomEnum::ATOM, &forms)?)
        } else if let Some(text) = text {
            let text = text.as_bytes();
            Some(connection.change_property8(replace, window, property, form, text)?)
        } else {
            None
        };
        let is_written = match written {
            // The program may be gone.
            Some(written) => written.check().is_ok(),
            None => false,
        };
        let answer = SelectionNotifyEvent {
            response_type: SELECTION_NOTIFY_EVENT,
            sequence: 0,
            time: request.time,
            requestor: window,
            selection: request.selection,
            target: form,
            property: if is_written { property } else { x11rb::NONE },
        };
        let sent = connection.send_event(false, window, EventMask::NO_EVENT, answer)?;
        sent.ignore_error();
        connection.flush()?;
        Ok(is_written && text.is_some())
    }
}
