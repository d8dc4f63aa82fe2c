//! Trait objects: gradients by what stands behind a `dyn Trait`, and through it.

use autodiff_runtime::{ObjectTangent, differentiate};

#[differentiate]
mod curves {
    pub trait Named {
        /// Overridden by one type alone.
        fn scale(&self) -> f64 {
            1.0
        }
    }

    pub trait Curve: Named {
        fn rate(&self, t: f64) -> f64;

        fn discount(&self, t: f64) -> f64 {
            (-self.rate(t) * t).exp() * self.scale()
        }

        fn fill(&self, times: &[f64], rates: &mut [f64]) {
            for (rate, t) in rates.iter_mut().zip(times) {
                *rate = self.rate(*t);
            }
        }

        fn knots(&self) -> usize {
            1
        }
    }

    pub struct Flat {
        pub rate: f64,
    }

    impl Named for Flat {}

    impl Curve for Flat {
        fn rate(&self, _t: f64) -> f64 {
            self.rate
        }
    }

    pub struct Sloped {
        pub level: f64,
        pub slope: f64,
    }

    impl Named for Sloped {
        fn scale(&self) -> f64 {
            1.0 + self.slope * self.slope
        }
    }

    impl Curve for Sloped {
        fn rate(&self, t: f64) -> f64 {
            self.level + self.slope * t
        }
        fn knots(&self) -> usize {
            2
        }
    }

    /// One object in another.
    pub struct Shifted {
        pub inner: Box<dyn Curve>,
        pub by: f64,
    }

    impl Named for Shifted {
        fn scale(&self) -> f64 {
            self.inner.scale() * self.by
        }
    }

    impl Curve for Shifted {
        fn rate(&self, t: f64) -> f64 {
            self.inner.rate(t + self.by) + self.by
        }
    }

    /// A type without numbers.
    pub struct Nothing;

    impl Named for Nothing {}

    impl Curve for Nothing {
        fn rate(&self, t: f64) -> f64 {
            0.01 * t
        }
    }

    pub fn price(curve: &dyn Curve, t: f64) -> f64 {
        curve.discount(t) * curve.knots() as f64
    }

    pub fn twice(curve: &dyn Curve, t: f64) -> f64 {
        price(curve, t) + curve.rate(t).sin()
    }

    pub fn of_a_slice(curves: &[Box<dyn Curve>], t: f64) -> f64 {
        let mut sum = 0.0;
        for curve in curves {
            sum += price(&**curve, t) * curve.rate(t);
        }
        sum
    }

    pub fn of_a_vec(curves: &Vec<Box<dyn Curve>>, t: f64) -> f64 {
        let first = curves[0].discount(t);
        first * curves.iter().map(|curve| curve.discount(t)).sum::<f64>()
    }

    pub fn filled(curve: &dyn Curve, times: &[f64]) -> f64 {
        let mut rates = vec![0.0; times.len()];
        curve.fill(times, &mut rates);
        rates.iter().map(|rate| rate * rate).sum()
    }

    pub struct Book {
        pub curves: Vec<Box<dyn Curve>>,
        pub main: Box<dyn Curve + Send + Sync>,
        pub weights: Vec<f64>,
    }

    impl Book {
        pub fn value(&self, t: f64) -> f64 {
            let curves = self.curves.iter().zip(&self.weights);
            curves.map(|(curve, weight)| weight * curve.discount(t)).sum::<f64>() + self.main.rate(t)
        }
    }

    pub fn marked(#[no_diff] curve: &dyn Curve, t: f64) -> f64 {
        curve.discount(t) * t
    }

    pub fn by_value(curve: Box<dyn Curve>, t: f64) -> f64 {
        let half = 0.5 * t;
        curve.rate(half) * curve.discount(half)
    }

    /// A constant object, one that is chosen, a list of them, and one in another.
    pub fn made(rate: f64, t: f64) -> f64 {
        let flat = Flat { rate };
        let constant: Box<dyn Curve> = Box::new(Sloped { level: 0.1, slope: 0.2 });
        let chosen: Box<dyn Curve> = if rate > 0.0 {
            Box::new(Sloped { level: rate, slope: rate * rate })
        } else {
            Box::new(Flat { rate })
        };
        let mut curves: Vec<Box<dyn Curve>> =
            vec![Box::new(Flat { rate }), Box::new(Sloped { level: 0.1, slope: rate })];
        curves.push(Box::new(Flat { rate: rate * t }));
        let shifted = Shifted { inner: Box::new(Flat { rate: rate * rate }), by: rate };
        price(&flat, t) + chosen.discount(t) * constant.rate(t) + of_a_slice(&curves, t) + twice(&shifted, t)
    }

