//! Recursive types and interpreters, in a module that sees their definitions.

use autodiff_runtime::differentiate;

use self::trees::Expr::*;
use self::trees::*;

#[differentiate]
pub mod trees {
    #[derive(Clone, Debug)]
    pub enum Expr {
        Const(f64),
        Var,
        Add(Box<Expr>, Box<Expr>),
        Mul(Box<Expr>, Box<Expr>),
        Sin(Box<Expr>),
        Pow(Box<Expr>, i32),
        Sum(Vec<Expr>),
    }
    use Expr::*;

    pub fn eval(e: &Expr, x: f64) -> f64 {
        match e {
            Const(c) => *c,
            Var => x,
            Add(a, b) => eval(a, x) + eval(b, x),
            Mul(a, b) => eval(a, x) * eval(b, x),
            Sin(a) => eval(a, x).sin(),
            Pow(a, n) => eval(a, x).powi(*n),
            Sum(all) => all.iter().map(|e| eval(e, x)).sum(),
        }
    }

    impl Expr {
        pub fn value(&self, x: f64) -> f64 {
            match self {
                Self::Const(c) => *c,
                Self::Var => x,
                Self::Add(a, b) => a.value(x) + b.value(x),
                Self::Mul(a, b) => a.value(x) * b.value(x),
                Self::Sin(a) => a.value(x).sin(),
                Self::Pow(a, n) => a.value(x).powi(*n),
                Self::Sum(all) => {
                    let mut sum = 0.0;
                    for e in all {
                        sum += e.value(x);
                    }
                    sum
                }
            }
        }
        pub fn scaled(self, k: f64) -> Expr {
            match self {
                Const(c) => Const(c * k),
                Var => Mul(Box::new(Const(k)), Box::new(Var)),
                Add(a, b) => Add(Box::new(a.scaled(k)), Box::new(b.scaled(k))),
                Mul(a, b) => Mul(Box::new(a.scaled(k)), b),
                other => Mul(Box::new(Const(k)), Box::new(other)),
            }
        }
    }

    pub fn of_scaled(e: &Expr, k: f64, x: f64) -> f64 {
        eval(&e.clone().scaled(k), x)
    }

    pub enum List {
        Nil,
        Cons(f64, Box<List>),
    }
    impl List {
        pub fn sum(&self) -> f64 {
            match self {
                List::Nil => 0.0,
                List::Cons(v, rest) => v * v + rest.sum(),
            }
        }
        pub fn push(self, x: f64) -> List {
            List::Cons(x, Box::new(self))
        }
    }
    pub fn of_list(x: f64, n: usize) -> f64 {
        let mut list = List::Nil;
        for i in 0..n {
            list = List::Cons(x * i as f64, Box::new(list));
        }
        list.sum()
    }

    #[derive(Clone, Debug)]
    pub enum Op {
        Push(f64),
        Load(usize),
        Add,
        Mul,
        Sin,
        Swap,
    }

    pub fn run(program: &[Op], inputs: &[f64]) -> f64 {
        let mut stack: Vec<f64> = Vec::new();
        for op in program {
            match op {
                Op::Push(c) => stack.push(*c),
                Op::Load(i) => stack.push(inputs[*i]),
                Op::Add => {
                    let b = stack.pop().unwrap();
                    let a = stack.pop().unwrap();
                    stack.push(a + b);
                }
                Op::Mul => {
                    let (b, a) = (stack.pop().unwrap(), stack.pop().unwrap());
                    stack.push(a * b);
                }
                Op::Sin => {
                    let n = stack.len();
                    stack[n - 1] = stack[n - 1].sin();
                }
                Op::Swap => {
                    let n = stack.len();
                    stack.swap(n - 1, n - 2);
                }
            }
        }
        stack[0]
    }

