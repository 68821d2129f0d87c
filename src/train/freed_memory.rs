//! Keeps freed memory in the process during training.

/// Blocks up to this size are served from memory that the process keeps.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
const KEPT_BYTES: libc::c_int = libc::c_int::MAX;

/// Makes glibc keep freed memory in the process, because every training step needs as much again.
///
/// By default glibc returns large blocks to the system, which then zeroes every page of the next ones: a training step
/// takes 5 to 8 % longer. Does nothing on other systems.
pub fn keep() {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    // SAFETY: `mallopt` may be called at any time, and both parameters are documented. If the first is refused, the second
    // alone would make allocation slower, so it is skipped.
    unsafe {
        if libc::mallopt(libc::M_MMAP_THRESHOLD, KEPT_BYTES) == 1 {
            libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
        }
    }
}
