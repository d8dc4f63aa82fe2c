//! Lengths that are said where something comes to be: `vec![0.0; d].len()` is `d`, and so is that of `&x[i * d..(i + 1) * d]`. What
//! helper functions ask of the slices that they are handed is known then to the loops of their callers.
//!
//! Invariant: every value and every panic is what it was. A `Vec` has the length of its declaration only if nothing changes it.

use std::collections::BTreeMap;

use crate::ir::visit::Part;
use crate::ir::{
    Block, Expr, Function, Init, Passing, Path, Proj, Role, Stmt, StmtKind, Ty, Var, VarMap, VarSet, Vars,
    build,
};
use crate::lower::rewrite::Substitution;

/// Views of no more elements are reached through what they show.
const SHORT: i64 = 8;

/// Says the lengths that are known.
pub(crate) fn lengths(mut function: Function) -> Function {
    let mut known = Known::of(&function);
    let mut renamed = Substitution::default();
    function.body.walk(&mut |stmt| known.learn(stmt, &function, &mut renamed));
    let Known { lets, .. } = known;
    if !renamed.is_empty() {
        renamed.block(&mut function.body, &mut function.vars);
        function.result.leaves_mut().into_iter().for_each(|leaf| renamed.expr(leaf));
        let lasts = function.params.iter_mut().filter_map(|param| param.last.as_mut());
        lasts.for_each(|last| renamed.expr(last));
        function.body.walk_mut(&mut |stmt| {
            if let StmtKind::Let { var, expr: expr @ Expr::Len(_) } = &mut stmt.kind {
                let mut length = Expr::Var(*var);
                renamed.expr(&mut length);
                if !matches!(length, Expr::Var(same) if same == *var) {
                    *expr = length;
                }
            }
        });
    }
    let mut kept = function.locals_apart();
    function.result.leaves().into_iter().for_each(|leaf| {
        leaf.vars(&mut |var| {
            kept.insert(var);
        });
    });
    short_views(&mut function.body, &mut function.vars, &lets, &kept);
    function
}

/// A sum of products of integers, modulo the largest one: what slices have been cut by has not run over.
type Sum = BTreeMap<Vec<Var>, i64>;

/// Integers by what they are made of.
#[derive(Default)]
struct Lets(VarMap<Sum>);

impl Lets {
    fn sum(&self, atom: &Expr) -> Option<Sum> {
        match atom {
            Expr::Var(var) => Some(self.0.get(var).cloned().unwrap_or_else(|| Sum::from([(vec![*var], 1)]))),
            atom => {
                let value =
                    build::value_of(atom).filter(|value| value.fract() == 0.0 && value.abs() < 1e9)?;
                Some(if value == 0.0 { Sum::new() } else { Sum::from([(Vec::new(), value as i64)]) })
            }
        }
    }

    fn learn(&mut self, var: Var, expr: &Expr) {
        let Expr::Binary(op, a, b) = expr else { return };
        let (Some(a), Some(b)) = (self.sum(a), self.sum(b)) else { return };
        let sum = match op {
            syn::BinOp::Add(_) => plus(a, &b, 1),
            syn::BinOp::Sub(_) => plus(a, &b, -1),
            syn::BinOp::Mul(_) => times(&a, &b),
            _ => return,
        };
        if sum.len() <= 8 && sum.keys().all(|product| product.len() <= 4) {
            self.0.insert(var, sum);
        }
    }

    /// How many elements a range has.
    fn length(&self, lo: Option<&Expr>, hi: &Expr) -> Option<Sum> {
        let hi = self.sum(hi)?;
        match lo {
            None => Some(hi),
            Some(lo) => Some(plus(hi, &self.sum(lo)?, -1)),
        }
    }
}

fn plus(mut a: Sum, b: &Sum, factor: i64) -> Sum {
    for (product, count) in b {
        let entry = a.entry(product.clone()).or_default();
        *entry = entry.wrapping_add(factor.wrapping_mul(*count));
    }
    a.retain(|_, count| *count != 0);
    a
}

fn times(a: &Sum, b: &Sum) -> Sum {
    let mut all = Sum::new();
    for (x, m) in a {
        for (y, n) in b {
            let mut product: Vec<Var> = x.iter().chain(y).copied().collect();
            product.sort();
            all = plus(all, &Sum::from([(product, m.wrapping_mul(*n))]), 1);
        }
    }
    all
}

fn number(sum: &Sum) -> Option<i64> {
    match sum.len() {
        0 => Some(0),
        1 => sum.get(&Vec::new()).copied(),
        _ => None,
    }
}

