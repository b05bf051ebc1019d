//! OWASP ASVS 5.0.0, chapters 6, 7 and 10: the requirements of the levels 1 and 2, each in a sentence of ours, and how Jeton
//! meets each. `ASVS.md` is written from this table and from the names of the tests.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

use super::{is_asked_to_write, root, tests_below};
use Evidence::{Documented, NotApplicable, Partly, Tests};

/// How a requirement is met.
enum Evidence {
    /// Tests, by the names of their functions.
    Tests(&'static [&'static str]),
    /// A document of the repository, with the heading of the section.
    Documented(&'static str, &'static str),
    /// Tests for the greater part, and the part that is not met.
    Partly(&'static [&'static str], &'static str),
    /// The requirement is about something that Jeton does not do, or about the software of others.
    NotApplicable(&'static str),
}

const RELYING_PARTY: &str =
    "about apps, which are clients of Jeton: Jeton itself is no client of an authorization server";
const RESOURCE_SERVER: &str = "about APIs that accept tokens; the recipes of `functions/README.md` show how";
const NO_MESSAGES: &str = "no factor is sent to a person by phone, message or push notification";
const NO_OTHER_PROVIDER: &str = "people sign in here, and not at another identity provider";

/// The number, level and requirement of each line, and how it is met.
const LINES: &[(&str, u8, &str, Evidence)] = &[
    (
        "6.1.1",
        1,
        "The documentation says how guesses are limited, how that is configured, and that nobody can be locked out.",
        Documented("functions/README.md", "## Throttling"),
    ),
    (
        "6.1.2",
        2,
        "The words that a password must not be are documented.",
        Documented("functions/README.md", "## The account page and passwords"),
    ),
    (
        "6.1.3",
        2,
        "All ways to sign in are documented, with their strength.",
        Documented("SECURITY.md", "### Ways to sign in"),
    ),
    (
        "6.2.1",
        1,
        "A chosen password has 8 characters at least.",
        Tests(&["c146_a_chosen_password_is_long_and_neither_common_nor_known_words"]),
    ),
    (
        "6.2.2",
        1,
        "People can change their passwords.",
        Tests(&["c236_the_well_known_address_leads_to_the_change_of_password"]),
    ),
    (
        "6.2.3",
        1,
        "A change of the password needs the current one.",
        Tests(&["c236_the_current_password_is_needed_and_its_guesses_are_counted"]),
    ),
    (
        "6.2.4",
        1,
        "A chosen password is none of the common ones.",
        Tests(&["c146_a_chosen_password_is_long_and_neither_common_nor_known_words"]),
    ),
    (
        "6.2.5",
        1,
        "A password has no rules of composition.",
        Tests(&["c146_a_chosen_password_is_long_and_neither_common_nor_known_words"]),
    ),
    (
        "6.2.6",
        1,
        "Fields for passwords hide what is typed.",
        Tests(&["c236_the_fields_of_a_password_are_named_as_password_managers_expect"]),
    ),
    (
        "6.2.7",
        1,
        "Paste and password managers work.",
        Tests(&["c236_the_fields_of_a_password_are_named_as_password_managers_expect"]),
    ),
    (
        "6.2.8",
        2,
        "A password is verified whole and in its case.",
        Tests(&[
            "c074_the_whole_of_a_long_password_counts",
            "c145_names_and_passwords_are_the_same_however_they_are_typed",
        ]),
    ),
    ("6.2.9", 2, "A password may have 64 characters and more.", Tests(&["c074_the_whole_of_a_long_password_counts"])),
    (
        "6.2.10",
        2,
        "No password has to be changed because time passed.",
        NotApplicable("passwords have no age: the store keeps no date of one"),
    ),
    (
        "6.2.11",
        2,
        "The words of the context are refused as passwords.",
        Tests(&["c146_a_chosen_password_is_long_and_neither_common_nor_known_words"]),
    ),
    (
        "6.3.1",
        1,
        "Guesses are limited as documented.",
        Tests(&[
            "c036_five_wrong_passwords_are_answered_and_the_sixth_has_to_wait",
            "c036_one_source_has_fifty_wrong_passwords_over_all_accounts",
            "c036_a_browser_that_signed_in_before_is_not_locked_out_by_others",
            "c144_a_known_browser_is_excused_from_the_counter_of_the_account_only",
        ]),
    ),
    (
        "6.3.2",
        1,
        "There are no default accounts.",
        NotApplicable(
            "a new stack has no people and no clients; the demo person of `jeton dev` is written to its own data alone",
        ),
    ),
    (
        "6.3.3",
        2,
        "A second factor can be demanded.",
        Tests(&["c234_a_client_may_demand_a_second_factor_of_everybody", "c233_half_signed_in_is_not_signed_in"]),
    ),
    (
        "6.3.4",
        2,
        "Each way to sign in is documented and has the same limits and strength.",
        Tests(&[
            "c061_c036_wrong_passwords_are_counted_together_with_those_of_the_sign_in_page",
            "c237_only_a_signed_in_person_sees_the_account_and_the_sign_in_is_throttled_as_elsewhere",
        ]),
    ),
    (
        "6.4.1",
        1,
        "Codes that start or restore an account are random, brief and good once, and are never the password.",
        Tests(&[
            "c235_a_link_sets_a_new_password_once_and_ends_what_rested_on_the_former_one",
            "c235_a_link_works_for_half_an_hour_for_the_person_and_the_address_it_was_sent_to",
            "c235_a_sign_up_link_that_is_fetched_makes_no_account_and_works_once_on_any_browser",
            "c235_a_link_makes_an_account_for_half_an_hour_and_for_its_address",
            "c235_who_was_invited_makes_an_account_once_and_nobody_else_does",
        ]),
    ),
    ("6.4.2", 1, "There are no secret questions and no hints.", NotApplicable("no page and no command knows any")),
    (
        "6.4.3",
        2,
        "A forgotten password is replaced safely, and a second factor stays needed.",
        Tests(&[
            "c235_a_link_sets_a_new_password_once_and_ends_what_rested_on_the_former_one",
            "c233_a_new_password_never_removes_a_second_factor",
        ]),
    ),
    (
        "6.4.4",
        2,
        "A lost second factor is replaced with the proof that its enrolment needed.",
        Tests(&[
            "c232_a_recovery_code_works_once_and_new_ones_replace_the_old",
            "c233_an_operator_removes_second_factors_and_nothing_else_does",
        ]),
    ),
    (
        "6.5.1",
        2,
        "A recovery code and a one-time password are good once.",
        Tests(&[
            "c232_of_64_uses_of_one_code_at_once_one_signs_in",
            "c232_a_code_is_good_for_one_step_of_slack_and_never_again",
        ]),
    ),
    (
        "6.5.2",
        2,
        "Recovery codes are stored as keyed hashes.",
        Partly(
            &["c232_the_hash_of_a_recovery_code_depends_on_code_person_and_deployment"],
            "a recovery code has 80 random bits and is stored as a hash with a key of the deployment, not as the hash of a password",
        ),
    ),
    (
        "6.5.3",
        2,
        "Recovery codes and seeds are random.",
        Tests(&[
            "c232_an_app_counts_once_its_code_was_right_and_its_secret_is_kept_sealed",
            "c232_a_recovery_code_works_once_and_new_ones_replace_the_old",
        ]),
    ),
    (
        "6.5.4",
        2,
        "A recovery code has 20 random bits at least.",
        Tests(&["c232_a_recovery_code_is_read_however_it_is_typed"]),
    ),
    (
        "6.5.5",
        2,
        "A one-time password is good for 30 seconds, and those of a neighbour step because clocks differ.",
        Tests(&["c232_a_code_is_good_for_one_step_of_slack_and_never_again"]),
    ),
    ("6.6.1", 2, "Codes by phone are offered with warnings and beside something better.", NotApplicable(NO_MESSAGES)),
    ("6.6.2", 2, "A code that is sent belongs to its request.", NotApplicable(NO_MESSAGES)),
    ("6.6.3", 2, "Guesses of a code that is sent are limited.", NotApplicable(NO_MESSAGES)),
    (
        "6.8.1",
        2,
        "An identity of another provider is its issuer and subject together.",
        NotApplicable(NO_OTHER_PROVIDER),
    ),
    ("6.8.2", 2, "Assertions of another provider are signed, and checked.", NotApplicable(NO_OTHER_PROVIDER)),
    ("6.8.3", 2, "A SAML assertion is good once.", NotApplicable(NO_OTHER_PROVIDER)),
    ("6.8.4", 2, "The strength that another provider tells is checked.", NotApplicable(NO_OTHER_PROVIDER)),
    (
        "7.1.1",
        2,
        "The lifetimes of sessions are documented.",
        Documented("functions/README.md", "## Sessions and sign-out"),
    ),
    (
        "7.1.2",
        2,
        "The number of sessions of a person is documented.",
        Documented("functions/README.md", "## Sessions and sign-out"),
    ),
    (
        "7.1.3",
        2,
        "How sessions here and in apps end together is documented.",
        Documented("functions/README.md", "## Sessions and sign-out"),
    ),
    (
        "7.2.1",
        1,
        "Sessions are verified by the server.",
        Tests(&["c035_a_cookie_that_somebody_planted_is_not_the_session_after_the_sign_in"]),
    ),
    ("7.2.2", 1, "The secret of a session is made for it.", Tests(&["c035_each_sign_in_makes_a_secret_of_its_own"])),
    (
        "7.2.3",
        1,
        "The secret of a session has 128 random bits at least.",
        Tests(&["c035_each_sign_in_makes_a_secret_of_its_own"]),
    ),
    (
        "7.2.4",
        1,
        "A sign-in makes a new session and ends the one before.",
        Tests(&[
            "c035_c170_the_session_cookie_is_locked_up_and_new_after_the_sign_in_and_needs_no_tls_where_there_is_none",
            "c136_c135_a_sign_in_over_a_session_of_another_person_ends_it_as_a_sign_out_does",
        ]),
    ),
    (
        "7.3.1",
        2,
        "A session that is not used ends.",
        Tests(&["c137_a_session_ends_with_its_time_its_pause_its_credentials_and_its_person"]),
    ),
    (
        "7.3.2",
        2,
        "A session ends a fixed time after its sign-in.",
        Tests(&["c137_a_session_ends_with_its_time_its_pause_its_credentials_and_its_person"]),
    ),
    (
        "7.4.1",
        1,
        "An ended session is good for nothing, here and in apps.",
        Tests(&[
            "c135_a_sign_out_ends_a_flow_whichever_of_its_calls_is_late",
            "o34_c129_apps_are_told_which_person_and_session_by_a_signed_token",
        ]),
    ),
    (
        "7.4.2",
        1,
        "A person who is disabled or deleted has no session left.",
        Tests(&[
            "c134_nothing_of_a_sign_in_in_flight_outlives_a_disable_nor_revives_with_an_enable",
            "c089_a_person_who_is_switched_off_or_deleted_has_no_token_left",
        ]),
    ),
    (
        "7.4.3",
        2,
        "After a change of a password or factor, other sessions can be ended.",
        Tests(&["c236_a_new_password_ends_grants_copies_of_the_cookie_and_if_asked_other_sessions"]),
    ),
    (
        "7.4.4",
        2,
        "Pages for signed-in people show how to sign out.",
        Tests(&["c237_each_session_is_listed_and_each_other_one_is_ended"]),
    ),
    (
        "7.4.5",
        2,
        "An operator ends the sessions of a person.",
        Tests(&[
            "c136_an_operator_sees_sessions_and_ends_them",
            "c136_all_sessions_of_a_person_end_together_and_nobody_elses",
        ]),
    ),
    (
        "7.5.1",
        2,
        "A change of password, address or factors needs a recent sign-in.",
        Tests(&["c236_a_change_needs_a_sign_in_of_the_last_ten_minutes"]),
    ),
    (
        "7.5.2",
        2,
        "People see their sessions, and end each after a recent sign-in.",
        Tests(&["c237_each_session_is_listed_and_each_other_one_is_ended"]),
    ),
    (
        "7.6.1",
        2,
        "Apps can demand a recent sign-in, and learn of its time.",
        Tests(&[
            "c037_max_age_counts_from_the_sign_in",
            "c037_prompt_none_with_a_sign_in_that_is_too_old_is_login_required",
        ]),
    ),
    (
        "7.6.2",
        2,
        "A session begins with an act of the person.",
        Tests(&["c032_a_sign_in_form_is_good_in_its_own_browser_only"]),
    ),
    (
        "10.1.1",
        2,
        "Tokens go to those alone who need them.",
        Tests(&[
            "c062_c167_a_preflight_allows_what_clients_in_browsers_send_and_never_credentials",
            "c014_the_implicit_grant_is_off_until_the_deployment_and_the_client_opted_in",
        ]),
    ),
    ("10.1.2", 2, "An app accepts only what belongs to a request of the same browser.", NotApplicable(RELYING_PARTY)),
    ("10.2.1", 2, "An app is protected against forged answers.", NotApplicable(RELYING_PARTY)),
    ("10.2.2", 2, "An app of several servers is protected against mix-up.", NotApplicable(RELYING_PARTY)),
    ("10.3.1", 2, "An API accepts only tokens for itself.", NotApplicable(RESOURCE_SERVER)),
    ("10.3.2", 2, "An API decides by the claims of the token.", NotApplicable(RESOURCE_SERVER)),
    ("10.3.3", 2, "An API knows a person by issuer and subject.", NotApplicable(RESOURCE_SERVER)),
    (
        "10.3.4",
        2,
        "An API checks the strength and age of a sign-in where it needs them.",
        NotApplicable(RESOURCE_SERVER),
    ),
    (
        "10.4.1",
        1,
        "A redirect URI is compared with those of the client, as text.",
        Tests(&[
            "c001_only_the_same_text_matches",
            "c001_c004_a_redirect_uri_that_is_not_registered_is_never_followed",
        ]),
    ),
    (
        "10.4.2",
        1,
        "A code is good once, and a second use revokes what it gave.",
        Tests(&[
            "c042_a_code_yields_one_token_under_concurrent_redemption",
            "c043_c110_a_replay_revokes_what_the_code_gave",
        ]),
    ),
    (
        "10.4.3",
        1,
        "A code lives for ten minutes at most.",
        Tests(&["c041_no_configuration_makes_a_code_live_longer_than_ten_minutes"]),
    ),
    (
        "10.4.4",
        1,
        "A client has only the grant types that it needs, and implicit and password are off.",
        Tests(&[
            "c059_c077_a_client_without_the_grant_type_is_unauthorized",
            "c014_the_implicit_grant_is_off_until_the_deployment_and_the_client_opted_in",
            "c061_the_password_grant_is_off_until_the_deployment_and_the_client_opted_in",
        ]),
    ),
    (
        "10.4.5",
        1,
        "A refresh token that was stolen is noticed or useless.",
        Tests(&[
            "c080_c110_a_reused_token_ends_the_whole_grant_at_once",
            "c186_a_refresh_token_of_a_public_client_needs_its_key_at_every_refresh",
        ]),
    ),
    (
        "10.4.6",
        2,
        "The code flow needs PKCE with S256.",
        Tests(&[
            "c009_c010_c011_c013_a_request_without_a_good_challenge_gets_no_code",
            "c047_every_wrong_verifier_is_an_invalid_grant",
        ]),
    ),
    (
        "10.4.7",
        2,
        "The metadata of clients that register themselves are checked, and people are asked and warned.",
        Tests(&[
            "c163_c164_whatever_is_registered_goes_together_and_stays_within_the_policy",
            "c177_a_client_that_registers_itself_is_never_trusted",
            "c033_a_person_is_warned_of_an_app_on_the_own_device",
        ]),
    ),
    ("10.4.8", 2, "Refresh tokens end at a fixed time.", Tests(&["c086_a_grant_ends_however_often_it_is_used"])),
    (
        "10.4.9",
        2,
        "People revoke refresh tokens and opaque tokens on a page.",
        Tests(&["c237_apps_with_consent_or_grants_are_listed_and_a_withdrawal_ends_both"]),
    ),
    (
        "10.4.10",
        2,
        "Confidential clients authenticate at every endpoint for them.",
        Tests(&[
            "c088_a_confidential_app_must_authenticate_to_redeem_and_to_refresh",
            "c069_c070_a_key_of_each_algorithm_authenticates_its_client_at_each_endpoint",
        ]),
    ),
    (
        "10.4.11",
        2,
        "A client has only the scopes that it needs.",
        Tests(&["c020_scope_is_never_more_than_asked_or_allowed"]),
    ),
    ("10.5.1", 2, "An app checks the nonce.", NotApplicable(RELYING_PARTY)),
    ("10.5.2", 2, "An app knows a person by the subject.", NotApplicable(RELYING_PARTY)),
    ("10.5.3", 2, "An app checks the issuer of the metadata.", NotApplicable(RELYING_PARTY)),
    ("10.5.4", 2, "An app checks the audience of the ID token.", NotApplicable(RELYING_PARTY)),
    ("10.5.5", 2, "An app checks logout tokens.", NotApplicable(RELYING_PARTY)),
    (
        "10.6.1",
        2,
        "The provider offers the code flow, and no tokens from the authorization endpoint.",
        Tests(&["c014_o04_id_tokens_from_the_authorization_endpoint_are_off_until_the_implicit_grant_is_on"]),
    ),
    (
        "10.6.2",
        2,
        "Nobody is signed out by force.",
        Tests(&[
            "c128_without_a_hint_or_with_one_of_somebody_else_the_person_is_asked",
            "c128_who_cannot_be_trusted_neither_signs_anybody_out_nor_has_anybody_sent_on",
        ]),
    ),
    (
        "10.7.1",
        2,
        "People consent, and each time to a client whose identity is not certain.",
        Tests(&[
            "c034_a_native_app_is_asked_about_each_time_and_never_silently_let_in",
            "c139_consent_adds_up_page_by_page",
        ]),
    ),
    (
        "10.7.2",
        2,
        "The page of consent says who asks, for what and for how long.",
        Partly(&["c033_a_person_sees_who_asks_for_what"], "the page does not say for how long"),
    ),
    (
        "10.7.3",
        2,
        "People review and withdraw what they allowed.",
        Tests(&["c237_apps_with_consent_or_grants_are_listed_and_a_withdrawal_ends_both"]),
    ),
];

