//! When the window is drawn next, on Windows and macOS.
//!
//! There baseview 0.4.2 does not keep what egui asks for: on Windows it draws at once, whatever the delay, and on macOS it
//! forgets what is asked for while a frame is drawn, after which egui does not ask again. So the time is kept here, and a timer
//! of the window looks whether it has come.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The time between looks.
pub(crate) const INTERVAL: Duration = Duration::from_millis(16);
/// How much sooner a frame is asked for than it is wanted: the timer is late by half its interval, and the system draws up to
/// an interval after it is asked.
const LEAD: Duration = Duration::from_millis(20);
/// Nothing is asked for.
const NEVER: u64 = u64::MAX;

/// The next frame. Times are since the window was opened.
#[derive(Debug)]
pub(crate) struct Pacing {
    /// When it is wanted, in milliseconds, or [`NEVER`].
    due_ms: AtomicU64,
}

impl Pacing {
    pub(crate) fn new() -> Self {
        Self {
            due_ms: AtomicU64::new(NEVER),
        }
    }

    /// Forgets what was asked for, because a frame is drawn now.
    pub(crate) fn begin_frame(&self) {
        self.due_ms.store(NEVER, Ordering::Relaxed);
    }

    /// Asks for a frame. The earliest that is asked for counts. Any thread may ask.
    pub(crate) fn ask(&self, now: Duration, delay: Duration) {
        let due = now.saturating_add(delay).as_millis();
        let due = u64::try_from(due).unwrap_or(NEVER);
        self.due_ms.fetch_min(due, Ordering::Relaxed);
    }

    /// Returns whether it is time to draw, once.
    pub(crate) fn is_due(&self, now: Duration) -> bool {
        let soon = u64::try_from((now + LEAD).as_millis()).unwrap_or(NEVER);
        let due = self.due_ms.load(Ordering::Relaxed);
        due <= soon
            && due != NEVER
            && self
                .due_ms
                .compare_exchange(due, NEVER, Ordering::Relaxed, Ordering::Relaxed)
                .is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the number of frames in ten seconds of a window whose frames each ask for the next one so much later.
    fn frames_in_ten_seconds(delay: Duration) -> u32 {
        let pacing = Pacing::new();
        pacing.ask(Duration::ZERO, Duration::ZERO);
        let mut frames = 0;
        for look in 0..10_000 / 16 {
            let now = INTERVAL * look;
            if pacing.is_due(now) {
                frames += 1;
                pacing.begin_frame();
                pacing.ask(now, delay);
            }
        }
        frames
    }

    #[test]
    fn an_idle_window_is_drawn_as_seldom_as_asked_and_never_stops() {
        let idle = frames_in_ten_seconds(Duration::from_millis(200));
        assert!((45..=60).contains(&idle), "{idle}");
        let moving = frames_in_ten_seconds(Duration::from_millis(33));
        assert!((250..=640).contains(&moving), "{moving}");
        assert_eq!(frames_in_ten_seconds(Duration::MAX), 1);
    }

    #[test]
    fn the_earliest_frame_that_is_asked_for_counts_until_it_is_drawn() {
        let pacing = Pacing::new();
        let at = Duration::from_millis;
        assert!(!pacing.is_due(at(0)));
        for delay in [500, 100, 300] {
            pacing.ask(at(0), at(delay));
        }
        assert!(!pacing.is_due(at(70)));
        assert!(pacing.is_due(at(90)));
        assert!(!pacing.is_due(at(600)));
        pacing.ask(at(600), at(100));
        pacing.begin_frame();
        assert!(!pacing.is_due(at(900)));
    }
}
