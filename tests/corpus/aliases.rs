//! Numbers by another name, which a lone function does not see through: in single and in double precision.

macro_rules! in_precision {
    ($module:ident $float:ty) => {
        mod $module {
            use autodiff_runtime::differentiate;

            type Real = $float;
            type Row = [Real; 3];

            #[differentiate]
            fn extremes(p: &[Real], r: Real) -> Real {
                let big = p.iter().copied().max_by(|p, q| p.total_cmp(q)).unwrap_or(0.5);
                let small = p.iter().min_by(|p, q| p.partial_cmp(q).unwrap()).unwrap();
                big * small * r
            }

            #[differentiate]
            fn extreme_of_products(p: &mut [Real; 3]) -> Real {
                let pairs = p[0..2].windows(2).map(|w| w[0] * w[1]);
                let all = pairs.chain((*p).iter().copied()).take_while(|x| *x < 1.4);
                let max = all.max_by(|p, q| p.total_cmp(q)).unwrap_or(0.5);
                p[0] *= max;
                max * p[0]
            }

            #[differentiate]
            fn carried(p: Real, r: Real) -> Real {
                let mut s = 0.0;
                for k in 0..3 {
                    s += p * r;
                    if s > 2.0 {
                        s *= 0.5 + k as Real;
                    }
                }
                s * r + 2.0_f64.sqrt() as Real
            }

            #[differentiate]
            fn collected(p: &[Real; 3], q: (Real, usize)) -> Vec<Real> {
                let v = vec![p[0]; 4];
                let mut w = p.to_vec();
                w.push(q.0 * 2.0);
                for x in &v {
                    w[0] += x * 0.5;
                }
                w
            }

            #[differentiate]
            fn of_rows(p: &Row, q: &mut [Real]) -> (Real, [Real; 2]) {
                q[0] = p[1] * 2.0;
                for i in 0..3 {
                    q[1] += p[i] * 0.5;
                }
                let s = if q[0] > 0.5 { 1.5 } else { p[0] };
                (s * s * p[0], [q[0], p[2].sin() * 2.0])
            }

            #[differentiate]
            fn changed(p: Real, q: &mut Real) -> (Real, [Real; 2]) {
                *q = p * 2.0;
                for _ in 0..3 {
                    *q += p * 0.5;
                }
                let s = if *q > 0.5 { 1.5 } else { p };
                (s * s * p, [*q, p.sin() * 2.0])
            }

            #[differentiate]
            fn nested(p: &Vec<Vec<Real>>) -> Real {
                let mut s = 0.0;
                for row in p {
                    for x in row {
                        s += x.sin() * x;
                    }
                }
                let a = [s; 4];
                let mut t = 0.0;
                for (a, b) in a.iter().zip(p[0].iter()) {
                    t += a * b;
                }
                t + 1.0
            }

            #[differentiate]
            fn of_pairs(p: &[(Real, bool)]) -> Real {
                let mut s = 0.0;
                for &(x, yes) in p {
                    if yes {
                        s += x * 0.5 * x;
                    }
                }
                s
            }

            checks! {
                extremes(&[0.5, 2.0, 1.0], 0.75);
                extreme_of_products(&mut [0.5, 1.25, 0.75]);
                carried(1.25, 0.75);
                collected(&[0.5, 2.0, 1.0], (0.75, 1_usize));
                of_rows(&[0.5, 2.0, 1.0], &mut vec![0.75, 0.25]);
                of_rows as of_low_rows(&[0.5, 0.125, 1.0], &mut vec![0.75, 0.25]);
                changed(0.5, &mut 0.75);
                nested(&vec![vec![0.5, 2.0], vec![1.0]]);
                of_pairs(&[(0.5, true), (0.75, false), (1.5, true)]);
            }
        }
    };
}

in_precision! { double f64 }
in_precision! { single f32 }
