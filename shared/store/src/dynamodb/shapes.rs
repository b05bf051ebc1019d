//! Creates tables in the shapes that the template describes: for local stacks and tests, never in a function.

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{BuildError, ProvideErrorMetadata};
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection, ProjectionType,
    ScalarAttributeType, StreamSpecification, StreamViewType, TimeToLiveSpecification,
};

use crate::dynamodb::unknown::{Cause, Unknown};

/// A table as the template describes it. Every key is a string.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableShape {
    /// The name of the table.
    pub name: String,
    /// The attribute of the partition key.
    pub partition_key: String,
    /// The attribute of the sort key.
    pub sort_key: Option<String>,
    /// The attribute with the time to live, after which an item is deleted.
    pub ttl: Option<String>,
    /// The global secondary indexes of the table.
    pub indexes: Vec<IndexShape>,
    /// `true` if the table has a stream, with the keys of each item that changed.
    pub has_stream: bool,
}

/// A global secondary index that holds keys only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexShape {
    /// The name of the index.
    pub name: String,
    /// The attribute of the partition key.
    pub partition_key: String,
}

/// Returns whether the table exists.
///
/// # Errors
/// [`Unknown`] when the store gives no usable answer.
pub async fn describe_table(client: &Client, name: &str) -> Result<bool, Unknown> {
    match client.describe_table().table_name(name).send().await {
        Ok(_) => Ok(true),
        Err(error) => match Unknown::from_sdk(name, error) {
            Unknown { cause: Cause::NoTable, .. } => Ok(false),
            unknown => Err(unknown),
        },
    }
}

/// Creates the table; an existing one is left unchanged.
///
/// # Errors
/// [`Unknown`] when it is not known whether it was made.
pub async fn create_table(client: &Client, shape: &TableShape) -> Result<(), Unknown> {
    let damaged = |_: BuildError| Unknown::damaged(&shape.name, "shape");
    let indexed = shape.indexes.iter().map(|index| &index.partition_key);
    let attributes = std::iter::once(&shape.partition_key).chain(&shape.sort_key).chain(indexed);
    let mut call = client.create_table().table_name(&shape.name).billing_mode(BillingMode::PayPerRequest);
    for attribute in attributes {
        let definition = AttributeDefinition::builder().attribute_name(attribute);
        let definition = definition.attribute_type(ScalarAttributeType::S).build().map_err(damaged)?;
        call = call.attribute_definitions(definition);
    }
    call = call.key_schema(key(&shape.partition_key, KeyType::Hash).map_err(damaged)?);
    if let Some(sort_key) = &shape.sort_key {
        call = call.key_schema(key(sort_key, KeyType::Range).map_err(damaged)?);
    }
    for index in &shape.indexes {
        let projection = Projection::builder().projection_type(ProjectionType::KeysOnly).build();
        let built = GlobalSecondaryIndex::builder()
            .index_name(&index.name)
            .key_schema(key(&index.partition_key, KeyType::Hash).map_err(damaged)?)
            .projection(projection)
            .build()
            .map_err(damaged)?;
        call = call.global_secondary_indexes(built);
    }
    if shape.has_stream {
        let stream = StreamSpecification::builder().stream_enabled(true);
        let stream = stream.stream_view_type(StreamViewType::KeysOnly).build().map_err(damaged)?;
        call = call.stream_specification(stream);
    }
    if let Err(error) = call.send().await
        && error.code() != Some("ResourceInUseException")
    {
        return Err(Unknown::from_sdk(&shape.name, error));
    }
    set_ttl(client, shape).await
}

async fn set_ttl(client: &Client, shape: &TableShape) -> Result<(), Unknown> {
    let Some(attribute) = &shape.ttl else { return Ok(()) };
    let specification = TimeToLiveSpecification::builder().enabled(true).attribute_name(attribute).build();
    let specification = specification.map_err(|_: BuildError| Unknown::damaged(&shape.name, "shape"))?;
    let call = client.update_time_to_live().table_name(&shape.name).time_to_live_specification(specification);
    match call.send().await {
        Ok(_) => Ok(()),
        // The time to live is already enabled.
        Err(error) if error.code() == Some("ValidationException") => Ok(()),
        Err(error) => Err(Unknown::from_sdk(&shape.name, error)),
    }
}

fn key(name: &str, kind: KeyType) -> Result<KeySchemaElement, BuildError> {
    KeySchemaElement::builder().attribute_name(name).key_type(kind).build()
}
