//! The facts on a consent page, which define what the person allows (OWASP ASVS 10.7.1, 10.7.2).

use std::collections::BTreeSet;

use grants::{Api, Client, ClientKey, ClientKeys, PublicKey, Registrant, Target};
use protocol::{Claim, ClaimsRequest, ClientLink, Localized, LogoFacts, RedirectUri};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The facts on a consent page.
#[derive(Clone, Copy, Debug)]
pub struct Shown<'a> {
    /// The client that requests access: the page shows its id, its name, the party that registered it and
    /// the clients that may act with its tokens.
    pub client: &'a Client,
    /// The redirect URI for the answer; `None` if a device gets it.
    pub redirect_uri: Option<&'a RedirectUri>,
    /// The scope and the APIs that the client gets.
    pub target: &'a Target,
    /// The single claims that the client gets; the page shows the scopes that contain them.
    pub claims: &'a ClaimsRequest,
    /// The APIs of the client, which describe their scopes.
    pub apis: &'a [Api],
    /// The facts of the logo, if the page shows one.
    pub logo: Option<&'a LogoFacts>,
}

/// The hash of the facts on a consent page.
#[derive(Clone, Copy, Debug)]
pub struct ShownDigest([u8; 32]);

impl<'a> Shown<'a> {
    /// Returns the descriptions of a scope token by the APIs that the client gets, each once.
    pub fn descriptions(&self, token: &str) -> Vec<&'a Localized> {
        let mut descriptions = Vec::new();
        for api in self.apis.iter().filter(|api| self.target.resources.contains(&api.identifier)) {
            let description = api.scope_descriptions.get(token);
            descriptions.extend(description.filter(|text| !descriptions.contains(text)));
        }
        descriptions
    }

    /// Returns each scope token with each of its descriptions.
    fn all_descriptions(&self) -> impl Iterator<Item = (&'a str, &'a Localized)> {
        let described = |token: &'a str| self.descriptions(token).into_iter().map(move |text| (token, text));
        self.target.scope.tokens().flat_map(described)
    }

    /// Computes the hash of all facts. Each fact is preceded by its length, and each list by its number of entries,
    /// so that no two pages give the same text.
    pub fn digest(&self) -> ShownDigest {
        let mut facts = Facts(Sha256::new());
        facts.text(self.client.id.as_str());
        facts.text(&self.client.name);
        facts.registrant(self.client);
        // No redirect URI is just this word.
        facts.text(self.redirect_uri.map_or("device", RedirectUri::as_str));
        facts.list(self.target.scope.tokens());
        facts.list(self.target.resources.iter().map(protocol::Resource::as_str));
        facts.list(names(&self.claims.userinfo));
        facts.list(names(&self.claims.id_token));
        // A page without these facts has the hash that an earlier version computed.
        let descriptions: Vec<(&str, &Localized)> = self.all_descriptions().collect();
        let described = descriptions.iter().flat_map(|(token, description)| [*token, description.text()]);
        let [website, policy, terms] = ClientLink::ALL.map(|link| self.client.link(link).unwrap_or_default());
        let further: Vec<&str> = described.chain([policy, terms]).collect();
        if further.iter().any(|text| !text.is_empty()) {
            facts.list(further.into_iter());
        }
        facts.variants(&descriptions);
        let logo = self.logo.map(LogoFacts::to_string).unwrap_or_default();
        if !website.is_empty() || !logo.is_empty() {
            facts.text("website and logo");
            facts.list([website, &logo].into_iter());
        }
        if !self.client.may_act.is_empty() {
            facts.text("may act");
            facts.list(self.client.may_act.iter().map(protocol::ClientId::as_str));
        }
        // The page shows the name in its own language. All of them count, so that the hash is the same in each language.
        if !self.client.name_in.is_empty() {
            facts.text("name in");
            facts.list(self.client.name_in.iter().flat_map(|(tag, name)| [tag.as_str(), name]));
        }
        ShownDigest(facts.0.finalize().into())
    }
}

impl ShownDigest {
    /// The hash to put in the form.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Wraps the hash that came with a form.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

impl PartialEq for ShownDigest {
    /// Compares the hashes in constant time.
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for ShownDigest {}

struct Facts(Sha256);

impl Facts {
    /// Adds who registered the client, and for one that describes itself, its document.
    fn registrant(&mut self, client: &Client) {
        match client.registrant() {
            Registrant::Operator => self.text("operator"),
            Registrant::Itself { since } => {
                self.text("itself");
                self.text(&since.seconds().to_string());
            }
            Registrant::Document => {
                self.text("document");
                self.document(client);
            }
        }
    }

    fn text(&mut self, text: &str) {
        self.number(text.len());
        self.0.update(text);
    }

    fn list<'t>(&mut self, texts: impl Iterator<Item = &'t str>) {
        let texts: Vec<&str> = texts.collect();
        self.number(texts.len());
        for text in texts {
            self.text(text);
        }
    }

    /// Adds the variants of descriptions in all languages: the language of the page is not part of what is allowed, and the
    /// form may be sent with another one.
    fn variants(&mut self, descriptions: &[(&str, &Localized)]) {
        let with_variants: Vec<_> = descriptions.iter().filter(|(_, text)| !text.variants().is_empty()).collect();
        if with_variants.is_empty() {
            return;
        }
        self.text("in further languages");
        self.number(with_variants.len());
        for (token, description) in with_variants {
            let variants = description.variants().iter().flat_map(|(tag, text)| [tag.as_str(), text]);
            self.list([*token, description.text()].into_iter().chain(variants));
        }
    }

    /// Adds what a document says beside the name. It may change at any time, by anyone who can change what its host
    /// serves, so a page is about this document only.
    fn document(&mut self, client: &Client) {
        self.list(client.redirect_uris.iter().map(RedirectUri::as_str));
        self.text(client.auth_method.as_str());
        match &client.keys {
            None => self.text("no keys"),
            Some(ClientKeys::At(uri)) => {
                self.text("keys at");
                self.text(uri.as_str());
            }
            Some(ClientKeys::Inline(keys)) => {
                self.text("keys");
                self.number(keys.len());
                for key in keys {
                    self.key(key);
                }
            }
        }
    }

    fn key(&mut self, key: &ClientKey) {
        self.text(key.kid.as_deref().unwrap_or_default());
        let (first, second): (&[u8], &[u8]) = match &key.public {
            PublicKey::Rsa(modulus, exponent) => (modulus, exponent),
            PublicKey::P256(x, y) => (x, y),
            PublicKey::P384(x, y) => (x, y),
            PublicKey::Ed25519(point) => (point, &[]),
        };
        for part in [first, second] {
            self.number(part.len());
            self.0.update(part);
        }
    }

    fn number(&mut self, number: usize) {
        self.0.update(u64::try_from(number).unwrap_or(u64::MAX).to_be_bytes());
    }
}

fn names(claims: &BTreeSet<Claim>) -> impl Iterator<Item = &'static str> {
    claims.iter().map(|claim| claim.as_str())
}

#[cfg(test)]
mod tests;
