//! The offer of a deployment to clients that register themselves.

use std::collections::BTreeSet;

use crate::client::name::NameSkeleton;
use crate::client::record::PkceRule;
use crate::terms::api::{Api, SigningAlgorithm};
use crate::terms::policy::Policy;

/// The options that clients can register for in this deployment.
#[derive(Clone, Copy, Debug)]
pub struct Offer<'a> {
    /// The registered APIs among those that the policy names.
    pub apis: &'a [Api],
    /// The policy of the deployment.
    pub deployment: &'a Policy,
    /// The algorithms for which the server has a signing key.
    pub algorithms: &'a BTreeSet<SigningAlgorithm>,
    /// The deployment's PKCE rule: `optional` exempts confidential clients from PKCE.
    pub pkce: PkceRule,
    /// The names of the operator's clients.
    pub taken_names: &'a BTreeSet<NameSkeleton>,
}
