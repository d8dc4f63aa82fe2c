//! Structs that hold numbers beside integers: those change like any other, and carry nothing.

use autodiff_runtime::{Differentiable, differentiate};

in_both_forms! {
#[differentiate]
{
    #[derive(Clone, Debug, Differentiable)]
    pub struct Walk {
        pub stack: Vec<usize>,
        pub rows: Vec<Vec<usize>>,
        pub flags: [bool; 2],
        pub span: (usize, usize),
        pub weights: Vec<f64>,
    }

    #[differentiate]
    pub fn start(x: &[f64]) -> Walk {
        Walk {
            stack: vec![0, 1, 2],
            rows: vec![vec![0, 1], vec![2]],
            flags: [false, true],
            span: (1, 2),
            weights: x.to_vec(),
        }
    }

    #[allow(dead_code)]
    pub fn walk() -> Walk {
        Walk { stack: vec![], rows: vec![], flags: [false; 2], span: (0, 0), weights: vec![0.8, 0.6, 0.5] }
    }

    #[differentiate]
    pub fn popped(x: &[f64]) -> f64 {
        let mut walk = start(x);
        let mut sum = 0.0;
        while let Some(at) = walk.stack.pop() {
            sum += walk.weights[at].sin() * x[0];
            walk.weights[at] *= 0.5;
            if sum < 0.4 {
                walk.stack.push(at / 2);
            }
        }
        sum + walk.weights[2] * sum
    }

    #[differentiate]
    pub fn grown(walk: &mut Walk, x: &[f64]) -> f64 {
        let mut y = 1.0;
        for k in 0..4 {
            walk.stack.push(k % 3);
            y *= walk.weights[walk.stack[k]] + x[k % 3];
            walk.weights[k % 3] = y;
        }
        y
    }

    #[differentiate]
    pub fn exchanged(x: &[f64]) -> f64 {
        let mut walk = Walk {
            stack: vec![0, 1, 2],
            rows: vec![vec![0, 1], vec![2]],
            flags: [false, true],
            span: (1, 2),
            weights: x.to_vec(),
        };
        walk.stack.swap(0, 2);
        walk.stack[1] = 2;
        walk.stack[2] += 1;
        walk.rows[0].swap(0, 1);
        walk.rows[1].push(1);
        walk.rows.push(vec![1]);
        walk.flags[0] = walk.rows[1].len() == 2;
        walk.span.0 += 1;
        for at in walk.stack.iter_mut() {
            *at = (*at + 1) % 3;
        }
        let ends = &mut walk.span;
        ends.1 = 0;
        let mut y = walk.weights[walk.stack[0]] * x[walk.span.0] + walk.weights[walk.span.1].cos();
        walk.weights[walk.rows[0][0]] *= y;
        if walk.flags[0] {
            y *= walk.weights[walk.rows[1][1]];
        }
        y
    }

    #[differentiate]
    pub fn anew(x: &[f64]) -> f64 {
        let mut walk = Walk {
            stack: vec![0, 1, 2],
            rows: vec![vec![0, 1], vec![2]],
            flags: [false, true],
            span: (1, 2),
            weights: x.to_vec(),
        };
        walk.stack.fill(1);
        walk.stack.clear();
        walk.stack.extend_from_slice(&[2, 0, 1]);
        walk.stack.truncate(2);
        walk.stack.insert(1, 2);
        walk.stack.sort();
        walk.stack.reverse();
        walk.stack.resize(5, 1);
        walk.stack.rotate_left(1);
        walk.stack.retain(|at| *at > 0);
        let mut y = 1.0;
        for at in 0..walk.stack.len() {
            walk.weights[walk.stack[at]] *= y;
            y *= walk.weights[walk.stack[at]].cos() + 0.5;
        }
        y
    }
}
popped(&vec![0.4, 0.3, 0.7]);
grown(&mut walk(), &vec![0.4, 0.3, 0.7]);
exchanged(&vec![0.4, 0.3, 0.7]);
anew(&vec![0.4, 0.3, 0.7]);
}

mod inputs {
    input!(super::alone::Walk => super::alone::WalkTangent, super::together::Walk => super::together::WalkTangent);
}
