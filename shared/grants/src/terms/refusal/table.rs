//! The declaration of refusals from a table.

/// Declares the reasons, one per row: its documentation, its name in the log, the error of the token endpoint, and
/// the description for the caller. `may_be_outdated` follows where the reason depends on a registration.
macro_rules! refusals {
    (@ may_be_outdated) => { true };
    (@) => { false };
    ($($(#[$documentation:meta])+ $reason:ident($name:literal, $code:ident, $description:expr $(, $outdated:ident)?);)+) => {
        /// A reason to refuse. Reasons that a caller must not be able to distinguish share a description; the log
        /// has their names.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Refusal {
            $($(#[$documentation])+ $reason,)+
        }

        impl Refusal {
            /// All reasons to refuse a request.
            pub const ALL: &'static [Self] = &[$(Self::$reason),+];

            /// The error code of the token endpoint.
            pub const fn code(self) -> TokenErrorCode {
                match self {
                    $(Self::$reason => TokenErrorCode::$code,)+
                }
            }

            /// The description for the caller: enough to fix an honest client, and no help for an attacker.
            pub const fn description(self) -> &'static str {
                match self {
                    $(Self::$reason => $description,)+
                }
            }

            /// Returns whether the reason depends on how the client or an API is registered, so that a registration that
            /// was changed in the meantime may admit the same request.
            pub const fn may_be_outdated(self) -> bool {
                match self {
                    $(Self::$reason => $crate::terms::refusal::table::refusals!(@ $($outdated)?),)+
                }
            }

            /// The name in the log, where the operator can distinguish the reasons that callers cannot.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Self::$reason => $name,)+
                }
            }
        }
    };
}

pub(crate) use refusals;
