//! Structs of arrays whose length is a parameter, and what is known of it where the name of the struct leaves it out.

use autodiff_runtime::differentiate;

use crate::common::are_near;

#[differentiate]
mod states {
    use std::ops::{Add, Mul};

    #[derive(Clone, Copy, Debug, PartialEq)]
    pub struct State<const N: usize>(pub [f64; N]);

    impl<const N: usize> State<N> {
        pub fn rising(by: f64) -> Self {
            Self(std::array::from_fn(|i| by * i as f64))
        }
    }

    impl<const N: usize> Add for State<N> {
        type Output = Self;
        fn add(self, other: Self) -> Self {
            State(std::array::from_fn(|i| self.0[i] + other.0[i]))
        }
    }

    impl<const N: usize> Mul<f64> for State<N> {
        type Output = Self;
        fn mul(self, k: f64) -> Self {
            State(self.0.map(|v| v * k))
        }
    }

    impl<const N: usize> Mul<State<N>> for f64 {
        type Output = State<N>;
        fn mul(self, state: State<N>) -> State<N> {
            state * self
        }
    }

    fn rk4<const N: usize>(f: impl Fn(State<N>) -> State<N>, y: State<N>, h: f64) -> State<N> {
        let k1 = f(y);
        let k2 = f(y + 0.5 * h * k1);
        let k3 = f(y + 0.5 * h * k2);
        let k4 = f(y + h * k3);
        y + (h / 6.0) * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    }

    pub fn path(p: &[f64; 4], y0: [f64; 2], steps: usize) -> Vec<State<2>> {
        let [a, b, c, d] = *p;
        let rhs = |s: State<2>| {
            let [x, y] = s.0;
            State([a * x - b * x * y, c * x * y - d * y])
        };
        let mut out = Vec::with_capacity(steps);
        let mut y = State(y0);
        for _ in 0..steps {
            y = rk4(rhs, y, 0.1);
            out.push(y);
        }
        out
    }

    pub fn misfit(p: &[f64; 4], y0: [f64; 2], #[no_diff] data: &[(usize, [f64; 2])]) -> f64 {
        let last = data.iter().map(|(i, _)| *i).max().unwrap_or(0) + 1;
        let first = data.iter().map(|(i, _)| i).min().unwrap();
        let path = path(p, y0, last);
        let mut sse = 0.0;
        for (i, seen) in data {
            let State(y) = path[*i];
            sse += y.iter().zip(seen.iter()).map(|(a, b)| (a.ln() - b.ln()).powi(2)).sum::<f64>();
        }
        sse + path[*first].0[1]
    }

    #[derive(Clone, Debug)]
    pub struct Grid<const N: usize> {
        pub at: [f64; N],
        pub weight: f64,
    }

    impl<const M: usize> Grid<M> {
        pub fn new(of: f64, weight: f64) -> Self {
            Grid { at: std::array::from_fn(|_| of), weight }
        }
    }

    pub type Line = Grid<3>;

    impl Grid<3> {
        fn sloped(by: f64) -> Self {
            Self { at: std::array::from_fn(|i| by * i as f64), weight: by }
        }
    }

    pub fn grids(w: f64) -> f64 {
        let line: Line = Grid::sloped(w * w);
        let even: Grid<4> = Grid::new(w, 0.5);
        let written = Grid::<2>::new(w, w);
        let rising: State<3> = State::rising(w);
        let made = Grid { at: [w, w * w], weight: 2.0 };
        line.at.iter().sum::<f64>() * line.weight
            + even.at.iter().product::<f64>()
            + written.at[1] * written.weight
            + rising.0.iter().sum::<f64>()
            + made.at.iter().map(|v| v * made.weight).sum::<f64>()
    }
}

