use std::sync::mpsc;

use super::*;

fn wait_until_idle(worker: &Worker) -> Status {
    // An export runs after all else, so when it has begun the others are over.
    let (over, done) = mpsc::channel();
    worker
        .submit(JobKind::Export, move |_| {
            over.send(()).unwrap();
            Ok(())
        })
        .unwrap();
    done.recv().unwrap();
    worker.status()
}

/// A job that says when it has begun and then runs until it is cancelled.
fn until_cancelled(begun: mpsc::Sender<()>) -> impl FnOnce(&Reporter) -> Result<()> {
    move |reporter| {
        begun.send(()).unwrap();
        while reporter.report("working", 0.5).is_continue() {
            thread::yield_now();
        }
        Err(Error::Cancelled)
    }
}

#[test]
fn a_newer_job_of_a_kind_replaces_the_waiting_and_cancels_the_running_one() {
    let worker = Worker::default();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    let (ran, order) = mpsc::channel();
    for number in 0..3 {
        let ran = ran.clone();
        worker
            .submit(JobKind::Clip, move |_| {
                ran.send(number).unwrap();
                Ok(())
            })
            .unwrap();
    }
    worker
        .submit(JobKind::Generate, move |_| {
            ran.send(10).unwrap();
            Ok(())
        })
        .unwrap();
    assert_eq!(order.iter().collect::<Vec<_>>(), [2, 10]);
}

#[test]
fn dropping_the_worker_ends_the_job_that_runs_and_forgets_those_that_wait() {
    let worker = Worker::default();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    let (ran, never) = mpsc::channel();
    worker
        .submit(JobKind::Export, move |_| {
            ran.send(()).unwrap();
            Ok(())
        })
        .unwrap();
    drop(worker);
    assert!(never.recv().is_err());
}

#[test]
fn a_job_that_panics_is_a_failure_and_the_next_one_runs() {
    let worker = Worker::default();
    worker
        .submit(JobKind::Clip, |_| panic!("of some kind"))
        .unwrap();
    let (ran, has_run) = mpsc::channel();
    while worker.status().failure.is_none() {
        thread::yield_now();
    }
    let failure = worker.status().failure.unwrap();
    assert_eq!(failure, "a fault in Diff-BGM: of some kind");
    worker
        .submit(JobKind::Clip, move |_| {
            ran.send(()).unwrap();
            Ok(())
        })
        .unwrap();
    has_run.recv().unwrap();
    assert!(wait_until_idle(&worker).failure.is_none());
}

#[test]
fn an_error_is_told_and_being_cancelled_is_none() {
    let worker = Worker::default();
    worker
        .submit(JobKind::Clip, |_| Err(Error::value("this", "that")))
        .unwrap();
    while worker.status().failure.is_none() {
        thread::yield_now();
    }
    assert_eq!(worker.status().failure.unwrap(), "this; expected that");
    worker
        .submit(JobKind::Clip, |_| Err(Error::Cancelled))
        .unwrap();
    assert!(wait_until_idle(&worker).failure.is_none());
}

#[test]
fn progress_tells_how_long_the_rest_will_take() {
    let worker = Worker::default();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    let running = loop {
        let running = worker.status().running.unwrap();
        if running.fraction > 0.0 {
            break running;
        }
        thread::yield_now();
    };
    assert_eq!((running.stage.as_str(), running.fraction), ("working", 0.5));
    assert!(running.remaining.is_some());
    worker.cancel(JobKind::Generate);
    assert!(wait_until_idle(&worker).failure.is_none());
}

#[test]
fn a_worker_without_jobs_has_no_thread() {
    let worker = Worker::default();
    assert!(worker.thread.lock().is_none());
}

#[test]
fn the_bell_asks_for_a_draft_in_place_of_the_running_one() {
    let worker = Worker::default();
    let (answered, answers) = mpsc::channel();
    let bell = worker
        .bell(move |_| {
            answered.send(()).unwrap();
            Ok(())
        })
        .unwrap();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    bell.ring();
    answers.recv().unwrap();
    bell.ring();
    answers.recv().unwrap();
    assert!(wait_until_idle(&worker).failure.is_none());
}

#[test]
fn a_bell_that_is_rung_as_its_worker_is_dropped_does_no_harm() {
    for _ in 0..200 {
        let worker = Worker::default();
        let bell = worker.bell(|_| Ok(())).unwrap();
        bell.ring();
        drop(worker);
        bell.ring();
    }
}
