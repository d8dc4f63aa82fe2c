//! Strips: a loop whose reversed stencil scatters runs eight iterations at a time, first all values, then all additions.
//!
//! `x_bar[i] += e; x_bar[i + 1] += f; s += g;` is two chains from iteration to iteration, one through memory. In a strip of
//! eight iterations, `e`, `f` and `g` go to small arrays, which is one loop without any chain; then each array is added where
//! it belongs, which is one as well, and `s` is summed in the order of the iterations. What does not fill a strip runs as it
//! was written.
//!
//! Invariant: an iteration computes the same values from the same operands, since nothing that it reads is among what the
//! additions change; every scalar is summed in the same order; every element holds the same contributions, in another order.

pub(super) mod scatter;
pub(super) mod windows;

use proc_macro2::Span;
use quote::quote;

use self::scatter::{reached, scattered};
use self::windows::{Stretch, Window, windowed};
use super::affine::{Indices, Linear, plus, same_path};
use super::direct;
use crate::ir::{
    Block, Carried, Expr, Head, Init, Loop, Path, Proj, Role, Stmt, StmtKind, StoreOp, Ty, Var, Vars, build,
};

/// Iterations in a strip: two registers of doubles, four of the narrowest.
const WIDTH: i64 = 8;

/// Dearer functions do not vectorise, and hide the chains.
const DEAREST: u32 = 10;

/// Longer bodies would not fit the registers.
const LONGEST: usize = 40;

/// What an iteration adds to an element that others reach as well.
struct Element {
    prefix: Path,
    at: Linear,
    op: StoreOp,
    parts: Var,
    /// The value, where it is the only one and has a name.
    sole: Option<Var>,
}

/// What an iteration adds to a scalar.
enum Sum {
    /// A mutable one, by a statement.
    Update { var: Var, op: StoreOp, parts: Var },
    /// One that the loop carries (its position there), as the first or the second operand.
    Carried { at: usize, rule: &'static crate::rules::Rule, first: bool, parts: Var },
}

/// The statements that do what the loop does, in strips; `None` where that is impossible or of no use.
pub(super) fn strip(the_loop: &Loop, vars: &mut Vars, made_from: u32, span: Span) -> Option<Vec<Stmt>> {
    let Head::For { index, lo, hi, inclusive: false, step: None, rev } = the_loop.head.clone() else {
        return None;
    };
    let counted = matches!(&vars[index].ty, Ty::Int(Some(name)) if name == "usize");
    let indices = Indices::of(index, the_loop, vars);
    if !counted || the_loop.break_if.is_some() || the_loop.trips.is_some() || !cheap(&the_loop.body) {
        return None;
    }
    if indices.varies(&lo) || indices.varies(&hi) {
        return None;
    }
    if let (Some(lo), Some(hi)) = (build::value_of(&lo), build::value_of(&hi)) {
        if hi - lo < (2 * WIDTH) as f64 {
            return None;
        }
    }
    let mut strip = Strip { vars, span, elements: Vec::new(), sums: Vec::new(), body: Vec::new() };
    strip.take_apart(the_loop, &indices, made_from)?;
    Some(strip.build(the_loop, &indices, (index, lo, hi, rev)))
}

/// Whether all that the body computes is arithmetic.
fn cheap(body: &Block) -> bool {
    let mut cheap = body.stmts.len() <= LONGEST;
    for stmt in &body.stmts {
        stmt.parts(&mut |part| {
            if let crate::ir::visit::Part::Read(expr) = part {
                expr.walk(&mut |expr| match expr {
                    Expr::Rule(rule, _) => cheap &= rule.cost <= DEAREST,
                    // Nor can a place be asked for its length while a part of it is lent.
                    Expr::Inert(_) | Expr::Whole(_) | Expr::WholeMut(_) | Expr::Len(_) => cheap = false,
                    _ => {}
                });
            }
        });
    }
    cheap
}

struct Strip<'a> {
    vars: &'a mut Vars,
    span: Span,
    elements: Vec<Element>,
    sums: Vec<Sum>,
    /// One iteration, contributions and sums going to the arrays at `index`.
    body: Vec<Stmt>,
}

