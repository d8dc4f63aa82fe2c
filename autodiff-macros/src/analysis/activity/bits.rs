//! Floats made of the bits of an active float.
//!
//! Bits, bytes and text carry no derivative by their type, but they hold the whole value: a float that is made of them again
//! is no constant. So what holds a varied float in such a form is followed, through variables, places and code that is
//! kept, and refused where it becomes a float that the result depends on.
//!
//! What is constant piecewise ends the search, since zero is its derivative: comparisons and what they find, casts of the
//! float itself (`x as usize`), and sign and exponent alone (`bits >> 52`).

use proc_macro2::{Span, TokenStream, TokenTree};

use super::{ActivityError, Analysis, is_float_type};
use crate::ir::{Arg, Block, Call, Callee, Expr, Inert, Init, Join, Path, Stmt, StmtKind, Ty, Var, build};

/// Refuses floats made of the bits of varied ones.
pub(super) fn check(analysis: &Analysis<'_>, errors: &mut Vec<ActivityError>) {
    let mut bits = Bits { analysis, held: vec![false; analysis.varied.len()] };
    let function = analysis.function;
    loop {
        let before = bits.held.clone();
        bits.block(&function.body);
        if bits.held == before {
            break;
        }
    }
    if bits.held.iter().any(|held| *held) {
        bits.refuse(&function.body, errors);
        for leaf in function.result.leaves() {
            if matches!(leaf, Expr::Var(var) if matches!(bits.ty(*var), Ty::Int(_)) && bits.holds(leaf)) {
                let message = "a part of the result holds the bits of an active value, of which a caller could make a float \
                               again: return the float itself";
                errors.push(ActivityError { span: function.name.span(), message: message.into() });
            }
        }
    }
}

struct Bits<'a> {
    analysis: &'a Analysis<'a>,
    /// Variables that hold a varied float in another form.
    held: Vec<bool>,
}

