//! Access to DynamoDB: connection, items, conditions, writes, and calls with unknown outcome.

pub(crate) mod batch;
pub(crate) mod calls;
pub(crate) mod changed;
pub(crate) mod commit;
pub(crate) mod conflicts;
pub(crate) mod connect;
pub(crate) mod endpoints;
pub(crate) mod expression;
pub(crate) mod guards;
pub(crate) mod items;
pub(crate) mod methods;
pub(crate) mod request_tokens;
pub(crate) mod send;
pub(crate) mod shapes;
pub(crate) mod unknown;