    fn of_kind(kind: usize, rate: f64) -> Box<dyn Curve> {
        match kind {
            0 => Box::new(Flat { rate }),
            1 => Box::new(Sloped { level: rate, slope: 0.5 * rate }),
            _ => Box::new(Nothing),
        }
    }

    pub fn factory(rates: &[f64], t: f64) -> f64 {
        let mut sum = 0.0;
        for (kind, rate) in rates.iter().enumerate() {
            sum += of_kind(kind, *rate).discount(t);
        }
        let last: Box<dyn Curve> = of_kind(1, rates[0]);
        sum * by_value(last, t)
    }

    /// Changes what it holds, and is asked again.
    pub fn changed(rate: f64, t: f64) -> f64 {
        let mut total = 0.0;
        let mut curve: Box<dyn Curve> = Box::new(Flat { rate });
        for step in 0..3 {
            total += curve.rate(t + step as f64);
            curve = Box::new(Shifted { inner: curve, by: 0.1 * rate });
        }
        total + curve.discount(t)
    }
}

#[differentiate]
mod trees {
    pub trait Expr {
        fn eval(&self, x: &[f64]) -> f64;
    }

    pub struct Constant(pub f64);
    pub struct Variable(pub usize);
    pub struct Sum(pub Vec<Box<dyn Expr>>);
    pub struct Product(pub Box<dyn Expr>, pub Box<dyn Expr>);
    pub struct Sin(pub Box<dyn Expr>);

    impl Expr for Constant {
        fn eval(&self, _x: &[f64]) -> f64 {
            self.0
        }
    }
    impl Expr for Variable {
        fn eval(&self, x: &[f64]) -> f64 {
            x[self.0]
        }
    }
    impl Expr for Sum {
        fn eval(&self, x: &[f64]) -> f64 {
            self.0.iter().map(|term| term.eval(x)).sum()
        }
    }
    impl Expr for Product {
        fn eval(&self, x: &[f64]) -> f64 {
            self.0.eval(x) * self.1.eval(x)
        }
    }
    impl Expr for Sin {
        fn eval(&self, x: &[f64]) -> f64 {
            self.0.eval(x).sin()
        }
    }
    /// A type with parameters.
    pub struct Scaled<E: Expr> {
        pub by: f64,
        pub of: E,
    }
    impl<E: Expr> Expr for Scaled<E> {
        fn eval(&self, x: &[f64]) -> f64 {
            self.by * self.of.eval(x)
        }
    }
    impl Expr for f64 {
        fn eval(&self, _x: &[f64]) -> f64 {
            *self
        }
    }

    pub fn value(tree: &dyn Expr, x: &[f64]) -> f64 {
        tree.eval(x) + tree.eval(&[x[0] * x[1], 1.0])
    }
}

use curves::{Book, Curve, Flat, FlatTangent, Nothing, Shifted, ShiftedTangent, Sloped, SlopedTangent};

fn slope(f: impl Fn(f64) -> f64) -> f64 {
    let h = 1e-5;
    (f(h) - f(-h)) / (2.0 * h)
}

fn close(a: f64, b: f64) {
    assert!((a - b).abs() < 1e-7 * (1.0 + b.abs()), "{a} {b}");
}

fn shifted(moved: [f64; 3]) -> Shifted {
    let inner = Box::new(Sloped { level: 0.1 + moved[0], slope: 0.2 + moved[1] });
    Shifted { inner, by: 0.3 + moved[2] }
}

fn along(at: usize, by: f64) -> Shifted {
    let mut moved = [0.0; 3];
    moved[at] = by;
    shifted(moved)
}

fn numbers(tangent: &ObjectTangent) -> [f64; 3] {
    let outer: &ShiftedTangent = tangent.downcast_ref().unwrap();
    let inner: &SlopedTangent = outer.inner.downcast_ref().unwrap();
    [inner.level, inner.slope, outer.by]
}

