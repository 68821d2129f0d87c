//! Which processes run.

use std::process;

/// Returns whether a process with this id may be running.
pub(super) fn may_be(id: u32) -> bool {
    id == process::id() || system_knows(id)
}

#[cfg(not(any(windows, target_os = "macos")))]
fn system_knows(id: u32) -> bool {
    std::path::Path::new("/proc").join(id.to_string()).exists()
}

/// Signal 0 only asks whether there is such a process. It is refused for those of other users.
#[cfg(target_os = "macos")]
fn system_knows(id: u32) -> bool {
    let Ok(id) = i32::try_from(id) else {
        return false;
    };
    // SAFETY: nothing is sent.
    let found = unsafe { libc::kill(id, 0) } == 0;
    found || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// A process can be opened as long as something holds it, so a zero time to wait tells whether it has ended.
#[cfg(windows)]
fn system_knows(id: u32) -> bool {
    use windows_sys::Win32::Foundation::{CloseHandle, ERROR_ACCESS_DENIED, WAIT_OBJECT_0};
    use windows_sys::Win32::System::Threading::{
        OpenProcess, PROCESS_SYNCHRONIZE, WaitForSingleObject,
    };

    // SAFETY: the handle is closed once, after its last use.
    unsafe {
        let process = OpenProcess(PROCESS_SYNCHRONIZE, 0, id);
        if process.is_null() {
            let error = std::io::Error::last_os_error().raw_os_error();
            return error == Some(ERROR_ACCESS_DENIED as i32);
        }
        let has_ended = WaitForSingleObject(process, 0) == WAIT_OBJECT_0;
        CloseHandle(process);
        !has_ended
    }
}