const HEAD: &str = "# OWASP ASVS 5.0.0, chapters 6, 7 and 10

The requirements of the levels 1 and 2, and how Jeton meets each. Generated from `src/coverage/asvs.rs`; do not edit it. To write
it again:

```console
$ JETON_WRITE_COVERAGE=1 cargo test --release --locked --workspace asvs_md
```

| requirement | level | | how it is met |
|---|---|---|---|
";

#[test]
fn asvs_md_is_current_and_what_it_names_exists() {
    let names: BTreeSet<String> = tests_below(&root()).into_values().flatten().collect();
    let unknown: Vec<&str> =
        LINES.iter().flat_map(|(.., how)| how.missing(&names)).collect::<BTreeSet<_>>().into_iter().collect();
    assert!(unknown.is_empty(), "the table names what does not exist: {unknown:?}");
    let (path, expected) = (Path::new(env!("CARGO_MANIFEST_DIR")).join("ASVS.md"), document());
    if is_asked_to_write() {
        std::fs::write(&path, &expected).expect("ASVS.md can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == expected, "tests/conformance/ASVS.md is not current: run this test with JETON_WRITE_COVERAGE=1");
}

impl Evidence {
    /// Lists the tests and headings that do not exist.
    fn missing(&self, names: &BTreeSet<String>) -> Vec<&'static str> {
        match self {
            Tests(tests) | Partly(tests, _) => {
                let exists = |test: &str| names.iter().any(|name| name.rsplit([':', ' ']).next() == Some(test));
                tests.iter().copied().filter(|test| !exists(test)).collect()
            }
            Documented(file, heading) => {
                let text = std::fs::read_to_string(root().join(file)).unwrap_or_default();
                if text.lines().any(|line| line == *heading) { Vec::new() } else { vec![heading] }
            }
            NotApplicable(_) => Vec::new(),
        }
    }

    fn told(&self) -> String {
        let listed = |tests: &[&str]| tests.iter().map(|test| format!("`{test}`")).collect::<Vec<_>>().join(", ");
        match self {
            Tests(tests) => format!("tested: {}", listed(tests)),
            Documented(file, heading) => format!("documented: `{file}`, {}", heading.trim_start_matches(['#', ' '])),
            Partly(tests, rest) => format!("tested: {}; not met: {rest}", listed(tests)),
            NotApplicable(reason) => format!("not applicable: {reason}"),
        }
    }
}

fn document() -> String {
    let mut text = HEAD.to_owned();
    for (number, level, requirement, how) in LINES {
        writeln!(text, "| {number} | {level} | {requirement} | {} |", how.told()).expect("text grows");
    }
    text
}
