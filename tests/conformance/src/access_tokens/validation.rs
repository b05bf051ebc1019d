//! Tokens that were touched, forged or made for something else, which are inactive.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use harness::Jwt;
use serde_json::{Value, json};

use crate::support::forged::{all_inactive, one_of_each, part, parts_of, signed_by_the_attacker};
use crate::support::handles::ALPHABET;
use crate::support::pages::{as_far_as_consent, asks_for_a_password, url};
use crate::support::session::{self, Code, assert_refused, tokens};
use crate::support::world::ORDERS;

#[tokio::test]
async fn c093_c098_c099_a_jwt_that_was_touched_is_inactive() {
    let session = session::shared();
    let world = session.world;
    let token = session.machine(&world.service, &[("resource", ORDERS)]).await.string("access_token");
    assert!(session.is_active(&token).await);
    let parts: Vec<&str> = token.split('.').collect();
    let jwt = Jwt::read(&token);
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let with = |value: &Value, name: &str, new: &str| {
        let mut value = value.clone();
        value[name] = json!(new);
        encode(&value)
    };
    let flipped = if parts[2].starts_with('A') { "B" } else { "A" };
    let mut spoiled = vec![
        format!("{}.{}.{flipped}{}", parts[0], parts[1], &parts[2][1..]),
        format!("{}.{}.{}", parts[0], with(&jwt.claims, "scope", "admin"), parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "typ", "JWT"), parts[1], parts[2]),
        format!("{}.{}.{}", with(&jwt.header, "kid", "../../etc/passwd"), parts[1], parts[2]),
        format!("{}.{}.", parts[0], parts[1]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{token}."),
        format!("{token}="),
        format!(" {token}"),
        format!("{token}\n"),
    ];
    for none in ["none", "None", "NONE", "nOnE", "HS256", ""] {
        spoiled.push(format!("{}.{}.", with(&jwt.header, "alg", none), parts[1]));
        spoiled.push(format!("{}.{}.{}", with(&jwt.header, "alg", none), parts[1], parts[2]));
    }
    for token in spoiled {
        assert!(!session.is_active(&token).await, "{token}");
    }
}

#[tokio::test]
async fn c092_nothing_that_is_signed_or_sealed_here_passes_for_an_access_token() {
    let mut session = session::shared();
    let world = session.world;
    let page = as_far_as_consent(world, &mut session.browser, &[]).await;
    let mut others: Vec<String> = page.form().inputs.iter().map(|input| input.value.clone()).collect();
    others.extend(session.browser.cookies.values().cloned());
    let code = session.code(&world.spa).await;
    let live = tokens(&session.redeem(&world.spa, &code).await);
    others.extend([code.code.clone(), live.refresh.clone(), world.web.secret().to_owned()]);
    for other in others {
        assert!(!session.is_active(&other).await, "{other}");
        assert_refused(&session.refresh(&world.spa, &other.replace(&live.refresh, "x")).await, "invalid_grant");
        let fake = Code { code: other.replace(&code.code, "x"), ..code.clone() };
        assert_refused(&session.redeem(&world.spa, &fake).await, "invalid_grant");
    }
    // An access token is not a session: a browser that presents it is not signed in.
    let mut stranger = world.stack.browser();
    stranger.cookies = session.browser.cookies.keys().map(|name| (name.clone(), live.access.clone())).collect();
    assert!(asks_for_a_password(&stranger.go(&url(&world.web.id, &[])).await));
    assert!(session.is_active(&live.access).await);
}

