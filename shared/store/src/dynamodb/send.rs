//! Sends calls to DynamoDB.
//!
//! # Decision
//! The compiler generates the code of an `async fn` in each program that awaits it, and a call of the SDK is much code. Here it
//! is behind a pointer and generated once, so that 14 functions, the command line and the tests are built in less time. It
//! costs an allocation for a call.

use std::future::Future;
use std::pin::Pin;

use aws_sdk_dynamodb::error::SdkError;
use aws_sdk_dynamodb::operation as of;

use crate::dynamodb::items::Item;

/// An answer to come: that of the operation, or why there is none.
pub(crate) type Sent<T, E> = Pin<Box<dyn Future<Output = Result<T, SdkError<E>>> + Send>>;

/// A call with one answer.
pub(crate) trait Call {
    /// The answer of the operation.
    type Answer;
    /// The refusals of the operation.
    type Refusal;

    /// Sends the call, once.
    fn sent(self) -> Sent<Self::Answer, Self::Refusal>;
}

/// A call that finds items, over as many pages as there are.
pub(crate) trait Listing {
    /// The refusals of the operation.
    type Refusal;

    /// Sends the call for each page, and returns the items of all.
    fn all_items(self) -> Sent<Vec<Item>, Self::Refusal>;
}

macro_rules! sends {
    ($($operation:ident: $call:ident, $answer:ident, $refusal:ident;)*) => {$(
        impl Call for of::$operation::builders::$call {
            type Answer = of::$operation::$answer;
            type Refusal = of::$operation::$refusal;

            fn sent(self) -> Sent<Self::Answer, Self::Refusal> {
                Box::pin(self.send())
            }
        }
    )*};
}

macro_rules! collects {
    ($($operation:ident: $call:ident, $refusal:ident;)*) => {$(
        impl Listing for of::$operation::builders::$call {
            type Refusal = of::$operation::$refusal;

            fn all_items(self) -> Sent<Vec<Item>, Self::Refusal> {
                Box::pin(self.into_paginator().items().send().collect())
            }
        }
    )*};
}

sends! {
    batch_get_item: BatchGetItemFluentBuilder, BatchGetItemOutput, BatchGetItemError;
    batch_write_item: BatchWriteItemFluentBuilder, BatchWriteItemOutput, BatchWriteItemError;
    delete_item: DeleteItemFluentBuilder, DeleteItemOutput, DeleteItemError;
    get_item: GetItemFluentBuilder, GetItemOutput, GetItemError;
    put_item: PutItemFluentBuilder, PutItemOutput, PutItemError;
    transact_write_items: TransactWriteItemsFluentBuilder, TransactWriteItemsOutput, TransactWriteItemsError;
    update_item: UpdateItemFluentBuilder, UpdateItemOutput, UpdateItemError;
}

collects! {
    query: QueryFluentBuilder, QueryError;
    scan: ScanFluentBuilder, ScanError;
}
