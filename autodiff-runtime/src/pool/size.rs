//! The sizes in which memory is kept: 16, 20, 24, 28, 32, 40, … elements.
//!
//! That each request is rounded to one of few sizes, and only ever served by memory of that size, makes a second call that
//! asks for the same find everything it needs, in whatever order buffers came back.

/// The least size; anything smaller is rounded up to it.
#[cfg(feature = "std")]
const LEAST: usize = 16;

/// The number of the smallest size that holds `n` elements, and that size. `n` is at most half of the address space.
#[cfg(feature = "std")]
#[inline]
pub(super) fn above(n: usize) -> (usize, usize) {
    let last = n.max(LEAST) - 1;
    let octave = last.ilog2() as usize;
    let quarters = (last >> (octave - 2)) + 1;
    (octave * 4 + quarters - 20, quarters << (octave - 2))
}

/// The number of the largest size that memory for `n` elements can serve as.
#[cfg(feature = "std")]
#[inline]
pub(super) fn below(n: usize) -> Option<usize> {
    if n < LEAST { None } else { Some(above(n + 1).0 - 1) }
}

/// What a stack grows to beyond `capacity`: fast while it is small, since it is copied each time.
pub(super) fn larger(capacity: usize, element: usize) -> usize {
    const SMALL: usize = 1 << 20;
    match capacity {
        0 => 256,
        n if n.saturating_mul(element) < SMALL => n * 8,
        n => n.saturating_mul(2),
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_dense_and_ordered() {
        let mut sizes = Vec::new();
        for n in 0..=5000 {
            let (number, size) = above(n);
            assert!(size >= n.max(LEAST) && (size * 4 <= n * 5 || n <= LEAST), "{n}: {size}");
            assert_eq!(above(size), (number, size));
            assert_eq!(below(size), Some(number));
            assert!(below(n).is_none_or(|number| sizes[number] <= n));
            if number == sizes.len() {
                sizes.push(size);
            }
            assert_eq!(sizes[number], size);
        }
        assert_eq!(sizes[..8], [16, 20, 24, 28, 32, 40, 48, 56]);
    }
}
