//! What is taken by value is a copy: it does not see what is written to the original behind it.

use autodiff_runtime::{Differentiable, differentiate};

#[differentiate]
fn written_in_loop(y: f64) -> f64 {
    let mut x = [y, y * y, 1.0];
    for v in x {
        x[2] += v;
        x[1] = 0.0;
    }
    x[2]
}

#[differentiate]
fn into_iter_enumerated(y: f64) -> f64 {
    let mut x = [y, y * y, 1.0];
    for (i, v) in x.into_iter().enumerate() {
        x[2] += v * (i as f64 + 1.0);
        x[1] = 0.0;
    }
    x[2]
}

#[differentiate]
fn nested_rows(y: f64) -> f64 {
    let mut x = [[y, y * y], [1.0, y]];
    for row in x {
        x[1][0] += row[0] * row[1];
        x[0][1] = 2.0;
        x[1][1] = y * 0.5;
    }
    x[1][0]
}

#[differentiate]
fn row_taken(y: f64) -> f64 {
    let mut x = [[y, y * y], [1.0, y]];
    let mut s = 0.0;
    for v in x[0] {
        x[0][1] = 3.0;
        s += v * v;
    }
    s
}

#[derive(Clone, Copy, Differentiable)]
struct Pair {
    a: f64,
    b: f64,
}

#[derive(Clone, Copy, Differentiable)]
struct Both {
    l: [f64; 2],
    r: f64,
}

#[differentiate]
fn array_in_struct(y: f64) -> f64 {
    let mut s = Both { l: [y, y * y], r: 1.0 };
    for v in s.l {
        s.l[1] = 2.0;
        s.r += v * v;
    }
    s.r
}

#[differentiate]
fn array_in_tuple(y: f64) -> f64 {
    let mut s = ([y, y * y], 1.0);
    for v in s.0 {
        s.0[1] = 2.0;
        s.1 += v * v;
    }
    s.1
}

#[differentiate]
fn array_of_structs(y: f64) -> f64 {
    let mut s = [Pair { a: y, b: 1.0 }, Pair { a: y * y, b: y }];
    for p in s {
        s[1].a = 2.0;
        s[0].b += p.a * p.b;
    }
    s[0].b
}

#[differentiate]
fn array_of_tuples(y: f64) -> f64 {
    let mut s = [(y, 1.0), (y * y, y)];
    for (a, b) in s {
        s[1].0 = 2.0;
        s[0].1 += a * b;
    }
    s[0].1
}

#[differentiate]
fn copied_array(y: f64) -> f64 {
    let mut x = [y, y * y];
    let z = x;
    x[0] = 3.0;
    x[1] *= 2.0;
    z[0] * z[1] * x[1]
}

#[differentiate]
fn copied_in_loop(y: f64, n: usize) -> f64 {
    let mut x = [y, y * y];
    for i in 0..n {
        let z = x;
        x[0] = z[1] * 0.5;
        x[1] = z[0] + z[1];
    }
    x[0] * x[1]
}

#[differentiate]
fn copied_struct(y: f64) -> f64 {
    let mut p = Pair { a: y, b: y * y };
    let q = p;
    p.a = 2.0;
    q.a * q.b * p.a
}

#[differentiate]
fn closure_by_move(y: f64) -> f64 {
    let mut x = [y, y * y];
    let f = move |k: usize| x[k] * x[k];
    x[0] = 3.0;
    x[1] *= y;
    f(0) + f(1) * x[1]
}

#[differentiate]
fn closure_scalar_by_move(y: f64) -> f64 {
    let mut a = y * y;
    let f = move |t: f64| t * a;
    a = 3.0 * y;
    f(2.0) * a
}

#[differentiate]
fn closure_own_state(y: f64) -> f64 {
    let mut a = y;
    let mut f = move |t: f64| {
        a *= t;
        a
    };
    let u = f(2.0);
    let v = f(3.0);
    u * v * a
}

#[differentiate]
fn pattern_of_array(y: f64) -> f64 {
    let mut x = [y, y * y];
    let [a, b] = x;
    x[0] = 3.0;
    x[1] = a;
    a * b * x[1]
}

#[differentiate]
fn pattern_of_rows(y: f64) -> f64 {
    let mut x = [[y, y * y], [1.0, y]];
    let [a, b] = x;
    x[0][1] = 3.0;
    x[1][1] = 2.0;
    a[1] * b[1] * x[0][0]
}

