//! How the house is built, as tests: who may use whom, which way the folders of a crate point, how long a file may be,
//! which names agree.
//!
//! Each rule is a function over plain data, so that it is also shown a bad house and seen to object.
//! Nothing here builds or runs the other crates: it reads their manifests, their sources and the template as text.

#[cfg(test)]
mod dependencies;
#[cfg(test)]
mod folders;
#[cfg(test)]
mod names;
#[cfg(test)]
mod repository;
#[cfg(test)]
mod sizes;
#[cfg(test)]
mod top_level;
#[cfg(test)]
mod words;
#[cfg(test)]
mod workspace_lints;
