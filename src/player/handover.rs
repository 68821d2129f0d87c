//! Schedules reach the audio thread, and leave it to be freed, without a lock.

use std::sync::Arc;

use crossbeam::queue::ArrayQueue;

use super::NoteSchedule;

/// Room for schedules on their way back; the publisher frees them before it sends another, so two is the most.
const RETURNING: usize = 4;

/// The two ends of a way for schedules.
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

/// The end that sends schedules, and frees those that were played.
#[derive(Debug)]
pub struct SchedulePublisher {
    queues: Arc<Queues>,
}

impl SchedulePublisher {
    /// Sends `schedule` in place of what is played now, and of any that waits to be played.
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
    /// Replaces `current` by the newest schedule, if one came, and sends the old one back. True when it did.
    pub(super) fn receive(&self, current: &mut Box<NoteSchedule>) -> bool {
        if self.queues.returned.is_full() {
            return false;
        }
        let Some(newest) = self.queues.newest.pop() else {
            return false;
        };
        let old = std::mem::replace(current, newest);
        // There is room: this is the only end that pushes.
        let _ = self.queues.returned.push(old);
        true
    }
}
