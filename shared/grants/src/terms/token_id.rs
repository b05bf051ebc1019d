//! The `jti` of access tokens.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::terms::ids::{Generation, GrantId, HiddenFooting, MalformedId, write_base64};
use crate::terms::lineage::{Lineage, Root};

/// The `jti` of an access token, which also names its grant if it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TokenId {
    /// A service's own token: 128 random bits.
    Machine([u8; 16]),
    /// A token of a grant: the grant, the generation, 64 random bits, and for a person's grant the items it depends
    /// on.
    OfGrant(GrantId, Generation, [u8; 8], Option<HiddenFooting>),
    /// An exchanged token: the token that it began with, and 64 random bits for each exchange.
    Exchanged(Lineage),
}

impl TokenId {
    /// Reads the form that `Display` writes.
    ///
    /// # Errors
    /// [`MalformedId`] for anything else.
    pub fn parse(text: &str) -> Result<Self, MalformedId> {
        let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| MalformedId)?;
        if bytes.len() % 2 == 1 {
            return Lineage::from_bytes(&bytes).map(Self::Exchanged);
        }
        if let Ok(random) = <[u8; 16]>::try_from(bytes.as_slice()) {
            return Ok(Self::Machine(random));
        }
        let (grant, rest) = bytes.split_first_chunk::<16>().ok_or(MalformedId)?;
        let (generation, rest) = rest.split_first_chunk::<4>().ok_or(MalformedId)?;
        let (random, rest) = rest.split_first_chunk::<8>().ok_or(MalformedId)?;
        let footing = match rest {
            [] => None,
            rest => Some(HiddenFooting::from_bytes(rest).ok_or(MalformedId)?),
        };
        let generation = Generation::from_number(u32::from_be_bytes(*generation));
        Ok(Self::OfGrant(GrantId::from_bytes(*grant), generation, *random, footing))
    }

    /// The token that it began with, and the exchanges since.
    pub const fn lineage(self) -> Lineage {
        match self {
            Self::Machine(id) => Lineage::of(Root::Machine(id)),
            Self::OfGrant(grant, generation, _, footing) => Lineage::of(Root::Grant(grant, generation, footing)),
            Self::Exchanged(lineage) => lineage,
        }
    }
}

impl Lineage {
    /// The names of the exchanged tokens in it, from the first one to this token itself.
    pub fn exchanged(self) -> impl Iterator<Item = TokenId> {
        self.exchanges().map(TokenId::Exchanged)
    }
}

impl fmt::Display for TokenId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Machine(random) => write_base64(random, formatter),
            Self::OfGrant(grant, generation, random, footing) => {
                let footing = footing.map(HiddenFooting::to_bytes).unwrap_or_default();
                let bytes =
                    [&grant.as_bytes()[..], &generation.number().to_be_bytes()[..], &random[..], &footing].concat();
                write_base64(&bytes, formatter)
            }
            Self::Exchanged(lineage) => write_base64(&lineage.to_bytes(), formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::terms::ids::GrantSecret;

    #[test]
    fn a_token_id_is_read_back() {
        let grant = GrantSecret::from_bytes([7; 16]).id();
        let of_grant = |footing| TokenId::OfGrant(grant, Generation::from_number(9), [2; 8], footing);
        let footings = [HiddenFooting::from_bytes(&[3; 16]), HiddenFooting::from_bytes(&[3; 32])];
        assert_eq!(footings.map(|footing| footing.is_some()), [true; 2]);
        for id in [TokenId::Machine([1; 16]), of_grant(None), of_grant(footings[0]), of_grant(footings[1])] {
            assert_eq!(TokenId::parse(&id.to_string()), Ok(id));
        }
        for bad in ["", "AA", "not base64url!", &URL_SAFE_NO_PAD.encode([0; 29]), &URL_SAFE_NO_PAD.encode([0; 61])] {
            assert_eq!(TokenId::parse(bad), Err(MalformedId), "{bad}");
        }
    }
}
