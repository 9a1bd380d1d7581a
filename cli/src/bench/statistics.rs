//! Medians and percentiles.

use serde::Serialize;

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(crate) struct Measured<T> {
    pub(crate) median: T,
    pub(crate) p90: T,
    pub(crate) n: usize,
}

impl<T: Copy + PartialOrd> Measured<T> {
    /// Of at least one value; `None` of none.
    pub(crate) fn of(mut values: Vec<T>) -> Option<Self> {
        values.sort_by(|a, b| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        let n = values.len();
        let at = |percent: usize| values.get((n.checked_sub(1)? * percent).div_ceil(100)).copied();
        Some(Self { median: at(50)?, p90: at(90)?, n })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_few_and_of_many() {
        assert_eq!(Measured::<u64>::of(vec![]), None);
        assert_eq!(Measured::of(vec![7]), Some(Measured { median: 7, p90: 7, n: 1 }));
        let many = Measured::of((1..=101).rev().collect()).unwrap();
        assert_eq!((many.median, many.p90), (51, 91));
    }
}
