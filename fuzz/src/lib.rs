//! What the fuzz targets check, as plain functions of bytes: a broken promise is a panic.

mod bulk;
mod calls;
mod lines;
mod logs;
mod probe;
mod routes;
mod wire;

#[cfg(fuzzing)]
pub use libfuzzer_sys;

pub use bulk::{bulk, shapes};
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
    ("bulk", bulk),
    ("shapes", shapes),
];

/// The binary of a target. Without a fuzzer it takes the files that it is given, to see a crash again.
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
