//! Storage: what a transition, a registration, a person or a key is in DynamoDB.
//!
//! Here lives every table attribute and every condition expression. A call answers in three ways: done; refused by the
//! item that stands there, which comes back with the refusal; or not known ([`Unknown`]), after which nothing may be
//! released and nothing revoked. What never lives here: a rule. What a refusal means is for `grants` and `sessions`.
//!
//! # Decisions
//! - `aws-sdk-dynamodb` is the only way in, in the cloud and on a developer's machine.
//! - Reads on which a decision hangs are strongly consistent. The registry is read consistently too: it is read once a
//!   minute, and a new client should work at once.
//! - A request is sent three times at most, each within a second and a half, all within four: less than any caller waits,
//!   and every write carries an attempt id, so that a repeated one knows its own work.
//! - What is sent to answer a request is boxed: a future of the SDK is tens of kilobytes large, and would be moved with
//!   every future that waits for it, sent or not.
//! - Keys are hashes or random; the one exception, the registry, is cached.

mod audit_record;
mod audit_table;
mod batch;
mod calls;
mod commit;
mod connect;
mod consents;
mod day;
mod ended;
mod expression;
mod grant_item;
mod grants_table;
mod grounded_grants;
mod items;
mod keys_table;
mod people_table;
mod person_item;
mod registrations;
mod registry_item;
mod registry_table;
mod self_registration_item;
mod session_writes;
mod tables;
mod throttles;
mod unknown;
mod user_writes;

pub use audit_record::{AuditRecord, AuditedAction};
pub use audit_table::AuditTable;
pub use aws_sdk_dynamodb::Client;
pub use calls::counted;
pub use commit::Write;
pub use connect::{Connection, connect, https_client, kms};
pub use consents::{Remembered, StoredConsent};
pub use day::{Day, MalformedDay};
pub use ended::SessionRecord;
pub use grants_table::{Applied, GrantsTable};
pub use grounded_grants::GroundedGrants;
pub use keys_table::KeysTable;
pub use people_table::{Ground, Named, PeopleTable, Visitor};
pub use registry_table::{Changed, ClientChanged, Registry};
pub use tables::{IndexShape, TableShape, create_table, describe_table};
pub use throttles::{Counted, Throttles};
pub use unknown::{Cause, Unknown};
pub use user_writes::UserChanged;
