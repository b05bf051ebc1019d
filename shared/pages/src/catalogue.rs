//! The texts of one language: those that Jeton brings, and those of a deployment.
//!
//! A catalogue is a file in the format of Fluent (<https://projectfluent.org/fluent/guide/>). Its messages have arguments and
//! plural forms, and nothing else of that format: no attributes, terms, functions and references.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Message, Pattern, PatternElement};
use unic_langid::{CharacterDirection, LanguageIdentifier};

/// The most bytes of the catalogue of a deployment. The English one has a third of them.
const MAX_BYTES: usize = 100 * 1024;

/// The tag of the language of everything that nobody asked for in another one.
pub(crate) const ENGLISH: &str = "en";

/// The value of an argument.
#[derive(Clone)]
pub(crate) enum Argument {
    /// A number, which chooses between plural forms.
    Number(String),
    /// Text of any other form.
    Words(String),
}

/// A catalogue that Jeton brings. It is parsed when it is first needed.
struct Shipped {
    tag: &'static str,
    source: &'static str,
    parsed: OnceLock<Catalogue>,
}

static SHIPPED: [Shipped; 6] = [
    Shipped::new("en", include_str!("../languages/en.ftl")),
    Shipped::new("de", include_str!("../languages/de.ftl")),
    Shipped::new("fr", include_str!("../languages/fr.ftl")),
    Shipped::new("es", include_str!("../languages/es.ftl")),
    Shipped::new("ja", include_str!("../languages/ja.ftl")),
    Shipped::new("ar", include_str!("../languages/ar.ftl")),
];

impl Shipped {
    const fn new(tag: &'static str, source: &'static str) -> Self {
        Self { tag, source, parsed: OnceLock::new() }
    }

    fn catalogue(&self) -> &Catalogue {
        self.parsed.get_or_init(|| {
            // A test reads every file whole. What could not be read would be missing here, and so be English.
            let (Ok(resource) | Err((resource, _))) = FluentResource::try_new(self.source.to_owned());
            Catalogue::of(self.tag.parse().unwrap_or_default(), resource)
        })
    }
}

/// Returns the tags of the languages that Jeton brings. Each is a language of its own, without a region.
pub fn shipped() -> impl Iterator<Item = &'static str> {
    SHIPPED.iter().map(|shipped| shipped.tag)
}

pub(crate) fn shipped_in(tag: &str) -> Option<&'static Catalogue> {
    SHIPPED.iter().find(|shipped| shipped.tag == tag).map(Shipped::catalogue)
}

/// The texts of one language.
pub(crate) struct Catalogue {
    bundle: FluentBundle<FluentResource>,
    pub(crate) is_right_to_left: bool,
}

/// The reasons why the texts of a deployment cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CatalogueFault {
    /// The name of the file is no tag of a language, as `de` and `pt-BR` are.
    Tag,
    /// The file is too large.
    Size,
    /// The line with this number cannot be read.
    Syntax(usize),
    /// There is no message with this name.
    Unknown(String),
    /// The message stands in the file twice.
    Repeated(String),
    /// The message has no argument with this name.
    UnknownArgument(String, String),
    /// The message does not use this argument.
    MissingArgument(String, String),
    /// The message has markup, or control characters, or more than one line.
    Markup(String),
    /// The file uses something of the format that the texts here do not have.
    Construct(String),
}

impl fmt::Display for CatalogueFault {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Tag => to.write_str("the name of the file must be the tag of a language, such as de or pt-BR"),
            Self::Size => write!(to, "it must have at most {} KiB", MAX_BYTES / 1024),
            Self::Syntax(line) => write!(to, "line {line} cannot be read"),
            Self::Unknown(id) => write!(to, "there is no text {id}"),
            Self::Repeated(id) => write!(to, "the text {id} stands there twice"),
            Self::UnknownArgument(id, name) => write!(to, "the text {id} has no argument ${name}"),
            Self::MissingArgument(id, name) => write!(to, "the text {id} lacks its argument ${name}"),
            Self::Markup(id) => write!(to, "the text {id} must be one line without <, >, & and control characters"),
            Self::Construct(id) => {
                write!(
                    to,
                    "the text {id} may have arguments and choices, and no attributes, terms, functions and references"
                )
            }
        }
    }
}

