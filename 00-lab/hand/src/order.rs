//! One order after another: each is a list of choices.

use dice::Dice;

/// The choices of one order.
#[derive(Default)]
pub struct Order {
    /// What was chosen, and among how many.
    choices: Vec<(usize, usize)>,
    /// How many of them have been made in this order.
    made: usize,
    /// Chooses what is not in the list yet; without them, the first.
    dice: Option<Dice>,
}

impl Order {
    /// An order in which all choices are random.
    pub fn random(seed: u64) -> Order {
        Order { dice: Some(Dice::new(seed)), ..Order::default() }
    }

    /// Chooses a number less than `n`.
    pub fn choose(&mut self, n: usize) -> usize {
        assert!(n > 0, "no number is less than 0");
        if self.made == self.choices.len() {
            let chosen = self.dice.as_mut().map_or(0, |dice| dice.below(n));
            self.choices.push((chosen, n));
        }
        let (chosen, _) = self.choices[self.made];
        self.made += 1;
        // An answer with random numbers of its own may come to another choice.
        chosen.min(n - 1)
    }

    /// Goes back to the first choice.
    pub fn rewind(&mut self) {
        self.made = 0;
    }

    /// Goes on to the next order: it differs in the last choice that can be
    /// another one. Gives back `false` if there is none.
    pub fn advance(&mut self) -> bool {
        self.rewind();
        while let Some((chosen, of)) = self.choices.pop() {
            if chosen + 1 < of {
                self.choices.push((chosen + 1, of));
                return true;
            }
        }
        false
    }
}
