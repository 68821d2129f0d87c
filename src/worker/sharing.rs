//! Values that a process loads once and shares.

use std::collections::BTreeMap;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::error::Result;

/// Values by key. Each is freed with its last user.
#[derive(Debug)]
pub struct SharedByKey<K, V> {
    values: Mutex<BTreeMap<K, Weak<V>>>,
}

impl<K: Ord, V> SharedByKey<K, V> {
    /// Creates an empty map.
    pub const fn new() -> Self {
        Self {
            values: Mutex::new(BTreeMap::new()),
        }
    }

    /// Returns the value of `key`, loading it if nobody uses it. Other callers wait meanwhile.
    ///
    /// # Errors
    /// Returns the error of `load`.
    pub fn get_or_load(&self, key: K, load: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        let mut values = self.values.lock();
        values.retain(|_, value| value.strong_count() > 0);
        if let Some(value) = values.get(&key).and_then(Weak::upgrade) {
            return Ok(value);
        }
        let value = Arc::new(load()?);
        values.insert(key, Arc::downgrade(&value));
        Ok(value)
    }
}

impl<K: Ord, V> Default for SharedByKey<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Error;

    #[test]
    fn a_value_is_loaded_once_while_in_use_and_again_afterwards() {
        let shared = SharedByKey::new();
        let first = shared.get_or_load("key", || Ok(1)).unwrap();
        let second = shared.get_or_load("key", || Ok(2)).unwrap();
        assert_eq!((*first, *second), (1, 1));
        drop((first, second));
        assert_eq!(*shared.get_or_load("key", || Ok(3)).unwrap(), 3);
    }

    #[test]
    fn a_failure_is_not_kept() {
        let shared = SharedByKey::new();
        assert!(shared.get_or_load("key", || Err(Error::Cancelled)).is_err());
        assert_eq!(*shared.get_or_load("key", || Ok(1)).unwrap(), 1);
    }
}
