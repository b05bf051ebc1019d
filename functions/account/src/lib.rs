//! `/account`: what people see and change of their own account, without an operator.
//!
//! The page shows the profile, the apps that have access, and the sessions. Each can be changed or ended here, and
//! `/account/password` changes the password, `/account/factors` the second factor, and `/account/passkeys` the passkeys. Where mail is sent, `/account/forgotten`
//! asks for a link that replaces a forgotten password, and `/account/reset` is where the link leads; `/account/email` does the
//! same for an address that is to be confirmed. Where people may make their own accounts, `/account/sign-up` asks for a link,
//! and is where the link leads. `/account/data` is everything that is kept about the person, and `/account/delete` deletes it,
//! where the deployment lets people do so.
//!
//! # Decisions
//! - This is a function of its own, and not a part of `/authorize`. It lists and ends sessions, consents and grants, which
//!   `/authorize` may not; and it signs nothing, so that it unwraps no signing key.
//! - A GET changes nothing. Each change is a form with a ticket that is bound to the session.
//! - A change needs a sign-in that is at most ten minutes old (C236). An older session shows the page; a form that comes from
//!   it is answered with the sign-in page, and the person starts again from there.
//! - A change of password needs the current password instead. It is checked and throttled as on the sign-in page.
//! - A new password ends what the former one began: grants always, other sessions if the person wants it. So does the removal of a
//!   factor. See `sessions`.
//! - A link in a mail is opened by its reader, and by every program on the way that looks for bad links. So it shows a form
//!   and changes nothing; it needs no cookie, because it may be opened on another device. See `sessions` for what it rests on.
//! - Each write rests on the session and on the person, in one transaction. So a session that was ended changes nothing any
//!   more, even if its request was in flight.
//! - The session of this browser is ended at `/logout`, which apps are told of in the same way.

mod apps;
mod deletion;
mod email;
mod factor_removal;
mod factors;
mod forgotten;
mod new_account;
mod new_codes;
mod new_password;
mod own_data;
mod page;
mod passkeys;
mod password;
mod profile;
mod recovery_codes;
mod refused;
mod reset;
mod sessions_shown;
mod sign_in;
mod sign_up;
mod visitor;

use std::sync::Arc;

use edge::{Awaited, Config, Error, Function, Incoming, OwnData, Response, html_with_form, redirect};
use grants::Timestamp;
use http::{Method, StatusCode};
use keys::KeyRing;
use pages::{KeptData, ProfileNames, Text};
use protocol::Claim;
use service::{Mails, SignIns, Stores, Wiring};
use store::{GrantsTable, PeopleTable};

use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::Visitor;

/// The paths below that of the account to which only forms are sent.
const CHANGES: [&str; 6] = ["/profile", "/withdraw", "/end-session", "/end-others", "/reset", "/confirm"];

/// Those of the factors.
const CHANGES_OF_FACTORS: [&str; 5] =
    ["/factors/remove", "/factors/recovery-codes", "/passkeys/remove", "/passkeys/rename", "/passkeys/recovery-codes"];

/// The pages of a person's own account.
pub struct Account {
    wiring: Wiring,
    grants: GrantsTable,
    people: PeopleTable,
    sign_ins: SignIns,
    mails: Mails,
}

impl Account {
    /// Builds the endpoint from the configuration.
    ///
    /// # Errors
    /// When a variable is missing, or the key file cannot be used.
    pub fn open(config: Config, stores: &Stores) -> Result<Self, Error> {
        let wiring = Wiring::assemble(config, stores, false)?.with_factors();
        let (grants, people) = (stores.grants()?, stores.people()?);
        Ok(Self { wiring, grants, people, sign_ins: stores.sign_ins()?, mails: stores.mails()? })
    }

    /// Returns the path of the account: the base of every page here.
    fn path(&self) -> String {
        format!("{}/account", self.wiring.config.path())
    }

    async fn ring(&self, now: Timestamp) -> Result<Arc<KeyRing>, Refused> {
        Ok(self.wiring.keys.ring(now).await?)
    }

    /// Shows the account, or the sign-in page.
    async fn overview(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        match self.visitor(incoming, now).await? {
            Some(visitor) => self.show_account(&visitor, None, now).await,
            None => self.show_sign_in(incoming, Page::Overview, now).await,
        }
    }

