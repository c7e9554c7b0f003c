//! All answers of ours to the exercises of this rung, right and wrong. Tests of
//! the book write them there and judge them: `cargo test -p book answer`.

include!("../../target/answers/callbacks/main.rs");
