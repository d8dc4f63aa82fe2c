//! Smart constructors for generated expressions: they fold constants, so that generated code has no `1.0 * x` and no `+ 0.0`.
//!
//! For derivative code only: the primal keeps the user's operations one by one, since folding could change its bits.

use proc_macro2::{Literal, TokenStream};
use quote::{ToTokens, quote};

use super::{Block, Expr, Float, Init, Lit, Path, Proj, Role, Span, Stmt, StmtKind, Ty, Var, VarInfo, Vars};
use crate::rules::{Is, table::rule};
use crate::typing::part_name;

/// A float constant of derivative code.
pub(crate) fn lit(value: f64) -> Expr {
    let tokens = if value < 0.0 {
        let positive = Literal::f64_unsuffixed(-value);
        quote!(-#positive)
    } else if value.is_finite() {
        Literal::f64_unsuffixed(value).into_token_stream()
    } else {
        unreachable!("constants of rules are finite")
    };
    Expr::Lit(Lit { tokens, value: Some(value), ty: Ty::Float(Float::Any), made: true })
}

/// Whether two expressions of one statement have the same bits: the same operations on the same operands, but for the
/// order of those that do not mind it.
pub(crate) fn equal(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Lit(a), Expr::Lit(b)) => a.tokens.to_string() == b.tokens.to_string(),
        (Expr::Load(a), Expr::Load(b)) => {
            a.root == b.root
                && a.proj.len() == b.proj.len()
                && a.proj.iter().zip(&b.proj).all(|pair| match pair {
                    (Proj::Index(a), Proj::Index(b)) => equal(a, b),
                    (Proj::Field(a), Proj::Field(b)) => a == b,
                    (Proj::Payload { variant: a, member: m }, Proj::Payload { variant: b, member: n }) => {
                        a == b && m == n
                    }
                    (Proj::Deref, Proj::Deref) | (Proj::Some, Proj::Some) => true,
                    _ => false,
                })
        }
        (Expr::Rule(f, x), Expr::Rule(g, y)) => {
            f.name == g.name
                && x.len() == y.len()
                && (x.iter().zip(y).all(|(x, y)| equal(x, y))
                    || (["add", "mul"].contains(&f.name) && equal(&x[0], &y[1]) && equal(&x[1], &y[0])))
        }
        (Expr::Binary(f, a, b), Expr::Binary(g, x, y)) => same_operator(f, g) && equal(a, x) && equal(b, y),
        (Expr::Cast(a, t), Expr::Cast(b, u)) => {
            t.to_token_stream().to_string() == u.to_token_stream().to_string() && equal(a, b)
        }
        _ => false,
    }
}

pub(crate) fn same_operator(a: &syn::BinOp, b: &syn::BinOp) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// An integer constant.
pub(crate) fn int(value: i64) -> Expr {
    let magnitude = Literal::u64_unsuffixed(value.unsigned_abs());
    let tokens: TokenStream = if value < 0 { quote!(-#magnitude) } else { quote!(#magnitude) };
    Expr::Lit(Lit { tokens, value: Some(value as f64), ty: Ty::Int(None), made: false })
}

pub(crate) fn value_of(expr: &Expr) -> Option<f64> {
    match expr {
        Expr::Lit(lit) => lit.value,
        _ => None,
    }
}

/// Whether a constant may be computed here: what overflows is left to the program.
fn folds(value: f64) -> bool {
    value.abs() <= f64::from(f32::MAX)
}

pub(crate) fn apply(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Rule(rule(name), args)
}

/// The operands of an application of the rule called `name`.
fn operands<'a>(expr: &'a Expr, name: &str) -> Option<&'a [Expr]> {
    match expr {
        Expr::Rule(rule, args) if rule.name == name => Some(args),
        _ => None,
    }
}

pub(crate) fn add(a: Expr, b: Expr) -> Expr {
    match (value_of(&a), value_of(&b)) {
        (Some(x), Some(y)) if folds(x + y) => lit(x + y),
        (Some(0.0), _) => b,
        (_, Some(0.0)) => a,
        _ if equal(&a, &b) => mul(lit(2.0), a),
        _ => match operands(&b, "neg") {
            Some([b]) => sub(a, b.clone()),
            _ => apply("add", vec![a, b]),
        },
    }
}

pub(crate) fn sub(a: Expr, b: Expr) -> Expr {
    match (value_of(&a), value_of(&b)) {
        (Some(x), Some(y)) if folds(x - y) => lit(x - y),
        (Some(0.0), _) => neg(b),
        (_, Some(0.0)) => a,
        _ => match operands(&b, "neg") {
            Some([b]) => add(a, b.clone()),
            _ => apply("sub", vec![a, b]),
        },
    }
}

