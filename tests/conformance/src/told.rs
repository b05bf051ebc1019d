//! What the server writes down, line by line.

use harness::Stack;
use serde_json::Value;

/// The lines of the log that are JSON documents, oldest first.
pub(crate) fn lines(stack: &Stack) -> Vec<Value> {
    stack.log().lines().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}

/// The lines that tell of requests.
pub(crate) fn requests(stack: &Stack) -> Vec<Value> {
    lines(stack).into_iter().filter(|line| line["message"] == "request").collect()
}

/// The lines that tell what happened.
pub(crate) fn audit(stack: &Stack) -> Vec<Value> {
    lines(stack).into_iter().filter(|line| line["event"].is_string()).collect()
}
