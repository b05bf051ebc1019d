//! Keys: the first master key stays, and signing keys are read back completely.

use grants::SigningAlgorithm;
use keys::{KeyRecord, MasterRecord, Records};
use protocol::Jwk;
use store::Changed;

use crate::fixtures::NOW;
use crate::place::Place;

fn key(kid: &str, predecessor: Option<&str>, later: u32) -> KeyRecord {
    KeyRecord {
        public: Jwk { kid: kid.to_owned(), kty: "OKP".to_owned(), x: Some("x".to_owned()), ..Jwk::default() },
        algorithm: SigningAlgorithm::EdDsa,
        predecessor: predecessor.map(str::to_owned),
        created_at: NOW.plus(later),
        activates_at: NOW.plus(later).plus(10),
        wrapped: vec![0, 255, 1],
    }
}

async fn keys_are_written_once_and_read_back_in_order(place: Place) {
    let table = place.stores.keys().unwrap();
    assert_eq!(table.load().await.unwrap(), Records::default());
    let master = |byte| MasterRecord { wrapped: vec![byte; 60] };
    assert_eq!(table.create_master(&master(1), None).await.unwrap(), Changed::Done);
    assert_eq!(table.create_master(&master(2), None).await.unwrap(), Changed::Refused);
    let (old, new) = (key("old", None, 1), key("new", Some("old"), 5));
    for record in [&new, &old] {
        assert_eq!(table.create_signing_key(record, None).await.unwrap(), Changed::Done);
        assert_eq!(table.create_signing_key(record, None).await.unwrap(), Changed::Refused);
    }
    let loaded = table.load().await.unwrap();
    assert_eq!(loaded, Records { master: Some(master(1)), signing: vec![old.clone(), new.clone()] });
    let public = [&old, &new].map(|key| KeyRecord { wrapped: Vec::new(), ..key.clone() });
    assert_eq!(table.load_public().await.unwrap(), Records { master: None, signing: public.into() });
    table.delete_signing_key(&old, None).await.unwrap();
    table.delete_signing_key(&old, None).await.unwrap();
    assert_eq!(table.load().await.unwrap().signing, [new]);
}

async fn a_key_has_one_successor_whoever_makes_it(place: Place) {
    let table = place.stores.keys().unwrap();
    for (record, changed) in [
        (key("first", None, 1), Changed::Done),
        (key("another first", None, 1), Changed::Refused),
        (key("second", Some("first"), 2), Changed::Done),
        (key("another second", Some("first"), 3), Changed::Refused),
    ] {
        assert_eq!(table.create_signing_key(&record, None).await.unwrap(), changed, "{record:?}");
    }
    let kids: Vec<String> = table.load().await.unwrap().signing.into_iter().map(|key| key.public.kid).collect();
    assert_eq!(kids, ["first", "second"]);
}

crate::on_both! { keys_are_written_once_and_read_back_in_order, a_key_has_one_successor_whoever_makes_it }
