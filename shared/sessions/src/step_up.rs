//! Authentication contexts that a request asks for (`acr_values`, `claims`; OpenID Connect Core §3.1.2.1, §5.5.1.1, RFC
//! 9470 §4), and what is missing for them.
//!
//! # Decisions
//! - An essential `acr` is met, or the request is refused. A voluntary one and `acr_values` are wishes in the order of
//!   preference: the first one that the person can meet counts, and without one the request goes on. Of both, the `acr`
//!   counts, which says more; the specification leaves that open.
//! - A stronger sign-in meets a weaker context. Tokens then have the context that was demanded, where one was, because the
//!   client compares it; and otherwise the strongest.
//! - A person who cannot reach what the deployment demands is led to the page that adds a factor, because every app would
//!   refuse otherwise. What a client or a request demands beyond that is refused: the person may not want it for one app.

use grants::{Client, Context, Methods, Policy};
use protocol::AuthorizationRequest;

/// The contexts that a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedContexts {
    /// The weakest context that the client and the deployment take, as operators set it.
    least: Context,
    /// The weakest context that the deployment takes.
    of_deployment: Context,
    /// The contexts one of which is demanded, the preferred one first; empty accepts any.
    essential: Vec<Context>,
    /// The contexts that are preferred, the first one most.
    preferred: Vec<Context>,
}

/// The part that a sign-in lacks for the contexts that are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lack {
    /// Nothing at all is missing.
    Nothing,
    /// A second factor is preferred. The person has one, and did not show it.
    PreferredFactor,
    /// A second factor is demanded. The person has one, and did not show it.
    Factor,
    /// The person cannot sign in as the deployment demands it, before a factor is added.
    SetUp,
    /// The person cannot sign in as it is demanded.
    Reach,
}

impl WantedContexts {
    /// Returns the contexts that a request of a client asks for, in a deployment with this policy; `None` if it demands one
    /// that no sign-in here has.
    pub fn of(request: &AuthorizationRequest, client: &Client, policy: &Policy) -> Option<Self> {
        let offered = |values: &[String]| values.iter().filter_map(|text| Context::offered(text)).collect::<Vec<_>>();
        let essential = offered(&request.claims.acr);
        if essential.is_empty() && !request.claims.acr.is_empty() {
            return None;
        }
        let registered = client.registered_by.as_ref().and_then(|by| by.about.default_acr_values.as_deref());
        let wishes = [&request.claims.preferred_acr, &request.acr_values];
        let asked = wishes.into_iter().find(|asked| !asked.is_empty()).map(Vec::as_slice);
        let preferred = offered(asked.or(registered).unwrap_or_default());
        Some(Self { essential, preferred, ..Self::least(client, policy) })
    }

    /// Returns the contexts that every request of a client asks for.
    pub(crate) fn least(client: &Client, policy: &Policy) -> Self {
        Self {
            least: policy.least_context_for(&client.relying_party),
            of_deployment: policy.least_context,
            essential: Vec::new(),
            preferred: Vec::new(),
        }
    }

    /// Returns what a sign-in with the context `has` lacks, of a person who can sign in with `reach`.
    pub(crate) fn lack(&self, has: Context, reach: Context) -> Lack {
        if has < self.least {
            return match (reach < self.of_deployment, reach < self.least) {
                (true, _) => Lack::SetUp,
                (false, true) => Lack::Reach,
                (false, false) => Lack::Factor,
            };
        }
        let meets = |context: &&Context, most: Context| **context <= most;
        let demanded = self.essential.iter().any(|context| meets(&context, has));
        if !self.essential.is_empty() && !demanded {
            let can = self.essential.iter().any(|context| meets(&context, reach));
            return if can { Lack::Factor } else { Lack::Reach };
        }
        let preferred = self.preferred.iter().find(|context| meets(context, reach));
        if preferred.is_some_and(|context| *context > has) { Lack::PreferredFactor } else { Lack::Nothing }
    }

