//! Renders what `callfold` knows: lifecycle charts, timelines of calls, HTML pages. Every function returns or writes text;
//! nothing reads a file or uses a network.
//!
//! ```
//! use callfold::chart::Chart;
//! use callfold_view::chart;
//!
//! let picture = chart::svg(Chart::Call, None);
//! assert!(picture.starts_with("<svg "));
//! ```

mod anchor;
pub mod call_json;
pub mod chart;
pub mod describe;
pub mod history;
pub mod list;
pub mod page;
pub mod printable;
pub mod timeline;