#[test]
fn states_whose_length_is_left_out() {
    let (p, y0) = ([1.1, 0.4, 0.1, 0.4], [10.0, 5.0]);
    let data = [(2, [9.0, 6.0]), (4, [8.0, 7.0]), (1, [9.5, 5.5])];
    let (value, (p_bar, y0_bar)) = states::misfit::value_and_grad(&p, y0, &data);
    assert_eq!(value, states::misfit(&p, y0, &data));
    let by = |at: usize, h: f64| {
        let (mut p, mut y0) = (p, y0);
        *p.iter_mut().chain(&mut y0).nth(at).unwrap() += h;
        states::misfit(&p, y0, &data)
    };
    let slopes: Vec<f64> = (0..6).map(|at| (by(at, 1e-5) - by(at, -1e-5)) / 2e-5).collect();
    let found: Vec<f64> = p_bar.into_iter().chain(y0_bar).collect();
    for (found, slope) in found.iter().zip(&slopes) {
        assert!((found - slope).abs() < 1e-6 * (1.0 + slope.abs()), "{found} {slope}");
    }
    let (path, dot) = states::path::jvp(&p, y0, 3, &p_bar, y0_bar);
    assert_eq!(path, states::path(&p, y0, 3));
    assert_eq!(dot.len(), 3);
}

#[test]
fn lengths_that_only_the_result_says() {
    let w: f64 = 0.7;
    let (value, w_bar) = states::grids::value_and_grad(w);
    assert_eq!(value, states::grids(w));
    // 3 w⁴ + w⁴ + w² + 3 w + 2 (w + w²)
    are_near(&[w_bar], &[16.0 * w.powi(3) + 2.0 * w + 3.0 + 2.0 + 4.0 * w]);
}

/// Parameters of a type that stand for others where its methods are written out: those of the transposed.
mod transposed {
    use autodiff_runtime::differentiate;

    #[differentiate]
    pub mod flat {
        use std::ops::{Index, IndexMut};

        #[derive(Clone, Debug, PartialEq)]
        pub struct Matrix<const R: usize, const C: usize> {
            pub data: Vec<f64>,
        }

        impl<const R: usize, const C: usize> Matrix<R, C> {
            pub fn zeros() -> Self {
                Self { data: vec![0.0; R * C] }
            }

            pub fn at(&self, r: usize, c: usize) -> Option<f64> {
                if r < R && c < C { Some(self.data[r * C + c]) } else { None }
            }

            pub fn transpose(&self) -> Matrix<C, R> {
                let mut t = Matrix::<C, R>::zeros();
                for r in 0..R {
                    for c in 0..C {
                        t[(c, r)] = self[(r, c)];
                    }
                }
                t
            }

            pub fn swapped(&self) -> f64 {
                let t: Matrix<C, R> = self.transpose();
                t.at(2, 1).unwrap_or(7.0) * 3.0
            }
        }

        impl<const R: usize, const C: usize> Index<(usize, usize)> for Matrix<R, C> {
            type Output = f64;

            fn index(&self, (r, c): (usize, usize)) -> &f64 {
                &self.data[r * C + c]
            }
        }

        impl<const R: usize, const C: usize> IndexMut<(usize, usize)> for Matrix<R, C> {
            fn index_mut(&mut self, (r, c): (usize, usize)) -> &mut f64 {
                &mut self.data[r * C + c]
            }
        }

        pub fn parts(m: &Matrix<2, 3>) -> f64 {
            let t = m.transpose();
            t[(2, 1)].powi(2) + t.transpose()[(1, 0)] + m.swapped() + m.at(1, 1).unwrap_or(0.0)
        }
    }

    #[test]
    fn elements_are_where_the_type_of_the_receiver_says() {
        let m = flat::Matrix::<2, 3> { data: vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0] };
        assert_eq!(flat::parts(&m), 63.0);
        let (value, slopes) = flat::parts::value_and_grad(&m);
        assert_eq!((value, slopes.data), (63.0, vec![0.0, 0.0, 0.0, 1.0, 1.0, 2.0 * 6.0 + 3.0]));
    }
}
