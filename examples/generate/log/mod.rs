//! A log, generated line by line. The generator chooses which call writes the next line, which lines are
//! written twice, and which lines are late.

mod bodies;
mod entries;
mod events;
mod party;
mod random;

use std::collections::VecDeque;

use party::Party;
use random::Random;

/// The number of calls at the same time.
const CONCURRENT: usize = 1000;

/// The greatest number of lines of its call by which a line is late. A replay buffers sixteen.
const LATEST: u64 = 3;

/// The smallest number of events of a call: its beginning and its end.
pub(crate) const SHORTEST: u64 = events::BEGINNING + events::END;

#[derive(Clone, Copy)]
pub(crate) enum Format {
    Events,
    Notifications,
    SdkLog,
}

impl Format {
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "events" => Some(Self::Events),
            "notifications" => Some(Self::Notifications),
            "sdk-log" => Some(Self::SdkLog),
            _ => None,
        }
    }
}

#[derive(Clone, Copy)]
pub(crate) struct Options {
    pub(crate) format: Format,
    pub(crate) calls: u64,
    /// The number of events per call. With notifications and in an SDK log it is always twelve.
    pub(crate) events: u64,
    pub(crate) seed: u64,
    /// How many of a thousand lines are written twice.
    pub(crate) repeats: u64,
    /// How many of a thousand lines are written after up to three later lines of their call.
    pub(crate) reorders: u64,
}

impl Options {
    pub(crate) const fn new(calls: u64) -> Self {
        Self { format: Format::Events, calls, events: 20, seed: 1, repeats: 0, reorders: 0 }
    }
}

/// The iterator over the lines, or over the entries of an SDK log. The same options give the same log on every machine.
pub(crate) struct Log {
    options: Options,
    random: Random,
    begun: u64,
    clock: jiff::Timestamp,
    courses: Vec<Course>,
    ready: VecDeque<String>,
}

/// A call that has begun and not ended.
struct Course {
    party: Party,
    /// The number of its lines so far.
    made: u64,
    /// A late line, and the number of lines of the call that come before it.
    late: Option<(String, u64)>,
}

impl Log {
    pub(crate) fn new(options: Options) -> Self {
        let clock = jiff::Timestamp::constant(1_795_424_400, 0);
        let (random, courses, ready) = (Random(options.seed), Vec::new(), VecDeque::new());
        Self { options, random, begun: 0, clock, courses, ready }
    }

    /// Makes the next line of one of the current calls, or ends that call.
    fn step(&mut self) {
        let Self { options, random, clock, courses, ready, .. } = self;
        let index = random.below(courses.len() as u64) as usize;
        let Some(course) = courses.get_mut(index) else { return };
        *clock += jiff::SignedDuration::from_millis(random.below(50) as i64);
        let Some(line) = course.line(options, callfold::At(*clock), random) else {
            ready.extend(courses.swap_remove(index).late.map(|(line, _)| line));
            return;
        };
        let is_late = course.late.is_none() && random.below(1000) < options.reorders;
        let is_repeated = random.below(1000) < options.repeats;
        if is_late {
            course.late = Some((line, 1 + random.below(LATEST)));
            return;
        }
        ready.extend(is_repeated.then(|| line.clone()));
        ready.push_back(line);
        ready.extend(course.overtaken());
    }
}

impl Iterator for Log {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        loop {
            if let Some(line) = self.ready.pop_front() {
                return Some(line);
            }
            while self.courses.len() < CONCURRENT && self.begun < self.options.calls {
                self.courses.push(Course { party: Party::new(&mut self.random), made: 0, late: None });
                self.begun += 1;
            }
            if self.courses.is_empty() {
                return None;
            }
            self.step();
        }
    }
}

impl Course {
    /// The next line; `None` after the last.
    fn line(&mut self, options: &Options, at: callfold::At, random: &mut Random) -> Option<String> {
        let line = match options.format {
            Format::Events => events::line(&mut self.party, self.made, options.events, at, random),
            Format::Notifications => bodies::line(&mut self.party, self.made, random),
            Format::SdkLog => bodies::line(&mut self.party, self.made, random)
                .map(|body| entries::entry(&self.party, &body, at, random)),
        };
        self.made += u64::from(line.is_some());
        line
    }

    /// The late line, if enough lines have overtaken it.
    fn overtaken(&mut self) -> Option<String> {
        let (_, before) = self.late.as_mut()?;
        *before -= 1;
        if *before > 0 { None } else { self.late.take().map(|(line, _)| line) }
    }
}
