//! Storage: transitions, registrations, people and keys in DynamoDB.
//!
//! This crate has every table attribute and every condition expression. A call has three outcomes: done; refused
//! because of the stored item, which is returned with the refusal; or unknown ([`Unknown`]), after which nothing
//! may be released and nothing revoked. This crate has no rules: `grants` and `sessions` decide the meaning of a
//! refusal.
//!
//! # Decisions
//! - `aws-sdk-dynamodb` is the only access path, in the cloud and on a developer's machine.
//! - Reads that decide something are strongly consistent. So is the registry's: it is read once a minute, and a
//!   new client should work at once.
//! - A request is sent three times at most, each within a second, all within three: less than any caller waits. An
//!   operator's command waits longer ([`Patience`]). Every write carries an attempt id, so a retry recognizes its own work.
//! - Futures that answer requests are boxed: a future of the SDK is tens of kilobytes large, and would be moved
//!   with every future that waits for it, sent or not.
//! - Keys are hashes or random; the one exception, the registry, is cached.

mod audit;
mod dynamodb;
mod grants;
mod keys;
mod people;
mod registry;

pub use crate::grants::table::{Applied, GrantsTable};
pub use crate::grants::throttles::{Counted, Throttles};
pub use crate::grants::user_codes::UserCodePointer;
pub use crate::keys::table::KeysTable;
pub use audit::day::{Day, MalformedDay};
pub use audit::record::{AuditRecord, AuditedAction};
pub use audit::table::AuditTable;
pub use aws_sdk_dynamodb::Client;
pub use dynamodb::calls::counted;
pub use dynamodb::changed::Changed;
pub use dynamodb::commit::Write;
pub use dynamodb::connect::{Connection, Patience, connect, https_client, kms};
pub use dynamodb::shapes::{IndexShape, TableShape, create_table, describe_table};
pub use dynamodb::unknown::{Cause, Unknown};
pub use people::addresses::{AddressClaim, Confirmed, CreatedUser};
pub use people::consents::{Remembered, StoredConsent};
pub use people::ended_sessions::SessionRecord;
pub use people::grounded_grants::GroundedGrants;
pub use people::links::Link;
pub use people::mail::mail_of_keys;
pub use people::names::Named;
pub use people::own_account::Acted;
pub use people::passkeys::{AddedPasskey, PasskeyHolder};
pub use people::session_starts::{SessionStarted, StartedBy, StartedSession};
pub use people::sign_up::{SignUp, SignUpRight, SignedUp};
pub use people::table::{Ground, PeopleTable, Visitor};
pub use people::user_writes::UserChanged;
pub use people::withdrawn_access::WithdrawalRecord;
pub use registry::api_changes::ApiChanged;
pub use registry::table::{ClientChanged, Registry};
