//! Judges `Walk` and `walk`: each hands out the numbers of a tree in its order,
//! one at a time, and goes no further than it is asked for.
//!
//! Ways to be wrong: another order; a side that is left out, or only that of
//! the first node; numbers that are sorted, or not handed out twice though they
//! are there twice; all of the tree is walked through before the first number,
//! or again for each, or some numbers ahead; a walk that another one disturbs;
//! `next` that begins again at the end; `next` that calls itself, or a list
//! whose destructor does, so that a deep tree overflows the stack; a path of
//! fixed length; a number that is taken for a sign. Of the generator also: two
//! numbers in one turn; a pause without a number; something that is not
//! awaited.
//!
//! As shipped: `next` gave None, and it has to be

use super::{Walk, walk};
use lab::Dice;
use std::cell::{Cell, RefCell};
use std::fmt::{self, Display, Formatter};
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use timeline::What;
use trials::judge::{Judge, smallest};

/// How many random trees each run tries.
const TREES: usize = 200;

/// The nodes of the largest of them.
const MOST: usize = 150;

/// How deep the deepest tree is. A call takes a hundred bytes or more, and a
/// thread of a test has two million.
const DEEP: usize = 100_000;

/// How deep the deepest one is that the generator is given.
const DEEP_OF_GENERATOR: usize = 300;

/// How often each node may be looked at, for its number and for each side.
const LOOKS: usize = 12;

/// With this many for each node, a walk does not come to its end.
const ENDLESS: usize = 1_000;

trials::answer!("exercises/tree-walk.rs");

#[test]
fn both_walks_go_through_a_tree_in_order_and_as_far_as_they_are_asked() {
    let judge = Judge::of(ANSWER);
    let mut dice = Dice::random();
    let again = dice.again();
    let any = (0..TREES).map(|n| Tree::random(&mut dice, 2 + n * MOST / TREES));
    for tree in Tree::usual().into_iter().chain(any) {
        // A sign of life, for a machine that is busy.
        timeline::event(What::Run);
        if tree.judge().is_err() {
            let tree = smallest(tree, Tree::smaller, |it| it.judge().is_err());
            let why = tree.judge().expect_err("it was wrong");
            panic!("{}: {tree}: {} {again}", why.kind, why.sentence);
        }
    }
    judge_deep();
    judge.end();
}

/// What is wrong.
struct Why {
    kind: &'static str,
    sentence: String,
}

fn wrong<T>(sentence: String) -> Result<T, Why> {
    Err(Why { kind: "wrong answer", sentence })
}

/// A tree of numbers, which notes how far it is known.
struct Tree {
    nodes: Vec<Place>,
    root: Option<usize>,
    /// How many nodes were handed to the answer.
    known: Cell<usize>,
    /// The latest `since` of them.
    latest: Cell<usize>,
    /// How often a node was asked for something.
    looks: Cell<usize>,
}

#[derive(Clone)]
struct Place {
    number: u32,
    left: Option<usize>,
    right: Option<usize>,
    /// The place in the order from which on it is beside the way: that of the
    /// first number in the part which begins at the node above.
    since: Cell<usize>,
    /// Set if it was handed to the answer.
    is_known: Cell<bool>,
}

impl Place {
    fn new(number: u32, left: Option<usize>, right: Option<usize>) -> Place {
        let (since, is_known) = (Cell::new(0), Cell::new(false));
        Place { number, left, right, since, is_known }
    }
}

/// A node of a tree.
#[derive(Clone, Copy)]
pub struct Node<'a> {
    tree: &'a Tree,
    place: usize,
}

impl<'a> Node<'a> {
    /// Its own number.
    pub fn number(self) -> u32 {
        self.look().number
    }

    /// The node on its left, if there is one.
    pub fn left(self) -> Option<Node<'a>> {
        self.tree.node(self.look().left)
    }

    /// The node on its right, if there is one.
    pub fn right(self) -> Option<Node<'a>> {
        self.tree.node(self.look().right)
    }

    fn look(self) -> &'a Place {
        self.tree.note_look();
        &self.tree.nodes[self.place]
    }
}

/// Where the generator puts what it hands out.
#[derive(Default)]
pub struct Out {
    numbers: RefCell<Vec<u32>>,
}

impl Out {
    /// Hands out a number, and pauses.
    pub async fn hand_out(&self, number: u32) {
        self.numbers.borrow_mut().push(number);
        let mut has_paused = false;
        poll_fn(|_| match has_paused {
            true => Poll::Ready(()),
            false => {
                has_paused = true;
                Poll::Pending
            }
        })
        .await;
    }
}

