//! What a thread keeps: a shelf for each type, on it a stack of free `Vec`s for each size.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::{Any, TypeId};
use core::cell::RefCell;
use core::hash::{Hash, Hasher};

use super::size;

/// Sizes beyond this are left to the allocator, which refuses them.
const GREATEST: usize = isize::MAX as usize;

thread_local! {
    static POOL: RefCell<Pool> = const {
        RefCell::new(Pool { shelves: Vec::new(), index: [0; HASHES], bytes: 0, limit: 1 << 30 })
    };
}

const HASHES: usize = 256;

struct Pool {
    /// Each tape has a type of its own: there may be many.
    shelves: Vec<(TypeId, Box<dyn Any>)>,
    /// Where the shelf of a type was found last, by a part of its id.
    index: [u32; HASHES],
    /// What the free `Vec`s hold altogether.
    bytes: usize,
    limit: usize,
}

/// By number of the size.
struct Shelf<T>(Vec<Bin<T>>);

struct Bin<T> {
    free: Vec<Vec<T>>,
    /// How many were allocated here and not freed: what comes from elsewhere is not kept beyond them.
    made: usize,
}

/// A `TypeId` is a hash already.
struct Own(u64);

impl Hasher for Own {
    fn finish(&self) -> u64 {
        self.0
    }
    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
    #[inline]
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }
}

impl Pool {
    #[inline]
    fn shelf<T: 'static>(&mut self) -> &mut Shelf<T> {
        let id = TypeId::of::<T>();
        let mut hash = Own(0);
        id.hash(&mut hash);
        let place = hash.finish() as usize % HASHES;
        let mut at = self.index[place] as usize;
        if self.shelves.get(at).is_none_or(|(found, _)| *found != id) {
            at = self.find::<T>(id);
            self.index[place] = at as u32;
        }
        self.shelves[at].1.downcast_mut().expect("the shelf of a type is found by that type")
    }

    #[cold]
    #[inline(never)]
    fn find<T: 'static>(&mut self, id: TypeId) -> usize {
        self.shelves.iter().position(|(found, _)| *found == id).unwrap_or_else(|| {
            self.shelves.push((id, Box::new(Shelf::<T>(Vec::new()))));
            self.shelves.len() - 1
        })
    }
}

/// An empty `Vec` with room for `capacity` elements.
#[inline(never)]
pub(super) fn take<T: 'static>(capacity: usize) -> Vec<T> {
    if size_of::<T>() == 0 || capacity > GREATEST / size_of::<T>() {
        return Vec::with_capacity(capacity);
    }
    let (number, size) = size::above(capacity);
    let kept = POOL.try_with(|pool| {
        let pool = &mut *pool.borrow_mut();
        let bins = &mut pool.shelf::<T>().0;
        if number >= bins.len() {
            bins.resize_with(number + 1, || Bin { free: Vec::new(), made: 0 });
        }
        let vec = bins[number].free.pop();
        match &vec {
            Some(vec) => pool.bytes -= vec.capacity() * size_of::<T>(),
            None => bins[number].made += 1,
        }
        vec
    });
    // Without a pool, while the thread ends, too.
    kept.ok().flatten().unwrap_or_else(|| Vec::with_capacity(size))
}

/// Takes a `Vec` back, whose memory has to be some.
#[inline(never)]
pub(super) fn give<T: 'static>(mut vec: Vec<T>) {
    // Elements may be buffers themselves, which go back here.
    vec.clear();
    if size_of::<T>() == 0 {
        return;
    }
    let Some(number) = size::below(vec.capacity()) else { return };
    let _ = POOL.try_with(|pool| {
        let pool = &mut *pool.borrow_mut();
        let bytes = vec.capacity() * size_of::<T>();
        let room = pool.limit - pool.bytes;
        let Some(bin) = pool.shelf::<T>().0.get_mut(number) else { return };
        if bin.free.len() >= bin.made {
            return;
        }
        if bytes > room {
            bin.made -= 1;
            return;
        }
        bin.free.push(vec);
        pool.bytes += bytes;
    });
}