fn atom(sum: &Sum) -> Option<Expr> {
    if let Some(number) = number(sum) {
        return (number >= 0).then(|| build::int(number));
    }
    match sum.iter().next() {
        Some((product, 1)) if sum.len() == 1 && product.len() == 1 => Some(Expr::Var(product[0])),
        _ => None,
    }
}

/// What is known of lengths.
pub(super) struct Known {
    lets: Lets,
    /// What changes its length, or may.
    changing: VarSet,
    /// What each place has as many elements as.
    of: VarMap<Expr>,
}

impl Known {
    pub(super) fn of(function: &Function) -> Known {
        let vars = &function.vars;
        let mut changing = VarSet::new();
        let mut alike: Vec<(Var, Option<Var>)> = Vec::new();
        function.body.walk(&mut |stmt| {
            match &stmt.kind {
                // What is exchanged with what has the same length keeps it.
                StmtKind::Swap(a, b) => {
                    let (a, b) = (vars.resolve(a), vars.resolve(b));
                    match a.proj.is_empty() && b.proj.is_empty() {
                        true => alike.extend([(a.root, Some(b.root)), (b.root, Some(a.root))]),
                        false => {
                            changing.extend([a, b].into_iter().filter(|p| whole(p, vars)).map(|p| p.root))
                        }
                    }
                    return;
                }
                StmtKind::Assign { path, init: Init::Copy { from, .. }, slice: false } => {
                    let (to, from) = (vars.resolve(path), vars.resolve(from));
                    if to.proj.is_empty() {
                        alike.push((to.root, from.proj.is_empty().then_some(from.root)));
                    }
                    return;
                }
                StmtKind::Fill { .. } | StmtKind::Assign { slice: true, .. } => return,
                _ => {}
            }
            stmt.parts(&mut |part| match part {
                Part::WritePath(path) if whole(path, vars) => {
                    changing.insert(vars.root(path));
                }
                Part::Change(var) => {
                    changing.insert(vars.root(&Path::of(var)));
                }
                _ => {}
            });
        });
        let mut known = Known { lets: Lets::default(), changing, of: VarMap::new() };
        // A place may have its length from one that is declared before it.
        function.body.walk(&mut |stmt| {
            if let StmtKind::Declare { place, init } = &stmt.kind {
                if let Some(length) = known.of_init(init, function) {
                    known.of.insert(*place, length);
                }
            }
        });
        loop {
            let apart = alike.iter().find(|(to, from)| {
                let length = |var: &Var| known.length_of_place(*var, function);
                let same = from.as_ref().and_then(|from| Some(is_same(&length(to)?, &length(from)?)));
                !known.changing.contains(to) && same != Some(true)
            });
            let Some((to, _)) = apart else { break };
            known.changing.insert(*to);
        }
        known
    }

    fn of_init(&self, init: &Init, function: &Function) -> Option<Expr> {
        match init {
            Init::List { items, .. } => Some(build::int(items.len() as i64)),
            Init::Repeat { len, .. } if len.is_atom() => Some(len.clone()),
            Init::Copy { from, .. } => {
                let full = function.vars.resolve(from);
                full.proj.is_empty().then(|| self.length_of_place(full.root, function))?
            }
            _ => None,
        }
    }

    /// Whether a local has the length that it was declared with throughout.
    pub(super) fn keeps_length(&self, place: Var) -> bool {
        !self.changing.contains(&place)
    }

    /// The length of a place that keeps it: an atom, or that of a parameter.
    pub(super) fn length_of_place(&self, place: Var, function: &Function) -> Option<Expr> {
        let info = &function.vars[place];
        let lent = |param: &&crate::ir::Param| param.var == place && param.passing != Passing::Value;
        if info.role != Role::Place || self.changing.contains(&place) {
            return None;
        }
        match (function.params.iter().find(lent), &info.ty) {
            (Some(_), Ty::Slice(_) | Ty::Vec(_)) => Some(Expr::Len(Path::of(place))),
            _ => self.of.get(&place).cloned(),
        }
    }

