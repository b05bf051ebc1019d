//! The start of a function, and its failures to start.

use crate::stack::{deployment, settings};
use crate::{Function, Settings, StartError};

/// Returns the function's required variables that Jeton defines; the SDK names those that it needs itself.
fn own_variables(settings: &Settings) -> Vec<String> {
    let optional = [
        "JETON_OPENID",
        "JETON_REQUIRE_PAR",
        "JETON_REQUEST_URI",
        "JETON_DPOP_NONCE",
        "JETON_EDGE_REQUIRED",
        "JETON_HSTS_",
        "JETON_ALLOW_",
        "JETON_OUTBOUND_",
        "JETON_REGISTRATION",
        "JETON_CLIENT_ID_DOCUMENT",
        "JETON_METADATA_APIS",
        "JETON_SESSION_",
        "JETON_AUDIT_",
        "JETON_DIRECTORY_",
        "JETON_MAIL_",
        "JETON_BRAND",
        "JETON_SIGN_UP",
        "JETON_ACCOUNT_DATA",
        "JETON_REQUIRE_FACTOR",
        "JETON_PASSWORD_MIN_LENGTH",
        "JETON_DEVICE_SECONDS",
    ];
    let needed = |name: &&String| name.starts_with("JETON_") && !optional.iter().any(|start| name.starts_with(start));
    settings.environment.keys().filter(needed).cloned().collect()
}

async fn refusal(settings: Settings) -> String {
    match Function::start(settings).await {
        Err(StartError::Exited { status, output }) => {
            assert!(!status.is_some_and(|status| status.success()), "it ended as if all were well: {output}");
            output
        }
        Err(other) => panic!("{other}"),
        Ok(function) => panic!("{} started", function.name()),
    }
}

#[tokio::test]
async fn a_missing_or_empty_variable_stops_a_function_with_its_name() {
    for function in &deployment().template.functions {
        let mut whole = settings(&function.binary);
        // The password grant needs access to the people table, and listed APIs need access to the registry.
        whole.environment.insert("JETON_ALLOW_PASSWORD_GRANT".to_owned(), "true".to_owned());
        whole.environment.insert("JETON_METADATA_APIS".to_owned(), "https://orders.example".to_owned());
        let names = own_variables(&whole);
        assert!(names.len() >= 2, "{}: {names:?}", function.binary);
        for name in names {
            let mut without = whole.clone();
            without.environment.remove(&name);
            let output = refusal(without).await;
            assert!(output.contains(&name), "{} without {name}: {output}", function.binary);
            let mut empty = whole.clone();
            empty.environment.insert(name.clone(), String::new());
            let output = refusal(empty).await;
            assert!(output.contains(&name), "{} with an empty {name}: {output}", function.binary);
        }
    }
}

#[tokio::test]
async fn a_malformed_variable_stops_a_function_with_its_name() {
    for function in &deployment().template.functions {
        for (name, value) in [
            ("JETON_ISSUER", "not a url"),
            ("JETON_ISSUER", "http://issuer.example/?a=b"),
            ("JETON_OPENID", "on"),
            ("JETON_SESSION_HOURS", "0"),
            ("JETON_SESSION_IDLE_HOURS", "8761"),
            ("JETON_ALLOW_IMPLICIT_GRANT", "yes"),
            ("JETON_ALLOW_PASSWORD_GRANT", "1"),
            ("JETON_OUTBOUND_PRIVATE_HOSTS", "https://keys.internal"),
            ("JETON_REQUIRE_FACTOR", "always"),
            ("JETON_BRAND", "not a look"),
            ("JETON_BRAND", "/no/such/file"),
        ] {
            let mut spoiled = settings(&function.binary);
            spoiled.environment.insert(name.to_owned(), value.to_owned());
            let output = refusal(spoiled).await;
            assert!(output.contains(name), "{} with {name}={value}: {output}", function.binary);
        }
    }
}

#[tokio::test]
async fn a_function_starts_with_what_the_template_gives_it() {
    for function in &deployment().template.functions {
        let started = Function::start(settings(&function.binary)).await;
        let started = started.unwrap_or_else(|error| panic!("{}: {error}", function.binary));
        assert!(started.started_in() > std::time::Duration::ZERO);
    }
}
