//! Scenarios as TOML or JSON.

use crate::settings::toml_error;
use callfold::call::{NetworkEvent, State};
use callfold::graph::OperationKind;
use callfold::jiff::SignedDuration;
use callfold::operation;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A scenario. All its members are optional.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Scenario {
    /// The name by which the service lists the scenario.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Those who ring the bot.
    pub caller: Vec<Caller>,
    /// Those who pick up what the bot places. The first whose `to` fits a call counts.
    pub callee: Vec<Callee>,
}

/// Somebody who rings the bot.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Caller {
    /// Their display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Their telephone number. Without it, they are a user.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// After which time they ring first.
    pub after: SignedDuration,
    /// The time between two calls. Without it, they ring once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub every: Option<SignedDuration>,
    /// How many times they ring. It needs `every`. Without it, they ring once, or without end if there is `every`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<u64>,
    /// The URL to which notifications of the call are posted. Without it, that of the service.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub callback_uri: Option<String>,
    /// The subject of the call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// What they do.
    pub then: Vec<Step>,
}

/// Somebody who picks up what the bot places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Callee {
    /// Which calls. Without members, all of them.
    pub to: Who,
    /// How long they ring.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rings: Option<SignedDuration>,
    /// What they do then.
    pub answer: Answer,
    /// What they do after they answered.
    pub then: Vec<Step>,
}

/// Which targets of a call are meant. In each text, `*` stands for any characters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[non_exhaustive]
pub struct Who {
    /// Telephone numbers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// Ids or display names of users.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// Ids or display names of applications.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application: Option<String>,
}

/// What a callee does after ringing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Answer {
    /// They answer.
    #[default]
    Answers,
    /// They are in another call.
    Busy,
    /// They do not want the call.
    Declines,
    /// They let it ring.
    Never,
    /// The call ends with a code.
    Fails {
        /// The code, such as 408.
        code: i32,
        /// The subcode.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        subcode: Option<i32>,
        /// The message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        message: Option<String>,
    },
}

/// One step: what it waits for, and what it does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StepMembers", into = "StepMembers")]
#[non_exhaustive]
pub struct Step {
    /// What the step waits for. Without it, for the step before.
    pub on: Option<On>,
    /// The time after that.
    pub after: SignedDuration,
    /// What happens.
    pub does: Do,
}

/// What a step waits for: a state of the call, such as `established`, or an operation, such as `playPrompt completed`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever waits must know of a new kind")]
pub enum On {
    /// The call is in this state.
    State(State),
    /// An operation of this kind is in this state.
    Operation(OperationKind, operation::State),
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "whoever acts must know of a new action")]
pub enum Do {
    /// A network event happens: a key is pressed, somebody hangs up.
    Event(Box<NetworkEvent>),
    /// Somebody speaks for this long.
    Speak(SignedDuration),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StepMembers {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    on: Option<On>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    after: Option<SignedDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tone_pressed: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    speak: Option<SignedDuration>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    hang_up: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    event: Option<serde_json::Value>,
}

const ACTIONS: &str = "a step does one thing: `tonePressed`, `speak`, `hangUp = true`, or `event`";

impl TryFrom<StepMembers> for Step {
    type Error = String;

    fn try_from(members: StepMembers) -> Result<Self, String> {
        let StepMembers { on, after, tone_pressed, speak, hang_up, event } = members;
        let pressed = tone_pressed.map(|tone| serde_json::json!({ "type": "tonePressed", "tone": tone }));
        let hung_up = hang_up.filter(|hangs_up| *hangs_up).map(|_| serde_json::json!({ "type": "hungUp" }));
        let events = [pressed, hung_up, event].into_iter().flatten();
        let events =
            events.map(|event| serde_json::from_value(event).map(|event| Do::Event(Box::new(event))));
        let events: Vec<Do> = events.collect::<Result<_, _>>().map_err(|error| error.to_string())?;
        let mut does = events.into_iter().chain(speak.map(Do::Speak));
        let (Some(does), None) = (does.next(), does.next()) else { return Err(ACTIONS.into()) };
        let after = after.unwrap_or_default();
        if after.is_negative() || matches!(does, Do::Speak(time) if time.is_negative()) {
            return Err("a step cannot take a negative time".into());
        }
        Ok(Self { on, after, does })
    }
}

impl From<Step> for StepMembers {
    fn from(step: Step) -> Self {
        let (event, speak) = match step.does {
            Do::Event(event) => (serde_json::to_value(event).ok(), None),
            Do::Speak(time) => (None, Some(time)),
        };
        let after = Some(step.after).filter(|after| !after.is_zero());
        Self { on: step.on, after, tone_pressed: None, speak, hang_up: None, event }
    }
}

impl On {
    fn named(text: &str) -> Option<Self> {
        let Some((kind, state)) = text.split_once(' ') else {
            return State::ALL.iter().find(|state| state.as_str() == text).copied().map(Self::State);
        };
        // The method that makes a recording has another name than the operation.
        let kind = if kind == "recordResponse" { "record" } else { kind };
        let kind = OperationKind::ALL.iter().find(|known| known.as_str() == kind)?;
        let state = operation::State::ALL.iter().find(|known| known.as_str() == state.trim())?;
        Some(Self::Operation(*kind, *state))
    }
}

impl<'de> Deserialize<'de> for On {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::named(&text).ok_or_else(|| {
            D::Error::custom(format!(
                "`{text}` is nothing to wait for: name a state of the call, such as `established`, or an operation and its status, such as `playPrompt completed`"
            ))
        })
    }
}