#[differentiate]
fn pattern_of_struct(y: f64) -> f64 {
    let mut s = Both { l: [y, y * y], r: y };
    let Both { l, r } = s;
    s.l[1] = 3.0;
    s.r = 1.0;
    l[1] * r * s.l[0]
}

#[differentiate]
fn zipped_by_value(y: f64) -> f64 {
    let mut x = [y, y * y];
    let mut z = [1.0, y];
    for (a, b) in x.into_iter().zip(z) {
        x[1] = 2.0;
        z[1] = 3.0;
        z[0] += a * b;
    }
    z[0] * x[1]
}

#[differentiate]
fn zipped_parameter(x: [f64; 3], y: &mut [f64; 3]) -> f64 {
    let mut s = 0.0;
    for (a, b) in x.iter().zip(*y) {
        y[2] = 0.5;
        s += a * b;
    }
    s
}

#[differentiate]
fn dereferenced(x: &mut [f64; 3]) -> f64 {
    let mut s = 0.0;
    for v in *x {
        x[2] = 0.5;
        x[1] *= 2.0;
        s += v * v;
    }
    s
}

#[differentiate]
fn bounds_once(x: &[f64], n: usize) -> f64 {
    let mut n = n;
    let mut s = 1.0;
    for i in 0..n {
        n = 1;
        s *= x[i] + n as f64;
    }
    s
}

#[differentiate]
fn bounds_of_vec_once(y: f64) -> f64 {
    let mut v = vec![y, y * y];
    for i in 0..v.len() {
        let t = v[i] * y;
        v.push(t);
    }
    v[3] * v[2]
}

#[differentiate]
fn bounds_from_cell(y: f64) -> f64 {
    let mut m = [2usize, 3];
    let mut s = y;
    for i in m[0]..m[1] + 2 {
        m[1] = 0;
        m[0] = 9;
        s *= y + i as f64;
    }
    s
}

#[differentiate]
fn step_once(y: f64, k: usize) -> f64 {
    let mut k = k;
    let mut s = y;
    for i in (0..6).step_by(k) {
        k = 1;
        s *= y + i as f64;
    }
    s
}

#[differentiate]
fn fold_by_value(y: f64) -> f64 {
    let mut x = [y, y * y, 1.0];
    let s: f64 = x
        .into_iter()
        .map(|v| {
            x[2] = 4.0;
            v * v
        })
        .sum();
    s * x[2]
}

#[differentiate]
fn map_by_value(y: f64) -> f64 {
    let mut x = [y, y * y, 1.0];
    let z = x.map(|v| v * v);
    x[0] = 3.0;
    z[0] * x[0] + z[1]
}

#[differentiate]
fn argument_copied(y: f64) -> f64 {
    let mut x = [y, y * y];
    let s = squares(x);
    x[0] = 3.0;
    s * x[1]
}

#[differentiate]
fn squares(mut x: [f64; 2]) -> f64 {
    x[0] *= x[1];
    x[0] + x[1]
}

#[differentiate]
fn into_a_tuple(y: f64) -> f64 {
    let mut x = [y, y * y];
    let t = (x, y);
    x[0] = 3.0;
    t.0[0] * t.0[1] * x[0] * t.1
}

#[differentiate]
fn into_a_struct(y: f64) -> f64 {
    let mut x = [y, y * y];
    let t = Both { l: x, r: y };
    x[0] = 3.0;
    t.l[0] * t.l[1] * x[0]
}

#[differentiate]
fn into_an_array(y: f64) -> f64 {
    let mut x = [y, y * y];
    let t = [x, x];
    x[0] = 3.0;
    t[0][0] * t[1][1] * x[0]
}

#[differentiate]
fn pushed(y: f64) -> f64 {
    let mut x = [y, y * y];
    let mut all = Vec::new();
    for i in 0..3 {
        all.push(x);
        x[0] *= 2.0;
        x[1] = y;
    }
    all[0][1] * all[2][0] + all[1][0]
}

#[differentiate]
fn scalar_copied(y: f64) -> f64 {
    let mut a = y * y;
    let b = a;
    a *= y;
    a + b * b
}