#[tokio::test]
async fn c093_no_spelling_of_none_is_an_algorithm() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [_, claims, signature]) = (Jwt::read(token), parts_of(token));
        let kid = jwt.text("kid");
        for none in ["none", "None", "NONE", "nOnE", "none ", " none", "no\\u006ee", "", "null", "NULL", "\\u0000none"]
        {
            for head in [
                format!("{{\"alg\":\"{none}\",\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}"),
                format!("{{\"alg\":\"{none}\",\"typ\":\"at+jwt\"}}"),
                format!("{{\"typ\":\"at+jwt\",\"alg\":\"{none}\",\"alg\":\"{}\",\"kid\":\"{kid}\"}}", jwt.text("alg")),
                format!("{{\"typ\":\"at+jwt\",\"alg\":\"{}\",\"alg\":\"{none}\",\"kid\":\"{kid}\"}}", jwt.text("alg")),
            ] {
                forged.extend([format!("{}.{claims}.", part(&head)), format!("{}.{claims}.{signature}", part(&head))]);
            }
        }
        for odd in ["null", "[]", "{}", "0", "true", "[\"none\"]"] {
            let head = format!("{{\"alg\":{odd},\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}");
            forged.extend([format!("{}.{claims}.", part(&head)), format!("{}.{claims}.{signature}", part(&head))]);
        }
        let nothing = format!("{{\"typ\":\"at+jwt\",\"kid\":\"{kid}\"}}");
        forged.extend([format!("{}.{claims}.", part(&nothing)), format!("{}.{claims}.{signature}", part(&nothing))]);
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c098_a_signature_that_is_not_whole_is_none() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let [head, claims, signature] = parts_of(token);
        let bytes = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
        let mut spoiled = vec![
            Vec::new(),
            vec![0; bytes.len()],
            vec![0xff; bytes.len()],
            bytes[1..].to_vec(),
            bytes[..bytes.len() - 1].to_vec(),
            [&bytes[..], &[0]].concat(),
            [&[0], &bytes[..]].concat(),
            [&bytes[..], &bytes[..]].concat(),
            bytes.iter().rev().copied().collect(),
        ];
        for place in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            spoiled.push(flipped);
        }
        forged.extend(spoiled.into_iter().map(|signature| format!("{head}.{claims}.{}", part(signature))));
        for other in good.iter().filter(|other| *other != token) {
            forged.push(format!("{head}.{claims}.{}", parts_of(other)[2]));
            forged.push(format!("{head}.{}.{signature}", parts_of(other)[1]));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c099_only_the_one_compact_form_is_read() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let [head, claims, signature] = parts_of(token);
        for space in [" ", "\n", "\r\n", "\t", "\u{a0}", "\u{0}", "=", "==", ".", "+", "/", "%", "\"", ","] {
            for place in [0, 1, head.len(), head.len() + 1, token.len() - signature.len(), token.len()] {
                let (before, after) = token.split_at(place);
                forged.push(format!("{before}{space}{after}"));
            }
        }
        forged.extend([
            format!("Bearer {token}"),
            format!("\"{token}\""),
            format!("{token}{token}"),
            format!("{token}.{signature}"),
            format!("{head}.{claims}"),
            format!("{head}..{signature}"),
            format!("..{signature}"),
            format!(".{claims}.{signature}"),
            format!("{head}.{claims}."),
            format!("{claims}.{head}.{signature}"),
            token.replace('.', ".."),
            token.replace('.', "%2E"),
            token.to_lowercase(),
        ]);
        // About one token in thirty has neither character and cannot be respelled.
        forged.extend(token.contains(['-', '_']).then(|| token.replace(['-', '_'], "+")));
        forged.extend(other_spellings(token));
    }
    all_inactive(&session, &good, forged).await;
}

/// Returns variants of each part's last character that decode to the same bytes when a decoder ignores leftover
/// bits.
fn other_spellings(token: &str) -> Vec<String> {
    let parts = parts_of(token);
    let mut spelled = Vec::new();
    for place in 0..3 {
        let bytes = URL_SAFE_NO_PAD.decode(parts[place]).expect("base64url");
        let (rest, last) = parts[place].split_at(parts[place].len() - 1);
        let left_over = [0, 4, 2][bytes.len() % 3];
        let value = ALPHABET.iter().position(|byte| byte == &last.as_bytes()[0]).expect("of the alphabet");
        for bit in 0..left_over {
            let mut other = parts.map(str::to_owned);
            other[place] = format!("{rest}{}", char::from(ALPHABET[value ^ (1 << bit)]));
            spelled.push(other.join("."));
        }
    }
    spelled
}

#[tokio::test]
async fn c099_members_that_are_there_twice_and_more_are_refused() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let mut forged = Vec::new();
    for token in &good {
        let (jwt, [head, claims, signature]) = (Jwt::read(token), parts_of(token));
        let twice = |value: &Value, more: &str| {
            let text = value.to_string();
            format!("{},{more}}}", text.strip_suffix('}').expect("an object"))
        };
        for more in ["\"alg\":\"none\"", "\"kid\":\"x\"", "\"typ\":\"JWT\"", "\"b64\":false,\"crit\":[\"b64\"]"] {
            let header = twice(&jwt.header, more);
            forged.push(format!("{}.{claims}.{signature}", part(&header)));
            forged.push(signed_by_the_attacker(&header, &jwt.claims.to_string()));
        }
        for more in ["\"aud\":\"x\"", "\"exp\":4000000000", "\"sub\":\"usr_x\"", "\"scope\":\"admin\""] {
            forged.push(format!("{head}.{}.{signature}", part(twice(&jwt.claims, more))));
        }
        for other in ["null", "[]", "\"\"", "{", "", "\u{feff}{}", "{} {}"] {
            forged.push(format!("{}.{claims}.{signature}", part(other)));
            forged.push(format!("{head}.{}.{signature}", part(other)));
        }
    }
    all_inactive(&session, &good, forged).await;
}

#[tokio::test]
async fn c100_an_encrypted_token_is_inactive_whatever_it_unpacks_to() {
    let session = session::shared();
    let good = one_of_each(&session).await;
    let heads = [
        r#"{"alg":"dir","enc":"A256GCM","zip":"DEF"}"#,
        r#"{"alg":"PBES2-HS256+A128KW","enc":"A128GCM","p2c":2147483647,"p2s":"AAAA"}"#,
        r#"{"alg":"RSA-OAEP","enc":"A128CBC-HS256","cty":"JWT"}"#,
        r#"{"alg":"RSA1_5","enc":"A128CBC-HS256"}"#,
    ];
    let forged = heads.map(|head| format!("{}.{2}.{2}.{1}.{2}", part(head), part(vec![7; 4_096]), part([7; 16])));
    all_inactive(&session, &good, forged).await;
}
