//! Confirmations: the key that the holder of a token must prove to have (RFC 7800 §3).

use protocol::{Cnf, Thumbprint};

/// The key that a token is bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Confirmation {
    /// The thumbprint of a key that signs DPoP proofs (RFC 9449 §6.1).
    Jkt(Thumbprint),
}

impl Confirmation {
    /// The `token_type` of a token with this confirmation, or without one.
    pub const fn token_type(confirmation: Option<Self>) -> &'static str {
        match confirmation {
            Some(Self::Jkt(_)) => "DPoP",
            None => "Bearer",
        }
    }

    /// The confirmation as tokens and introspection responses contain it.
    pub fn to_cnf(self) -> Cnf {
        let Self::Jkt(key) = self;
        Cnf { jkt: key.to_string() }
    }

    /// Reads the confirmation of a token of this server; `None` for one of another kind.
    pub fn of_cnf(cnf: &Cnf) -> Option<Self> {
        Thumbprint::parse(&cnf.jkt).ok().map(Self::Jkt)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c184_a_confirmation_is_written_and_read_again_and_sets_the_token_type() {
        let key = Confirmation::Jkt(Thumbprint::from_bytes([7; 32]));
        assert_eq!(Confirmation::of_cnf(&key.to_cnf()), Some(key));
        assert_eq!(Confirmation::of_cnf(&Cnf { jkt: "x".to_owned() }), None);
        assert_eq!([Some(key), None].map(Confirmation::token_type), ["DPoP", "Bearer"]);
    }
}
