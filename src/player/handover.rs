//! Passes schedules to the audio thread, and back to be freed, without locks.

use std::sync::Arc;

use crossbeam::queue::ArrayQueue;

use super::NoteSchedule;

/// The capacity for returning schedules. The publisher frees them before it sends another, so at most two wait.
const RETURNING: usize = 4;

/// Returns the two ends of the handover.
pub(super) fn schedule_handover() -> (SchedulePublisher, ScheduleReceiver) {
    let queues = Arc::new(Queues {
        newest: ArrayQueue::new(1),
        returned: ArrayQueue::new(RETURNING),
    });
    let publisher = SchedulePublisher {
        queues: Arc::clone(&queues),
    };
    (publisher, ScheduleReceiver { queues })
}

#[derive(Debug)]
struct Queues {
    newest: ArrayQueue<Box<NoteSchedule>>,
    returned: ArrayQueue<Box<NoteSchedule>>,
}

/// The end that sends schedules and frees those that come back.
#[derive(Debug)]
pub struct SchedulePublisher {
    queues: Arc<Queues>,
}

impl SchedulePublisher {
    /// Sends `schedule`, which replaces the one that plays and any that waits.
    pub fn publish(&self, schedule: NoteSchedule) {
        self.free_returned();
        drop(self.queues.newest.force_push(Box::new(schedule)));
    }

    /// Frees the schedules that came back.
    pub fn free_returned(&self) {
        while self.queues.returned.pop().is_some() {}
    }
}

/// The audio thread's end.
#[derive(Debug)]
pub(super) struct ScheduleReceiver {
    queues: Arc<Queues>,
}

impl ScheduleReceiver {
    /// Replaces `current` by the newest schedule, if any, and sends the old one back. Returns whether it did.
    pub(super) fn receive(&self, current: &mut Box<NoteSchedule>) -> bool {
        if self.queues.returned.is_full() {
            return false;
        }
        let Some(newest) = self.queues.newest.pop() else {
            return false;
        };
        let old = std::mem::replace(current, newest);
        // There is room, because only this end pushes.
        let _ = self.queues.returned.push(old);
        true
    }
}