    /// In the order of the program.
    fn learn(&mut self, stmt: &Stmt, function: &Function, renamed: &mut Substitution) {
        let StmtKind::Let { var, expr } = &stmt.kind else { return };
        let Expr::Len(path) = expr else {
            return self.lets.learn(*var, expr);
        };
        let full = function.vars.resolve(path);
        let array = function.vars.type_of(path).number_of_elements();
        let length = match full.proj.last() {
            _ if array.is_some() => array.map(build::int),
            None => self.length_of_place(full.root, function),
            Some(Proj::Range(lo, Some(hi))) => {
                self.lets.length(lo.as_ref(), hi).and_then(|length| atom(&length))
            }
            _ => None,
        };
        let Some(length) = length.filter(Expr::is_atom) else { return };
        if let Some(sum) = self.lets.sum(&length) {
            self.lets.0.insert(*var, sum);
            renamed.insert(*var, length);
        }
    }
}

pub(super) fn is_same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Len(a), Expr::Len(b)) => a.root == b.root && a.proj.is_empty() && b.proj.is_empty(),
        (a, b) => build::value_of(a).is_some() && build::value_of(a) == build::value_of(b),
    }
}

/// Whether a write may change how many elements there are.
fn whole(path: &Path, vars: &Vars) -> bool {
    let full = vars.resolve(path);
    full.proj.iter().all(|proj| matches!(proj, Proj::Field(_) | Proj::Deref))
        && !matches!(vars[full.root].ty, Ty::Array(..) | Ty::Slice(_))
}

/// Reaches the elements of views of few elements through what they show, and leaves views out that nobody reaches any more and that
/// were cut where an element is read that is there only if they are.
fn short_views(block: &mut Block, vars: &mut Vars, lets: &Lets, kept: &VarSet) {
    let mut at = 0;
    while at < block.stmts.len() {
        block.stmts[at].blocks_mut().into_iter().for_each(|inner| short_views(inner, vars, lets, kept));
        if let StmtKind::View { var } = block.stmts[at].kind {
            if let Some(short) = Short::of(var, vars, lets).filter(|_| !kept.contains(&var)) {
                let made = short.reach(&mut block.stmts[at + 1..], vars);
                let behind = &block.stmts[at + 1..];
                let read = |stmt: &Stmt| match &stmt.kind {
                    StmtKind::Let { expr: Expr::Load(path), .. } => short.is_last(path, &made, vars, lets),
                    _ => false,
                };
                let shown = vars.0.iter().any(|info| info.view.as_ref().is_some_and(|view| view.root == var));
                let named = behind.iter().any(|stmt| names(stmt, var));
                let drops = !shown && !named && behind.iter().any(read);
                let span = block.stmts[at].span;
                let made =
                    made.into_iter().map(|(_, var, expr)| Stmt { kind: StmtKind::Let { var, expr }, span });
                block.stmts.splice(at..at + usize::from(drops), made);
                if drops {
                    continue;
                }
            }
        }
        at += 1;
    }
}

fn names(stmt: &Stmt, view: Var) -> bool {
    let mut found = false;
    stmt.reads(&mut |var| found |= var == view);
    found || stmt.blocks().iter().any(|block| block.stmts.iter().any(|stmt| names(stmt, view)))
}

/// A view of a known number of elements of what is no part itself.
struct Short {
    view: Var,
    of: Path,
    lo: Expr,
    length: i64,
}

impl Short {
    fn of(view: Var, vars: &Vars, lets: &Lets) -> Option<Short> {
        let shown = vars[view].view.as_ref()?;
        let (Proj::Range(lo, Some(hi)), of) = (shown.proj.last()?, &shown.proj[..shown.proj.len() - 1])
        else {
            return None;
        };
        let length = number(&lets.length(lo.as_ref(), hi)?).filter(|length| (1..=SHORT).contains(length))?;
        let of = Path { root: shown.root, proj: of.to_vec() };
        let plain = vars.resolve(&of).proj.iter().all(|proj| matches!(proj, Proj::Index(_) | Proj::Field(_)));
        let lo = lo.clone().unwrap_or_else(|| build::int(0));
        (plain && !vars[view].mutable).then_some(Short { view, of, lo, length })
    }

