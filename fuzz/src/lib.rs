//! The checks of the fuzz targets, as plain functions of bytes. A check panics if a promise is broken.

mod calls;
mod lines;
mod logs;
mod probe;
mod routes;
mod wire;

#[cfg(fuzzing)]
pub use libfuzzer_sys;

pub use lines::lines;
pub use logs::{events, notifications, sdk_log};
pub use routes::routes;
pub use wire::wire;

/// A fuzz target, by the name of the binary.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("events", events),
    ("notifications", notifications),
    ("sdk_log", sdk_log),
    ("wire", wire),
    ("routes", routes),
    ("lines", lines),
];

/// The main function of a target. Without a fuzzer it reads the files that are passed as arguments, to
/// reproduce a crash.
#[macro_export]
macro_rules! target {
    ($name:ident) => {
        #[cfg(fuzzing)]
        $crate::libfuzzer_sys::fuzz_target!(|input: &[u8]| $crate::$name(input));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for file in std::env::args_os().skip(1) {
                $crate::$name(&std::fs::read(file)?);
            }
            Ok(())
        }
    };
}
