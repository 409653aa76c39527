//! Writes an event log of any size to standard output: interleaved calls of about 20 events each, lines of
//! about 340 bytes.
//!
//! `cargo run --release --example generate -- --calls 100000 --seed 1 > log.jsonl`

use std::io::{self, BufWriter, Write};

/// How many calls are under way at once.
const CONCURRENT: usize = 1000;

struct Options {
    calls: u64,
    seed: u64,
    /// Of a thousand lines, so many are written twice.
    repeats: u64,
}

impl Options {
    fn read() -> Option<Self> {
        let mut options = Self { calls: 1000, seed: 1, repeats: 0 };
        let mut arguments = std::env::args().skip(1);
        while let Some(name) = arguments.next() {
            let value = arguments.next()?.parse().ok()?;
            match name.as_str() {
                "--calls" => options.calls = value,
                "--seed" => options.seed = value,
                "--repeats" => options.repeats = value,
                _ => return None,
            }
        }
        Some(options)
    }
}

/// SplitMix64: the same log for the same seed, on every machine.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn guid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        let [a, b, c] = [high >> 32, high >> 16 & 0xffff, high & 0xffff];
        format!("{a:08x}-{b:04x}-{c:04x}-{:04x}-{:012x}", low >> 48, low & 0xffff_ffff_ffff)
    }
}

/// One call under way.
struct Course {
    call: String,
    revision: u64,
    chain: String,
    operations: [String; 3],
    people: [String; 2],
}

impl Course {
    fn new(random: &mut Random) -> Self {
        Self {
            call: random.guid(),
            revision: 0,
            chain: random.guid(),
            operations: [random.guid(), random.guid(), random.guid()],
            people: [random.guid(), random.guid()],
        }
    }

    /// The name and the data of the next event; `None` after the last.
    fn event(&self, random: &mut Random) -> Option<(&'static str, String)> {
        let [prompt, record, second] = &self.operations;
        Some(match self.revision {
            0 => ("offered", self.offer()),
            1 => ("answered", self.detail("Answered by the support line, menu one")),
            2 => (
                "established",
                r##"{"mediaState":{"@odata.type":"#microsoft.graph.callMediaState","audio":"active"}}"##
                    .into(),
            ),
            3 | 14 => ("rosterUpdated", self.roster(self.revision == 14)),
            4 => ("operationCreated", operation("playPromptOperation", prompt, "running")),
            5 | 6 | 8..=10 => ("toneReceived", tone(self.revision, random)),
            7 => ("operationCompleted", settled("playPromptOperation", prompt)),
            11 => ("operationCreated", operation("playPromptOperation", second, "running")),
            12 => ("operationCompleted", settled("playPromptOperation", second)),
            13 => ("operationCreated", operation("recordOperation", record, "running")),
            15 | 16 => ("detailsChanged", self.detail(&format!("Subject as of revision {}", self.revision))),
            17 => ("operationCompleted", settled("recordOperation", record)),
            18 => ("terminationStarted", self.detail("The caller hangs up")),
            19 => ("terminated", ended()),
            _ => return None,
        })
    }

    fn offer(&self) -> String {
        let [caller, bot] = &self.people;
        format!(
            r##"{{"direction":"incoming","callChainId":"{}","requestedModalities":["audio"],"source":{{"@odata.type":"#microsoft.graph.participantInfo","identity":{{"user":{{"displayName":"Adele Vance","id":"{caller}"}}}},"languageId":"en-US","region":"westus"}},"targets":[{{"identity":{{"application":{{"displayName":"Support line","id":"{bot}"}}}}}}]}}"##,
            self.chain
        )
    }

    fn detail(&self, subject: &str) -> String {
        let [caller, _] = &self.people;
        format!(r#"{{"callChainId":"{}","subject":"{subject}","tenantId":"{caller}"}}"#, self.chain)
    }

    fn roster(&self, muted: bool) -> String {
        let [caller, _] = &self.people;
        format!(
            r#"{{"participants":[{{"info":{{"identity":{{"user":{{"displayName":"Adele Vance","id":"{caller}"}}}},"languageId":"en-US"}},"isInLobby":false,"isMuted":{muted},"mediaStreams":[{{"direction":"sendReceive","mediaType":"audio","serverMuted":false,"sourceId":"1"}}],"id":"{}"}}]}}"#,
            self.chain
        )
    }
}

fn operation(type_name: &str, id: &str, status: &str) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.{type_name}","clientContext":"context-of-{id}","status":"{status}","id":"{id}"}}"##
    )
}

fn settled(type_name: &str, id: &str) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.{type_name}","clientContext":"context-of-{id}","resultInfo":{{"code":200,"subcode":0,"message":"Action completed successfully."}},"id":"{id}"}}"##
    )
}

fn tone(number: u64, random: &mut Random) -> String {
    format!(
        r##"{{"@odata.type":"#microsoft.graph.toneInfo","sequenceId":{number},"tone":"tone{}"}}"##,
        random.below(10)
    )
}

fn ended() -> String {
    r##"{"resultInfo":{"@odata.type":"#microsoft.graph.resultInfo","code":200,"subcode":4521,"message":"The peer ended the call."}}"##.into()
}

fn main() -> io::Result<()> {
    let Some(options) = Options::read() else {
        eprintln!("usage: generate [--calls N] [--seed N] [--repeats PER_MILLE]");
        std::process::exit(2);
    };
    let mut out = BufWriter::with_capacity(1 << 20, io::stdout().lock());
    let mut random = Random(options.seed);
    let mut begun = 0;
    let mut clock = jiff::Timestamp::from_second(1_795_424_400).map_err(io::Error::other)?;
    let mut courses: Vec<Course> = Vec::new();
    loop {
        while courses.len() < CONCURRENT && begun < options.calls {
            courses.push(Course::new(&mut random));
            begun += 1;
        }
        if courses.is_empty() {
            return out.flush();
        }
        let index = random.below(courses.len() as u64) as usize;
        let Some(course) = courses.get_mut(index) else { continue };
        let Some((type_name, data)) = course.event(&mut random) else {
            courses.swap_remove(index);
            continue;
        };
        course.revision += 1;
        clock += jiff::SignedDuration::from_millis(random.below(50) as i64);
        let (call, revision, at) = (&course.call, course.revision, callfold::At(clock));
        let line = format!(
            r#"{{"v":1,"call":"{call}","rev":{revision},"at":"{at}","type":"{type_name}","data":{data}}}"#
        );
        writeln!(out, "{line}")?;
        if random.below(1000) < options.repeats {
            writeln!(out, "{line}")?;
        }
    }
}
