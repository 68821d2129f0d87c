//! Music to learn from and to be measured against.

pub mod pop909;
