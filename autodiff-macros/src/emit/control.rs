//! Branches and loops: SSA back to variables that are assigned.

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::{quote, quote_spanned};

use super::expr::{Level, reads_of};
use super::{Emitter, Form, TapeKind};
use crate::ir::*;

impl Emitter<'_> {
    /// A branch. Joins whose storage is declared before it are assigned in the arms, the others are its value.
    pub(crate) fn branch_stmt(
        &mut self,
        cond: &Expr,
        then: &Block,
        otherwise: &Block,
        joins: &[Join],
    ) -> TokenStream {
        let results: Vec<&Join> = joins.iter().filter(|join| !self.is_bound(join.var)).collect();
        let branch = self.branch(cond, then, otherwise, joins, &results);
        self.results(&results, branch)
    }

    fn results(&mut self, results: &[&Join], value: TokenStream) -> TokenStream {
        match results {
            [] => value,
            [join] => {
                let annotation = self.join_type(join).map(|ty| quote_spanned!(self.span=> : #ty));
                let pattern = self.pattern(join.var);
                quote_spanned!(self.span=> let #pattern #annotation = #value;)
            }
            joins => {
                let types: Vec<_> = joins.iter().map(|join| self.join_type(join)).collect();
                let annotation = types.iter().any(Option::is_some).then(|| {
                    let types = types.iter().map(|ty| ty.clone().unwrap_or_else(|| quote!(_)));
                    quote_spanned!(self.span=> : (#(#types),*))
                });
                let patterns: Vec<_> = joins.iter().map(|join| self.pattern(join.var)).collect();
                quote_spanned!(self.span=> let (#(#patterns),*) #annotation = #value;)
            }
        }
    }

    /// The type of a join, where the values of the arms do not say it.
    fn join_type(&self, join: &Join) -> Option<TokenStream> {
        let values = || join.values.iter().flatten();
        let literal = values().find(|value| matches!(value, Expr::Lit(_)));
        self.untold_type(
            join.var,
            literal.or_else(|| values().find(|value| !matches!(value, Expr::Inert(_))))?,
        )
    }

    fn branch(
        &mut self,
        cond: &Expr,
        then: &Block,
        otherwise: &Block,
        joins: &[Join],
        results: &[&Join],
    ) -> TokenStream {
        let condition = self.condition(cond);
        let then = self.arm(then, joins, results, 0);
        // What runs again has names of its own.
        if matches!(cond, Expr::Lit(lit) if lit.made) && otherwise.stmts.is_empty() && joins.is_empty() {
            return quote_spanned!(self.span=> { #then });
        }
        if let Some(inner) = self.chained(otherwise, joins, results) {
            return quote_spanned!(self.span=> if #condition { #then } else #inner);
        }
        let otherwise = self.arm(otherwise, joins, results, 1);
        if !otherwise.is_empty() && then.is_empty() && results.is_empty() {
            let condition = self.code(cond, None).at(Level::Unary);
            return quote_spanned!(self.span=> if !#condition { #otherwise });
        }
        if otherwise.is_empty() {
            quote_spanned!(self.span=> if #condition { #then })
        } else {
            quote_spanned!(self.span=> if #condition { #then } else { #otherwise })
        }
    }

    /// `else if`: the other arm is one branch whose joins are handed on as they are.
    fn chained(&mut self, otherwise: &Block, joins: &[Join], results: &[&Join]) -> Option<TokenStream> {
        let [stmt] = &otherwise.stmts[..] else { return None };
        let StmtKind::If { cond, then, otherwise, joins: inner } = &stmt.kind else { return None };
        let value = |join: &Join| match join.values.get(1) {
            Some(Some(Expr::Var(var))) => Some(*var),
            _ => None,
        };
        let is_result = |join: &Join| results.iter().any(|result| result.var == join.var);
        let handed_on = joins.iter().filter(|join| !is_result(join)).all(|join| {
            matches!(join.values.get(1), Some(None))
                || value(join).is_some_and(|var| self.flow.same(var, join.var))
        });
        let mut inner_results = Vec::new();
        for result in results {
            let var = value(result)?;
            inner_results.push(inner.iter().find(|join| join.var == var && !self.is_bound(join.var))?);
        }
        let distinct =
            inner_results.iter().enumerate().all(|(k, a)| inner_results[..k].iter().all(|b| a.var != b.var));
        let complete = inner
            .iter()
            .all(|join| self.is_bound(join.var) || inner_results.iter().any(|result| result.var == join.var));
        if !handed_on || !distinct || !complete {
            return None;
        }
        Some(self.branch(cond, then, otherwise, inner, &inner_results))
    }

    /// The inside of an arm: its statements, the assignments at its end, its value.
    fn arm(&mut self, body: &Block, joins: &[Join], results: &[&Join], k: usize) -> TokenStream {
        self.scoped(|this| {
            let statements = this.block(body);
            let value = |join: &Join| join.values.get(k).cloned().flatten();
            let moves: Vec<(Var, Expr)> = joins
                .iter()
                .filter(|join| !results.iter().any(|result| result.var == join.var))
                .filter_map(|join| Some((join.var, value(join)?)))
                .collect();
            let ends = results.iter().all(|join| value(join).is_none()) && diverges(body);
            if results.is_empty() || ends {
                let copies = this.copies(&moves);
                return quote_spanned!(this.span=> #statements #copies);
            }
            let read: Vec<Var> =
                results.iter().filter_map(|join| value(join)).flat_map(|e| reads_of(&e)).collect();
            let overwritten = moves.iter().any(|(to, _)| read.iter().any(|&var| this.flow.same(var, *to)));
            let parts: Vec<TokenStream> = results
                .iter()
                .map(|join| match value(join) {
                    Some(value) => {
                        let float = this.scalar_float(join.var, &value);
                        this.expr(&value, float.as_ref())
                    }
                    None => this.any_value(&this.vars[join.var].ty),
                })
                .collect();
            let tail = match &parts[..] {
                [part] => part.clone(),
                parts => quote_spanned!(this.span=> (#(#parts),*)),
            };
            if overwritten {
                let name = this.local("value");
                let copies = this.copies(&moves);
                return quote_spanned!(this.span=> #statements let #name = #tail; #copies #name);
            }
            let copies = this.copies(&moves);
            quote_spanned!(this.span=> #statements #copies #tail)
        })
    }

    /// A value that nobody reads.
    fn any_value(&self, ty: &Ty) -> TokenStream {
        match ty {
            Ty::Float(float) => self.float_literal(0.0, float),
            Ty::Int(Some(name)) if name == "bool" => quote_spanned!(self.span=> false),
            Ty::Int(Some(name)) if name != "char" => quote_spanned!(self.span=> 0),
            _ => quote_spanned!(self.span=> ::core::default::Default::default()),
        }
    }

    /// Assigns several storages at once: no value is read after its storage was overwritten.
    fn copies(&self, moves: &[(Var, Expr)]) -> TokenStream {
        let mut pending: Vec<(Var, &Expr, Vec<Var>)> = moves
            .iter()
            .filter(|(to, value)| !matches!(value, Expr::Var(var) if self.flow.same(*var, *to)))
            .map(|(to, value)| (*to, value, reads_of(value)))
            .collect();
        let mut tokens = TokenStream::new();
        while !pending.is_empty() {
            let free = pending.iter().position(|(to, ..)| {
                pending.iter().all(|(other, _, reads)| {
                    other == to || !reads.iter().any(|&var| self.flow.same(var, *to))
                })
            });
            let Some(free) = free else { break };
            let (to, value, _) = pending.remove(free);
            tokens.extend(self.assign(to, value));
        }
        if !pending.is_empty() {
            let targets = pending.iter().map(|(to, ..)| self.ident(*to));
            let values = pending.iter().map(|(to, value, _)| {
                let float = self.scalar_float(*to, value);
                self.expr(value, float.as_ref())
            });
            tokens.extend(quote_spanned!(self.span=> (#(#targets),*) = (#(#values),*);));
        }
        tokens
    }

    pub(crate) fn match_stmt(&mut self, scrutinee: &Inert, arms: &[Arm], joins: &[Join]) -> TokenStream {
        let results: Vec<&Join> = joins.iter().filter(|join| !self.is_bound(join.var)).collect();
        let scrutinee = self.condition(&Expr::Inert(scrutinee.clone()));
        let arms: Vec<TokenStream> = arms
            .iter()
            .enumerate()
            .map(|(k, arm)| {
                self.scoped(|this| {
                    let (pattern, guard) = this.arm_head(arm);
                    let guard = guard.map(|guard| {
                        let guard = this.inert(&guard).tokens;
                        quote_spanned!(this.span=> if #guard)
                    });
                    let body = this.arm(&arm.body, joins, &results, k);
                    quote_spanned!(this.span=> #pattern #guard => { #body })
                })
            })
            .collect();
        self.results(&results, quote_spanned!(self.span=> match #scrutinee { #(#arms)* }))
    }

    /// The user's pattern and its guard; a name of the pattern that is taken where the arm stands is renamed.
    fn arm_head(&mut self, arm: &Arm) -> (TokenStream, Option<Inert>) {
        let (mut pattern, mut guard) = (arm.pat.clone(), arm.guard.clone());
        for (name, var) in &arm.binds {
            let bound = self.bind(*var, Form::Owned);
            if self.is_own(name, *var) {
                continue;
            }
            pattern = rename_binding(pattern, name, &bound);
            if let Some(guard) = &mut guard {
                guard.code = crate::lower::inert::rename(guard.code.clone(), name, &bound);
            }
        }
        (pattern, guard)
    }

    pub(crate) fn loop_stmt(&mut self, l: &Loop) -> TokenStream {
        let reserve = self.reserve(l);
        let before = self.carried_inits(&l.carried);
        let trips = l.trips.map(|trips| {
            let trips = self.bind(trips, Form::Owned);
            (quote_spanned!(self.span=> let mut #trips = 0usize;), quote_spanned!(self.span=> #trips += 1;))
        });
        let (declare_trips, count) = trips.unzip();
        let moves: Vec<(Var, Expr)> = l.carried.iter().map(|c| (c.phi, c.next.clone())).collect();
        let tokens = self.scoped(|this| {
            let (head, test) = this.head(&l.head);
            this.loops += 1;
            let body = this.block(&l.body);
            this.loops -= 1;
            let (stop, leave) = this.leave_if(l.break_if.as_ref(), &moves);
            let copies = this.copies(&moves);
            quote_spanned!(this.span=> #head { #test #body #stop #copies #count #leave })
        });
        quote_spanned!(self.span=> #reserve #before #declare_trips #tokens)
    }

    /// The storages of carried values before the loop. New ones are declared first: their initial values may be storages
    /// that are assigned for this loop too.
    fn carried_inits(&mut self, carried: &[Carried]) -> TokenStream {
        let (bound, fresh): (Vec<&Carried>, Vec<&Carried>) =
            carried.iter().partition(|c| self.is_bound(c.phi));
        let mut tokens = TokenStream::new();
        for c in fresh {
            let float = self.scalar_float(c.phi, &c.init);
            let value = self.expr(&c.init, float.as_ref());
            let annotation = self.annotation(c.phi, &c.init);
            let pattern = self.pattern(c.phi);
            tokens.extend(quote_spanned!(self.span=> let #pattern #annotation = #value;));
        }
        let moves: Vec<(Var, Expr)> = bound.into_iter().map(|c| (c.phi, c.init.clone())).collect();
        tokens.extend(self.copies(&moves));
        tokens
    }

    /// Makes room on the tapes that every iteration of an outermost loop saves to.
    fn reserve(&mut self, l: &Loop) -> TokenStream {
        let Head::For { index, lo, hi, inclusive: false, step: None, .. } = &l.head else {
            return TokenStream::new();
        };
        let wide = matches!(&self.vars[*index].ty, Ty::Int(Some(name)) if name == "usize");
        if !wide || self.loops > 0 || l.break_if.is_some() || l.trips.is_some() {
            return TokenStream::new();
        }
        let tapes: Vec<Var> = l
            .body
            .stmts
            .iter()
            .filter_map(|stmt| match &stmt.kind {
                StmtKind::Save { tape, .. } => Some(*tape),
                _ => None,
            })
            .filter(|tape| matches!(self.tapes.get(tape), Some(TapeKind::Stack)))
            .collect();
        let mut reserve = TokenStream::new();
        for tape in tapes {
            let count = match lo {
                Expr::Lit(lit) if lit.value == Some(0.0) => self.expr(hi, None),
                lo => {
                    let (lo, hi) = (self.expr(lo, None), self.expr(hi, None));
                    quote_spanned!(self.span=> usize::saturating_sub(#hi, #lo))
                }
            };
            let tape = self.ident(tape);
            reserve.extend(quote_spanned!(self.span=> #tape.reserve(#count);));
        }
        reserve
    }

    /// `for …`, `while …` or `loop`, and what stands at the beginning of the body.
    fn head(&mut self, head: &Head) -> (TokenStream, TokenStream) {
        match head {
            Head::For { index, lo, hi, inclusive, step, rev } => {
                let (lo, hi) = (self.code(lo, None).at(Level::Or), self.code(hi, None).at(Level::Or));
                let range = if *inclusive {
                    quote_spanned!(self.span=> #lo..=#hi)
                } else {
                    quote_spanned!(self.span=> #lo..#hi)
                };
                let step = step.as_ref().map(|step| {
                    let step = self.expr(step, None);
                    quote_spanned!(self.span=> .step_by(#step))
                });
                let rev = rev.then(|| quote_spanned!(self.span=> .rev()));
                let range = if step.is_some() || rev.is_some() {
                    quote_spanned!(self.span=> (#range) #step #rev)
                } else {
                    range
                };
                let index = self.pattern(*index);
                (quote_spanned!(self.span=> for #index in #range), TokenStream::new())
            }
            Head::While { test, cond } => {
                let statements = self.block(test);
                if statements.is_empty() {
                    let condition = self.condition(cond);
                    return (quote_spanned!(self.span=> while #condition), TokenStream::new());
                }
                let condition = self.code(cond, None).at(Level::Unary);
                (
                    quote_spanned!(self.span=> loop),
                    quote_spanned!(self.span=> #statements if !#condition { break; }),
                )
            }
            Head::Forever => (quote_spanned!(self.span=> loop), TokenStream::new()),
        }
    }

    /// `if stop { break; }`; a condition on values that the end of the iteration overwrites is taken before.
    fn leave_if(&mut self, stop: Option<&Expr>, moves: &[(Var, Expr)]) -> (TokenStream, TokenStream) {
        let Some(stop) = stop else { return Default::default() };
        let read = reads_of(stop);
        let overwritten = moves.iter().any(|(to, next)| {
            let kept = matches!(next, Expr::Var(var) if self.flow.same(*var, *to));
            !kept && read.iter().any(|&var| self.flow.same(var, *to))
        });
        let condition = self.condition(stop);
        if overwritten {
            let name = self.local("stop");
            return (
                quote_spanned!(self.span=> let #name = #condition;),
                quote_spanned!(self.span=> if #name { break; }),
            );
        }
        (TokenStream::new(), quote_spanned!(self.span=> if #condition { break; }))
    }
}

/// Whether the block ends in a macro that never returns.
fn diverges(block: &Block) -> bool {
    let Some(Stmt { kind: StmtKind::Inert { inert, .. }, .. }) = block.stmts.last() else { return false };
    let names: Vec<String> = inert
        .code
        .clone()
        .into_iter()
        .take_while(|tree| !matches!(tree, TokenTree::Group(_)))
        .map(|tree| tree.to_string())
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    match &names[..] {
        [.., name, "!"] => ["panic", "unreachable", "todo", "unimplemented"].contains(name),
        [.., "process", ":", ":", name] => ["exit", "abort"].contains(name),
        _ => false,
    }
}

/// A binding of a pattern under another name; in a struct pattern's shorthand the field keeps its name.
fn rename_binding(pattern: TokenStream, name: &Ident, to: &Ident) -> TokenStream {
    use syn::parse::Parser;
    let Ok(mut pat) = syn::Pat::parse_multi_with_leading_vert.parse2(pattern.clone()) else { return pattern };
    rename_in(&mut pat, name, to);
    quote!(#pat)
}

fn rename_in(pat: &mut syn::Pat, name: &Ident, to: &Ident) {
    match pat {
        syn::Pat::Ident(pat) => {
            if pat.ident == *name {
                pat.ident = to.clone();
            }
            if let Some((_, inner)) = &mut pat.subpat {
                rename_in(inner, name, to);
            }
        }
        syn::Pat::Or(pat) => pat.cases.iter_mut().for_each(|case| rename_in(case, name, to)),
        syn::Pat::Paren(pat) => rename_in(&mut pat.pat, name, to),
        syn::Pat::Reference(pat) => rename_in(&mut pat.pat, name, to),
        syn::Pat::Slice(pat) => pat.elems.iter_mut().for_each(|elem| rename_in(elem, name, to)),
        syn::Pat::Tuple(pat) => pat.elems.iter_mut().for_each(|elem| rename_in(elem, name, to)),
        syn::Pat::TupleStruct(pat) => pat.elems.iter_mut().for_each(|elem| rename_in(elem, name, to)),
        syn::Pat::Struct(pat) => {
            for field in &mut pat.fields {
                if field.colon_token.is_none() {
                    field.colon_token = Some(Default::default());
                }
                rename_in(&mut field.pat, name, to);
            }
        }
        syn::Pat::Type(pat) => rename_in(&mut pat.pat, name, to),
        _ => {}
    }
}
