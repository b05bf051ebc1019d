//! The names by language, the links and the logo by which pages show a client: the options of `create` and `update`, and what they change.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::path::Path;

use clap::Args;
use edge::Error;
use grants::Client;
use protocol::{ClientLink, LanguageTag, LinkUrl, Logo};

/// Options for the names by language, the links and the logo of a client, on pages. An empty value means none.
#[derive(Args)]
pub(crate) struct AppearanceOptions {
    /// Name of the client in one language, for people whose pages are in it, as de=Laden; may be repeated.
    #[arg(long, value_name = "LANGUAGE=NAME")]
    pub(crate) name_in: Vec<String>,
    /// Website of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) client_uri: Option<String>,
    /// Privacy policy of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) policy_uri: Option<String>,
    /// Terms of service of the client (https).
    #[arg(long, value_name = "URI")]
    pub(crate) tos_uri: Option<String>,
    /// Logo of the client: a PNG, JPEG, WebP or GIF image of at most 64 KiB.
    #[arg(long, value_name = "FILE")]
    pub(crate) logo: Option<OsString>,
}

/// The names, the links and the logo that options give.
#[derive(Default)]
pub(crate) struct Appearance {
    /// The given names by language; no name means that the client has none in this language any more.
    name_in: BTreeMap<LanguageTag, Option<String>>,
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
        let name_in = options.name_in.iter().map(|text| name_in(text)).collect::<Result<_, _>>()?;
        let given = [&options.client_uri, &options.policy_uri, &options.tos_uri];
        let links = ClientLink::ALL.into_iter().zip(given).filter_map(|(link, text)| Some((link, text.as_ref()?)));
        let links = links.map(|(link, text)| Ok::<_, Error>((link, url(link, text)?))).collect::<Result<_, _>>()?;
        let logo = match &options.logo {
            None => NewLogo::NotGiven,
            Some(path) if path.is_empty() => NewLogo::None,
            Some(path) => NewLogo::Given(logo(Path::new(path))?),
        };
        Ok(Self { name_in, links, logo })
    }

    /// Returns the client with what the options give.
    pub(crate) fn applied(&self, mut client: Client) -> Client {
        for (tag, name) in &self.name_in {
            match name {
                Some(name) => client.name_in.insert(tag.clone(), name.clone()),
                None => client.name_in.remove(tag),
            };
        }
        for (link, url) in &self.links {
            match url {
                Some(url) => client.links.insert(*link, url.clone()),
                None => client.links.remove(link),
            };
        }
        match &self.logo {
            NewLogo::NotGiven => client,
            NewLogo::None => Client { logo: None, ..client },
            NewLogo::Given(logo) => Client { logo: Some(logo.facts()), ..client },
        }
    }

    /// Returns the names of what changes, for the audit trail.
    pub(crate) fn names(&self) -> Vec<String> {
        let name_in = (!self.name_in.is_empty()).then(|| "name_in".to_owned());
        let links = self.links.keys().map(|link| link.as_str().to_owned());
        let logo = match self.logo {
            NewLogo::NotGiven => None,
            NewLogo::None | NewLogo::Given(_) => Some("logo".to_owned()),
        };
        name_in.into_iter().chain(links).chain(logo).collect()
    }
}

impl NewLogo {
    /// Returns the logo, if there is one.
    pub(crate) const fn given(&self) -> Option<&Logo> {
        match self {
            Self::NotGiven | Self::None => None,
            Self::Given(logo) => Some(logo),
        }
    }
}

/// Reads a name with its language, or the language of one to remove.
fn name_in(text: &str) -> Result<(LanguageTag, Option<String>), Error> {
    let fault = |why: &dyn std::fmt::Display| format!("--name-in {text:?} cannot be used: {why}");
    let form = "give LANGUAGE=NAME, as de=Laden, or de= to remove the name";
    let (tag, name) = text.split_once('=').ok_or_else(|| fault(&form))?;
    let tag = LanguageTag::parse(tag).map_err(|error| fault(&error))?;
    Ok((tag, Some(name.to_owned()).filter(|name| !name.is_empty())))
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
