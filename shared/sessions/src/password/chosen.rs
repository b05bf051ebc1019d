//! The rule for passwords that people choose (NIST SP 800-63B-4 §3.1.1.2): long, not one of those that are tried first, and
//! none of the words that anybody knows about the person or the site. There are no rules about kinds of characters.
//!
//! An operator's command may set any password, because an operator hands it over or migrates it.

use protocol::{Claim, Claims, Secret, Username, opaque_string};

use crate::password::foreign::looks_like_hash;
use crate::password::hash::{MAX_PASSWORD_BYTES, PasswordHash};

/// Common passwords of at least 6 characters, in lower case and sorted: the list of Django 5.2 (BSD 3-clause), which Royce
/// Williams made from the passwords of many breaches.
const COMMON: &str = include_str!("common.txt");

/// The rows of a keyboard as fingers run over them.
const RUNS: [&str; 6] = [
    "1234567890qwertyuiopasdfghjklzxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm1234567890",
    "qwertzuiopasdfghjklyxcvbnm1234567890",
    "azertyuiopqsdfghjklmwxcvbn1234567890",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "qazwsxedcrfvtgbyhnujmikolp1234567890",
];

/// A repeated part of up to this length makes no password.
const SHORT_PART: usize = 4;
/// Shorter words about the person or the site are not looked for: many passwords contain them.
const SHORT_WORD: usize = 3;

/// The reason why a person cannot choose a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitPassword {
    /// It has fewer characters than this deployment demands.
    #[error("it has fewer than {0} characters")]
    TooShort(usize),
    /// It has more than 1024 bytes.
    #[error("it has more than 1024 bytes")]
    TooLong,
    /// It has control characters, or invisible ones.
    #[error("it has control characters or invisible ones")]
    Characters,
    /// It is the hash of a password.
    #[error("it is the hash of a password")]
    Hash,
    /// It is among those that are tried first.
    #[error("it is one of the passwords that attackers try first")]
    Common,
    /// It consists of words that anybody knows about the person or the site.
    #[error("it consists of the person's name or address, or of the name of this site")]
    KnownWords,
}

/// The fewest characters of a password that a person chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MinLengths {
    /// The minimum for a password that is the only factor.
    pub alone: usize,
    /// The minimum for a person who has a second factor.
    pub with_factor: usize,
}

/// A password that a person chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChosenPassword {
    /// The hash of the password.
    pub hash: PasswordHash,
    /// `true` if it is too short to be the only factor.
    pub needs_factor: bool,
}

impl ChosenPassword {
    /// A password that is long enough to be the only factor.
    pub const fn alone(hash: PasswordHash) -> Self {
        Self { hash, needs_factor: false }
    }
}

/// The facts that a password must not consist of.
#[derive(Clone, Copy, Debug)]
pub struct PasswordContext<'a> {
    /// The name that the person signs in with.
    pub username: &'a Username,
    /// The known claims about the person.
    pub claims: &'a Claims,
    /// The host of the issuer; may be empty.
    pub host: &'a str,
}

/// Checks a password that a person chooses, and returns whether it needs the second factor that the person has.
///
/// # Errors
/// The [`UnfitPassword`] that says what is wrong with it.
pub fn check_password_beside(
    has_factor: bool,
    password: &Secret,
    lengths: MinLengths,
    context: PasswordContext<'_>,
) -> Result<bool, UnfitPassword> {
    match check_chosen_password(password, lengths.alone, context) {
        Err(UnfitPassword::TooShort(_)) if has_factor => {
            check_chosen_password(password, lengths.beside(has_factor), context).map(|()| true)
        }
        checked => checked.map(|()| false),
    }
}

impl MinLengths {
    /// The minimum for a person who has a second factor or not.
    pub fn beside(self, has_factor: bool) -> usize {
        if has_factor { self.with_factor.min(self.alone) } else { self.alone }
    }
}

