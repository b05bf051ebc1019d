//! The pages about second factors: asked for at a sign-in, and looked after on the account page.

use askama::Template;
use qrcode::{Color, EcLevel, QrCode};

use crate::{PasskeyForm, Text, Unrenderable, rendering};

/// The white modules around a QR code that readers need.
const MARGIN: usize = 4;

/// The page that asks for a second factor after the password. It posts `code` or `recovery_code`, with `ticket` and the
/// field that is carried.
#[derive(Template)]
#[template(path = "second_factor.html")]
pub struct SecondFactor<'a> {
    /// The path to which the forms are sent: on this site, beginning with one `/`.
    pub action: &'a str,
    /// The name and the value of the field that says what comes next.
    pub carried: (&'a str, &'a str),
    /// The sealed state of the sign-in.
    pub ticket: &'a str,
    /// The path and query that lead to the sign-in form again.
    pub start_again: &'a str,
    /// `true` if the person has an authenticator app.
    pub has_app: bool,
    /// `true` if the person has recovery codes.
    pub has_codes: bool,
    /// The form for a passkey, if the person has one.
    pub passkey: Option<PasskeyForm<'a>>,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
}

/// The page about the second factor that a person has.
#[derive(Template)]
#[template(path = "account_factors.html")]
pub struct AccountFactors<'a> {
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The ticket that protects the forms against cross-site posts.
    pub ticket: &'a str,
    /// The day on which the app was added.
    pub since: &'a str,
    /// The number of recovery codes that are left.
    pub codes_left: usize,
    /// `true` if the codes are removed with the app, because there is no passkey.
    pub is_last: bool,
    /// The reason why nothing was changed.
    pub alert: Option<Text>,
}

/// The page on which a person adds an authenticator app. It posts `code`, `secret` and `ticket`.
#[derive(Template)]
#[template(path = "account_new_factor.html")]
pub struct AccountNewFactor<'a> {
    /// The name of the signed-in person.
    pub username: &'a str,
    /// The path of the account on this site, beginning with one `/`.
    pub base: &'a str,
    /// The ticket that protects the form against cross-site posts.
    pub ticket: &'a str,
    /// The key as the person types it into the app.
    pub key: &'a str,
    /// The sealed key, carried through the form.
    pub secret: &'a str,
    /// The picture of the key, if one can be made.
    pub qr: Option<&'a QrPicture>,
    /// `true` if apps let the person in only with a factor.
    pub is_demanded: bool,
    /// `true` if people may have passkeys in its place.
    pub has_passkeys: bool,
    /// The reason why the page is shown again.
    pub alert: Option<Text>,
}

/// The page that shows new recovery codes, once.
#[derive(Template)]
#[template(path = "account_recovery_codes.html")]
pub struct AccountRecoveryCodes<'a> {
    /// The codes, each as text.
    pub codes: &'a [&'a str],
    /// The factor that was added in the same step, if there was one.
    pub added: Option<AddedFactor>,
    /// The path that the button leads to: on this site, beginning with one `/`.
    pub leads_to: &'a str,
}

/// A factor that was added with recovery codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddedFactor {
    /// The authenticator app of the person.
    App,
    /// A passkey of the person.
    Passkey,
}

/// A QR code as the path of an SVG picture.
pub struct QrPicture {
    /// The width and the height, with the margin.
    size: usize,
    /// The dark modules of the code.
    path: String,
}

impl QrPicture {
    /// Makes the picture of a text; `None` if the text is too long for one.
    pub fn of(text: &str) -> Option<Self> {
        let code = QrCode::with_error_correction_level(text, EcLevel::M).ok()?;
        let width = code.width();
        let dark = code.to_colors().into_iter().enumerate().filter(|(_, colour)| *colour == Color::Dark);
        let module = |(place, _)| format!("M{} {}h1v1h-1z", place % width + MARGIN, place / width + MARGIN);
        Some(Self { size: width + 2 * MARGIN, path: dark.map(module).collect() })
    }

    /// The width and the height in modules, with the margin.
    pub const fn size(&self) -> usize {
        self.size
    }

    /// The dark modules, as the data of an SVG path.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl SecondFactor<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when a link would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.action)?;
        rendering::stay_here(self.start_again)?;
        PasskeyForm::stay_here(self.passkey.as_ref())?;
        rendering::fill(self)
    }
}

impl AccountFactors<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

impl AccountNewFactor<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `base` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.base)?;
        rendering::fill(self)
    }
}

