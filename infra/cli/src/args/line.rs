//! The command line as it was typed, arranged for the parser.

use std::ffi::{OsStr, OsString};

use clap::Command;

/// The options that commands share, each with whether a value follows it.
const SHARED: [(&str, bool); 4] = [("json", false), ("yes", false), ("env-file", true), ("stack", true)];
/// The word after which nothing is an option.
const END_OF_OPTIONS: &str = "--";

/// A word up to the command, with the value that follows it if it is an option that commands share.
struct Begin {
    is_shared: bool,
    word: OsString,
    value: Option<OsString>,
}

/// Arranges a command line, of which the first word is the program: moves the options that commands share, and that stand
/// before the command or between its words, behind it, and joins a truth value with the option that takes one after `=`
/// only. An option that the command has itself, as `jeton dev` has `--env-file`, means something else there: it is not moved.
/// `parser` is the parser of the whole line.
pub(crate) fn arranged(parser: &Command, line: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let mut line = line.into_iter().peekable();
    let mut arranged: Vec<OsString> = line.next().into_iter().collect();
    let (mut command, mut begin) = (parser, Vec::new());
    while let Some(word) = line.next_if(|word| stands_before(command, word)) {
        let takes_value = shared(command, &word);
        if takes_value.is_none() {
            command = command.find_subcommand(&word).unwrap_or(command);
        }
        let value = if takes_value == Some(true) { line.next_if(|value| value != END_OF_OPTIONS) } else { None };
        begin.push(Begin { is_shared: takes_value.is_some(), word, value });
    }
    let (moved, others): (Vec<_>, Vec<_>) =
        begin.into_iter().partition(|begin| begin.is_shared && !has_own(command, &begin.word));
    arranged.extend(others.into_iter().chain(moved).flat_map(|begin| std::iter::once(begin.word).chain(begin.value)));
    while let Some(mut word) = line.next_if(|word| word != END_OF_OPTIONS) {
        if takes_truth(command, &word)
            && let Some(truth) = line.next_if(|value| value == "true" || value == "false")
        {
            word.push("=");
            word.push(truth);
        }
        arranged.push(word);
    }
    arranged.extend(line);
    arranged
}

/// Returns whether this word stands before a command of `command`, or is this command. An option of `command` that takes a
/// value, as `jeton dev` has them, ends the search.
fn stands_before(command: &Command, word: &OsStr) -> bool {
    let is_option = word != END_OF_OPTIONS && word.as_encoded_bytes().starts_with(b"-");
    let has_values = || command.get_arguments().any(|argument| argument.get_action().takes_values());
    command.has_subcommands()
        && (shared(command, word).is_some() || command.find_subcommand(word).is_some() || (is_option && !has_values()))
}

/// Returns whether the next word is the value of this one, if this is an option that commands share, and `command` has none
/// of its own with this name.
fn shared(command: &Command, word: &OsStr) -> Option<bool> {
    let option = word.to_string_lossy();
    let option = option.strip_prefix("--")?;
    let (name, has_value) = option.split_once('=').map_or((option, false), |(name, _)| (name, true));
    let (name, takes_value) =
        SHARED.into_iter().find(|(shared, takes_value)| *shared == name && (*takes_value || !has_value))?;
    let is_own = command.get_arguments().any(|argument| argument.get_long() == Some(name));
    (!is_own).then_some(takes_value && !has_value)
}

/// Returns whether `command` has an option of its own with the name of this one, which commands share. Only a command with
/// commands below it can: all others have the shared ones.
fn has_own(command: &Command, word: &OsStr) -> bool {
    command.has_subcommands() && shared(command, word).is_none()
}

/// Returns whether this is an option of `command` that may have a value, after `=` only.
fn takes_truth(command: &Command, word: &OsStr) -> bool {
    let is_this = |long: &str| word.to_str().and_then(|word| word.strip_prefix("--")) == Some(long);
    let mut switches = command.get_arguments().filter(|argument| argument.is_require_equals_set());
    switches.any(|argument| argument.get_long().is_some_and(is_this))
}

