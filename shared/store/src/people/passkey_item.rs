//! Conversion of passkeys to items.

use aws_sdk_dynamodb::types::AttributeValue;
use protocol::{CredentialId, PasskeyKey};
use sessions::{AliasKey, Passkey, PasskeyId, PasskeyName, PasskeyUses, PersonKey, SpentChallenges};

use crate::dynamodb::items::{Item, Reader, bytes, flag, number, text, time};
use crate::dynamodb::unknown::Unknown;
use crate::people::item::{alias_key, key};

pub(crate) const PASSKEY: &str = "passkey#";

pub(crate) fn record(id: &PasskeyId) -> String {
    format!("{PASSKEY}{id}")
}

/// Returns the alias that leads to the passkey with this record; `None` for any other record.
pub(crate) fn alias_of(record: &str) -> Option<Item> {
    let id = PasskeyId::parse(record.strip_prefix(PASSKEY)?)?;
    Some(alias_key(&AliasKey::of_passkey(&id)))
}

pub(crate) fn from_passkey(passkey: &Passkey) -> Item {
    let mut item = key(passkey.person, &record(&passkey.id()));
    item.extend([
        ("credential".to_owned(), bytes(passkey.credential.as_bytes())),
        ("public_key".to_owned(), bytes(passkey.key.as_encoded())),
        ("name".to_owned(), text(passkey.name.as_str())),
        ("created_at".to_owned(), time(passkey.created_at)),
        ("backup_eligible".to_owned(), flag(passkey.is_backup_eligible)),
    ]);
    item.extend(from_uses(&passkey.used).into_iter().map(|(name, value)| (name.to_owned(), value)));
    item
}

pub(crate) fn from_uses(used: &PasskeyUses) -> Vec<(&'static str, AttributeValue)> {
    let always = [
        ("uses", number(&used.count)),
        ("counter", number(&used.counter)),
        ("backed_up", flag(used.is_backed_up)),
        ("answered", bytes(&used.spent.to_bytes())),
    ];
    always.into_iter().chain(used.last_at.map(|at| ("last_used_at", time(at)))).collect()
}

pub(crate) fn to_passkey(table: &str, item: &Item) -> Result<Passkey, Unknown> {
    let read = Reader::new(table, item);
    Ok(Passkey {
        person: read.parsed("person", PersonKey::parse)?,
        credential: CredentialId::from_bytes(read.bytes("credential")?).ok_or_else(|| read.damaged("credential"))?,
        key: PasskeyKey::parse(read.bytes("public_key")?).ok_or_else(|| read.damaged("public_key"))?,
        name: PasskeyName::typed(read.text("name")?),
        created_at: read.time("created_at")?,
        is_backup_eligible: read.flag("backup_eligible")?,
        used: PasskeyUses {
            count: read.number("uses")?,
            last_at: read.optional_time("last_used_at")?,
            counter: read.number("counter")?,
            is_backed_up: read.flag("backed_up")?,
            spent: SpentChallenges::from_bytes(read.bytes("answered")?).ok_or_else(|| read.damaged("answered"))?,
        },
    })
}
