//! Ranges: where the operands of each elementary function lie, so that what may be infinite, or no number, is known.
//!
//! Invariant of the result: but for what [`Range`] takes for finite, every operand lies in its range whenever its statement
//! runs. Values know the conditions of the branches around them; places count as a whole (their root).

use crate::ir::build::{self, Guard};
use crate::ir::{
    Arg, Block, Expr, Float, Function, Init, Join, Lit, Path, Role, Stmt, StmtKind, StoreOp, Ty, Var, VarMap,
};
use crate::rules::{Is, Range, Ranged, Rule, Singular};

/// Rounds after which bounds that still change are rounded.
const EXACT: usize = 2;

/// So many constants at most are taken for positive.
const CONSTANTS: usize = 8;

/// The ranges of a function.
#[derive(Clone)]
pub(crate) struct Ranges {
    rules: Operands,
    /// What is known beside if this constant is positive, whose value the macro does not see: `1.0 / (1.0 + P * x.abs())`.
    positive: Option<(Expr, Operands)>,
    singular: Singular,
}

/// By the variable that a statement defines: its arguments, then itself.
type Operands = VarMap<Vec<Range>>;

impl Ranges {
    pub(crate) fn of(function: &Function) -> Ranges {
        let rules = operands(function, &[]);
        let positive = (function.singular == Singular::Zero).then(|| positive(function, &rules)).flatten();
        Ranges { rules, positive, singular: function.singular }
    }

    /// The partials of a statement `let var = rule(args);`.
    pub(crate) fn partials(&self, var: Var, rule: &Rule, args: &[Expr]) -> Vec<Partial> {
        let mut partials = partials_under(&self.rules, (var, rule, args), self.singular);
        if let Some((constant, rules)) = &self.positive {
            let beside = partials_under(rules, (var, rule, args), self.singular);
            for (partial, beside) in partials.iter_mut().zip(beside) {
                partial.reverse.drop_where_positive(constant, &beside.reverse);
                partial.forward.drop_where_positive(constant, &beside.forward);
            }
        }
        partials
    }
}

/// The ranges, if these constants are positive.
fn operands(function: &Function, positive: &[Expr]) -> Operands {
    let mut analysis = Analysis {
        function,
        positive,
        values: vec![None; function.vars.0.len()],
        rules: VarMap::new(),
        tests: VarMap::new(),
        changed: true,
        round: 0,
    };
    for param in &function.params {
        analysis.values[param.var.0 as usize] = Some(Range::FINITE);
    }
    while std::mem::take(&mut analysis.changed) {
        analysis.block(&function.body);
        analysis.round += 1;
    }
    analysis.rules
}

fn partials_under(
    rules: &Operands,
    (var, rule, args): (Var, &Rule, &[Expr]),
    singular: Singular,
) -> Vec<Partial> {
    let ranges = rules.get(&var).map_or(&[][..], Vec::as_slice);
    let ranged = |(at, expr): (usize, &Expr)| Ranged {
        expr: expr.clone(),
        range: ranges.get(at).copied().unwrap_or(Range::ANYTHING),
    };
    let args: Vec<Ranged> = args.iter().enumerate().map(ranged).collect();
    let partials = rule.partials(&args, ranged((args.len(), &Expr::Var(var))), singular);
    let partial = |(arg, Ranged { expr, range }): (&Ranged, Ranged)| {
        let (reverse, forward) = match (singular, range.is_finite(), arg.range.is_finite()) {
            (Singular::Ieee, ..) | (_, true, true) => (Guard::None, Guard::None),
            (_, false, true) => (Guard::Chain(None), Guard::Chain(None)),
            (_, true, false) => (Guard::None, Guard::Product(None)),
            (_, false, false) => (Guard::Chain(None), Guard::Product(None)),
        };
        Partial { expr, reverse, forward }
    };
    args.iter().zip(partials).map(partial).collect()
}

