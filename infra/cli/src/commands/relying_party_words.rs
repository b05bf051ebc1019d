//! The words of a client that signs people in, by the names of OpenID Connect Dynamic Client Registration §2.

use grants::{Backchannel, IdTokenClaims, RelyingParty, Sector, SigningAlgorithm};
use protocol::{RedirectUri, ServerUri};
use serde::{Deserialize, Serialize};

use crate::commands::apply::reading::{Reading, redirect_uris};
use crate::commands::apply::word::{self, Told, Word};

const RS256: SigningAlgorithm = SigningAlgorithm::Rs256;

/// The settings of an app that signs people in.
#[derive(Deserialize, Serialize, Default, PartialEq)]
#[serde(deny_unknown_fields)]
pub(crate) struct RelyingPartyWords {
    id_token_signed_response_alg: Option<Word<SigningAlgorithm>>,
    userinfo_signed_response_alg: Option<Word<SigningAlgorithm>>,
    subject_type: Option<SubjectType>,
    sector: Option<Word<Sector>>,
    id_token_claims: Option<Word<IdTokenClaims>>,
    #[serde(default, deserialize_with = "word::time")]
    pub(crate) default_max_age: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    require_factor: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_logout_redirect_uris: Option<Vec<Word<RedirectUri>>>,
    backchannel_logout_uri: Option<Word<ServerUri>>,
}

/// The `sub` by which an app knows a person.
#[derive(Deserialize, Serialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum SubjectType {
    Public,
    Pairwise,
}

impl RelyingPartyWords {
    /// Returns the words of a relying party.
    pub(crate) fn of(party: &RelyingParty, told: Told) -> Self {
        let subject_type = if party.sector.is_some() { SubjectType::Pairwise } else { SubjectType::Public };
        Self {
            id_token_signed_response_alg: told.unless(&RS256, party.id_token_algorithm).map(Word),
            userinfo_signed_response_alg: party.userinfo_algorithm.map(Word),
            subject_type: told.unless(&SubjectType::Public, subject_type),
            sector: party.sector.clone().map(Word),
            id_token_claims: told.unless(&IdTokenClaims::default(), party.id_token_claims).map(Word),
            default_max_age: party.default_max_age,
            require_factor: told.unless(&false, party.requires_factor),
            post_logout_redirect_uris: told.list(&party.post_logout_redirect_uris),
            backchannel_logout_uri: party.backchannel.as_ref().map(|told| Word(told.uri.clone())),
        }
    }

    /// Returns the algorithms of this server's signatures that are named.
    pub(crate) fn named_algorithms(&self) -> impl Iterator<Item = SigningAlgorithm> {
        let named = [&self.id_token_signed_response_alg, &self.userinfo_signed_response_alg];
        named.into_iter().flatten().map(|alg| alg.0)
    }

    /// Returns the sector by which a new client with these redirect URIs knows people.
    fn sector(&self, redirect_uris: &[RedirectUri]) -> Result<Option<Sector>, String> {
        match (self.subject_type, &self.sector) {
            (Some(SubjectType::Pairwise), Some(Word(sector))) => Ok(Some(sector.clone())),
            (Some(SubjectType::Pairwise), None) => {
                Sector::of(redirect_uris).map(Some).map_err(|error| error.to_string())
            }
            (Some(SubjectType::Public) | None, Some(_)) => Err("sector is for subject_type = \"pairwise\"".to_owned()),
            (Some(SubjectType::Public) | None, None) => Ok(None),
        }
    }