impl Strip<'_> {
    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    /// Splits the loop's body in what it computes and what it adds.
    fn take_apart(&mut self, the_loop: &Loop, indices: &Indices, made_from: u32) -> Option<()> {
        let scattered = scattered(&the_loop.body, indices, self.vars, made_from);
        if scattered.is_empty() {
            return None;
        }
        // What is left, to be checked: with values where arrays will be.
        let mut left = Vec::new();
        let mut carried = vec![false; the_loop.carried.len()];
        for stmt in &the_loop.body.stmts {
            let value = match &stmt.kind {
                StmtKind::Store { path, op, value } if scattered.contains(&path.root) => {
                    let (prefix, at) = reached(path, indices, self.vars)?;
                    let same =
                        |element: &Element| same_path(&element.prefix, &prefix) && element.at.same(&at);
                    let (parts, op) = match self.elements.iter().position(same) {
                        Some(known) => {
                            let element = &mut self.elements[known];
                            element.sole = None;
                            (element.parts, if element.op == *op { StoreOp::Add } else { StoreOp::Sub })
                        }
                        None => {
                            let float = self.vars.type_of(&prefix).element();
                            let name = format!("{}_parts", self.vars[path.root].name);
                            let parts = self.array(name, float);
                            let sole = match value {
                                Expr::Var(var) => Some(*var),
                                _ => None,
                            };
                            self.elements.push(Element { prefix, at, op: *op, parts, sole });
                            (parts, StoreOp::Set)
                        }
                    };
                    self.put(parts, op, value, indices.index);
                    value
                }
                StmtKind::Update { var, op: op @ (StoreOp::Add | StoreOp::Sub), expr } => {
                    let parts =
                        self.array(format!("{}_parts", self.vars[*var].name), self.vars[*var].ty.clone());
                    self.sums.push(Sum::Update { var: *var, op: *op, parts });
                    self.put(parts, StoreOp::Set, expr, indices.index);
                    expr
                }
                StmtKind::Let { var, expr: Expr::Rule(rule, args) } => {
                    let next =
                        the_loop.carried.iter().position(|c| matches!(&c.next, Expr::Var(n) if n == var));
                    let Some(at) = next else {
                        self.body.push(stmt.clone());
                        left.push(stmt.clone());
                        continue;
                    };
                    let phi = the_loop.carried[at].phi;
                    let is_phi = |arg: &Expr| matches!(arg, Expr::Var(var) if *var == phi);
                    let (first, value) = match (rule.name, args.as_slice()) {
                        ("add" | "sub", [a, value]) if is_phi(a) => (true, value),
                        ("add", [value, b]) if is_phi(b) => (false, value),
                        _ => return None,
                    };
                    carried[at] = true;
                    let parts =
                        self.array(format!("{}_parts", self.vars[phi].name), self.vars[phi].ty.clone());
                    self.sums.push(Sum::Carried { at, rule, first, parts });
                    self.put(parts, StoreOp::Set, value, indices.index);
                    value
                }
                _ => {
                    self.body.push(stmt.clone());
                    left.push(stmt.clone());
                    continue;
                }
            };
            let unused = self.vars.fresh("part", Ty::f64(), Role::Value, self.span);
            left.push(self.stmt(StmtKind::Let { var: unused, expr: value.clone() }));
        }
        self.share();
        let changed: Vec<Var> = self
            .sums
            .iter()
            .flat_map(|sum| match sum {
                Sum::Update { var, .. } => vec![*var],
                Sum::Carried { at, .. } => {
                    let mut vars = vec![the_loop.carried[*at].phi];
                    the_loop.carried[*at].next.vars(&mut |var| vars.push(var));
                    vars
                }
            })
            .collect();
        let distinct = |at: usize| !changed[at + 1..].contains(&changed[at]);
        let floats = changed.iter().all(|var| self.vars[*var].ty.is_float());
        let mut read = false;
        left.iter().for_each(|stmt| stmt.reads(&mut |var| read |= changed.contains(&var)));
        let rest = Loop { carried: Vec::new(), body: Block { stmts: left }, ..the_loop.clone() };
        let fine = carried.iter().all(|taken| *taken)
            && (0..changed.len()).all(distinct)
            && floats
            && !read
            && direct::apart(&rest, self.vars, made_from);
        fine.then_some(())
    }

    /// One array for a value that goes to several elements.
    fn share(&mut self) {
        for at in 1..self.elements.len() {
            let (before, rest) = self.elements.split_at_mut(at);
            let element = &mut rest[0];
            let first = before.iter().find(|other| element.sole.is_some() && other.sole == element.sole);
            if let Some(first) = first {
                let spare = std::mem::replace(&mut element.parts, first.parts);
                self.body
                    .retain(|stmt| !matches!(&stmt.kind, StmtKind::Store { path, .. } if path.root == spare));
            }
        }
    }

    fn array(&mut self, name: String, float: Ty) -> Var {
        let len = proc_macro2::Literal::i64_unsuffixed(WIDTH);
        let array =
            self.vars.fresh(name, Ty::Array(Box::new(float), Some(quote!(#len))), Role::Place, self.span);
        self.vars[array].mutable = true;
        array
    }

    fn put(&mut self, parts: Var, op: StoreOp, value: &Expr, index: Var) {
        let path = Path::of(parts).with(Proj::Index(Expr::Var(index)));
        self.body.push(self.stmt(StmtKind::Store { path, op, value: value.clone() }));
    }

    /// A loop over the strip.
    fn over(
        &mut self,
        rev: bool,
        carried: Vec<Carried>,
        body: impl FnOnce(&mut Self, Var) -> Vec<Stmt>,
    ) -> Stmt {
        let index = self.vars.fresh("k", Ty::usize(), Role::Value, self.span);
        let body = Block { stmts: body(self, index) };
        let (lo, hi) = (build::int(0), build::int(WIDTH));
        let head = Head::For { index, lo, hi, inclusive: false, step: None, rev };
        self.stmt(StmtKind::Loop(Box::new(Loop {
            head,
            carried,
            body,
            break_if: None,
            trips: None,
            label: None,
        })))
    }

    fn build(
        mut self,
        the_loop: &Loop,
        indices: &Indices,
        (index, lo, hi, rev): (Var, Expr, Expr, bool),
    ) -> Vec<Stmt> {
        let span = self.span;
        let usize_of = |this: &mut Self, name: &str| this.vars.fresh(name, Ty::usize(), Role::Value, span);
        let binary = |op: syn::BinOp, a: Expr, b: Expr| Expr::Binary(op, Box::new(a), Box::new(b));
        let minus = |a: Expr, b: Expr| binary(syn::BinOp::Sub(Default::default()), a, b);
        let times = |a: Expr| binary(syn::BinOp::Mul(Default::default()), build::int(WIDTH), a);
        let (strips, number, at) =
            (usize_of(&mut self, "strips"), usize_of(&mut self, "strip"), usize_of(&mut self, "at"));
        // A range may end before it starts.
        let len = match build::value_of(&lo) {
            Some(0.0) => hi.clone(),
            _ => {
                let less = binary(syn::BinOp::Lt(Default::default()), lo.clone(), hi.clone());
                let len = minus(hi.clone(), lo.clone());
                Expr::Select(Box::new(less), Box::new(len), Box::new(build::int(0)))
            }
        };
        let count = binary(syn::BinOp::Div(Default::default()), len, build::int(WIDTH));
        let start = match rev {
            false => from_start(&lo, times(Expr::Var(number))),
            true => minus(hi.clone(), times(plus(Expr::Var(number), build::int(1)))),
        };

        let mut body = vec![self.stmt(StmtKind::Let { var: at, expr: start })];
        let arrays =
            self.elements.iter().map(|element| element.parts).chain(self.sums.iter().map(|sum| match sum {
                Sum::Update { parts, .. } | Sum::Carried { parts, .. } => *parts,
            }));
        let arrays: Vec<Var> = arrays.collect();
        let mut declared: Vec<Var> = Vec::new();
        for place in arrays {
            if declared.contains(&place) {
                continue;
            }
            declared.push(place);
            let init = Init::Repeat { vec: false, value: build::lit(0.0), len: build::int(WIDTH) };
            body.push(self.stmt(StmtKind::Declare { place, init }));
        }
        let iteration = std::mem::take(&mut self.body);
        let k = usize_of(&mut self, "k");
        let stretch = Stretch { from: &Expr::Var(at), len: &build::int(WIDTH), k };
        let (windows, iteration) = windowed(iteration, indices, &stretch, self.vars, span);
        body.extend(windows);
        let (zero, width) = (build::int(0), build::int(WIDTH));
        let head = Head::For { index: k, lo: zero, hi: width, inclusive: false, step: None, rev: false };
        let values = Loop {
            head,
            carried: Vec::new(),
            body: Block { stmts: iteration },
            break_if: None,
            trips: None,
            label: None,
        };
        body.push(self.stmt(StmtKind::Loop(Box::new(values))));
        for element in std::mem::take(&mut self.elements) {
            let window = Window { prefix: element.prefix, at: element.at };
            let view = window.open(&Expr::Var(at), &build::int(WIDTH), true, self.vars, span);
            body.push(self.stmt(StmtKind::View { var: view }));
            let add = self.over(false, Vec::new(), |this, k| {
                let at = |root: Var| Path::of(root).with(Proj::Index(Expr::Var(k)));
                let value = Expr::Load(at(element.parts));
                vec![this.stmt(StmtKind::Store { path: at(view), op: element.op, value })]
            });
            body.push(add);
        }

        // What the loop carries goes through the strips first, then through the rest.
        let copies: Vec<[Var; 4]> = the_loop
            .carried
            .iter()
            .map(|Carried { phi, out, .. }| [*phi, *out, *phi, *out].map(|var| copy_of(self.vars, var)))
            .collect();
        let sums = std::mem::take(&mut self.sums);
        if !sums.is_empty() {
            let mut inner = Vec::new();
            let nexts: Vec<Var> =
                the_loop.carried.iter().map(|carried| copy_of(self.vars, carried.out)).collect();
            for (copies, next) in copies.iter().zip(&nexts) {
                let [outer, _, phi, out] = *copies;
                inner.push(Carried { phi, init: Expr::Var(outer), next: Expr::Var(*next), out });
            }
            let add = self.over(rev, inner, |this, k| {
                let part = |parts: Var| Expr::Load(Path::of(parts).with(Proj::Index(Expr::Var(k))));
                sums.iter()
                    .map(|sum| match sum {
                        Sum::Update { var, op, parts } => {
                            this.stmt(StmtKind::Update { var: *var, op: *op, expr: part(*parts) })
                        }
                        Sum::Carried { at, rule, first, parts } => {
                            let mut args = vec![Expr::Var(copies[*at][2]), part(*parts)];
                            if !first {
                                args.swap(0, 1);
                            }
                            this.stmt(StmtKind::Let { var: nexts[*at], expr: Expr::Rule(rule, args) })
                        }
                    })
                    .collect()
            });
            body.push(add);
        }
        let mut rest = the_loop.clone();
        let mut carried = Vec::new();
        for (own, copies) in rest.carried.iter_mut().zip(&copies) {
            let [phi, out, _, next] = *copies;
            let init = std::mem::replace(&mut own.init, Expr::Var(out));
            carried.push(Carried { phi, init, next: Expr::Var(next), out });
        }
        let done = times(Expr::Var(strips));
        let (lo, hi) = if rev { (lo, minus(hi, done)) } else { (from_start(&lo, done), hi) };
        rest.head = Head::For { index, lo, hi, inclusive: false, step: None, rev };
        let (zero, all) = (build::int(0), Expr::Var(strips));
        let head = Head::For { index: number, lo: zero, hi: all, inclusive: false, step: None, rev: false };
        let body = Block { stmts: body };
        let outer = Loop { head, carried, body, break_if: None, trips: None, label: None };
        vec![
            self.stmt(StmtKind::Let { var: strips, expr: count }),
            self.stmt(StmtKind::Loop(Box::new(outer))),
            self.stmt(StmtKind::Loop(Box::new(rest))),
        ]
    }
}

/// `start + distance`.
fn from_start(start: &Expr, distance: Expr) -> Expr {
    match build::value_of(start) {
        Some(0.0) => distance,
        _ => plus(start.clone(), distance),
    }
}

pub(super) fn copy_of(vars: &mut Vars, var: Var) -> Var {
    let info = vars[var].clone();
    vars.0.push(info);
    Var(vars.0.len() as u32 - 1)
}
