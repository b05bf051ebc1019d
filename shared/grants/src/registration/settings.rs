//! Changes that an operator makes to the settings of a client.

use std::collections::BTreeSet;

use protocol::{
    AssertionTarget, Claims, ClientId, ClientLink, GrantType, LinkUrl, LogoFacts, RedirectUri, Resource, Scope,
};

use crate::client::assertion_algorithm::AssertionAlgorithm;
use crate::client::audience_rule::AudienceRule;
use crate::client::change::{ClientChange, ClientSet};
use crate::client::fact::ClientFact;
use crate::client::federation::Federation;
use crate::client::named_settings::NamedSettings;
use crate::client::profile::Profile;
use crate::client::public_keys::ClientKeys;
use crate::client::record::{AuthMethod, Client, DpopRule, PkceRule};
use crate::client::relying_party::{IdTokenClaims, RelyingParty};
use crate::client::request_rules::RequestRules;
use crate::client::setting::Setting;
use crate::registration::lists::each_once;
use crate::registration::rules::RegistrationError;
use crate::step::guard::{Fact, Guard};
use crate::terms::api::SigningAlgorithm;

/// The new values of a client's settings; `None` leaves a setting as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewSettings {
    /// The name that people see.
    pub name: Option<String>,
    /// Its security profile. The settings that it demands come with it.
    pub profile: Option<Profile>,
    /// The way in which it authenticates.
    pub auth_method: Option<AuthMethod>,
    /// All of its redirect URIs.
    pub redirect_uris: Option<Vec<RedirectUri>>,
    /// All grant types that it may use.
    pub grant_types: Option<BTreeSet<GrantType>>,
    /// All APIs that it may have tokens for.
    pub apis: Option<Vec<Resource>>,
    /// The most scope it may have; without one, it is all that its APIs offer.
    pub scope: Edit<Scope>,
    /// The number of APIs that one token may be for.
    pub audience: Option<AudienceRule>,
    /// All APIs on whose behalf it may introspect tokens.
    pub introspects: Option<Vec<Resource>>,
    /// All clients that may act with its access tokens.
    pub may_act: Option<Vec<ClientId>>,
    /// All authorization servers of others for which it gets identity assertions.
    pub assertion_targets: Option<Vec<AssertionTarget>>,
    /// The mark of the operator's own app.
    pub trusted: Option<bool>,
    /// The rule on whether it must use PKCE.
    pub pkce: Option<PkceRule>,
    /// The rule on whether it must prove the key of its access tokens.
    pub dpop: Option<DpopRule>,
    /// The rules for its authorization requests.
    pub requests: Option<RequestRules>,
    /// The algorithm of its signed introspection responses.
    pub introspection_algorithm: Option<SigningAlgorithm>,
    /// The keys that verify its assertions.
    pub keys: Option<ClientKeys>,
    /// The rule by which tokens of another issuer authenticate it.
    pub federation: Option<Federation>,
    /// The only algorithm for its assertions; without one, it is any that its keys or its secret fit.
    pub assertion_algorithm: Edit<AssertionAlgorithm>,
    /// The rule that its assertions must have the issuer as their only audience.
    pub strict_audience: Option<bool>,
    /// Its settings as a relying party, except for the claims in its ID tokens.
    pub relying_party: Option<RelyingParty>,
    /// The claims in its ID tokens.
    pub id_token_claims: Option<IdTokenClaims>,
    /// All claims in the tokens that it gets for itself.
    pub claims: Option<Claims>,
    /// The links to set, or to remove if there is no URL.
    pub links: Vec<(ClientLink, Option<LinkUrl>)>,
    /// The facts of its logo.
    pub logo: LogoEdit,
}

/// The change of a setting that a client has or has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Edit<T> {
    /// The setting stays as it is.
    #[default]
    Keep,
    /// The client does not have the setting any more.
    Remove,
    /// The client has the setting with this value.
    Set(T),
}

/// The change of a client's logo, by its facts.
pub type LogoEdit = Edit<LogoFacts>;

impl NewSettings {
    /// Returns the change of `client`, if the client may have these settings. It is made if no other change of its
    /// settings was made since the client was read, and if it still authenticates in the same way. Earlier versions
    /// change claims and logos without a revision, so these must be those that were read as well.
    ///
    /// # Errors
    /// [`RegistrationError`] says what must be different.
    pub fn change(self, client: &Client) -> Result<ClientChange, RegistrationError> {
        if client.registered_by.is_some() {
            return Err(RegistrationError::ChangesItself);
        }
        let changes_method = self.auth_method.is_some();
        let settings = self.with_those_of_profile(client)?.into_settings();
        let after = settings.iter().fold(client.clone(), |client, setting| setting.applied(client));
        after.check_change_of(client)?;
        let revision = ClientSet::Revision(client.revision.saturating_add(1));
        let sets = settings.into_iter().map(ClientSet::Setting).chain(std::iter::once(revision));
        let change = ClientChange::of(client, sets);
        let guards = [
            ClientFact::AuthMethod.is(client.auth_method.as_str()),
            same_revision(client),
            same_claims(client),
            same_logo(client),
        ];
        // A secret that is new since the client was read would be lost with its method.
        let secrets = changes_method.then(|| ClientFact::Secrets.is(&*client.secrets));
        Ok(guards.into_iter().chain(secrets).fold(change, ClientChange::when))
    }

