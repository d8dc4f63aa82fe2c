//! Random programs grown directly in the IR: also of forms that lowering makes rarely.

use super::seeds::Random;
use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use crate::ir::{
    Arm, Block, Carried, CopyHow, Expr, Function, Head, Inert, Init, Join, Loop, Param, Passing, Path, Proj,
    Role, StmtKind, StoreOp, Tree, Ty, Var, Vars, Wrt, WrtTarget, build,
};
use crate::rules::table::rule;

/// The length of every array.
pub(crate) const LENGTH: usize = 3;

/// `fn sprout(x: f64, y: f64, v: &[f64], w: &mut [f64]) -> (f64, Vec<f64>)`, the same for the same seed.
pub(crate) fn function(seed: u64) -> Function {
    let mut vars = Vars::default();
    let slice = || Ty::Slice(Box::new(Ty::f64()));
    let types = [Ty::f64(), Ty::f64(), slice(), slice()];
    let passing = [Passing::Value, Passing::Value, Passing::Ref, Passing::RefMut];
    let mut params = Vec::new();
    for ((name, ty), passing) in ["x", "y", "v", "w"].iter().zip(types).zip(passing) {
        let role = if ty.is_scalar() { Role::Value } else { Role::Place };
        let name = format_ident!("{name}");
        let var = vars.named(&name, ty.clone(), role);
        vars[var].mutable = passing == Passing::RefMut;
        params.push(Param { name, ty, passing, var, last: None, active: true, no_diff: false, lent: false });
    }
    let [x, y, v, w] = [0, 1, 2, 3].map(|k| params[k].var);
    let mut sprout = Sprout {
        random: Random::new(seed),
        vars,
        scalars: vec![x, y],
        fixed: vec![x, y],
        integers: Vec::new(),
        places: vec![(v, false), (w, true)],
        budget: 20,
    };
    let mut body = Block::default();
    let start = sprout.value(&mut body);
    sprout.scalars.push(start);
    let n = 3 + sprout.below(6);
    sprout.stmts(&mut body, n);
    let s = sprout.value(&mut body);
    let kept = sprout.fresh("kept", Ty::Vec(Box::new(Ty::f64())), Role::Place);
    let (from, _) = sprout.places[sprout.places.len() - 1];
    push(&mut body, StmtKind::Declare { place: kept, init: copy(from) });
    let wrt = params
        .iter()
        .enumerate()
        .map(|(k, p)| Wrt { name: p.name.clone(), target: WrtTarget::Param(k) })
        .collect();
    Function {
        name: format_ident!("sprout"),
        vars: sprout.vars,
        params,
        body,
        result: Tree::Tuple(vec![Tree::Leaf(Expr::Var(s)), Tree::Leaf(Expr::Whole(Path::of(kept)))]),
        result_ty: Ty::Tuple(vec![Ty::f64(), Ty::Vec(Box::new(Ty::f64()))]),
        wrt,
        order: 1,
        tangents_from: None,
        items: Vec::new(),
        assumed: Vec::new(),
        singular: crate::rules::Singular::default(),
        repeatable: Default::default(),
        recursive: false,
        may_mark: true,
        passes: crate::passes::Passes::chosen(),
    }
}

fn push(block: &mut Block, kind: StmtKind) {
    block.push(kind, Span::call_site());
}

fn copy(from: Var) -> Init {
    Init::Copy { from: Path::of(from), how: CopyHow::ToVec }
}

struct Sprout {
    random: Random,
    vars: Vars,
    /// The current versions of the mutable scalars; which grow and shrink with blocks.
    scalars: Vec<Var>,
    /// Scalars that stay as they are.
    fixed: Vec<Var>,
    integers: Vec<Var>,
    places: Vec<(Var, bool)>,
    budget: usize,
}

impl Sprout {
    fn below(&mut self, n: usize) -> usize {
        self.random.below(n)
    }

    fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        self.random.pick(items)
    }

    fn fresh(&mut self, name: &str, ty: Ty, role: Role) -> Var {
        let var = self.vars.fresh(name, ty, role, Span::call_site());
        self.vars[var].mutable = role == Role::Place;
        var
    }

    fn float(&mut self, block: &mut Block, expr: Expr) -> Var {
        let var = self.fresh("a", Ty::f64(), Role::Value);
        self.vars[var].named = self.below(3) == 0;
        push(block, StmtKind::Let { var, expr });
        var
    }

    fn int(&mut self, block: &mut Block, expr: Expr) -> Var {
        let var = self.fresh("k", Ty::usize(), Role::Value);
        push(block, StmtKind::Let { var, expr });
        var
    }

    fn bool(&mut self, block: &mut Block, expr: Expr) -> Var {
        let var = self.fresh("c", Ty::bool(), Role::Value);
        push(block, StmtKind::Let { var, expr });
        var
    }

    fn scalar(&mut self) -> Expr {
        let all: Vec<Var> = self.scalars.iter().chain(&self.fixed).copied().collect();
        Expr::Var(self.pick(&all))
    }

    fn atom(&mut self, block: &mut Block) -> Expr {
        match self.below(7) {
            0 => {
                let value = self.pick(&[0.5, 1.25, -0.75, 2.0]);
                build::lit(value)
            }
            1 | 2 => {
                let (path, _) = self.element(block, false);
                Expr::Var(self.float(block, Expr::Load(path)))
            }
            3 if !self.integers.is_empty() => {
                let n = self.pick(&self.integers.clone());
                let cast = Expr::Cast(Box::new(Expr::Var(n)), Box::new(syn::parse_quote!(f64)));
                Expr::Var(self.float(block, cast))
            }
            _ => self.scalar(),
        }
    }

    fn index(&mut self, block: &mut Block, len: usize) -> Expr {
        if self.integers.is_empty() || self.below(3) == 0 {
            return build::int(self.below(len) as i64);
        }
        let n = self.pick(&self.integers.clone());
        let rem = |n| Expr::Binary(syn::parse_quote!(%), Box::new(n), Box::new(build::int(len as i64)));
        let n = match self.below(2) {
            0 => Expr::Var(n),
            _ => {
                let next =
                    Expr::Binary(syn::parse_quote!(+), Box::new(Expr::Var(n)), Box::new(build::int(1)));
                Expr::Var(self.int(block, next))
            }
        };
        Expr::Var(self.int(block, rem(n)))
    }

    fn place(&mut self, written: bool) -> Option<Var> {
        let places: Vec<Var> = self.places.iter().filter(|(_, m)| *m || !written).map(|(p, _)| *p).collect();
        (!places.is_empty()).then(|| self.pick(&places))
    }

    /// An element of a place, perhaps through a view.
    fn element(&mut self, block: &mut Block, written: bool) -> (Path, Var) {
        let place = self.place(written).expect("`w` can always be written");
        if self.below(6) == 0 {
            let view = self.fresh("part", Ty::Slice(Box::new(Ty::f64())), Role::View);
            self.vars[view].view = Some(Path::of(place).with(Proj::Range(Some(build::int(1)), None)));
            push(block, StmtKind::View { var: view });
            let index = self.index(block, LENGTH - 1);
            return (Path::of(view).with(Proj::Index(index)), place);
        }
        let index = self.index(block, LENGTH);
        (Path::of(place).with(Proj::Index(index)), place)
    }

    /// A value that stays moderate.
    fn value(&mut self, block: &mut Block) -> Var {
        let (a, b) = (self.atom(block), self.atom(block));
        let mut apply =
            |this: &mut Self, name: &str, args: Vec<Expr>| this.float(block, Expr::Rule(rule(name), args));
        match self.below(14) {
            0 | 1 => {
                let sum = apply(self, "add", vec![a, b]);
                apply(self, "mul", vec![Expr::Var(sum), build::lit(0.5)])
            }
            2 => apply(self, "sub", vec![a, b]),
            3 | 4 => {
                let product = apply(self, "mul", vec![a, b]);
                apply(self, "tanh", vec![Expr::Var(product)])
            }
            5 => {
                let square = apply(self, "mul", vec![b.clone(), b]);
                let more = apply(self, "add", vec![Expr::Var(square), build::lit(1.0)]);
                apply(self, "div", vec![a, Expr::Var(more)])
            }
            6 => apply(self, "sin", vec![a]),
            7 => {
                let cos = apply(self, "cos", vec![a]);
                apply(self, "mul", vec![Expr::Var(cos), b])
            }
            8 => {
                let size = apply(self, "abs", vec![a]);
                let more = apply(self, "add", vec![Expr::Var(size), build::lit(0.5)]);
                apply(self, "sqrt", vec![Expr::Var(more)])
            }
            9 => apply(self, "max", vec![a, b]),
            10 => apply(self, "neg", vec![a]),
            11 => {
                let sin = apply(self, "sin", vec![a]);
                apply(self, "mul_add", vec![Expr::Var(sin), b.clone(), b])
            }
            12 => self.float(block, Expr::Stop(Box::new(a))),
            _ => {
                let condition = self.condition(block);
                self.float(block, Expr::Select(Box::new(condition), Box::new(a), Box::new(b)))
            }
        }
    }

    fn condition(&mut self, block: &mut Block) -> Expr {
        let (a, b) = (self.atom(block), self.atom(block));
        let op = self.pick(&[syn::parse_quote!(<), syn::parse_quote!(>=)]);
        Expr::Var(self.bool(block, Expr::Binary(op, Box::new(a), Box::new(b))))
    }

    fn stmts(&mut self, block: &mut Block, n: usize) {
        for _ in 0..n {
            if self.budget == 0 {
                return;
            }
            self.budget -= 1;
            self.stmt(block);
        }
    }

    /// A block of its own: gives the versions of the scalars at its end.
    fn nested(&mut self, n: usize, before: impl FnOnce(&mut Self, &mut Block)) -> (Block, Vec<Var>) {
        let (scalars, fixed, integers) = (self.scalars.clone(), self.fixed.len(), self.integers.len());
        let places = self.places.len();
        let mut block = Block::default();
        before(self, &mut block);
        self.stmts(&mut block, n);
        self.fixed.truncate(fixed);
        self.integers.truncate(integers);
        self.places.truncate(places);
        let mut versions = std::mem::replace(&mut self.scalars, scalars);
        versions.truncate(self.scalars.len());
        (block, versions)
    }

    fn stmt(&mut self, block: &mut Block) {
        match self.below(23) {
            0 => {
                let value = self.value(block);
                self.fixed.push(value);
            }
            1..=4 => {
                let value = self.value(block);
                let at = self.below(self.scalars.len());
                self.scalars[at] = match self.below(2) {
                    0 => value,
                    _ => {
                        let sum = vec![Expr::Var(self.scalars[at]), Expr::Var(value)];
                        self.float(block, Expr::Rule(rule("add"), sum))
                    }
                };
            }
            5..=8 => {
                let value = Expr::Var(self.value(block));
                let (path, _) = self.element(block, true);
                let op = self.pick(&[StoreOp::Set, StoreOp::Set, StoreOp::Add, StoreOp::Sub]);
                push(block, StmtKind::Store { path, op, value });
            }
            9 | 10 => self.branch(block),
            11 => self.choice(block),
            12..=15 => self.looped(block),
            16 => {
                let (a, b) = (self.place(true), self.place(true));
                let (a, b) = (a.expect("`w`"), b.expect("`w`"));
                let (i, j) = (self.index(block, LENGTH), self.index(block, LENGTH));
                push(
                    block,
                    StmtKind::Swap(Path::of(a).with(Proj::Index(i)), Path::of(b).with(Proj::Index(j))),
                );
            }
            17 => {
                let value = Expr::Var(self.value(block));
                let place = self.place(true).expect("`w`");
                let path = match self.below(2) {
                    0 => Path::of(place),
                    _ => Path::of(place).with(Proj::Range(Some(build::int(1)), Some(build::int(3)))),
                };
                push(block, StmtKind::Fill { path, value });
            }
            18 => {
                let (to, from) = (self.place(true).expect("`w`"), self.place(false).expect("`v`"));
                if to != from {
                    push(block, StmtKind::Assign { path: Path::of(to), init: copy(from), slice: true });
                }
            }
            19 => self.pushed(block),
            20 => self.moved(block),
            _ => self.declaration(block),
        }
    }

    fn declaration(&mut self, block: &mut Block) {
        let init = match self.below(4) {
            0 => Init::List { vec: true, items: (0..LENGTH).map(|_| Expr::Var(self.value(block))).collect() },
            1 => {
                let value = Expr::Var(self.value(block));
                Init::Repeat { vec: true, value, len: build::int(LENGTH as i64) }
            }
            2 => Init::Repeat { vec: true, value: build::lit(0.0), len: build::int(LENGTH as i64) },
            _ => copy(self.place(false).expect("`v`")),
        };
        let place = self.fresh("b", Ty::Vec(Box::new(Ty::f64())), Role::Place);
        push(block, StmtKind::Declare { place, init });
        self.places.push((place, true));
    }

    /// A Vec made to be moved into another.
    fn moved(&mut self, block: &mut Block) {
        self.declaration(block);
        let Some((from, _)) = self.places.pop() else { return };
        let to =
            self.place(true).filter(|to| matches!(self.vars[*to].ty, Ty::Vec(_)) && *to != self.places[1].0);
        if let Some(to) = to {
            let init = Init::Copy { from: Path::of(from), how: CopyHow::Move };
            push(block, StmtKind::Assign { path: Path::of(to), init, slice: false });
        }
    }

    /// A Vec that grows to the length of the others.
    fn pushed(&mut self, block: &mut Block) {
        let place = self.fresh("grown", Ty::Vec(Box::new(Ty::f64())), Role::Place);
        push(block, StmtKind::Declare { place, init: Init::EmptyVec(None) });
        let index = self.fresh("i", Ty::usize(), Role::Value);
        let (body, _) = self.nested(1, |this, block| {
            this.integers.push(index);
            let value = Expr::Var(this.value(block));
            push(block, StmtKind::Push { path: Path::of(place), value });
        });
        let (lo, hi) = (build::int(0), build::int(LENGTH as i64));
        let head = Head::For { index, lo, hi, inclusive: false, step: None, rev: false };
        let looped = Loop { head, carried: Vec::new(), body, break_if: None, trips: None, label: None };
        push(block, StmtKind::Loop(Box::new(looped)));
        self.places.push((place, true));
    }

    fn joined(&mut self, arms: &[Vec<Var>], diverging: Option<usize>) -> Vec<Join> {
        let mut joins = Vec::new();
        for k in 0..self.scalars.len() {
            if arms.iter().all(|arm| arm[k] == self.scalars[k]) {
                continue;
            }
            let var = self.fresh("j", Ty::f64(), Role::Value);
            let value = |(arm, versions): (usize, &Vec<Var>)| {
                (diverging != Some(arm)).then(|| Expr::Var(versions[k]))
            };
            joins.push(Join { var, values: arms.iter().enumerate().map(value).collect() });
            self.scalars[k] = var;
        }
        joins
    }

    fn branch(&mut self, block: &mut Block) {
        let cond = self.condition(block);
        let (n, m) = (1 + self.below(3), self.below(3));
        let (then, first) = self.nested(n, |_, _| {});
        let (otherwise, second) = self.nested(m, |_, _| {});
        let joins = self.joined(&[first, second], None);
        push(block, StmtKind::If { cond, then, otherwise, joins });
    }

    fn choice(&mut self, block: &mut Block) {
        let scrutinee = self.index(block, 3);
        let mut arms = Vec::new();
        let mut versions = Vec::new();
        for pat in ["0", "1 | 7", "rest"] {
            let code: TokenStream = pat.parse().expect("a pattern");
            let mut binds: Vec<(Ident, Var)> = Vec::new();
            if pat == "rest" {
                let var = self.fresh("rest", Ty::usize(), Role::Value);
                binds.push((format_ident!("rest"), var));
            }
            let n = 1 + self.below(2);
            let (body, version) =
                self.nested(n, |this, _| this.integers.extend(binds.iter().map(|(_, var)| *var)));
            arms.push(Arm { pat: code, binds, guard: None, body });
            versions.push(version);
        }
        let joins = self.joined(&versions, None);
        let name = format_ident!("n");
        let scrutinee = Inert { code: quote!(#name), binds: vec![(name, scrutinee)], pure: true };
        push(block, StmtKind::Match { scrutinee, arms, joins });
    }

    fn looped(&mut self, block: &mut Block) {
        let inits = self.scalars.clone();
        // What is not carried ends with the iteration.
        let phis: Vec<Option<Var>> = (0..inits.len())
            .map(|_| (self.below(3) > 0).then(|| self.fresh("p", Ty::f64(), Role::Value)))
            .collect();
        self.scalars = phis.iter().zip(&inits).map(|(phi, init)| phi.unwrap_or(*init)).collect();
        let kind = self.below(5);
        let n = 1 + self.below(3);
        let mut break_if = None;
        let breaking = self.below(2) == 0 || kind == 4;
        let counter = self.fresh("i", Ty::usize(), Role::Value);
        let next_counter = self.fresh("i", Ty::usize(), Role::Value);
        let plus_one =
            Expr::Binary(syn::parse_quote!(+), Box::new(Expr::Var(counter)), Box::new(build::int(1)));
        let (mut body, versions) = self.nested(n, |this, block| {
            if kind >= 3 {
                push(block, StmtKind::Let { var: next_counter, expr: plus_one });
            }
            this.integers.push(counter);
            // A condition on values of the body is computed at its start or inside; here at its start.
            if breaking {
                break_if = Some(this.condition(block));
            }
        });
        if let (4, Some(condition)) = (kind, &mut break_if) {
            let at_end = self.fresh("c", Ty::bool(), Role::Value);
            let limit = Box::new(build::int(4));
            let expr = Expr::Binary(syn::parse_quote!(>=), Box::new(Expr::Var(next_counter)), limit);
            push(&mut body, StmtKind::Let { var: at_end, expr });
            let both = self.fresh("c", Ty::bool(), Role::Value);
            let or =
                Expr::Binary(syn::parse_quote!(||), Box::new(condition.clone()), Box::new(Expr::Var(at_end)));
            push(&mut body, StmtKind::Let { var: both, expr: or });
            *condition = Expr::Var(both);
        }
        let mut carried = Vec::new();
        for (k, phi) in phis.iter().enumerate() {
            self.scalars[k] = inits[k];
            if let Some(phi) = *phi {
                let (init, next) = (Expr::Var(inits[k]), Expr::Var(versions[k]));
                self.scalars[k] = self.fresh("o", Ty::f64(), Role::Value);
                carried.push(Carried { phi, init, next, out: self.scalars[k] });
            }
        }
        let head = match kind {
            0..=2 => {
                let (inclusive, rev) = (self.below(4) == 0, self.below(3) == 0);
                let step = (self.below(5) == 0).then(|| build::int(2));
                let lo = build::int(self.below(2) as i64);
                let hi = build::int(1 + self.below(4) as i64);
                Head::For { index: counter, lo, hi, inclusive, step, rev }
            }
            _ => {
                let out = self.fresh("i", Ty::usize(), Role::Value);
                carried.push(Carried {
                    phi: counter,
                    init: build::int(0),
                    next: Expr::Var(next_counter),
                    out,
                });
                if kind == 4 {
                    Head::Forever
                } else {
                    let mut test = Block::default();
                    let limit = Box::new(build::int(3));
                    let less = Expr::Binary(syn::parse_quote!(<), Box::new(Expr::Var(counter)), limit);
                    let cond = Expr::Var(self.bool(&mut test, less));
                    Head::While { test, cond }
                }
            }
        };
        let counted = matches!(head, Head::For { .. }) && break_if.is_none();
        let trips = (!counted).then(|| self.fresh("trips", Ty::usize(), Role::Value));
        let looped = Loop { head, carried, body, break_if, trips, label: None };
        push(block, StmtKind::Loop(Box::new(looped)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ir::eval::{Library, Value};
    use crate::tests::compare;
    use crate::tests::seeds::seeds;

    #[test]
    fn sprouts_are_differentiated_rightly() {
        let mut wrong = 0;
        for seed in seeds(60) {
            // Every third program is differentiated literally.
            let without = if seed % 3 == 2 { "all" } else { "" };
            let of = compare::differentiate(crate::ir::Function {
                passes: crate::passes::Passes::without(without),
                ..function(seed)
            });
            let args = [
                Value::Float(0.75),
                Value::Float(-0.5),
                Value::floats([0.5, -1.25, 0.8]),
                Value::floats([1.1, 0.3, -0.6]),
            ];
            if let Err(message) = of.and_then(|of| compare::check(&Library::new(), &of, &args)) {
                wrong += 1;
                if wrong <= 3 {
                    println!("---- seed {seed}: {message}");
                }
            }
        }
        assert_eq!(wrong, 0, "programs are differentiated wrongly");
    }
}
