//! Several tangents at once: the pushforward with `Lanes<W>` for each number of a tangent.
//!
//! The program is that of one tangent. A tangent is linear in the tangents that it is made of, so that each of its numbers is
//! multiplied by numbers of the primal and added to others: what `Lanes` have operators for. What differs are types, and zeros.

use proc_macro2::{Span, TokenStream};
use quote::quote;

use super::Emitter;
use super::expr::{Code, Level};
use super::types::{TUPLE, float_name, tangent};
use crate::ir::*;

/// How many lanes there are: a parameter of the function.
pub(super) fn width() -> proc_macro2::Ident {
    proc_macro2::Ident::new("__W", Span::mixed_site())
}

/// The type of numbers side by side.
pub(super) fn lanes(runtime: &TokenStream, width: &TokenStream) -> TokenStream {
    quote!(#runtime::lanes::Lanes<#width>)
}

/// The tangent type with lanes for its numbers, unsized for slices.
pub(crate) fn wide_tangent(ty: &Ty, runtime: &TokenStream, width: &TokenStream) -> TokenStream {
    if !ty.may_be_active() {
        return quote!(());
    }
    match ty {
        Ty::Float(_) => lanes(runtime, width),
        Ty::Array(t, Some(len)) => {
            let t = wide_tangent(t, runtime, width);
            quote!([#t; #len])
        }
        Ty::Slice(t) => {
            let t = wide_tangent(t, runtime, width);
            quote!([#t])
        }
        Ty::Vec(t) => {
            let t = wide_tangent(t, runtime, width);
            quote!(#runtime::__private::Vec<#t>)
        }
        Ty::Tuple(ts) => {
            let ts = ts.iter().map(|t| wide_tangent(t, runtime, width));
            quote!((#(#ts,)*))
        }
        ty => {
            let (tangent, lanes) = (tangent(ty, runtime), lanes(runtime, width));
            quote!(<#tangent as #runtime::jacobian::Numbers>::Of<#lanes>)
        }
    }
}

/// The same as an owned value: a `Vec` for a slice.
pub(crate) fn owned_wide_tangent(ty: &Ty, runtime: &TokenStream, width: &TokenStream) -> TokenStream {
    match ty {
        Ty::Slice(t) => {
            let t = wide_tangent(t, runtime, width);
            quote!(#runtime::__private::Vec<#t>)
        }
        ty => wide_tangent(ty, runtime, width),
    }
}

/// Gives the tangents among the variables of a pushforward their types. `tangents`: those that forward mode made; others were
/// made of them since.
pub(super) fn widen(vars: &mut Vars, body: &Block, tangents: std::ops::Range<usize>) -> VarSet {
    let mut wide: VarSet = tangents.map(|at| Var(at as u32)).collect();
    loop {
        let before = wide.iter().count();
        body.walk(&mut |stmt| made_of(&stmt.kind, &mut wide));
        let views: Vec<Var> = (0..vars.0.len() as u32)
            .map(Var)
            .filter(|var| vars[*var].view.as_ref().is_some_and(|view| wide.contains(&view.root)))
            .collect();
        wide.extend(views);
        if wide.iter().count() == before {
            break;
        }
    }
    for var in &wide {
        vars[var].ty = widened(&vars[var].ty);
    }
    wide
}

fn widened(ty: &Ty) -> Ty {
    match ty {
        Ty::Float(_) => Ty::Float(Float::Lanes),
        Ty::Array(t, len) => Ty::Array(Box::new(widened(t)), len.clone()),
        Ty::Slice(t) => Ty::Slice(Box::new(widened(t))),
        Ty::Vec(t) => Ty::Vec(Box::new(widened(t))),
        Ty::Tuple(ts) => Ty::Tuple(ts.iter().map(widened).collect()),
        ty => ty.clone(),
    }
}

/// Whether an expression is a tangent.
fn is_wide(expr: &Expr, wide: &VarSet) -> bool {
    match expr {
        Expr::Var(var) => wide.contains(var),
        Expr::Load(path) | Expr::Whole(path) => wide.contains(&path.root),
        Expr::Rule(_, args) => args.iter().any(|arg| is_wide(arg, wide)),
        Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => is_wide(a, wide),
        Expr::Select(_, a, b) => is_wide(a, wide) || is_wide(b, wide),
        _ => false,
    }
}

/// Adds what a statement makes of tangents.
fn made_of(stmt: &StmtKind, wide: &mut VarSet) {
    let is = |expr: &Expr, wide: &VarSet| is_wide(expr, wide);
    match stmt {
        StmtKind::Let { var, expr }
        | StmtKind::Mut { var, init: expr }
        | StmtKind::Update { var, expr, .. }
            if is(expr, wide) =>
        {
            wide.insert(*var);
        }
        StmtKind::Store { path, value, .. }
        | StmtKind::Fill { path, value }
        | StmtKind::Push { path, value }
            if is(value, wide) =>
        {
            wide.insert(path.root);
        }
        StmtKind::Declare { place, init } => {
            let of = match init {
                Init::List { items, .. } | Init::Tuple(items) => items.iter().any(|item| is(item, wide)),
                Init::Repeat { value, .. } => is(value, wide),
                Init::Copy { from, .. } => wide.contains(&from.root),
                _ => false,
            };
            if of {
                wide.insert(*place);
            }
        }
        StmtKind::If { joins, .. } | StmtKind::Match { joins, .. } => {
            for join in joins {
                if join.values.iter().flatten().any(|value| is(value, wide)) {
                    wide.insert(join.var);
                }
            }
        }
        StmtKind::Loop(the_loop) => {
            for scalar in &the_loop.carried {
                if wide.contains(&scalar.phi) || is(&scalar.init, wide) || is(&scalar.next, wide) {
                    wide.extend([scalar.phi, scalar.out]);
                }
            }
        }
        _ => {}
    }
}

impl Emitter<'_> {
    /// Whether a path shows a tangent in lanes.
    pub(super) fn shows_lanes(&self, path: &Path) -> bool {
        self.wide.as_ref().is_some_and(|wide| wide.contains(&path.root))
    }

    /// No change in any direction.
    pub(super) fn no_lanes(&self) -> TokenStream {
        let runtime = self.runtime;
        quote!(#runtime::lanes::Lanes::ZERO)
    }

    /// The float that a number of an adjoint or a tangent is read as.
    pub(super) fn part_float(&self) -> TokenStream {
        match self.wide {
            Some(_) => {
                let width = width();
                lanes(self.runtime, &quote!(#width))
            }
            None => float_name(&self.float),
        }
    }

    /// Which float an operand is, where lanes are wanted of the whole: one that is added is one itself, of factors one.
    pub(super) fn operand_float(&self, rule: &crate::rules::Rule, arg: &Expr) -> Option<Float> {
        let added = matches!(rule.name, "add" | "sub" | "neg");
        let wide = self.wide.as_ref().is_some_and(|wide| is_wide(arg, wide));
        if added || wide { Some(Float::Lanes) } else { self.float_of(arg) }
    }

    /// A product of lanes with a guard: see `build::Guard`.
    pub(super) fn guarded_lanes(&self, rule: &crate::rules::Rule, args: &[Expr]) -> Option<Code> {
        let wide = self.wide.as_ref()?;
        let (_, d, p) = build::Guard::of(rule.name, args)?;
        let (d, p) = if is_wide(d, wide) { (d, p) } else { (p, d) };
        let constant = (args.len() == 3).then(|| self.expr(&args[0], None)).into_iter();
        let parts = constant.chain([d, p].map(|part| self.expr(part, self.float_of(part).as_ref())));
        let (runtime, name) = (self.runtime, proc_macro2::Ident::new(rule.name, Span::mixed_site()));
        Some(Code::new(quote!(#runtime::lanes::#name(#(#parts),*)), Level::Postfix))
    }
}

/// What has no tangents in lanes, and what to write instead.
pub(crate) fn refusals(function: &Function, generic: bool) -> Vec<(Span, String)> {
    let mut refused = Vec::new();
    let name = &function.name;
    if generic {
        refused.push((
            name.span(),
            format!(
                "`lanes` are of `f64`, and `{name}` is generic: write a function for `f64` that calls it"
            ),
        ));
    }
    let other = |ty: &Ty| has_other_floats(ty);
    let types = function.params.iter().filter(|param| param.active).map(|param| &param.ty);
    if !generic && types.chain([&function.result_ty]).any(other) {
        refused.push((
            name.span(),
            "`lanes` are of `f64`, in numbers, arrays, slices, `Vec`s, tuples and structs: leave `lanes` out, or write `f64`"
                .into(),
        ));
    }
    function.body.walk(&mut |stmt| {
        let StmtKind::Call(call) = &stmt.kind else { return };
        if !call.differentiated {
            return;
        }
        let what = match &call.callee {
            Callee::Operator(_) if call.callee.is_on_adjoint() => "`on_adjoint`",
            Callee::Operator(_) => {
                "an operator on values whose type is not known here: write the type of what comes from elsewhere at its `let`, \
                 put `#[differentiate]` on a module around both; it"
            }
            Callee::Derivative(_) => "a derivative that is called in a function",
            _ => return,
        };
        refused.push((
            stmt.span,
            format!("{what} takes one tangent at a time: leave `lanes` out of the attribute"),
        ));
    });
    refused
}

fn has_other_floats(ty: &Ty) -> bool {
    match ty {
        Ty::Float(float) => !matches!(float, Float::F64 | Float::Any),
        Ty::Array(_, None) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => has_other_floats(t),
        Ty::Tuple(ts) => ts.len() > TUPLE || ts.iter().any(has_other_floats),
        ty => crate::lower::objects::is_object(ty),
    }
}
