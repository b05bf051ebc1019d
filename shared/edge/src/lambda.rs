//! Lambda: its events, and the loop that answers them.

pub(crate) mod event;
pub(crate) mod payload;
pub(crate) mod reply;
pub(crate) mod serve;
