//! Inputs made from others, the same in every run.

/// Values at which lengths and offsets go wrong.
const EDGES: &[u32] = &[0, 1, 0x7f, 0xff, 0x7fff, 0xffff, 0x7fff_ffff, 0xffff_fffe, 0xffff_ffff];
/// No input grows past this.
const LONGEST: usize = 1 << 16;

/// A generator of numbers (xorshift64*) and of inputs.
#[derive(Debug)]
pub struct Mutator(u64);

impl Mutator {
    /// One that makes the same inputs whenever it has the same seed.
    pub fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let number = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(number).unwrap_or(0) % most.max(1)
    }

    /// An input like one of `seeds`, changed in one to four places.
    pub fn next(&mut self, seeds: &[Vec<u8>]) -> Vec<u8> {
        let mut input = seeds.get(self.below(seeds.len())).cloned().unwrap_or_default();
        for _ in 0..=self.below(4) {
            let other = seeds.get(self.below(seeds.len())).map(Vec::as_slice).unwrap_or_default();
            self.change(&mut input, other);
            input.truncate(LONGEST);
        }
        input
    }

    fn change(&mut self, input: &mut Vec<u8>, other: &[u8]) {
        let at = self.below(input.len());
        let end = (at + 1 + self.below(16)).min(input.len());
        match self.below(7) {
            0 if !input.is_empty() => input[at] ^= 1 << self.below(8),
            1 => input.truncate(at),
            2 => drop(input.drain(at.min(end)..end)),
            3 => {
                let again = input[at.min(end)..end].repeat(1 + self.below(300));
                input.splice(at..at, again);
            }
            4 if !other.is_empty() => {
                let from = self.below(other.len());
                let to = (from + 1 + self.below(64)).min(other.len());
                input.splice(at..at, other[from..to].iter().copied());
            }
            5 => {
                let edge = EDGES[self.below(EDGES.len())].to_le_bytes();
                input.iter_mut().skip(at).zip(edge).for_each(|(byte, edge)| *byte = edge);
            }
            _ => input.insert(at, u8::try_from(self.below(256)).unwrap_or(0)),
        }
    }
}
