//! Hashes that other implementations made: Python's bcrypt, hashlib, passlib, argon2-cffi and Django, and the test
//! vectors of `crypt_blowfish`.

use super::*;

/// Hashes of the password "sesam", in all known forms.
const OF_SESAM: [&str; 26] = [
    "$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "$2a$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "$2y$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "$2x$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "{bcrypt}$2a$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "{CRYPT}$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
    "bcrypt$$2b$04$i61SeMUlvWXO9vfVtcdcSe0LTCUM9zDjG4jfTWuXclHoFGRsxc8u2",
    "bcrypt_sha256$$2b$04$ZHiY7kbdDujRT//SkFlpM.Cp7SKOR2Mpdjkkx3MHvrEvwg9nO9Zee",
    "$pbkdf2$1000$MSZkzDnnfE9pTUlJKaX0/g$I2795y4rz7lIwJ1bOfkNOijnSLs",
    "$pbkdf2-sha1$i=1000$MSZkzDnnfE9pTUlJKaX0/g$I2795y4rz7lIwJ1bOfkNOijnSLs",
    "$pbkdf2-sha256$1000$ghCiNOac03qvFUKoFYJw7g$j2JNCtvudM6yJEcAPl1u6hbgE3LXiHRFx3P9h82HMhw",
    "$pbkdf2-sha256$i=1000,l=32$ghCiNOac03qvFUKoFYJw7g$j2JNCtvudM6yJEcAPl1u6hbgE3LXiHRFx3P9h82HMhw",
    "$pbkdf2-sha512$1000$YOy9V6qVEgJAKEXo/X9P6Q$xN.p6iP.wK5PY2Igav2Oz7F7z7eaxljpGSZCiEosoYBfPp/Yty/GqJ7B.SlOtruDBkBC1T5SbtsVU5uGdGPpMg",
    "pbkdf2_sha256$1000$salt$S3oFMgE8kO5yABAnmK5EwMvqqxNHuywhOTjNxFvPZHU=",
    "pbkdf2_sha1$1000$salt$HdgQldDCI2inKA4Jw8OfOP5R2IA=",
    // Results longer than the digest, as Keycloak stores them.
    "$pbkdf2-sha1$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$x96hNSNBf/ou9os2QNCZk9ejSnndQomqPIm2c4Ly1j0M6V65C1N+WwK/MP/n9KUfZj4mg+1K1NUdxvqmY0LQZw",
    "$pbkdf2-sha256$i=1000$MDEyMzQ1Njc4OWFiY2RlZg$3JOdJfrH/4nM+sJulFtxb4fHW0tdTcZBrukjswEho3/TCXwmeuapMOWZGPajWk4/xH8/FPYekzPiZ1oQDwUHsw",
    "$scrypt$ln=4,r=8,p=1$ByBEKCVEyHkvhZCSEiLkHA$pPARlLuMNduaTtdOdaqLzKQ7YjXrPWkgHF/EDbFX9w8",
    "$7$26..../....saltsalt$TS1KklFWNYUcfwD4pUESMSlsckaPrCkb0zPAhH.gGv.",
    "$s0$40801$c2FsdDE2Ynl0ZXMuLi4uLg==$EdneH4s2F89ahDwTl9ic5U1w2nfrvFz016RD9SoW1zU=",
    "scrypt$16$salt$8$2$asORrs0hjoOLy34Tv3uqdEVosCAVX0es4QZWztnFsqVui2P57njCDwQpjOYujaio58T5eFpvepcwO8hyprfh7Q==",
    "$argon2i$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$0EDY2J4L9+TiZgp2dL7BYXG+0RgYnUlv",
    "$argon2d$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$iaMgdIq3rcbY7D17Qnuzyx523Y5tZR7c",
    "argon2$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo",
    "$argon2i$v=16$m=64,t=2,p=1$c2FsdHNhbHRzYWx0$GODDdLbkgyEpoeg6dVJnIHWS2XxTjNpo",
    // Without a version it is the first one.
    "$argon2i$m=64,t=2,p=1$c2FsdHNhbHRzYWx0$GODDdLbkgyEpoeg6dVJnIHWS2XxTjNpo",
];

