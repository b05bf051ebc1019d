//! The forms of pages: the ticket with which a form comes back.

use edge::Incoming;
use keys::{HandleKind, KeyRing};
use protocol::Parameters;
use sessions::{FormFault, FormTicket};

/// Reads the ticket of a form that this site's own page sent. The caller checks whom it was made for.
///
/// # Errors
/// [`FormFault::CrossSite`] or [`FormFault::Unreadable`].
pub fn form_ticket(
    incoming: Incoming<'_>,
    form: &Parameters,
    ring: &KeyRing,
    kind: HandleKind,
) -> Result<FormTicket, FormFault> {
    if incoming.is_cross_site() {
        return Err(FormFault::CrossSite);
    }
    let text = form.one("ticket").ok().flatten().unwrap_or_default();
    let bytes = ring.handles().open(kind, text).ok_or(FormFault::Unreadable)?;
    FormTicket::from_bytes(&bytes).ok_or(FormFault::Unreadable)
}
