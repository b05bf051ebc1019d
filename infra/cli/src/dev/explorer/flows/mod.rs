//! The flows that the explorer shows, one module each. A new grant is one more module, and one more entry here.

mod authorization_code;
mod client_credentials;
mod common;
mod device;
mod dpop;
mod identity_assertion;
mod identity_assertion_for_others;
mod implicit;
mod introspection;
mod openid_connect;
mod password;
mod pushed_requests;
mod refresh;
mod revocation;
mod sign_out;
mod token_exchange;
mod workload_identity;

use crate::dev::explorer::model::Flow;

/// All flows, in the order of the index page.
pub(crate) const ALL: &[Flow] = &[
    authorization_code::FLOW,
    client_credentials::FLOW,
    workload_identity::FLOW,
    device::FLOW,
    refresh::FLOW,
    openid_connect::FLOW,
    pushed_requests::FLOW,
    dpop::FLOW,
    introspection::FLOW,
    revocation::FLOW,
    token_exchange::FLOW,
    identity_assertion::FLOW,
    identity_assertion_for_others::FLOW,
    sign_out::FLOW,
    implicit::FLOW,
    password::FLOW,
];

/// Returns the flow with this id.
pub(crate) fn find(id: &str) -> Option<&'static Flow> {
    ALL.iter().find(|flow| flow.id == id)
}
