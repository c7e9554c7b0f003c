//! Solution: a tree walk, twice.
//!
//! Where a walk stands is the path to it: the nodes whose left side it is in,
//! or has just left. The iterator keeps that path in a stack of its own. The
//! generator has it in the calls of `walk` that have not come to their end,
//! each of which is a value in the one that calls it.

use check::{Node, Out};

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    /// The nodes whose numbers are still to come and whose left side is done,
    /// or under way. The next one is on top.
    path: Vec<Node<'a>>,
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        let mut walk = Walk { path: Vec::new() };
        walk.go_left(root);
        walk
    }

    /// Goes to the first number of a part of the tree.
    fn go_left(&mut self, mut part: Option<Node<'a>>) {
        while let Some(node) = part {
            self.path.push(node);
            part = node.left();
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    /// Goes on to the next number. It never calls itself: the tree may be a
    /// hundred thousand nodes deep.
    fn next(&mut self) -> Option<u32> {
        let node = self.path.pop()?;
        self.go_left(node.right());
        Some(node.number())
    }
}

/// The same walk: it hands out one number after another, and pauses each time.
/// Here the tree is some hundred nodes deep, at most.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    let Some(node) = root else { return };
    // In a box: a value cannot be a part of itself.
    Box::pin(walk(node.left(), out)).await;
    out.hand_out(node.number()).await;
    Box::pin(walk(node.right(), out)).await;
}

#[path = "tree-walk/check.rs"]
mod check;
