//! The members of a resource, which are absent, null or have a value, and the rules that combine two versions
//! of one resource.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;
use core::hash::{Hash, Hasher};

use serde::ser::SerializeMap;
use serde_json::Value;

/// One member of a resource: absent from the JSON, null, or with a value.
///
/// The difference matters because Graph sends deltas, which hold only the changed members. An absent member
/// is unchanged. A null member is now empty.
///
/// ```
/// use callfold::graph::{Call, Member};
///
/// let delta: Call = callfold::serde_json::from_str(r#"{"subject":"Stand-up","source":null}"#)?;
/// assert_eq!(delta.subject.value().map(String::as_str), Some("Stand-up"));
/// assert_eq!(delta.source, Member::Null);
/// assert!(delta.targets.is_absent());
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "JSON has no fourth case")]
pub enum Member<T> {
    /// The JSON does not have the member. In a delta this means that the member is unchanged.
    #[default]
    Absent,
    /// The JSON has the member, and it is null.
    Null,
    /// The JSON has the member, with this value.
    Value(T),
}

impl<T> Member<T> {
    /// The value, or `None` if the member is absent or null.
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// Converts the member into its value, or into `None` if the member is absent or null.
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// True if the JSON does not have the member. A null member is not absent.
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Returns the member and leaves [`Member::Absent`] in its place.
    pub const fn take(&mut self) -> Self {
        core::mem::replace(self, Self::Absent)
    }
}

impl<T> From<T> for Member<T> {
    fn from(value: T) -> Self {
        Self::Value(value)
    }
}

impl<T> From<Option<T>> for Member<T> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Absent, Self::Value)
    }
}

/// The unknown members of a resource, and the members whose value does not fit their type. They are stored by
/// name, with their values unchanged, and are written back to JSON.
///
/// `Debug` shows only the names, because an unknown member may hold a secret.
///
/// ```
/// use callfold::graph::ResultInfo;
///
/// let result: ResultInfo = callfold::serde_json::from_str(r#"{"code":200,"retryAfter":5}"#)?;
/// assert_eq!(result.other["retryAfter"], 5);
/// assert_eq!(format!("{:?}", result.other), "[\"retryAfter\"]");
/// # Ok::<(), callfold::serde_json::Error>(())
/// ```
#[derive(Clone, Default)]
#[expect(clippy::box_collection, reason = "an empty map would take three times the room")]
pub struct Other(
    /// Most resources have none, and then take the room of a pointer only.
    Option<Box<BTreeMap<String, Value>>>,
);

static NONE: BTreeMap<String, Value> = BTreeMap::new();

impl core::ops::Deref for Other {
    type Target = BTreeMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        self.0.as_deref().unwrap_or(&NONE)
    }
}

impl core::ops::DerefMut for Other {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Other {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Eq for Other {}

impl Hash for Other {
    fn hash<H: Hasher>(&self, state: &mut H) {
        (**self).hash(state);
    }
}

impl From<BTreeMap<String, Value>> for Other {
    fn from(members: BTreeMap<String, Value>) -> Self {
        Self((!members.is_empty()).then(|| members.into()))
    }
}

impl Other {
    pub(crate) const NONE: Self = Self(None);

    /// Moves all members of another resource into this one. They replace members of the same name.
    pub(crate) fn append(&mut self, theirs: &mut Self) {
        // Appending one map to another would build both anew.
        if self.is_empty() {
            *self = core::mem::take(theirs);
        } else {
            self.extend(core::mem::take(theirs).0.into_iter().flat_map(|members| *members));
        }
    }

    /// Writes the members, but for those that are written already.
    pub(crate) fn write<M: SerializeMap>(
        &self,
        map: &mut M,
        is_written: impl Fn(&str) -> bool,
    ) -> Result<(), M::Error> {
        self.iter()
            .filter(|(name, _)| !is_written(name))
            .try_for_each(|(name, value)| map.serialize_entry(name, value))
    }

    /// Removes a member, if it is there.
    pub(crate) fn drop_member(&mut self, name: &str) {
        if !self.is_empty() {
            self.remove(name);
        }
    }

    /// Keeps the members for which `is_kept` is true, and removes the others.
    pub(crate) fn keep(&mut self, is_kept: impl Fn(&str, &Value) -> bool) {
        if self.is_empty() {
            return;
        }
        self.retain(|name, value| is_kept(name, value));
        // An emptied map would keep its allocation.
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys()).finish()
    }
}

/// A resource that can be combined with another version of the same resource, member by member.
pub(crate) trait Members {
    /// Applies a rule to each pair of members.
    fn pair<R: Rule>(&mut self, theirs: &Self, rule: R);

