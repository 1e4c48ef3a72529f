//! Making and sorting short lists. Owns doing it in little code: what the standard library does for each type anew is
//! written for long ones.

/// The items as a list. Not `collect`, which sizes and grows for each iterator anew: twenty uses were a kilobyte of the download.
pub fn gather<T>(items: impl Iterator<Item = T>) -> Vec<T> {
    let mut list = Vec::new();
    for item in items {
        list.push(item);
    }
    list
}

/// Sorts a short list, largest weight first; equal ones stay in their order. By insertion: one sort of the standard
/// library is four kilobytes of wasm for each type sorted.
pub fn sort_down<T>(list: &mut [T], weight: impl Fn(&T) -> i64) {
    for end in 1..list.len() {
        let mut at = end;
        while at > 0 && weight(&list[at - 1]) < weight(&list[at]) {
            list.swap(at - 1, at);
            at -= 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ones_stay_in_their_order() {
        let mut list = gather([(1, 'a'), (3, 'b'), (1, 'c'), (2, 'd')].into_iter());
        sort_down(&mut list, |(weight, _)| *weight);
        assert_eq!(gather(list.into_iter().map(|(_, name)| name)), ['b', 'd', 'a', 'c']);
    }
}
