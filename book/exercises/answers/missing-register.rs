//! All answers of ours to this exercise, right and wrong. The tests of
//! `exercises` write them there: `cargo test -p exercises answer`.

include!("../../../target/answers/missing-register/main.rs");