    /// Returns the sector of a client that is registered: the one that it has, also when its redirect URIs change. With another
    /// one, each person would have another `sub`, and be someone new to the client.
    fn kept_sector(&self, has: Option<&Sector>) -> Result<Option<Sector>, String> {
        let stays = match (self.subject_type, &self.sector) {
            (Some(SubjectType::Pairwise), Some(Word(sector))) => has == Some(sector),
            (Some(SubjectType::Pairwise), None) => has.is_some(),
            (Some(SubjectType::Public) | None, Some(_)) => false,
            (Some(SubjectType::Public) | None, None) => has.is_none(),
        };
        if stays {
            return Ok(has.cloned());
        }
        let (kind, advice) = match has {
            Some(sector) => (
                format!("pairwise in the sector {sector}"),
                format!("write subject_type = \"pairwise\" and sector = \"{sector}\" under [client.relying_party]"),
            ),
            None => ("public".to_owned(), "leave subject_type and sector out".to_owned()),
        };
        Err(format!("its sub is {kind}, and the kind of sub does not change: {advice}, or register another client"))
    }
}

impl Reading<'_> {
    /// Returns the relying party that words describe. What stands already (`before`) is not checked again, and keeps its kind
    /// of `sub`.
    pub(crate) fn relying_party(
        &self,
        words: &RelyingPartyWords,
        redirect_uris: &[RedirectUri],
        before: Option<&RelyingParty>,
    ) -> Result<RelyingParty, String> {
        let sector = match before {
            Some(before) => words.kept_sector(before.sector.as_ref())?,
            None => words.sector(redirect_uris)?,
        };
        let backchannel = match &words.backchannel_logout_uri {
            None => None,
            Some(Word(uri)) => {
                let stands = before.and_then(|before| before.backchannel.as_ref()).filter(|stands| stands.uri == *uri);
                self.may_be_reached("backchannel_logout_uri", uri, stands.is_some())?;
                let session_required = stands.is_some_and(|stands| stands.session_required);
                Some(Backchannel { uri: uri.clone(), session_required })
            }
        };
        let after_logout = words.post_logout_redirect_uris.as_deref();
        let registered = before.map(|before| &*before.post_logout_redirect_uris).unwrap_or_default();
        Ok(RelyingParty {
            id_token_algorithm: words.id_token_signed_response_alg.as_ref().map_or(RS256, |alg| alg.0),
            userinfo_algorithm: words.userinfo_signed_response_alg.as_ref().map(|alg| alg.0),
            sector,
            id_token_claims: words.id_token_claims.as_ref().map_or_else(IdTokenClaims::default, |claims| claims.0),
            default_max_age: words.default_max_age,
            requires_factor: words.require_factor.unwrap_or_default(),
            post_logout_redirect_uris: self::redirect_uris(after_logout, registered)?,
            backchannel,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_that_is_registered_keeps_its_sector_or_is_told_which_it_has() {
        let sector = Sector::parse("a.example").unwrap();
        let pairwise = "subject_type = \"pairwise\"";
        let own = format!("{pairwise}\nsector = \"A.example\"");
        let other = format!("{pairwise}\nsector = \"b.example\"");
        let rows = [
            (pairwise, Some(&sector), true),
            (&own, Some(&sector), true),
            (&other, Some(&sector), false),
            ("", Some(&sector), false),
            ("subject_type = \"public\"", Some(&sector), false),
            ("sector = \"a.example\"", Some(&sector), false),
            ("", None, true),
            ("subject_type = \"public\"", None, true),
            (pairwise, None, false),
            (&own, None, false),
        ];
        for (text, has, stays) in rows {
            let words: RelyingPartyWords = toml::from_str(text).unwrap();
            match words.kept_sector(has) {
                Ok(kept) => assert!(stays && kept.as_ref() == has, "{text} {has:?}"),
                Err(told) => assert!(!stays && told.contains(has.map_or("public", Sector::as_str)), "{text}: {told}"),
            }
        }
    }

    #[test]
    fn a_new_pairwise_client_has_the_sector_of_its_redirect_uris() {
        let uris = [RedirectUri::parse("https://a.example/cb").unwrap()];
        let words: RelyingPartyWords = toml::from_str("subject_type = \"pairwise\"").unwrap();
        assert_eq!(words.sector(&uris), Ok(Sector::parse("a.example").ok()));
        assert_eq!(RelyingPartyWords::default().sector(&uris), Ok(None));
    }
}
