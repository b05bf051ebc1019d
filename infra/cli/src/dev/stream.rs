//! The people table's stream, passed to the back-channel logout function as Lambda does in the cloud.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_dynamodbstreams::Client;
use aws_sdk_dynamodbstreams::config::{BehaviorVersion, Region};
use aws_sdk_dynamodbstreams::types::{Record, ShardIteratorType};
use back_channel_logout::{BackChannelLogout, StreamChange, StreamEvent, StreamKeys, StreamRecord, StreamText};
use edge::{Config, Error, trouble};
use store::{SessionRecord, WithdrawalRecord, mail_of_keys};
use tokio::time::sleep;

/// The polling interval of the stream, the same as Lambda's.
const POLL: Duration = Duration::from_millis(250);
/// The number of polls between searches for new shards.
const LOOK_FOR_SHARDS: u32 = 40;
/// The delay before remaining work is retried; in the cloud, the window of its event source mapping.
const LATER: Duration = Duration::from_secs(2);

/// The stream of a table, with the current read positions.
pub(crate) struct Stream {
    client: Client,
    arn: String,
    shards: HashMap<String, Shard>,
}

/// A shard of the stream.
#[derive(Default)]
struct Shard {
    /// The iterator to continue with; `None` at the end of the shard.
    iterator: Option<String>,
    /// The sequence number of the last record read.
    last: Option<String>,
}

impl Stream {
    /// Opens the stream of `table` at its end; `None` if the table has no stream.
    pub(crate) async fn open(config: &Config, dynamodb: &store::Client, table: &str) -> Result<Option<Self>, Error> {
        let described = dynamodb.describe_table().table_name(table).send().await?;
        let arn = described.table.and_then(|table| table.latest_stream_arn);
        let Some(arn) = arn else { return Ok(None) };
        let connection = &config.connection;
        let endpoint = connection.dynamodb_endpoint.as_deref();
        let mut settings = aws_sdk_dynamodbstreams::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(connection.region.clone()))
            .credentials_provider(connection.credentials())
            .http_client(connection.http_client(endpoint));
        settings.set_endpoint_url(endpoint.map(str::to_owned));
        let mut stream = Self { client: Client::from_conf(settings.build()), arn, shards: HashMap::new() };
        stream.look_for_shards(ShardIteratorType::Latest).await?;
        Ok(Some(stream))
    }

    /// Processes new records until the future is dropped.
    pub(crate) async fn follow(mut self, function: Arc<BackChannelLogout>) {
        let mut until_look = LOOK_FOR_SHARDS;
        loop {
            sleep(POLL).await;
            until_look = until_look.checked_sub(1).unwrap_or(LOOK_FOR_SHARDS);
            match self.records(until_look == 0).await {
                Ok(records) => records.iter().filter_map(read).for_each(|record| {
                    tokio::spawn(follow_up(Arc::clone(&function), record));
                }),
                Err(error) => {
                    trouble(
                        "the stream of the people table cannot be read: sign-outs and mails are followed up later",
                        &error,
                    );
                    self.shards.values_mut().for_each(|shard| shard.iterator = None);
                    until_look = 1;
                    sleep(LATER).await;
                }
            }
        }
    }

    async fn records(&mut self, look: bool) -> Result<Vec<Record>, Error> {
        if look {
            self.look_for_shards(ShardIteratorType::TrimHorizon).await?;
        }
        let mut records = Vec::new();
        for shard in self.shards.values_mut() {
            let Some(iterator) = &shard.iterator else { continue };
            let answer = self.client.get_records().shard_iterator(iterator).send().await?;
            let read = answer.records.unwrap_or_default();
            let furthest = read.last().and_then(|record| record.dynamodb.as_ref()?.sequence_number.clone());
            shard.last = furthest.or_else(|| shard.last.take());
            shard.iterator = answer.next_shard_iterator;
            records.extend(read);
        }
        Ok(records)
    }

    /// Picks up shards that are not being read: known ones where reading stopped, new ones at `start`.
    async fn look_for_shards(&mut self, start: ShardIteratorType) -> Result<(), Error> {
        let described = self.client.describe_stream().stream_arn(&self.arn).send().await?;
        let shards = described.stream_description.and_then(|stream| stream.shards).unwrap_or_default();
        let ids: Vec<String> = shards.into_iter().filter_map(|shard| shard.shard_id).collect();
        self.shards.retain(|id, _| ids.contains(id));
        for id in ids {
            let known = self.shards.entry(id.clone()).or_default();
            if known.iterator.is_some() {
                continue;
            }
            let call = self.client.get_shard_iterator().stream_arn(&self.arn).shard_id(id);
            let call = match &known.last {
                Some(last) => call.shard_iterator_type(ShardIteratorType::AfterSequenceNumber).sequence_number(last),
                None => call.shard_iterator_type(start.clone()),
            };
            known.iterator = call.send().await?.shard_iterator;
        }
        Ok(())
    }
}

/// Calls the function with a record, and again when it asks for a retry.
async fn follow_up(function: Arc<BackChannelLogout>, record: StreamRecord) {
    if is_left_over(&record) {
        sleep(LATER).await;
    }
    let event = StreamEvent { records: vec![record] };
    while !function.run(&event).await.batch_item_failures.is_empty() {
        sleep(LATER).await;
    }
}

/// Returns whether a record is about remaining work: of a sign-out or a withdrawal, or a mail that could not be sent.
fn is_left_over(record: &StreamRecord) -> bool {
    let StreamKeys { person, record: name } = &record.dynamodb.keys;
    let is_mail = mail_of_keys(&person.text, &name.text).is_some() && record.event_name == "MODIFY";
    let is_sign_out = matches!(SessionRecord::parse(&name.text), Some(SessionRecord::Ended(_)));
    is_mail || is_sign_out || WithdrawalRecord::parse(&name.text).is_some()
}

/// Converts a record into the form that Lambda passes on.
fn read(record: &Record) -> Option<StreamRecord> {
    let change = record.dynamodb.as_ref()?;
    let key = |name: &str| {
        let text = change.keys.as_ref()?.get(name)?.as_s().ok()?;
        Some(StreamText { text: text.clone() })
    };
    Some(StreamRecord {
        event_name: record.event_name.as_ref()?.as_str().to_owned(),
        user_identity: None,
        dynamodb: StreamChange {
            keys: StreamKeys { person: key("person")?, record: key("record")? },
            sequence_number: change.sequence_number.clone()?,
        },
    })
}
