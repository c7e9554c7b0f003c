//! All answers of ours to the exercises of a rung, right and wrong. The
//! tests of `exercises` write them there: `cargo test -p exercises answer`.

include!("../../../target/answers/own-executor/main.rs");
