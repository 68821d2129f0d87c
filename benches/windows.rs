//! Leaks of opening and closing the editor: `cargo bench --bench windows -- [TIMES]`, 500 by default.
//!
//! Needs Linux with glibc, and Xvfb.

#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn main() {
    linux::main();
}

#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn main() {}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
mod linux {
    use std::time::Duration;
    use std::{env, fs, thread};

    use plugin_hosts::clap::{INSTRUMENT, Library};
    use plugin_hosts::desktop::{Screen, Window};
    use plugin_hosts::library_of_this_test;

    /// Openings between reports. There is one after the first opening too, which loads what all windows share.
    const REPORT_EVERY: u32 = 50;

    pub(super) fn main() {
        let given = env::args().skip(1).find_map(|number| number.parse().ok());
        let times: u32 = given.unwrap_or(500);
        let Some(screen) = Screen::start() else {
            return eprintln!("skipped: Xvfb is not installed");
        };
        // SAFETY: no other thread runs yet.
        unsafe {
            env::set_var("DISPLAY", &screen.display);
            env::set_var("LIBGL_ALWAYS_SOFTWARE", "1");
        }
        let mut instance = Library::open(&library_of_this_test()).instance(INSTRUMENT);
        for time in 1..=times {
            let window = Window::open(&mut instance);
            window.close(&mut instance);
            if time % REPORT_EVERY == 0 || time == 1 {
                // A window's thread closes its descriptors shortly after the window.
                thread::sleep(Duration::from_secs(1));
                report(time);
            }
        }
    }

    /// Prints the memory, descriptors and threads of this process.
    fn report(time: u32) {
        let entries = |folder| fs::read_dir(folder).expect("a Linux system").count();
        // SAFETY: `mallinfo2` has no preconditions.
        let heap = unsafe { libc::mallinfo2() };
        println!(
            "opened {time} times: {} kB resident, {} kB of the heap in use, {} descriptors, {} threads",
            resident(),
            (heap.uordblks + heap.hblkhd) / 1024,
            entries("/proc/self/fd"),
            entries("/proc/self/task")
        );
    }

    /// Returns this process's resident memory in kilobytes.
    fn resident() -> u64 {
        let status = fs::read_to_string("/proc/self/status").expect("a Linux system");
        let line = status.lines().find(|line| line.starts_with("VmRSS"));
        let number = line.and_then(|line| line.split_whitespace().nth(1));
        number
            .and_then(|number| number.parse().ok())
            .expect("a size")
    }
}
