//! The metric filters of the template look for events that the functions log.

use edge::AuditEvent;

const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

#[test]
fn c147_every_metric_filter_names_events_that_there_are() {
    let filtered: Vec<&str> = TEMPLATE.lines().filter(|line| line.contains("FilterPattern:")).collect();
    let names = filtered.iter().flat_map(|line| line.split("$.event = \"").skip(1));
    let names: Vec<&str> = names.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() >= filtered.len() && !names.is_empty(), "a filter looks for no event: {filtered:?}");
    for name in names {
        let is_event = AuditEvent::ALL.iter().any(|event| event.as_str() == name);
        // The archive takes them all.
        assert!(name == "*" || is_event, "{name} is no event");
    }
}
