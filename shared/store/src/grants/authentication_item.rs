//! The sign-in of a person, as the item of a grant has it.

use grants::{Authentication, Context, Timestamp};

use crate::dynamodb::items::{Item, Reader, text};
use crate::dynamodb::methods::{METHODS, from_methods, to_methods};
use crate::dynamodb::unknown::Unknown;

/// The attribute of the context that is reported.
const ACR: &str = "acr";

/// Returns how the person signed in. It is a password unless the item says otherwise.
pub(super) fn from_authentication(authentication: Authentication, auth_time: Timestamp) -> Item {
    if authentication == Authentication::password(auth_time) {
        return Item::new();
    }
    let Authentication { methods, context } = authentication;
    Item::from([(METHODS.to_owned(), from_methods(methods)), (ACR.to_owned(), text(context.as_str()))])
}

/// Reads how the person signed in.
pub(super) fn authentication(read: &Reader<'_>, auth_time: Timestamp) -> Result<Authentication, Unknown> {
    let methods = to_methods(read)?.of_sign_in_at(auth_time);
    let reported = read.optional_text(ACR)?.map(|text| Context::parse(text).ok_or_else(|| read.damaged(ACR)));
    // No item says more than its methods amount to.
    let context = reported.transpose()?.unwrap_or(Context::Password).min(methods.context());
    Ok(Authentication { methods, context })
}
