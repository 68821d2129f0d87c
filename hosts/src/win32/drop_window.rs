//! A window on a thread of its own that files can be dropped on.

use std::ffi::OsString;
use std::os::windows::ffi::OsStringExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use windows::Win32::Foundation::{HWND, POINTL};
use windows::Win32::System::Com::{
    DATADIR_GET, FORMATETC, IDataObject, TYMED_HGLOBAL, TYMED_ISTREAM,
};
use windows::Win32::System::Ole::{
    CF_HDROP, CF_UNICODETEXT, DROPEFFECT, DROPEFFECT_COPY, DROPEFFECT_NONE, IDropTarget,
    IDropTarget_Impl, OleInitialize, OleUninitialize, RegisterDragDrop, ReleaseStgMedium,
    RevokeDragDrop,
};
use windows::Win32::System::SystemServices::MODIFIERKEYS_FLAGS;
use windows::Win32::UI::Shell::{DragQueryFileW, HDROP};
use windows::Win32::UI::WindowsAndMessaging::DestroyWindow;
use windows::core::{Ref, Result, implement};

use super::pointer::Place;
use super::{popup, pump};

/// A list of files in memory, as a clipboard format and a kind of storage.
pub const CF_HDROP_ON_MEMORY: (u16, u32) = (CF_HDROP.0, TYMED_HGLOBAL.0 as u32);

/// What a window does with files.
#[derive(Clone, Copy, Debug)]
pub enum Manner {
    /// Takes them at once.
    Takes,
    /// Says no for that long after the pointer came.
    RefusesFor(Duration),
    /// Says yes, and takes nothing when files are dropped.
    Declines,
}

/// What a window has seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// How often the pointer came with files.
    pub enters: usize,
    /// How often it left with them.
    pub leaves: usize,
    /// How often files were dropped.
    pub drops: usize,
    /// The files that were taken.
    pub received: Vec<PathBuf>,
    /// The formats offered, each with its kind of storage.
    pub formats: Vec<(u16, u32)>,
    /// Whether any other format is refused.
    pub refuses_other_formats: bool,
}

/// A window that files can be dropped on.
pub struct DropWindow {
    seen: Arc<Mutex<Seen>>,
    is_closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl DropWindow {
    /// Opens the window with a corner at (`x`, `y`), 200 pixels wide and high.
    ///
    /// # Panics
    /// Panics if it cannot be opened.
    pub fn open((x, y): Place, manner: Manner) -> Self {
        let seen = Arc::new(Mutex::new(Seen::default()));
        let is_closed = Arc::new(AtomicBool::new(false));
        let (opened, is_open) = mpsc::channel();
        let thread = thread::spawn({
            let (seen, is_closed) = (Arc::clone(&seen), Arc::clone(&is_closed));
            move || {
                // SAFETY: what is started here ends here, on the same thread.
                unsafe {
                    OleInitialize(None).unwrap();
                    let window = HWND(popup((x, y), (200, 200)).cast());
                    let target = Target {
                        manner,
                        seen,
                        came: Mutex::new(Instant::now()),
                    };
                    RegisterDragDrop(window, &IDropTarget::from(target)).unwrap();
                    opened.send(()).unwrap();
                    while !is_closed.load(Ordering::Relaxed) {
                        pump();
                        thread::sleep(Duration::from_millis(2));
                    }
                    RevokeDragDrop(window).unwrap();
                    DestroyWindow(window).unwrap();
                    OleUninitialize();
                }
            }
        });
        is_open.recv().unwrap();
        Self {
            seen,
            is_closed,
            thread: Some(thread),
        }
    }

    /// Returns what the window has seen.
    ///
    /// # Panics
    /// Panics if its thread has.
    pub fn seen(&self) -> Seen {
        self.seen.lock().unwrap().clone()
    }
}

impl Drop for DropWindow {
    fn drop(&mut self) {
        self.is_closed.store(true, Ordering::Relaxed);
        let ended = self.thread.take().map(JoinHandle::join);
        assert!(thread::panicking() || matches!(ended, Some(Ok(()))));
    }
}

#[implement(IDropTarget)]
struct Target {
    manner: Manner,
    seen: Arc<Mutex<Seen>>,
    came: Mutex<Instant>,
}

impl Target {
    fn answer(&self, effect: *mut DROPEFFECT) {
        let refuses = match self.manner {
            Manner::RefusesFor(time) => self.came.lock().unwrap().elapsed() < time,
            Manner::Takes | Manner::Declines => false,
        };
        let answer = if refuses {
            DROPEFFECT_NONE
        } else {
            DROPEFFECT_COPY
        };
        // SAFETY: the place is the caller's.
        unsafe { effect.write(answer) };
    }
}

impl IDropTarget_Impl for Target_Impl {
    fn DragEnter(
        &self,
        data: Ref<'_, IDataObject>,
        _keys: MODIFIERKEYS_FLAGS,
        _place: &POINTL,
        effect: *mut DROPEFFECT,
    ) -> Result<()> {
        *self.came.lock().unwrap() = Instant::now();
        let data = data.ok()?;
        let mut seen = self.seen.lock().unwrap();
        seen.enters += 1;
        seen.formats = formats(data)?;
        seen.refuses_other_formats = refuses_other_formats(data);
        drop(seen);
        self.answer(effect);
        Ok(())
    }