    /// Adds the settings that the new profile demands, if there is one.
    fn with_those_of_profile(self, client: &Client) -> Result<Self, RegistrationError> {
        let Some(profile) = self.profile.filter(|profile| profile.is_fapi()) else { return Ok(self) };
        profile.check_named(&NamedSettings {
            algorithms: self.introspection_algorithm.into_iter().collect(),
            pkce: self.pkce,
            dpop: self.dpop,
            pushed: None,
            strict_audience: self.strict_audience,
        })?;
        let settings = self.clone().into_settings();
        let after = settings.iter().fold(client.clone(), |client, setting| setting.applied(client)).under(profile);
        Ok(Self {
            pkce: Some(after.pkce),
            dpop: Some(after.dpop),
            requests: Some(after.requests),
            introspection_algorithm: Some(after.introspection_algorithm),
            strict_audience: Some(after.strict_audience),
            relying_party: Some(after.relying_party),
            ..self
        })
    }

    /// Returns each setting that is given.
    fn into_settings(self) -> Vec<Setting> {
        let settings = [
            self.name.map(Setting::Name),
            self.profile.map(Setting::Profile),
            self.auth_method.map(Setting::AuthMethod),
            self.redirect_uris.map(Setting::RedirectUris),
            self.grant_types.map(Setting::GrantTypes),
            self.apis.map(each_once).map(Setting::Apis),
            self.scope.map(Setting::Scope),
            self.audience.map(Setting::Audience),
            self.introspects.map(each_once).map(Setting::Introspects),
            self.may_act.map(each_once).map(Setting::MayAct),
            self.assertion_targets.map(each_once).map(Setting::AssertionTargets),
            self.trusted.map(Setting::Trusted),
            self.pkce.map(Setting::Pkce),
            self.dpop.map(Setting::Dpop),
            self.requests.map(Setting::Requests),
            self.introspection_algorithm.map(Setting::IntrospectionAlgorithm),
            self.keys.map(Setting::Keys),
            self.federation.map(Setting::Federation),
            self.assertion_algorithm.map(Setting::AssertionAlgorithm),
            self.strict_audience.map(Setting::StrictAudience),
            self.relying_party.map(Setting::RelyingParty),
            self.id_token_claims.map(Setting::IdTokenClaims),
            self.claims.map(Setting::Claims),
            self.logo.map(Setting::Logo),
        ];
        let links = self.links.into_iter().map(|(link, url)| Setting::Link(link, url));
        settings.into_iter().flatten().chain(links).collect()
    }
}