#[cfg(test)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::args::Arguments;

    fn words(line: &str) -> Vec<OsString> {
        line.split(' ').map(OsString::from).collect()
    }

    fn assert_arranged(rows: &[(&str, &str)]) {
        for (typed, expected) in rows {
            assert_eq!(arranged(&Arguments::command(), words(typed)), words(expected), "{typed}");
        }
    }

    #[test]
    fn c244_shared_options_before_a_command_or_between_its_words_stand_behind_it() {
        assert_arranged(&[
            ("jeton --json client list", "jeton client list --json"),
            ("jeton client --json list --limit 2", "jeton client list --json --limit 2"),
            ("jeton --env-file F client --json list", "jeton client list --env-file F --json"),
            ("jeton --env-file=F --stack S export", "jeton export --env-file=F --stack S"),
            ("jeton --stack=S -q user --yes delete ada", "jeton -q user delete --stack=S --yes ada"),
            ("jeton --json audit list --about", "jeton audit list --json --about"),
            ("jeton --env-file F --json dev token --user a", "jeton dev token --env-file F --json --user a"),
            ("jeton dev --json token --user a", "jeton dev token --json --user a"),
            // A value may be the name of a command.
            ("jeton --env-file client client list", "jeton client list --env-file client"),
            ("jeton --json --help", "jeton --help --json"),
        ]);
    }

    #[test]
    fn c244_everything_else_stands_where_it_was_typed() {
        for line in [
            "jeton",
            "jeton client list --json",
            "jeton --json",
            "jeton client create --name --json",
            "jeton client show -- --json",
            "jeton -- --json client list",
            "jeton client -- --json list",
            "jeton --json=yes client list",
            "jeton --port 1 --json client",
            "jeton dev --env-file F token",
            // `jeton dev` writes the file that its own option names.
            "jeton --env-file F dev --port 0",
            "jeton --env-file=F dev",
            "jeton dev --data token --json",
            "jeton no-such --json client list",
            "jeton client update --trusted -- true",
            "jeton client create --name A --require-factor true",
            "jeton client update app --name true --trusted",
        ] {
            assert_arranged(&[(line, line)]);
        }
    }

    #[test]
    fn c244_an_option_without_its_value_gets_no_command_for_it() {
        let line = arranged(&Arguments::command(), words("jeton --stack -- client list"));
        assert!(Arguments::try_parse_from(line).is_err());
    }

    #[test]
    fn c244_a_file_that_names_a_stack_is_not_replaced_by_a_local_one() {
        for typed in ["jeton --env-file F dev", "jeton --json --env-file=F dev --port 0"] {
            assert!(Arguments::try_parse_from(arranged(&Arguments::command(), words(typed))).is_err(), "{typed}");
        }
    }

    #[test]
    fn c244_each_switch_of_a_client_stands_before_its_id_or_has_a_value_after_a_space() {
        let root = Arguments::command();
        let update = root.find_subcommand("client").and_then(|client| client.find_subcommand("update")).unwrap();
        let optional = |argument: &&clap::Arg| argument.get_num_args().is_some_and(|count| count.min_values() == 0);
        let taking = update.get_arguments().filter(|argument| argument.get_action().takes_values()).filter(optional);
        let switches: Vec<_> = taking.filter_map(|argument| argument.get_long()).collect();
        assert_eq!(switches.len(), 4, "{switches:?}");
        for name in switches {
            let forms = [
                format!("jeton client update --{name} app"),
                format!("jeton client update app --{name}"),
                format!("jeton client update --{name} false app"),
                format!("jeton client update app --{name} true"),
                format!("jeton client update --{name}=false app"),
            ];
            for form in forms {
                assert!(Arguments::try_parse_from(arranged(&root, words(&form))).is_ok(), "{form}");
            }
        }
    }
}
