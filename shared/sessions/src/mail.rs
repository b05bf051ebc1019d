//! Mail to people: what is sent to which address, and what a link in a mail may do.

pub(crate) mod address_link;
pub(crate) mod letter;
pub(crate) mod mailed_link;
pub(crate) mod reset_link;
pub(crate) mod sign_up_link;