/// One of the two walks, under way.
enum Walker<'a> {
    Iterator(Box<Walk<'a>>),
    Generator(Pin<Box<dyn Future<Output = ()> + 'a>>, &'a Out),
}

impl Walker<'_> {
    /// The next number, or `None` at the end.
    fn next(&mut self) -> Result<Option<u32>, String> {
        let (walk, out) = match self {
            Walker::Iterator(walk) => return Ok(walk.next()),
            Walker::Generator(walk, out) => (walk, out),
        };
        let mut context = Context::from_waker(Waker::noop());
        let is_over = walk.as_mut().poll(&mut context).is_ready();
        let numbers = out.numbers.take();
        match (&numbers[..], is_over) {
            ([], true) => Ok(None),
            ([number], false) => Ok(Some(*number)),
            ([], false) => Err("paused without a number".to_owned()),
            _ => Err(format!(
                "handed out {numbers:?} and did not pause after each"
            )),
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Walker::Iterator(_) => "`next`",
            Walker::Generator(..) => "`walk`",
        }
    }

    fn gave(&self, number: Option<u32>) -> String {
        match (self, number) {
            (Walker::Iterator(_), _) => format!("`next` gave {number:?}"),
            (_, Some(number)) => format!("`walk` handed out {number}"),
            (_, None) => "`walk` came to its end".to_owned(),
        }
    }
}

impl Tree {
    fn new(nodes: Vec<Place>, root: Option<usize>) -> Tree {
        let (known, latest) = (Cell::new(0), Cell::new(0));
        Tree { nodes, root, known, latest, looks: Cell::new(0) }
    }

    /// Small ones, which show the usual mistakes.
    fn usual() -> Vec<Tree> {
        let node = Place::new;
        let one = node(5, None, None);
        let three = |numbers: [u32; 3]| {
            let [left, middle, right] = numbers;
            let middle = node(middle, Some(1), Some(2));
            vec![middle, node(left, None, None), node(right, None, None)]
        };
        vec![
            Tree::new(vec![], None),
            Tree::new(vec![one], Some(0)),
            Tree::new(three([1, 2, 3]), Some(0)),
            Tree::new(three([5, 5, 4]), Some(0)),
            Tree::lopsided(),
        ]
    }

    /// Each of its nodes is on the same side of the one before.
    fn chain(count: usize, goes_left: bool) -> Tree {
        let node = |place: usize| {
            let next = (place + 1 < count).then_some(place + 1);
            match goes_left {
                true => Place::new(place as u32, next, None),
                false => Place::new(place as u32, None, next),
            }
        };
        Tree::new((0..count).map(node).collect(), Some(0))
    }

    /// Nothing is on the left of its root, and a bush on the right.
    fn lopsided() -> Tree {
        const BUSH: usize = 31;
        let child = |place: usize| (place <= BUSH).then_some(place);
        let node = |place: usize| {
            let (left, right) = match place {
                0 => (None, Some(1)),
                _ => (child(2 * place), child(2 * place + 1)),
            };
            Place::new(1 + place as u32, left, right)
        };
        Tree::new((0..=BUSH).map(node).collect(), Some(0))
    }

    /// One with up to `most` nodes, many of them with the same number.
    fn random(dice: &mut Dice, most: usize) -> Tree {
        let count = dice.below(most + 1);
        let mut nodes: Vec<Place> = Vec::new();
        // Half of them are bushes; the others lean to one side.
        let leans = dice.below(4);
        for place in 0..count {
            nodes.push(Place::new(any_number(dice), None, None));
            // Down from the root, to where there is none yet.
            let mut at = (place > 0).then_some(0);
            while let Some(parent) = at {
                let goes_left = match leans {
                    0 => dice.below(8) > 0,
                    1 => dice.below(8) == 0,
                    _ => dice.below(2) == 0,
                };
                let parent = &mut nodes[parent];
                let side = match goes_left {
                    true => &mut parent.left,
                    false => &mut parent.right,
                };
                at = *side;
                side.get_or_insert(place);
            }
        }
        let root = (count > 0).then_some(0);
        Tree::new(nodes, root)
    }

    /// With a part of it in the place of all, or without a part.
    fn smaller(&self) -> Vec<Tree> {
        let mut all = Vec::new();
        let tree = |nodes, root| Tree::new(nodes, root).without_strangers();
        if let Some(root) = self.root {
            let Place { left, right, .. } = self.nodes[root];
            all.push(tree(self.nodes.clone(), left));
            all.push(tree(self.nodes.clone(), right));
        }
        for place in 0..self.nodes.len() {
            let Place { number, left, right, .. } = self.nodes[place];
            for (is_there, less) in [
                (left.is_some(), Place::new(number, None, right)),
                (right.is_some(), Place::new(number, left, None)),
            ] {
                if is_there {
                    let mut nodes = self.nodes.clone();
                    nodes[place] = less;
                    all.push(tree(nodes, self.root));
                }
            }
        }
        all
    }

