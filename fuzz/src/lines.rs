//! One line of the event log.

use callfold::log::Format;
use callfold::{Applied, ApplyError, Recorded, Replay};

use crate::calls::in_every_state;
use crate::probe::{calls, is_the_same_from_its_text, probe};

/// The input is a line. A line that can be read can be written and read again, and a call applies it in full
/// or refuses it.
pub fn lines(input: &[u8]) {
    let read = core::str::from_utf8(input).ok().and_then(|line| match line.parse::<Recorded>() {
        Ok(recorded) => Some(recorded),
        Err(error) => {
            assert!(!error.to_string().is_empty());
            None
        }
    });
    let Some(recorded) = read else {
        let findings = Replay::new().record(Format::Events, input, |_| {});
        assert_eq!(findings.len(), 1, "what is no line is one finding");
        return;
    };
    is_the_same_from_its_text(&recorded);
    let written = recorded.to_string();
    assert_eq!(written.parse::<Recorded>().expect("it was read").to_string(), written);
    is_applied_in_full_or_refused(&recorded);
}

fn is_applied_in_full_or_refused(recorded: &Recorded) {
    let states = in_every_state();
    let before = calls(states);
    let probed = usize::try_from(recorded.revision).unwrap_or_default() % before.len();
    for (number, known) in before.iter().enumerate() {
        let mut ledger = states.clone();
        let id = known.id();
        let mut line = recorded.clone();
        (line.call, line.revision) = (id, ledger.next_revision(id));
        match ledger.apply(&line) {
            Ok(applied) => {
                assert_eq!(applied, Applied::Folded);
                assert_eq!(ledger.apply(&line), Ok(Applied::Duplicate));
                if number == probed {
                    probe(&ledger, id);
                }
            }
            Err(error) => {
                assert!(matches!(error, ApplyError::Refused(_)), "{error}");
                assert!(error.to_string().contains("is refused"), "{error}");
                assert_eq!(ledger.next_revision(id), line.revision);
                assert_eq!(calls(&ledger), before, "a refused line changes nothing");
            }
        }
    }
}