    /// Returns the context that tokens report for a sign-in by these methods.
    pub fn reported(&self, methods: &Methods) -> Context {
        let has = methods.context();
        if self.essential.contains(&has) {
            return has;
        }
        self.essential.iter().copied().find(|context| *context <= has).unwrap_or(has)
    }
}

#[cfg(test)]
mod tests {
    use grants::{AuthMethod, Target};
    use protocol::{LegacyGrants, Parameters, RedirectUri, Scope};

    use super::*;
    use crate::flow::tests::client;
    use crate::session::tests::session;
    use crate::{
        Expected, Factors, Next, RequestDigest, SignedIn, Situation, Totp, Unmet, User, meets_demands, next,
        next_for_device,
    };

    /// The essential and the preferred contexts, the context of the sign-in, the reach of the person, and what is missing.
    type Row = (&'static [Context], &'static [Context], Context, Context, Lack);

    fn request(more: &str) -> AuthorizationRequest {
        let query = format!("response_type=code{more}");
        let parameters = Parameters::parse(query.as_bytes()).unwrap();
        AuthorizationRequest::parse(&parameters, LegacyGrants::default()).unwrap()
    }

    /// A person without a second factor, and the same one with an app, who is signed in with the password alone.
    fn people() -> [SignedIn; 2] {
        let (person, _) = session();
        let totp = Some(Totp { sealed: vec![1], step: 5, since: person.session().auth_time });
        let factors = Factors { totp, ..Factors::default() };
        let strong = person.clone().with_user(User { factors, ..person.user().clone() });
        [person, strong]
    }

    /// The next step of a request in a deployment that demands this context.
    fn decide_in(least_context: Context, person: &SignedIn, more: &str) -> Next {
        let target = Target { resources: Vec::new(), scope: Scope::default() };
        let situation = Situation {
            client: &client(AuthMethod::None),
            redirect_uri: &RedirectUri::parse("https://app.example/cb").unwrap(),
            target: &target,
            agreed: None,
            signed_in: Some(person),
            known_as: Some(&person.user().subject),
            expected: &Expected::Anyone,
            digest: RequestDigest::of("another"),
            just_signed_in: false,
            policy: &Policy { least_context, ..Policy::default() },
        };
        next(&request(more), &situation, person.session().auth_time)
    }

    #[test]
    fn c234_an_essential_context_is_met_stepped_up_to_or_refused_and_a_wish_never_is() {
        use Context::{Password, PhishingResistant, TwoFactors};
        let wanted = |essential: &[Context], preferred: &[Context]| WantedContexts {
            least: Context::Password,
            of_deployment: Context::Password,
            essential: essential.to_vec(),
            preferred: preferred.to_vec(),
        };
        let rows: [Row; 13] = [
            (&[], &[], Password, TwoFactors, Lack::Nothing),
            (&[Password], &[], TwoFactors, TwoFactors, Lack::Nothing),
            (&[TwoFactors], &[], TwoFactors, TwoFactors, Lack::Nothing),
            (&[TwoFactors], &[], Password, TwoFactors, Lack::Factor),
            (&[TwoFactors], &[], Password, Password, Lack::Reach),
            (&[TwoFactors, Password], &[], Password, Password, Lack::Nothing),
            (&[], &[TwoFactors], Password, Password, Lack::Nothing),
            (&[], &[TwoFactors, Password], Password, TwoFactors, Lack::PreferredFactor),
            (&[], &[Password, TwoFactors], Password, TwoFactors, Lack::Nothing),
            (&[PhishingResistant], &[], TwoFactors, PhishingResistant, Lack::Factor),
            (&[PhishingResistant], &[], TwoFactors, TwoFactors, Lack::Reach),
            (&[TwoFactors], &[], PhishingResistant, PhishingResistant, Lack::Nothing),
            (&[], &[PhishingResistant], Password, PhishingResistant, Lack::PreferredFactor),
        ];
        for (essential, preferred, has, reach, lack) in rows {
            assert_eq!(wanted(essential, preferred).lack(has, reach), lack, "{essential:?} {preferred:?} {has:?}");
        }
        let now = grants::Timestamp::from_seconds(1);
        let two = Methods::password(now).with(grants::Method::OneTimeCode, now);
        assert_eq!(wanted(&[Password], &[]).reported(&two), Password);
        assert_eq!(wanted(&[Password, TwoFactors], &[]).reported(&two), TwoFactors);
        assert_eq!(wanted(&[], &[Password]).reported(&two), TwoFactors);
        let required = WantedContexts { least: TwoFactors, ..wanted(&[Password], &[]) };
        let lacks = [(Password, Password), (Password, TwoFactors), (TwoFactors, TwoFactors)]
            .map(|(has, reach)| required.lack(has, reach));
        assert_eq!(lacks, [Lack::Reach, Lack::Factor, Lack::Nothing]);
    }

