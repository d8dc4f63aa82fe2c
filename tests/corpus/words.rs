//! Methods of slices and iterators that are others in disguise, iterators made of functions, slices that pointers own, functions by
//! another name.

use std::rc::Rc;
use std::sync::Arc;

use autodiff_runtime::{Differentiable, differentiate};

in_both_forms! {
#[differentiate]
{
    #[differentiate]
    pub fn flat(x: &[f64]) -> f64 {
        let pairs = [[x[0], x[1]], [x[2], x[3]]];
        let rows = vec![vec![x[0]], vec![x[1], x[2]]];
        let large = x.iter().map(|v| if *v > 0.6 { Some(v.sin()) } else { None });
        pairs.iter().flatten().map(|v| v * v).sum::<f64>()
            + rows.into_iter().flatten().product::<f64>()
            + large.flatten().sum::<f64>()
            + x.chunks(2).rev().flatten().enumerate().map(|(i, v)| i as f64 * v).sum::<f64>()
    }

    #[differentiate]
    #[allow(for_loops_over_fallibles)]
    pub fn options_as_iterators(x: &[f64]) -> f64 {
        let product = if x[0] > 0.0 { Some(x[1] * x[0]) } else { None };
        let mut sum = 0.0;
        for v in product {
            sum += v * v;
        }
        for v in &product {
            sum += v * x[2];
        }
        sum + x.iter().copied().chain(product).product::<f64>()
            + x.iter().flat_map(|v| (*v > 0.6).then(|| v.sin())).sum::<f64>()
    }

    #[differentiate]
    pub fn runs(x: &[f64]) -> f64 {
        let doubled: Vec<f64> = x.iter().map(|v| v * 2.0).collect();
        let mut sum = x.chunk_by(|a, b| a < b).map(|run| run.iter().product::<f64>()).sum::<f64>();
        for run in doubled.chunk_by(|a, b| (*a > 1.0) == (*b > 1.0)) {
            sum += run[0] * run.len() as f64 * run.iter().sum::<f64>();
        }
        sum + x.chunk_by(|a, b| a < b).count() as f64
    }

    #[differentiate]
    pub fn parts(x: &[f64]) -> f64 {
        x.split(|v| *v > 0.8).map(|part| part.iter().product::<f64>()).sum::<f64>()
            + x.rchunks(4).enumerate().map(|(i, part)| part[0] * i as f64 * part.iter().product::<f64>()).sum::<f64>()
    }

    #[differentiate]
    pub fn without_neighbours(x: &[f64]) -> f64 {
        let mut v = vec![x[0], x[0], x[1], x[2], x[2], x[3]];
        v.dedup();
        let mut w: Vec<f64> = x.iter().flat_map(|a| [*a, *a * 2.0]).collect();
        w.dedup_by_key(|a| (*a * 2.0) as i64);
        v.iter().map(|a| a * a).sum::<f64>() + w.iter().map(|a| a * a * a).sum::<f64>()
    }

    #[differentiate]
    pub fn over_and_over(x: &[f64]) -> f64 {
        let weights = [x[0], x[1]];
        let none: [f64; 0] = [];
        x.iter().zip(weights.iter().cycle()).map(|(a, b)| a * b).sum::<f64>()
            + weights.iter().cycle().skip(1).take(5).product::<f64>()
            + x.iter().zip(none.iter().cycle()).map(|(a, b)| a * b).sum::<f64>()
    }

    #[differentiate]
    pub fn from_the_end(x: &[f64]) -> f64 {
        let at = x.iter().rposition(|v| *v > 0.6).unwrap();
        let last = x.iter().rfind(|v| **v < 0.6).unwrap();
        x.iter().rfold(1.0, |a, b| a * b + 1.0) * x[at] * last
    }

    #[differentiate]
    pub fn by_keys(x: &[f64]) -> f64 {
        let largest = x.iter().max_by_key(|v| (**v * 10.0) as i64).unwrap();
        let (at, smallest) = x.iter().enumerate().min_by_key(|(_, v)| (**v * 10.0) as i64).unwrap();
        largest * largest + smallest * at as f64
    }

    #[differentiate]
    pub fn as_far_as_it_goes(x: &[f64], limit: f64) -> f64 {
        let all = x.iter().try_fold(1.0, |product, v| if *v > limit { None } else { Some(product * v) });
        let checked: Result<f64, String> =
            x.iter().try_fold(0.5, |sum, v| if *v < 0.0 { Err(format!("{v}")) } else { Ok(sum + v * v) });
        all.unwrap_or(limit * x[0]) * checked.unwrap_or(x[1])
    }

    #[differentiate]
    pub fn made_of_functions(x: &[f64]) -> f64 {
        let (mut state, mut at) = (x[0], 0);
        let powers = std::iter::from_fn(|| {
            at += 1;
            state *= x[1];
            if at < 4 { Some(state) } else { None }
        });
        let sum = powers.map(|v| v.sin()).sum::<f64>();
        let mut other = x[2];
        let repeated = std::iter::repeat_with(|| {
            other *= x[0];
            other
        });
        let grown = std::iter::successors(Some(x[0]), |v| if *v < 3.0 { Some(v * 1.5 + x[1]) } else { None });
        sum + repeated.take(3).sum::<f64>() + grown.map(|v| v * v).sum::<f64>()
    }

    /// What the fields are is known of what is done with them alone.
    #[differentiate]
    pub fn of_fields_out_of_sight(table: &Table, x: &[f64]) -> f64 {
        let folded = table.entries[..].iter().rfold(0.5, |all, v| all * x[0] + v);
        let found = table.entries[1..].iter().rfind(|v| **v < 5.0).map_or(0.5, |v| v * v);
        folded + found + table.entries[..].rchunks(2).map(|part| part[0] * x[1]).sum::<f64>()
    }

    #[differentiate]
    pub fn fields_out_of_sight(x: &[f64]) -> f64 {
        of_fields_out_of_sight(&Table { entries: x.to_vec().into_boxed_slice(), scale: 1.0 }, x)
    }

    /// Names that are made up are none of the user's.
    #[differentiate]
    pub fn beside_own_names(x: &[f64], start: usize) -> f64 {
        let (moved, all, at, key) = (1, x[3], 0.9, 2.0);
        let mut v = x.to_vec();
        v.copy_within(0..2, moved + start);
        let runs = v.chunk_by(|a, b| a * all < b * at).map(|run| run[0] * run[0] * all).sum::<f64>();
        runs + v.iter().max_by_key(|v| (**v * key * 10.0) as i64).unwrap()
    }

    #[derive(Clone, Debug, Differentiable)]
    pub struct Table {
        pub entries: Box<[f64]>,
        pub scale: f64,
    }

    #[differentiate]
    impl Table {
        pub fn sum(&self) -> f64 {
            self.entries.iter().sum::<f64>() * self.scale + self.entries[1]
        }
    }

    #[differentiate]
    pub fn of_shared(entries: Rc<[f64]>) -> f64 {
        entries.iter().map(|v| v * v).sum()
    }

    #[differentiate]
    pub fn owned_slices(x: &[f64]) -> f64 {
        let roots: Box<[f64]> = x.iter().map(|v| v.sqrt()).collect();
        let same = vec![x[0]; 3].into_boxed_slice();
        let table = Table { entries: x.to_vec().into_boxed_slice(), scale: x[1] };
        let shared: Rc<[f64]> = Rc::from(x);
        let squares: Arc<[f64]> = x.iter().map(|v| v * v).collect();
        let pair: Rc<[f64]> = vec![x[0], x[1]].into();
        let again = roots.into_vec();
        again.iter().sum::<f64>() * same[1]
            + table.sum() * table.entries[2]
            + of_shared(shared.clone()) * shared[0]
            + squares[1] * pair[1] * same.len() as f64
    }

    #[differentiate]
    pub fn square(x: f64) -> f64 {
        x * x
    }

    #[differentiate]
    pub fn by_another_name(x: &[f64]) -> f64 {
        let f: fn(f64) -> f64 = square;
        let g = square;
        f(x[0]) * g(x[1]) + x.iter().copied().map(g).sum::<f64>()
    }

    #[differentiate]
    pub fn boxed_result(x: &[f64]) -> Box<[f64]> {
        x.iter().map(|v| v * x[0]).collect()
    }
}
    flat(&[0.31, 0.72, 0.53, 1.21]);
    fields_out_of_sight(&[0.31, 0.72, 0.53, 1.21]);
    options_as_iterators(&[0.31, 0.72, 0.53, 1.21]);
    options_as_iterators as options_without_items(&[-0.31, 0.72, 0.53, 1.21]);
    runs(&[0.31, 0.72, 0.53, 1.21]);
    parts(&[0.31, 0.72, 0.53, 1.21, 0.25, 0.5]);
    without_neighbours(&[0.31, 0.72, 0.53, 1.21]);
    over_and_over(&[0.31, 0.72, 0.53, 1.21]);
    from_the_end(&[0.31, 0.72, 0.53, 1.21]);
    by_keys(&[0.31, 0.72, 0.53, 1.21]);
    as_far_as_it_goes(&[0.31, 0.72, 0.53, 1.21], 2.0);
    as_far_as_it_goes as as_far_as_it_went(&[0.31, 0.72, -0.53, 1.21], 1.0);
    made_of_functions(&[0.31, 0.72, 0.53]);
    beside_own_names(&[0.31, 0.72, 0.53, 1.21], @1);
    owned_slices(&[0.31, 0.72, 0.53]);
    by_another_name(&[0.31, 0.72, 0.53]);
}

#[test]
fn results_may_be_boxed() {
    let (value, pullback) = together::boxed_result::vjp(&[2.0, 3.0]);
    assert_eq!((&value[..], pullback(Box::new(vec![1.0, 1.0]))), (&[4.0, 6.0][..], vec![4.0 + 3.0, 2.0]));
    let (_, tangent) = alone::boxed_result::jvp(&[2.0, 3.0], &[1.0, 0.5]);
    assert_eq!(**tangent, [4.0, 4.0]);
}
