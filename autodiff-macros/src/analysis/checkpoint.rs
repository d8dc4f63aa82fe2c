//! Checkpointed loops in the form that reverse mode takes them in: segments that run again, or one loop that counts.
//!
//! ```text
//! for i in 0..n { body }        for segment in 0..segments {
//!                                   again { for i in segment * length..min(segment * length + length, n) { body } }
//!                               }
//! while c { body }              for segment in 0.. {
//!                                   again { for _ in 0..segment + 1 { if c { body } else { left = true; break } } }
//!                                   if left { break }
//!                               }
//! ```
//!
//! Where the number of iterations is not known beforehand, segments grow by one iteration each: of `n` iterations there are
//! then about `sqrt(2 n)` segments, the longest of as many iterations.
//!
//! Ensures: what is left between marks is [`Checkpoint::Rerun`], or [`Checkpoint::Slots`] around one loop, and that loop is
//! left by its test or its `break_if`, or counts from zero.

mod repeatable;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{ToTokens, quote};

pub(crate) use self::repeatable::check;
use crate::ir::{
    Block, Carried, Checkpoint, Expr, Function, Head, Inert, Join, Loop, Mark, Role, Stmt, StmtKind, Ty, Var,
    Vars, build,
};
use crate::names::hygienic;

/// See the module.
pub(super) fn settle(mut function: Function) -> Function {
    let mut body = std::mem::take(&mut function.body);
    block(&mut body, &mut function.vars);
    function.body = body;
    function
}

/// Marks that are open.
struct Open {
    how: Checkpoint,
    span: Span,
    /// Where they begin.
    start: usize,
    /// Whether there was a loop between them.
    done: bool,
}

fn block(of: &mut Block, vars: &mut Vars) {
    let mut open: Vec<Open> = Vec::new();
    let mut out = Vec::with_capacity(of.stmts.len());
    let rerun = |span| Stmt { kind: StmtKind::Mark(Mark::Begin(Checkpoint::Rerun)), span };
    for mut stmt in std::mem::take(&mut of.stmts) {
        stmt.blocks_mut().into_iter().for_each(|inner| block(inner, vars));
        match stmt.kind {
            // The marks of a loop come to stand around the loop itself.
            StmtKind::Mark(Mark::Begin(how)) => {
                open.push(Open { how, span: stmt.span, start: out.len(), done: false });
            }
            StmtKind::Mark(Mark::End) => {
                // Where there is no loop, because one is in a branch, all of it runs again.
                if let Some(Open { span, start, done: false, .. }) = open.pop() {
                    out.insert(start, rerun(span));
                    out.push(stmt);
                }
            }
            StmtKind::Loop(the_loop) => match open.last_mut() {
                Some(marks) if !matches!(marks.how, Checkpoint::Rerun) => {
                    marks.done = true;
                    let (how, marked) = (marks.how.clone(), marks.span);
                    Settling { vars, span: stmt.span, marked, out: &mut out }.settle(*the_loop, how);
                }
                _ => out.push(Stmt { kind: StmtKind::Loop(the_loop), span: stmt.span }),
            },
            _ => out.push(stmt),
        }
    }
    of.stmts = out;
}

/// What code calls what it is told, so that no name of the user's is in the way.
const NAMES: [&str; 3] = ["__a", "__b", "__c"];

struct Settling<'a> {
    vars: &'a mut Vars,
    span: Span,
    marked: Span,
    out: &'a mut Vec<Stmt>,
}

