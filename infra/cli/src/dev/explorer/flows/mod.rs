//! The flows that the explorer shows, one module each. A new grant is one more module, and one more entry here.

mod authorization_code;
mod client_credentials;
mod common;
mod implicit;
mod introspection;
mod openid_connect;
mod password;
mod refresh;
mod revocation;
mod sign_out;

use crate::dev::explorer::model::Flow;

/// All flows, in the order of the index page.
pub(crate) const ALL: &[Flow] = &[
    authorization_code::FLOW,
    client_credentials::FLOW,
    refresh::FLOW,
    openid_connect::FLOW,
    introspection::FLOW,
    revocation::FLOW,
    sign_out::FLOW,
    implicit::FLOW,
    password::FLOW,
];

/// Returns the flow with this id.
pub(crate) fn find(id: &str) -> Option<&'static Flow> {
    ALL.iter().find(|flow| flow.id == id)
}
