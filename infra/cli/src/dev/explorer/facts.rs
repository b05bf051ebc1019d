//! The values that a page knows before it is rendered, and the placeholders of those that it does not know yet.

use crate::dev::demo::Demo;
use crate::dev::demo_parts::{API, address_of_apps};
use crate::dev::explorer::clients::CALLBACK;
use crate::dev::explorer::platform::PlayedKey;

/// The values of placeholders, in the texts of all flows.
#[derive(Clone)]
pub(crate) struct Facts {
    pub(crate) issuer: String,
    /// The path of the issuer, before which no page of the explorer begins.
    pub(crate) base: String,
    /// The key of the explorer's platform.
    pub(crate) platform: PlayedKey,
    /// The key of the explorer's identity provider.
    pub(crate) provider: PlayedKey,
    known: Vec<(&'static str, String)>,
}

impl Facts {
    pub(crate) fn new(demo: &Demo, base: &str) -> Self {
        let known = vec![
            ("issuer", demo.issuer.clone()),
            ("encoded_issuer", demo.issuer.replace(':', "%3A").replace('/', "%2F")),
            ("redirect_uri", format!("{}{CALLBACK}", address_of_apps(&demo.issuer))),
            ("redirect_path", format!("{base}{CALLBACK}")),
            ("api", API.to_owned()),
            ("service_secret", demo.explorer.service.expose().to_owned()),
            ("api_secret", demo.explorer.api.expose().to_owned()),
            ("agent_secret", demo.explorer.agent.expose().to_owned()),
        ];
        let (platform, provider) = (demo.explorer.platform.clone(), demo.explorer.provider.clone());
        Self { issuer: demo.issuer.clone(), base: base.to_owned(), platform, provider, known }
    }

    /// Replaces the placeholders whose values are known.
    pub(crate) fn fill(&self, template: &str) -> String {
        self.known.iter().fold(template.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// Returns the host of the issuer, with its port.
    pub(crate) fn host(&self) -> &str {
        let rest = self.issuer.split_once("://").map_or(self.issuer.as_str(), |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

/// Replaces the placeholders that are left by their names in capitals, as documents write them.
pub(crate) fn readable(template: &str) -> String {
    let mut text = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, name, after)) = next_placeholder(rest) {
        text.push_str(before);
        text.push_str(&name.to_ascii_uppercase());
        rest = after;
    }
    text + rest
}

/// Returns the names of the placeholders in a text.
pub(crate) fn placeholders(template: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut rest = template;
    while let Some((_, name, after)) = next_placeholder(rest) {
        names.push(name);
        rest = after;
    }
    names
}

/// Returns the text before the next placeholder, its name, and the text after it.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_found_and_read_as_capitals() {
        assert_eq!(readable("code={code}&x={code_verifier}."), "code=CODE&x=CODE_VERIFIER.");
        assert_eq!(placeholders("{a}b{c_2}"), ["a", "c_2"]);
        assert_eq!(readable("none, not even {"), "none, not even {");
    }
}