impl Catalogue {
    /// Reads the texts of a deployment. They may be some of a language that Jeton has, or of another one.
    ///
    /// # Errors
    /// The first [`CatalogueFault`] that is found.
    pub(crate) fn parse(tag: &str, source: &str) -> Result<Self, CatalogueFault> {
        let language: LanguageIdentifier = tag.parse().map_err(|_| CatalogueFault::Tag)?;
        // Other spellings of the same tag would be other languages here.
        if language != tag {
            return Err(CatalogueFault::Tag);
        }
        if source.len() > MAX_BYTES {
            return Err(CatalogueFault::Size);
        }
        let resource = FluentResource::try_new(source.to_owned()).map_err(|(_, errors)| {
            let place = errors.first().map_or(0, |error| error.pos.start);
            CatalogueFault::Syntax(1 + source.bytes().take(place).filter(|byte| *byte == b'\n').count())
        })?;
        check(&resource)?;
        Ok(Self::of(language, resource))
    }

    fn of(language: LanguageIdentifier, resource: FluentResource) -> Self {
        let is_right_to_left = language.character_direction() == CharacterDirection::RTL;
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        // Names are isolated by markup on pages, and a mail's text is read by programs too.
        bundle.set_use_isolating(false);
        bundle.add_resource_overriding(resource);
        Self { bundle, is_right_to_left }
    }

