//! What a command is asked about: its logs, the moment, and the calls.

use std::collections::BTreeSet;
use std::io;

use callfold::jiff::Timestamp;
use callfold::{CallId, Moment, Severity, Summary};

use crate::args::SourceArgs;
use crate::call_name::CallName;
use crate::complain::complain;
use crate::exit::status;
use crate::logs::Logs;
use crate::replayer::{Listener, LocatedFinding, Outcome, ReplayOptions, replay_logs};
use crate::status::Status;
use crate::when::{TimeOfDay, When};

/// How many calls a message lists.
const LISTED: usize = 10;

/// The logs, the moment at which the calls are shown, and the calls that are named.
pub(crate) struct Selection<'a> {
    pub(crate) args: &'a SourceArgs,
    pub(crate) logs: Logs,
    /// `None` for the end of the logs.
    pub(crate) until: Option<Moment>,
    pub(crate) calls: Vec<CallId>,
}

impl<'a> Selection<'a> {
    /// Finds out what is asked. The logs are read for it only where a name or a time is not complete. The inner error is the
    /// exit status where that fails.
    pub(crate) fn of(
        args: &'a SourceArgs,
        names: &[CallName],
        logs: Logs,
    ) -> io::Result<Result<Self, Status>> {
        let until = match args.at {
            Some(When::OfDay(of_day)) => Err(of_day),
            Some(When::At(at)) => Ok(Some(Moment::Time(at))),
            None => Ok(args.until_rev.map(Moment::Revision)),
        };
        let ids: Option<Vec<_>> = names.iter().map(CallName::id).collect();
        match (ids, until) {
            (Some(ids), Ok(until)) => Ok(Ok(Self { args, logs, until, calls: distinct(ids) })),
            (_, until) => Self::looked_up(args, names, logs.kept(), until),
        }
    }

    /// Looks up in the logs what the command line leaves open.
    fn looked_up(
        args: &'a SourceArgs,
        names: &[CallName],
        logs: Logs,
        until: Result<Option<Moment>, TimeOfDay>,
    ) -> io::Result<Result<Self, Status>> {
        let mut known = Known::read(args, &logs)?;
        if known.outcome.inputs.is_empty() {
            return Ok(Err(status(&known.outcome, Severity::Error)));
        }
        let mut calls = Vec::new();
        for name in names {
            match name.id().map_or_else(|| known.called(name), |id| vec![id]).as_slice() {
                [id] => calls.push(*id),
                [] => return Ok(Err(known.without(name))),
                many => return Ok(Err(known.ambiguous(name, many))),
            }
        }
        let of_day = |of_day| known.time(of_day, &calls).map(|at| Some(Moment::Time(at)));
        let until = until.or_else(of_day).map_err(io::Error::other)?;
        Ok(Ok(Self { args, logs, until, calls: distinct(calls) }))
    }

    /// The options of a replay of the selected calls, with one thread and summaries only.
    pub(crate) fn options(&self) -> ReplayOptions<'_> {
        ReplayOptions { until: self.until, only: self.only(), ..ReplayOptions::of_all(self.args) }
    }

    /// The call, where exactly one is named.
    pub(crate) fn only(&self) -> Option<CallId> {
        if let [id] = self.calls.as_slice() { Some(*id) } else { None }
    }
}

/// Each id once, in the order in which they come.
fn distinct(calls: impl IntoIterator<Item = CallId>) -> Vec<CallId> {
    let mut seen = BTreeSet::new();
    calls.into_iter().filter(|id| seen.insert(*id)).collect()
}

/// What a first replay of the logs has found.
struct Known {
    /// The calls that have events or findings.
    ids: BTreeSet<CallId>,
    outcome: Outcome,
}

/// The calls of findings.
#[derive(Default)]
struct Named(BTreeSet<CallId>);

impl Listener for Named {
    fn finding(&mut self, located: LocatedFinding) -> io::Result<()> {
        self.0.extend(located.finding.call);
        Ok(())
    }
}

impl Known {
    fn read(args: &SourceArgs, logs: &Logs) -> io::Result<Self> {
        let args = SourceArgs { strict: false, ..args.clone() };
        let mut named = Named::default();
        let outcome = replay_logs(ReplayOptions::of_all(&args), logs, &mut named)?;
        let mut ids = named.0;
        ids.extend(outcome.replay.summaries().iter().map(|call| call.id()));
        Ok(Self { ids, outcome })
    }

    /// The calls that a name can mean.
    fn called(&self, name: &CallName) -> Vec<CallId> {
        self.ids.iter().copied().filter(|id| name.begins(*id)).collect()
    }

    /// The exit status where a name can mean several calls. Prints what is known of them.
    fn ambiguous(&self, name: &CallName, calls: &[CallId]) -> Status {
        complain(format_args!("--call {name}: which of {}?", calls.len()));
        let summaries = self.outcome.replay.summaries();
        for id in calls.iter().take(LISTED) {
            let place = summaries.binary_search_by_key(id, Summary::id).ok();
            let (state, begin) = place
                .and_then(|place| summaries.get(place))
                .map_or((None, None), |call| (Some(call.state()), call.first_at()));
            let state = state.map_or("", |state| state.as_str());
            let begin = begin.map_or_else(String::new, |begin| begin.to_string());
            anstream::eprintln!("{}", format!("  {id}  {state:13}  {begin}").trim_end());
        }
        if calls.len() > LISTED {
            anstream::eprintln!("  … and {} more", calls.len() - LISTED);
        }
        Status::REFUSED
    }

    /// The exit status where no log tells of a call with this name. Prints the reason.
    fn without(&mut self, name: &CallName) -> Status {
        self.outcome.missing.push(format!("no log contains a call whose id begins with {name}"));
        status(&self.outcome, Severity::Error)
    }

    /// The time on the day of these calls, or of all calls if there are none.
    fn time(&self, of_day: TimeOfDay, calls: &[CallId]) -> Result<Timestamp, String> {
        let summaries = self.outcome.replay.summaries();
        let asked = summaries.iter().filter(|call| calls.is_empty() || calls.contains(&call.id()));
        let times = asked.flat_map(|call| [call.first_at(), call.last_at()]).flatten();
        of_day.on_the_day_of(&times.collect::<Vec<_>>()).map_err(|days| match days {
            Some((first, last)) => format!("--at: the logs are from {first} to {last}: give the date, too"),
            None => "--at: no event in the logs has a time".into(),
        })
    }
}
