//! {number} · WRITE: the idea, in one sentence.
//!
//!     cargo run -p {package} --bin {name}
//!
//! WRITE: what to look at when it runs.

use lab::{Failure, Site, fetch};

fn main() -> Result<(), Failure> {
    let site = Site::start();
    println!("{}", fetch(&site.page(0))?);
    site.finish();
    Ok(())
}