#[differentiate]
fn element_copied(y: f64) -> f64 {
    let mut x = [[y, y * y], [1.0, y]];
    let row = x[0];
    x[0][1] = 4.0;
    row[1] * row[0] * x[0][0]
}

#[differentiate]
fn reversed(y: f64) -> f64 {
    let mut x = [y, y * y, 2.0];
    let mut s = 1.0;
    for v in x.into_iter().rev() {
        x[0] = 3.0;
        s *= v;
    }
    s * x[0]
}

#[differentiate]
fn matched(y: f64) -> f64 {
    let mut x = [y, y * y];
    let s = match x {
        [a, b] => {
            x[0] = 2.0;
            a * b
        }
    };
    s * x[0]
}

#[differentiate]
fn block_value(y: f64) -> f64 {
    let mut x = [y, y * y];
    let z = { x };
    x[0] = 3.0;
    let w = if y > 0.0 { x } else { z };
    x[1] = 2.0;
    z[0] * w[1] * w[0] + x[1]
}

#[differentiate]
fn iter_copied(y: f64) -> f64 {
    let mut x = [y, y * y];
    let z: Vec<f64> = x.iter().copied().collect();
    x[0] = 3.0;
    z[0] * z[1] * x[0]
}

#[differentiate]
fn for_over_parts(y: f64) -> f64 {
    let mut a = y;
    let mut b = y * y;
    let mut s = 0.0;
    for v in [a, b, a * b] {
        a = 2.0;
        b += v;
        s += v * b;
    }
    s * a
}

impl Both {
    #[differentiate]
    fn rewritten(mut self, x: f64) -> f64 {
        self.r *= x;
        self.l[1] += self.r;
        self = Both { r: self.l[0] * x, ..self };
        self.l[1] * self.r
    }

    #[differentiate]
    fn stepped(mut self, steps: usize) -> Both {
        for k in 0..steps {
            self.l = [self.l[1], self.l[0] * self.r];
            self.r += self.l[k % 2];
        }
        self
    }

    #[differentiate]
    fn some_paths(mut self, x: f64) -> f64 {
        if self.r > 0.5 {
            self = Both { l: [x, self.r * self.r], r: 2.0 };
        }
        self.l[0] * self.l[1] * self.r
    }

    #[differentiate]
    fn lent(mut self, x: f64) -> f64 {
        doubled(&mut self.l);
        self.l.sort_by(f64::total_cmp);
        self.l[0] * self.r * x
    }
}

#[differentiate]
fn doubled(l: &mut [f64; 2]) {
    l[0] *= 2.0 * l[1];
}

#[differentiate]
fn own_receiver(a: f64, b: f64, r: f64, x: f64) -> f64 {
    let s = Both { l: [a, b], r };
    s.rewritten(x) + s.some_paths(x) * s.r
}

#[differentiate]
fn own_receiver_in_loop(a: f64, b: f64, x: f64) -> f64 {
    let mut s = Both { l: [a, b], r: a * b };
    for k in 0..3 {
        s = s.stepped(k);
    }
    s.lent(x) + s.l[1]
}

#[test]
fn a_receiver_by_value_is_written_to() {
    let s = Both { l: [0.5, 2.0], r: 0.75 };
    let (value, pullback) = s.rewritten_vjp(1.5);
    assert_eq!(value, s.rewritten(1.5));
    // (l1 + r x) l0 x
    let (s_bar, x_bar) = pullback(1.0);
    assert_eq!((s_bar.l, s_bar.r, x_bar), ([4.6875, 0.75], 1.125, 2.125));
    assert_eq!(s.rewritten_grad(1.5).1, 2.125);
}

