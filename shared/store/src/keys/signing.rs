//! The items of signing keys.

use grants::SigningAlgorithm;
use keys::{KeyRecord, Records};

use crate::dynamodb::items::{Item, Reader, bytes, text, time};
use crate::dynamodb::unknown::Unknown;

const SIGNING: &str = "signing#";

/// Builds the item of a key.
pub(crate) fn signing_item(table: &str, key: &KeyRecord) -> Result<Item, Unknown> {
    let public = serde_json::to_string(&key.public).map_err(|_| Unknown::damaged(table, "public"))?;
    let mut item = Item::from([
        ("id".to_owned(), text(&id(key))),
        ("public".to_owned(), text(&public)),
        ("algorithm".to_owned(), text(&key.algorithm.as_str())),
        ("created_at".to_owned(), time(key.created_at)),
        ("activates_at".to_owned(), time(key.activates_at)),
        ("wrapped".to_owned(), bytes(&key.wrapped)),
    ]);
    if let Some(predecessor) = &key.predecessor {
        item.insert("predecessor".to_owned(), text(predecessor));
    }
    Ok(item)
}

pub(crate) fn id(key: &KeyRecord) -> String {
    format!("{SIGNING}{}", key.place())
}

/// Sorts the keys by the time of their creation.
pub(crate) fn sort(records: &mut Records) {
    records.signing.sort_by(|one, other| (one.created_at, &one.public.kid).cmp(&(other.created_at, &other.public.kid)));
}

pub(crate) fn record(read: &Reader<'_>, wrapped: &[u8]) -> Result<KeyRecord, Unknown> {
    Ok(KeyRecord {
        public: read.parsed("public", |text| serde_json::from_str(text))?,
        algorithm: read.named("algorithm", SigningAlgorithm::parse)?,
        predecessor: read.optional_text("predecessor")?.map(str::to_owned),
        created_at: read.time("created_at")?,
        activates_at: read.time("activates_at")?,
        wrapped: wrapped.to_vec(),
    })
}