impl Serialize for On {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::State(state) => serializer.serialize_str(state.as_str()),
            Self::Operation(kind, state) => {
                serializer.collect_str(&format_args!("{} {state}", kind.as_str()))
            }
        }
    }
}

impl Scenario {
    /// Reads a scenario: JSON if it begins with `{`, else TOML.
    ///
    /// # Errors
    ///
    /// What is wrong, and where: the line and the member.
    pub fn read(text: &str) -> Result<Self, String> {
        let scenario: Self = if text.trim_start().starts_with('{') {
            serde_json::from_str(text).map_err(|error| error.to_string())?
        } else {
            toml::from_str(text).map_err(|error| toml_error(text, &error))?
        };
        scenario.checked()
    }

    fn checked(self) -> Result<Self, String> {
        match self.wrong() {
            Some(wrong) => Err(wrong),
            None => Ok(self),
        }
    }

    /// What is wrong with this scenario, if anything.
    pub(crate) fn wrong(&self) -> Option<String> {
        let callers = (1..).zip(&self.caller).find_map(|(number, caller)| {
            caller.wrong().map(|(member, why)| format!("`{member}` of caller {number} {why}"))
        });
        let is_wrong = |callee: &&Callee| callee.rings.is_some_and(|rings| rings.is_negative());
        let callee = self.callee.iter().position(|callee| is_wrong(&callee));
        let callee = callee.map(|index| format!("`rings` of callee {} cannot be negative", index + 1));
        callers.or(callee)
    }
}

/// The shortest time between two calls of a caller.
const SHORTEST: SignedDuration = SignedDuration::from_millis(10);

impl Caller {
    /// The member that is wrong, and why.
    fn wrong(&self) -> Option<(&'static str, &'static str)> {
        if self.every.is_some_and(|every| every < SHORTEST) {
            Some(("every", "must be at least 10 ms"))
        } else if self.after.is_negative() {
            Some(("after", "cannot be negative"))
        } else if self.times.is_some() && self.every.is_none() {
            Some(("times", "needs `every`, the time between two calls"))
        } else {
            None
        }
    }
}

impl Who {
    /// True if one of the names fits. `kind` is the member of an identity set.
    pub(crate) fn fits(&self, kind: &str, names: &[String]) -> bool {
        let pattern = match kind {
            "phone" => &self.phone,
            "user" => &self.user,
            _ => &self.application,
        };
        let Some(pattern) = pattern else { return self == &Self::default() };
        names.iter().any(|name| fits(pattern.as_bytes(), name.as_bytes()))
    }
}

/// True if the text fits the pattern, in which `*` stands for any characters. It takes linear memory and time in proportion
/// to both lengths.
fn fits(pattern: &[u8], text: &[u8]) -> bool {
    let (mut at, mut star) = ((0, 0), None);
    while let Some(byte) = text.get(at.1) {
        match pattern.get(at.0) {
            Some(b'*') => {
                star = Some(at);
                at.0 += 1;
            }
            Some(same) if same.eq_ignore_ascii_case(byte) => at = (at.0 + 1, at.1 + 1),
            Some(_) | None => match star {
                // The last star takes one character more.
                Some((place, taken)) => {
                    star = Some((place, taken + 1));
                    at = (place + 1, taken + 1);
                }
                None => return false,
            },
        }
    }
    pattern.get(at.0..).unwrap_or_default().iter().all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    const EXAMPLE: &str = include_str!("../../tests/http/scenario.toml");

    #[test]
    fn the_example_of_the_contract_is_read_and_survives_json() {
        let scenario = Scenario::read(EXAMPLE).unwrap();
        assert_eq!(scenario.caller[0].then.len(), 4);
        assert_eq!(scenario.callee[0].answer, Answer::Busy);
        assert_eq!(
            scenario.callee[1].answer,
            Answer::Fails { code: 408, subcode: Some(10057), message: None }
        );
        let json = serde_json::to_string(&scenario).unwrap();
        assert_eq!(Scenario::read(&json).unwrap(), scenario);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_line_and_member() {
        for (text, said) in [
            ("[[caller]]\nthen = [{ on = \"estblished\", hangUp = true }]", "line 2"),
            ("[[caller]]\nthen = [{ on = \"estblished\", hangUp = true }]", "`established`"),
            ("[[caller]]\nthen = [{ on = \"established\" }]", "a step does one thing"),
            ("[[caller]]\nthen = [{ hangUp = true, speak = \"1s\" }]", "a step does one thing"),
            ("[[callee]]\nanswr = \"busy\"", "`answr`"),
            ("{\"caller\":[{\"nme\":1}]}", "line 1 column"),
            ("[[caller]]\nevery = \"0s\"", "at least 10 ms"),
            ("[[caller]]\nafter = \"-1s\"", "`after` of caller 1 cannot be negative"),
            ("[[caller]]\n[[caller]]\ntimes = 2", "`times` of caller 2 needs `every`"),
            ("[[callee]]\nrings = \"-1s\"", "`rings` of callee 1 cannot be negative"),
        ] {
            let error = Scenario::read(text).unwrap_err();
            assert!(error.contains(said), "{text}: {error}");
        }
    }

    #[test]
    fn stars_stand_for_any_characters() {
        for (pattern, text, is_fit) in [
            ("+1*", "+15550100", true),
            ("+1*", "+49", false),
            ("*100", "+15550100", true),
            ("a*b*c", "a--b--b--c", true),
            ("a*b*c", "a--c--b", false),
            ("", "", true),
            ("*", "", true),
        ] {
            assert_eq!(fits(pattern.as_bytes(), text.as_bytes()), is_fit, "{pattern} {text}");
        }
    }
}