#[test]
fn the_gradient_of_an_object_is_that_of_what_is_behind_it() {
    let (value, (bar, t_bar)) = curves::twice::value_and_grad(&shifted([0.0; 3]), 2.0);
    assert_eq!(value, curves::twice(&shifted([0.0; 3]), 2.0));
    for (at, bar) in numbers(&bar).into_iter().enumerate() {
        close(bar, slope(|by| curves::twice(&along(at, by), 2.0)));
    }
    close(t_bar, slope(|by| curves::twice(&shifted([0.0; 3]), 2.0 + by)));

    let (flat, _) = curves::price::grad(&Flat { rate: 0.1 }, 2.0);
    let flat: FlatTangent = flat.downcast().unwrap();
    close(flat.rate, slope(|by| curves::price(&Flat { rate: 0.1 + by }, 2.0)));
    let (nothing, t_bar) = curves::price::grad(&Nothing, 2.0);
    assert!(nothing.downcast_ref::<FlatTangent>().is_none());
    close(t_bar, slope(|by| curves::price(&Nothing, 2.0 + by)));
}

#[test]
fn tangents_are_those_of_what_is_behind_an_object() {
    for at in 0..3 {
        let mut unit = [0.0; 3];
        unit[at] = 1.0;
        let inner = Box::new(ObjectTangent::new(SlopedTangent { level: unit[0], slope: unit[1] }));
        let (_, dot) =
            curves::twice::jvp(&shifted([0.0; 3]), 2.0, &ShiftedTangent { inner, by: unit[2] }, 0.5);
        let along_t = slope(|by| curves::twice(&shifted([0.0; 3]), 2.0 + by));
        close(dot, slope(|by| curves::twice(&along(at, by), 2.0)) + 0.5 * along_t);
    }
    let (_, dot) =
        curves::filled::jvp(&Flat { rate: 0.2 }, &[1.0, 2.0], &FlatTangent { rate: 1.0 }, &[0.0; 2]);
    close(dot, 0.8);
}

#[test]
fn buffers_are_those_of_what_is_behind_an_object() {
    let (mut bar, mut t_bar) = (SlopedTangent { level: 1.0, slope: 0.0 }, 0.0);
    let curve = Sloped { level: 0.1, slope: 0.2 };
    curves::twice::value_and_grad_into(&curve, 2.0, &mut bar, &mut t_bar);
    close(bar.level - 1.0, slope(|by| curves::twice(&Sloped { level: 0.1 + by, slope: 0.2 }, 2.0)));
    close(bar.slope, slope(|by| curves::twice(&Sloped { level: 0.1, slope: 0.2 + by }, 2.0)));
    let (_, pullback) = curves::twice::vjp(&curve, 2.0);
    let (bar, _) = pullback(2.0);
    close(
        bar.downcast_ref::<SlopedTangent>().unwrap().level,
        2.0 * slope(|by| curves::twice(&Sloped { level: 0.1 + by, slope: 0.2 }, 2.0)),
    );
}

#[test]
#[should_panic(expected = "meets an object whose type has the tangent")]
fn a_buffer_of_another_type_is_told() {
    let mut bar = FlatTangent { rate: 0.0 };
    curves::twice::value_and_grad_into(&Sloped { level: 0.1, slope: 0.2 }, 2.0, &mut bar, &mut 0.0);
}

fn list(moved: [f64; 3]) -> Vec<Box<dyn Curve>> {
    vec![Box::new(Flat { rate: 0.1 }), Box::new(shifted(moved)), Box::new(Nothing)]
}

#[test]
fn objects_in_containers_and_fields() {
    let (bars, t_bar) = curves::of_a_slice::grad(&list([0.0; 3]), 1.5);
    let (of_vec, _) = curves::of_a_vec::grad(&list([0.0; 3]), 1.5);
    let book = |moved| Book {
        curves: list(moved),
        main: Box::new(Flat { rate: 0.3 }),
        weights: vec![1.0, 2.0, 0.5],
    };
    let (of_book, _) = book([0.0; 3]).value_grad(1.5);
    for at in 0..3 {
        let moved = |by| {
            let mut moved = [0.0; 3];
            moved[at] = by;
            moved
        };
        close(numbers(&bars[1])[at], slope(|by| curves::of_a_slice(&list(moved(by)), 1.5)));
        close(numbers(&of_vec[1])[at], slope(|by| curves::of_a_vec(&list(moved(by)), 1.5)));
        close(numbers(&of_book.curves[1])[at], slope(|by| book(moved(by)).value(1.5)));
    }
    close(t_bar, slope(|by| curves::of_a_slice(&list([0.0; 3]), 1.5 + by)));
    close(of_book.main.downcast_ref::<FlatTangent>().unwrap().rate, 1.0);
    close(of_book.weights[1], shifted([0.0; 3]).discount(1.5));
}