pub(crate) fn neg(a: Expr) -> Expr {
    match value_of(&a) {
        Some(x) => lit(if x == 0.0 { 0.0 } else { -x }),
        None => match operands(&a, "neg") {
            Some([a]) => a.clone(),
            _ => apply("neg", vec![a]),
        },
    }
}

pub(crate) fn mul(a: Expr, b: Expr) -> Expr {
    match (value_of(&a), value_of(&b)) {
        (Some(x), Some(y)) if folds(x * y) => return lit(x * y),
        (Some(0.0), _) | (_, Some(0.0)) => return lit(0.0),
        (Some(1.0), _) => return b,
        (_, Some(1.0)) => return a,
        (Some(-1.0), _) => return neg(b),
        (_, Some(-1.0)) => return neg(a),
        _ => {}
    }
    if let Some([a]) = operands(&a, "neg") {
        return neg(mul(a.clone(), b));
    }
    if let Some([b]) = operands(&b, "neg") {
        return neg(mul(a, b.clone()));
    }
    // `a * (n / d)` is `a * n / d`: one multiplication saved where n is one.
    if let Some([n, d]) = operands(&b, "div") {
        return div(mul(a, n.clone()), d.clone());
    }
    if let Expr::Select(condition, then, otherwise) = b {
        return select(*condition, mul(a.clone(), *then), mul(a, *otherwise));
    }
    apply("mul", vec![a, b])
}

pub(crate) fn div(a: Expr, b: Expr) -> Expr {
    match (value_of(&a), value_of(&b)) {
        (Some(x), Some(y)) if folds(x / y) => return lit(x / y),
        (Some(0.0), _) => return lit(0.0),
        (_, Some(1.0)) => return a,
        _ => {}
    }
    if let Some([a]) = operands(&a, "neg") {
        return neg(div(a.clone(), b));
    }
    apply("div", vec![a, b])
}

/// What a product of an adjoint or tangent and a partial has to watch for; unless a constant is positive, where there is one.
#[derive(Clone)]
pub(crate) enum Guard {
    /// Both are finite.
    None,
    /// The partial may be infinite or no number: a zero adjoint stays zero.
    Chain(Option<Expr>),
    /// Either may be: a zero stays zero.
    Product(Option<Expr>),
}

impl Guard {
    /// The guard that a rule of the runtime stands for, and the two factors.
    pub(crate) fn of<'e>(name: &str, args: &'e [Expr]) -> Option<(Guard, &'e Expr, &'e Expr)> {
        Some(match (name, args) {
            ("chain", [d, p]) => (Guard::Chain(None), d, p),
            ("product", [d, p]) => (Guard::Product(None), d, p),
            ("chain_unless", [k, d, p]) => (Guard::Chain(Some(k.clone())), d, p),
            ("product_unless", [k, d, p]) => (Guard::Product(Some(k.clone())), d, p),
            _ => return None,
        })
    }

    /// The guarded product.
    fn applied(&self, d: Expr, partial: Expr) -> Expr {
        match self {
            Guard::None => mul(d, partial),
            Guard::Chain(None) => apply("chain", vec![d, partial]),
            Guard::Product(None) => apply("product", vec![d, partial]),
            Guard::Chain(Some(constant)) => apply("chain_unless", vec![constant.clone(), d, partial]),
            Guard::Product(Some(constant)) => apply("product_unless", vec![constant.clone(), d, partial]),
        }
    }

    pub(crate) fn is_none(&self) -> bool {
        matches!(self, Guard::None)
    }

    /// Goes where a constant is positive, if it is not needed there.
    pub(crate) fn drop_where_positive(&mut self, constant: &Expr, needed: &Guard) {
        if let (Guard::Chain(unless) | Guard::Product(unless), Guard::None) = (self, needed) {
            *unless = Some(constant.clone());
        }
    }
}

/// `d * partial`, guarded: where the adjoint or tangent `d` is zero, that is zero, whatever the partial.
pub(crate) fn chain(d: Expr, partial: Expr, guard: &Guard) -> Expr {
    if guard.is_none() || value_of(&d).is_some() || value_of(&partial).is_some() {
        return mul(d, partial);
    }
    match partial {
        Expr::Select(condition, then, otherwise) => {
            select(*condition, chain(d.clone(), *then, guard), chain(d, *otherwise, guard))
        }
        Expr::Rule(rule, args) if rule.name == "neg" => {
            neg(chain(d, args.into_iter().next().expect("one operand"), guard))
        }
        partial => guard.applied(d, partial),
    }
}

/// `x.powi(n)`, folded for the first few powers.
pub(crate) fn powi(x: Expr, n: Expr) -> Expr {
    match value_of(&n) {
        Some(0.0) => lit(1.0),
        Some(1.0) => x,
        Some(2.0) if matches!(x, Expr::Var(_)) => mul(x.clone(), x),
        _ => apply("powi", vec![x, n]),
    }
}

