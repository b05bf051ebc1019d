//! The port, the meaning of a transition, and its DynamoDB form.
