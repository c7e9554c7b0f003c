//! Nothing is looked at before the first `next`. The generator has a loop
//! instead of its second call.

use check::{Node, Out};
use std::pin::Pin;

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    part: Option<Node<'a>>,
    path: Vec<Node<'a>>,
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        Walk { part: root, path: Vec::new() }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while let Some(node) = self.part {
            self.path.push(node);
            self.part = node.left();
        }
        let node = self.path.pop()?;
        self.part = node.right();
        Some(node.number())
    }
}

/// The same walk; what is on the left is walked in a box.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    let mut part = root;
    while let Some(node) = part {
        if let left @ Some(_) = node.left() {
            let inner: Pin<Box<dyn Future<Output = ()>>> =
                Box::pin(walk(left, out));
            inner.await;
        }
        out.hand_out(node.number()).await;
        part = node.right();
    }
}

#[path = "tree-walk/check.rs"]
mod check;