/// An integer expression as a float of derivative code.
pub(crate) fn int_to_float(n: Expr) -> Expr {
    match value_of(&n) {
        Some(value) => lit(value),
        // The type is not written: rustc knows which float it has to be; `f64` is corrected by the emitter for others.
        None => Expr::Cast(Box::new(n), Box::new(syn::parse_quote!(f64))),
    }
}

/// `n - 1` of an integer.
pub(crate) fn int_previous(n: Expr) -> Expr {
    match value_of(&n) {
        Some(value) => int(value as i64 - 1),
        None => Expr::Binary(syn::BinOp::Sub(Default::default()), Box::new(n), Box::new(int(1))),
    }
}

pub(crate) fn compare(is: Is, a: Expr, b: Expr) -> Expr {
    if let (Some(x), Some(y)) = (value_of(&a), value_of(&b)) {
        return boolean(crate::rules::Num::compare(x, is, y));
    }
    let op = match is {
        Is::Equal => syn::BinOp::Eq(Default::default()),
        Is::Less => syn::BinOp::Lt(Default::default()),
        Is::More => syn::BinOp::Gt(Default::default()),
    };
    Expr::Binary(op, Box::new(a), Box::new(b))
}

pub(crate) fn and(a: Expr, b: Expr) -> Expr {
    Expr::Binary(syn::BinOp::And(Default::default()), Box::new(a), Box::new(b))
}