    /// Renders the account; `alert` says why the profile was not saved, with the names that were sent.
    async fn show_account(
        &self,
        visitor: &Visitor,
        alert: Option<(Text, ProfileNames<'_>)>,
        now: Timestamp,
    ) -> Result<Response, Refused> {
        let user = visitor.person.user();
        let sessions = self.living_sessions(visitor, now).await?;
        let apps = self.apps(visitor, &sessions, now).await?;
        let known = |claim| user.claims.text(claim).unwrap_or_default();
        let names = ProfileNames {
            name: known(Claim::Name),
            given_name: known(Claim::GivenName),
            family_name: known(Claim::FamilyName),
        };
        let (alert, sent) = alert.unzip();
        let status = if alert.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
        let (base, sign_out) = (self.path(), format!("{}/logout", self.wiring.config.path()));
        let (ticket, rows) =
            (visitor.ticket(Page::Overview, now), sessions_shown::rows(&sessions, visitor.person.session().id));
        let page = pages::Account {
            username: user.username.as_str(),
            base: &base,
            kept: match self.wiring.config.own_data {
                OwnData::Off => KeptData::Off,
                OwnData::Download => KeptData::Download,
                OwnData::Delete => KeptData::Delete,
            },
            has_mail: self.wiring.config.mail_from.is_some(),
            has_passkeys: self.wiring.config.passkey_site().is_some(),
            sign_out: &sign_out,
            ticket: &ticket,
            names: sent.unwrap_or(names),
            alert,
            apps: &apps,
            sessions: &rows,
        };
        Ok(html_with_form(status, page.render()))
    }

    /// Shows the page to which a link in a mail leads, or a page that not every deployment has.
    async fn open_mailed(&self, incoming: Incoming<'_>, step: &str, method: &Method) -> Result<Response, Refused> {
        if let Some(answered) = self.answer_sign_up(incoming, step).await {
            return answered;
        }
        match (step, method) {
            ("/data", &Method::GET) => return self.download(incoming).await,
            ("/delete", &Method::GET) => return self.deletion_page(incoming).await,
            ("/delete", &Method::POST) => return self.delete_account(incoming).await,
            ("/data", _) => return Err(Refused::WrongMethod("GET, HEAD")),
            ("/delete", _) => return Err(Refused::WrongMethod("GET, HEAD, POST")),
            _ => {}
        }
        let (to_reset, to_confirm) = (step.strip_prefix("/reset/"), step.strip_prefix("/email/"));
        match (to_reset, to_confirm) {
            (None, None) => Err(Refused::NotFound),
            _ if *method != Method::GET => Err(Refused::WrongMethod("GET, HEAD")),
            (Some(link), _) => self.reset_page(link).await,
            (None, Some(link)) => self.confirm_page(incoming, link).await,
        }
    }

    /// Carries out a change of the factors.
    async fn change_factors(&self, incoming: Incoming<'_>, change: &str, method: &Method) -> Result<Response, Refused> {
        match (change, method) {
            ("/factors/remove", &Method::POST) => self.remove_factor(incoming).await,
            ("/factors/recovery-codes", &Method::POST) => self.replace_recovery_codes(incoming, Page::Factors).await,
            ("/passkeys/remove", &Method::POST) => self.remove_passkey(incoming).await,
            ("/passkeys/rename", &Method::POST) => self.rename_passkey(incoming).await,
            ("/passkeys/recovery-codes", &Method::POST) => self.replace_recovery_codes(incoming, Page::Passkeys).await,
            _ => Err(Refused::WrongMethod("POST")),
        }
    }

    /// Leads back to the account after a change.
    fn back(&self) -> Response {
        redirect(&self.path())
    }
}

impl Account {
    /// Leads a request to what answers it.
    async fn route(&self, incoming: Incoming<'_>) -> Response {
        let path = self.path();
        let step = incoming.path().strip_prefix(&path);
        let answered = match (step, incoming.method()) {
            (Some(""), &Method::GET) => self.overview(incoming).await,
            (Some("/sign-in"), &Method::GET) => self.sign_in_page(incoming).await,
            (Some("/sign-in"), &Method::POST) => self.sign_in(incoming).await,
            (Some("/password"), &Method::GET) => self.password_page(incoming).await,
            (Some("/password"), &Method::POST) => self.change_password(incoming).await,
            (Some("/factors"), &Method::GET) => self.factors_page(incoming).await,
            (Some("/factors"), &Method::POST) => self.add_factor(incoming).await,
            (Some("/passkeys"), &Method::GET) => self.passkeys_page(incoming).await,
            (Some("/passkeys"), &Method::POST) => self.add_passkey(incoming).await,
            (Some("/forgotten"), &Method::GET) => self.forgotten_page(incoming).await,
            (Some("/forgotten"), &Method::POST) => self.ask_for_reset(incoming).await,
            (Some("/email"), &Method::GET) => self.email_page(incoming).await,
            (Some("/email"), &Method::POST) => self.ask_for_address(incoming).await,
            (Some("/confirm"), &Method::POST) => self.confirm_address(incoming).await,
            (Some("/reset"), &Method::POST) => self.reset_password(incoming).await,
            (Some("/profile"), &Method::POST) => self.change_profile(incoming).await,
            (Some("/withdraw"), &Method::POST) => self.withdraw(incoming).await,
            (Some("/end-session"), &Method::POST) => self.end_session(incoming).await,
            (Some("/end-others"), &Method::POST) => self.end_others(incoming).await,
            (Some(""), _) => Err(Refused::WrongMethod("GET, HEAD")),
            (Some("/sign-in" | "/password" | "/factors" | "/passkeys" | "/forgotten" | "/email"), _) => {
                Err(Refused::WrongMethod("GET, HEAD, POST"))
            }
            (Some(change), method) if CHANGES_OF_FACTORS.contains(&change) => {
                self.change_factors(incoming, change, method).await
            }
            (Some(change), _) if CHANGES.contains(&change) => Err(Refused::WrongMethod("POST")),
            (Some(step), method) => self.open_mailed(incoming, step, method).await,
            (None, _) => Err(Refused::NotFound),
        };
        match answered {
            Ok(response) => response,
            Err(refused) => self.answer_refused(incoming, refused).await,
        }
    }
}

impl Function for Account {
    fn name(&self) -> &'static str {
        "account"
    }

    fn warm_up(&self) -> Awaited<'_, ()> {
        Box::pin(self.wiring.warm_up())
    }

    fn answer<'a>(&'a self, incoming: Incoming<'a>) -> Awaited<'a, Response> {
        Box::pin(self.route(incoming))
    }
}