impl Settling<'_> {
    fn settle(&mut self, the_loop: Loop, how: Checkpoint) {
        let the_loop = self.counted(the_loop);
        match how {
            Checkpoint::Slots(..) => {
                self.mark(Mark::Begin(how));
                self.out.push(self.stmt(StmtKind::Loop(Box::new(the_loop))));
                self.mark(Mark::End);
            }
            Checkpoint::Every(length) => self.segments(the_loop, Some(length)),
            Checkpoint::Root | Checkpoint::Rerun => self.segments(the_loop, None),
        }
    }

    fn stmt(&self, kind: StmtKind) -> Stmt {
        Stmt { kind, span: self.span }
    }

    fn mark(&mut self, mark: Mark) {
        self.out.push(Stmt { kind: StmtKind::Mark(mark), span: self.marked });
    }

    fn fresh(&mut self, name: &str, ty: Ty) -> Var {
        self.vars.fresh(name, ty, Role::Value, self.span)
    }

    /// An integer that code tells.
    fn number(&mut self, name: &str, code: &dyn Fn(&[Ident]) -> TokenStream, of: &[&Expr]) -> Stmt {
        let span = hygienic(self.span);
        let names: Vec<Ident> = NAMES.iter().map(|name| Ident::new(name, span)).collect();
        let binds = names.iter().cloned().zip(of.iter().map(|expr| (*expr).clone())).collect();
        let var = self.fresh(name, Ty::usize());
        let expr = Expr::Inert(Inert { code: code(&names), binds, pure: true });
        self.stmt(StmtKind::Let { var, expr })
    }

    /// The same loop counting its iterations from zero, where it is a `for` loop.
    fn counted(&mut self, the_loop: Loop) -> Loop {
        let Head::For { index, lo, hi, inclusive, step, rev } = &the_loop.head else { return the_loop };
        let wide = matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
        let plain = !inclusive && step.is_none() && !rev;
        if wide && plain && build::value_of(lo) == Some(0.0) {
            return the_loop;
        }
        // Literals have the type of the index.
        let ty = match &self.vars[*index].ty {
            Ty::Int(Some(ty)) => Some(Ident::new(ty, hygienic(self.span))),
            _ => None,
        };
        let typed = |name: &Ident| match &ty {
            Some(ty) => quote!((#name as #ty)),
            None => name.to_token_stream(),
        };
        let range = |names: &[Ident]| {
            let (lo, hi) = (typed(&names[0]), typed(&names[1]));
            let range = if *inclusive { quote!((#lo..=#hi)) } else { quote!((#lo..#hi)) };
            let step = step.as_ref().map(|_| {
                let step = &names[2];
                quote!(.step_by(#step))
            });
            let rev = rev.then(|| quote!(.rev()));
            quote!(#range #step #rev)
        };
        let mut operands = vec![lo, hi];
        operands.extend(step);
        let count = self.number(
            "count",
            &|names| {
                let range = range(names);
                quote!(#range.count())
            },
            &operands,
        );
        let hi = Expr::Var(count.defines()[0]);
        self.out.push(count);

        let at = self.fresh("at", Ty::usize());
        let span = hygienic(self.span);
        let mut names: Vec<Ident> = NAMES.iter().map(|name| Ident::new(name, span)).collect();
        let code = range(&names);
        let number = Ident::new("__at", span);
        names.truncate(operands.len());
        let mut binds: Vec<(Ident, Expr)> = names.into_iter().zip(operands.into_iter().cloned()).collect();
        binds.push((number.clone(), Expr::Var(at)));
        let code = quote!(#code.nth(#number).unwrap_or_else(|| ::core::unreachable!()));
        let expr = Expr::Inert(Inert { code, binds, pure: true });
        let mut body = vec![self.stmt(StmtKind::Let { var: *index, expr })];
        body.extend(the_loop.body.stmts);
        let head = Head::For { index: at, lo: build::int(0), hi, inclusive: false, step: None, rev: false };
        let trips = the_loop.break_if.is_some().then(|| self.fresh("trips", Ty::usize()));
        Loop { head, body: Block { stmts: body }, trips, ..the_loop }
    }

    /// The loop in segments of a length, or of about as many iterations as there are segments.
    fn segments(&mut self, the_loop: Loop, length: Option<Expr>) {
        let segment = self.fresh("segment", Ty::usize());
        let mut body = Vec::new();
        let length = length.map(|length| {
            let at_least_one = self.number(
                "length",
                &|n| {
                    let a = &n[0];
                    quote!(::core::cmp::Ord::max(#a, 1))
                },
                &[&length],
            );
            let var = at_least_one.defines()[0];
            self.out.push(at_least_one);
            Expr::Var(var)
        });
        let (lo, hi, segments) = match &the_loop.head {
            Head::For { hi, .. } => {
                let length = length.unwrap_or_else(|| {
                    let root = self.number(
                        "length",
                        &|n| {
                            let a = &n[0];
                            quote!(::core::cmp::Ord::max(usize::isqrt(#a), 1))
                        },
                        &[hi],
                    );
                    let var = root.defines()[0];
                    self.out.push(root);
                    Expr::Var(var)
                });
                let segments = self.number(
                    "segments",
                    &|n| {
                        let (a, b) = (&n[0], &n[1]);
                        quote!(usize::div_ceil(#a, #b))
                    },
                    &[hi, &length],
                );
                let count = Expr::Var(segments.defines()[0]);
                self.out.push(segments);
                let lo = self.fresh("lo", Ty::usize());
                let times = syn::BinOp::Mul(Default::default());
                let expr = Expr::Binary(times, Box::new(Expr::Var(segment)), Box::new(length.clone()));
                body.push(self.stmt(StmtKind::Let { var: lo, expr }));
                let lo = Expr::Var(lo);
                let end = self.number(
                    "end",
                    &|n| {
                        let (a, b, c) = (&n[0], &n[1], &n[2]);
                        quote!(::core::cmp::Ord::min(usize::saturating_add(#a, #b), #c))
                    },
                    &[&lo, &length, hi],
                );
                let hi = Expr::Var(end.defines()[0]);
                body.push(end);
                (lo, hi, count)
            }
            _ => {
                let hi = length.unwrap_or_else(|| {
                    let var = self.fresh("length", Ty::usize());
                    let plus = syn::BinOp::Add(Default::default());
                    let expr = Expr::Binary(plus, Box::new(Expr::Var(segment)), Box::new(build::int(1)));
                    body.push(self.stmt(StmtKind::Let { var, expr }));
                    Expr::Var(var)
                });
                let code = quote!(usize::MAX);
                let most =
                    Expr::Lit(crate::ir::Lit { tokens: code, value: None, ty: Ty::usize(), made: false });
                (build::int(0), hi, most)
            }
        };
        let index = match the_loop.head {
            Head::For { index, .. } => index,
            _ => self.fresh("_at", Ty::usize()),
        };
        let the_loop = self.without_test(the_loop);
        let left = the_loop.break_if.clone().map(|cond| {
            let phi = self.fresh("left_before", Ty::bool());
            let out = self.fresh("left", Ty::bool());
            Carried { phi, init: build::boolean(false), next: cond, out }
        });

        let mut outer = Vec::new();
        let mut inner = Vec::new();
        for carried in the_loop.carried {
            let info = self.vars[carried.phi].clone();
            let [start, end] = [(); 2].map(|()| {
                let var = self.fresh(&info.name, info.ty.clone());
                self.vars[var].named = info.named;
                var
            });
            outer.push(Carried { phi: start, init: carried.init, next: Expr::Var(end), out: carried.out });
            inner.push(Carried { phi: carried.phi, init: Expr::Var(start), next: carried.next, out: end });
        }
        let stop = left.as_ref().map(|left| Expr::Var(left.out));
        inner.extend(left);
        let broken = stop.is_some();
        let mut trips = || broken.then(|| self.vars.fresh("trips", Ty::usize(), Role::Value, self.span));
        let (inner_trips, outer_trips) = (trips(), trips());
        let head = |index, lo, hi| Head::For { index, lo, hi, inclusive: false, step: None, rev: false };
        let one = Loop {
            head: head(index, lo, hi),
            carried: inner,
            body: the_loop.body,
            break_if: the_loop.break_if,
            trips: inner_trips,
            label: None,
        };
        let marked = |mark| Stmt { kind: StmtKind::Mark(mark), span: self.marked };
        body.push(marked(Mark::Begin(Checkpoint::Rerun)));
        body.push(self.stmt(StmtKind::Loop(Box::new(one))));
        body.push(marked(Mark::End));
        let all = Loop {
            head: head(segment, build::int(0), segments),
            carried: outer,
            body: Block { stmts: body },
            break_if: stop,
            trips: outer_trips,
            label: None,
        };
        self.out.push(self.stmt(StmtKind::Loop(Box::new(all))));
    }

    /// The same with the test of a `while` inside of the body, which leaves the loop.
    fn without_test(&mut self, the_loop: Loop) -> Loop {
        let Head::While { test, cond } = the_loop.head else { return the_loop };
        let mut joins = Vec::new();
        let carried: Vec<Carried> = (the_loop.carried.into_iter())
            .map(|carried| {
                let info = self.vars[carried.phi].clone();
                let next = self.fresh(&info.name, info.ty);
                self.vars[next].named = info.named;
                let values = vec![Some(carried.next), Some(Expr::Var(carried.phi))];
                joins.push(Join { var: next, values });
                Carried { next: Expr::Var(next), ..carried }
            })
            .collect();
        let stop = self.fresh("stop", Ty::bool());
        let goes_on = the_loop.break_if.unwrap_or_else(|| build::boolean(false));
        joins.push(Join { var: stop, values: vec![Some(goes_on), Some(build::boolean(true))] });
        let mut stmts = test.stmts;
        stmts.push(self.stmt(StmtKind::If { cond, then: the_loop.body, otherwise: Block::default(), joins }));
        Loop {
            head: Head::Forever,
            carried,
            body: Block { stmts },
            break_if: Some(Expr::Var(stop)),
            trips: the_loop.trips,
            label: None,
        }
    }
}