impl<T> Edit<T> {
    /// Returns the setting after the change, if there is one.
    fn map(self, setting: impl FnOnce(Option<T>) -> Setting) -> Option<Setting> {
        match self {
            Self::Keep => None,
            Self::Remove => Some(setting(None)),
            Self::Set(value) => Some(setting(Some(value))),
        }
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
    use super::*;
    use crate::client::record::AuthMethod;
    use crate::fixtures::{NOW, client};

    fn claims(text: &str) -> Claims {
        Claims::parse(text).unwrap()
    }

    fn changed(client: &Client, new: NewSettings) -> Client {
        new.change(client).unwrap().after(Some(client)).unwrap()
    }

    #[test]
    fn c133_c177_settings_change_alone_and_only_as_they_were_read() {
        let read = client();
        let new = NewSettings::default;
        let pkce = NewSettings { pkce: Some(PkceRule::Optional), ..new() };
        let told = NewSettings { id_token_claims: Some(IdTokenClaims::Scope), ..new() };
        let [acme, other] = [r#"{"tenant":"acme"}"#, r#"{"tenant":"other"}"#]
            .map(|text| NewSettings { claims: Some(claims(text)), ..new() });
        let off = |client: &Client| ClientChange::disabled(&read, true).after(Some(client)).unwrap();
        let early = [&pkce, &told, &acme].map(|new| new.clone().change(&read).unwrap());
        let after = off(&[pkce, told, acme].into_iter().fold(read.clone(), |client, new| changed(&client, new)));
        assert_eq!((after.pkce, after.relying_party.id_token_claims), (PkceRule::Optional, IdTokenClaims::Scope));
        assert_eq!((after.claims.clone(), after.disabled, after.revision), (claims(r#"{"tenant":"acme"}"#), true, 3));
        assert_eq!(early.each_ref().map(|change| change.after(Some(&after))), [None, None, None], "it was changed");
        assert!(changed(&after, NewSettings { claims: Some(claims("{}")), ..new() }).claims.is_empty());
        // An earlier version sets claims without a revision.
        let of_before = Client { claims: claims(r#"{"tenant":"acme"}"#), ..read.clone() };
        assert_eq!(other.change(&read).unwrap().after(Some(&of_before)), None);
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
        let max_age = RelyingParty { default_max_age: Some(60), ..RelyingParty::default() };
        let new = NewSettings {
            name: Some("Other".to_owned()),
            redirect_uris: Some(vec![uri.clone()]),
            grant_types: Some([GrantType::ClientCredentials].into()),
            apis: Some(twice.clone()),
            scope: Edit::Remove,
            audience: Some(AudienceRule::All),
            introspects: Some(twice),
            trusted: Some(true),
            strict_audience: Some(true),
            relying_party: Some(max_age.clone()),
            ..NewSettings::default()
        };
        let after = Client {
            name: "Other".to_owned(),
            redirect_uris: vec![uri],
            grant_types: [GrantType::ClientCredentials].into(),
            apis: vec![other.clone(), one.clone()],
            scope: None,
            audience: AudienceRule::All,
            introspects: vec![other, one],
            trusted: true,
            strict_audience: true,
            relying_party: RelyingParty { id_token_claims: IdTokenClaims::Scope, ..max_age },
            revision: 1,
            ..read.clone()
        };
        assert_eq!(changed(&read, new), after);
        assert_eq!(changed(&read, NewSettings::default()), Client { revision: 1, ..read });
    }

    #[test]
    fn c133_of_two_changes_that_rest_on_the_same_state_one_is_made() {
        let read = client();
        let new = |name: &str| NewSettings { name: Some(name.to_owned()), ..NewSettings::default() };
        let [one, other] = ["One", "Other"].map(|name| new(name).change(&read).unwrap());
        let after = one.after(Some(&read)).unwrap();
        assert_eq!(other.after(Some(&after)), None);
        assert_eq!(changed(&after, new("Other")).name, "Other");
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
        let new = || NewSettings { redirect_uris: Some(vec![uri.clone()]), ..NewSettings::default() };
        assert_eq!(changed(&public, new()).redirect_uris, std::slice::from_ref(&uri));
        let named = NewSettings { name: Some("\u{202e}".to_owned()), ..new() };
        assert_eq!(named.change(&public), Err(RegistrationError::Name));
        let nonce = NewSettings { pkce: Some(PkceRule::Nonce), ..new() };
        assert_eq!(nonce.change(&public), Err(RegistrationError::PublicWithoutPkce));
        let without = NewSettings { redirect_uris: Some(Vec::new()), ..new() };
        assert_eq!(without.change(&public), Err(RegistrationError::RedirectUriMissing));
    }

    #[test]
    fn c133_links_change_one_by_one_and_of_two_logos_that_were_given_at_the_same_time_one_is_kept() {
        let read = client();
        let url = |text: &str| LinkUrl::parse(text).unwrap();
        let link = |link, url| NewSettings { links: vec![(link, url)], ..NewSettings::default() };
        let policy = link(ClientLink::Policy, Some(url("https://app.example/policy")));
        let terms = link(ClientLink::Terms, Some(url("https://app.example/terms")));
        let after = [policy, terms].into_iter().fold(read.clone(), |client, new| changed(&client, new));
        let links = |client: &Client| ClientLink::ALL.map(|link| client.link(link).map(str::to_owned));
        let [policy, terms] =
            ["https://app.example/policy", "https://app.example/terms"].map(|url| Some(url.to_owned()));
        assert_eq!(links(&after), [None, policy, terms.clone()]);
        assert_eq!(links(&changed(&after, link(ClientLink::Policy, None))), [None, None, terms]);
        let logo = |byte| LogoFacts { kind: protocol::LogoType::Png, size: 9, digest: [byte; 32] };
        let edit = |client: &Client, logo| NewSettings { logo, ..NewSettings::default() }.change(client).unwrap();
        let [one, other, remove] =
            [LogoEdit::Set(logo(1)), LogoEdit::Set(logo(2)), LogoEdit::Remove].map(|logo| edit(&read, logo));
        let with_logo = one.after(Some(&read)).unwrap();
        assert_eq!(with_logo.logo, Some(logo(1)));
        assert_eq!([&other, &remove].map(|change| change.after(Some(&with_logo))), [None, None]);
        let without = edit(&with_logo, LogoEdit::Remove).after(Some(&with_logo));
        assert_eq!(without, Some(Client { revision: 2, ..read.clone() }));
        // An earlier version sets a logo without a revision.
        assert_eq!(other.after(Some(&Client { logo: Some(logo(1)), ..read })), None);
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
