//! Lists that are searched and read page by page.

use edge::Error;
use serde_json::{Value, json};

use crate::args::Listing;
use crate::output::{aside, print};

/// Prints the rows that are asked for. `id` names the members that identify a row together.
pub(crate) fn print_list(options: &Listing, id: &[&str], rows: Vec<Value>) -> Result<(), Error> {
    let rows = rows.into_iter().filter(|row| options.search.as_deref().is_none_or(|text| contains(row, text)));
    let Some(limit) = options.limit else { return print(options.common.json, &rows.collect()) };
    let (items, next) = page(rows.collect(), id, options.after.as_deref(), usize::try_from(limit)?);
    if options.common.json {
        return print(true, &json!({ "items": items, "next": next }));
    }
    print(false, &items.into())?;
    if let Some(next) = next {
        aside(&format!("jeton: there are more: --after {}", quoted(&next)));
    }
    Ok(())
}

/// Returns a text as a shell reads it back.
fn quoted(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+,=".contains(&byte);
    if text.bytes().all(plain) { text.to_owned() } else { format!("'{}'", text.replace('\'', r"'\''")) }
}

/// Returns the rows of one page in the order of their ids, and the id after which the next page begins.
fn page(mut rows: Vec<Value>, id: &[&str], after: Option<&str>, limit: usize) -> (Vec<Value>, Option<String>) {
    let part = |row: &Value, member: &str| row.get(member).and_then(Value::as_str).unwrap_or_default().to_owned();
    let name = |row: &Value| id.iter().map(|member| part(row, member)).collect::<Vec<_>>().join(" ");
    rows.sort_by_key(name);
    rows.retain(|row| after.is_none_or(|after| name(row).as_str() > after));
    let is_last = rows.len() <= limit;
    rows.truncate(limit);
    let next = rows.last().filter(|_| !is_last).map(name);
    (rows, next)
}

/// Returns whether a text in the row contains `text`, in upper or lower case.
fn contains(row: &Value, text: &str) -> bool {
    match row {
        Value::String(value) => value.to_lowercase().contains(&text.to_lowercase()),
        Value::Array(values) => values.iter().any(|value| contains(value, text)),
        Value::Object(members) => members.values().any(|value| contains(value, text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Value> {
        ["c", "a", "d", "b"].map(|id| json!({ "id": id, "claims": { "names": [format!("Name of {id}")] } })).into()
    }

    #[test]
    fn c244_a_list_is_read_page_by_page_and_none_is_missing_or_twice() {
        let mut seen = Vec::new();
        let mut after: Option<String> = None;
        for _ in 0..9 {
            let (items, next) = page(rows(), &["id"], after.as_deref(), 2);
            assert!(items.len() <= 2);
            seen.extend(items.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, ["a", "b", "c", "d"]);
        assert_eq!(page(rows(), &["id"], Some("bb"), 9).0.len(), 2, "a row that is gone meanwhile");
        assert_eq!(page(rows(), &["id"], None, 4).1, None);
        assert_eq!(page(Vec::new(), &["id"], Some("a"), 4), (Vec::new(), None));
    }

    #[test]
    fn c244_a_row_without_an_id_of_its_own_is_identified_by_several_members() {
        let rows = ["b", "a"].map(|client| json!({ "username": "ana", "client_id": client })).into();
        let (items, next) = page(rows, &["username", "client_id"], None, 1);
        assert_eq!((items.len(), next.as_deref()), (1, Some("ana a")));
        let typed = ["ana a", "https://orders.example", "o'neil b"].map(quoted);
        assert_eq!(typed, ["'ana a'", "https://orders.example", r"'o'\''neil b'"]);
    }

    #[test]
    fn c244_a_search_finds_a_text_anywhere_in_a_row() {
        let found = |text: &str| rows().into_iter().filter(|row| contains(row, text)).count();
        assert_eq!(["name of B", "NAME", "", "zz"].map(found), [1, 4, 4, 0]);
    }
}
