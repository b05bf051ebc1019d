//! Logout: requests of apps, notified apps, and the grants and sessions that end.

mod back_channel;
mod ended_sessions;
mod rp_initiated;