checks! {
    written_in_loop(0.7) => 2.4;
    into_iter_enumerated(0.7);
    nested_rows(0.7);
    row_taken(0.7);
    array_in_struct(0.7);
    array_in_tuple(0.7);
    array_of_structs(0.7);
    array_of_tuples(0.7);
    copied_array(0.7);
    copied_in_loop(0.7, @3);
    copied_struct(0.7);
    closure_by_move(0.7);
    closure_scalar_by_move(0.7);
    closure_own_state(0.7);
    pattern_of_array(0.7);
    pattern_of_rows(0.7);
    pattern_of_struct(0.7);
    zipped_by_value(0.7);
    zipped_parameter([0.3, 0.4, 0.6], &mut [0.5, 0.7, 0.9]);
    dereferenced(&mut [0.5, 0.7, 0.9]);
    bounds_once(&[0.5, 0.7, 0.9], @3);
    bounds_of_vec_once(0.7);
    bounds_from_cell(0.7);
    step_once(0.7, @2);
    fold_by_value(0.7);
    map_by_value(0.7);
    argument_copied(0.7);
    into_a_tuple(0.7);
    into_a_struct(0.7);
    into_an_array(0.7);
    pushed(0.7);
    scalar_copied(0.7);
    element_copied(0.7);
    reversed(0.7);
    matched(0.7);
    block_value(0.7);
    iter_copied(0.7);
    for_over_parts(0.7);
    own_receiver(0.5, 0.8, 0.75, 0.7);
    own_receiver as own_receiver_on_the_other_path(0.5, 0.8, 0.25, 0.7);
    own_receiver_in_loop(0.5, 0.8, 0.7);
}

mod cloned {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Debug, Differentiable)]
    struct Beam {
        a: f64,
        v: Vec<f64>,
    }

    #[differentiate]
    impl Beam {
        fn joined(self, other: Beam, x: f64) -> f64 {
            self.a * other.v[0] * x
        }

        fn bent(&self, x: f64) -> f64 {
            self.a * self.v[0] * x
        }
    }

    #[differentiate]
    fn of_a_reference(beam: &Beam, x: f64) -> f64 {
        beam.clone().joined((*beam).clone(), x) * beam.clone().bent(x) + beam.a
    }

    #[differentiate]
    fn of_what_changes(x: f64) -> f64 {
        let mut beam = Beam { a: x, v: vec![x * x] };
        let first = beam.clone().joined(beam.clone(), x);
        beam.a = first * x;
        let bent = beam.clone().bent(first);
        beam.v[0] = bent;
        beam.clone().joined(beam.clone(), x)
    }

    #[differentiate]
    fn in_a_loop(beams: &[Beam], x: f64) -> f64 {
        let mut total = x;
        for beam in beams {
            total *= beam.clone().joined(beams[0].clone(), total);
        }
        total + beams[1].clone().bent(x)
    }

    #[differentiate]
    fn made_for_the_call(x: f64) -> f64 {
        let other = Beam { a: x, v: vec![x * x, 0.5] };
        let joined = Beam { a: x * x, v: vec![1.0] }.joined(other, x);
        joined * Beam { a: 2.0, v: vec![x] }.bent(x)
    }

    #[test]
    fn a_receiver_that_is_made_for_the_call() {
        // x^2 x^2 x · 2 x x
        let (value, x_bar) = made_for_the_call::value_and_grad(1.5);
        assert_eq!((value, x_bar), (2.0 * 1.5_f64.powi(7), 14.0 * 1.5_f64.powi(6)));
        assert_eq!(made_for_the_call::jvp(1.5, 1.0), (value, x_bar));
    }

    #[test]
    fn a_receiver_that_is_cloned_for_the_call() {
        let beam = |a| Beam { a, v: vec![0.5] };
        let (value, (beam_bar, x_bar)) = of_a_reference::value_and_grad(&beam(1.5), 0.5);
        // (a v x)^2 + a
        assert_eq!((value, beam_bar.a, beam_bar.v[0], x_bar), (1.640625, 1.1875, 0.5625, 0.5625));
        // first = x^4, a = x^5, v = x^11: x^17
        let (value, x_bar) = of_what_changes::value_and_grad(1.25);
        let expected = 17.0 * 1.25_f64.powi(16);
        assert!((value - 1.25_f64.powi(17)).abs() < 1e-11 && (x_bar - expected).abs() < 1e-10);
        assert!((of_what_changes::jvp(1.25, 1.0).1 - expected).abs() < 1e-10);
        // total = (x^2 a v)^2 b v + b v x
        let (value, (beams_bar, x_bar)) = in_a_loop::value_and_grad(&[beam(2.0), beam(4.0)], 0.5);
        assert_eq!((value, beams_bar[0].a, beams_bar[1].a, x_bar), (1.125, 0.125, 0.28125, 3.0));
    }
}

mod moved {
    use autodiff_runtime::{Differentiable, differentiate};

    #[derive(Clone, Debug, Differentiable)]
    struct Walker {
        p: f64,
        v: Vec<f64>,
    }

