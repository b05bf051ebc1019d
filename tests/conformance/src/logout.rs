//! Logout: requests of apps, notified apps, and the grants and sessions that end.

mod back_channel;
mod ended_sessions;
mod hints;
mod new_keys;
mod rp_initiated;
mod session_times;
