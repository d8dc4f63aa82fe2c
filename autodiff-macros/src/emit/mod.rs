//! IR to tokens: function bodies, companions and their signatures, and what is emitted when there are errors.

mod buffers;
mod call;
mod classes;
pub(crate) mod companion;
mod control;
mod doc;
mod doubt;
mod edges;
mod expr;
pub(crate) mod fallback;
mod flow;
#[cfg(test)]
mod golden;
mod inference;
pub(crate) mod known;
pub(crate) mod lanes;
mod marked;
mod parts;
mod place;
mod record;
pub(crate) mod signature;
mod stmt;
mod sweeps;
#[cfg(test)]
mod tests;
pub(crate) mod types;
mod unit;
mod verbatim;
mod walk;

use std::collections::HashSet;

use proc_macro2::{Ident, Span, TokenStream};
use quote::quote;

use self::doubt::Doubt;
use crate::diff::{Tape, TapeKind};
use crate::ir::*;
use crate::names::{self, Namer};
use flow::Flow;
pub(crate) use unit::Unit;

/// How a place is at hand in the emitted code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Owned,
    Ref,
    RefMut,
}

#[derive(Clone)]
struct Bound {
    ident: Ident,
    form: Form,
    /// The identifier is the user's own, hygiene included: code kept verbatim sees it.
    own: bool,
}

impl Moves {
    /// What the expressions read once: nothing reads it behind them.
    fn once(exprs: &[Expr]) -> Moves {
        let (mut seen, mut again) = (VarSet::new(), VarSet::new());
        for var in exprs.iter().flat_map(expr::reads_of) {
            if !seen.insert(var) {
                again.insert(var);
            }
        }
        seen.subtract(&again);
        Moves::Of(seen)
    }
}

/// Emits the body of one generated function.
///
/// Invariant: an identifier in scope is bound once (nothing is shadowed), so that a variable's name means the same
/// wherever it is visible.
pub(crate) struct Emitter<'a> {
    runtime: &'a TokenStream,
    vars: Vars,
    flow: Flow,
    names: Namer,
    /// By class representative; the second half says what was bound in which scope.
    bound: VarMap<Bound>,
    scopes: Vec<Vec<Var>>,
    /// The float of rule-made constants and casts whose type nothing else says.
    float: Float,
    /// Scalars whose type has to be written.
    annotated: VarSet,
    doubt: Doubt,
    moves: Moves,
    tapes: VarMap<TapeKind>,
    /// What is a buffer of the pool, see [`buffers`].
    pooled: HashSet<(Var, usize)>,
    /// Variables from this index on may be adjoints and tangents, whose fields may be marked if `may_mark`.
    made_from: u32,
    may_mark: bool,
    /// Numbers of both floats occur.
    both_floats: bool,
    /// Tangents are computed, not adjoints.
    forward: bool,
    /// The variables that are tangents, where there are several at once: see [`lanes`].
    wide: Option<VarSet>,
    /// There are tangents and adjoints beside each other.
    tangents: bool,
    /// Nothing is pulled back, but the calls of which these are the pullbacks are those of the forward sweep.
    witness: Option<VarSet>,
    /// How many loops are around the statement being emitted.
    loops: usize,
    /// Where errors in the statement being emitted point.
    span: Span,
    /// The types of parameters that are asked about, where their own form does not say it: see [`known`].
    asked: VarMap<TokenStream>,
    /// The types that the signature names.
    said: HashSet<String>,
    /// The constant on which all that the bodies know hangs, where there are calls to be checked.
    checked: Option<Ident>,
}

/// Which aggregates may be moved out of where they are read.
#[derive(Clone)]
enum Moves {
    Never,
    /// Those that are dead behind the statement.
    Of(VarSet),
}

