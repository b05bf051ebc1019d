//! The kinds of handles. What each of them carries is made and read in `handles`.

/// What a handle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandleKind {
    /// An authorization code.
    Code,
    /// A refresh token.
    Refresh,
    /// An opaque access token.
    Access,
    /// The cookie of a signed-in person.
    Session,
    /// The cookie of a visitor who has not signed in.
    Visit,
    /// The hidden field of a sign-in form.
    SignInForm,
    /// The hidden field of a consent form.
    ConsentForm,
    /// The cookie of a browser that somebody signed in with.
    Device,
    /// What a client shows to register itself (RFC 7591 §1.2).
    InitialAccess,
    /// What a client shows to change its registration (RFC 7592 §1.2).
    Registration,
    /// The hidden field of the form that ends a session.
    SignOutForm,
}

impl HandleKind {
    /// The second byte of its handles.
    pub(crate) const fn byte(self) -> u8 {
        match self {
            Self::Code => 1,
            Self::Refresh => 2,
            Self::Access => 3,
            Self::Session => 4,
            Self::Visit => 5,
            Self::SignInForm => 6,
            Self::ConsentForm => 7,
            Self::Device => 8,
            Self::InitialAccess => 9,
            Self::Registration => 10,
            Self::SignOutForm => 11,
        }
    }

    /// How its handles start.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Code => "jtc_",
            Self::Refresh => "jtr_",
            Self::Access => "jta_",
            Self::Session => "jts_",
            Self::Visit => "jtv_",
            Self::SignInForm => "jtl_",
            Self::ConsentForm => "jtf_",
            Self::Device => "jtd_",
            Self::InitialAccess => "jti_",
            Self::Registration => "jtg_",
            Self::SignOutForm => "jto_",
        }
    }
}
