//! 0-1 · Meet the slow site: every page is correct, and late.
//!
//!     cargo run -p lab --bin 0-1-meet-the-slow-site
//!
//! Open the address in a browser and follow a link. Ctrl-C ends the site.

use lab::Site;

fn main() {
    let site = Site::start();

    // After that it prints a line for each page that is asked for.
    site.stay(|url| {
        println!("{url}");
        println!(
            "Open it, or: curl -o /dev/null -w '%{{time_total}}\\n' {url}"
        );
    });
}