/// Checks a password that a person chooses, with the minimum length of the deployment.
///
/// # Errors
/// The [`UnfitPassword`] that says what is wrong with it.
pub fn check_chosen_password(
    password: &Secret,
    min_length: usize,
    context: PasswordContext<'_>,
) -> Result<(), UnfitPassword> {
    let text = password.expose();
    if text.len() > MAX_PASSWORD_BYTES {
        return Err(UnfitPassword::TooLong);
    }
    if text.chars().count() < min_length {
        return Err(UnfitPassword::TooShort(min_length));
    }
    if looks_like_hash(text) {
        return Err(UnfitPassword::Hash);
    }
    let prepared = opaque_string(text).ok_or(UnfitPassword::Characters)?;
    if prepared.chars().count() < min_length {
        return Err(UnfitPassword::TooShort(min_length));
    }
    let folded = prepared.to_lowercase();
    if is_common(&folded) {
        return Err(UnfitPassword::Common);
    }
    if consists_of(&folded, context.words()) { Err(UnfitPassword::KnownWords) } else { Ok(()) }
}

/// Returns whether a password in lower case is on the list, or nothing but a part of a run over the keyboard, of an
/// alphabet, or of repetitions of something short or common.
fn is_common(folded: &str) -> bool {
    let characters: Vec<char> = folded.chars().collect();
    let backwards: String = characters.iter().rev().collect();
    let is_run = |text: &str| RUNS.iter().any(|run| run.contains(text));
    if is_listed(folded) || is_run(folded) || is_run(&backwards) || is_sequence(&characters) {
        return true;
    }
    let part = characters.get(..period(&characters)).unwrap_or(&characters);
    let part: String = part.iter().collect();
    part.len() < folded.len() && (part.chars().count() <= SHORT_PART || is_listed(&part))
}

fn is_listed(text: &str) -> bool {
    // The list is short enough to be searched line by line: a password is chosen rarely.
    COMMON.lines().any(|line| line == text)
}

/// Returns whether each character follows the one before, in either direction; 0 follows 9.
fn is_sequence(characters: &[char]) -> bool {
    let follows = |before: char, after: char| {
        u32::from(before).wrapping_add(1) == u32::from(after) || (before, after) == ('9', '0')
    };
    let pairs = || characters.iter().zip(characters.iter().skip(1));
    pairs().all(|(before, after)| follows(*before, *after)) || pairs().all(|(before, after)| follows(*after, *before))
}

/// Returns the length of the shortest part whose repetitions make up the text; the last one may be cut off.
fn period(characters: &[char]) -> usize {
    let is_period = |length: &usize| {
        let shifted = characters.iter().skip(*length);
        characters.iter().zip(shifted).all(|(one, other)| one == other)
    };
    (1..characters.len()).find(is_period).unwrap_or(characters.len())
}

/// Returns whether no letter is left of the text without these words.
fn consists_of(folded: &str, mut words: Vec<String>) -> bool {
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    let left = words.iter().fold(folded.to_owned(), |left, word| left.replace(word.as_str(), " "));
    left != folded && !left.chars().any(char::is_alphabetic)
}

