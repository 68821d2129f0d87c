//! Notifying the host of unsaved changes.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Session;

/// What reaches the host.
pub(super) struct HostNotifier(Arc<dyn Fn() + Send + Sync>);

impl fmt::Debug for HostNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("HostNotifier")
    }
}

impl Session {
    /// Sets how [`Session::notify_host`] reaches the host. `notify` is called from any thread.
    pub fn set_host_notifier(&self, notify: impl Fn() + Send + Sync + 'static) {
        *self.host_notifier.lock() = Some(HostNotifier(Arc::new(notify)));
    }

    /// Notifies the host of unsaved changes, once per change.
    pub fn notify_host(&self) {
        let notifier = self.host_notifier.lock();
        if let Some(HostNotifier(notify)) = &*notifier
            && self.take_unsaved()
        {
            let notify = Arc::clone(notify);
            drop(notifier);
            notify();
        }
    }

    /// Returns whether there are changes that the host was not notified of, and counts them as notified.
    pub fn take_unsaved(&self) -> bool {
        let revision = self.revision();
        self.notified_revision.swap(revision, Ordering::Relaxed) != revision
    }
}
