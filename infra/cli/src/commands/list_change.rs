//! Changes of lists, as commands and files give them.

use std::fmt::Display;

use edge::Error;

/// The change of a list: its new members, and those to add to it and to remove from it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ListChange<T> {
    /// All new members; `None` leaves those that are there.
    pub(crate) all: Option<Vec<T>>,
    pub(crate) added: Vec<T>,
    pub(crate) removed: Vec<T>,
}

/// The values of the three options for one list: `--NAME`, `--add-NAME` and `--remove-NAME`.
#[derive(Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) all: &'a [String],
    pub(crate) added: &'a [String],
    pub(crate) removed: &'a [String],
}

impl<T> Default for ListChange<T> {
    fn default() -> Self {
        Self { all: None, added: Vec::new(), removed: Vec::new() }
    }
}

impl<T: Clone + PartialEq + Display> ListChange<T> {
    /// Reads the values of the options. One empty value replaces the list with an empty one.
    pub(crate) fn read(given: Given<'_>, parse: impl Fn(&str) -> Result<T, Error>) -> Result<Self, Error> {
        let parsed = |texts: &[String]| texts.iter().map(|text| parse(text)).collect::<Result<Vec<T>, Error>>();
        let all = match given.all {
            [] => None,
            [only] if only.is_empty() => Some(Vec::new()),
            texts => Some(parsed(texts)?),
        };
        Ok(Self { all, added: parsed(given.added)?, removed: parsed(given.removed)? })
    }

    /// Returns whether anything is given.
    pub(crate) fn is_given(&self) -> bool {
        self.all.is_some() || !self.added.is_empty() || !self.removed.is_empty()
    }

    /// Lists the members that are named to be in the list.
    pub(crate) fn named(&self) -> Vec<T> {
        self.all.iter().flatten().chain(&self.added).cloned().collect()
    }

    /// Returns the list after the change, or `None` if nothing is given. Nothing is in it twice.
    pub(crate) fn applied(&self, before: &[T]) -> Option<Vec<T>> {
        if !self.is_given() {
            return None;
        }
        let mut after: Vec<T> = Vec::new();
        for member in self.all.as_deref().unwrap_or(before).iter().chain(&self.added) {
            if !after.contains(member) && !self.removed.contains(member) {
                after.push(member.clone());
            }
        }
        Some(after)
    }

    /// Checks that each member to remove is there: otherwise it was misspelled.
    pub(crate) fn check(&self, before: &[T], unknown: impl Fn(&T) -> String) -> Result<(), Error> {
        let missing = self.removed.iter().find(|member| !before.contains(member));
        missing.map_or(Ok(()), |member| Err(unknown(member).into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A row of the test: what a list is replaced by, what is added, what is removed, and the list afterwards if it changes.
    type Row<'a> = (&'a [&'a str], &'a [&'a str], &'a [&'a str], Option<&'a [&'a str]>);

    fn change(all: &[&str], added: &[&str], removed: &[&str]) -> ListChange<String> {
        let [all, added, removed] =
            [all, added, removed].map(|texts| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>());
        let given = Given { all: &all, added: &added, removed: &removed };
        ListChange::read(given, |text| Ok(text.to_owned())).unwrap()
    }

    #[test]
    fn c244_a_list_is_replaced_or_members_are_added_and_removed() {
        let before = ["a", "b"].map(str::to_owned);
        let rows: [Row<'_>; 8] = [
            (&[], &[], &[], None),
            (&["c"], &[], &[], Some(&["c"])),
            (&["c", "a", "c"], &[], &[], Some(&["c", "a"])),
            (&[""], &[], &[], Some(&[])),
            (&[], &["c", "a"], &[], Some(&["a", "b", "c"])),
            (&[], &[], &["a"], Some(&["b"])),
            (&[], &["c"], &["a"], Some(&["b", "c"])),
            (&["c"], &["d"], &["c"], Some(&["d"])),
        ];
        for (all, added, removed, after) in rows {
            let change = change(all, added, removed);
            assert_eq!(change.is_given(), after.is_some());
            let expected: Option<Vec<String>> =
                after.map(|after| after.iter().map(|text| (*text).to_owned()).collect());
            assert_eq!(change.applied(&before), expected, "{all:?} {added:?} {removed:?}");
        }
    }

    #[test]
    fn c244_a_member_that_is_not_there_is_not_removed() {
        let before = ["a".to_owned()];
        let unknown = |member: &String| format!("no {member}");
        assert!(change(&[], &[], &["a"]).check(&before, unknown).is_ok());
        let refused = change(&[], &[], &["a", "x"]).check(&before, unknown);
        assert!(refused.is_err_and(|error| error.to_string() == "no x"));
    }
}
