//! The language of a request, in which its pages and mails are written.

use std::borrow::Cow;
use std::cell::RefCell;
use std::cmp::Reverse;
use std::fmt;
use std::future::{Future, poll_fn};
use std::pin::pin;

use crate::brand_worn;
use crate::catalogue;

/// The most languages of a list that are looked at.
const MOST_ASKED: usize = 20;

/// The tag of the language of everything that nobody asked for in another one.
pub(crate) const ENGLISH: &str = "en";
/// The parameter with which an app, or a link here, asks for a language.
const PARAMETER: &str = "ui_locales";

/// The language of a request.
struct Spoken {
    language: Language,
    /// `true` if the request names it, so that links and forms must carry it on; a browser sends its own each time.
    is_asked: bool,
}

thread_local! {
    /// The language of the request that this thread is answering just now.
    static SPOKEN: RefCell<Option<Spoken>> = const { RefCell::new(None) };
}

/// Speaks a language on this thread until it is dropped, and keeps it until the next time.
struct Speaking<'a> {
    outer: Option<Spoken>,
    kept: &'a mut Option<Spoken>,
}

impl<'a> Speaking<'a> {
    fn begin(kept: &'a mut Option<Spoken>) -> Self {
        Self { outer: SPOKEN.replace(kept.take()), kept }
    }
}

impl Drop for Speaking<'_> {
    fn drop(&mut self) {
        *self.kept = SPOKEN.replace(self.outer.take());
    }
}

/// A language that there are texts in, by its tag (BCP 47).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language(Cow<'static, str>);

impl Language {
    /// The language of everything that nobody asked for in another one.
    pub const ENGLISH: Self = Self(Cow::Borrowed(ENGLISH));

    /// Returns the tag, such as `de`.
    pub fn tag(&self) -> &str {
        &self.0
    }

    /// Returns the best language for a list of tags, the most wanted first (OpenID Connect Core §3.1.2.1, `ui_locales`).
    pub fn of_list(tags: &str) -> Option<Self> {
        choose(tags.split(' ').filter(|tag| !tag.is_empty()).take(MOST_ASKED))
    }

    /// Returns the best language for the value of `Accept-Language` (RFC 9110 §12.5.4).
    pub fn of_header(value: &str) -> Option<Self> {
        let mut ranges: Vec<(&str, u16)> = value.split(',').take(MOST_ASKED).filter_map(weighed).collect();
        ranges.sort_by_key(|(_, weight)| Reverse(*weight));
        choose(ranges.into_iter().filter(|(_, weight)| *weight > 0).map(|(range, _)| range))
    }

    /// Returns the best of the languages, by their tags, in which something else is written, for a reader of this one.
    pub fn best_of<'k>(&self, known: &[&'k str]) -> Option<&'k str> {
        find(self.tag(), known)
    }
}

impl fmt::Display for Language {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str(&self.0)
    }
}

/// Reads one part of `Accept-Language`: the range and its weight in thousandths. One that is malformed counts as absent.
fn weighed(part: &str) -> Option<(&str, u16)> {
    let Some((range, weight)) = part.split_once(';') else { return Some((part.trim(), 1000)) };
    let weight = weight.trim().strip_prefix("q=").or_else(|| weight.trim().strip_prefix("Q="))?;
    let (whole, rest) = weight.split_once('.').unwrap_or((weight, ""));
    let is_fraction = rest.len() <= 3 && rest.bytes().all(|byte| byte.is_ascii_digit());
    let thousandths: u16 = format!("{rest:0<3}").parse().ok().filter(|_| is_fraction)?;
    match (whole, thousandths) {
        ("0", _) => Some((range.trim(), thousandths)),
        ("1", 0) => Some((range.trim(), 1000)),
        _ => None,
    }
}

/// Returns the first of these languages that there are texts in.
fn choose<'t>(mut wanted: impl Iterator<Item = &'t str>) -> Option<Language> {
    let worn = brand_worn::worn();
    let mut known: Vec<&str> = catalogue::shipped().collect();
    known.extend(worn.languages.keys().map(String::as_str));
    wanted.find_map(|wanted| find(wanted, &known)).map(|tag| Language(Cow::Owned(tag.to_owned())))
}

