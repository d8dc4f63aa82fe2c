use autodiff_runtime::differentiate;

/// Stands for those of `rayon`.
trait Parallel {
    fn par_iter(&self) -> std::slice::Iter<'_, f64>;
    fn par_iter_mut(&mut self) -> std::slice::IterMut<'_, f64>;
    fn par_chunks(&self, size: usize) -> std::slice::Chunks<'_, f64>;
}

impl Parallel for [f64] {
    fn par_iter(&self) -> std::slice::Iter<'_, f64> {
        self.iter()
    }
    fn par_iter_mut(&mut self) -> std::slice::IterMut<'_, f64> {
        self.iter_mut()
    }
    fn par_chunks(&self, size: usize) -> std::slice::Chunks<'_, f64> {
        self.chunks(size)
    }
}

#[differentiate]
fn squares(x: &[f64]) -> f64 {
    x.par_iter().map(|x| x * x).sum::<f64>()
}

#[differentiate]
fn doubled(x: &[f64]) -> f64 {
    let mut y = x.to_vec();
    y.par_iter_mut().for_each(|y| *y *= 2.0);
    y.iter().sum()
}

#[differentiate]
fn pairs(x: &[f64]) -> f64 {
    x.par_chunks(2).map(|x| x[0] * x[1]).sum::<f64>()
}

fn main() {}
