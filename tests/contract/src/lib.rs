//! One storage contract, two implementations of DynamoDB.
