//! Threads that do not disturb the host.

use thread_priority::{ThreadPriority, set_current_thread_priority};

/// The priority, 0 to 99. The host's own is in the middle. On Linux this is a niceness of 5.
const BELOW_NORMAL: u8 = 37;

/// Lowers the current thread's priority and makes it flush denormals to zero.
pub(super) fn settle() {
    if let Ok(priority) = BELOW_NORMAL.try_into() {
        // If the system refuses, the thread works at its usual priority.
        let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
    }
    flush_denormals();
}

/// Sets flush-to-zero and denormals-are-zero. Numbers below 1e-38 take a hundred times as long as others.
#[cfg(target_arch = "x86_64")]
fn flush_denormals() {
    const FTZ_AND_DAZ: u32 = 0x8040;
    let mut mxcsr: u32 = 0;
    // SAFETY: stores and loads the thread's own control register in valid memory. The two bits change only how
    // denormals are treated.
    unsafe {
        std::arch::asm!("stmxcsr [{0}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
        mxcsr |= FTZ_AND_DAZ;
        std::arch::asm!("ldmxcsr [{0}]", in(reg) &raw const mxcsr, options(nostack, preserves_flags));
    }
}

/// Sets flush-to-zero. Numbers below 1e-38 take a hundred times as long as others.
#[cfg(target_arch = "aarch64")]
fn flush_denormals() {
    const FLUSH_TO_ZERO: u64 = 1 << 24;
    let mut fpcr: u64;
    // SAFETY: reads and writes the thread's own control register. The bit changes only how denormals are treated.
    unsafe {
        std::arch::asm!("mrs {0}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags));
        fpcr |= FLUSH_TO_ZERO;
        std::arch::asm!("msr fpcr, {0}", in(reg) fpcr, options(nomem, nostack, preserves_flags));
    }
}

/// Does nothing on other processors.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn flush_denormals() {}