impl AccountRecoveryCodes<'_> {
    /// Renders the page as HTML.
    ///
    /// # Errors
    /// [`Unrenderable`] when `leads_to` would leave this site, or the template could not be filled in.
    pub fn render(&self) -> Result<String, Unrenderable> {
        rendering::stay_here(self.leads_to)?;
        rendering::fill(self)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Renders every page about second factors, with `v` for each value and `path` for each link.
    pub(crate) fn pages(v: &str, path: &str) -> Vec<(&'static str, String)> {
        let codes = AccountRecoveryCodes { codes: &[v, v], added: Some(AddedFactor::App), leads_to: path };
        let of_passkey = AccountRecoveryCodes { added: Some(AddedFactor::Passkey), ..codes };
        let of_passkey = of_passkey.render().unwrap();
        vec![
            ("second factor", second_factor(v, path, None)),
            ("second factor again", second_factor(v, path, Some(v))),
            ("second factor of a passkey", second_factor_of_passkey(v, path)),
            ("passkeys", crate::passkey::tests::account_passkeys(v, path, None)),
            ("passkeys again", crate::passkey::tests::account_passkeys(v, path, Some(v))),
            ("factors", account_factors(v, path, None)),
            ("factors again", account_factors(v, path, Some(v))),
            ("new factor", account_new_factor(v, path, None)),
            ("new factor again", account_new_factor(v, path, Some(v))),
            ("recovery codes", codes.render().unwrap()),
            ("recovery codes of a passkey", of_passkey),
        ]
    }

    fn second_factor(v: &str, path: &str, alert: Option<&str>) -> String {
        let (carried, passkey) = (("to", v), alert.map(crate::passkey::tests::form));
        let alert = alert.map(Text::verbatim);
        let page = SecondFactor {
            action: path,
            carried,
            ticket: v,
            start_again: path,
            has_app: true,
            has_codes: true,
            passkey,
            alert,
        };
        page.render().unwrap()
    }

    fn second_factor_of_passkey(v: &str, path: &str) -> String {
        let (carried, passkey) = (("to", v), Some(crate::passkey::tests::form(v)));
        let page = SecondFactor {
            action: path,
            carried,
            ticket: v,
            start_again: path,
            has_app: false,
            has_codes: true,
            passkey,
            alert: None,
        };
        page.render().unwrap()
    }

    fn account_factors(v: &str, base: &str, alert: Option<&str>) -> String {
        let (is_last, alert) = (alert.is_some(), alert.map(Text::verbatim));
        AccountFactors { username: v, base, ticket: v, since: v, codes_left: 9, is_last, alert }.render().unwrap()
    }

    fn account_new_factor(v: &str, base: &str, alert: Option<&str>) -> String {
        let qr = QrPicture::of("a key");
        AccountNewFactor {
            username: v,
            base,
            ticket: v,
            key: v,
            secret: v,
            qr: qr.as_ref().filter(|_| alert.is_none()),
            is_demanded: alert.is_none(),
            has_passkeys: true,
            alert: alert.map(Text::verbatim),
        }
        .render()
        .unwrap()
    }

    #[test]
    fn c232_the_fields_of_codes_are_named_as_browsers_expect() {
        let page = SecondFactor {
            action: "/authorize/sign-in",
            carried: ("request", "a request"),
            ticket: "a ticket",
            start_again: "/authorize?a=b",
            has_app: true,
            has_codes: true,
            passkey: None,
            alert: None,
        };
        let text = page.render().unwrap();
        assert_eq!(text.matches(r#"name="code" inputmode="numeric" autocomplete="one-time-code""#).count(), 1);
        assert_eq!(text.matches(r#"name="recovery_code""#).count(), 1);
        assert_eq!(text.matches(r#"<form method="post" action="/authorize/sign-in">"#).count(), 2);
        assert!(!text.contains("aria-invalid=\"") && !text.contains("role=\"alert\""));
        let again = SecondFactor { alert: Some(Text::verbatim("Wrong.")), ..page }.render().unwrap();
        assert!(again.contains(r#"aria-describedby="alert" aria-invalid="true""#) && again.contains("<title>Error: "));
        let passkey = Some(crate::passkey::tests::form("v"));
        let by_passkey = SecondFactor { has_app: false, passkey, alert: None, ..page }.render().unwrap();
        assert!(!by_passkey.contains(r#"name="code""#) && by_passkey.contains(r#"name="passkey""#));
        assert_eq!(by_passkey.matches(r#"name="recovery_code""#).count(), 1);
        let without = SecondFactor { has_app: false, has_codes: false, passkey, ..page }.render().unwrap();
        assert!(!without.contains(r#"name="recovery_code""#));
    }

    #[test]
    fn c232_the_picture_of_a_key_is_part_of_the_page() {
        let qr = QrPicture::of("otpauth://totp/id.example:ada?secret=ABCDEFGH").unwrap();
        // The finder pattern in the corner: seven dark modules after the margin.
        assert!((4..11).all(|x| qr.path.contains(&format!("M{x} 4h1v1h-1z"))) && !qr.path.contains("M11 4h"));
        assert!(!qr.path.contains("M3 ") && qr.size > 29 && QrPicture::of(&"x".repeat(9000)).is_none());
    }
}