#[test]
fn c245_hashes_of_other_implementations_are_those_of_their_password() {
    for text in OF_SESAM {
        let hash = ForeignHash::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert!(hash.is_of(b"sesam"), "{text}");
        for wrong in [&b"sesa"[..], b"sesame", b"Sesam", b""] {
            assert!(!hash.is_of(wrong), "{text}");
        }
        let stored = hash.to_stored(text);
        assert!(ForeignHash::parse(&stored).unwrap().is_of(b"sesam"), "{stored}");
        assert!(!hash.work().is_empty(), "{text}");
    }
}

#[test]
fn c245_bcrypt_uses_72_bytes_of_a_password_and_every_bit_of_them() {
    let rows: [(&str, &[u8]); 10] = [
        ("$2b$04$EavCaIZzKLT0eylpZJUrzejG9wqNBTLN5LpKFHBNvr.E/I3p7sCzG", "pässwörd".as_bytes()),
        ("$2b$04$.76LG4u3OX8vp2dmKeuzO.DnSJiNmjtjwfYrEPdg35GTg8XX71.uS", &[b'a'; 72]),
        ("$2b$04$.76LG4u3OX8vp2dmKeuzO.DnSJiNmjtjwfYrEPdg35GTg8XX71.uS", &[b'a'; 100]),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", b"U*U"),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.7uG0VCzI2bS7j6ymqJi9CdcdxiRTWNy", b""),
        ("$2x$05$/OK.fbVrR/bpIqNJ5ianF.CE5elHaaO4EbggVDjb8P19RukzXSM3e", b"\xa3"),
        ("$2y$05$/OK.fbVrR/bpIqNJ5ianF.Sa7shbm4.OzKpvFnX1pQLmQW96oUlCq", b"\xa3"),
        ("$2x$05$6bNw2HLQYeqHYyBfLMsv/OiwqTymGIGzFsA4hOTWebfehXHNprcAS", b"\xd1\x91"),
        ("$2x$05$6bNw2HLQYeqHYyBfLMsv/OxJBHvFpt0dWj6DzsxQgmhlVEfEWk4Xm", "pässwörd".as_bytes()),
        ("$2x$05$6bNw2HLQYeqHYyBfLMsv/O9LIGgn8OMzuDoHfof8AQimSGfcSWxnS", b"\xd0\xc1\xd2\xcf\xcc\xd8"),
    ];
    for (text, password) in rows {
        assert!(ForeignHash::parse(text).unwrap().is_of(password), "{text}");
    }
}

#[test]
fn c245_hashes_that_cost_too_much_are_refused_and_those_at_the_limit_are_not() {
    let argon2 = |costs: &str| format!("$argon2id$v=19${costs}$c2FsdHNhbHRzYWx0$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo");
    let scrypt = |costs: &str| format!("$scrypt${costs}$c2FsdHNhbHQ$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo");
    let pbkdf2 =
        |iterations: &str| format!("$pbkdf2-sha512$i={iterations}$c2FsdHNhbHQ$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo");
    let bcrypt = |cost: &str| format!("$2b${cost}$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS");
    let admitted = [
        argon2("m=65536,t=4,p=4"),
        argon2("m=7168,t=36,p=1"),
        scrypt("ln=17,r=8,p=1"),
        scrypt("ln=14,r=8,p=5"),
        pbkdf2("2000000"),
        bcrypt("14"),
        bcrypt("04"),
    ];
    for text in admitted {
        assert!(ForeignHash::parse(&text).is_ok(), "{text}");
    }
    let refused = [
        argon2("m=65537,t=1,p=1"),
        argon2("m=65536,t=5,p=1"),
        argon2("m=8192,t=4294967295,p=1"),
        argon2("m=65536,t=1,p=65"),
        scrypt("ln=18,r=8,p=1"),
        scrypt("ln=17,r=8,p=2"),
        scrypt("ln=17,r=9,p=1"),
        scrypt("ln=1,r=33,p=1"),
        scrypt("ln=1,r=1,p=17"),
        scrypt("ln=4294967295,r=4294967295,p=4294967295"),
        pbkdf2("2000001"),
        pbkdf2("18446744073709551615"),
        bcrypt("15"),
        bcrypt("31"),
        "argon2$argon2id$v=19$m=102400,t=2,p=8$c2FsdHNhbHQ$Czonitp+KEplq+g/hg71aj4LGgn+4GG30HMEPPwE+zg".to_owned(),
    ];
    for text in refused {
        assert!(matches!(ForeignHash::parse(&text), Err(ForeignHashError::Costly(_))), "{text}");
    }
}