    /// Loads by literal indices are those of what is shown; the indices that are made for that.
    fn reach(&self, stmts: &mut [Stmt], vars: &mut Vars) -> Vec<(i64, Var, Expr)> {
        let mut made: Vec<(i64, Var, Expr)> = Vec::new();
        let mut load = |expr: &mut Expr| {
            let Expr::Load(path) = expr else { return };
            let (true, [Proj::Index(index), rest @ ..]) = (path.root == self.view, &path.proj[..]) else {
                return;
            };
            let Some(index) = build::value_of(index).map(|index| index as i64) else { return };
            if !(0..self.length).contains(&index) {
                return;
            }
            let at = match (build::value_of(&self.lo), index) {
                (Some(lo), index) => build::int(lo as i64 + index),
                (None, 0) => self.lo.clone(),
                (None, index) => match made.iter().find(|(other, ..)| *other == index) {
                    Some((_, var, _)) => Expr::Var(*var),
                    None => {
                        let span = vars[self.view].span;
                        let var = vars.fresh("index", Ty::usize(), Role::Value, span);
                        let plus = syn::BinOp::Add(Default::default());
                        let sum = Expr::Binary(plus, Box::new(self.lo.clone()), Box::new(build::int(index)));
                        made.push((index, var, sum));
                        Expr::Var(var)
                    }
                },
            };
            let proj = self.of.proj.iter().cloned().chain([Proj::Index(at)]).chain(rest.iter().cloned());
            *path = Path { root: self.of.root, proj: proj.collect() };
        };
        for stmt in stmts {
            stmt.exprs_mut(&mut |expr| load(expr));
            let mut inner: Vec<&mut Block> = stmt.blocks_mut();
            while let Some(block) = inner.pop() {
                for stmt in &mut block.stmts {
                    stmt.exprs_mut(&mut |expr| load(expr));
                    inner.extend(stmt.blocks_mut());
                }
            }
        }
        made
    }

    /// Whether a path is the last element that the view shows.
    fn is_last(&self, path: &Path, made: &[(i64, Var, Expr)], vars: &Vars, lets: &Lets) -> bool {
        let (full, of) = (vars.resolve(path), vars.resolve(&self.of));
        let [before @ .., Proj::Index(index)] = &full.proj[..] else { return false };
        if full.root != of.root || !before.is_empty() || !of.proj.is_empty() {
            return false;
        }
        let last = self.length - 1;
        if let Expr::Var(var) = index {
            if made.iter().any(|(at, made, _)| made == var && *at == last) {
                return true;
            }
        }
        let from = lets.sum(index).zip(lets.sum(&self.lo)).map(|(index, lo)| plus(index, &lo, -1));
        from.and_then(|from| number(&from)) == Some(last)
    }
}

#[cfg(test)]
mod tests {
    use crate::ir::print;

    fn said(item: proc_macro2::TokenStream) -> String {
        print::function(&super::lengths(crate::lower::tests::lowered(&syn::parse2(item).unwrap())))
    }

    #[test]
    fn what_is_declared_with_a_length_has_it() {
        let text = said(quote::quote! {
            fn f(x: &[f64], d: usize) -> f64 {
                let mut y = vec![0.0; d];
                let mut z = vec![1.0; d];
                let row = &x[2 * d..(1 + 2) * d];
                for i in 0..row.len() {
                    y[i] = row[i] * row[i];
                }
                std::mem::swap(&mut y, &mut z);
                let mut sum = 0.0;
                for i in 0..y.len() {
                    sum += y[i] * z[i];
                }
                sum
            }
        });
        assert_eq!(text.matches("in 0..d").count(), 2, "{text}");
    }

    #[test]
    fn what_may_have_another_length_is_asked() {
        for body in [
            quote::quote! { y.push(x[0]); },
            quote::quote! { let mut z = vec![0.0; 3]; std::mem::swap(&mut y, &mut z); },
            quote::quote! { if x[0] > 0.0 { y = vec![x[0]]; } },
            quote::quote! { y = x.to_vec(); },
            quote::quote! { other(&mut y, x); },
        ] {
            let text = said(quote::quote! {
                fn f(x: &[f64], d: usize) -> f64 {
                    let mut y = vec![0.0; d];
                    #body
                    let mut sum = 0.0;
                    for i in 0..y.len() {
                        sum += y[i] * x[i];
                    }
                    sum
                }
            });
            assert!(!text.contains("in 0..d"), "{text}");
        }
    }

    #[test]
    fn short_views_are_reached_through_what_they_show() {
        let view = |reads: proc_macro2::TokenStream| {
            let text = said(quote::quote! {
                fn f(x: &[f64]) -> f64 {
                    let mut sum = 0.0;
                    for i in 0..x.len() - 1 {
                        let pair = &x[i..i + 2];
                        sum += #reads;
                    }
                    sum
                }
            });
            text.contains("view pair")
        };
        assert!(!view(quote::quote!(pair[0] * pair[1])));
        // Without its last element the view may be one that is not there.
        assert!(view(quote::quote!(pair[0] * 2.0)));
        assert!(view(quote::quote!(pair[1] * pair[2])));
        assert!(view(quote::quote!(pair[1] * pair.iter().sum::<f64>())));
    }
}
