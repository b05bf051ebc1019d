//! The profile of a person: the names.

use edge::{AuditEntry, AuditEvent, Incoming, Response};
use grants::is_name;
use pages::{ProfileNames, Text, say};
use protocol::{Claim, Claims};
use sessions::{UserChange, could_be_a_link};
use store::Acted;

use crate::Account;
use crate::page::Page;
use crate::refused::Refused;
use crate::visitor::not_over;

const UNFIT: Text = say("profile-name-unfit");
const MEANWHILE: Text = say("profile-changed-meanwhile");

impl Account {
    /// Saves the names, if the profile is still the one that was read.
    pub(crate) async fn change_profile(&self, incoming: Incoming<'_>) -> Result<Response, Refused> {
        let now = edge::now();
        let (visitor, form) = self.form_of_change(incoming, now).await?;
        let user = visitor.person.user();
        // An empty field removes a name. One that is not sent leaves it as it is.
        let sent = |claim: Claim| match form.one(claim.as_str()).ok().flatten() {
            Some(name) => name.trim(),
            None => user.claims.text(claim).unwrap_or_default(),
        };
        let (name, given_name, family_name) = (sent(Claim::Name), sent(Claim::GivenName), sent(Claim::FamilyName));
        let names = ProfileNames { name, given_name, family_name };
        let Some(claims) = with_names(&user.claims, names) else {
            incoming.log().refused("profile_malformed");
            return self.show_account(&visitor, Some((UNFIT, names)), now).await;
        };
        if claims == user.claims {
            return Ok(self.back());
        }
        let change = UserChange::change_profile(user, claims.with(Claim::UpdatedAt, now.seconds()));
        let changed = self.people.change_own_profile(&visitor.person, &change, None, now).await?;
        match not_over(changed, Page::Overview)? {
            Acted::Done => {
                incoming.log().event(AuditEntry::of_person(AuditEvent::ProfileChanged, &user.subject));
                Ok(self.back())
            }
            Acted::Refused | Acted::Over => {
                incoming.log().refused("profile_changed_meanwhile");
                self.show_account(&visitor, Some((MEANWHILE, names)), now).await
            }
        }
    }
}

/// Returns the claims with these names, or `None` if one cannot be used. An empty name is removed.
fn with_names(claims: &Claims, names: ProfileNames<'_>) -> Option<Claims> {
    let ProfileNames { name, given_name, family_name } = names;
    let mut after = claims.clone();
    for (claim, name) in [(Claim::Name, name), (Claim::GivenName, given_name), (Claim::FamilyName, family_name)] {
        // A name that an operator gave stays.
        let is_new = claims.text(claim) != Some(name);
        if !name.is_empty() && (!is_name(name) || (is_new && could_be_a_link(name))) {
            return None;
        }
        after.set(&format!("{}={name}", claim.as_str())).ok()?;
    }
    Some(after)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_set_removed_or_refused_and_nothing_else_changes() {
        let before = Claims::parse(r#"{"name":"Ada","family_name":"Byron","email":"ada@example.org"}"#).unwrap();
        let names = |name, family_name| ProfileNames { name, given_name: "", family_name };
        let after = with_names(&before, names("Ada \u{e9}", "")).unwrap();
        assert_eq!(after, Claims::parse(r#"{"name":"Ada \u00e9","email":"ada@example.org"}"#).unwrap());
        let given = Claims::parse(r#"{"name":"Ada (R/D)"}"#).unwrap();
        assert_eq!(with_names(&given, names("Ada (R/D)", "Byron")).unwrap().text(Claim::FamilyName), Some("Byron"));
        for unfit in ["a\u{202e}b", "a\tb", "https://evil.example/refund", "www.evil.example", &"a".repeat(101)] {
            assert_eq!(with_names(&before, names(unfit, "")), None, "{unfit:?}");
        }
    }
}
