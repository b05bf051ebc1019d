//! Keys: the first master key stays, and signing keys are read back completely.

use std::collections::BTreeSet;

use grants::{Seconds, SigningAlgorithm, Timestamp};
use harness::{CountingProxy, Fault, Span};
use keys::{KeyRecord, MasterName, MasterRecord, Masters, Records};
use protocol::Jwk;
use service::PublishedKeys;
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
    let always = Timestamp::from_seconds(0);
    let first = MasterName::First;
    let master = |byte| MasterRecord { name: first, created_at: always, activates_at: always, wrapped: vec![byte; 60] };
    assert_eq!(table.create_master(&master(1), None).await.unwrap(), Changed::Done);
    assert_eq!(table.create_master(&master(2), None).await.unwrap(), Changed::Refused);
    let (old, new) = (key("old", None, 1), key("new", Some("old"), 5));
    for record in [&new, &old] {
        assert_eq!(table.create_signing_key(record, None).await.unwrap(), Changed::Done);
        assert_eq!(table.create_signing_key(record, None).await.unwrap(), Changed::Refused);
    }
    let loaded = table.load().await.unwrap();
    let masters = Masters { stored: vec![master(1)], ..Masters::default() };
    assert_eq!(
        loaded,
        Records { masters: masters.clone(), signing: vec![old.clone(), new.clone()], ..Records::default() }
    );
    let public = [&old, &new].map(|key| KeyRecord { wrapped: Vec::new(), ..key.clone() });
    assert_eq!(table.load_public(NOW).await.unwrap(), Records { signing: public.into(), ..Records::default() });
    table.delete_signing_key(&old, None).await.unwrap();
    table.delete_signing_key(&old, None).await.unwrap();
    assert_eq!(table.load().await.unwrap().signing, [new]);
}

