//! How often somebody may do something. Owns counting; must not know who, what, or how a refusal is worded.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// All limits are by the minute: who is refused may come again after one.
pub const WINDOW: Duration = Duration::from_secs(60);
/// So many are remembered before those are dropped whose minute is over.
const REMEMBERED: usize = 10_000;

/// Counts by minute.
pub struct Limiter<K> {
    most: u32,
    taken: Mutex<HashMap<K, (Instant, u32)>>,
}

impl<K: Eq + Hash> Limiter<K> {
    /// At most so many in a minute.
    pub fn new(most: u32) -> Limiter<K> {
        Limiter { most, taken: Mutex::default() }
    }

    /// Whether it may be done once more; if so, it counts.
    pub fn take(&self, who: K) -> bool {
        let now = Instant::now();
        let is_over = |(since, _): &(Instant, u32)| now.duration_since(*since) >= WINDOW;
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.len() >= REMEMBERED {
            taken.retain(|_, count| !is_over(count));
        }
        let count = taken.entry(who).or_insert((now, 0));
        if is_over(count) {
            *count = (now, 0);
        }
        let may = count.1 < self.most;
        count.1 += u32::from(may);
        may
    }
}
