//! Variables with several values. A list without spaces is one word for a shell that reads an env file.

use protocol::Resource;

/// The beginnings of identifiers before which a comma separates two. An identifier may contain a comma itself.
const BEGINNINGS: [&str; 3] = ["https://", "http://", "urn:"];

/// Returns the words of a list with spaces or commas between them.
pub fn words_of(text: &str) -> impl Iterator<Item = &str> {
    text.split(|letter: char| letter.is_ascii_whitespace() || letter == ',').filter(|word| !word.is_empty())
}

/// Returns the identifiers of APIs in a list, with spaces between them, or commas where the next one begins.
pub(crate) fn identifiers_of(text: &str) -> Vec<String> {
    let spaced = BEGINNINGS
        .iter()
        .fold(text.to_owned(), |text, beginning| text.replace(&format!(",{beginning}"), &format!(" {beginning}")));
    spaced.split_ascii_whitespace().map(str::to_owned).collect()
}

/// Writes identifiers of APIs as a list, with commas between them if it is read back as the same.
pub fn list_of_identifiers(apis: &[Resource]) -> String {
    let texts: Vec<&str> = apis.iter().map(Resource::as_str).collect();
    let joined = texts.join(",");
    if identifiers_of(&joined) == texts { joined } else { texts.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_have_spaces_or_commas_between_them() {
        for text in ["a b", "a,b", "a, b", " a \tb ", ",a,,b,"] {
            assert_eq!(words_of(text).collect::<Vec<_>>(), ["a", "b"], "{text:?}");
        }
        assert_eq!(words_of(" , ").count(), 0);
    }

    #[test]
    fn a_list_of_identifiers_is_one_word_unless_a_comma_would_be_read_in_another_way() {
        let rows: [(&[&str], &str); 6] = [
            (&[], ""),
            (&["https://a.example"], "https://a.example"),
            (&["urn:a", "https://b.example", "http://localhost:1/c"], "urn:a,https://b.example,http://localhost:1/c"),
            (&["urn:a,b", "urn:c"], "urn:a,b,urn:c"),
            (&["urn:a", "api://b"], "urn:a api://b"),
            (&["https://a.example/?q=1,2"], "https://a.example/?q=1,2"),
        ];
        for (identifiers, expected) in rows {
            let apis: Vec<Resource> = identifiers.iter().map(|text| Resource::parse(text).unwrap()).collect();
            let list = list_of_identifiers(&apis);
            assert_eq!(list, expected);
            assert_eq!(identifiers_of(&list), identifiers, "{list}");
            assert_eq!(identifiers_of(&identifiers.join("  ")), identifiers, "{list}");
        }
    }
}
