//! The stack is a list: each node knows the one below it. What drops that must
//! not go from one to the next by calling itself.

use check::{Node, Out};

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    path: Option<Box<Link<'a>>>,
}

/// A node whose number is still to come, and those that come after it.
struct Link<'a> {
    node: Node<'a>,
    below: Option<Box<Link<'a>>>,
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        let mut walk = Walk { path: None };
        walk.go_left(root);
        walk
    }

    fn go_left(&mut self, mut part: Option<Node<'a>>) {
        while let Some(node) = part {
            let below = self.path.take();
            self.path = Some(Box::new(Link { node, below }));
            part = node.left();
        }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let link = *self.path.take()?;
        self.path = link.below;
        self.go_left(link.node.right());
        Some(link.node.number())
    }
}

impl Drop for Walk<'_> {
    fn drop(&mut self) {
        while let Some(link) = self.path.take() {
            self.path = link.below;
        }
    }
}

/// The same walk, which hands out what the other one gives.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    for number in Walk::new(root) {
        out.hand_out(number).await;
    }
}

#[path = "tree-walk/check.rs"]
mod check;