    #[test]
    fn c234_what_the_deployment_demands_can_be_set_up_and_what_a_client_demands_beyond_it_cannot() {
        use Context::{Password, PhishingResistant, TwoFactors};
        let lack = |requires_factor, least_context, has, reach| {
            let relying_party = grants::RelyingParty { requires_factor, ..grants::RelyingParty::default() };
            let client = Client { relying_party, ..client(AuthMethod::None) };
            let policy = Policy { least_context, ..Policy::default() };
            WantedContexts::of(&request(""), &client, &policy).unwrap().lack(has, reach)
        };
        let rows = [
            (false, Password, Password, Password, Lack::Nothing),
            (false, TwoFactors, Password, Password, Lack::SetUp),
            (true, TwoFactors, Password, Password, Lack::SetUp),
            (true, Password, Password, Password, Lack::Reach),
            (false, TwoFactors, Password, TwoFactors, Lack::Factor),
            (false, TwoFactors, TwoFactors, TwoFactors, Lack::Nothing),
            (false, PhishingResistant, TwoFactors, TwoFactors, Lack::SetUp),
            (true, PhishingResistant, TwoFactors, PhishingResistant, Lack::Factor),
            (true, PhishingResistant, PhishingResistant, PhishingResistant, Lack::Nothing),
        ];
        for (requires_factor, of_deployment, has, reach, expected) in rows {
            assert_eq!(
                lack(requires_factor, of_deployment, has, reach),
                expected,
                "{requires_factor} {of_deployment:?} {has:?} {reach:?}"
            );
        }
    }

    #[test]
    fn c234_a_signed_in_person_is_asked_for_the_factor_that_is_missing_and_silence_is_an_error() {
        let [person, strong] = people();
        let decide = |person: &SignedIn, more: &str| decide_in(Context::Password, person, more);
        let essential =
            "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22mfa%22%7D%7D%7D";
        let silent = format!("{essential}&prompt=none");
        let voluntary = "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22values%22%3A%5B%22mfa%22%5D%7D%7D%7D";
        for (person, more, expected) in [
            (&strong, "", Next::Consent),
            (&strong, essential, Next::Factor),
            (&strong, "&acr_values=mfa", Next::Factor),
            (&strong, voluntary, Next::Factor),
            (&strong, &*format!("{voluntary}&prompt=none"), Next::Refuse(Unmet::Consent)),
            (&person, voluntary, Next::Consent),
            (&strong, &*silent, Next::Refuse(Unmet::SignIn)),
            (&strong, "&acr_values=mfa&prompt=none", Next::Refuse(Unmet::Consent)),
            (&strong, "&acr_values=mfa&prompt=login", Next::SignIn),
            (&person, essential, Next::Refuse(Unmet::Reach)),
            (&person, "&acr_values=mfa", Next::Consent),
        ] {
            assert_eq!(decide(person, more), expected, "{more}");
        }
    }

    #[test]
    fn c234_a_signed_in_person_sets_up_what_the_deployment_demands_and_silence_is_an_error() {
        let [person, strong] = people();
        let two = Context::TwoFactors;
        assert_eq!(decide_in(two, &person, ""), Next::SetUp);
        assert_eq!(decide_in(two, &person, "&prompt=none"), Next::Refuse(Unmet::Reach));
        assert_eq!(decide_in(two, &strong, ""), Next::Factor);
        assert_eq!(decide_in(Context::PhishingResistant, &strong, ""), Next::SetUp);
    }

