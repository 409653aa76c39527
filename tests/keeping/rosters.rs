//! Rosters: what the order of deltas remembers of members that no summary shows.

use super::lines::{agree_on_lines, lines};

#[test]
fn a_member_of_another_type_counts_in_the_order_of_deltas() {
    let odd = r#"{"sequenceNumber":0,"participants":[{"id":"p-3","info":true}]}"#;
    let info = r#"{"identity":{"user":{"id":"0fe0623f-d628-42ed-b4bd-8ac290072cc5"}}}"#;
    let again =
        format!(r#"{{"sequenceNumber":0,"participants":[{{"id":"p-3","info":{info}}},{{"info":{info}}}]}}"#);
    agree_on_lines(lines(1, &[("offered", "{}"), ("rosterUpdated", odd), ("rosterUpdated", &again)]));
}