/// The constants out of sight that would make guards needless if they were positive, the least of them as one expression.
fn positive(function: &Function, rules: &Operands) -> Option<(Expr, Operands)> {
    let mut constants: Vec<Expr> = Vec::new();
    let mut calls: Vec<(Var, &Rule, &[Expr])> = Vec::new();
    function.body.walk(&mut |stmt| {
        if let StmtKind::Let { var, expr: Expr::Rule(rule, args) } = &stmt.kind {
            calls.push((*var, *rule, args));
            let unseen = args.iter().filter(|arg| matches!(arg, Expr::Lit(lit) if unseen(lit).is_some()));
            for constant in unseen {
                if !constants.iter().any(|known| build::equal(known, constant)) {
                    constants.push(constant.clone());
                }
            }
        }
    });
    let needed = |rules: &Operands| -> Vec<(bool, bool)> {
        let partials = calls.iter().flat_map(|call| partials_under(rules, *call, Singular::Zero));
        partials.map(|partial| (!partial.reverse.is_none(), !partial.forward.is_none())).collect()
    };
    // One type of float alone: the constant is compared beside all products.
    let Expr::Lit(first) = constants.first()? else { return None };
    let one = unseen(first);
    let other = |var: Var| matches!(&function.vars[var].ty, Ty::Float(float) if Some(float) != one);
    let without = needed(rules);
    if constants.len() > CONSTANTS
        || calls.iter().any(|(var, ..)| other(*var))
        || !without.iter().any(|(reverse, forward)| *reverse || *forward)
    {
        return None;
    }
    let mut rules = operands(function, &constants);
    let all = needed(&rules);
    if without == all {
        return None;
    }
    for constant in constants.clone() {
        let others: Vec<Expr> =
            constants.iter().filter(|other| !build::equal(other, &constant)).cloned().collect();
        let fewer = operands(function, &others);
        if needed(&fewer) == all {
            (constants, rules) = (others, fewer);
        }
    }
    let least = constants.into_iter().reduce(|a, b| build::apply("min", vec![a, b]))?;
    Some((least, rules))
}

/// The type of a constant of floats whose value the macro does not see.
fn unseen(lit: &Lit) -> Option<&Float> {
    match lit {
        Lit { value: None, ty: Ty::Float(float), .. } => Some(float),
        _ => None,
    }
}

/// A partial derivative, and what its product with a derivative has to watch for.
///
/// In reverse mode a zero adjoint may meet a partial that is infinite, or no number. An infinite adjoint comes only from a
/// result that is infinite itself, and is left to the arithmetic. In forward mode the tangent of what is infinite is too, and
/// meets a partial that is zero where something makes a finite number of it: `(-1.0 / x).exp()`.
pub(crate) struct Partial {
    pub(crate) expr: Expr,
    pub(crate) reverse: Guard,
    pub(crate) forward: Guard,
}

struct Analysis<'a> {
    function: &'a Function,
    /// Constants that are taken for positive.
    positive: &'a [Expr],
    /// Of scalars, and of what is in a place.
    values: Vec<Option<Range>>,
    rules: VarMap<Vec<Range>>,
    /// Conditions that are values.
    tests: VarMap<Expr>,
    changed: bool,
    round: usize,
}

