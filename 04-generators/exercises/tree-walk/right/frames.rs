//! The stack has what a recursive function would have on the thread's: a node
//! for each call, and how far that call is. The generator makes the iterator
//! hand out.

use check::{Node, Out};

/// A walk through a tree, in its order.
pub struct Walk<'a> {
    calls: Vec<(Node<'a>, Stage)>,
}

#[derive(Clone, Copy)]
enum Stage {
    Begins,
    LeftIsDone,
    NumberIsOut,
}

impl<'a> Walk<'a> {
    /// Stands before the first number.
    pub fn new(root: Option<Node<'a>>) -> Walk<'a> {
        Walk { calls: root.map(|it| (it, Stage::Begins)).into_iter().collect() }
    }
}

impl Iterator for Walk<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        while let Some((node, stage)) = self.calls.last_mut() {
            let node = *node;
            match stage {
                Stage::Begins => {
                    *stage = Stage::LeftIsDone;
                    let left = node.left().map(|it| (it, Stage::Begins));
                    self.calls.extend(left);
                }
                Stage::LeftIsDone => {
                    *stage = Stage::NumberIsOut;
                    return Some(node.number());
                }
                Stage::NumberIsOut => {
                    self.calls.pop();
                    let right = node.right().map(|it| (it, Stage::Begins));
                    self.calls.extend(right);
                }
            }
        }
        None
    }
}

/// The same walk, by the iterator.
pub async fn walk(root: Option<Node<'_>>, out: &Out) {
    for number in Walk::new(root) {
        out.hand_out(number).await;
    }
}

#[path = "tree-walk/check.rs"]
mod check;
