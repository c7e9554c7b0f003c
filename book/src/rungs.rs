//! What the rungs say of themselves.
//!
//! The reader depends on no rung's package, or its first page would have to
//! wait until all of them are built: so their files are included here.

use command_line::{Fault, Rung};

#[path = "../../03-callbacks/src/rung.rs"]
mod callbacks;
#[path = "../../04-generators/src/rung.rs"]
mod generators;
#[path = "../../00-lab/src/rung.rs"]
mod lab;
#[path = "../../05-own-executor/src/rung.rs"]
mod own_executor;
#[path = "../../02-processes/src/rung.rs"]
mod processes;
#[path = "../../01-threads/src/rung.rs"]
mod threads;
#[path = "../../06-tokio/src/rung.rs"]
mod with_tokio;

/// All of them, from the lowest up.
pub const RUNGS: [Rung; 7] = [
    lab::RUNG,
    threads::RUNG,
    processes::RUNG,
    callbacks::RUNG,
    generators::RUNG,
    own_executor::RUNG,
    with_tokio::RUNG,
];

/// The rung whose package this is.
pub fn rung(package: &str) -> Option<&'static Rung> {
    RUNGS.iter().find(|rung| rung.name == package)
}

#[cfg(test)]
mod tests {
    use super::*;
    use exercises::Tree;

    #[test]
    fn every_rung_of_the_workspace_is_here_in_its_order() {
        let tree = Tree::here();
        let there = tree.rungs.iter().map(|rung| rung.package.as_str());
        let here = RUNGS.iter().map(|rung| rung.name);
        assert!(there.clone().eq(here), "{:?}", there.collect::<Vec<_>>());
    }
}