    impl Walker {
        #[differentiate]
        fn stepped(self, x: f64) -> Walker {
            let mut v = self.v;
            v[0] *= x;
            Walker { p: self.p + v[0], v }
        }

        #[differentiate]
        fn kicked(mut self, x: f64) -> Self {
            self.p *= x;
            self.v[0] += self.p;
            self
        }

        #[differentiate]
        fn energy(self, x: f64) -> f64 {
            self.p * self.v[0] * x
        }

        #[differentiate]
        fn twice(self, x: f64) -> f64 {
            let other = self.clone();
            self.kicked(x).energy(x) + Self::stepped(other, x).p
        }
    }

    trait Moving {
        fn after(self, steps: usize) -> f64;
    }

    #[differentiate]
    impl Moving for Walker {
        fn after(mut self, steps: usize) -> f64 {
            for k in 0..steps {
                self = self.stepped(0.5 + k as f64).kicked(0.75);
            }
            self.energy(1.5)
        }
    }

    #[differentiate]
    fn chained(a: f64, x: f64) -> f64 {
        let walker = Walker { p: a, v: vec![x, 0.5] };
        walker.stepped(x).kicked(a).energy(x)
    }

    #[differentiate]
    fn in_a_loop(a: f64, x: f64) -> f64 {
        let mut walker = Walker { p: a, v: vec![x, 0.5] };
        for k in 0..3 {
            walker = walker.stepped(x + k as f64);
            if k == 1 {
                walker = walker.kicked(a);
            }
        }
        walker.energy(x)
    }

    #[differentiate]
    fn by_path(a: f64, x: f64) -> f64 {
        let walker = Walker { p: a, v: vec![x] };
        let next = Walker::stepped(walker.clone(), x);
        let other = Walker::kicked(Walker { p: x, v: vec![a] }, a);
        Walker::energy(next, a) + Walker::twice(other, x) * Walker::after(walker, 2)
    }

    #[differentiate]
    fn of_a_trait(a: f64, x: f64) -> f64 {
        let walker = Walker { p: a, v: vec![x] };
        walker.after(3)
    }

    #[differentiate]
    fn of_an_element(a: f64, x: f64) -> f64 {
        let walkers = vec![Walker { p: a, v: vec![x] }, Walker { p: x, v: vec![a] }];
        let mut total = 0.0;
        for walker in walkers {
            let seen = walker.v[0] * x;
            total += walker.twice(a) * seen;
        }
        total
    }

    #[differentiate]
    fn on_one_path(a: f64, x: f64) -> f64 {
        let walker = Walker { p: a, v: vec![x] };
        if a > x { walker.energy(x) } else { walker.p * x }
    }

    #[differentiate]
    mod within {
        #[derive(Clone)]
        pub struct Heap {
            pub items: Vec<f64>,
        }

        impl Heap {
            pub fn grown(mut self, x: f64) -> Heap {
                self.items.push(x);
                self
            }
            pub fn summed(self) -> f64 {
                self.items.iter().map(|item| item * item).sum()
            }
        }

        pub fn filled(a: f64, x: f64) -> f64 {
            let heap = Heap { items: vec![a] };
            let heap = heap.grown(x).grown(a * x);
            let heap = Heap::grown(heap, x * x);
            heap.summed()
        }
    }
    use within::filled;

    checks! {
        chained(0.7, 1.3);
        in_a_loop(0.7, 1.3);
        by_path(0.7, 1.3);
        of_a_trait(0.7, 1.3);
        of_an_element(0.7, 1.3);
        on_one_path(0.7, 1.3);
        on_one_path as on_the_other_path(1.3, 0.7);
        filled(0.7, 1.3);
    }

    #[test]
    fn what_users_ask_of_a_method_by_value() {
        let walker = Walker { p: 0.5, v: vec![2.0] };
        let (value, pullback) = walker.clone().energy_vjp(1.5);
        let (walker_bar, x_bar) = pullback(1.0);
        assert_eq!((value, walker_bar.p, walker_bar.v[0], x_bar), (1.5, 3.0, 0.75, 1.0));
        let (after, walker_bar) = walker.after_value_and_grad(0);
        assert_eq!((after, walker_bar.p, walker_bar.v[0]), (1.5, 3.0, 0.75));
    }
}
