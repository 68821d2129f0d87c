use std::sync::mpsc;

use super::*;

fn wait_until_idle(worker: &Worker) {
    // An export runs after all others, so when it has begun they are over.
    let (over, done) = mpsc::channel();
    worker
        .submit(JobKind::Export, move |_| over.send(()).unwrap())
        .unwrap();
    done.recv().unwrap();
}

/// Returns a job that reports that it has begun and then runs until it is cancelled.
fn until_cancelled(begun: mpsc::Sender<()>) -> impl FnOnce(&Reporter) {
    move |reporter| {
        begun.send(()).unwrap();
        while reporter.report("working", 0.5).is_continue() {
            thread::yield_now();
        }
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
            .submit(JobKind::Clip, move |_| ran.send(number).unwrap())
            .unwrap();
    }
    worker
        .submit(JobKind::Generate, move |_| ran.send(10).unwrap())
        .unwrap();
    assert_eq!(order.iter().collect::<Vec<_>>(), [2, 10]);
}

#[test]
fn dropping_the_worker_cancels_the_running_job_and_drops_the_waiting_ones() {
    let worker = Worker::default();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    let (ran, never) = mpsc::channel();
    worker
        .submit(JobKind::Export, move |_| ran.send(()).unwrap())
        .unwrap();
    drop(worker);
    assert!(never.recv().is_err());
}

#[test]
fn a_job_that_panics_ends_and_the_next_one_runs() {
    let worker = Worker::default();
    worker
        .submit(JobKind::Clip, |_| panic!("of some kind"))
        .unwrap();
    while worker.status().running.is_some() {
        thread::yield_now();
    }
    let (ran, has_run) = mpsc::channel();
    worker
        .submit(JobKind::Clip, move |_| ran.send(()).unwrap())
        .unwrap();
    has_run.recv().unwrap();
    wait_until_idle(&worker);
}

#[test]
fn the_time_left_is_estimated_from_the_progress() {
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
    wait_until_idle(&worker);
}

#[test]
fn a_worker_without_jobs_has_no_thread() {
    let worker = Worker::default();
    assert!(worker.thread.lock().is_none());
}

#[test]
fn the_bell_requests_a_draft_in_place_of_the_running_one() {
    let worker = Worker::default();
    let (answered, answers) = mpsc::channel();
    let bell = worker.bell(move |_| answered.send(()).unwrap()).unwrap();
    let (begun, has_begun) = mpsc::channel();
    worker
        .submit(JobKind::Generate, until_cancelled(begun))
        .unwrap();
    has_begun.recv().unwrap();
    bell.ring();
    answers.recv().unwrap();
    bell.ring();
    answers.recv().unwrap();
    wait_until_idle(&worker);
}

#[test]
fn a_bell_that_is_rung_as_its_worker_is_dropped_does_no_harm() {
    for _ in 0..200 {
        let worker = Worker::default();
        let bell = worker.bell(|_| {}).unwrap();
        bell.ring();
        drop(worker);
        bell.ring();
    }
}
