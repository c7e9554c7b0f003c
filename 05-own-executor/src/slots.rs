//! A list with places that are used again, but never by the same number.

use crate::number::Number;

/// Values in places, each with the number of values that had its place before.
pub struct Slots<T> {
    places: Vec<Place<T>>,
    /// Places without a value; the last one is used first.
    free: Vec<u32>,
}

struct Place<T> {
    generation: u32,
    value: Option<T>,
}

impl<T> Default for Slots<T> {
    fn default() -> Slots<T> {
        Slots::new()
    }
}

impl<T> Slots<T> {
    pub const fn new() -> Slots<T> {
        Slots { places: Vec::new(), free: Vec::new() }
    }

    /// Puts a value into a place. Gives back the place, and its generation.
    ///
    /// # Panics
    ///
    /// If there are as many values as [`Number::SLOTS`].
    pub fn insert(&mut self, value: T) -> (u32, u32) {
        let slot = self.free.pop().unwrap_or_else(|| {
            let slot = self.places.len();
            assert!(slot < Number::SLOTS, "there are too many at a time");
            self.places.push(Place { generation: 0, value: None });
            slot as u32
        });
        let place = &mut self.places[slot as usize];
        place.value = Some(value);
        (slot, place.generation)
    }

    /// The place and the generation of what is inserted next.
    pub fn next(&self) -> (u32, u32) {
        let fresh = (self.places.len() as u32, 0);
        let again = |&slot| (slot, self.places[slot as usize].generation);
        self.free.last().map_or(fresh, again)
    }

    /// The value with this place and generation, if it is still there.
    pub fn get_mut(&mut self, slot: u32, generation: u32) -> Option<&mut T> {
        let place = self.places.get_mut(slot as usize)?;
        if place.generation == generation { place.value.as_mut() } else { None }
    }

    /// Takes it out. A place for which there is no further generation is not
    /// used again.
    pub fn remove(&mut self, slot: u32, generation: u32) -> Option<T> {
        let place = self.places.get_mut(slot as usize)?;
        if place.generation != generation {
            return None;
        }
        let value = place.value.take()?;
        place.generation += 1;
        if place.generation < Number::GENERATIONS {
            self.free.push(slot);
        }
        Some(value)
    }

    /// The value in a place, with its generation.
    pub fn at_mut(&mut self, slot: u32) -> Option<(u32, &mut T)> {
        let place = self.places.get_mut(slot as usize)?;
        Some((place.generation, place.value.as_mut()?))
    }

    /// All values, in the order of their places.
    pub fn into_values(self) -> impl Iterator<Item = T> {
        self.places.into_iter().filter_map(|place| place.value)
    }

    /// How many places there are, with a value or without.
    pub fn places(&self) -> u32 {
        self.places.len() as u32
    }
}
