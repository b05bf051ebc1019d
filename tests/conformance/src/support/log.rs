//! The server's log, line by line.

use harness::Stack;
use serde_json::Value;

/// Returns the lines of the log that are JSON documents, oldest first.
pub(crate) fn lines(stack: &Stack) -> Vec<Value> {
    stack.log().lines().filter_map(|line| serde_json::from_str(line).ok()).filter(Value::is_object).collect()
}

/// Returns the log lines about requests.
pub(crate) fn requests(stack: &Stack) -> Vec<Value> {
    lines(stack).into_iter().filter(|line| line["message"] == "request").collect()
}

/// Returns the audit lines of the log.
pub(crate) fn audit(stack: &Stack) -> Vec<Value> {
    lines(stack).into_iter().filter(|line| line["event"].is_string()).collect()
}