impl Bits<'_> {
    fn ty(&self, var: Var) -> &Ty {
        self.analysis.ty(var)
    }

    fn is_held(&self, path: &Path) -> bool {
        self.held[self.analysis.root(path).0 as usize]
    }

    fn hold(&mut self, var: Var, held: bool) {
        let root = self.analysis.root(&Path::of(var));
        if held && !is_of_floats(self.ty(root)) {
            self.held[root.0 as usize] = true;
        }
    }

    fn holds(&self, expr: &Expr) -> bool {
        match expr {
            Expr::Var(var) => self.is_held(&Path::of(*var)),
            Expr::Load(path) | Expr::Whole(path) | Expr::WholeMut(path) => self.is_held(path),
            Expr::Binary(op, a, b) => match op {
                syn::BinOp::Shr(_) if self.leaves_no_mantissa(a, b) => false,
                op if compares(op) => false,
                _ => self.holds(a) || self.holds(b),
            },
            Expr::Unary(_, operand) | Expr::Cast(operand, _) => self.holds(operand),
            Expr::Select(_, then, otherwise) => self.holds(then) || self.holds(otherwise),
            Expr::Inert(inert) => self.code_holds(inert),
            Expr::Lit(_) | Expr::Rule(..) | Expr::Len(_) | Expr::Stop(_) => false,
        }
    }

    /// Whether a shift leaves nothing of the mantissa.
    fn leaves_no_mantissa(&self, bits: &Expr, by: &Expr) -> bool {
        let Some(by) = build::value_of(by) else { return false };
        match bits {
            Expr::Var(var) => match self.ty(*var) {
                Ty::Int(Some(name)) if name == "u64" => by >= 52.0,
                Ty::Int(Some(name)) if name == "u32" => by >= 23.0,
                _ => false,
            },
            _ => false,
        }
    }

    /// Whether a value is a truth, or a number that a function decided on (`rank(x)`), too small for all bits of a float.
    fn is_decided(&self, var: Var, expr: &Expr) -> bool {
        let Ty::Int(Some(name)) = self.ty(var) else { return false };
        let small = ["usize", "isize", "i32", "u16", "i16", "u8", "i8", "char"].contains(&&name[..]);
        let decided = match expr {
            Expr::Inert(inert) => {
                !mentions(inert.code.clone(), &WHOLE) && !inert.binds.iter().any(|(_, bind)| self.holds(bind))
            }
            _ => false,
        };
        name == "bool" || small && decided
    }

    fn code_holds(&self, inert: &Inert) -> bool {
        let comes_in = |bind: &Expr| self.analysis.reaches_varied(bind) || self.holds(bind);
        inert.binds.iter().any(|(_, bind)| comes_in(bind)) && !is_piecewise(inert.code.clone())
    }

    fn init_holds(&self, init: &Init) -> bool {
        match init {
            Init::Inert(inert) => self.code_holds(inert),
            Init::List { items, .. } | Init::Tuple(items) => items.iter().any(|item| self.holds(item)),
            Init::Repeat { value, .. } => self.holds(value),
            Init::Struct { fields, base, .. } => {
                fields.iter().any(|(_, value)| self.holds(value))
                    || base.as_ref().is_some_and(|base| self.is_held(base))
            }
            Init::Copy { from, .. } => self.is_held(from),
            Init::Deferred | Init::EmptyVec(_) | Init::Zero { .. } | Init::Stop(_) => false,
        }
    }

    // ---- what holds ----

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.stmt(stmt));
    }

    fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { var, expr } => {
                self.hold(*var, !self.is_decided(*var, expr) && self.holds(expr));
            }
            StmtKind::Declare { place, init } => self.hold(*place, self.init_holds(init)),
            StmtKind::Store { path, value, .. }
            | StmtKind::Fill { path, value }
            | StmtKind::Push { path, value } => self.hold(path.root, self.holds(value)),
            StmtKind::Assign { path, init, .. } => self.hold(path.root, self.init_holds(init)),
            StmtKind::Swap(a, b) => {
                let either = self.is_held(a) || self.is_held(b);
                self.hold(a.root, either);
                self.hold(b.root, either);
            }
            StmtKind::Inert { inert, defs, writes } => {
                let held = self.code_holds(inert);
                defs.iter().for_each(|(_, _, after)| self.hold(*after, held));
                writes.iter().for_each(|var| self.hold(*var, held));
            }
            // `y.to_bits()` of a `y` of which nothing is known is a call like any other.
            StmtKind::Call(call) if matches!(&call.callee, Callee::Method(name, _) if WHOLE.contains(&&*name.to_string())) =>
            {
                let held = call.args.iter().any(|arg| self.hands_over(arg));
                call.results.leaves().into_iter().for_each(|var| self.hold(*var, held));
            }
            StmtKind::If { then, otherwise, joins, .. } => {
                self.block(then);
                self.block(otherwise);
                self.joins(joins);
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                let held = self.code_holds(scrutinee);
                for arm in arms {
                    arm.binds.iter().for_each(|(_, var)| self.hold(*var, held));
                    self.block(&arm.body);
                }
                self.joins(joins);
            }
            StmtKind::Loop(the_loop) => {
                for carried in &the_loop.carried {
                    self.hold(carried.phi, self.holds(&carried.init) || self.holds(&carried.next));
                }
                self.block(&the_loop.body);
                for carried in &the_loop.carried {
                    let held = self.holds(&carried.init) || self.holds(&carried.next);
                    self.hold(carried.phi, held);
                    self.hold(carried.out, held);
                }
            }
            _ => {}
        }
    }

    /// Whether an argument carries a derivative.
    fn hands_over(&self, arg: &Arg) -> bool {
        match arg {
            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => {
                self.analysis.reaches_varied(expr)
            }
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => {
                self.analysis.is_varied(path.root)
            }
            Arg::Inert(inert) => self.code_holds(inert),
        }
    }

    fn joins(&mut self, joins: &[Join]) {
        for join in joins {
            self.hold(join.var, join.values.iter().flatten().any(|value| self.holds(value)));
        }
    }

    // ---- what is refused ----

    fn matters(&self, var: Var) -> bool {
        self.analysis.is_useful(var) && self.ty(self.analysis.root(&Path::of(var))).may_be_active()
    }

    fn refuse(&self, block: &Block, errors: &mut Vec<ActivityError>) {
        block.walk(&mut |stmt| match &stmt.kind {
            StmtKind::Let { var, expr } if self.matters(*var) => expr.walk(&mut |expr| match expr {
                Expr::Inert(inert) => self.refuse_code(inert, stmt.span, errors),
                Expr::Cast(operand, ty)
                    if is_float_type(self.analysis.function, ty) && self.holds(operand) =>
                {
                    errors.push(error(stmt.span));
                }
                Expr::Rule(rule, args) if args.iter().any(|arg| self.holds(arg)) => {
                    errors.push(error(stmt.span));
                }
                _ => {}
            }),
            StmtKind::Declare { place: root, init: Init::Inert(inert) }
            | StmtKind::Assign { path: Path { root, .. }, init: Init::Inert(inert), .. }
                if self.matters(*root) =>
            {
                self.refuse_code(inert, stmt.span, errors);
            }
            StmtKind::Inert { inert, writes, .. } if writes.iter().any(|var| self.matters(*var)) => {
                self.refuse_code(inert, stmt.span, errors);
            }
            StmtKind::Call(call) => self.refuse_call(call, stmt.span, errors),
            _ => {}
        });
    }

    fn refuse_code(&self, inert: &Inert, span: Span, errors: &mut Vec<ActivityError>) {
        if inert.binds.iter().any(|(_, bind)| self.holds(bind)) {
            errors.push(error(inert.start().unwrap_or(span)));
        }
    }

    fn refuse_call(&self, call: &Call, span: Span, errors: &mut Vec<ActivityError>) {
        let matters = call.results.leaves().into_iter().any(|var| self.matters(*var))
            || call.args.iter().any(|arg| match arg {
                Arg::RefMut(path) => self.matters(path.root),
                Arg::RefMutValue(_, after) => self.matters(*after),
                _ => false,
            });
        let held = |arg: &Arg| match arg {
            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => self.holds(expr),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => self.is_held(path),
            Arg::Inert(inert) => self.code_holds(inert),
        };
        if matters && call.args.iter().any(held) {
            errors.push(error(span));
        }
    }
}