async fn c150_the_key_for_secrets_of_clients_is_written_once_beside_the_masters(place: Place) {
    let table = place.stores.keys().unwrap();
    assert_eq!(table.add_client_secrets_key(&[1], None).await.unwrap(), Changed::Refused, "there is no master yet");
    let always = Timestamp::from_seconds(0);
    let master = MasterRecord { name: MasterName::First, created_at: always, activates_at: always, wrapped: vec![9] };
    table.create_master(&master, None).await.unwrap();
    assert_eq!(table.load().await.unwrap().masters.client_secrets, None);
    assert_eq!(table.add_client_secrets_key(&[2], None).await.unwrap(), Changed::Done);
    assert_eq!(table.add_client_secrets_key(&[3], None).await.unwrap(), Changed::Refused);
    assert_eq!(table.load().await.unwrap().masters.second_factors, None);
    assert_eq!(table.add_second_factors_key(&[4], None).await.unwrap(), Changed::Done);
    assert_eq!(table.add_second_factors_key(&[5], None).await.unwrap(), Changed::Refused);
    let masters = table.load().await.unwrap().masters;
    assert_eq!((masters.client_secrets, masters.second_factors), (Some(vec![2]), Some(vec![4])));
    assert_eq!(masters.stored, vec![master]);
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

async fn c151_a_withdrawn_key_is_set_aside_wherever_it_is_found(place: Place) {
    let table = place.stores.keys().unwrap();
    let grants = place.stores.grants().unwrap();
    let (leaked, next) = (key("leaked", None, 1), key("next", Some("leaked"), 2));
    assert_eq!(table.create_signing_key(&leaked, None).await.unwrap(), Changed::Done);
    let done = table.withdraw_signing_key(&leaked, Some(&next), grants.withdrawals("leaked", NOW)).await.unwrap();
    assert_eq!(done, Changed::Done);
    let again = table.withdraw_signing_key(&leaked, Some(&next), []).await.unwrap();
    assert_eq!(again, Changed::Refused, "it is gone");
    assert_eq!(table.withdrawn().await.unwrap(), BTreeSet::from(["leaked".to_owned()]));
    assert_eq!(table.load().await.unwrap().signing, std::slice::from_ref(&next));
    for id in 0..64 {
        let token = grants::TokenId::Machine([id; 16]);
        assert!(grants.token_is_revoked(token, "leaked", &[]).await.unwrap(), "{id}");
        assert!(!grants.token_is_revoked(token, "next", &[]).await.unwrap(), "{id}");
    }
    // A restored table has the key again, and not the one that followed it.
    table.delete_signing_key(&next, None).await.unwrap();
    table.create_signing_key(&leaked, None).await.unwrap();
    let first = table.load_public(NOW).await.unwrap();
    for records in [table.load().await.unwrap(), first] {
        assert_eq!((records.signing.len(), records.withdrawn.len()), (0, 1));
        assert!(records.key_set(NOW).keys.is_empty());
    }
}

async fn c152_a_master_is_added_and_withdrawn_by_the_state_it_was_read_in(place: Place) {
    let table = place.stores.keys().unwrap();
    let always = Timestamp::from_seconds(0);
    let first = MasterRecord { name: MasterName::First, created_at: always, activates_at: always, wrapped: vec![1] };
    let later = |byte| MasterRecord {
        name: MasterName::Later([byte; 4]),
        created_at: NOW,
        activates_at: NOW.plus(u32::from(byte)),
        wrapped: vec![byte; 60],
    };
    table.create_master(&first, None).await.unwrap();
    let one = table.load().await.unwrap();
    assert_eq!(table.add_master(&later(2), &one, None).await.unwrap(), Changed::Done);
    assert_eq!(table.add_master(&later(3), &one, None).await.unwrap(), Changed::Refused, "the masters changed since");
    let two = table.load().await.unwrap();
    assert_eq!(two.masters.stored, [first.clone(), later(2)]);
    assert_eq!(table.withdraw_master(&later(2), None, &one, []).await.unwrap(), Changed::Refused);
    assert_eq!(table.withdraw_master(&first, Some(&later(4)), &two, []).await.unwrap(), Changed::Done);
    let three = table.load().await.unwrap();
    assert_eq!(three.masters.stored, [first, later(2), later(4)], "what must never change comes from the first");
    assert_eq!(three.masters.withdrawn, BTreeSet::from([MasterName::First]));
    assert_eq!(table.withdraw_master(&later(2), None, &three, []).await.unwrap(), Changed::Done);
    assert_eq!(table.load().await.unwrap().masters.good().cloned().collect::<Vec<_>>(), [later(4)]);
}

/// The names of the published keys at this many seconds after the start; `None` if they are not known.
async fn published(keys: &PublishedKeys, later: Seconds) -> Option<Vec<String>> {
    let records = keys.records(NOW.plus(later)).await.ok()?;
    Some(records.signing.iter().map(|key| key.public.kid.clone()).collect())
}

async fn c151_c155_published_keys_are_few_reads_and_served_no_longer_than_a_withdrawn_one_may_be(place: Place) {
    let proxy = CountingProxy::to(place.endpoint());
    let keys = PublishedKeys::new(place.by_way_of(&proxy.endpoint()).keys().unwrap());
    let (table, grants) = (place.stores.keys().unwrap(), place.stores.grants().unwrap());
    let (old, new) = (key("old", None, 1), key("new", Some("old"), 2));
    table.create_signing_key(&old, None).await.unwrap();
    for number in 0..100 {
        assert_eq!(published(&keys, 0).await.unwrap(), ["old"], "{number}");
    }
    // The names of the withdrawn keys are read once.
    assert_eq!(proxy.calls().len(), 30 + 1);
    table.create_signing_key(&new, None).await.unwrap();
    assert_eq!(published(&keys, 2).await.unwrap(), ["old"], "they were read often just now");
    assert_eq!(published(&keys, 3).await.unwrap(), ["old", "new"], "long before it signs");
    table.withdraw_signing_key(&old, None, grants.withdrawals("old", NOW)).await.unwrap();
    assert_eq!(published(&keys, 3).await.unwrap(), ["new"], "at once, if there are few requests");
    table.delete_signing_key(&new, None).await.unwrap();
    proxy.break_call(0, Fault::Throttled("ResourceNotFoundException"), Span::Always);
    assert_eq!(published(&keys, 3 + 24).await.unwrap(), ["new"], "they cannot be read");
    assert_eq!(published(&keys, 3 + 25).await, None, "they could be withdrawn");
    proxy.heal();
    assert_eq!(published(&keys, 3 + 26).await.unwrap(), [""; 0]);
    assert_eq!(published(&keys, 0).await.unwrap(), [""; 0], "a clock that was set back has them read");
}

crate::on_both! { keys_are_written_once_and_read_back_in_order, a_key_has_one_successor_whoever_makes_it, c150_the_key_for_secrets_of_clients_is_written_once_beside_the_masters, c151_a_withdrawn_key_is_set_aside_wherever_it_is_found, c152_a_master_is_added_and_withdrawn_by_the_state_it_was_read_in, c151_c155_published_keys_are_few_reads_and_served_no_longer_than_a_withdrawn_one_may_be }
