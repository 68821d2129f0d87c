//! The threads that the network computes on.

use std::ops::ControlFlow;
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};

use super::quiet_thread;
use parking_lot::Mutex;

use crate::error::{Error, Result};

/// The stack of each thread.
const STACK_BYTES: usize = 4 << 20;
/// The time between two reports of a wait.
const WAIT_INTERVAL: Duration = Duration::from_millis(100);

/// The process's pool, kept for as long as any instance holds it.
static POOL: Mutex<Weak<InferencePool>> = Mutex::new(Weak::new());

/// A pool with one thread fewer than there are processors, below the host's priority.
///
/// Unlike [`ThreadPool`], dropping it waits for its threads, so that the host can unload the library they run in.
pub struct InferencePool {
    pool: Option<ThreadPool>,
    /// Held by the instance whose work runs. Together, two would take turns at each layer and both end late.
    turn: Mutex<()>,
    threads: Vec<JoinHandle<()>>,
}

impl InferencePool {
    /// Returns the process's pool, creating it if necessary.
    ///
    /// # Errors
    /// Returns an error if the system cannot start the threads.
    pub fn shared() -> Result<Arc<Self>> {
        let mut shared = POOL.lock();
        if let Some(pool) = shared.upgrade() {
            return Ok(pool);
        }
        let pool = Arc::new(Self::new()?);
        *shared = Arc::downgrade(&pool);
        Ok(pool)
    }

    /// Runs `work` as [`InferencePool::install`] does, once no other instance's work runs. `waiting` is called again and
    /// again until then, and ends the wait if it breaks.
    ///
    /// # Errors
    /// Returns [`Error::Cancelled`] if `waiting` breaks.
    pub fn install_in_turn<R: Send>(
        &self,
        mut waiting: impl FnMut() -> ControlFlow<()>,
        work: impl FnOnce() -> R + Send,
    ) -> Result<R> {
        let mut turn = self.turn.try_lock();
        while turn.is_none() {
            if waiting().is_break() {
                return Err(Error::Cancelled);
            }
            turn = self.turn.try_lock_for(WAIT_INTERVAL);
        }
        Ok(self.install(work))
    }

    /// Runs `work` so that its parallel parts use the pool.
    pub fn install<R: Send>(&self, work: impl FnOnce() -> R + Send) -> R {
        match &self.pool {
            Some(pool) => pool.install(work),
            None => work(),
        }
    }

    fn new() -> Result<Self> {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        let mut threads = Vec::new();
        let pool = ThreadPoolBuilder::new()
            .num_threads(processors.saturating_sub(1).max(1))
            .stack_size(STACK_BYTES)
            .thread_name(|index| format!("diff-bgm {index}"))
            .spawn_handler(|thread| {
                let mut builder = thread::Builder::new();
                if let Some(name) = thread.name() {
                    builder = builder.name(name.to_owned());
                }
                if let Some(bytes) = thread.stack_size() {
                    builder = builder.stack_size(bytes);
                }
                threads.push(builder.spawn(|| {
                    quiet_thread::settle();
                    thread.run();
                })?);
                Ok(())
            })
            .build()
            .map_err(|error| Error::Program {
                program: "the worker".to_owned(),
                message: format!("the system could not start its threads ({error})"),
            })?;
        Ok(Self {
            pool: Some(pool),
            turn: Mutex::new(()),
            threads,
        })
    }
}

impl Drop for InferencePool {
    fn drop(&mut self) {
        drop(self.pool.take());
        for thread in self.threads.drain(..) {
            // Panics of the work itself were caught by the pool.
            let _ = thread.join();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_process_has_one_pool_which_leaves_a_processor_to_the_host() {
        let first = InferencePool::shared().unwrap();
        let second = InferencePool::shared().unwrap();
        assert!(Arc::ptr_eq(&first, &second));
        let processors = thread::available_parallelism().unwrap().get();
        let threads = first.install(rayon::current_num_threads);
        assert_eq!(threads, (processors - 1).max(1));
    }

    #[test]
    fn work_waits_for_that_of_another_instance_and_says_so_until_it_is_cancelled() {
        let pool = InferencePool::new().unwrap();
        let never = || panic!("nobody else works");
        let waited = pool.install_in_turn(never, || {
            let mut reports = 0;
            let cancel_at_third = || {
                reports += 1;
                if reports < 3 {
                    ControlFlow::Continue(())
                } else {
                    ControlFlow::Break(())
                }
            };
            thread::scope(|scope| {
                let other = scope.spawn(|| pool.install_in_turn(cancel_at_third, || ()));
                other.join().unwrap()
            })
        });
        assert!(matches!(waited.unwrap(), Err(Error::Cancelled)));
        assert_eq!(pool.install_in_turn(never, || 5).unwrap(), 5);
    }
}
