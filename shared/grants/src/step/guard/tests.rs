use super::*;
use crate::terms::secret::SecretSalt;

/// The only fact of a record that has one value or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Only;

struct Record(Option<Held<'static>>);

impl Fact for Only {
    type Record = Record;

    const KEY: &'static str = "id";

    fn attribute(self) -> Attribute<Self> {
        Attribute::named("only")
    }

    fn of(self, record: &Record) -> Option<Held<'_>> {
        record.0.clone()
    }
}

const fn at(second: u64) -> Timestamp {
    Timestamp::from_seconds(second)
}

const fn secret(byte: u8) -> StoredSecret {
    StoredSecret::derived(SecretSalt::Own([byte; 32]), at(1))
}

/// Every state of an item: absent, without the fact, and with values of each kind.
fn states() -> Vec<(&'static str, Option<Record>)> {
    let text = |text: &'static str| Held::Text(text.into());
    let resources = |texts: &[&str]| {
        let resources: Vec<Resource> = texts.iter().map(|text| Resource::parse(text).unwrap()).collect();
        Held::Resources(resources.leak())
    };
    let scope = |text: &str| Held::Scope(Box::leak(Box::new(Scope::parse(text).unwrap())));
    let generations = |numbers: &[u32]| {
        let set: BTreeSet<_> = numbers.iter().copied().map(Generation::from_number).collect();
        Held::Generations(Box::leak(Box::new(set)))
    };
    let held = [
        ("text a", text("urn:a")),
        ("text b", text("urn:b")),
        ("number 1", Held::Number(1)),
        ("number 2", Held::Number(2)),
        ("number 3", Held::Number(3)),
        ("time 1", Held::Time(at(1))),
        ("time 2", Held::Time(at(2))),
        ("time 3", Held::Time(at(3))),
        ("off", Held::Flag(false)),
        ("on", Held::Flag(true)),
        ("no secret", Held::Secrets(&[])),
        ("one secret", Held::Secrets(const { &[secret(1)] })),
        ("two secrets", Held::Secrets(const { &[secret(1), secret(2)] })),
        ("list a", resources(&["urn:a"])),
        ("list b", resources(&["urn:b"])),
        ("list ab", resources(&["urn:a", "urn:b"])),
        ("list bc", resources(&["urn:b", "urn:c"])),
        ("list abc", resources(&["urn:a", "urn:b", "urn:c"])),
        ("scope a", scope("urn:a")),
        ("scope bc", scope("urn:b urn:c")),
        ("set 0", generations(&[])),
        ("set 2", generations(&[1, 2])),
    ];
    let held = held.into_iter().map(|(name, held)| (name, Some(Record(Some(held)))));
    [("no item", None), ("no fact", Some(Record(None)))].into_iter().chain(held).collect()
}

#[test]
fn a_guard_holds_for_the_states_it_names_and_for_no_other() {
    let two = NonZeroUsize::new(2).unwrap();
    let rows: [(Guard<Only>, &[&str]); 16] = [
        (Guard::Absent, &["no item"]),
        (Only.is_absent(), &["no fact"]),
        (Guard::In(Only, &["urn:a"]), &["text a"]),
        (Guard::In(Only, &["urn:a", "urn:b", "1"]), &["text a", "text b"]),
        (Only.is("urn:a"), &["text a"]),
        (Only.is_or_lacks("urn:a"), &["no fact", "text a"]),
        (Only.is(2), &["number 2"]),
        (Only.is(false), &["off"]),
        (Only.is(at(2)), &["time 2"]),
        (Only.is(&[secret(1)][..]), &["one secret"]),
        (Only.is_above(2), &["number 3"]),
        (Only.is_after(at(2)), &["time 3"]),
        (Only.is_before(at(2)), &["time 1"]),
        (Only.contains("urn:a"), &["list a", "list ab", "list abc", "scope a"]),
        (Only.has_one_beside("urn:a"), &["list a", "list b", "list ab", "scope a"]),
        (Only.has_fewer_than(two), &["list a", "list b", "scope a", "set 0"]),
    ];
    let states = states();
    for (guard, expected) in rows {
        let holding = states.iter().filter(|(_, item)| guard.holds(item.as_ref()));
        assert_eq!(holding.map(|(name, _)| *name).collect::<Vec<_>>(), expected, "{guard:?}");
    }
}
