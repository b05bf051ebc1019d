//! Clients that authenticate with tokens of other issuers: workload platforms and OpenID issuers (C221, C222).

mod fixture;
mod issuers;
mod keys;
mod platforms;
mod refusals;