    /// The same tree with the nodes alone that are reached from its root.
    fn without_strangers(&self) -> Tree {
        let mut nodes = Vec::new();
        let mut to_copy = Vec::from_iter(self.root);
        let mut places = vec![None; self.nodes.len()];
        while let Some(at) = to_copy.pop() {
            places[at] = Some(nodes.len());
            let place = self.nodes[at].clone();
            to_copy.extend(place.left);
            to_copy.extend(place.right);
            nodes.push(place);
        }
        for node in &mut nodes {
            node.left = node.left.and_then(|at| places[at]);
            node.right = node.right.and_then(|at| places[at]);
        }
        Tree::new(nodes, self.root.and_then(|at| places[at]))
    }

    fn node(&self, place: Option<usize>) -> Option<Node<'_>> {
        let place = place?;
        if !self.nodes[place].is_known.replace(true) {
            let since = self.nodes[place].since.get();
            self.known.update(|known| known + 1);
            self.latest.update(|latest| latest.max(since));
        }
        Some(Node { tree: self, place })
    }

    fn note_look(&self) {
        self.looks.update(|looks| looks + 1);
        assert!(
            self.looks.get() < ENDLESS * self.nodes.len(),
            "wrong answer: {self}: it looks at nodes again and again, and has \
             no end"
        );
    }

    /// Its numbers, by a recursion, and how deep it is. Notes of each node from
    /// when on it is beside the way.
    fn in_order(&self, numbers: &mut Vec<u32>) -> usize {
        self.part_in_order(self.root, 0, numbers)
    }

    fn part_in_order(
        &self,
        at: Option<usize>,
        since: usize,
        numbers: &mut Vec<u32>,
    ) -> usize {
        let Some(at) = at else { return 0 };
        let Place { number, left, right, .. } = self.nodes[at];
        self.nodes[at].since.set(since);
        let first = numbers.len();
        let deep = self.part_in_order(left, first, numbers);
        numbers.push(number);
        1 + deep.max(self.part_in_order(right, first, numbers))
    }

    fn begin<'a>(&'a self, out: Option<&'a Out>) -> Walker<'a> {
        let root = self.node(self.root);
        match out {
            None => Walker::Iterator(Box::new(Walk::new(root))),
            Some(out) => Walker::Generator(Box::pin(walk(root, out)), out),
        }
    }

    fn judge(&self) -> Result<(), Why> {
        self.judge_alone(None)?;
        self.judge_alone(Some(&Out::default()))?;
        self.judge_together(&[None, None])?;
        let outs = [Out::default(), Out::default()];
        self.judge_together(&[Some(&outs[0]), Some(&outs[1])])
    }

    /// One walk goes to the end, and its steps are counted.
    fn judge_alone(&self, out: Option<&Out>) -> Result<(), Why> {
        for counted in [&self.known, &self.latest, &self.looks] {
            counted.set(0);
        }
        self.nodes.iter().for_each(|node| node.is_known.set(false));
        let mut numbers = Vec::new();
        let deep = self.in_order(&mut numbers);
        let mut walker = self.begin(out);
        for given in 0..=numbers.len() {
            step(&mut walker, &numbers, given)?;
            // It has to know the way to each number that it gave. It may know
            // what is beside that, and all this of the number that comes next.
            if self.latest.get() > given + 1 {
                return self.wrong_way(&walker, given + 1, || {
                    let is_beside = |it: &&Place| it.since.get() <= given + 1;
                    let enough = self.nodes.iter().filter(is_beside).count();
                    let known = self.known.get();
                    format!("{known} nodes were looked at; {enough} are enough")
                });
            }
            let looks = self.looks.get();
            if looks > LOOKS * (given + 1 + deep) {
                return self.wrong_way(&walker, given + 1, || {
                    let all = self.nodes.len();
                    format!("nodes were looked at {looks} times; it has {all}")
                });
            }
        }
        // An iterator may be asked again.
        if let Walker::Iterator(walk) = &mut walker
            && let Some(number) = walk.next()
        {
            let name = walker.name();
            return wrong(format!(
                "{name} gave None, and after that Some({number})"
            ));
        }
        Ok(())
    }

    fn wrong_way(
        &self,
        walker: &Walker<'_>,
        given: usize,
        what: impl FnOnce() -> String,
    ) -> Result<(), Why> {
        // At last it was asked for one more than there are.
        let numbers = match given.min(self.nodes.len()) {
            1 => "for the first number".to_owned(),
            given => format!("for {given} numbers"),
        };
        let sentence = format!("{numbers} of {}, {}", walker.name(), what());
        Err(Why { kind: "right answer, wrong way", sentence })
    }

    /// Two walks go through the same tree, one of them ahead of the other.
    fn judge_together(&self, outs: &[Option<&Out>; 2]) -> Result<(), Why> {
        let mut numbers = Vec::new();
        self.in_order(&mut numbers);
        let [mut first, mut second] = outs.map(|out| self.begin(out));
        let ahead = numbers.len() / 2;
        for given in 0..ahead {
            step(&mut first, &numbers, given)?;
        }
        for given in 0..=numbers.len() {
            let together = |why: Why| {
                let sentence =
                    format!("of two walks at once: {}", why.sentence);
                Why { sentence, ..why }
            };
            step(&mut second, &numbers, given).map_err(together)?;
            if given + ahead <= numbers.len() {
                step(&mut first, &numbers, given + ahead).map_err(together)?;
            }
        }
        Ok(())
    }
}

