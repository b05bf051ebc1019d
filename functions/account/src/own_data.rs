//! Everything that is kept about a person, as one document to download.

use edge::{AuditEntry, AuditEvent, Incoming, OwnData, Response, json};
use grants::Timestamp;
use http::{HeaderValue, StatusCode, header};
use pages::{AccountApp, Language};
use serde_json::{Value, json};
use sessions::{Passkey, Session};
use store::Link;

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::Visitor;

/// The name of the file in which a browser keeps the document.
const FILE: &str = "attachment; filename=\"account.json\"";

/// The data that is kept about a person beside the profile.
struct Kept<'a> {
    sessions: &'a [Session],
    apps: &'a [AccountApp],
    links: &'a [Link],
    passkeys: &'a [Passkey],
}

impl Account {
    /// Shows the data of the signed-in person, after a recent sign-in. It holds no secret: no hash, no key of an app, no code.
    pub(crate) async fn download(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        self.offers(OwnData::Download)?;
        let now = edge::now();
        let Some(visitor) = self.visitor(incoming, now).await? else {
            return self.show_sign_in(incoming, Page::Data, now).await;
        };
        if !visitor.person.is_recent(now) {
            return Err(Refused::SignedInLongAgo(Page::Data));
        }
        let user = visitor.person.user();
        let sessions = self.living_sessions(&visitor, now).await?;
        let (apps, links, passkeys) = tokio::join!(
            self.apps(&visitor, &sessions, now),
            self.people.links_of(user.key),
            self.people.passkeys_of(user.key)
        );
        let kept = Kept { sessions: &sessions, apps: &apps?, links: &links?, passkeys: &passkeys? };
        let document = self.document(&visitor, &kept, now);
        incoming.log().event(AuditEntry::of_person(AuditEvent::DataDownloaded, &user.subject));
        let mut response = json(StatusCode::OK, &document);
        response.headers_mut().insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(FILE));
        Ok(response)
    }

    fn document(&self, visitor: &Visitor, kept: &Kept<'_>, now: Timestamp) -> Value {
        let Kept { sessions, apps, links, passkeys } = *kept;
        let (user, own) = (visitor.person.user(), visitor.person.session().id);
        let totp = user.factors.totp.as_ref();
        json!({
            "issuer": self.wiring.config.issuer.as_str(),
            "exported_at": now.seconds(),
            "username": user.username.as_str(),
            "sub": user.subject.as_str(),
            "created_at": user.created_at.seconds(),
            "claims": user.known_claims(),
            "factors": {
                "authenticator_app": totp.map(|totp| json!({ "added_at": totp.since.seconds() })),
                "passkeys": passkeys.iter().map(of_passkey).collect::<Vec<_>>(),
                "recovery_codes_left": user.factors.recovery.len(),
            },
            "sessions": sessions.iter().map(|session| json!({
                "this_browser": session.id == own,
                "signed_in_at": session.auth_time.seconds(),
                "last_seen_at": session.last_seen_at.seconds(),
                "expires_at": session.expires_at.seconds(),
                "methods": session.methods.used().map(|(method, _)| method.as_str()).collect::<Vec<_>>(),
            })).collect::<Vec<_>>(),
            "apps": apps.iter().map(|app| json!({
                "client_id": app.client_id, "name": app.name, "scope": app.scope_as_text(), "since": day(app.since),
            })).collect::<Vec<_>>(),
            "identities": links.iter().map(|link| json!({
                "issuer": link.issuer.as_str(), "tenant": link.tenant, "subject": link.subject,
                "linked_at": link.created_at.seconds(),
            })).collect::<Vec<_>>(),
        })
    }

    /// Refuses a page that the deployment does not offer.
    pub(crate) fn offers(&self, needed: OwnData) -> Result<(), Refused> {
        if self.wiring.config.own_data >= needed { Ok(()) } else { Err(Refused::NotFound) }
    }
}

fn of_passkey(passkey: &Passkey) -> Value {
    json!({
        "name": passkey.name.as_str(),
        "created_at": passkey.created_at.seconds(),
        "last_used_at": passkey.used.last_at.map(Timestamp::seconds),
        "backed_up": passkey.used.is_backed_up,
    })
}

/// Writes a day in English: programs read the document too.
fn day(seconds: u64) -> String {
    pages::written_in(Language::ENGLISH, || pages::date(seconds))
}
