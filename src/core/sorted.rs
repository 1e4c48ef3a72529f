//! A map that is a sorted vector. Owns keeping it sorted; for the few hundred entries there are here it is as fast as a
//! tree, and a tenth of its code in the wasm.

/// Entries in ascending order of their keys, each key once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sorted<K, V>(pub Vec<(K, V)>);

impl<K, V> Default for Sorted<K, V> {
    fn default() -> Self {
        Sorted(Vec::new())
    }
}

impl<K: Ord + Clone, V: Default> Sorted<K, V> {
    fn find(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(known, _)| known.cmp(key))
    }

    /// The value under a key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.find(key).ok().map(|index| &self.0[index].1)
    }

    /// The place of a key, with a default value under it where there was none.
    pub fn place(&mut self, key: &K) -> usize {
        self.find(key).unwrap_or_else(|place| {
            self.0.insert(place, (key.clone(), V::default()));
            place
        })
    }

    /// The value under a key, a default one where there was none.
    pub fn entry(&mut self, key: &K) -> &mut V {
        let place = self.place(key);
        &mut self.0[place].1
    }

    /// Takes out a key.
    pub fn remove(&mut self, key: &K) -> Option<V> {
        self.find(key).ok().map(|index| self.0.remove(index).1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_order() {
        let mut map: Sorted<i32, i32> = Sorted::default();
        for key in [3, 1, 2, 3] {
            *map.entry(&key) += key;
        }
        assert_eq!(map.0, [(1, 1), (2, 2), (3, 6)]);
        assert_eq!((map.remove(&2), map.remove(&2), map.get(&3)), (Some(2), None, Some(&6)));
    }
}
