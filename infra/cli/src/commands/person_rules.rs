//! Rules for new people: names that can be read, and warnings about passwords that the people could not choose.

use std::io::BufRead;

use edge::Error;
use grants::has_hidden_characters;
use protocol::{Claims, Secret, Username};
use sessions::{PasswordContext, UnfitPassword, User, check_chosen_password};
use store::Changed;

use crate::output::aside;
use crate::progress::undisturbed;
use crate::stack::Stack;

/// Returns why a person could not choose this password in this stack. The commands accept it all the same.
pub(crate) fn unfit(stack: &Stack, username: &Username, claims: &Claims, password: &Secret) -> Option<UnfitPassword> {
    let context = PasswordContext { username, claims, host: "" };
    check_chosen_password(password, usize::from(stack.policy.password_min_length), context).err()
}

/// Warns about a password that the person could not choose.
pub(crate) fn warn_of(unfit: Option<UnfitPassword>) {
    if let Some(why) = unfit {
        aside(&format!("jeton: warning: the person could not choose this password: {why}"));
    }
}

/// Warns about passwords of an import that the people could not choose, with the number of the first line.
pub(crate) fn warn_of_lines(lines: &[u64]) {
    if let Some(first) = lines.iter().min() {
        let many = lines.len();
        aside(&format!("jeton: warning: people could not choose {many} of these passwords, the first in line {first}"));
    }
}

/// Lets the confirmed address of a person lead to the person, so that a forgotten password is replaced by typing it. It may
/// be that of someone else as well, who had it first; then the username alone leads to this person.
pub(crate) async fn lead_from_address(stack: &Stack, user: &User) -> Result<(), Error> {
    match stack.people.lead_from_address(user, edge::now()).await? {
        Changed::Done => {}
        Changed::Refused => warn_of_address(user),
    }
    Ok(())
}

/// Warns about a confirmed address that leads to someone else.
pub(crate) fn warn_of_address(user: &User) {
    aside(&format!(
        "jeton: warning: another user has this address too: {} must enter the username, not the address, to reset a \
         forgotten password",
        user.username
    ));
}

/// Refuses a new name that people could confuse with another one, or not read (RFC 8265 §3.3). Those of earlier versions stay.
pub(crate) fn ensure_fit(username: &Username) -> Result<(), Error> {
    ensure_visible(username)?;
    if !username.fits_profile() {
        let why = "it has letters or signs that do not fit the profile UsernameCaseMapped (RFC 8265)";
        return Err(format!("the username {:?} cannot be used: {why}", username.as_str()).into());
    }
    Ok(())
}

/// Refuses a name that nobody can read. The people of an import have their names elsewhere, so these may be unusual.
pub(crate) fn ensure_visible(username: &Username) -> Result<(), Error> {
    if has_hidden_characters(username.as_str()) {
        let why = "it has characters that are invisible or change the direction of writing";
        return Err(format!("the username {:?} cannot be used: {why}", username.as_str()).into());
    }
    Ok(())
}

/// Reads a password from standard input, up to the end of the line.
pub(crate) fn read_password() -> Result<Secret, Error> {
    let mut line = String::new();
    undisturbed(|| std::io::stdin().lock().read_line(&mut line))?;
    // Some systems write a byte order mark, which nobody can type at a sign-in.
    let typed = line.trim_start_matches('\u{feff}').trim_end_matches(['\r', '\n']);
    let password = Secret::new(typed.to_owned());
    if password.expose().is_empty() {
        return Err(
            "no password came on standard input: for example `printf %s \"$PASSWORD\" | jeton user create ...`".into(),
        );
    }
    Ok(password)
}
