//! Conversion of changes to clients and APIs to updates of the attributes in which they differ.

use grants::{ApiChange, ApiSet, ClientChange, ClientSet};

use crate::dynamodb::expression::Expression;
use crate::dynamodb::guards::of_guards;
use crate::dynamodb::items::{differences, flag, number, secrets, text, time};
use crate::registry::api_item::{claim_names, from_descriptions, token_type};
use crate::registry::item::{CLAIMS, from_client};

/// Builds the guards of a change to a client as conditions, and its sets as an update.
pub(crate) fn of_client_change(change: &ClientChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            ClientSet::Disabled(disabled) => {
                expression.set("disabled", flag(*disabled));
                if *disabled && change.is_of_document() {
                    expression.set_or_remove("expires_at", None);
                }
            }
            ClientSet::Secrets(new) => expression.set("secrets", secrets(new)),
            ClientSet::EndsAt(ends_at) => expression.set("expires_at", time(*ends_at)),
            ClientSet::Settings { before, after } => {
                let (before, after) = (from_client(before), from_client(after));
                differences(&before, &after).for_each(|(name, new)| expression.set_or_remove(name, new.cloned()));
            }
        }
    }
    expression
}

/// Builds the guards of a change to an API as conditions, and its sets as an update.
pub(crate) fn of_api_change(change: &ApiChange) -> Expression {
    let mut expression = of_guards(change.guards());
    for set in change.sets() {
        match set {
            ApiSet::Scope(scope) => expression.set("scope", text(scope)),
            ApiSet::ScopeDescriptions(known) => {
                for (name, value) in from_descriptions(known) {
                    expression.set_or_remove(name, value);
                }
            }
            ApiSet::Algorithm(algorithm) => expression.set("algorithm", text(algorithm.as_str())),
            ApiSet::Format(format) => expression.set("format", text(format.as_str())),
            ApiSet::TokenType(named) => expression.set_or_remove("token_type", token_type(*named)),
            ApiSet::Claims(known) => expression.set_or_remove(CLAIMS, claim_names(known)),
            ApiSet::Lifetime(lifetime) => expression.set("lifetime", number(lifetime)),
        }
    }
    expression
}