fn error(span: Span) -> ActivityError {
    let message = "this makes a float of the bits of an active value, and no derivative passes through them: compute it \
                   with functions of floats, or cut the value with `stop_gradient(…)`";
    ActivityError { span, message: message.into() }
}

/// Floats, and nothing that could hold the bits of one.
fn is_of_floats(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) => true,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => is_of_floats(t),
        Ty::Tuple(ts) => ts.iter().all(is_of_floats),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}

fn compares(op: &syn::BinOp) -> bool {
    use syn::BinOp as B;
    matches!(op, B::Eq(_) | B::Ne(_) | B::Lt(_) | B::Le(_) | B::Gt(_) | B::Ge(_) | B::And(_) | B::Or(_))
}

/// Whether code compares, or searches by comparing: its result is constant piecewise.
fn is_piecewise(code: TokenStream) -> bool {
    mentions(code, &COMPARING)
}

/// Functions that compare, or search by comparing; and `__private::extent`, of what says how large something is.
const COMPARING: [&str; 10] = [
    "extent",
    "total_cmp",
    "partial_cmp",
    "cmp",
    "classify",
    "partition_point",
    "binary_search_by",
    "binary_search_by_key",
    "matches",
    "position",
];

/// Functions that give all of a float in another form.
const WHOLE: [&str; 6] = ["to_bits", "to_ne_bytes", "to_le_bytes", "to_be_bytes", "to_string", "format"];

fn mentions(code: TokenStream, names: &[&str]) -> bool {
    code.into_iter().any(|token| match token {
        TokenTree::Ident(word) => names.iter().any(|name| word == name),
        TokenTree::Group(group) => mentions(group.stream(), names),
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    fn is_refused(body: &str) -> bool {
        let item = format!("fn f(x: f64, v: &[f64]) -> f64 {{ {body} }}");
        let text = crate::expand::expand(Default::default(), item.parse().unwrap()).to_string();
        text.contains("compile_error")
    }

    #[test]
    fn floats_made_of_bits_are_refused() {
        for body in [
            "let bits = x.to_bits(); f64::from_bits(bits ^ (1 << 63))",
            "let mut bits = f64::to_bits(x); bits |= 1; let y = f64::from_bits(bits); y * y",
            "let (m, n) = (x.to_bits() & 7, 3); (m as f64) * x + n as f64",
            "let b = x.to_ne_bytes(); f64::from_ne_bytes(b) * x",
            "let parts = [x.to_bits(), 1]; f64::from_bits(parts[0])",
            "let mut parts = vec![0_u64; 2]; parts[1] = x.to_bits(); f64::from_bits(parts[1])",
            "let flip = |b: u64| b ^ (1 << 63); f64::from_bits(flip(x.to_bits()))",
            "f64::from_bits(flip(x.to_bits()))",
            "let bits = flip(x.to_bits()); f64::from_bits(bits)",
            "let bits = if x > 0.0 { x.to_bits() } else { 0 }; f64::from_bits(bits)",
            "let mut b = 0; for i in 0..v.len() { b ^= v[i].to_bits(); } f64::from_bits(b)",
            "let bits = x.to_bits(); let low = bits & 0xff; 2.0_f64.powi(low as i32) * x",
            "let text = x.to_string(); text.parse::<f64>().unwrap() * 2.0",
            "let text = format!(\"{x}\"); let y: f64 = text.parse().unwrap(); y",
            "let bits = x.to_bits(); let y = h(x, bits); y",
            "let b = usize::from_ne_bytes(x.to_ne_bytes()); b as f64 * x",
            "let n = x.to_bits() as i64 - 5; let m = -n; m as f64",
        ] {
            assert!(is_refused(body), "{body}");
        }
    }

    #[test]
    fn what_is_constant_piecewise_is_not() {
        for body in [
            "let i = x.to_bits() as usize % 4; v[i] * x",
            "let e = (x.to_bits() >> 52) & 0x7ff; let e = e as i32 - 1023; x * 2.0_f64.powi(-e) + e as f64",
            "let n = x as u64; n as f64 * x",
            "if x.to_bits() == 0 { x } else { x * x }",
            "let b = stop_gradient(x).to_bits(); f64::from_bits(b) * x",
            "let mut order = vec![0, 1]; order.sort_by(|&a: &usize, &b: &usize| v[a].total_cmp(&v[b])); order[0] as f64 * x",
            "let bits = x.to_bits(); println!(\"{bits}\"); x * x",
            "let k = v.partition_point(|a| *a < 0.5); x * k as f64",
        ] {
            assert!(!is_refused(body), "{body}");
        }
    }
}
