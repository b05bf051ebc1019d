//! Token exchange (RFC 8693): an API that was called with a token gets one for the next API.

mod binding;
mod chains;
mod ends;
mod may_act;
mod subject_tokens;
mod targets;