    fn DragOver(
        &self,
        _keys: MODIFIERKEYS_FLAGS,
        _place: &POINTL,
        effect: *mut DROPEFFECT,
    ) -> Result<()> {
        self.answer(effect);
        Ok(())
    }

    fn DragLeave(&self) -> Result<()> {
        self.seen.lock().unwrap().leaves += 1;
        Ok(())
    }

    fn Drop(
        &self,
        data: Ref<'_, IDataObject>,
        _keys: MODIFIERKEYS_FLAGS,
        _place: &POINTL,
        effect: *mut DROPEFFECT,
    ) -> Result<()> {
        let mut seen = self.seen.lock().unwrap();
        seen.drops += 1;
        if let Manner::Declines = self.manner {
            // SAFETY: the place is the caller's.
            unsafe { effect.write(DROPEFFECT_NONE) };
        } else {
            seen.received.extend(received(data.ok()?)?);
            drop(seen);
            self.answer(effect);
        }
        Ok(())
    }
}

fn asked(format: u16, storage: u32) -> FORMATETC {
    FORMATETC {
        cfFormat: format,
        dwAspect: 1,
        lindex: -1,
        tymed: storage,
        ..FORMATETC::default()
    }
}

/// Returns the formats that are offered.
fn formats(data: &IDataObject) -> Result<Vec<(u16, u32)>> {
    // SAFETY: the object exists, and the places outlive the calls.
    unsafe {
        let list = data.EnumFormatEtc(DATADIR_GET.0 as u32)?;
        let mut found = Vec::new();
        loop {
            let (mut next, mut count) = ([FORMATETC::default()], 0);
            let _ = list.Next(&mut next, Some(&mut count));
            if count == 0 {
                return Ok(found);
            }
            found.push((next[0].cfFormat, next[0].tymed));
        }
    }
}

/// Returns whether text, and a list of files in a stream, are refused.
fn refuses_other_formats(data: &IDataObject) -> bool {
    let others = [
        asked(CF_UNICODETEXT.0, TYMED_HGLOBAL.0 as u32),
        asked(CF_HDROP.0, TYMED_ISTREAM.0 as u32),
    ];
    others.iter().all(|format| {
        // SAFETY: the format outlives the calls.
        unsafe { data.QueryGetData(format).is_err() && data.GetData(format).is_err() }
    })
}

/// Returns the files that are offered, as Windows itself reads the list.
fn received(data: &IDataObject) -> Result<Vec<PathBuf>> {
    let format = asked(CF_HDROP.0, TYMED_HGLOBAL.0 as u32);
    // SAFETY: the medium holds what was asked for, and is given back once.
    unsafe {
        let mut medium = data.GetData(&format)?;
        let list = HDROP(medium.u.hGlobal.0);
        let files = (0..DragQueryFileW(list, u32::MAX, None)).map(|index| {
            let mut path = vec![0; DragQueryFileW(list, index, None) as usize + 1];
            let length = DragQueryFileW(list, index, Some(&mut path)) as usize;
            PathBuf::from(OsString::from_wide(&path[..length]))
        });
        let files = files.collect();
        ReleaseStgMedium(&mut medium);
        Ok(files)
    }
}
