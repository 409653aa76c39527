//! What `callfold` knows, in forms for people and for other tools: text goes out, nothing is read, and nothing is opened.
//!
//! ```
//! use callfold::chart::Chart;
//! use callfold_view::chart;
//!
//! let picture = chart::svg(Chart::Call, None);
//! assert!(picture.starts_with("<svg "));
//! ```

pub mod chart;
pub mod page;
mod spot;
pub mod story;
pub mod timeline;
pub mod words;
