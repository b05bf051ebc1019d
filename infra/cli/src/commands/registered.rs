//! The things that operators registered, as an export has them, and its gaps: what another stack would not take.

use edge::Error;
use grants::{Api, Client, Issuer, Registrant};

use crate::commands::offer::unoffered;
use crate::stack::Stack;

/// The APIs, issuers and clients of an export, in the order of their names.
pub(crate) struct Registered {
    pub(crate) apis: Vec<Api>,
    pub(crate) issuers: Vec<Issuer>,
    /// The clients that operators registered, and no others.
    pub(crate) clients: Vec<Client>,
}

impl Registered {
    /// Reads all of them.
    pub(crate) async fn read(stack: &Stack) -> Result<Self, Error> {
        let mut apis = stack.registry.all_apis().await?;
        apis.sort_by(|one, other| one.identifier.as_str().cmp(other.identifier.as_str()));
        let mut clients = stack.registry.all_clients().await?;
        clients.retain(|client| client.registrant() == Registrant::Operator);
        clients.sort_by(|one, other| one.id.cmp(&other.id));
        let mut issuers = stack.registry.all_issuers().await?;
        issuers.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(Self { apis, issuers, clients })
    }

    /// Removes the clients with a claim that TOML cannot write, and names each with its claims. Earlier versions registered
    /// them.
    pub(crate) fn take_unwritable(&mut self) -> Vec<String> {
        let mut named = Vec::new();
        self.clients.retain(|client| {
            let claims = client.claims.names_with_null();
            if !claims.is_empty() {
                named.push(format!("the client {} with the claim {}", client.id, claims.join(" and ")));
            }
            claims.is_empty()
        });
        named
    }

    /// Lists the gaps of all clients, in words, each with its remedy.
    pub(crate) fn gaps(&self) -> Vec<String> {
        let of_client = |client: &Client| {
            let id = &client.id;
            let told = |(gap, option): (String, &'static str)| {
                format!("another stack would refuse the client {id}: {gap} (`jeton client update {id} {option}`)")
            };
            self.gaps_of(client).into_iter().map(told).collect::<Vec<_>>()
        };
        self.clients.iter().flat_map(of_client).collect()
    }

    /// Lists what a client rests on and nothing in the export gives, because it was deleted or narrowed meanwhile or is in no
    /// file, each with the option that changes it.
    fn gaps_of(&self, client: &Client) -> Vec<(String, &'static str)> {
        let apis = client.apis.iter().map(|api| (api, "--remove-api"));
        let apis = apis.chain(client.introspects.iter().map(|api| (api, "--remove-introspects")));
        let apis = apis.filter(|(named, _)| self.apis.iter().all(|api| api.identifier != **named));
        let apis = apis.map(|(api, option)| (format!("there is no API {api}"), option));
        let tokens = unoffered(client, &self.apis).into_iter();
        let tokens = tokens.map(|token| (format!("none of its APIs offers the scope {token}"), "--scope"));
        let actors = client.may_act.iter().filter(|actor| self.clients.iter().all(|known| known.id != **actor));
        let actors = actors.map(|actor| (format!("{actor}, which may act, is not in the file"), "--remove-may-act"));
        let issuers = client.federation.iter().map(|rule| &rule.issuer);
        let issuers = issuers.filter(|url| self.issuers.iter().all(|issuer| issuer.url != **url));
        let issuers = issuers.map(|url| (format!("there is no issuer {url}"), "--federated"));
        apis.chain(tokens).chain(actors).chain(issuers).collect()
    }
}
