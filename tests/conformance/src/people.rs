//! People: their accounts, their names, and what ends with them.

mod directory;
mod disabled_during_sign_in;
mod ended_during_a_request;
mod grant_limits;
mod lost_access;
mod reused_names;
