//! Music in the layout of POP909: what is read of it, measured against it and learnt from it.

mod evaluate;
mod goes_on;
mod songs;
mod train;
