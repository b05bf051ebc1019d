//! Changes that an operator makes to the settings of a client.

use crate::client::change::{ClientChange, ClientSet};
use crate::client::fact::ClientFact;
use crate::client::record::Client;
use crate::registration::rules::RegistrationError;
use crate::step::guard::{Fact, Guard};

impl ClientChange {
    /// Returns the change of the settings of `client` to those of `wanted`, if the client may have them. It is made if no
    /// other change of its settings was made since the client was read, and if it still authenticates in the same way.
    /// Earlier versions change claims and logos without a revision, so these must be those that were read as well.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn of_settings(client: &Client, wanted: Client) -> Result<Self, RegistrationError> {
        if client.registered_by.is_some() {
            return Err(RegistrationError::ChangesItself);
        }
        let after = client.clone().with_settings_of(&wanted.listing_each_once());
        let after = Client { revision: client.revision.saturating_add(1), ..after };
        after.check_change_of(client)?;
        let guards = [
            ClientFact::AuthMethod.is(client.auth_method.as_str()),
            same_revision(client),
            same_claims(client),
            same_logo(client),
        ];
        // A secret that is new since the client was read would be lost with its method.
        let changes_method = after.auth_method != client.auth_method;
        let secrets = changes_method.then(|| ClientFact::Secrets.is(&*client.secrets));
        let sets = ClientSet::Settings { before: Box::new(client.clone()), after: Box::new(after) };
        Ok(guards.into_iter().chain(secrets).fold(Self::of(client, [sets]), Self::when))
    }
}

impl Client {
    /// Returns this client with the settings of `other`. If it has no secret then, it loses those that it had.
    pub(crate) fn with_settings_of(self, other: &Self) -> Self {
        let Self { id, secrets, registered_by, disabled, created_at, .. } = self;
        let secrets = if other.auth_method.has_secret() { secrets } else { Vec::new() };
        Self { id, secrets, registered_by, disabled, created_at, ..other.clone() }
    }
}

fn same_revision(client: &Client) -> Guard<ClientFact> {
    if client.revision == 0 { ClientFact::Revision.is_absent() } else { ClientFact::Revision.is(client.revision) }
}

fn same_logo(client: &Client) -> Guard<ClientFact> {
    client.logo.as_ref().map_or(ClientFact::Logo.is_absent(), |logo| ClientFact::Logo.is(&*logo.to_string()))
}

fn same_claims(client: &Client) -> Guard<ClientFact> {
    let claims = &client.claims;
    if claims.is_empty() { ClientFact::Claims.is_absent() } else { ClientFact::Claims.is(&*claims.to_string()) }
}

#[cfg(test)]
mod tests {
    use protocol::{Claims, ClientLink, GrantType, LinkUrl, LogoFacts, RedirectUri, Resource};

    use super::*;
    use crate::client::audience_rule::AudienceRule;
    use crate::client::record::{AuthMethod, PkceRule};
    use crate::client::relying_party::{IdTokenClaims, RelyingParty};
    use crate::fixtures::{NOW, client};
    use crate::terms::secret::{SecretDigest, StoredSecret};

    type Edit = fn(Client) -> Client;

    fn claims(text: &str) -> Claims {
        Claims::parse(text).unwrap()
    }

    fn change(client: &Client, edit: impl FnOnce(Client) -> Client) -> Result<ClientChange, RegistrationError> {
        ClientChange::of_settings(client, edit(client.clone()))
    }

    fn changed(client: &Client, edit: impl FnOnce(Client) -> Client) -> Client {
        change(client, edit).unwrap().after(Some(client)).unwrap()
    }

