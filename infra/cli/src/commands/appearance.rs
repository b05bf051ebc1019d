//! The links and the logo of a client, as commands give and describe them.

use std::collections::BTreeMap;
use std::path::Path;

use edge::Error;
use grants::{Client, LogoEdit};
use protocol::{ClientLink, LinkUrl, Logo};
use serde_json::{Value, json};

use crate::args::AppearanceOptions;

/// The links and the logo that options give.
#[derive(Default)]
pub(crate) struct Appearance {
    /// The given links; no URL means that the client has none any more.
    pub(crate) links: BTreeMap<ClientLink, Option<LinkUrl>>,
    pub(crate) logo: NewLogo,
}

/// The logo that an option gives.
#[derive(Default)]
pub(crate) enum NewLogo {
    #[default]
    NotGiven,
    None,
    Given(Logo),
}

impl Appearance {
    /// Reads the options, and the file of the logo.
    pub(crate) fn read(options: &AppearanceOptions) -> Result<Self, Error> {
        let given = [&options.client_uri, &options.policy_uri, &options.tos_uri];
        let links = ClientLink::ALL.into_iter().zip(given).filter_map(|(link, text)| Some((link, text.as_ref()?)));
        let links = links.map(|(link, text)| Ok::<_, Error>((link, url(link, text)?))).collect::<Result<_, _>>()?;
        let logo = match &options.logo {
            None => NewLogo::NotGiven,
            Some(path) if path.is_empty() => NewLogo::None,
            Some(path) => NewLogo::Given(logo(Path::new(path))?),
        };
        Ok(Self { links, logo })
    }

    /// Returns the names of what changes, for the audit trail.
    pub(crate) fn names(&self) -> Vec<String> {
        let links = self.links.keys().map(|link| link.as_str().to_owned());
        let logo = match self.logo {
            NewLogo::NotGiven => None,
            NewLogo::None | NewLogo::Given(_) => Some("logo".to_owned()),
        };
        links.chain(logo).collect()
    }
}

impl NewLogo {
    /// Returns the change of the facts that the client has about its logo.
    pub(crate) fn edit(&self) -> LogoEdit {
        match self {
            Self::NotGiven => LogoEdit::Keep,
            Self::None => LogoEdit::Remove,
            Self::Given(logo) => LogoEdit::Set(logo.facts()),
        }
    }

    /// Returns the logo, if there is one.
    pub(crate) const fn given(&self) -> Option<&Logo> {
        match self {
            Self::NotGiven | Self::None => None,
            Self::Given(logo) => Some(logo),
        }
    }
}

fn url(link: ClientLink, text: &str) -> Result<Option<LinkUrl>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let option = link.as_str().replace('_', "-");
    LinkUrl::parse(text).map(Some).map_err(|error| format!("--{option} {text:?} cannot be used: {error}").into())
}

fn logo(path: &Path) -> Result<Logo, Error> {
    let fault = |error: &dyn std::fmt::Display| format!("the logo {} cannot be used: {error}", path.display());
    let bytes = std::fs::read(path).map_err(|error| fault(&error))?;
    Ok(Logo::parse(bytes).map_err(|error| fault(&error))?)
}

/// Adds the links and the logo to the description of a client.
pub(crate) fn describe(client: &Client, document: &mut Value) {
    let Some(members) = document.as_object_mut() else { return };
    for link in ClientLink::ALL {
        members.insert(link.as_str().to_owned(), client.link(link).into());
    }
    let logo = client.logo.map(|facts| json!({ "type": facts.kind.as_str(), "bytes": facts.size }));
    members.insert("logo".to_owned(), logo.into());
}
