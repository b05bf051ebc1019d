//! HTML for people: sign-in, consent, problems, and the pages of the local development stack.
//!
//! This crate contains the texts and the design of every page, compiled into the binary, and nothing else. It never
//! contains a rule (such as who may sign in), a header or a cookie, or anything loaded from elsewhere. A page
//! receives plain text, after all decisions are made, and returns one HTML document.
//!
//! # Decisions
//!
//! - **Plain `&str` in, `String` out.** The crate depends on no other crate of Jeton, so it cannot contain their
//!   rules.
//! - **Two scripts, each allowed by its hash.** Forms, buttons and links do everything else, so the policy sent with a page
//!   can forbid scripts. [`FormPost`] submits itself, as its standard specifies, and has a button for browsers without
//!   scripts. Passkeys need a script: [`PasskeyForm`] is hidden until it runs, and beside it is the password.
//! - **One inline stylesheet, allowed by its hash.** A page takes one request, and [`Brand::style_source`] lets the policy
//!   allow exactly these bytes and no others.
//! - **A process has one look.** It is that of its deployment, known from the start, so pages and mails take it from
//!   [`worn`] and not from their callers. Its colours are parsed and written anew, its links are https URLs, and its texts
//!   are escaped, so that it adds no markup, script or style. A look whose colours lack contrast does not exist.
//! - **A request has one language.** Pages, mails and dates take it from [`spoken`] and not from their callers, as they take the
//!   look from [`worn`]; outside of a request it is English. Every text of a page is a [`Text`], which is the name of a
//!   message in the files of `languages`, so that a caller cannot pass an English sentence. Pages for developers are in
//!   English. What a page says about a protocol error is a text too; the description that the app gets is not shown.
//! - **A catalogue contains words and no markup.** Names in bold type and links are put into a text here. Each language is
//!   parsed once, when it is first spoken.
//! - **Every value is escaped by the template engine.** The one exception is the stylesheet, which is a constant
//!   with checked colours after it.
//! - **A link out of the site is not rendered.** Escaping does not make `javascript:` or `//elsewhere` harmless, so
//!   [`Consent::switch_account`] and [`Problem::continue_to`] must be paths, or the page is refused. Only
//!   [`ReturnedError`] leads to an app: to a URI to which a browser could also be redirected. The consent page links to
//!   the app's website, policy and terms, on https and in another window, and calls them the app's.
//! - **A logo is part of its page** (a `data:` URL), and an image of pixels: it loads nothing, and cannot contain a link or a
//!   script.
//! - **The buttons of the consent page are always visible**, and beside them the host that gets the answer. They stay at the
//!   bottom of the window while the rest scrolls, so nobody looks for them below a long list; and they are last in the page,
//!   so a screen reader reads it first.
//! - **Names are isolated (`<bdi>`)**, so that a client's name in a right-to-left script, or with a direction
//!   override in it, cannot reorder the sentence about it.
//! - **Commands wrap instead of scrolling.** A wrapped line is copied as one line, and no scrolling area needs
//!   keyboard access just to be read. One click selects the whole command.
//! - **No `Debug`.** Pages contain tickets, codes and a demo password; a type that cannot be printed cannot be
//!   logged.

mod account;
mod account_delete;
mod account_email;
mod account_recovery;
mod account_sign_up;
mod brand;
mod brand_draft;
mod brand_worn;
mod catalogue;
mod colour;
mod consent;
mod date;
mod demo;
mod device;
#[cfg(test)]
mod every_account_page;
#[cfg(test)]
mod every_mailed_page;
#[cfg(test)]
mod every_page;
mod form_post;
mod introduction;
mod language;
mod letter;
mod mail;
mod passkey;
mod picture;
mod post_again;
mod problem;
mod rendered_mail;
mod rendering;
mod returned_error;
mod second_factor;
mod sign_in;
mod sign_out;
mod style;
mod text;
#[cfg(test)]
mod wordless;

pub use account::{
    Account, AccountApp, AccountPassword, AccountPasswordChanged, AccountSession, AccountSignIn, GivenScope, KeptData,
    ProfileNames,
};
pub use account_delete::AccountDelete;
pub use account_email::{AccountConfirm, AccountEmail};
pub use account_recovery::{AccountForgotten, AccountNotice, AccountReset};
pub use account_sign_up::{AccountNew, AccountSignUp};
pub use brand::{Brand, BrandFault};
pub use brand_draft::{BrandDraft, BrandLink, BrandLogo, is_plain_svg};
pub use brand_worn::{wear, worn};
pub use catalogue::{CatalogueFault, shipped};
pub use colour::{COLOURS, Colour, LowContrast, Scheme};
pub use consent::{AskedScope, Consent};
pub use date::{date, moment};
pub use demo::{DemoCallback, Outbox, OutboxMail, Start};
pub use device::{DeviceCode, DeviceConsent};
pub use form_post::{FormPost, script_source};
pub use introduction::Introduction;
pub(crate) use language::below;
pub use language::{Language, kept, languages, speak, speaking, spoken, written_in};
pub use mail::{FactorsChange, Mail};
pub use passkey::{AccountPasskey, AccountPasskeys, NewPasskeyForm, PasskeyForm, passkey_script_source};
pub use picture::Picture;
pub use post_again::PostAgain;
pub use problem::Problem;
pub use rendered_mail::RenderedMail;
pub use rendering::Unrenderable;
pub use returned_error::{ReturnedError, WayOn};
pub use second_factor::{AccountFactors, AccountNewFactor, AccountRecoveryCodes, AddedFactor, QrPicture, SecondFactor};
pub use sign_in::SignIn;
pub use sign_out::{Notice, SignOut};
pub use style::{SHEET, source_of};
pub use text::{Text, say};
