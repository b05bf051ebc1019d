//! The rule by which tokens of another issuer authenticate a client, as options and documents give it.

use std::collections::BTreeMap;

use edge::Error;
use grants::{Federation, Issuer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::args::FederationOptions;
use crate::commands::issuer_named::{find, issuer_url};
use crate::stack::Stack;

/// The rule in the words of `jeton client show --json`. Its issuer is a name, or a URL.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct FederationWords {
    pub(crate) issuer: String,
    pub(crate) subject: String,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) claims: BTreeMap<String, String>,
}

impl FederationWords {
    /// Reads the options; `None` if they are not given.
    pub(crate) fn given(options: &FederationOptions) -> Result<Option<Self>, Error> {
        let (Some(issuer), Some(subject)) = (&options.federated, &options.subject) else { return Ok(None) };
        let claim = |text: &String| {
            let (name, value) = text.split_once('=').ok_or_else(|| format!("--federated-claim {text:?} has no ="))?;
            Ok::<_, Error>((name.to_owned(), value.to_owned()))
        };
        let claims = options.federated_claims.iter().map(claim).collect::<Result<_, _>>()?;
        Ok(Some(Self { issuer: issuer.clone(), subject: subject.clone(), claims }))
    }

    /// Returns whether this is the issuer of the rule.
    pub(crate) fn is_of(&self, issuer: &Issuer) -> bool {
        [issuer.name.as_str(), issuer.url.as_str()].contains(&self.issuer.as_str())
    }

    /// Returns the rule, if it fits the issuer that it names.
    pub(crate) fn with(&self, issuer: &Issuer) -> Result<Federation, Error> {
        let Self { subject, claims, .. } = self.clone();
        let rule = Federation { issuer: issuer.url.clone(), subject, claims };
        rule.check(issuer)?;
        Ok(rule)
    }

    /// Returns the rule of these words, if there are any.
    pub(crate) async fn resolve(words: Option<&Self>, stack: &Stack) -> Result<Option<Federation>, Error> {
        match words {
            Some(words) => Ok(Some(words.resolved(stack).await?)),
            None => Ok(None),
        }
    }

    /// Returns the rule, if its issuer is registered and it fits this issuer.
    async fn resolved(&self, stack: &Stack) -> Result<Federation, Error> {
        let issuer = if self.issuer.contains("://") {
            let found = stack.registry.issuer_now(&issuer_url(&self.issuer)?).await?;
            found.ok_or_else(|| format!("there is no issuer {}: see `jeton issuer list`", self.issuer))?
        } else {
            find(stack, &self.issuer).await?
        };
        self.with(&issuer)
    }
}

/// Reads the rule that the options give, if they do, and checks it against its issuer.
pub(crate) async fn read(stack: &Stack, options: &FederationOptions) -> Result<Option<Federation>, Error> {
    FederationWords::resolve(FederationWords::given(options)?.as_ref(), stack).await
}

pub(crate) fn describe(rule: &Federation) -> Value {
    json!({ "issuer": rule.issuer.as_str(), "subject": rule.subject, "claims": rule.claims })
}
