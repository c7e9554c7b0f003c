//! Numbers that look random, and come again with the same seed.

use std::env;
use std::hash::{BuildHasher, RandomState};

/// Sets the seed of [`Dice::random`]: to try again what has failed.
const VARIABLE: &str = "LAB_SEED";

/// Dice that fall the same way each time they are made with the same seed.
///
/// ```
/// use dice::Dice;
///
/// let mut dice = Dice::new(6);
/// let rolls: Vec<_> = (0..3).map(|_| 1 + dice.below(6)).collect();
/// let mut again = Dice::new(6);
/// assert!(rolls.iter().all(|roll| *roll == 1 + again.below(6)));
/// ```
#[derive(Debug)]
pub struct Dice {
    seed: u64,
    state: u64,
}

impl Dice {
    /// Dice with this seed.
    pub fn new(seed: u64) -> Dice {
        Dice { seed, state: seed }
    }

    /// Dice with another seed in each process, unless `LAB_SEED` gives one.
    /// They are for checks, which name the seed when an answer fails.
    pub fn random() -> Dice {
        let given = env::var(VARIABLE).ok().and_then(|seed| seed.parse().ok());
        // Six digits are many enough, and can be typed.
        let any = || RandomState::new().hash_one(()) % 1_000_000;
        Dice::new(given.unwrap_or_else(any))
    }

    /// How to have the same rolls once more, for the end of a sentence.
    pub fn again(&self) -> String {
        format!("({VARIABLE}={} makes the same inputs again)", self.seed)
    }

    /// Any number. SplitMix64 (Steele, Lea, Flood 2014).
    pub fn number(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.state;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number less than `n`.
    ///
    /// # Panics
    ///
    /// If `n` is 0: no number is less.
    pub fn below(&mut self, n: usize) -> usize {
        (self.number() % n as u64) as usize
    }

    /// One of these.
    ///
    /// # Panics
    ///
    /// If there are none.
    pub fn one_of<T: Clone>(&mut self, these: &[T]) -> T {
        these[self.below(these.len())].clone()
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;
    use std::collections::BTreeSet;

    #[test]
    fn dice_stay_below_their_limit_and_reach_it() {
        let mut dice = Dice::new(1);
        let rolls: BTreeSet<_> = (0..200).map(|_| dice.below(6)).collect();
        assert_eq!(rolls, BTreeSet::from_iter(0..6));
    }

    #[test]
    fn the_seed_that_is_named_gives_the_same_rolls() {
        let mut dice = Dice::random();
        let advice = dice.again();
        let (_, seed) = advice.split_once("LAB_SEED=").expect("it is named");
        let seed = seed.split(' ').next().unwrap().parse().unwrap();
        let mut again = Dice::new(seed);
        assert!((0..9).all(|_| dice.number() == again.number()));
    }
}
