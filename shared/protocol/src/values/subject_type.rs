//! The type of the identifier by which clients know a person.

/// `subject_type` (OpenID Connect Core §8).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SubjectType {
    /// All clients know a person by the same identifier.
    #[default]
    Public,
    /// The clients of each sector know a person by an identifier of their own.
    Pairwise,
}

impl SubjectType {
    /// The value of `subject_type`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Pairwise => "pairwise",
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        [Self::Public, Self::Pairwise].into_iter().find(|known| known.as_str() == text)
    }
}
