//! Changes of settings that a client has or has not, as options give them.

/// The change of a setting that a client has or has not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Edit<T> {
    /// The setting stays as it is.
    #[default]
    Keep,
    /// The client does not have the setting any more.
    Remove,
    /// The client has the setting with this value.
    Set(T),
}

impl<T: Clone> Edit<T> {
    /// Returns the setting after the change.
    pub(crate) fn applied(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => before.cloned(),
            Self::Remove => None,
            Self::Set(value) => Some(value.clone()),
        }
    }
}