    /// Does what [`Merge`] does, but moves the members out of `theirs` instead of cloning them.
    fn take_over(&mut self, theirs: &mut Self);

    /// Does what [`Merge`] does. It moves the members if nobody else holds `theirs`, and else clones them.
    fn merge(&mut self, theirs: Arc<Self>)
    where
        Self: Sized,
    {
        match Arc::try_unwrap(theirs) {
            Ok(mut own) => self.take_over(&mut own),
            Err(shared) => self.pair(&shared, Merge),
        }
    }

    /// True if `theirs` has a member with another value, or a member that `self` does not have.
    fn lacks(&self, theirs: &Self) -> bool;

    /// True if the resource has no members besides `@odata.type`.
    fn is_silent(&self) -> bool;
}

/// A rule that combines a member of one version (`mine`) with the same member of another version (`theirs`).
pub(crate) trait Rule {
    fn member<T: Clone + PartialEq>(&mut self, name: &'static str, mine: &mut Member<T>, theirs: &Member<T>);
    fn other(&mut self, mine: &mut Other, theirs: &Other);
}

/// Removes the members that are not in a list. A listed member whose value does not fit its type stays, because it counts in
/// the order of deltas.
pub(crate) struct Only(pub(crate) &'static [&'static str]);

impl Rule for Only {
    fn member<T: Clone + PartialEq>(&mut self, name: &'static str, mine: &mut Member<T>, _: &Member<T>) {
        if !mine.is_absent() && !self.0.contains(&name) {
            mine.take();
        }
    }

    fn other(&mut self, mine: &mut Other, _: &Other) {
        mine.keep(|name, _| self.0.contains(&name));
    }
}

/// Applies a delta: a member that is present in `theirs` replaces the one in `mine`.
pub(crate) struct Merge;

impl Rule for Merge {
    fn member<T: Clone + PartialEq>(&mut self, _: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        if !theirs.is_absent() && mine != theirs {
            mine.clone_from(theirs);
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        if theirs.is_empty() {
            return;
        }
        mine.extend(theirs.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// Applies a numbered delta: a member of `theirs` replaces the one in `mine`, unless a newer delta has
/// already changed that member.
pub(crate) struct Ordered<'a> {
    pub(crate) sequence: i64,
    /// For each member, the number of the newest delta that had the member.
    pub(crate) newest: &'a mut BTreeMap<String, i64>,
}

impl Ordered<'_> {
    fn takes(&mut self, name: &str) -> bool {
        let is_newer = self.newest.get(name).is_none_or(|newest| *newest < self.sequence);
        if is_newer {
            self.newest.insert(name.into(), self.sequence);
        }
        is_newer
    }
}

/// Changes nothing, and finds out whether [`Ordered`] would replace a member.
pub(crate) struct Newer<'a> {
    pub(crate) sequence: i64,
    pub(crate) newest: &'a BTreeMap<String, i64>,
    pub(crate) is_news: &'a mut bool,
}

impl Newer<'_> {
    fn look(&mut self, name: &str) {
        *self.is_news |= self.newest.get(name).is_none_or(|newest| *newest < self.sequence);
    }
}

impl Rule for Newer<'_> {
    fn member<T: Clone + PartialEq>(&mut self, name: &'static str, _: &mut Member<T>, theirs: &Member<T>) {
        if !theirs.is_absent() {
            self.look(name);
        }
    }

    fn other(&mut self, _: &mut Other, theirs: &Other) {
        theirs.keys().for_each(|name| self.look(name));
    }
}

impl Rule for Ordered<'_> {
    fn member<T: Clone + PartialEq>(&mut self, name: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        if !theirs.is_absent() && self.takes(name) && mine != theirs {
            mine.clone_from(theirs);
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        for (name, value) in theirs.iter() {
            if self.takes(name) {
                mine.insert(name.clone(), value.clone());
            }
        }
    }
}

/// Keeps in `mine` only the members whose values differ from those in `theirs`.
pub(crate) struct News;

impl Rule for News {
    fn member<T: Clone + PartialEq>(&mut self, _: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        if !mine.is_absent() && mine.value() == theirs.value() {
            *mine = Member::Absent;
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        mine.keep(|name, value| theirs.get(name) != Some(value));
    }
}

/// Keeps in `mine` only the members that are absent in `theirs`.
pub(crate) struct Unknown;

impl Rule for Unknown {
    fn member<T: Clone + PartialEq>(&mut self, _: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        // A null member in `theirs` counts as known: it is empty.
        if mine.value().is_none() || !theirs.is_absent() {
            *mine = Member::Absent;
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        mine.keep(|name, _| !theirs.contains_key(name));
    }
}