/// Has a walk go on, to the number that comes after `given` others.
fn step(
    walker: &mut Walker<'_>,
    numbers: &[u32],
    given: usize,
) -> Result<(), Why> {
    let before = match given {
        0 => String::new(),
        1..4 => format!("after {:?}, ", &numbers[..given]),
        _ => format!("after {given} numbers, "),
    };
    let name = walker.name();
    let next = match walker.next() {
        Ok(next) => next,
        Err(why) => return wrong(format!("{before}{name} {why}")),
    };
    let due = numbers.get(given).copied();
    if next == due {
        return Ok(());
    }
    let due = match (&walker, due) {
        (Walker::Iterator(_), due) => format!("it has to be {due:?}"),
        (_, Some(due)) => format!("{due} comes next"),
        (_, None) => "there are no more".to_owned(),
    };
    wrong(format!("{before}{}, and {due}", walker.gave(next)))
}

/// Trees that are too deep to be shown. The iterator has a stack of its own, so
/// that it does not need a deep one of the thread: neither to the end of such a
/// tree, nor when it is dropped on the way.
fn judge_deep() {
    for goes_left in [true, false] {
        timeline::event(What::Run);
        let side = if goes_left { "left" } else { "right" };
        let each = format!("each on the {side} of the one before");
        let tree = Tree::chain(DEEP_OF_GENERATOR, goes_left);
        if let Err(Why { kind, sentence }) = tree.judge() {
            panic!("{kind}: {DEEP_OF_GENERATOR} nodes, {each}: {sentence}");
        }
        let tree = Tree::chain(DEEP, goes_left);
        let walk = || Walk::new(tree.node(tree.root));
        let numbers = 0..DEEP as u32;
        let all: Vec<u32> = walk().collect();
        let is_right = match goes_left {
            true => all.into_iter().eq(numbers.rev()),
            false => all.into_iter().eq(numbers),
        };
        assert!(
            is_right,
            "wrong answer: {DEEP} nodes, {each}, were not all handed out in \
             their order"
        );
        timeline::event(What::Run);
        let mut to_drop = walk();
        to_drop.nth(DEEP / 2);
    }
}

impl Display for Tree {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        if self.nodes.len() > 40 {
            return write!(f, "a tree of {} nodes", self.nodes.len());
        }
        match self.nodes[..] {
            [] => f.write_str("an empty tree"),
            [Place { number, .. }] => write!(f, "({number})"),
            _ => self.fmt_part(self.root, f),
        }
    }
}

/// Most are small, so that many come twice. Some are as large as can be.
fn any_number(dice: &mut Dice) -> u32 {
    match dice.below(16) {
        0 => 0,
        1 => u32::MAX,
        2 => dice.number() as u32,
        _ => 1 + dice.below(99) as u32,
    }
}

impl Tree {
    fn fmt_part(
        &self,
        at: Option<usize>,
        f: &mut Formatter<'_>,
    ) -> fmt::Result {
        let Some(at) = at else { return f.write_str("·") };
        let Place { number, left, right, .. } = self.nodes[at];
        if left.is_none() && right.is_none() {
            return write!(f, "{number}");
        }
        f.write_str("(")?;
        self.fmt_part(left, f)?;
        write!(f, " {number} ")?;
        self.fmt_part(right, f)?;
        f.write_str(")")
    }
}
