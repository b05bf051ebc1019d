//! Client ID metadata documents: a client whose id is the URL of a document that describes it.

mod endpoints;
mod faults;
mod fixture;
mod limits;
mod off;
mod operators;
mod renewal;
