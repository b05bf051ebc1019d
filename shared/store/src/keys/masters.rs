//! The item of the master keys of the handles.

use aws_sdk_dynamodb::types::AttributeValue;
use grants::Timestamp;
use keys::{MasterName, MasterRecord};

use crate::dynamodb::items::{Item, Reader, bytes, time};
use crate::dynamodb::unknown::Unknown;

/// The item of the masters. The first one is its attribute `wrapped`; each later one is an attribute of its own, so that
/// earlier versions still find the first.
pub(crate) const MASTER: &str = "handles";
/// The number of changes to the item of the masters.
pub(crate) const REVISION: &str = "revision";

/// The attribute with the key for the secrets that clients sign with.
pub(crate) const CLIENT_SECRETS: &str = "client_secrets";
/// The attribute with the key that seals the secrets of authenticator apps.
pub(crate) const SECOND_FACTORS: &str = "second_factors";

/// Reads the masters, the first one first.
pub(crate) fn masters(table: &str, item: &Item) -> Result<Vec<MasterRecord>, Unknown> {
    let always = Timestamp::from_seconds(0);
    let wrapped = Reader::new(table, item).bytes("wrapped")?.to_vec();
    let mut masters = vec![MasterRecord { name: MasterName::First, created_at: always, activates_at: always, wrapped }];
    for (attribute, value) in item {
        let Some(name) = named_by(attribute) else { continue };
        let read = value.as_m().map_err(|_| Unknown::damaged(table, MASTER))?;
        let read = Reader::new(table, read);
        let wrapped = read.bytes("wrapped")?.to_vec();
        let (created_at, activates_at) = (read.time("created_at")?, read.time("activates_at")?);
        masters.push(MasterRecord { name, created_at, activates_at, wrapped });
    }
    masters.sort_by_key(|master| (master.activates_at, master.name));
    Ok(masters)
}

/// Returns the attribute of a later master. It has an underscore instead of the dash, as expressions need it.
pub(crate) fn attribute(name: MasterName) -> String {
    name.to_string().replace('-', "_")
}

/// Returns the name of the later master that an attribute holds.
fn named_by(attribute: &str) -> Option<MasterName> {
    MasterName::parse(&attribute.replace('_', "-")).filter(|name| *name != MasterName::First)
}

pub(crate) fn from_master(master: &MasterRecord) -> AttributeValue {
    AttributeValue::M(Item::from([
        ("wrapped".to_owned(), bytes(&master.wrapped)),
        ("created_at".to_owned(), time(master.created_at)),
        ("activates_at".to_owned(), time(master.activates_at)),
    ]))
}
