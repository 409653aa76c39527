//! One function for each rule. A function returns an error if the store breaks the rule.

mod appending;
mod deleting;
mod leasing;
mod noting;
mod reading;
mod restarting;
mod stealing;
mod together;
mod waiting;

pub use self::appending::*;
pub use self::deleting::*;
pub use self::leasing::*;
pub use self::noting::*;
pub use self::reading::*;
pub use self::restarting::*;
pub use self::stealing::*;
pub use self::together::*;
pub use self::waiting::*;