/// Returns the language for a tag: that one, or one that is more general (RFC 4647 §3.4), or a regional one of a language
/// that is asked for without a region.
fn find<'k>(wanted: &str, known: &[&'k str]) -> Option<&'k str> {
    let mut range = wanted;
    loop {
        let same = known.iter().find(|tag| tag.eq_ignore_ascii_case(range));
        if same.is_some() {
            return same.copied();
        }
        match range.rsplit_once('-') {
            Some((general, _)) => range = general,
            None => break,
        }
    }
    let is_regional = |tag: &&&str| tag.split_once('-').is_some_and(|(main, _)| main.eq_ignore_ascii_case(wanted));
    known.iter().find(is_regional).copied()
}

/// Answers a request in a language, unless it turns out to want another one. Between its steps, the thread may answer
/// others.
pub async fn speaking<F: Future>(language: Language, answer: F) -> F::Output {
    let mut spoken = Some(Spoken { language, is_asked: false });
    let mut answer = pin!(answer);
    poll_fn(|context| {
        let _speaking = Speaking::begin(&mut spoken);
        answer.as_mut().poll(context)
    })
    .await
}

/// Writes something in a language.
pub fn written_in<T>(language: Language, write: impl FnOnce() -> T) -> T {
    let mut spoken = Some(Spoken { language, is_asked: false });
    let _speaking = Speaking::begin(&mut spoken);
    write()
}

/// Goes on in the language that the request asks for.
pub fn speak(language: Language) {
    // Outside of a request everything is English.
    SPOKEN.with_borrow_mut(|spoken| {
        if let Some(spoken) = spoken {
            *spoken = Spoken { language, is_asked: true };
        }
    });
}

/// Returns the language of the request that is answered, or English outside of one.
pub fn spoken() -> Language {
    SPOKEN.with_borrow(|spoken| spoken.as_ref().map_or(Language::ENGLISH, |spoken| spoken.language.clone()))
}

/// Returns a path of this site with the language that the request asks for, so that the next page has it too.
pub fn kept(path: impl fmt::Display) -> String {
    let path = path.to_string();
    let asked = SPOKEN.with_borrow(|spoken| {
        let spoken = spoken.as_ref().filter(|spoken| spoken.is_asked)?;
        Some(spoken.language.clone())
    });
    match asked {
        Some(language) if !['?', '&'].iter().any(|before| path.contains(&format!("{before}{PARAMETER}="))) => {
            let before = if path.contains('?') { '&' } else { '?' };
            format!("{path}{before}{PARAMETER}={language}")
        }
        Some(_) | None => path,
    }
}

/// Returns the path of a page below another one, as [`kept`] does.
pub(crate) fn below(base: impl fmt::Display, step: &str) -> String {
    kept(format!("{base}{step}"))
}

/// Returns whether the language of the request is written from right to left.
pub(crate) fn is_right_to_left() -> bool {
    catalogue::is_right_to_left(&spoken())
}

