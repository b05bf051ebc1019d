//! Changes that an operator makes to the settings of a client.

use protocol::{Claims, ClientLink, LinkUrl, LogoFacts};

use crate::client::change::{ClientChange, ClientSet};
use crate::client::fact::ClientFact;
use crate::client::record::{Client, PkceRule};
use crate::client::relying_party::IdTokenClaims;
use crate::registration::rules::RegistrationError;
use crate::step::guard::{Fact, Guard};

/// The new values of a client's settings; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSettings {
    /// The rule on whether it must use PKCE.
    pub pkce: Option<PkceRule>,
    /// The claims in its ID tokens.
    pub id_token_claims: Option<IdTokenClaims>,
    /// All claims in the tokens that it gets for itself.
    pub claims: Option<Claims>,
    /// The links to set, or to remove if there is no URL.
    pub links: Vec<(ClientLink, Option<LinkUrl>)>,
    /// The facts of its logo.
    pub logo: LogoEdit,
}

/// The change of a client's logo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogoEdit {
    /// The logo stays as it is.
    #[default]
    Keep,
    /// The client has no logo any more.
    Remove,
    /// The client has a logo with these facts.
    Set(LogoFacts),
}

impl NewSettings {
    /// Returns the change of `client`, if the client may have these settings. It is made if the client still
    /// authenticates in the same way, on which the rule on PKCE rests, and if its claims and its logo are those that
    /// were read.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn change(self, client: &Client) -> Result<ClientChange, RegistrationError> {
        if client.registered_by.is_some() {
            return Err(RegistrationError::ChangesItself);
        }
        let same_claims = self.claims.as_ref().map(|_| same_claims(client));
        let logo = match self.logo {
            LogoEdit::Keep => None,
            LogoEdit::Remove => Some(ClientSet::Logo(None)),
            LogoEdit::Set(facts) => Some(ClientSet::Logo(Some(facts))),
        };
        let same_logo = logo.as_ref().map(|_| same_logo(client));
        let sets = [
            self.pkce.map(ClientSet::Pkce),
            self.id_token_claims.map(ClientSet::IdTokenClaims),
            self.claims.map(ClientSet::Claims),
            logo,
        ];
        let links = self.links.into_iter().map(|(link, url)| ClientSet::Link(link, url));
        let change = ClientChange::of(client, sets.into_iter().flatten().chain(links));
        let change = change.when(ClientFact::AuthMethod.is(client.auth_method.as_str()));
        change.after(Some(client)).map_or(Ok(()), |after| after.check())?;
        Ok(same_claims.into_iter().chain(same_logo).fold(change, ClientChange::when))
    }
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
    use super::*;
    use crate::client::record::AuthMethod;
    use crate::fixtures::{NOW, client};

    fn claims(text: &str) -> Claims {
        Claims::parse(text).unwrap()
    }

    #[test]
    fn c133_c177_settings_change_alone_and_claims_only_as_they_were_read() {
        let read = client();
        let pkce = NewSettings { pkce: Some(PkceRule::Optional), ..NewSettings::default() }.change(&read).unwrap();
        let told = NewSettings { id_token_claims: Some(IdTokenClaims::Scope), ..NewSettings::default() };
        let told = told.change(&read).unwrap();
        let [acme, other] = [r#"{"tenant":"acme"}"#, r#"{"tenant":"other"}"#]
            .map(|text| NewSettings { claims: Some(claims(text)), ..NewSettings::default() }.change(&read).unwrap());
        let off = ClientChange::disabled(&read, true);
        let after = [&pkce, &told, &acme, &off]
            .into_iter()
            .fold(read.clone(), |client, change| change.after(Some(&client)).unwrap());
        assert_eq!((after.pkce, after.relying_party.id_token_claims), (PkceRule::Optional, IdTokenClaims::Scope));
        assert_eq!((after.claims.clone(), after.disabled), (claims(r#"{"tenant":"acme"}"#), true));
        assert_eq!(other.after(Some(&after)), None, "its claims are not those that were read");
        let none = NewSettings { claims: Some(claims("{}")), ..NewSettings::default() }.change(&after).unwrap();
        assert!(none.after(Some(&after)).unwrap().claims.is_empty());
        let next = Client { created_at: NOW.plus(1), ..client() };
        let public = Client { auth_method: AuthMethod::None, ..client() };
        for change in [&pkce, &told, &acme] {
            assert_eq!([&next, &public].map(|client| change.after(Some(client))), [None, None]);
        }
    }

    #[test]
    fn c133_links_change_one_by_one_and_of_two_logos_that_were_given_at_the_same_time_one_is_kept() {
        let read = client();
        let url = |text: &str| LinkUrl::parse(text).unwrap();
        let link = |link, url| NewSettings { links: vec![(link, url)], ..NewSettings::default() }.change(&read);
        let [policy, terms, none] = [
            link(ClientLink::Policy, Some(url("https://app.example/policy"))),
            link(ClientLink::Terms, Some(url("https://app.example/terms"))),
            link(ClientLink::Policy, None),
        ]
        .map(Result::unwrap);
        let after =
            [&policy, &terms].into_iter().fold(read.clone(), |client, change| change.after(Some(&client)).unwrap());
        let links = |client: &Client| ClientLink::ALL.map(|link| client.link(link).map(str::to_owned));
        let [policy, terms] =
            ["https://app.example/policy", "https://app.example/terms"].map(|url| Some(url.to_owned()));
        assert_eq!(links(&after), [None, policy, terms.clone()]);
        assert_eq!(links(&none.after(Some(&after)).unwrap()), [None, None, terms]);
        let logo = |byte| LogoFacts { kind: protocol::LogoType::Png, size: 9, digest: [byte; 32] };
        let edit = |client: &Client, logo| NewSettings { logo, ..NewSettings::default() }.change(client).unwrap();
        let [one, other, remove] =
            [LogoEdit::Set(logo(1)), LogoEdit::Set(logo(2)), LogoEdit::Remove].map(|logo| edit(&read, logo));
        let with_logo = one.after(Some(&read)).unwrap();
        assert_eq!(with_logo.logo, Some(logo(1)));
        assert_eq!([&other, &remove].map(|change| change.after(Some(&with_logo))), [None, None]);
        assert_eq!(edit(&with_logo, LogoEdit::Remove).after(Some(&with_logo)), Some(read));
    }

    #[test]
    fn c177_settings_that_a_client_may_not_have_are_refused() {
        let optional = || NewSettings { pkce: Some(PkceRule::Optional), ..NewSettings::default() };
        let public = Client {
            auth_method: AuthMethod::None,
            grant_types: [protocol::GrantType::AuthorizationCode].into(),
            ..client()
        };
        assert_eq!(optional().change(&public), Err(RegistrationError::PublicWithoutPkce));
        let of_person = NewSettings { claims: Some(claims(r#"{"email":"a@b.example"}"#)), ..NewSettings::default() };
        assert_eq!(of_person.change(&client()), Err(RegistrationError::ClaimsOfPerson));
        let by = crate::client::self_registration::SelfRegistration::new(
            crate::fixtures::DIGEST,
            crate::client::self_registration::RegistrationPolicy::default(),
            None,
            NOW,
        );
        let itself = Client { registered_by: Some(by), ..client() };
        assert_eq!(optional().change(&itself), Err(RegistrationError::ChangesItself));
    }
}
