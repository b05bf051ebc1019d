//! Settings of clients that `jeton client create` and `jeton client update` have options for, one module for each group: the
//! options, and what they change of a client.

pub(crate) mod appearance;
