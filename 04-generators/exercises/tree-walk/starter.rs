//! Exercise: a tree walk, twice.
//!
//!     cargo test -p generators --test tree-walk
//!
//! A tree has a number in each node. In its order comes first all that is on
//! the left of a node, then the node's own number, then all on its right. Write
//! that once as an iterator, with a stack of your own, and once as a generator.
//! As it stands, both hand out nothing.

use check::{Node, Out};

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    root: Option<Node<'a>>,
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        Walk { root }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    /// Goes on to the next number. It never calls itself: the tree may be a
    /// hundred thousand nodes deep.
    fn next(&mut self) -> Option<u32> {
        let _not_used_yet = self.root;
        None
    }
}

/// The same walk: it hands out one number after another, and pauses each time.
/// Here the tree is some hundred nodes deep, at most.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    let _not_used_yet = (root, out);
}

#[path = "tree-walk/check.rs"]
mod check;
