//! Properties with generators that know the grammar, where random bytes would rarely parse.

use keys::HandleKind;
use proptest::prelude::*;
use protocol::{Parameters, RedirectUri, Scope, Secret};

use crate::fixtures::handles;
use crate::token_request::assert_same_parameters;
use crate::{location, redirect_uri};

fn scope() -> impl Strategy<Value = String> {
    proptest::collection::vec("[a-z:.]{1,3}", 0..40).prop_map(|words| words.join(" "))
}

fn uri() -> impl Strategy<Value = String> {
    let origin = prop_oneof![
        "https://[a-z]{1,3}\\.example(:[0-9]{1,4})?",
        "http://127\\.0\\.0\\.1(:[0-9]{1,4})?",
        "http://\\[::1\\](:[0-9]{1,4})?",
        "http://localhost(:[0-9]{1,4})?",
    ];
    (origin, "(/[a-z%2e.]{0,4}){0,2}", "(\\?[a-z=&]{0,6})?").prop_map(|(origin, path, query)| origin + &path + &query)
}

proptest! {
    #[test]
    fn scopes_are_sets(one in scope(), other in scope(), third in scope()) {
        redirect_uri::target(format!("{one}\n{other}").as_bytes());
        let [one, other, third] = [one, other, third].map(|text| Scope::parse(&text).unwrap());
        prop_assert_eq!(one.and(&other), other.and(&one));
        prop_assert_eq!(one.or(&other).or(&third), one.or(&other.or(&third)));
        prop_assert_eq!(one.and(&other.or(&third)), one.and(&other).or(&one.and(&third)));
        prop_assert_eq!(one.or(&one), one);
    }

    #[test]
    fn redirect_uris_match_only_the_same_place_and_keep_it(one in uri(), other in uri(), port in 0_u16..) {
        redirect_uri::target(format!("{one}\n{other}").as_bytes());
        let Ok(registered) = RedirectUri::parse(&one) else { return Ok(()) };
        let host = location::simple_host(&one).unwrap();
        let moved = one.replacen(&host, &format!("{host}:{port}"), 1);
        if let Ok(moved) = RedirectUri::parse(&moved) {
            let may_move = ["127.0.0.1", "[::1]", "localhost"].contains(&&*host);
            prop_assert!(!moved.matches(&registered) || may_move || moved == registered);
        }
    }

    #[test]
    fn handles_open_as_their_own_kind_until_they_are_changed(kind in 0..HandleKind::ALL.len(), payload in proptest::collection::vec(0_u8.., 0..64), place in 0_usize..1000, new in "[A-Za-z0-9_-]") {
        let kind = HandleKind::ALL[kind];
        let handle = handles().seal(kind, &payload);
        for &read in HandleKind::ALL {
            prop_assert_eq!(handles().open(read, handle.expose()).is_some(), read == kind);
        }
        let mut changed = handle.expose().to_owned();
        let place = place % changed.len();
        changed.replace_range(place..=place, &new);
        prop_assert_eq!(handles().open(kind, &changed).is_some(), changed == handle.expose());
        prop_assert!(handles().open_code(&Secret::new("jtc_".to_owned() + &new)).is_none());
    }

    #[test]
    fn parameters_are_read_as_they_were_written(pairs in proptest::collection::vec(("\\PC{0,8}", "\\PC{0,20}"), 0..12)) {
        let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&pairs).finish();
        let parameters = Parameters::parse(form.as_bytes()).unwrap();
        assert_same_parameters(&parameters, form.as_bytes());
        let valued: Vec<_> = pairs.iter().filter(|(_, value)| !value.is_empty()).collect();
        let expected = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(valued).finish();
        prop_assert_eq!(parameters.to_query(), expected);
    }
}