impl Analysis<'_> {
    fn value(&self, var: Var) -> Range {
        self.values[var.0 as usize].unwrap_or(Range::FINITE).of(var.0)
    }

    /// What a variable may be, beside what it was found to be before.
    fn join(&mut self, var: Var, range: Range) {
        let known = &mut self.values[var.0 as usize];
        let joined = known.map_or(range, |known| known.or(range));
        let joined = joined.alone();
        if *known != Some(joined) {
            *known = Some(if self.round < EXACT { joined } else { joined.widened() });
            self.changed = true;
        }
    }

    fn store(&mut self, path: &Path, range: Range) {
        self.join(self.function.vars.root(path), range);
    }

    fn load(&self, path: &Path) -> Range {
        self.value(self.function.vars.root(path)).alone()
    }

    fn expr(&self, expr: &Expr) -> Range {
        match expr {
            Expr::Var(var) => self.value(*var),
            Expr::Lit(_) if self.is_positive(expr) => Range::POSITIVE,
            Expr::Lit(lit) => constant(lit),
            Expr::Rule(rule, args) => {
                let args: Vec<Range> = args.iter().map(|arg| self.expr(arg)).collect();
                Range::apply(rule, &args)
            }
            Expr::Load(path) | Expr::Whole(path) => self.load(path),
            Expr::Cast(operand, _) | Expr::Stop(operand) => self.expr(operand),
            Expr::Select(_, then, otherwise) => self.expr(then).or(self.expr(otherwise)),
            Expr::Inert(inert) if names_infinity(&inert.code) => Range::ANYTHING,
            Expr::Binary(..) | Expr::Unary(..) | Expr::Len(_) | Expr::Inert(_) | Expr::WholeMut(_) => {
                Range::FINITE
            }
        }
    }

    /// As [`Self::expr`], of what is kept: a constant that is kept, and not multiplied, may well be an infinite border.
    fn kept(&self, expr: &Expr) -> Range {
        match expr {
            Expr::Lit(lit) if unseen(lit).is_some() && !self.is_positive(expr) => {
                Range::within(f64::NEG_INFINITY, f64::INFINITY)
            }
            expr => self.expr(expr),
        }
    }

    fn is_positive(&self, constant: &Expr) -> bool {
        self.positive.iter().any(|positive| build::equal(positive, constant))
    }

    fn block(&mut self, block: &Block) {
        block.stmts.iter().for_each(|stmt| self.statement(stmt));
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { var, expr } => self.define(*var, expr),
            StmtKind::Declare { place, init } => self.init(&Path::of(*place), init),
            StmtKind::Assign { path, init, .. } => self.init(path, init),
            StmtKind::Store { path, op, value } => {
                let range = match op {
                    StoreOp::Set => self.kept(value),
                    StoreOp::Add => self.load(path) + self.expr(value),
                    StoreOp::Sub => self.load(path) - self.expr(value),
                };
                self.store(path, range);
            }
            StmtKind::Fill { path, value } | StmtKind::Push { path, value } => {
                self.store(path, self.kept(value));
            }
            StmtKind::Swap(a, b) => {
                let both = self.load(a).or(self.load(b));
                self.store(a, both);
                self.store(b, both);
            }
            StmtKind::Call(call) => {
                for result in call.results.leaves() {
                    let scalar = self.function.vars[*result].role == Role::Value;
                    self.join(*result, if scalar { Range::ANYTHING } else { Range::FINITE });
                }
                for arg in &call.args {
                    match arg {
                        Arg::RefMut(path) => self.store(path, Range::FINITE),
                        Arg::RefMutValue(_, after) => self.join(*after, Range::ANYTHING),
                        _ => {}
                    }
                }
            }
            StmtKind::If { cond, then, otherwise, joins } => {
                for (block, holds) in [(then, true), (otherwise, false)] {
                    let narrowed = self.narrow(cond, holds);
                    self.block(block);
                    self.arrive(joins, usize::from(!holds));
                    for (var, before) in narrowed.into_iter().rev() {
                        self.values[var.0 as usize] = before;
                    }
                }
            }
            StmtKind::Match { arms, joins, .. } => {
                for (index, arm) in arms.iter().enumerate() {
                    self.block(&arm.body);
                    self.arrive(joins, index);
                }
            }
            StmtKind::Loop(the_loop) => {
                for scalar in &the_loop.carried {
                    self.join(scalar.phi, self.kept(&scalar.init));
                }
                if let crate::ir::Head::While { test, .. } = &the_loop.head {
                    self.block(test);
                }
                self.block(&the_loop.body);
                for scalar in &the_loop.carried {
                    self.join(scalar.phi, self.kept(&scalar.next));
                    self.join(scalar.out, self.value(scalar.phi));
                }
            }
            _ => {}
        }
    }

    fn define(&mut self, var: Var, expr: &Expr) {
        if let Expr::Binary(..) | Expr::Unary(..) = expr {
            self.tests.insert(var, expr.clone());
        }
        let range = self.kept(expr);
        self.values[var.0 as usize] = Some(range);
        if let Expr::Rule(_, args) = expr {
            let mut ranges: Vec<Range> = args.iter().map(|arg| self.expr(arg)).collect();
            ranges.push(self.value(var));
            self.rules.insert(var, ranges);
        }
    }

    fn init(&mut self, path: &Path, init: &Init) {
        match init {
            Init::List { items, .. } | Init::Tuple(items) => {
                items.iter().for_each(|item| self.store(path, self.kept(item)));
            }
            Init::Repeat { value, .. } => self.store(path, self.kept(value)),
            Init::Struct { fields, base, .. } => {
                fields.iter().for_each(|(_, item)| self.store(path, self.kept(item)));
                if let Some(base) = base {
                    self.store(path, self.load(base));
                }
            }
            Init::Copy { from, .. } => self.store(path, self.load(from)),
            Init::Inert(inert) if names_infinity(&inert.code) => self.store(path, Range::ANYTHING),
            Init::Inert(_) => self.store(path, Range::FINITE),
            Init::Stop(inner) => self.init(path, inner),
            Init::Deferred | Init::EmptyVec(_) | Init::Zero { .. } => {}
        }
    }

    fn arrive(&mut self, joins: &[Join], arm: usize) {
        for join in joins {
            if let Some(Some(value)) = join.values.get(arm) {
                self.join(join.var, self.kept(value));
            }
        }
    }

    /// Takes a condition for true or false; gives what was known of the variables before.
    fn narrow(&mut self, cond: &Expr, holds: bool) -> Vec<(Var, Option<Range>)> {
        use syn::BinOp::{And, BitAnd, BitOr, Eq, Ge, Gt, Le, Lt, Ne, Or};
        let test = match cond {
            Expr::Var(var) => self.tests.get(var).cloned(),
            other => Some(other.clone()),
        };
        match test {
            Some(Expr::Unary(syn::UnOp::Not(_), inner)) => self.narrow(&inner, !holds),
            Some(Expr::Binary(And(_) | BitAnd(_), a, b)) if holds => {
                let mut narrowed = self.narrow(&a, true);
                narrowed.extend(self.narrow(&b, true));
                narrowed
            }
            Some(Expr::Binary(Or(_) | BitOr(_), a, b)) if !holds => {
                let mut narrowed = self.narrow(&a, false);
                narrowed.extend(self.narrow(&b, false));
                narrowed
            }
            Some(Expr::Binary(op, a, b)) => {
                let (is, mirrored, as_is) = match op {
                    Lt(_) => (Is::Less, Is::More, true),
                    Ge(_) => (Is::Less, Is::More, false),
                    Gt(_) => (Is::More, Is::Less, true),
                    Le(_) => (Is::More, Is::Less, false),
                    Eq(_) => (Is::Equal, Is::Equal, true),
                    Ne(_) => (Is::Equal, Is::Equal, false),
                    _ => return Vec::new(),
                };
                // A comparison that holds was one of numbers; `!=` holds of what is none.
                let numbers = holds != (is == Is::Equal && !as_is);
                let ranges =
                    [self.expr(&a), self.expr(&b)].map(|range| Range { nan: range.nan && !numbers, ..range });
                let mut narrowed = Vec::new();
                for (side, is, own, other) in
                    [(&a, is, ranges[0], ranges[1]), (&b, mirrored, ranges[1], ranges[0])]
                {
                    if let Expr::Var(var) = **side {
                        if self.function.vars[var].role == Role::Value
                            && self.function.vars[var].ty.is_float()
                        {
                            let range = own.given(is, other, holds == as_is);
                            let known = self.values[var.0 as usize].replace(range);
                            narrowed.push((var, known));
                        }
                    }
                }
                narrowed
            }
            _ => Vec::new(),
        }
    }
}

/// A constant: what is not known is a number, unless it says otherwise.
fn constant(lit: &Lit) -> Range {
    match lit.value {
        Some(value) => Range::exactly(value),
        None if names_infinity(&lit.tokens) => Range::ANYTHING,
        None => Range::FINITE,
    }
}

/// Whether code names a constant that is infinite or no number.
fn names_infinity(code: &proc_macro2::TokenStream) -> bool {
    code.clone().into_iter().any(|tree| match tree {
        proc_macro2::TokenTree::Ident(name) => {
            ["INFINITY", "NEG_INFINITY", "NAN", "infinity", "neg_infinity", "nan"]
                .iter()
                .any(|known| name == known)
        }
        proc_macro2::TokenTree::Group(group) => names_infinity(&group.stream()),
        _ => false,
    })
}
