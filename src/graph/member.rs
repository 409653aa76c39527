//! Members of a resource: absent, null or told; and what two readings of one resource make together.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use serde_json::Value;

/// One member of a resource as the JSON had it.
///
/// Graph sends deltas: an absent member is unchanged, a null one is told to be empty.
///
/// ```
/// use callfold::graph::Member;
///
/// let subject: Member<String> = Some("Stand-up".to_owned()).into();
/// assert_eq!(subject.value().map(String::as_str), Some("Stand-up"));
/// assert!(Member::<String>::default().is_absent());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "JSON knows no fourth way")]
pub enum Member<T> {
    /// The member is not there: unchanged, or never told.
    #[default]
    Absent,
    /// The member is there and null.
    Null,
    /// The member is there.
    Value(T),
}

impl<T> Member<T> {
    /// The value, where one is told.
    ///
    /// ```
    /// # use callfold::graph::Member;
    /// assert_eq!(Member::Value(1).value(), Some(&1));
    /// assert_eq!(Member::<i32>::Null.value(), None);
    /// ```
    pub const fn value(&self) -> Option<&T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// The value itself, where one is told.
    ///
    /// ```
    /// # use callfold::graph::Member;
    /// assert_eq!(Member::Value(1).into_value(), Some(1));
    /// ```
    pub fn into_value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// True where the JSON does not have the member at all.
    ///
    /// ```
    /// # use callfold::graph::Member;
    /// assert!(!Member::<i32>::Null.is_absent());
    /// ```
    pub const fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }

    /// Takes the member out and leaves it absent.
    ///
    /// ```
    /// # use callfold::graph::Member;
    /// let mut code = Member::Value(200);
    /// assert_eq!(code.take(), Member::Value(200));
    /// assert!(code.is_absent());
    /// ```
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

/// The members that the type does not know, or whose value does not fit it, by name, as they came.
///
/// `Debug` shows their names alone: an unknown member may hold a secret.
///
/// ```
/// use callfold::graph::ResultInfo;
///
/// let result: ResultInfo = serde_json::from_str(r#"{"code":200,"retryAfter":5}"#)?;
/// assert_eq!(result.other["retryAfter"], 5);
/// assert_eq!(format!("{:?}", result.other), "[\"retryAfter\"]");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Other(pub BTreeMap<String, Value>);

impl core::ops::Deref for Other {
    type Target = BTreeMap<String, Value>;

    fn deref(&self) -> &Self::Target {
        &self.0
    }
}

impl core::ops::DerefMut for Other {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0
    }
}

impl Other {
    /// Leaves the members of which `stays` is true.
    pub(crate) fn keep(&mut self, presences: impl Fn(&str, &Value) -> bool) {
        if self.is_empty() {
            return;
        }
        self.retain(|name, value| presences(name, value));
        // A map that was emptied would hold on to its room.
        if self.is_empty() {
            *self = Self::default();
        }
    }
}

impl fmt::Debug for Other {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.keys()).finish()
    }
}

/// A resource whose members can be paired with another reading of the same resource.
pub(crate) trait Members {
    /// Applies a rule to each pair of members.
    fn pair<R: Rule>(&mut self, theirs: &Self, rule: R);

    /// Moves the members that are present in theirs into mine.
    fn take_over(&mut self, theirs: &mut Self);

    /// Does what [`Merge`] does. It moves members out of theirs if nobody else holds theirs, and else copies them.
    fn merge(&mut self, theirs: Arc<Self>)
    where
        Self: Sized,
    {
        match Arc::try_unwrap(theirs) {
            Ok(mut own) => self.take_over(&mut own),
            Err(shared) => self.pair(&shared, Merge),
        }
    }

    /// True where theirs says something else, or something more.
    fn lacks(&self, theirs: &Self) -> bool;

    /// True where nothing at all is told.
    fn is_silent(&self) -> bool;
}

/// What becomes of a member (mine) beside the same member of another reading (theirs).
pub(crate) trait Rule {
    fn member<T: Clone + PartialEq>(&mut self, name: &'static str, mine: &mut Member<T>, theirs: &Member<T>);
    fn other(&mut self, mine: &mut Other, theirs: &Other);
}

/// A delta: what is present in theirs replaces mine.
pub(crate) struct Merge;

impl Rule for Merge {
    fn member<T: Clone + PartialEq>(&mut self, _: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        if !theirs.is_absent() && mine != theirs {
            mine.clone_from(theirs);
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        mine.extend(theirs.iter().map(|(name, value)| (name.clone(), value.clone())));
    }
}

/// A numbered delta: theirs replaces mine, member by member, where nothing newer spoke of the member.
pub(crate) struct Ordered<'a> {
    pub(crate) sequence: i64,
    /// The newest delta that spoke of each member.
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

/// Leaves in mine what theirs does not say already.
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

/// Leaves in mine what theirs does not know at all.
pub(crate) struct Unknown;

impl Rule for Unknown {
    fn member<T: Clone + PartialEq>(&mut self, _: &'static str, mine: &mut Member<T>, theirs: &Member<T>) {
        // What was told to be empty is known.
        if mine.value().is_none() || !theirs.is_absent() {
            *mine = Member::Absent;
        }
    }

    fn other(&mut self, mine: &mut Other, theirs: &Other) {
        mine.keep(|name, _| !theirs.contains_key(name));
    }
}