#[cfg(test)]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use super::*;

    #[test]
    fn a_list_of_locales_gives_the_first_known_language() {
        let rows = [
            ("de", Some("de")),
            ("DE", Some("de")),
            ("de-AT", Some("de")),
            ("de-Latn-CH-1901", Some("de")),
            ("tlh fr de", Some("fr")),
            ("  ja   en", Some("ja")),
            ("ar-EG", Some("ar")),
            ("", None),
            ("tlh", None),
            ("de_AT", None),
            ("-", None),
            ("d\u{e9}", None),
            ("../de", None),
        ];
        for (list, expected) in rows {
            assert_eq!(Language::of_list(list).as_ref().map(Language::tag), expected, "{list:?}");
        }
        let long = "tlh ".repeat(MOST_ASKED) + "de";
        assert_eq!(Language::of_list(&long), None, "a long list is not read to its end");
    }

    #[test]
    fn a_header_gives_the_known_language_with_the_greatest_weight() {
        let rows = [
            ("de", Some("de")),
            ("de, en;q=0.9", Some("de")),
            ("en;q=0.5, de;q=0.9, fr;q=0.7", Some("de")),
            ("fr;q=0.8,de;q=0.8", Some("fr")),
            ("de-CH,de;q=0.9,en;q=0.8", Some("de")),
            ("tlh, *;q=0.5", None),
            ("de;q=0, es;q=0.001", Some("es")),
            ("de;q=0", None),
            ("de;q=2, es;q=0.1", Some("es")),
            ("de;q=1.001, es;q=0.1", Some("es")),
            ("de;q=0.1234, es;q=0.1", Some("es")),
            ("de;q=x, es;q=0.1", Some("es")),
            ("de ; q=1.000 , es;q=0.1", Some("de")),
            ("de;level=1, es;q=0.1", Some("es")),
            (",,;q=1,", None),
            ("", None),
        ];
        for (value, expected) in rows {
            assert_eq!(Language::of_header(value).as_ref().map(Language::tag), expected, "{value:?}");
        }
    }

    #[test]
    fn a_language_without_a_region_gets_a_regional_one_and_not_the_reverse() {
        let known = ["en", "pt-BR"];
        assert_eq!(find("pt", &known), Some("pt-BR"));
        assert_eq!(find("PT-br", &known), Some("pt-BR"));
        assert_eq!(find("pt-PT", &known), None);
        assert_eq!(find("p", &known), None);
        assert_eq!(Language::of_list("de-AT").unwrap().best_of(&["en", "de"]), Some("de"));
    }

    #[test]
    fn a_request_may_turn_out_to_want_another_language() {
        let german = Language::of_list("de").unwrap();
        assert_eq!(spoken(), Language::ENGLISH);
        speak(german.clone());
        assert_eq!(spoken(), Language::ENGLISH, "there is no request");
        written_in(Language::ENGLISH, || {
            assert_eq!(kept("/account"), "/account");
            speak(german.clone());
            assert_eq!(spoken(), german);
            assert_eq!(kept("/account"), "/account?ui_locales=de");
            assert_eq!(kept("/device?user_code=A"), "/device?user_code=A&ui_locales=de");
            assert_eq!(kept("/authorize?ui_locales=fr+de"), "/authorize?ui_locales=fr+de");
            // That of the request to which a page leads back is none of its own.
            let back = "/account/sign-up?request=client_id%3Da%26ui_locales%3Dfr";
            assert_eq!(kept(back), format!("{back}&ui_locales=de"));
        });
        assert_eq!(kept("/account"), "/account");
        assert_eq!(spoken(), Language::ENGLISH);
    }
    #[test]
    fn requests_that_take_turns_on_a_thread_have_a_language_each() {
        /// A step that waits once.
        struct Step(bool);
        impl Future for Step {
            type Output = ();
            fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
                if std::mem::replace(&mut self.0, true) { Poll::Ready(()) } else { Poll::Pending }
            }
        }
        let answer = async |wants: &'static str| {
            let before = spoken();
            speak(Language::of_list(wants).unwrap());
            Step(false).await;
            (before, spoken())
        };
        let french = Language::of_list("fr").unwrap();
        let mut one = pin!(speaking(Language::ENGLISH, answer("de")));
        let mut two = pin!(speaking(french.clone(), answer("ja")));
        let mut context = Context::from_waker(Waker::noop());
        assert!(one.as_mut().poll(&mut context).is_pending() && two.as_mut().poll(&mut context).is_pending());
        assert_eq!(spoken(), Language::ENGLISH);
        let [german, japanese] = ["de", "ja"].map(|tag| Language::of_list(tag).unwrap());
        assert_eq!(two.as_mut().poll(&mut context), Poll::Ready((french, japanese)));
        assert_eq!(one.as_mut().poll(&mut context), Poll::Ready((Language::ENGLISH, german)));
        assert_eq!(spoken(), Language::ENGLISH);
    }
}
