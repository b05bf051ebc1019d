//! Paths of this server that its pages lead to.

use grants::Context;

use crate::setup::config::Config;

impl Config {
    /// Returns the path of the issuer, if it has one: `/tenant` of `https://issuer.example/tenant`. Every path of
    /// this server begins with it.
    pub fn path(&self) -> &str {
        let (_, rest) = self.issuer.as_str().split_once("://").unwrap_or_default();
        rest.find('/').and_then(|start| rest.get(start..)).unwrap_or_default()
    }

    /// Returns the path at which a forgotten password is replaced; `None` if this deployment sends no mail.
    pub fn forgotten_password(&self) -> Option<String> {
        self.mail_from.as_ref().map(|_| format!("{}/account/forgotten", self.path()))
    }

    /// Returns the path at which a person adds a factor that the deployment demands.
    pub fn demanded_factor_page(&self) -> String {
        let page = match self.policy.least_context {
            Context::Password | Context::TwoFactors => "factors",
            Context::PhishingResistant => "passkeys",
        };
        format!("{}/account/{page}", self.path())
    }

    /// Returns the path at which a person asks for an account; `None` if nobody may.
    pub fn sign_up_page(&self) -> Option<String> {
        self.sign_up.mode.has_page().then(|| format!("{}/account/sign-up", self.path()))
    }
}