pub(crate) fn boolean(value: bool) -> Expr {
    Expr::Lit(Lit { tokens: quote!(#value), value: Some(f64::from(value)), ty: Ty::bool(), made: false })
}

pub(crate) fn select(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    match value_of(&condition) {
        Some(value) => {
            if value != 0.0 {
                then
            } else {
                otherwise
            }
        }
        None => match (value_of(&then), value_of(&otherwise)) {
            (Some(x), Some(y)) if x == y => then,
            _ => Expr::Select(Box::new(condition), Box::new(then), Box::new(otherwise)),
        },
    }
}

/// Content that type-checks, of a place that is filled before it is read.
pub(crate) fn default_init(ty: &Ty) -> Init {
    match ty {
        Ty::Vec(_) => Init::EmptyVec(None),
        Ty::Array(element, Some(len)) if element.is_scalar() => {
            let len = Lit { tokens: len.clone(), value: None, ty: Ty::usize(), made: false };
            Init::Repeat { vec: false, value: default_atom(element), len: Expr::Lit(len) }
        }
        _ => Init::Deferred,
    }
}

/// A scalar that type-checks and is never read.
pub(crate) fn default_atom(ty: &Ty) -> Expr {
    match ty {
        Ty::Int(Some(name)) if name == "bool" => boolean(false),
        Ty::Int(Some(name)) if name == "char" => {
            Expr::Lit(Lit { tokens: quote::quote!('\0'), value: None, ty: ty.clone(), made: false })
        }
        Ty::Int(_) => int(0),
        _ => lit(0.0),
    }
}

impl Vars {
    /// A fresh variable.
    pub(crate) fn fresh(&mut self, name: impl Into<String>, ty: Ty, role: Role, span: Span) -> Var {
        self.0.push(VarInfo {
            name: name.into(),
            named: false,
            telling: false,
            span,
            ty,
            role,
            view: None,
            window: false,
            mutable: false,
            cut: false,
            made_up: false,
            whole: false,
            again: None,
        });
        Var(self.0.len() as u32 - 1)
    }

    /// A fresh variable that bears a name of the user's.
    pub(crate) fn named(&mut self, name: &proc_macro2::Ident, ty: Ty, role: Role) -> Var {
        let var = self.fresh(name.to_string(), ty, role, name.span());
        self[var].named = true;
        var
    }

    /// The place behind all views that a path is a part of.
    pub(crate) fn root(&self, path: &Path) -> Var {
        let mut root = path.root;
        while let Some(target) = &self[root].view {
            root = target.root;
        }
        root
    }

    /// The path behind all views: its root is a place with storage of its own.
    pub(crate) fn resolve(&self, path: &Path) -> Path {
        match &self[path.root].view {
            Some(target) => {
                let mut full = self.resolve(target);
                full.proj.extend(path.proj.iter().cloned());
                full
            }
            None => path.clone(),
        }
    }
}

impl super::Function {
    /// The parameter that a lent one is the tangent of: each pushforward adds as many as there were.
    pub(crate) fn tangent_of(&self, index: usize) -> usize {
        let mut count = self.params.len();
        while count > index {
            count /= 2;
        }
        index - count
    }

    /// The locals that the gradient is asked for, and those that are cut off: no other value may stand for one of them.
    pub(crate) fn locals_apart(&self) -> super::VarSet {
        let asked = self.wrt.iter().filter_map(|wrt| match wrt.target {
            super::WrtTarget::Local(var) => Some(self.vars.root(&Path::of(var))),
            super::WrtTarget::Param(_) => None,
        });
        let all = (0..self.vars.0.len()).map(|index| Var(index as u32));
        asked.chain(all.filter(|var| self.vars[*var].cut)).collect()
    }
}

impl Vars {
    /// The float of a function: its type parameter if it has one, `f32` where nothing else occurs, else `f64`.
    pub(crate) fn common_float(&self) -> Float {
        let mut common = None;
        for info in &self.0 {
            match leaf_float(&info.ty) {
                Some(param @ Float::Param(_)) => return param,
                Some(Float::F64) => common = Some(Float::F64),
                Some(other @ (Float::F32 | Float::Alias(_))) => common = common.or(Some(other)),
                Some(Float::Any | Float::Lanes) | None => {}
            }
        }
        common.unwrap_or(Float::F64)
    }

    fn field(&self, of: &Ty, member: &syn::Member) -> Ty {
        match of {
            Ty::Named(of) if !self.1.is_empty() => {
                let key = (of.to_token_stream().to_string(), member.to_token_stream().to_string());
                self.1.get(&key).cloned().unwrap_or(Ty::Unknown)
            }
            _ => Ty::Unknown,
        }
    }

    /// The type of what a path shows, as far as known.
    pub(crate) fn type_of(&self, path: &Path) -> Ty {
        self.part(path).0
    }

    /// Notes that a part of a place carries nothing.
    pub(crate) fn note_inactive(&mut self, path: &Path, ty: Ty) {
        let (known, name) = self.part(path);
        if matches!(known, Ty::Unknown) {
            self.2.insert(name, ty);
        }
    }

    /// The type of what a path shows, and a name for it: whose part it is, and which.
    fn part(&self, path: &Path) -> (Ty, String) {
        let full = self.resolve(path);
        let (mut ty, mut name) = (self[full.root].ty.clone(), format!("{}", full.root.0));
        for proj in &full.proj {
            ty = match proj {
                Proj::Index(_) => {
                    name.push_str("[]");
                    ty.element()
                }
                Proj::Range(..) => Ty::Slice(Box::new(ty.element())),
                Proj::Field(member) => {
                    name.push_str(&part_name(None, member));
                    match (member, ty) {
                        (syn::Member::Unnamed(index), Ty::Tuple(parts)) => {
                            parts.get(index.index as usize).cloned().unwrap_or(Ty::Unknown)
                        }
                        (member, ty) => self.field(&ty, member),
                    }
                }
                Proj::Payload { variant, member } => {
                    name.push_str(&part_name(Some(variant), member));
                    Ty::Unknown
                }
                Proj::Some | Proj::Deref => {
                    name.push('*');
                    Ty::Unknown
                }
            };
            if matches!(ty, Ty::Unknown) {
                ty = self.2.get(&name).cloned().unwrap_or(Ty::Unknown);
            }
        }
        (ty, name)
    }
}

impl super::Inert {
    /// A constant of the user's, or an expression of some.
    pub(crate) fn is_constant(&self) -> bool {
        self.pure && self.binds.is_empty()
    }
}

impl super::Call {
    /// How many arguments are the user's: behind them are tangents.
    pub(crate) fn plain(&self) -> usize {
        self.args.len() >> self.order
    }

    /// Whether an argument is the receiver of a method: how it is taken, the method's signature alone says.
    pub(crate) fn is_receiver(&self, at: usize) -> bool {
        at == 0 && matches!(self.callee, super::Callee::Method(..))
    }
}

impl Path {
    pub(crate) fn of(root: Var) -> Path {
        Path { root, proj: Vec::new() }
    }

    pub(crate) fn with(&self, proj: Proj) -> Path {
        let mut path = self.clone();
        path.proj.push(proj);
        path
    }
}

impl Block {
    pub(crate) fn push(&mut self, kind: StmtKind, span: Span) {
        self.stmts.push(Stmt { kind, span });
    }
}

impl Expr {
    pub(crate) fn is_atom(&self) -> bool {
        matches!(self, Expr::Var(_) | Expr::Lit(_))
    }

    pub(crate) fn is_zero(&self) -> bool {
        value_of(self) == Some(0.0)
    }
}

fn leaf_float(ty: &Ty) -> Option<Float> {
    match ty {
        Ty::Float(float) => Some(float.clone()),
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => leaf_float(t),
        Ty::Tuple(ts) => ts.iter().find_map(leaf_float),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => None,
    }
}
