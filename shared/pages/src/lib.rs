//! HTML for people: sign-in, consent, problems, and the pages of the local development stack.
//!
//! Here live the words and the looks of every page, compiled into the binary, and nothing else. What never will:
//! a rule (who may sign in, what may be asked), a header or a cookie, or anything loaded from elsewhere.
//! Pages are given plain text, already decided on, and give back one HTML document.
//!
//! # Decisions
//!
//! - **Plain `&str` in, `String` out.** The crate depends on no other room, so it cannot come to know a rule.
//! - **No script, but of one page.** Forms, buttons and links do everything; the policy that goes with a page can
//!   forbid scripts. [`FormPost`] sends itself, as its standard has it, by one line that is known by its hash, and has a
//!   button for browsers without scripts.
//! - **One inline stylesheet, known by its hash.** A page is one request, and [`style_source`] lets the policy allow
//!   exactly these bytes and no others.
//! - **Every value is escaped by the template engine.** The one exception is the stylesheet, which is a constant.
//! - **A link out of the site is not rendered.** Escaping does not make `javascript:` or `//elsewhere` harmless, so
//!   [`Consent::switch_account`] and [`Problem::continue_to`] must be paths, or the page is refused. [`ReturnedError`]
//!   alone leads to an app: to a URI that a browser could also be redirected to.
//! - **Names are isolated (`<bdi>`)**, so that a client's name in a right-to-left script, or with a direction
//!   override in it, cannot reorder the sentence about it.
//! - **Commands wrap and do not scroll.** A wrapped line is copied as one line, and nothing needs to be reachable
//!   by keyboard just to be read. One click selects all of it.
//! - **No `Debug`.** Pages carry tickets, codes and a demo password; what cannot be printed is not logged.

mod consent;
mod date;
mod demo;
#[cfg(test)]
mod every_page;
mod form_post;
mod problem;
mod rendering;
mod returned_error;
mod sign_in;
mod sign_out;
mod style;

pub use consent::Consent;
pub use date::date;
pub use demo::{DemoCallback, Start};
pub use form_post::{FormPost, script_source};
pub use problem::Problem;
pub use rendering::Unrenderable;
pub use returned_error::{ReturnedError, WayOn};
pub use sign_in::SignIn;
pub use sign_out::{Notice, SignOut};
pub use style::style_source;
