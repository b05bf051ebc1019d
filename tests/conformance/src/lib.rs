//! What Jeton answers over HTTP, line by line.
//!
//! The product is a black box here: `jeton dev` runs as a process of its own, and nothing but its endpoints and its
//! commands is used. A test that claims a line of the checklist begins with the line's number.

#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bad_requests_of_people;
#[cfg(test)]
mod client_authentication;
#[cfg(test)]
mod codes;
#[cfg(test)]
mod consent;
#[cfg(test)]
mod handles;
#[cfg(test)]
mod introspection;
#[cfg(test)]
mod logs;
#[cfg(test)]
mod machines;
#[cfg(test)]
mod metadata;
#[cfg(test)]
mod pages;
#[cfg(test)]
mod races;
#[cfg(test)]
mod redirects;
#[cfg(test)]
mod refreshing;
#[cfg(test)]
mod registration;
#[cfg(test)]
mod revocation;
#[cfg(test)]
mod round_trips;
#[cfg(test)]
mod session;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod startup;
#[cfg(test)]
mod targets;
#[cfg(test)]
mod world;
