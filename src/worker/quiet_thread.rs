//! Threads that work without being noticed.

use thread_priority::{ThreadPriority, set_current_thread_priority};

/// Of 99; in the middle is the host's own priority. On Linux this is a niceness of 5.
const BELOW_NORMAL: u8 = 37;

/// Lowers the present thread's priority, and makes it take numbers too small to matter for zero.
pub(super) fn settle() {
    if let Ok(priority) = BELOW_NORMAL.try_into() {
        // A system that refuses leaves the thread at its usual priority, which works too.
        let _ = set_current_thread_priority(ThreadPriority::Crossplatform(priority));
    }
    flush_denormals();
}

/// Sets flush-to-zero and denormals-are-zero: numbers below 1e-38 cost a hundred times the others.
#[cfg(target_arch = "x86_64")]
fn flush_denormals() {
    const FTZ_AND_DAZ: u32 = 0x8040;
    let mut mxcsr: u32 = 0;
    // SAFETY: stores and loads the thread's own control register from a valid place in memory; the two bits change
    // only how denormal numbers are treated.
    unsafe {
        std::arch::asm!("stmxcsr [{0}]", in(reg) &raw mut mxcsr, options(nostack, preserves_flags));
        mxcsr |= FTZ_AND_DAZ;
        std::arch::asm!("ldmxcsr [{0}]", in(reg) &raw const mxcsr, options(nostack, preserves_flags));
    }
}

/// Sets flush-to-zero: numbers below 1e-38 cost a hundred times the others.
#[cfg(target_arch = "aarch64")]
fn flush_denormals() {
    const FLUSH_TO_ZERO: u64 = 1 << 24;
    let mut fpcr: u64;
    // SAFETY: reads and writes the thread's own control register; the bit changes only how denormal numbers are
    // treated.
    unsafe {
        std::arch::asm!("mrs {0}, fpcr", out(reg) fpcr, options(nomem, nostack, preserves_flags));
        fpcr |= FLUSH_TO_ZERO;
        std::arch::asm!("msr fpcr, {0}", in(reg) fpcr, options(nomem, nostack, preserves_flags));
    }
}

/// Other processors have no such switch that is worth setting.
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
fn flush_denormals() {}
