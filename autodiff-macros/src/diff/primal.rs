//! Derivatives of derivatives: the pushforward of a function as a primal function, which is differentiated in its turn.
//!
//! Invariant of the result: it is a primal program (see [`crate::ir`]). Its parameters are those of the function and, behind
//! them, a tangent for each ([`Param::lent`]); its result is the value and the tangent of the value.
//!
//! ```text
//! let y = x * x;                    let y = x * x;
//! let y_dot = x_dot * (2.0 * x);    let mul = 2.0 * x;
//!                                   let y_dot = x_dot * mul;
//! let (r, r_dot) = pushforward g(x, x_dot);
//!                                   let (r, r_dot) = g::pushforward(x, Some(&x_dot));
//! ```

use proc_macro2::{Ident, Span, TokenStream};
use quote::{format_ident, quote};

use super::Pushforward;
use super::reverse::{stmt, unit};
use crate::analysis::activity::ActivityError;
use crate::ir::{
    Arg, Block, Call, Callee, CopyHow, Expr, Function, Init, Lit, Param, Passing, Path, PushforwardCall,
    RawStmt, Role, Stmt, StmtKind, Tangent, Tree, Ty, Var, Vars, Wrt, WrtTarget, build,
};

/// The pushforward `push` of `function`, as a function called `name`. `runtime`: where tangents are looked up.
pub(crate) fn primal(
    function: &Function,
    push: Pushforward,
    name: Ident,
    runtime: &TokenStream,
    errors: &mut Vec<ActivityError>,
) -> Function {
    let mut made_from = function.vars.0.len();
    if let Some(before) = function.tangents_from {
        made_from = made_from.min(before);
    }
    let mut primal = Primal { vars: push.vars, order: function.order, errors };
    for info in &mut primal.vars.0[function.vars.0.len()..] {
        info.ty = tangent(&info.ty, runtime);
    }
    let mut body = Block::default();
    let mut params = function.params.clone();
    for (param, dot) in function.params.iter().zip(push.params) {
        let of = primal.param(param, dot, &mut body);
        params.push(of);
    }
    for stmt in push.body.stmts {
        primal.statement(stmt, &mut body.stmts);
    }
    let of_result = push.result.map(&mut |leaf| leaf.clone().unwrap_or_else(unit));
    let result = Tree::Tuple(vec![function.result.clone(), of_result]);
    let result_ty = Ty::Tuple(vec![function.result_ty.clone(), tangent(&function.result_ty, runtime)]);
    let wrt = Wrt::every(&params);
    Function {
        name,
        vars: primal.vars,
        params,
        body,
        result,
        result_ty,
        wrt,
        order: function.order + 1,
        tangents_from: Some(made_from),
        // rustc checks them once, in the first derivatives.
        assumed: Vec::new(),
        items: function.items.clone(),
        repeatable: function.repeatable.clone(),
        ..*function
    }
}

/// The same of a function that is not differentiated: the signature alone means something.
pub(crate) fn signature(function: &Function, name: Ident, runtime: &TokenStream) -> Function {
    let mut vars = function.vars.clone();
    let mut dot = |param: &Param| {
        let info = vars[param.var].clone();
        let dot = vars.fresh(format!("{}_dot", info.name), info.ty, info.role, info.span);
        param.active.then(|| (dot, param.last.clone()))
    };
    let params = function.params.iter().map(&mut dot).collect();
    let result = function.result.map(&mut |_| None);
    primal(
        function,
        Pushforward { vars, body: Block::default(), params, result },
        name,
        runtime,
        &mut Vec::new(),
    )
}

/// The same with its value cut off, so that its gradient is that of the tangent alone: by `wrt` and their tangents.
pub(crate) fn of_tangent(function: &Function, wrt: &[Wrt]) -> Function {
    let mut cut = function.clone();
    let count = function.params.len() / 2;
    cut.wrt = wrt.to_vec();
    cut.wrt.extend(wrt.iter().filter_map(|wrt| match wrt.target {
        WrtTarget::Param(index) => Some(Wrt {
            name: function.params[index + count].name.clone(),
            target: WrtTarget::Param(index + count),
        }),
        WrtTarget::Local(_) => None,
    }));
    let span = function.name.span();
    if let Tree::Tuple(parts) = &mut cut.result {
        if let Some(value) = parts.first_mut() {
            for leaf in value.leaves_mut() {
                if let Expr::Var(var) = *leaf {
                    let ty = cut.vars[var].ty.clone();
                    let value = cut.vars.fresh("value", ty, Role::Value, span);
                    let expr = Expr::Stop(Box::new(leaf.clone()));
                    cut.body.push(StmtKind::Let { var: value, expr }, span);
                    *leaf = Expr::Var(value);
                }
            }
        }
    }
    cut
}

