//! Tests of the architecture: allowed dependencies, the direction of imports inside crates, file lengths, and
//! consistent names.
//!
//! Each rule is a function over plain data, so that tests can also apply it to a bad house and see it object.
//! Nothing here builds or runs the other crates: the tests read their manifests, their sources and the template as
//! text.

#[cfg(test)]
mod circles;
#[cfg(test)]
mod comments;
#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod names;
#[cfg(test)]
mod parameters;
#[cfg(test)]
mod platforms;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod texts;
#[cfg(test)]
mod top_level;
#[cfg(test)]
mod verification;
#[cfg(test)]
mod words;
#[cfg(test)]
mod workspace_lints;
