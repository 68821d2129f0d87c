//! Files in the form that programs on Windows are given: a list of paths.

use std::os::windows::ffi::OsStrExt;
use std::path::PathBuf;
use std::ptr;

use windows::Win32::Foundation::{
    DATA_S_SAMEFORMATETC, DV_E_FORMATETC, E_NOTIMPL, E_OUTOFMEMORY, E_POINTER, GlobalFree, HGLOBAL,
    OLE_E_ADVISENOTSUPPORTED, S_OK,
};
use windows::Win32::System::Com::{
    DATADIR_GET, DVASPECT_CONTENT, FORMATETC, IAdviseSink, IDataObject, IDataObject_Impl,
    IEnumFORMATETC, IEnumSTATDATA, STGMEDIUM, STGMEDIUM_0, TYMED_HGLOBAL,
};
use windows::Win32::System::Memory::{GMEM_MOVEABLE, GlobalAlloc, GlobalLock, GlobalUnlock};
use windows::Win32::System::Ole::CF_HDROP;
use windows::Win32::UI::Shell::{DROPFILES, SHCreateStdEnumFmtEtc};
use windows::core::{BOOL, HRESULT, Ref, Result, implement};

/// The format of the list.
const FORMAT: FORMATETC = FORMATETC {
    cfFormat: CF_HDROP.0,
    ptd: ptr::null_mut(),
    dwAspect: DVASPECT_CONTENT.0,
    lindex: -1,
    tymed: TYMED_HGLOBAL.0 as u32,
};

/// The files that are dragged.
#[implement(IDataObject)]
pub(super) struct Files {
    /// `DROPFILES`, then each path in UTF-16 with a zero after it, and one more zero.
    list: Vec<u8>,
}

impl Files {
    pub(super) fn new(files: &[PathBuf]) -> Self {
        let header = DROPFILES {
            pFiles: size_of::<DROPFILES>() as u32,
            fWide: true.into(),
            ..DROPFILES::default()
        };
        let mut list = vec![0; size_of::<DROPFILES>()];
        // SAFETY: the list has room for the header, which has no address to be aligned to.
        unsafe { ptr::write_unaligned(list.as_mut_ptr().cast(), header) };
        let paths = files
            .iter()
            .flat_map(|file| file.as_os_str().encode_wide().chain([0]));
        list.extend(paths.chain([0]).flat_map(u16::to_le_bytes));
        Self { list }
    }

    /// Returns the files as other programs are given them.
    pub(super) fn into_object(self) -> IDataObject {
        self.into()
    }

    /// Returns a copy of the list in memory that the receiver frees.
    fn copy(&self) -> Result<HGLOBAL> {
        // SAFETY: the memory has the size of the list, and is locked while it is written.
        unsafe {
            let memory = GlobalAlloc(GMEM_MOVEABLE, self.list.len())?;
            let place = GlobalLock(memory);
            if place.is_null() {
                let _ = GlobalFree(Some(memory));
                return Err(E_OUTOFMEMORY.into());
            }
            ptr::copy_nonoverlapping(self.list.as_ptr(), place.cast(), self.list.len());
            // The last unlocking reports the lock count of zero as an error.
            let _ = GlobalUnlock(memory);
            Ok(memory)
        }
    }
}

/// Returns whether the list is asked for.
fn is_list(format: *const FORMATETC) -> bool {
    // SAFETY: the pointer is null or the caller's.
    let format = unsafe { format.as_ref() };
    format.is_some_and(|format| {
        format.cfFormat == FORMAT.cfFormat
            && format.dwAspect == FORMAT.dwAspect
            && format.tymed & FORMAT.tymed != 0
    })
}

impl IDataObject_Impl for Files_Impl {
    fn GetData(&self, format: *const FORMATETC) -> Result<STGMEDIUM> {
        if !is_list(format) {
            return Err(DV_E_FORMATETC.into());
        }
        Ok(STGMEDIUM {
            tymed: FORMAT.tymed,
            u: STGMEDIUM_0 {
                hGlobal: self.copy()?,
            },
            ..STGMEDIUM::default()
        })
    }

    fn GetDataHere(&self, _format: *const FORMATETC, _medium: *mut STGMEDIUM) -> Result<()> {
        Err(E_NOTIMPL.into())
    }

    fn QueryGetData(&self, format: *const FORMATETC) -> HRESULT {
        if is_list(format) {
            S_OK
        } else {
            DV_E_FORMATETC
        }
    }

    fn GetCanonicalFormatEtc(&self, asked: *const FORMATETC, same: *mut FORMATETC) -> HRESULT {
        if asked.is_null() || same.is_null() {
            return E_POINTER;
        }
        // SAFETY: neither pointer is null, and both are the caller's.
        unsafe {
            same.write(*asked);
            (*same).ptd = ptr::null_mut();
        }
        DATA_S_SAMEFORMATETC
    }

    fn SetData(
        &self,
        _format: *const FORMATETC,
        _medium: *const STGMEDIUM,
        _is_given: BOOL,
    ) -> Result<()> {
        Err(E_NOTIMPL.into())
    }

    fn EnumFormatEtc(&self, direction: u32) -> Result<IEnumFORMATETC> {
        if direction != DATADIR_GET.0 as u32 {
            return Err(E_NOTIMPL.into());
        }
        // SAFETY: the formats are copied.
        unsafe { SHCreateStdEnumFmtEtc(&[FORMAT]) }
    }

    fn DAdvise(
        &self,
        _format: *const FORMATETC,
        _flags: u32,
        _sink: Ref<'_, IAdviseSink>,
    ) -> Result<u32> {
        Err(OLE_E_ADVISENOTSUPPORTED.into())
    }

    fn DUnadvise(&self, _connection: u32) -> Result<()> {
        Err(OLE_E_ADVISENOTSUPPORTED.into())
    }

    fn EnumDAdvise(&self) -> Result<IEnumSTATDATA> {
        Err(OLE_E_ADVISENOTSUPPORTED.into())
    }
}
