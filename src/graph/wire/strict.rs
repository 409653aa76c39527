//! Reads the JSON of requests. A value must have the kind that the documentation gives its member: a number in quotes and a
//! single item in place of a list are mismatches. Unknown members are kept, as in everything that is read.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use serde_json::Value;
use serde_json::value::RawValue;

use super::misfit::Kind;
use super::source::{Array, Failed, Kept, Object, Place, Scalar};

/// A place that takes values of its own kind only.
pub(crate) struct Strict<'p>(pub(crate) &'p mut dyn Place);

impl Place for Strict<'_> {
    fn kind(&self) -> Kind {
        self.0.kind()
    }

    fn scalar(&mut self, scalar: Scalar<'_>) -> Kept {
        match kind(scalar) {
            Some(kind) if kind != self.kind() => Kept::mismatch(scalar),
            Some(_) | None => self.0.scalar(scalar),
        }
    }

    fn object(&mut self, object: &mut dyn Object) -> Result<Kept, Failed> {
        if self.kind() != Kind::Object {
            return object.rest().map(Kept::mismatch);
        }
        self.0.object(&mut StrictObject(object))
    }

    fn array(&mut self, array: &mut dyn Array) -> Result<Kept, Failed> {
        if self.kind() != Kind::Array {
            return array.rest().map(Kept::mismatch);
        }
        self.0.array(&mut StrictArray(array))
    }
}

/// The kind of a value; `None` for null, which every place takes.
const fn kind(scalar: Scalar<'_>) -> Option<Kind> {
    match scalar {
        Scalar::Null => None,
        Scalar::Bool(_) => Some(Kind::Bool),
        Scalar::Integer(_) | Scalar::Large(_) | Scalar::Float(_) => Some(Kind::Number),
        Scalar::Text(_) => Some(Kind::Text),
    }
}

/// An object whose members are read strictly.
struct StrictObject<'o>(&'o mut dyn Object);

impl Object for StrictObject<'_> {
    fn name(&mut self, take: &mut dyn FnMut(&str)) -> Result<bool, Failed> {
        self.0.name(take)
    }

    fn value(&mut self, place: &mut dyn Place) -> Result<Kept, Failed> {
        self.0.value(&mut Strict(place))
    }

    fn json(&mut self) -> Result<Value, Failed> {
        self.0.json()
    }

    fn text(&mut self) -> Result<Box<RawValue>, Failed> {
        self.0.text()
    }

    fn rest(&mut self) -> Result<Value, Failed> {
        self.0.rest()
    }

    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed {
        self.0.fail(why)
    }
}

/// An array whose items are read strictly.
struct StrictArray<'a>(&'a mut dyn Array);

impl Array for StrictArray<'_> {
    fn item(&mut self, place: &mut dyn Place) -> Result<Option<Kept>, Failed> {
        self.0.item(&mut Strict(place))
    }

    fn rest(&mut self) -> Result<Vec<Value>, Failed> {
        self.0.rest()
    }

    fn fail(&mut self, why: fmt::Arguments<'_>) -> Failed {
        self.0.fail(why)
    }
}
