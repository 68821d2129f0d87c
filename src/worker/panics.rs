//! Panics as errors, so that they end at the worker's edge.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{Error, Result};

/// Runs `work` and turns a panic into an error.
///
/// # Errors
/// Returns the error of `work`, or one with the panic's message if it panics.
pub fn catch_panic<T>(work: impl FnOnce() -> Result<T>) -> Result<T> {
    // What `work` may leave half changed is guarded by locks that it only holds for whole changes.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(Error::Program {
            program: "Diff-BGM".to_owned(),
            message: format!("internal error: {}", message(&*panic)),
        })
    })
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no reason given")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        assert_eq!(catch_panic(|| Ok(1)).unwrap(), 1);
        let error = catch_panic::<()>(|| panic!("of some kind")).unwrap_err();
        assert_eq!(error.to_string(), "Diff-BGM: internal error: of some kind");
    }
}
