//! The roster after each event, under the keys of the page. The key of a participant without an id is its place among
//! those who are present.

use std::collections::BTreeMap;

use callfold::call::Call;
use callfold::graph::Participant;

use super::super::text::shown;
use crate::history::steps::Changed;

/// The changed participants by key; `None` for those who left.
pub(super) type Changes = BTreeMap<String, Option<String>>;

#[derive(Default)]
pub(super) struct Roster {
    /// The names by key.
    names: BTreeMap<String, String>,
    /// The keys of the present participants, by number.
    keys: BTreeMap<usize, Key>,
    /// How many of these keys are places.
    places: usize,
}

#[derive(Clone, PartialEq)]
struct Key {
    is_place: bool,
    key: String,
}

/// A participant whose key or name changed.
struct Change {
    number: usize,
    before: Option<Key>,
    after: Option<(Key, String)>,
}

impl Roster {
    pub(super) fn change(&mut self, call: &Call, changed: &Changed) -> Changes {
        let plan = changed.participants(call).map(|(number, one)| self.plan(number, one));
        match plan.collect::<Option<Vec<_>>>() {
            Some(plan) if self.is_apart(&plan) => self.take(plan),
            Some(_) | None => self.read(call, changed),
        }
    }

    /// The change of one participant; `None` if it can change the keys of others.
    fn plan(&self, number: usize, one: &Participant) -> Option<Change> {
        let before = self.keys.get(&number).cloned();
        if !one.removed_state.is_absent() {
            return Some(Change { number, before, after: None });
        }
        let key = match (one.id.value(), &before) {
            (Some(id), _) => Key { is_place: false, key: shown(&id.to_string()) },
            (None, Some(before)) if before.is_place => before.clone(),
            (None, None) if self.keys.is_empty() || self.is_last(number) => place(self.keys.len()),
            (None, Some(_) | None) => return None,
        };
        Some(Change { number, before, after: Some((key, name(one))) })
    }

    fn is_last(&self, number: usize) -> bool {
        self.keys.last_key_value().is_none_or(|(last, _)| *last < number)
    }

    /// True if the changes leave the keys of all others as they are, and each key has one participant.
    fn is_apart(&self, plan: &[Change]) -> bool {
        let is_new = |change: &Change, key: &Key| {
            change.before.as_ref() == Some(key) || !self.names.contains_key(&key.key)
        };
        let joins = plan.iter().filter(|change| change.before.is_none() && change.after.is_some()).count();
        let keeps_places = plan.iter().all(|change| match (&change.before, &change.after) {
            (Some(_), None) => false,
            (None, Some(_)) => joins == 1 && self.is_last(change.number),
            (Some(_), Some(_)) | (None, None) => true,
        });
        let has_places = self.places > 0
            || plan.iter().any(|change| change.after.as_ref().is_some_and(|(key, _)| key.is_place));
        let mut keys = plan.iter().filter_map(|change| Some((change, &change.after.as_ref()?.0)));
        self.names.len() == self.keys.len()
            && (keeps_places || !has_places)
            && keys.all(|(change, key)| is_new(change, key))
    }

    fn take(&mut self, plan: Vec<Change>) -> Changes {
        let mut changes = Changes::new();
        for Change { number, before, after } in plan {
            let was = before.as_ref().and_then(|before| self.names.remove(&before.key));
            self.keys.remove(&number);
            self.places -= usize::from(before.as_ref().is_some_and(|before| before.is_place));
            let kept = after.as_ref().zip(before.as_ref()).is_some_and(|((key, _), before)| key == before);
            if let Some(before) = before.filter(|_| !kept) {
                changes.insert(before.key, None);
            }
            if let Some((key, name)) = after {
                if !kept || was.as_ref() != Some(&name) {
                    changes.insert(key.key.clone(), Some(name.clone()));
                }
                self.names.insert(key.key.clone(), name);
                self.places += usize::from(key.is_place);
                self.keys.insert(number, key);
            }
        }
        changes
    }

    /// Reads the whole roster.
    fn read(&mut self, call: &Call, changed: &Changed) -> Changes {
        for (number, one) in changed.participants(call) {
            if one.removed_state.is_absent() {
                self.keys.entry(number).or_insert_with(|| place(0));
            } else {
                self.keys.remove(&number);
            }
        }
        let mut now = BTreeMap::new();
        for (at, (key, one)) in self.keys.values_mut().zip(call.participants()).enumerate() {
            let id = one.id.value().map(|id| Key { is_place: false, key: shown(&id.to_string()) });
            *key = id.unwrap_or_else(|| place(at));
            now.insert(key.key.clone(), name(one));
        }
        self.places = self.keys.values().filter(|key| key.is_place).count();
        self.replace(now)
    }

    /// The parties of a call, as long as it has no roster.
    pub(super) fn be(&mut self, parties: &[String]) -> Changes {
        self.replace((0..).zip(parties).map(|(at, name)| (place(at).key, shown(name))).collect())
    }

    fn replace(&mut self, now: BTreeMap<String, String>) -> Changes {
        let gone = self.names.keys().filter(|key| !now.contains_key(*key)).map(|key| (key.clone(), None));
        let mut changes: Changes = gone.collect();
        let new = now.iter().filter(|(key, name)| self.names.get(*key) != Some(name));
        changes.extend(new.map(|(key, name)| (key.clone(), Some(name.clone()))));
        self.names = now;
        changes
    }
}

fn place(at: usize) -> Key {
    Key { is_place: true, key: format!("#{at}") }
}

fn name(participant: &Participant) -> String {
    let marks = [
        (participant.is_muted.value() == Some(&true), "muted"),
        (participant.is_in_lobby.value() == Some(&true), "in the lobby"),
    ];
    let marks: Vec<_> = marks.into_iter().filter(|(is, _)| *is).map(|(_, mark)| mark).collect();
    let name = shown(&participant.name());
    if marks.is_empty() { name } else { format!("{name} ({})", marks.join(", ")) }
}