impl PasswordContext<'_> {
    /// Returns the words in lower case: whole and in parts.
    fn words(self) -> Vec<String> {
        let named = [Claim::Name, Claim::GivenName, Claim::FamilyName, Claim::Nickname, Claim::Email];
        let claims = named.into_iter().filter_map(|claim| self.claims.text(claim));
        let whole = [self.username.as_str(), self.host].into_iter().chain(claims);
        let words = whole.flat_map(|text| {
            let folded = opaque_string(text).unwrap_or_else(|| text.to_owned()).to_lowercase();
            let parts = folded.split(|c: char| !c.is_alphanumeric()).map(str::to_owned).collect::<Vec<_>>();
            std::iter::once(folded).chain(parts)
        });
        words.filter(|word| word.chars().count() >= SHORT_WORD).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check_with(password: &str, min_length: usize) -> Result<(), UnfitPassword> {
        let username = Username::parse("Ada.Lovelace").unwrap();
        let claims = Claims::parse(r#"{"name":"Ada Lovelace","email":"countess@example.org"}"#).unwrap();
        let context = PasswordContext { username: &username, claims: &claims, host: "login.orders.example" };
        check_chosen_password(&Secret::new(password.to_owned()), min_length, context)
    }

    fn check(password: &str) -> Result<(), UnfitPassword> {
        check_with(password, 15)
    }

    #[test]
    fn c146_length_counts_and_kinds_of_characters_do_not() {
        assert_eq!(check("fourteen chars"), Err(UnfitPassword::TooShort(15)));
        assert_eq!(check("fifteen letters"), Ok(()));
        assert_eq!(check("птицы летят на юг"), Ok(()));
        assert_eq!(check_with("quince-8", 8), Ok(()));
        assert_eq!(check_with("quinces", 8), Err(UnfitPassword::TooShort(8)));
        let long = "a clock that strikes thirteen ".repeat(3);
        assert!(long.len() >= 64);
        assert_eq!(check(&long[..64]), Ok(()));
        assert_eq!(check(&format!("{}{}", "ab1 cd2 ".repeat(127), "y".repeat(8))), Ok(()));
        assert_eq!(check(&"wx yz".repeat(300)), Err(UnfitPassword::TooLong));
    }

    #[test]
    fn c146_only_somebody_with_a_second_factor_may_choose_a_short_password() {
        let (username, claims) = (Username::parse("Ada.Lovelace").unwrap(), Claims::default());
        let context = PasswordContext { username: &username, claims: &claims, host: "login.orders.example" };
        let lengths = MinLengths { alone: 15, with_factor: 8 };
        let check = |has_factor, password: &str| {
            check_password_beside(has_factor, &Secret::new(password.to_owned()), lengths, context)
        };
        assert_eq!(check(false, "quince-8"), Err(UnfitPassword::TooShort(15)));
        assert_eq!((check(true, "quince-8"), check(true, "fifteen letters")), (Ok(true), Ok(false)));
        assert_eq!(check(true, "quinces"), Err(UnfitPassword::TooShort(8)));
        assert_eq!(check(true, "football"), Err(UnfitPassword::Common));
        // A deployment that demands less of everybody demands no more of those with a factor.
        assert_eq!(MinLengths { alone: 8, with_factor: 12 }.beside(true), 8);
    }

    #[test]
    fn c146_a_password_that_is_tried_first_is_refused_whatever_its_case() {
        for common in [
            "passwordpassword",
            "PasswordPassword",
            "qwertyuiopasdfghjkl",
            "1qaz2wsx3edc4rfv",
            "mnbvcxzlkjhgfdsa",
            "aaaaaaaaaaaaaaaa",
            "123123123123123",
            "123456789012345",
            "abcdefghijklmnop",
            "987654321098765",
            "iloveyouiloveyou",
        ] {
            assert_eq!(check(common), Err(UnfitPassword::Common), "{common}");
        }
        for common in ["password", "trustno1", "Football", "12345678", "baseball1"] {
            assert_eq!(check_with(common, 8), Err(UnfitPassword::Common), "{common}");
        }
    }

    #[test]
    fn c146_a_password_of_words_about_the_person_or_the_site_is_refused() {
        for known in [
            "ada.lovelace1234",
            "lovelace-lovelace",
            "countess@example.org",
            "AdaLovelace-1815!",
            "login.orders.example",
            "orders ada 2026 lovelace",
        ] {
            assert_eq!(check(known), Err(UnfitPassword::KnownWords), "{known}");
        }
        assert_eq!(check("ada likes to compute"), Ok(()));
        assert_eq!(check("1815 1842 1843 1852"), Ok(()));
    }

    #[test]
    fn c145_invisible_and_bidirectional_characters_are_refused() {
        for hidden in
            ["fifteen\u{200b}letters", "fifteen\u{202e}letters", "fifteen\tletters!", "fifteen\u{2067}letters"]
        {
            assert_eq!(check(hidden), Err(UnfitPassword::Characters), "{hidden:?}");
        }
        assert_eq!(check("$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g"), Err(UnfitPassword::Hash));
    }

    #[test]
    fn the_list_is_in_lower_case_and_sorted() {
        let lines: Vec<&str> = COMMON.lines().collect();
        assert!(lines.len() > 10_000 && lines.is_sorted());
        assert!(lines.iter().all(|line| line.len() >= 6 && *line == line.to_lowercase()));
    }
}