#[test]
fn methods_that_fill_what_they_are_lent() {
    let (bar, times_bar) = curves::filled::grad(&shifted([0.0; 3]), &[1.0, 2.0]);
    for (at, bar) in numbers(&bar).into_iter().enumerate() {
        close(bar, slope(|by| curves::filled(&along(at, by), &[1.0, 2.0])));
    }
    close(times_bar[1], slope(|by| curves::filled(&shifted([0.0; 3]), &[1.0, 2.0 + by])));
}

#[test]
fn objects_that_are_constants_or_handed_over() {
    let curve = shifted([0.0; 3]);
    close(curves::marked::grad(&curve, 2.0), slope(|by| curves::marked(&curve, 2.0 + by)));
    close(curves::marked::jvp(&curve, 2.0, 1.0).1, slope(|by| curves::marked(&curve, 2.0 + by)));
    let (bar, t_bar) = curves::by_value::grad(Box::new(shifted([0.0; 3])), 2.0);
    for (at, bar) in numbers(&bar).into_iter().enumerate() {
        close(bar, slope(|by| curves::by_value(Box::new(along(at, by)), 2.0)));
    }
    close(t_bar, slope(|by| curves::by_value(Box::new(shifted([0.0; 3])), 2.0 + by)));
}

#[test]
fn objects_that_are_made_in_a_function() {
    for rate in [0.2, -0.2] {
        let (rate_bar, t_bar) = curves::made::grad(rate, 1.5);
        close(rate_bar, slope(|by| curves::made(rate + by, 1.5)));
        close(t_bar, slope(|by| curves::made(rate, 1.5 + by)));
        close(curves::made::jvp(rate, 1.5, 1.0, -2.0).1, rate_bar - 2.0 * t_bar);
        let (rate_bar, t_bar) = curves::changed::grad(rate, 1.5);
        close(rate_bar, slope(|by| curves::changed(rate + by, 1.5)));
        close(curves::changed::jvp(rate, 1.5, 1.0, -2.0).1, rate_bar - 2.0 * t_bar);
    }
    let rates = [0.1, 0.2, 0.3];
    let (bars, t_bar) = curves::factory::grad(&rates, 1.5);
    for at in 0..3 {
        let moved = |by: f64| std::array::from_fn::<f64, 3, _>(|k| rates[k] + if k == at { by } else { 0.0 });
        close(bars[at], slope(|by| curves::factory(&moved(by), 1.5)));
    }
    let (_, dot) = curves::factory::jvp(&rates, 1.5, &[1.0, 1.0, 1.0], 1.0);
    close(dot, bars.iter().sum::<f64>() + t_bar);
}

#[test]
fn trees_of_objects() {
    use trees::{
        Constant, ConstantTangent, Expr, Product, ProductTangent, Scaled, Sin, SinTangent, Sum, SumTangent,
        Variable,
    };
    let tree = |by: f64, of: f64| -> Sum {
        let scaled: Box<dyn Expr> = Box::new(Scaled { by: 2.0, of: Constant(0.5) });
        let product = Product(Box::new(Variable(0)), Box::new(Sin(Box::new(Variable(1)))));
        Sum(vec![Box::new(product), Box::new(Sin(Box::new(Constant(by)))), scaled, Box::new(of)])
    };
    let x = [0.7, -0.4];
    let (tree_bar, x_bar) = trees::value::grad(&tree(0.3, 0.2), &x);
    close(x_bar[0], slope(|by| trees::value(&tree(0.3, 0.2), &[x[0] + by, x[1]])));
    close(x_bar[1], slope(|by| trees::value(&tree(0.3, 0.2), &[x[0], x[1] + by])));
    let SumTangent(terms) = tree_bar.downcast_ref().unwrap();
    assert!(terms[0].downcast_ref::<ProductTangent>().is_some());
    let SinTangent(inside) = terms[1].downcast_ref().unwrap();
    close(
        inside.downcast_ref::<ConstantTangent>().unwrap().0,
        slope(|by| trees::value(&tree(0.3 + by, 0.2), &x)),
    );
    close(*terms[3].downcast_ref::<f64>().unwrap(), 2.0);
}
