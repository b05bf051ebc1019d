//! `prompt` (OpenID Connect Core §3.1.2.1).

/// A value of `prompt` (OpenID Connect Core §3.1.2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// `none`: show no page at all.
    None,
    /// `login`: ask for the password again.
    Login,
    /// `consent`: ask for consent again.
    Consent,
    /// `select_account`: let the person choose an account.
    SelectAccount,
}

/// The error for an unknown value, or for `none` together with others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("prompt is none alone, or a list of login, consent, select_account")]
pub struct MalformedPrompt;

impl Prompt {
    /// Every value that is known.
    pub const ALL: [Self; 4] = [Self::None, Self::Login, Self::Consent, Self::SelectAccount];

    /// The value of the parameter.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }

    /// Reads a space-separated list; an absent parameter gives an empty list.
    ///
    /// # Errors
    /// [`MalformedPrompt`] for an unknown value, or for `none` together with others.
    pub fn parse_list(text: Option<&str>) -> Result<Vec<Self>, MalformedPrompt> {
        let words = text.unwrap_or_default().split(' ').filter(|word| !word.is_empty());
        let known = |word| Self::ALL.into_iter().find(|known| known.as_str() == word);
        let prompts = words.map(|word| known(word).ok_or(MalformedPrompt)).collect::<Result<Vec<_>, _>>()?;
        if prompts.contains(&Self::None) && prompts.len() > 1 { Err(MalformedPrompt) } else { Ok(prompts) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone_and_the_others_together() {
        assert_eq!(Prompt::parse_list(None), Ok(Vec::new()));
        for known in Prompt::ALL {
            assert_eq!(Prompt::parse_list(Some(known.as_str())), Ok(vec![known]));
        }
        let several = Ok(vec![Prompt::Login, Prompt::Consent]);
        assert_eq!(Prompt::parse_list(Some("login  consent")), several);
        for bad in ["none login", "dance", "Login", "login,consent"] {
            assert_eq!(Prompt::parse_list(Some(bad)), Err(MalformedPrompt), "{bad}");
        }
    }
}