/// The type of the tangent, which may have another name.
pub(crate) fn tangent(ty: &Ty, runtime: &TokenStream) -> Ty {
    let of = |ty: &Ty| Box::new(tangent(ty, runtime));
    match ty {
        Ty::Float(_) | Ty::Unknown => ty.clone(),
        Ty::Int(_) | Ty::Inert => Ty::Inert,
        Ty::Array(t, len) => Ty::Array(of(t), len.clone()),
        Ty::Slice(t) => Ty::Slice(of(t)),
        Ty::Vec(t) => Ty::Vec(of(t)),
        Ty::Tuple(ts) => Ty::Tuple(ts.iter().map(|t| tangent(t, runtime)).collect()),
        Ty::Named(ty) => Ty::Named(Box::new(syn::parse_quote!(<#ty as #runtime::Differentiable>::Tangent))),
    }
}

/// The parameter in the place of a tangent, of one that has none.
pub(crate) fn no_tangent(vars: &mut Vars, name: Ident, passing: Passing) -> Param {
    let var = vars.fresh(name.to_string(), Ty::Inert, Role::Place, name.span());
    Param { name, ty: Ty::Inert, passing, var, last: None, active: false, no_diff: true, lent: true }
}

struct Primal<'a> {
    vars: Vars,
    /// How many tangents there are of a parameter, this one included.
    order: u32,
    errors: &'a mut Vec<ActivityError>,
}

impl Primal<'_> {
    /// The parameter for the tangent of one.
    fn param(&mut self, param: &Param, dot: Option<(Var, Option<Expr>)>, body: &mut Block) -> Param {
        let span = crate::names::hygienic(param.name.span());
        let name = match self.order {
            1 => format_ident!("{}_dot", param.name, span = span),
            order => format_ident!("{}_dot_{order}", param.name, span = span),
        };
        let Some((dot, last)) = dot else {
            let passing = if param.passing == Passing::RefMut { Passing::RefMut } else { Passing::Ref };
            return no_tangent(&mut self.vars, name, passing);
        };
        let ty = self.vars[dot].ty.clone();
        let (var, passing) = match (param.passing, self.vars[dot].role) {
            (Passing::RefMut, _) => (dot, Passing::RefMut),
            (_, Role::Value) => (dot, Passing::Value),
            (Passing::Ref, _) => (dot, Passing::Ref),
            // What is handed over by value may be changed, and its tangent with it, which is lent.
            (Passing::Value, _) => {
                let var = self.vars.fresh(name.to_string(), ty.clone(), Role::Place, span);
                let init = Init::Copy { from: Path::of(var), how: CopyHow::Clone };
                body.push(StmtKind::Declare { place: dot, init }, span);
                (var, Passing::Ref)
            }
        };
        self.vars[var].named = true;
        Param { name, ty, passing, var, last, active: true, no_diff: false, lent: true }
    }

    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        self.errors.push(ActivityError { span, message: message.into() });
    }

    fn block(&mut self, block: Block) -> Block {
        let mut out = Vec::new();
        for stmt in block.stmts {
            self.statement(stmt, &mut out);
        }
        Block { stmts: out }
    }

    fn statement(&mut self, Stmt { kind, span }: Stmt, out: &mut Vec<Stmt>) {
        let kind = match kind {
            StmtKind::Let { var, expr } => {
                let ty = self.vars[var].ty.clone();
                StmtKind::Let { var, expr: self.flat(expr, &ty, out, span) }
            }
            StmtKind::Declare { place, init } => {
                StmtKind::Declare { place, init: self.init(init, out, span) }
            }
            StmtKind::Assign { path, init, slice } => {
                StmtKind::Assign { path, init: self.init(init, out, span), slice }
            }
            StmtKind::Raw(RawStmt::Clear { path }) => {
                let ty = self.vars.type_of(&path);
                if ty.element().is_float() {
                    StmtKind::Fill { path, value: build::lit(0.0) }
                } else {
                    StmtKind::Assign { path: path.clone(), init: Init::Zero { like: path }, slice: true }
                }
            }
            StmtKind::Pushforward(push) => match self.call(push, span) {
                Some(call) => StmtKind::Call(call),
                None => return,
            },
            StmtKind::If { cond, then, otherwise, joins } => {
                StmtKind::If { cond, then: self.block(then), otherwise: self.block(otherwise), joins }
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                let arms = arms.into_iter().map(|arm| crate::ir::Arm { body: self.block(arm.body), ..arm });
                StmtKind::Match { scrutinee, arms: arms.collect(), joins }
            }
            StmtKind::Loop(mut the_loop) => {
                the_loop.body = self.block(the_loop.body);
                StmtKind::Loop(the_loop)
            }
            kind => kind,
        };
        out.push(stmt(kind, span));
    }

    /// Zeros by what they are made of, where that can be said.
    fn init(&mut self, init: Init, out: &mut Vec<Stmt>, span: Span) -> Init {
        let Init::Zero { like } = init else { return init };
        match self.vars.type_of(&like) {
            Ty::Vec(t) | Ty::Slice(t) if t.is_float() => {
                let len = self.vars.fresh("len", Ty::usize(), Role::Value, span);
                out.push(stmt(StmtKind::Let { var: len, expr: Expr::Len(like) }, span));
                Init::Repeat { vec: true, value: build::lit(0.0), len: Expr::Var(len) }
            }
            Ty::Array(t, Some(len)) if t.is_float() => {
                let len = Lit { tokens: len, value: None, ty: Ty::usize(), made: false };
                Init::Repeat { vec: false, value: build::lit(0.0), len: Expr::Lit(len) }
            }
            _ => Init::Zero { like },
        }
    }

    /// The expression with atoms for operands. `ty`: its type.
    fn flat(&mut self, expr: Expr, ty: &Ty, out: &mut Vec<Stmt>, span: Span) -> Expr {
        let mut atom = |this: &mut Self, operand: Expr, ty: &Ty| this.atom(operand, ty, out, span);
        match expr {
            Expr::Rule(rule, args) => {
                let args = args.into_iter().enumerate().map(|(at, arg)| match (rule.name, at) {
                    ("powi", 1) => atom(self, arg, &Ty::Int(Some("i32".into()))),
                    _ => atom(self, arg, ty),
                });
                Expr::Rule(rule, args.collect())
            }
            Expr::Binary(op, a, b) => {
                let of = self.operand_type(&a).or_else(|| self.operand_type(&b)).unwrap_or(ty.clone());
                Expr::Binary(op, Box::new(atom(self, *a, &of)), Box::new(atom(self, *b, &of)))
            }
            Expr::Unary(op, a) => Expr::Unary(op, Box::new(atom(self, *a, ty))),
            Expr::Cast(a, target) => {
                let of = self.operand_type(&a).unwrap_or(Ty::Int(None));
                Expr::Cast(Box::new(atom(self, *a, &of)), target)
            }
            Expr::Select(condition, then, otherwise) => {
                let condition = atom(self, *condition, &Ty::bool());
                let then = atom(self, *then, ty);
                Expr::Select(Box::new(condition), Box::new(then), Box::new(atom(self, *otherwise, ty)))
            }
            expr => expr,
        }
    }

    fn atom(&mut self, expr: Expr, ty: &Ty, out: &mut Vec<Stmt>, span: Span) -> Expr {
        if expr.is_atom() {
            return expr;
        }
        let name = match &expr {
            Expr::Rule(rule, _) => rule.name,
            Expr::Binary(..) if ty.is_same_scalar(&Ty::bool()) => "case",
            _ => "part",
        };
        let expr = self.flat(expr, ty, out, span);
        let var = self.vars.fresh(name, ty.clone(), Role::Value, span);
        out.push(stmt(StmtKind::Let { var, expr }, span));
        Expr::Var(var)
    }

    /// The type of a scalar, where a variable in it tells.
    fn operand_type(&self, expr: &Expr) -> Option<Ty> {
        match expr {
            Expr::Var(var) => Some(self.vars[*var].ty.clone()),
            Expr::Load(path) => Some(self.vars.type_of(path)).filter(Ty::is_scalar),
            Expr::Rule(rule, args) if rule.name == "powi" => self.operand_type(&args[0]),
            Expr::Rule(_, args) => args.iter().find_map(|arg| self.operand_type(arg)),
            Expr::Binary(op, a, b) => match op {
                syn::BinOp::Eq(_) | syn::BinOp::Lt(_) | syn::BinOp::Gt(_) | syn::BinOp::And(_) => {
                    Some(Ty::bool())
                }
                _ => self.operand_type(a).or_else(|| self.operand_type(b)),
            },
            Expr::Unary(_, a) => self.operand_type(a),
            Expr::Select(_, a, b) => self.operand_type(a).or_else(|| self.operand_type(b)),
            _ => None,
        }
    }

    /// A call of a pushforward as one of a function.
    fn call(&mut self, push: PushforwardCall, span: Span) -> Option<Call> {
        let PushforwardCall { call, tangents, result_tangents } = push;
        if let (Callee::Operator(name), 1..) = (&call.callee, call.order) {
            let operator = match *name {
                "add" => "+",
                "sub" | "neg" => "-",
                "mul" => "*",
                "div" => "/",
                "rem" => "%",
                _ => "as",
            };
            self.refuse(
                span,
                format!(
                    "`{operator}` of values whose type is not known here has no third derivative: write the type of \
                     what comes from elsewhere at its `let`, or put `#[differentiate]` on a module around it"
                ),
            );
            return None;
        }
        let none = || {
            let tokens = quote!(::core::option::Option::None);
            Arg::Value(Expr::Lit(Lit { tokens, value: None, ty: Ty::Inert, made: false }))
        };
        let mut args = call.args;
        let lent: Vec<Arg> = (args.iter().zip(tangents))
            .map(|(arg, tangent)| match (tangent, arg) {
                (Tangent::None, _) => none(),
                (Tangent::Value(value), _) => Arg::Value(value),
                (Tangent::Place(path), Arg::RefMut(_)) => Arg::RefMut(path),
                (Tangent::Place(path), _) => Arg::Ref(path),
                (Tangent::InOut(before, after), _) => Arg::RefMutValue(before, after),
            })
            .collect();
        args.extend(lent);
        let results = Tree::Tuple(vec![call.results, result_tangents]);
        Some(Call { args, results, order: call.order + 1, ..call })
    }
}
