//! The names, the links and the logo by which pages show a client.

use protocol::{ClientLink, LinkUrl, Localized, LogoFacts};

use crate::client::record::Client;
use crate::client::self_registration::Registrant;

impl Client {
    /// Returns the name with its variants by language.
    pub fn localized_name(&self) -> Localized {
        let variants = self.name_in.clone();
        // No client is registered with too many.
        Localized::with_variants(&self.name, variants).unwrap_or_else(|_| Localized::new(&self.name))
    }

    /// Returns a link of the client: the one that the operator gave, or the client's own if it registered itself.
    pub fn link(&self, link: ClientLink) -> Option<&str> {
        match &self.registered_by {
            Some(own) => own.about.link(link),
            None => self.links.get(&link).map(LinkUrl::as_str),
        }
    }

    /// Returns the facts of the logo that pages show. That of a client which nobody vouches for is shown only where
    /// the deployment allows it: anybody can register with the logo of somebody else.
    pub fn shown_logo(&self, of_others_as_well: bool) -> Option<&LogoFacts> {
        let may_be_shown = match self.registrant() {
            Registrant::Operator => true,
            Registrant::Itself { .. } | Registrant::Document => of_others_as_well,
        };
        self.logo.as_ref().filter(|_| may_be_shown)
    }
}

#[cfg(test)]
mod tests {
    use protocol::{AboutClient, LogoType};

    use super::*;
    use crate::client::self_registration::{RegistrationPolicy, SelfRegistration};
    use crate::fixtures::{DIGEST, NOW, client};

    #[test]
    fn a_client_has_the_links_of_whoever_registered_it_and_its_logo_by_leave_of_the_deployment() {
        let links = [(ClientLink::Policy, LinkUrl::parse("https://app.example/policy").unwrap())];
        let logo = LogoFacts { kind: LogoType::Png, size: 9, digest: [1; 32] };
        let vouched_for = Client { links: links.into(), logo: Some(logo), ..client() };
        let about = AboutClient::parse(r#"{"client_uri":"https://own.example/","tos_uri":"http://own.example/"}"#);
        let own = SelfRegistration::new(DIGEST, RegistrationPolicy::default(), None, NOW);
        let own = SelfRegistration { about: about.unwrap(), ..own };
        let itself = Client { registered_by: Some(own), ..vouched_for.clone() };
        let links = |client: &Client| ClientLink::ALL.map(|link| client.link(link).map(str::to_owned));
        assert_eq!(links(&vouched_for), [None, Some("https://app.example/policy".to_owned()), None]);
        assert_eq!(links(&itself), [Some("https://own.example/".to_owned()), None, None]);
        for (client, allowed, shown) in
            [(&vouched_for, false, true), (&vouched_for, true, true), (&itself, false, false), (&itself, true, true)]
        {
            assert_eq!(client.shown_logo(allowed).is_some(), shown, "{client:?} {allowed}");
        }
    }
}