    #[test]
    fn c133_c177_settings_change_alone_and_only_as_they_were_read() {
        let read = client();
        let edits: [Edit; 3] = [
            |client| Client { pkce: PkceRule::Optional, ..client },
            |client| {
                let id_token_claims = IdTokenClaims::Scope;
                Client { relying_party: RelyingParty { id_token_claims, ..client.relying_party }, ..client }
            },
            |client| Client { claims: claims(r#"{"tenant":"acme"}"#), ..client },
        ];
        let other: Edit = |client| Client { claims: claims(r#"{"tenant":"other"}"#), ..client };
        let off = |client: &Client| ClientChange::disabled(&read, true).after(Some(client)).unwrap();
        let early = edits.map(|edit| change(&read, edit).unwrap());
        let after = off(&edits.into_iter().fold(read.clone(), |client, edit| changed(&client, edit)));
        assert_eq!((after.pkce, after.relying_party.id_token_claims), (PkceRule::Optional, IdTokenClaims::Scope));
        assert_eq!((after.claims.clone(), after.disabled, after.revision), (claims(r#"{"tenant":"acme"}"#), true, 3));
        assert_eq!(early.each_ref().map(|change| change.after(Some(&after))), [None, None, None], "it was changed");
        assert!(changed(&after, |client| Client { claims: claims("{}"), ..client }).claims.is_empty());
        // An earlier version sets claims without a revision.
        let of_before = Client { claims: claims(r#"{"tenant":"acme"}"#), ..read.clone() };
        assert_eq!(change(&read, other).unwrap().after(Some(&of_before)), None);
        let next = Client { created_at: NOW.plus(1), ..client() };
        let public = Client { auth_method: AuthMethod::None, ..client() };
        for change in early {
            assert!(change.after(Some(&Client { disabled: true, ..read.clone() })).is_some(), "{change:?}");
            assert_eq!([&next, &public].map(|client| change.after(Some(client))), [None, None]);
        }
    }

    #[test]
    fn c244_each_setting_is_changed_and_nothing_else() {
        let read = Client {
            relying_party: RelyingParty { id_token_claims: IdTokenClaims::Scope, ..RelyingParty::default() },
            ..client()
        };
        let [one, other] = ["urn:one", "urn:other"].map(|text| Resource::parse(text).unwrap());
        let twice = vec![other.clone(), one.clone(), other.clone()];
        let uri = RedirectUri::parse("https://app.example/other").unwrap();
        let wanted = |client: Client| Client {
            name: "Other".to_owned(),
            redirect_uris: vec![uri],
            grant_types: [GrantType::ClientCredentials].into(),
            apis: twice.clone(),
            scope: None,
            audience: AudienceRule::All,
            introspects: twice,
            trusted: true,
            strict_audience: true,
            relying_party: RelyingParty { default_max_age: Some(60), ..client.relying_party },
            ..client
        };
        let lists = [vec![other.clone(), one.clone()], vec![other, one]];
        let [apis, introspects] = lists;
        let after = Client { apis, introspects, revision: 1, ..wanted.clone()(read.clone()) };
        assert_eq!(changed(&read, wanted), after);
        assert_eq!(changed(&read, |client| client), Client { revision: 1, ..read.clone() });
        // What is no setting stays as it is in the store.
        let strange =
            |client: Client| Client { disabled: true, created_at: NOW.plus(9), secrets: Vec::new(), ..client };
        assert_eq!(changed(&read, strange), Client { revision: 1, ..read });
    }

    #[test]
    fn c133_of_two_changes_that_rest_on_the_same_state_one_is_made() {
        let read = client();
        let named = |client: &Client, name: &str| change(client, |client| Client { name: name.to_owned(), ..client });
        let [one, other] = ["One", "Other"].map(|name| named(&read, name).unwrap());
        let after = one.after(Some(&read)).unwrap();
        assert_eq!(other.after(Some(&after)), None);
        assert_eq!(named(&after, "Other").unwrap().after(Some(&after)).unwrap().name, "Other");
    }

    #[test]
    fn c244_an_old_client_that_breaks_a_newer_rule_can_be_changed_in_other_parts() {
        let public = Client {
            auth_method: AuthMethod::None,
            grant_types: [GrantType::AuthorizationCode].into(),
            pkce: PkceRule::Optional,
            name: " ".to_owned(),
            ..client()
        };
        assert!(public.clone().register().is_err());
        let uri = RedirectUri::parse("https://app.example/other").unwrap();
        let new = |client| Client { redirect_uris: vec![uri.clone()], ..client };
        assert_eq!(changed(&public, new).redirect_uris, std::slice::from_ref(&uri));
        let named = |client| Client { name: "\u{202e}".to_owned(), ..new(client) };
        assert_eq!(change(&public, named), Err(RegistrationError::Name));
        let nonce = |client| Client { pkce: PkceRule::Nonce, ..new(client) };
        assert_eq!(change(&public, nonce), Err(RegistrationError::PublicWithoutPkce));
        let without = |client| Client { redirect_uris: Vec::new(), ..client };
        assert_eq!(change(&public, without), Err(RegistrationError::RedirectUriMissing));
    }

    #[test]
    fn a_claim_with_a_null_from_before_stays_until_claims_change() {
        let old = Client { claims: claims(r#"{"limits":{"max":null},"tenant":"acme"}"#), ..client() };
        assert_eq!(changed(&old, |client| Client { trusted: true, ..client }).claims, old.claims);
        let other: Edit = |client| Client { claims: claims(r#"{"limits":{"max":null}}"#), ..client };
        assert_eq!(change(&old, other), Err(RegistrationError::NullInClaims));
        let without = claims(r#"{"tenant":"acme"}"#);
        assert_eq!(changed(&old, |client| Client { claims: without.clone(), ..client }).claims, without);
    }

    #[test]
    fn c133_links_change_one_by_one_and_of_two_logos_that_were_given_at_the_same_time_one_is_kept() {
        let read = client();
        let url = |text: &str| LinkUrl::parse(text).unwrap();
        let link = |mut client: Client, (link, text)| {
            client.links.insert(link, url(text));
            client
        };
        let links =
            [(ClientLink::Policy, "https://app.example/policy"), (ClientLink::Terms, "https://app.example/terms")];
        let after = links.into_iter().fold(read.clone(), |read, new| changed(&read, |client| link(client, new)));
        let links = |client: &Client| ClientLink::ALL.map(|link| client.link(link).map(str::to_owned));
        let [policy, terms] =
            ["https://app.example/policy", "https://app.example/terms"].map(|url| Some(url.to_owned()));
        assert_eq!(links(&after), [None, policy, terms.clone()]);
        let without = |mut client: Client| {
            client.links.remove(&ClientLink::Policy);
            client
        };
        assert_eq!(links(&changed(&after, without)), [None, None, terms]);
        let logo = |byte| LogoFacts { kind: protocol::LogoType::Png, size: 9, digest: [byte; 32] };
        let edit = |client: &Client, logo| change(client, |client| Client { logo, ..client }).unwrap();
        let [one, other, remove] = [Some(logo(1)), Some(logo(2)), None].map(|logo| edit(&read, logo));
        let with_logo = one.after(Some(&read)).unwrap();
        assert_eq!(with_logo.logo, Some(logo(1)));
        assert_eq!([&other, &remove].map(|change| change.after(Some(&with_logo))), [None, None]);
        let without = edit(&with_logo, None).after(Some(&with_logo));
        assert_eq!(without, Some(Client { revision: 2, ..read.clone() }));
        // An earlier version sets a logo without a revision.
        assert_eq!(other.after(Some(&Client { logo: Some(logo(1)), ..read })), None);
    }

    #[test]
    fn c133_a_change_of_method_loses_no_secret_that_is_new_since_the_client_was_read() {
        let read = Client { grant_types: [GrantType::AuthorizationCode].into(), ..client() };
        let secret = |byte| StoredSecret::hashed(SecretDigest::from_bytes([byte; 32]), NOW);
        let rotated = ClientChange::rotate_secret(&read, secret(9)).after(Some(&read)).unwrap();
        let public: Edit = |client| Client { auth_method: AuthMethod::None, pkce: PkceRule::Required, ..client };
        assert_eq!(changed(&read, public).secrets, []);
        assert_eq!(change(&read, public).unwrap().after(Some(&rotated)), None);
        let renamed: Edit = |client| Client { name: "Other".to_owned(), ..client };
        assert_eq!(change(&read, renamed).unwrap().after(Some(&rotated)).unwrap().secrets, rotated.secrets);
    }

    #[test]
    fn c177_settings_that_a_client_may_not_have_are_refused() {
        let optional: Edit = |client| Client { pkce: PkceRule::Optional, ..client };
        let public =
            Client { auth_method: AuthMethod::None, grant_types: [GrantType::AuthorizationCode].into(), ..client() };
        assert_eq!(change(&public, optional), Err(RegistrationError::PublicWithoutPkce));
        let of_person = |client| Client { claims: claims(r#"{"email":"a@b.example"}"#), ..client };
        assert_eq!(change(&client(), of_person), Err(RegistrationError::ClaimsOfPerson));
        let by = crate::client::self_registration::SelfRegistration::new(
            crate::fixtures::DIGEST,
            crate::client::self_registration::RegistrationPolicy::default(),
            None,
            NOW,
        );
        let itself = Client { registered_by: Some(by), ..client() };
        assert_eq!(change(&itself, optional), Err(RegistrationError::ChangesItself));
    }
}