pub(super) fn bytes() -> usize {
    POOL.try_with(|pool| pool.borrow().bytes).unwrap_or(0)
}

pub(super) fn clear() {
    let _ = POOL.try_with(|pool| {
        let mut pool = pool.borrow_mut();
        pool.shelves = Vec::new();
        pool.bytes = 0;
    });
}

pub(super) fn set_limit(limit: usize) {
    if bytes() > limit {
        clear();
    }
    let _ = POOL.try_with(|pool| pool.borrow_mut().limit = limit);
}

#[cfg(test)]
mod tests {
    use super::super::{Buffer, bytes, clear, set_limit};

    #[test]
    fn memory_comes_back() {
        clear();
        let buffer = Buffer::filled(1.0, 100);
        let address = buffer.as_ptr();
        assert_eq!(bytes(), 0);
        drop(buffer);
        assert_eq!(bytes(), 112 * 8);
        let mut buffer = Buffer::copy_of(&[2.0; 105]);
        assert_eq!((buffer.as_ptr(), buffer.len(), bytes()), (address, 105, 0));
        buffer.push(3.0);
        assert_eq!(buffer.as_ptr(), address);
        drop(buffer);
        clear();
        assert_eq!(bytes(), 0);
    }

    #[test]
    fn sizes_and_types_do_not_mix() {
        clear();
        for _ in 0..2 {
            drop((Buffer::filled(0u8, 10), Buffer::filled(0.0, 1000)));
            assert_eq!(bytes(), 16 + 1024 * 8);
        }
        drop(Buffer::filled(0.0, 10));
        assert_eq!(bytes(), 16 + 1024 * 8 + 16 * 8);
        clear();
    }

    #[test]
    fn growth_asks_for_the_same_again() {
        clear();
        let push = || {
            let mut stack = Buffer::new();
            (0..10_000).for_each(|i| stack.push((i, 0.5)));
            stack.iter().map(|(i, _)| i).sum::<usize>()
        };
        assert_eq!(push(), 49_995_000);
        let kept = bytes();
        push();
        assert_eq!(bytes(), kept);
        clear();
    }

    #[test]
    fn nested_buffers_come_back_too() {
        clear();
        let rows = || Buffer::filled(Buffer::filled(0.0, 20), 30);
        drop(rows());
        let kept = bytes();
        let again = rows();
        assert_eq!((again.len(), again[29].len(), bytes()), (30, 20, 0));
        drop(again);
        assert_eq!(bytes(), kept);
        clear();
    }

    #[test]
    fn strangers_are_not_hoarded() {
        clear();
        for _ in 0..10 {
            drop(Buffer::from(vec![0.0; 32]));
        }
        assert_eq!(bytes(), 0);
        // What was taken away may be made up for.
        let taken = Buffer::filled(0.0, 32).into_vec();
        drop((Buffer::from(vec![0.0; 32]), Buffer::from(taken)));
        assert_eq!(bytes(), 32 * 8);
        clear();
    }

    #[test]
    fn the_limit_holds() {
        clear();
        set_limit(1000);
        for _ in 0..3 {
            drop((Buffer::filled(0.0, 100), Buffer::filled(0.0, 100)));
            assert_eq!(bytes(), 112 * 8);
        }
        set_limit(10);
        assert_eq!(bytes(), 0);
        set_limit(1 << 30);
    }

    #[test]
    fn nothing_to_keep() {
        clear();
        let mut units = Buffer::filled((), 5);
        units.push(());
        assert_eq!(units.len(), 6);
        drop((units, Buffer::<f64>::with_capacity(0)));
        assert_eq!(bytes(), 0);
    }

    #[test]
    fn buffers_outlive_the_pool() {
        struct Last(Option<Buffer<f64>>);
        impl Drop for Last {
            fn drop(&mut self) {
                let again = self.0.clone();
                drop((self.0.take(), again));
            }
        }
        std::thread_local!(static LAST: core::cell::RefCell<Last> = const { core::cell::RefCell::new(Last(None)) });
        std::thread::spawn(|| LAST.with(|last| last.borrow_mut().0 = Some(Buffer::filled(1.0, 50))))
            .join()
            .unwrap();
    }
}