    // generics
    #[derive(Clone, Debug)]
    pub enum Either<L, R> {
        Left(L),
        Right(R),
    }
    pub fn either(e: &Either<f64, Vec<f64>>, k: f64) -> f64 {
        match e {
            Either::Left(x) => x * k,
            Either::Right(v) => v.iter().sum::<f64>() * k,
        }
    }
    pub fn make_either(x: f64) -> f64 {
        let e: Either<f64, Vec<f64>> = if x > 1.0 { Either::Left(x * x) } else { Either::Right(vec![x, x]) };
        either(&e, x)
    }
    // several payloads changed at once
    #[derive(Clone, Debug)]
    pub enum Pair {
        Both(Vec<f64>, Vec<f64>),
        Table(usize, Vec<f64>),
        One(Vec<f64>),
    }
    fn mix(a: &mut Vec<f64>, b: &mut Vec<f64>, k: f64) {
        for i in 0..a.len() {
            let t = a[i];
            a[i] = b[i] * k;
            b[i] = t * t;
        }
    }
    fn dot(a: &[f64], b: &[f64]) -> f64 {
        a.iter().zip(b).map(|(x, y)| x * y).sum()
    }
    fn add_to(a: &mut Vec<f64>, b: &[f64]) {
        for i in 0..a.len() {
            a[i] += b[i] * b[i];
        }
    }
    pub fn mixed(p: &mut Pair, k: f64) -> f64 {
        match p {
            Pair::Both(a, b) => {
                mix(a, b, k);
                add_to(a, b);
                std::mem::swap(a, b);
                dot(a, b)
            }
            Pair::Table(n, v) => {
                v[*n] *= k;
                v[*n - 1] = v[*n] * v[0];
                v[*n]
            }
            Pair::One(v) => v[0],
        }
    }
    pub fn pushed(k: f64) -> f64 {
        let mut p = Pair::Table(2, vec![k]);
        if let Pair::Table(n, v) = &mut p {
            v.push(k * *n as f64);
            v.push(k);
            *n += 1;
            v[*n - 1] *= v[0];
        }
        match p {
            Pair::Table(n, v) => v[n - 1] * v[1],
            _ => 0.0,
        }
    }
}

input!(Expr => ExprTangent, List => ListTangent, Op => OpTangent, Pair => PairTangent);
fn expression() -> Expr {
    Add(
        Box::new(Mul(
            Box::new(Const(2.0)),
            Box::new(Sin(Box::new(Mul(Box::new(Const(1.5)), Box::new(Var))))),
        )),
        Box::new(Sum(vec![Pow(Box::new(Const(0.5)), 3), Var, Const(1.25)])),
    )
}
fn list() -> List {
    List::Cons(1.5, Box::new(List::Cons(0.5, Box::new(List::Nil))))
}
fn program() -> Vec<Op> {
    vec![Op::Push(2.0), Op::Load(0), Op::Mul, Op::Sin, Op::Load(1), Op::Push(0.5), Op::Swap, Op::Add, Op::Add]
}

#[test]
fn a_method_has_the_gradient_of_the_function() {
    let tree = expression();
    let ((by_method, pullback), (by_function, other)) = (tree.value_vjp(0.7), eval::vjp(&tree, 0.7));
    assert_eq!(by_method, by_function);
    assert_eq!(pullback(1.0), other(1.0));
}

#[test]
fn the_gradient_of_a_list_is_a_list() {
    let (value, gradient) = list().sum_value_and_grad();
    assert_eq!(value, 2.5);
    let ListTangent::Cons(3.0, rest) = gradient else { panic!("{gradient:?}") };
    assert_eq!(*rest, ListTangent::Cons(1.0, Box::new(ListTangent::Nil)));
}

#[test]
fn branches_of_generic_enums() {
    assert_eq!(either::grad(&Either::Left(0.5), 3.0), (EitherTangent::Left(3.0), 0.5));
    assert_eq!(either::grad(&Either::Right(vec![0.5]), 3.0), (EitherTangent::Right(vec![3.0]), 0.5));
}

checks! {
    eval(&expression(), 0.7);
    of_scaled(&expression(), 1.5, 0.7);
    of_list(0.7, @4);
    run(&program(), &[0.7, 0.3]);
    make_either(0.5);
    make_either as make_left(1.5);
    mixed(&mut Pair::Both(vec![0.5, 1.5], vec![2.0, -0.5]), 0.7);
    mixed as mixed_one(&mut Pair::One(vec![0.5]), 0.7);
    mixed as mixed_table(&mut Pair::Table(2, vec![2.0, -0.5, 1.5]), 0.7);
    pushed(0.7);
}