    /// The parameter of a request that demands this context.
    fn demanding(value: &str) -> String {
        format!(
            "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22{value}%22%7D%7D%7D"
        )
    }

    #[test]
    fn c234_tokens_report_the_context_that_was_demanded_and_otherwise_the_strongest() {
        let (person, _) = session();
        let now = person.session().auth_time;
        let methods = Methods::password(now).with(grants::Method::OneTimeCode, now);
        let strong = person.clone().with_session(crate::Session { methods, ..person.session().clone() });
        let reported = |more: &str| {
            let wanted = WantedContexts::of(&request(more), &client(AuthMethod::None), &Policy::default()).unwrap();
            strong.authentication_for(Some(&wanted))
        };
        assert_eq!(strong.authentication_for(None), grants::Authentication::of(methods));
        for (more, context) in [("", Context::TwoFactors), (&*demanding("pwd"), Context::Password)] {
            assert_eq!(reported(more), grants::Authentication { methods, context }, "{more}");
        }
    }

    #[test]
    fn c234_a_device_is_answered_by_who_meets_what_its_client_and_the_deployment_demand() {
        use Context::{Password, TwoFactors};
        let [person, strong] = people();
        for (person, requires_factor, least_context, expected) in [
            (&person, false, Password, Next::Consent),
            (&person, true, Password, Next::Refuse(Unmet::Reach)),
            (&person, false, TwoFactors, Next::SetUp),
            (&strong, false, Password, Next::Consent),
            (&strong, true, Password, Next::Factor),
            (&strong, false, TwoFactors, Next::Factor),
        ] {
            let relying_party = grants::RelyingParty { requires_factor, ..grants::RelyingParty::default() };
            let client = Client { relying_party, ..client(AuthMethod::None) };
            let policy = Policy { least_context, ..Policy::default() };
            assert_eq!(next_for_device(&client, person, &policy), expected, "{requires_factor} {least_context:?}");
        }
    }

    #[test]
    fn c234_a_sign_in_meets_demands_whatever_is_only_wished() {
        let [person, strong] = people();
        let meets = |more: &str, least_context| {
            let policy = Policy { least_context, ..Policy::default() };
            [&person, &strong].map(|person| meets_demands(&request(more), &client(AuthMethod::None), person, &policy))
        };
        for more in ["", "&acr_values=mfa", &demanding("pwd")] {
            assert_eq!(meets(more, Context::Password), [true; 2], "{more}");
        }
        for more in [demanding("mfa"), demanding("gold")] {
            assert_eq!(meets(&more, Context::Password), [false; 2], "{more}");
        }
        assert_eq!(meets("", Context::TwoFactors), [false; 2]);
    }

    #[test]
    fn c234_values_that_are_not_offered_are_ignored_as_wishes_and_refused_as_demands() {
        let wanted = |more: &str| WantedContexts::of(&request(more), &client(AuthMethod::None), &Policy::default());
        assert_eq!(wanted(""), Some(WantedContexts::least(&client(AuthMethod::None), &Policy::default())));
        let asked = wanted("&acr_values=gold+mfa+pwd").unwrap();
        assert_eq!(asked.preferred, [Context::TwoFactors, Context::Password]);
        let voluntary =
            "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22values%22%3A%5B%22gold%22%2C%22mfa%22%5D%7D%7D%7D";
        for more in [voluntary.to_owned(), format!("{voluntary}&acr_values=pwd")] {
            let asked = wanted(&more).unwrap();
            assert_eq!((asked.essential, asked.preferred), (Vec::new(), vec![Context::TwoFactors]), "{more}");
        }
        let essential = |value: &str| {
            format!(
                "&claims=%7B%22id_token%22%3A%7B%22acr%22%3A%7B%22essential%22%3Atrue%2C%22value%22%3A%22{value}%22%7D%7D%7D"
            )
        };
        assert_eq!(wanted(&essential("gold")), None);
        assert_eq!(wanted(&essential("mfa")).unwrap().essential, [Context::TwoFactors]);
    }
}
