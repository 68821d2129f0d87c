//! Reading, evaluating on and training on music in the layout of POP909.

mod evaluate;
mod parts;
mod resume;
mod songs;
mod train;