#[test]
fn c245_what_is_no_hash_is_refused_whatever_it_says() {
    let damaged = [
        "$2b$10$short",
        "$2b$xx$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXdS",
        "$2b$04$fPtqADEBEvO1sREdb6LHx.slSshgV2gPtBciUBrYh.37I5WO/SXd!",
        "$2b$04$éééééééééééééééééééééééééé1",
        "$pbkdf2-sha256$i=0$c2FsdA$j2JNCtvudM6yJEcAPl1u6hbgE3LXiHRFx3P9h82HMhw",
        "$pbkdf2-sha256$i=1,l=31$c2FsdA$j2JNCtvudM6yJEcAPl1u6hbgE3LXiHRFx3P9h82HMhw",
        "$pbkdf2-sha256$1000$c2FsdA$",
        "$pbkdf2-sha256$1000$$j2JNCtvudM6yJEcAPl1u6hbgE3LXiHRFx3P9h82HMhw",
        "$pbkdf2-sha256$1000",
        "pbkdf2_sha256$1000$salt",
        "$scrypt$ln=4,r=8$c2FsdA$pPARlLuMNduaTtdOdaqLzKQ7YjXrPWkgHF/EDbFX9w8",
        "$scrypt$ln=0,r=8,p=1$c2FsdA$pPARlLuMNduaTtdOdaqLzKQ7YjXrPWkgHF/EDbFX9w8",
        "$7$2",
        "scrypt$15$salt$8$1$EdneH4s2F89ahDwTl9ic5U1w2nfrvFz016RD9SoW1zU=",
        "scrypt$0$salt$8$1$EdneH4s2F89ahDwTl9ic5U1w2nfrvFz016RD9SoW1zU=",
        "$argon2id$nonsense",
        "$argon2id$v=19$m=64,t=2,p=2$c2FsdHNhbHRzYWx0",
        "$argon2id$v=19$m=1,t=2,p=2$c2FsdHNhbHRzYWx0$qZ+TLlb+C+qaFMIbYQDpsXBmVRL5ywXo",
    ];
    for text in damaged {
        assert!(matches!(ForeignHash::parse(text), Err(ForeignHashError::Damaged(_))), "{text}");
    }
    let long = format!("$2b${}", "a".repeat(600));
    let unknown = ["", "password", "$2z$10$abc", "$6$salt$hash", "{SSHA}abc", "$pbkdf2-md5$1$a$b", "pbkdf2_", &long];
    for text in unknown {
        assert!(matches!(ForeignHash::parse(text), Err(ForeignHashError::Form)), "{text}");
    }
    for text in OF_SESAM {
        for end in (0..text.len()).filter(|end| text.is_char_boundary(*end)) {
            // Each part of a hash is refused, or a hash of its own: nothing breaks.
            drop(ForeignHash::parse(&text[..end]));
            drop(ForeignHash::parse(&text[end..]));
        }
    }
}

#[test]
fn a_hash_looks_like_one() {
    for text in OF_SESAM {
        assert!(looks_like_hash(text), "{text}");
    }
}
