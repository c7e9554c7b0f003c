//! The stack has what is still to come: parts of the tree, and single numbers.

use check::{Node, Out};

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    to_come: Vec<ToCome<'a>>,
}

enum ToCome<'a> {
    Part(Node<'a>),
    Number(Node<'a>),
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        Walk { to_come: root.map(ToCome::Part).into_iter().collect() }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        loop {
            match self.to_come.pop()? {
                ToCome::Number(node) => return Some(node.number()),
                ToCome::Part(node) => {
                    self.to_come.extend(node.right().map(ToCome::Part));
                    self.to_come.push(ToCome::Number(node));
                    self.to_come.extend(node.left().map(ToCome::Part));
                }
            }
        }
    }
}

/// The same, and the stack is in the value of this function.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    let mut path = Vec::new();
    let mut part = root;
    loop {
        while let Some(node) = part {
            path.push(node);
            part = node.left();
        }
        let Some(node) = path.pop() else { return };
        out.hand_out(node.number()).await;
        part = node.right();
    }
}

#[path = "tree-walk/check.rs"]
mod check;