    /// Returns a message with its arguments; `None` if it is not here, or an argument is missing.
    pub(crate) fn message(&self, id: &str, arguments: &[(&'static str, Argument)]) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let values: FluentArgs<'_> = arguments.iter().map(|(name, argument)| (*name, argument.value())).collect();
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, Some(&values), &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

impl Argument {
    fn value(&self) -> FluentValue<'_> {
        match self {
            Self::Number(number) => FluentValue::try_number(number),
            Self::Words(words) => FluentValue::from(words.as_str()),
        }
    }
}

/// Checks that the texts are messages of the English catalogue, with the same arguments.
fn check(resource: &FluentResource) -> Result<(), CatalogueFault> {
    let english = shipped_in(ENGLISH);
    let mut seen = BTreeSet::new();
    for (id, read) in messages(resource)? {
        let original = english.and_then(|english| english.bundle.get_message(&id)).and_then(|message| message.value());
        let original = original.ok_or_else(|| CatalogueFault::Unknown(id.clone()))?;
        let mut expected = Read::default();
        expected.pattern(&id, original)?;
        if let Some(name) = read.arguments.difference(&expected.arguments).next() {
            return Err(CatalogueFault::UnknownArgument(id, name.clone()));
        }
        if let Some(name) = expected.arguments.difference(&read.arguments).next() {
            return Err(CatalogueFault::MissingArgument(id, name.clone()));
        }
        if !seen.insert(id.clone()) {
            return Err(CatalogueFault::Repeated(id));
        }
    }
    Ok(())
}

/// Returns the messages of a file, each with its arguments.
fn messages(resource: &FluentResource) -> Result<Vec<(String, Read)>, CatalogueFault> {
    let mut messages = Vec::new();
    for entry in resource.entries() {
        match entry {
            Entry::Message(message) => messages.push(read(message)?),
            Entry::Term(term) => return Err(CatalogueFault::Construct(format!("-{}", term.id.name))),
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) | Entry::Junk { .. } => {}
        }
    }
    Ok(messages)
}

fn read(message: &Message<&str>) -> Result<(String, Read), CatalogueFault> {
    let id = message.id.name.to_owned();
    let Some(pattern) = message.value.as_ref().filter(|_| message.attributes.is_empty()) else {
        return Err(CatalogueFault::Construct(id));
    };
    let mut read = Read::default();
    read.pattern(&id, pattern)?;
    Ok((id, read))
}

/// The arguments that a message uses.
#[derive(Default)]
struct Read {
    arguments: BTreeSet<String>,
}

impl Read {
    fn pattern(&mut self, id: &str, pattern: &Pattern<&str>) -> Result<(), CatalogueFault> {
        pattern.elements.iter().try_for_each(|element| match element {
            PatternElement::TextElement { value } => plain(id, value),
            PatternElement::Placeable { expression } => self.expression(id, expression),
        })
    }

    fn expression(&mut self, id: &str, expression: &Expression<&str>) -> Result<(), CatalogueFault> {
        match expression {
            Expression::Inline(inline) => self.inline(id, inline),
            Expression::Select { selector, variants } => {
                self.inline(id, selector)?;
                variants.iter().try_for_each(|variant| self.pattern(id, &variant.value))
            }
        }
    }

    fn inline(&mut self, id: &str, inline: &InlineExpression<&str>) -> Result<(), CatalogueFault> {
        match inline {
            InlineExpression::VariableReference { id: argument } => {
                self.arguments.insert(argument.name.to_owned());
                Ok(())
            }
            // An escape could stand for a character that is refused.
            InlineExpression::StringLiteral { value } if value.contains('\\') => {
                Err(CatalogueFault::Markup(id.to_owned()))
            }
            InlineExpression::StringLiteral { value } | InlineExpression::NumberLiteral { value } => plain(id, value),
            InlineExpression::Placeable { expression } => self.expression(id, expression),
            InlineExpression::FunctionReference { .. }
            | InlineExpression::MessageReference { .. }
            | InlineExpression::TermReference { .. } => Err(CatalogueFault::Construct(id.to_owned())),
        }
    }
}

fn plain(id: &str, text: &str) -> Result<(), CatalogueFault> {
    let is_markup = |c: char| matches!(c, '<' | '>' | '&') || c.is_control();
    if text.contains(is_markup) { Err(CatalogueFault::Markup(id.to_owned())) } else { Ok(()) }
}

/// Reads the catalogues of a deployment, by their tags.
pub(crate) fn parse_all(
    sources: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, Catalogue>, (String, CatalogueFault)> {
    let parse = |(tag, source): (&String, &String)| match Catalogue::parse(tag, source) {
        Ok(catalogue) => Ok((tag.clone(), catalogue)),
        Err(fault) => Err((tag.clone(), fault)),
    };
    sources.iter().map(parse).collect()
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    /// Every file of the folder, by its tag.
    fn files() -> Vec<(String, String)> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/languages");
        let files = fs::read_dir(folder).unwrap().map(|file| file.unwrap().path());
        files
            .map(|file| (file.file_stem().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&file).unwrap()))
            .collect()
    }

    /// The messages of a file, with their arguments.
    fn read_all(tag: &str, source: &str) -> BTreeMap<String, BTreeSet<String>> {
        let resource =
            FluentResource::try_new(source.to_owned()).unwrap_or_else(|(_, errors)| panic!("{tag}: {errors:?}"));
        let messages = messages(&resource).unwrap_or_else(|fault| panic!("{tag}: {fault}"));
        let count = messages.len();
        let by_id: BTreeMap<String, BTreeSet<String>> =
            messages.into_iter().map(|(id, read)| (id, read.arguments)).collect();
        assert_eq!(by_id.len(), count, "{tag}: a message stands there twice");
        by_id
    }

    #[test]
    fn every_language_has_exactly_the_messages_of_english_with_the_same_arguments() {
        let english = read_all("en", include_str!("../languages/en.ftl"));
        assert!(english.len() > 300);
        for (tag, source) in files() {
            let texts = read_all(&tag, &source);
            let lacking: Vec<&String> = english.keys().filter(|id| !texts.contains_key(*id)).collect();
            let additional: Vec<&String> = texts.keys().filter(|id| !english.contains_key(*id)).collect();
            assert!(lacking.is_empty() && additional.is_empty(), "{tag} lacks {lacking:?} and adds {additional:?}");
            for (id, arguments) in &english {
                assert_eq!(texts.get(id), Some(arguments), "{tag}: {id}");
            }
            assert!(Catalogue::parse(&tag, &source).is_ok(), "{tag}");
        }
    }

    #[test]
    fn every_file_of_the_folder_is_shipped() {
        let mut tags: Vec<String> = files().into_iter().map(|(tag, _)| tag).collect();
        let mut expected: Vec<&str> = shipped().collect();
        tags.sort_unstable();
        expected.sort_unstable();
        assert_eq!(tags, expected);
    }

    #[test]
    fn every_plural_form_of_a_language_can_be_shown() {
        for shipped in &SHIPPED {
            for (id, arguments) in read_all("en", include_str!("../languages/en.ftl")) {
                for number in ["0", "1", "2", "3", "11", "100", "1000"] {
                    let names: Vec<&'static str> = arguments.iter().map(|name| &*name.clone().leak()).collect();
                    let values: Vec<(&'static str, Argument)> =
                        names.iter().map(|name| (*name, Argument::Number(number.to_owned()))).collect();
                    if shipped.catalogue().bundle.has_message(&id) {
                        assert!(shipped.catalogue().message(&id, &values).is_some(), "{}: {id}", shipped.tag);
                    }
                }
            }
        }
    }

    #[test]
    fn arabic_is_written_from_right_to_left_and_the_others_are_not() {
        for shipped in &SHIPPED {
            assert_eq!(shipped.catalogue().is_right_to_left, shipped.tag == "ar", "{}", shipped.tag);
        }
    }

    #[test]
    fn a_number_chooses_the_plural_form_of_the_language() {
        let source =
            "mail-too-many = { $seconds ->\n [0] none\n [one] one\n [few] few { $seconds }\n *[other] other\n }";
        let catalogue = Catalogue::parse("pl", source).unwrap();
        let said = |number: &str| {
            catalogue.message("mail-too-many", &[("seconds", Argument::Number(number.to_owned()))]).unwrap()
        };
        assert_eq!(["0", "1", "3", "5", "22"].map(said), ["none", "one", "few 3", "other", "few 22"]);
    }

    #[test]
    fn texts_with_a_fault_are_refused_with_its_place() {
        let fault = |tag, source: &str| Catalogue::parse(tag, source).err().unwrap();
        let id = |id: &str| id.to_owned();
        assert!(Catalogue::parse("de", "sign-in = Rein damit\n\n# A note\nsave = Merken").is_ok());
        assert!(Catalogue::parse("pt-BR", "sign-in-title = { $client }: { \"entrar\" }").is_ok());
        assert!(Catalogue::parse("de", "").is_ok());
        for tag in ["", "d", "DE", "de_AT", "../de", "deutschland"] {
            assert_eq!(fault(tag, ""), CatalogueFault::Tag, "{tag}");
        }
        assert_eq!(fault("de", &"#".repeat(MAX_BYTES + 1)), CatalogueFault::Size);
        assert_eq!(fault("de", "sign-in = a\nsave\n"), CatalogueFault::Syntax(2));
        assert_eq!(fault("de", "sign-on = a"), CatalogueFault::Unknown(id("sign-on")));
        assert_eq!(fault("de", "save = a\nsave = b"), CatalogueFault::Repeated(id("save")));
        let (title, client, clients) = (id("sign-in-title"), id("client"), id("clients"));
        assert_eq!(fault("de", "sign-in-title = a"), CatalogueFault::MissingArgument(title.clone(), client));
        let additional = "sign-in-title = { $client } { $clients }";
        assert_eq!(fault("de", additional), CatalogueFault::UnknownArgument(title, clients));
        for text in ["<b>a</b>", "a & b", "a > b", "a\n b", "{ \"<\" }", "{ \"\\u003C\" }", "a\u{7}"] {
            assert_eq!(fault("de", &format!("save = {text}")), CatalogueFault::Markup(id("save")), "{text}");
        }
        for text in ["{ sign-in }", "{ -term }", "{ NUMBER(1) }", "a\n .title = b"] {
            assert_eq!(fault("de", &format!("save = {text}")), CatalogueFault::Construct(id("save")), "{text}");
        }
        assert_eq!(fault("de", "-term = a"), CatalogueFault::Construct(id("-term")));
    }
}