impl<'a> Emitter<'a> {
    /// Makes the unit ready and an emitter for it. `entry`: what is bound before the first statement.
    pub(crate) fn new(
        runtime: &'a TokenStream,
        mut vars: Vars,
        unit: &mut Unit,
        entry: &[Var],
    ) -> Emitter<'a> {
        unit::prepare(unit, &mut vars, entry);
        let flow = Flow::of(unit, &vars, entry);
        let float = vars.common_float();
        let mut emitter = Emitter {
            runtime,
            vars,
            flow,
            names: Namer::new(),
            bound: VarMap::new(),
            scopes: vec![Vec::new()],
            float,
            annotated: VarSet::new(),
            doubt: Doubt::default(),
            moves: Moves::Never,
            tapes: VarMap::new(),
            pooled: HashSet::new(),
            made_from: u32::MAX,
            may_mark: false,
            both_floats: false,
            forward: false,
            wide: None,
            tangents: false,
            witness: None,
            loops: 0,
            span: Span::mixed_site(),
            asked: VarMap::new(),
            said: HashSet::new(),
            checked: None,
        };
        let inference::Untold { annotated, untyped } = inference::untold(unit, &emitter.vars);
        emitter.doubt = Doubt::of(unit, untyped);
        emitter.annotated = annotated.into_iter().map(|var| emitter.flow.class(var)).collect();
        emitter
    }

    /// Takes tapes and local `Vec`s from the runtime's pool, where they need not be `Vec`s. `entry`: as for [`Emitter::new`].
    fn use_pool(&mut self, unit: &Unit, tapes: &[Tape], entry: &[Var], signature: &signature::Signature) {
        let types = (&self.float, signature.is_concrete());
        self.pooled = buffers::pooled(unit, &self.vars, tapes, entry, types);
    }

    /// What the derivative is of.
    fn derivative_of(&mut self, function: &Function, signature: &signature::Signature) {
        self.ask(function, signature, |param| param.receiver);
        let types = function.params.iter().map(|param| &function.vars[param.var].ty);
        types.chain([&function.result_ty]).for_each(|ty| types::names_in(ty, &mut self.said));
        self.checked = signature.witness.as_ref().map(|witness| witness.name.clone());
        self.made_from = function.tangents_from.unwrap_or(function.vars.0.len()) as u32;
        self.tangents = function.order > 1;
        self.may_mark = function.may_mark;
        let mut floats = self.vars.0.iter().filter_map(|info| match &info.ty {
            Ty::Float(float @ (Float::F32 | Float::F64 | Float::Alias(_))) => Some(float),
            _ => None,
        });
        let first = floats.next();
        self.both_floats = floats.any(|float| Some(float) != first);
    }

    /// Of which parameters the form does not say that their types are asked about.
    fn ask(
        &mut self,
        function: &Function,
        signature: &signature::Signature,
        of: fn(&signature::ParamSig) -> bool,
    ) {
        for (param, sig) in function.params.iter().zip(&signature.params).filter(|(_, sig)| of(sig)) {
            if let Some(ty) = sig.asked_about() {
                self.asked.insert(param.var, ty.clone());
            }
        }
    }

    /// The path of the runtime, for what may be in error for reasons of the user's.
    fn runtime_here(&self) -> TokenStream {
        let tokens = self.runtime.clone().into_iter();
        tokens
            .map(|mut tree| {
                tree.set_span(self.span);
                tree
            })
            .collect()
    }

    fn enter(&mut self) {
        self.names.enter();
        self.scopes.push(Vec::new());
    }

    fn leave(&mut self) {
        self.names.leave();
        for var in self.scopes.pop().unwrap_or_default() {
            self.bound.remove(&var);
        }
    }

    fn scoped<T>(&mut self, f: impl FnOnce(&mut Self) -> T) -> T {
        self.enter();
        let result = f(self);
        self.leave();
        result
    }

    fn is_bound(&self, var: Var) -> bool {
        self.bound.contains_key(&self.flow.class(var))
    }

    /// Binds a variable under a name that is free.
    fn bind(&mut self, var: Var, form: Form) -> Ident {
        let info = &self.vars[var];
        let (named, span, base) = (info.named, info.span, info.name.clone());
        let text = self.names.fresh(&base);
        let plain = base.strip_prefix("r#").unwrap_or(&base);
        // The first version of a user's variable is the user's own identifier, so that code kept verbatim sees it.
        let own = named && text == plain;
        let span = if own { span } else { names::hygienic(span) };
        self.bind_as(var, names::ident(&text, span), form, own)
    }

    /// Binds a variable under a given name; `own`: the user's.
    pub(crate) fn bind_as(&mut self, var: Var, ident: Ident, form: Form, own: bool) -> Ident {
        let text = ident.to_string();
        self.names.reserve(text.strip_prefix("r#").unwrap_or(&text));
        let class = self.flow.class(var);
        self.bound.insert(class, Bound { ident: ident.clone(), form, own });
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(class);
        }
        ident
    }

    /// A name for something that is no variable of the IR.
    pub(crate) fn local(&mut self, base: &str) -> Ident {
        let text = self.names.fresh(base);
        names::ident(&text, Span::mixed_site())
    }

    /// The same, with errors pointing at the user's code.
    pub(crate) fn local_at(&mut self, base: &str, span: Span) -> Ident {
        let text = self.names.fresh(base);
        names::ident(&text, names::hygienic(span))
    }

    fn ident(&self, var: Var) -> Ident {
        match self.bound.get(&self.flow.class(var)) {
            Some(bound) => bound.ident.clone(),
            None => names::ident(&self.vars[var].name, names::hygienic(self.vars[var].span)),
        }
    }

    /// Whether verbatim code that says `name` means this variable where it stands.
    fn is_own(&self, name: &Ident, var: Var) -> bool {
        self.bound.get(&self.flow.class(var)).is_some_and(|bound| bound.own && bound.ident == *name)
    }

    fn form(&self, var: Var) -> Form {
        self.bound.get(&self.flow.class(var)).map_or(Form::Owned, |bound| bound.form)
    }

    /// The pattern that declares a variable: `mut` where it is assigned later.
    fn pattern(&mut self, var: Var) -> TokenStream {
        let mutable = self.flow.is_mut(var);
        let ident = self.bind(var, Form::Owned);
        if mutable { quote!(mut #ident) } else { quote!(#ident) }
    }

    /// Whether the body reads the variable at all.
    pub(crate) fn reads(&self, var: Var) -> bool {
        self.flow.read.contains(&var)
    }

    #[cfg(test)]
    fn writes(&self, var: Var) -> bool {
        self.flow.is_mut(var)
    }
}
