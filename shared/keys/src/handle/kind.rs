//! The kinds of handles, one row each. Their contents are written and read in `handles`.

/// Declares the kinds: the documentation, the field of [`PerKind`], the second byte of a handle, and its prefix.
macro_rules! handle_kinds {
    ($($(#[$documentation:meta])+ $kind:ident($field:ident, $byte:literal, $prefix:literal);)+) => {
        /// A kind of handle. A handle of one kind is never accepted as another.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum HandleKind {
            $($(#[$documentation])+ $kind,)+
        }

        impl HandleKind {
            /// Every kind of handle.
            pub const ALL: &'static [Self] = &[$(Self::$kind),+];

            /// The second byte of every handle of this kind.
            pub(crate) const fn byte(self) -> u8 {
                match self {
                    $(Self::$kind => $byte,)+
                }
            }

            /// The prefix of every handle of this kind.
            pub const fn prefix(self) -> &'static str {
                match self {
                    $(Self::$kind => $prefix,)+
                }
            }
        }

        /// One value for each kind of handle.
        #[derive(Clone)]
        pub(crate) struct PerKind<T> {
            $($field: T,)+
        }

        impl<T> PerKind<T> {
            /// Creates the value of each kind.
            pub(crate) fn make<E>(make: impl Fn(HandleKind) -> Result<T, E>) -> Result<Self, E> {
                Ok(Self { $($field: make(HandleKind::$kind)?,)+ })
            }

            /// Returns the value of `kind`.
            pub(crate) const fn of(&self, kind: HandleKind) -> &T {
                match kind {
                    $(HandleKind::$kind => &self.$field,)+
                }
            }
        }
    };
}

handle_kinds! {
    /// An authorization code, redeemed for tokens.
    Code(code, 1, "jtc_");
    /// A refresh token, exchanged for new tokens.
    Refresh(refresh, 2, "jtr_");
    /// An opaque access token.
    Access(access, 3, "jta_");
    /// The cookie of a signed-in person.
    Session(session, 4, "jts_");
    /// The cookie of a visitor who has not signed in.
    Visit(visit, 5, "jtv_");
    /// The hidden field of a sign-in form.
    SignInForm(sign_in_form, 6, "jtl_");
    /// The hidden field of a consent form.
    ConsentForm(consent_form, 7, "jtf_");
    /// The cookie of a browser in which a person has signed in before.
    Device(device, 8, "jtd_");
    /// An initial access token, with which a client registers itself (RFC 7591 §1.2).
    InitialAccess(initial_access, 9, "jti_");
    /// A registration access token, with which a client changes its registration (RFC 7592 §1.2).
    Registration(registration, 10, "jtg_");
    /// The hidden field of the form that ends a session.
    SignOutForm(sign_out_form, 11, "jto_");
    /// The hidden field of a form on the page of a person's account.
    AccountForm(account_form, 20, "jtm_");
    /// The hidden field of the form that asks for a second factor.
    FactorForm(factor_form, 30, "jth_");
    /// The hidden field of the form that confirms an authenticator app.
    NewFactorForm(new_factor_form, 31, "jtn_");
    /// The hidden field of the form that adds a passkey.
    NewPasskeyForm(new_passkey_form, 32, "jtb_");
    /// The reference to a pushed authorization request (RFC 9126 §2.2).
    PushedRequest(pushed_request, 13, "jtp_");
    /// A device code, with which a device polls (RFC 8628 §3.2).
    DeviceCode(device_code, 21, "jtq_");
    /// The end of a link in a mail, with which a person sets a new password.
    ResetLink(reset_link, 40, "jtw_");
    /// The end of a link in a mail, with which a person confirms an address.
    AddressLink(address_link, 41, "jty_");
    /// The end of a link in a mail, with which a new person makes an account.
    SignUpLink(sign_up_link, 42, "jtu_");
    /// The end of a link with which somebody who was invited makes an account.
    InvitationLink(invitation_link, 43, "jtz_");
}
