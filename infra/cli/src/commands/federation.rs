//! The rule by which tokens of another issuer authenticate a client, as options and documents give it.

use std::collections::BTreeMap;

use edge::Error;
use grants::{Federation, Issuer};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::args::FederationOptions;
use crate::commands::issuer_named::{find, issuer_url};
use crate::output::UsageError;
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
    /// Reads the options; `None` if they are not given. `claims` are those of `--claim`: beside an issuer, each is a
    /// condition like those of `--federated-claim`.
    pub(crate) fn given(options: &FederationOptions, claims: &[String]) -> Result<Option<Self>, Error> {
        let (Some(issuer), Some(subject)) = (&options.federated, &options.subject) else { return Ok(None) };
        let mut conditions = BTreeMap::new();
        let further = options.federated_claims.iter().map(|text| ("--federated-claim", text));
        for (option, text) in further.chain(claims.iter().map(|text| ("--claim", text))) {
            let (name, value) = text.split_once('=').ok_or_else(|| format!("{option} {text:?} has no ="))?;
            let before = conditions.insert(name.to_owned(), value.to_owned());
            if before.is_some_and(|before| before != value) {
                let told = format!("{option} {text:?} is the second value of {name}: with --federated a claim has one");
                return Err(UsageError(told).into());
            }
        }
        Ok(Some(Self { issuer: issuer.clone(), subject: subject.clone(), claims: conditions }))
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

/// Reads the rule that the options give, if they do, and checks it against its issuer. `claims` are those of `--claim`.
pub(crate) async fn read(
    stack: &Stack,
    options: &FederationOptions,
    claims: &[String],
) -> Result<Option<Federation>, Error> {
    FederationWords::resolve(FederationWords::given(options, claims)?.as_ref(), stack).await
}

/// Returns the claims of `--claim` that the tokens of the client get: none beside an issuer, whose tokens must have them.
pub(crate) const fn claims_of_client<'c>(options: &FederationOptions, claims: &'c [String]) -> &'c [String] {
    if options.federated.is_some() { &[] } else { claims }
}

pub(crate) fn describe(rule: &Federation) -> Value {
    json!({ "issuer": rule.issuer.as_str(), "subject": rule.subject, "claims": rule.claims })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(federated: bool, claims: &[&str]) -> FederationOptions {
        FederationOptions {
            federated: federated.then(|| "ci".to_owned()),
            subject: federated.then(|| "orders".to_owned()),
            federated_claims: owned(claims),
        }
    }

    fn owned(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn c221_a_claim_beside_an_issuer_is_a_condition_under_either_name() {
        let rows: [(&[&str], &[&str]); 4] =
            [(&["a=1", "b=2"], &[]), (&[], &["a=1", "b=2"]), (&["a=1"], &["b=2"]), (&["a=1", "b=2"], &["a=1"])];
        for (further, claims) in rows {
            let (options, claims) = (options(true, further), owned(claims));
            let words = FederationWords::given(&options, &claims).unwrap().unwrap();
            let expected = [("a", "1"), ("b", "2")].map(|(name, value)| (name.to_owned(), value.to_owned()));
            assert_eq!(words.claims, expected.into(), "{further:?} {claims:?}");
            assert!(claims_of_client(&options, &claims).is_empty());
        }
        let claims = owned(&["a=1"]);
        assert!(FederationWords::given(&options(false, &[]), &claims).unwrap().is_none());
        assert_eq!(claims_of_client(&options(false, &[]), &claims), claims);
    }

    #[test]
    fn c221_two_values_of_one_claim_are_no_condition() {
        let rows: [(&[&str], &[&str]); 3] = [(&["a=1", "a=2"], &[]), (&[], &["a=1", "a=2"]), (&["a=1"], &["a=2"])];
        for (further, claims) in rows {
            let refused = FederationWords::given(&options(true, further), &owned(claims));
            assert!(refused.is_err_and(|error| error.is::<UsageError>()), "{further:?} {claims:?}");
        }
    }
}
