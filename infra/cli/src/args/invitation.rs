//! Arguments of `jeton user invite`, `invitations` and `uninvite`.

use clap::Args;

use crate::args::common::{Changing, Common, duration_up_to_a_year};

#[derive(Args)]
pub(crate) struct UserInvite {
    /// Email address of the person, which the account will have.
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    /// Username to suggest; the person may choose another one.
    #[arg(long, value_name = "USERNAME")]
    pub(crate) username: Option<String>,
    /// Lifetime of the invitation: seconds, or 12h, 7d.
    #[arg(long, default_value = "7d", value_name = "TIME", value_parser = duration_up_to_a_year)]
    pub(crate) expires: u32,
    /// Print the link instead of mailing it. Anybody who has the link can make the account.
    #[arg(long)]
    pub(crate) print: bool,
    /// Language of the mail, such as de. English by default, and if the pages are not available in that language.
    #[arg(long, value_name = "TAG", value_parser = language, conflicts_with = "print")]
    pub(crate) language: Option<String>,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}

/// Reads a tag that a language may have. The deployment may have more languages than are known here.
fn language(text: &str) -> Result<String, String> {
    let is_tag = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let good = is_tag && (2..=35).contains(&text.len());
    good.then(|| text.to_owned()).ok_or_else(|| "give the tag of a language, such as de or pt-BR".to_owned())
}

#[derive(Args)]
pub(crate) struct UserUninvite {
    /// Email address that was invited.
    #[arg(value_name = "ADDRESS")]
    pub(crate) address: String,
    #[command(flatten)]
    pub(crate) changing: Changing,
    #[command(flatten)]
    pub(crate) common: Common,
}
