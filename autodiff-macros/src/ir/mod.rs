//! The intermediate representation: structured, in A-normal form, scalars in SSA form.
//!
//! *Scalars* (floats, integers, booleans: everything `Copy` that fits a register) are SSA values: each [`Var`] of
//! [`Role::Value`] is bound exactly once, by a `Let`, a loop index, a loop-carried `phi`/`out`, a branch `Join`, a call
//! result or a pattern. Everything else (arrays, Vecs, slices, structs, values whose type the macro cannot know) lives
//! in a *place*: a `Var` of [`Role::Place`], declared once, read and written through [`Path`]s.
//!
//! The primal program (what lowering makes, what the analyses read) uses the statements up to [`StmtKind::Loop`] and
//! has atoms ([`Expr::Var`], [`Expr::Lit`]) wherever an operand stands. Differentiation adds the statements behind
//! [`StmtKind::Mut`], and simplification folds single-use values back into expression trees.

pub(crate) mod build;
#[cfg(test)]
pub(crate) mod eval;
#[cfg(any(test, debug_assertions))]
pub(crate) mod print;
mod speculate;
pub(crate) mod table;
#[cfg(any(test, debug_assertions))]
pub(crate) mod verify;
pub(crate) mod visit;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

use proc_macro2::{Ident, Span, TokenStream};

use crate::passes::Passes;
use crate::rules::{Rule, Singular};

pub(crate) use table::{VarMap, VarSet};

/// A variable: an index into [`Vars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Var(pub(crate) u32);

/// What a variable stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// An SSA scalar, bound once.
    Value,
    /// Storage, read and written through paths.
    Place,
    /// A shared or mutable view of a part of a place; its target is [`VarInfo::view`]. No storage of its own.
    View,
    /// A mutable scalar: the adjoint accumulators of the reverse sweep (never in a primal program).
    Mut,
    /// What the forward sweep hands to the reverse sweep: a stack (in loops) or a slot (outside of them).
    Tape,
    /// The pullback closure of a call.
    Pullback,
}

/// What is known of a variable.
#[derive(Clone)]
pub(crate) struct VarInfo {
    /// Bears a name that readers look for (the adjoint of a named variable): worth a line of its own.
    pub(crate) telling: bool,
    /// The user's name, or a hint; the emitter makes names unique.
    pub(crate) name: String,
    /// Whether the user wrote the name (such values are never folded into the expressions that use them).
    pub(crate) named: bool,
    pub(crate) span: Span,
    pub(crate) ty: Ty,
    pub(crate) role: Role,
    /// What a [`Role::View`] shows.
    pub(crate) view: Option<Path>,
    /// A view that is bound as it is (`let w_row = &mut w[a..b];`), even where its place is written: nothing else reaches
    /// that place while the view lives. Mutable where `mutable` says so.
    pub(crate) window: bool,
    /// `let mut` of the user, or a place that some statement writes to.
    pub(crate) mutable: bool,
    /// Whatever it is made of, no derivative passes (`stop`, `#[no_diff]`).
    pub(crate) cut: bool,
    /// A place that is declared with content for rustc's sake alone: nothing reads that.
    pub(crate) made_up: bool,
    /// A `Vec` that is lent to what may be of any type that has a trait: no other memory stands for it.
    pub(crate) whole: bool,
    /// The variable that it is, bound once more where the reverse sweep has it again (only while code is emitted).
    pub(crate) again: Option<Var>,
}

/// The types as far as the macro knows them: parameters are written, the rest is inferred locally.
#[derive(Clone)]
pub(crate) enum Ty {
    /// A differentiable scalar.
    Float(Float),
    /// An inactive `Copy` scalar: integers, `bool`, `char`; the type's name where it is known (`usize`, `bool`).
    Int(Option<String>),
    /// Any other inactive type (strings, enums without payload, ranges, random number generators).
    Inert,
    /// `[T; N]`; the length where it is written.
    Array(Box<Ty>, Option<TokenStream>),
    Slice(Box<Ty>),
    Vec(Box<Ty>),
    Tuple(Vec<Ty>),
    /// A user's or library type, by name: differentiable through its `Differentiable` impl.
    Named(Box<syn::Type>),
    /// The result of a call, an element of a `Named`: rustc knows.
    Unknown,
}

/// Which float a scalar is.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Float {
    F64,
    F32,
    /// A type parameter bounded by `num_traits::Float` or the like.
    Param(Ident),
    /// Another name of a float, whose definition is not in sight: `type Real = f32;`.
    Alias(Ident),
    /// Some float; rustc infers which.
    Any,
    /// Several tangents side by side, in derivatives alone: see `emit::lanes`.
    Lanes,
}

impl Ty {
    pub(crate) const fn f64() -> Ty {
        Ty::Float(Float::F64)
    }
    pub(crate) fn usize() -> Ty {
        Ty::Int(Some("usize".into()))
    }
    pub(crate) fn bool() -> Ty {
        Ty::Int(Some("bool".into()))
    }
    pub(crate) fn is_float(&self) -> bool {
        matches!(self, Ty::Float(_))
    }
    /// `Copy` scalars that live in SSA values.
    pub(crate) fn is_scalar(&self) -> bool {
        matches!(self, Ty::Float(_) | Ty::Int(_))
    }
    pub(crate) fn is_same_scalar(&self, other: &Ty) -> bool {
        match (self, other) {
            (Ty::Float(a), Ty::Float(b)) => a == b,
            (Ty::Int(a), Ty::Int(b)) => a == b,
            _ => false,
        }
    }
    /// Whether all values of the type hold as many numbers as each other. What is not known may hold a `Vec`.
    pub(crate) fn keeps_its_shape(&self) -> bool {
        match self {
            Ty::Float(_) | Ty::Int(_) | Ty::Inert => true,
            Ty::Array(t, _) => t.keeps_its_shape(),
            Ty::Tuple(ts) => ts.iter().all(Ty::keeps_its_shape),
            Ty::Vec(_) | Ty::Slice(_) | Ty::Named(_) | Ty::Unknown => false,
        }
    }
    /// Whether a value of this type can carry a derivative at all.
    pub(crate) fn may_be_active(&self) -> bool {
        match self {
            Ty::Float(_) | Ty::Named(_) | Ty::Unknown => true,
            Ty::Int(_) | Ty::Inert => false,
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => t.may_be_active(),
            Ty::Tuple(ts) => ts.iter().any(Ty::may_be_active),
        }
    }
    /// The type of an element of an array, a slice or a Vec.
    pub(crate) fn element(&self) -> Ty {
        match self {
            Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => (**t).clone(),
            Ty::Inert => Ty::Inert,
            _ => Ty::Unknown,
        }
    }
    /// The length of an array, where it is a number.
    pub(crate) fn number_of_elements(&self) -> Option<i64> {
        let Ty::Array(_, Some(len)) = self else { return None };
        syn::parse2::<syn::LitInt>(len.clone()).ok()?.base10_parse().ok()
    }
    /// Whether the type is a sequence the macro knows (so that `len`, ranges and element loops make sense).
    pub(crate) fn is_sequence(&self) -> bool {
        matches!(self, Ty::Array(..) | Ty::Slice(_) | Ty::Vec(_))
    }
}

/// The arena of a function's variables; the types of fields, and those of the parts of places that carry nothing, which the
/// variable's own type does not tell.
#[derive(Clone, Default)]
pub(crate) struct Vars(pub(crate) Vec<VarInfo>, pub(crate) Rc<Fields>, pub(crate) HashMap<String, Ty>);

/// The types of the fields of structs in sight that hold numbers, by the names of both.
pub(crate) type Fields = BTreeMap<(String, String), Ty>;

impl std::ops::Index<Var> for Vars {
    type Output = VarInfo;
    fn index(&self, var: Var) -> &VarInfo {
        &self.0[var.0 as usize]
    }
}

impl std::ops::IndexMut<Var> for Vars {
    fn index_mut(&mut self, var: Var) -> &mut VarInfo {
        &mut self.0[var.0 as usize]
    }
}

/// A literal or constant, kept as the user wrote it.
#[derive(Clone)]
pub(crate) struct Lit {
    pub(crate) tokens: TokenStream,
    /// The value, where the macro knows it (numeric literals, well-known constants); integers and booleans too.
    pub(crate) value: Option<f64>,
    pub(crate) ty: Ty,
    /// Whether the macro made it (a constant of a rule): in generic code it is converted to the type parameter.
    pub(crate) made: bool,
}

/// A pure expression. In the primal program every operand is an atom.
#[derive(Clone)]
pub(crate) enum Expr {
    Var(Var),
    Lit(Lit),
    /// An elementary function on floats, from the rule table (arithmetic included).
    Rule(&'static Rule, Vec<Expr>),
    /// Copies a scalar out of a place.
    Load(Path),
    /// Inactive binary operation: on integers and booleans; comparisons of anything. Not for float arithmetic.
    Binary(syn::BinOp, Box<Expr>, Box<Expr>),
    /// Inactive unary operation (`!`, `-` on integers).
    Unary(syn::UnOp, Box<Expr>),
    /// `operand as T`: a derivative passes from float to float only.
    Cast(Box<Expr>, Box<syn::Type>),
    /// `path.len()`.
    Len(Path),
    /// The user's code, kept token for token; its result is inactive (the activity pass refuses it on varied operands
    /// unless the type of the variable it defines cannot carry a derivative).
    Inert(Inert),
    /// `if condition { then } else { otherwise }` of scalars (in partials: kinks).
    Select(Box<Expr>, Box<Expr>, Box<Expr>),
    /// A whole aggregate, `clone`d or moved out of a place: only as the operand of statements that take one.
    Whole(Path),
    /// An inactive place that code may write to: bound by `&mut` (only among the bindings of [`Inert`]).
    WholeMut(Path),
    /// `stop_gradient(operand)`: a copy that no derivative passes.
    Stop(Box<Expr>),
}

/// Code kept as the user wrote it, with the user's variables it names.
#[derive(Clone)]
pub(crate) struct Inert {
    pub(crate) code: TokenStream,
    /// The names in `code`, and what each stands for there: an atom (bound by value), a `Whole` path (bound by reference:
    /// where the user's variable is no reference `code` says `(*name)`), or a `WholeMut` path (bound by `&mut`).
    pub(crate) binds: Vec<(Ident, Expr)>,
    /// Whether it may be evaluated again in the reverse sweep: no effects, and depends on its operands alone.
    pub(crate) pure: bool,
}

impl Inert {
    /// Whether it is the call of a function, which may be generic in what it gives: `T::zero()`, `lerp(0.5, 1.5)`.
    pub(crate) fn may_be_of_any_type(&self) -> bool {
        let mut trees: Vec<proc_macro2::TokenTree> = self.code.clone().into_iter().collect();
        let called = matches!(trees.pop(), Some(proc_macro2::TokenTree::Group(group))
            if group.delimiter() == proc_macro2::Delimiter::Parenthesis);
        called
            && !trees.is_empty()
            && trees.iter().all(|tree| match tree {
                proc_macro2::TokenTree::Ident(_) => true,
                proc_macro2::TokenTree::Punct(punct) => punct.as_char() == ':',
                _ => false,
            })
    }

    /// Where the code begins, for complaints: at the first name that is not one of what it reads, which may be made up.
    pub(crate) fn start(&self) -> Option<Span> {
        fn first(tokens: &TokenStream, bound: &dyn Fn(&Ident) -> bool) -> Option<Span> {
            tokens.clone().into_iter().find_map(|token| match token {
                proc_macro2::TokenTree::Ident(name) => (!bound(&name)).then(|| name.span()),
                proc_macro2::TokenTree::Group(group) => first(&group.stream(), bound),
                _ => None,
            })
        }
        first(&self.code, &|name| self.binds.iter().any(|(bound, _)| bound == name))
    }
}

/// A part of a place: `root.proj.proj…`. A root of [`Role::View`] stands for the path it shows.
#[derive(Clone)]
pub(crate) struct Path {
    pub(crate) root: Var,
    pub(crate) proj: Vec<Proj>,
}

#[derive(Clone)]
pub(crate) enum Proj {
    /// `[index]`
    Index(Expr),
    /// `[lo..hi]`, either bound may be missing.
    Range(Option<Expr>, Option<Expr>),
    /// `.name` or `.0`
    Field(syn::Member),
    /// What a variant of an enum holds, reached only where the enum holds that variant: else it panics. Of the tangent of an
    /// enum the same, so that a path to a payload and the one to its adjoint differ in their roots alone.
    Payload { variant: Ident, member: syn::Member },
    /// What there is in an `Option`; else it panics.
    Some,
    /// A user-visible dereference of something that is not a plain reference (`Box`).
    Deref,
}

impl Proj {
    /// Whether it is reached by a function that has the whole borrowed meanwhile: two of them cannot be had at once where one is
    /// written to.
    pub(crate) fn is_opened(&self) -> bool {
        matches!(self, Proj::Payload { .. } | Proj::Some)
    }

    /// A field of a struct, or of a variant.
    pub(crate) fn of(variant: Option<&Ident>, member: &syn::Member) -> Proj {
        match variant {
            Some(variant) => Proj::Payload { variant: variant.clone(), member: member.clone() },
            None => Proj::Field(member.clone()),
        }
    }
}

/// What a stored value does to the old content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StoreOp {
    Set,
    Add,
    Sub,
}

/// How a place gets its first content.
#[derive(Clone)]
pub(crate) enum Init {
    /// Declared without a value (`let r;`): every path through the program assigns it before it is read.
    Deferred,
    /// `[a, b, …]` (`vec` false) or `vec![a, b, …]`; elements are atoms or `Whole` paths.
    List { vec: bool, items: Vec<Expr> },
    /// `[value; len]` or `vec![value; len]`; `value` an atom or a `Whole`, `len` an atom.
    Repeat { vec: bool, value: Expr, len: Expr },
    /// An empty Vec: `Vec::new()` (None) or `Vec::with_capacity(n)`.
    EmptyVec(Option<Expr>),
    /// A tuple of atoms and `Whole`s (tuples known to the macro are split into their parts: only for those in containers).
    Tuple(Vec<Expr>),
    /// A struct literal `Path { field: value, …, ..base }`, or what else is made of its parts (`of`).
    Struct { path: syn::Path, of: Made, fields: Vec<(syn::Member, Expr)>, base: Option<Path> },
    /// A copy of a whole path. `how`: the tokens appended to it in the primal (`.to_vec()`, `.clone()`, or nothing: a move or `Copy`).
    Copy { from: Path, how: CopyHow },
    /// The zero of a path's shape: a fresh adjoint (never in a primal program).
    Zero { like: Path },
    /// Inactive content, the user's code verbatim (`Vec::<usize>::new()`, `(0..n).collect()`, a random number generator).
    Inert(Inert),
    /// The content that the inner one would be, cut off: no derivative passes.
    Stop(Box<Init>),
}

/// What a constructor makes.
#[derive(Clone)]
pub(crate) enum Made {
    Struct,
    /// A tuple struct, called: what is called so may be a function as well, where the type of the result is of no account.
    Called,
    /// A variant of an enum, by the name that the enum has for it.
    Variant(Ident),
    /// `Box::new(value)`
    Box,
    /// `Some(value)`
    Some,
}

impl Made {
    /// How a part of what is made is reached.
    pub(crate) fn part(&self, member: &syn::Member) -> Proj {
        match self {
            Made::Box => Proj::Deref,
            Made::Some => Proj::Some,
            Made::Variant(variant) => Proj::of(Some(variant), member),
            Made::Struct | Made::Called => Proj::of(None, member),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CopyHow {
    /// By value as written: a move, or a copy of a `Copy` type.
    Move,
    Clone,
    ToVec,
}

/// Statements in order; what a block hands on is named by its owner (joins, `next` of carried values, the function's result).
#[derive(Clone, Default)]
pub(crate) struct Block {
    pub(crate) stmts: Vec<Stmt>,
}

#[derive(Clone)]
pub(crate) struct Stmt {
    pub(crate) kind: StmtKind,
    pub(crate) span: Span,
}

#[derive(Clone)]
pub(crate) enum StmtKind {
    /// `let var = expr;`
    Let { var: Var, expr: Expr },
    /// Declares a place.
    Declare { place: Var, init: Init },
    /// Names a view (`let row = &x[a..b];`, an aggregate item of an iterator loop); the target is in the arena.
    View { var: Var },
    /// `path = value`, `path += value`, `path -= value` of a scalar atom.
    Store { path: Path, op: StoreOp, value: Expr },
    /// `path = whole` of an aggregate: as an initialiser, also `copy_from_slice`/`clone_from_slice` (`slice` true).
    Assign { path: Path, init: Init, slice: bool },
    /// `std::mem::swap(a, b)`, `v.swap(i, j)` of equal shapes.
    Swap(Path, Path),
    /// `path.fill(value)`
    Fill { path: Path, value: Expr },
    /// `path.push(value)`; the value an atom or a `Whole`.
    Push { path: Path, value: Expr },
    /// A call of a differentiated function, or an operator on types only rustc knows.
    Call(Call),
    /// The user's statement, forward sweep only: assertions, printing, inactive calls. `defs`: inactive scalars it assigns
    /// (user's name, version before, version after; no version before: the code itself gives it its first value).
    /// `writes`: inactive places it may write to (those that `inert` binds by `WholeMut`).
    Inert { inert: Inert, defs: Vec<(Ident, Option<Expr>, Var)>, writes: Vec<Var> },
    /// Two-way branch; `joins` are the scalars that differ behind it (`values[0]` from `then`).
    If { cond: Expr, then: Block, otherwise: Block, joins: Vec<Join> },
    /// `match` on an inactive scrutinee.
    Match { scrutinee: Inert, arms: Vec<Arm>, joins: Vec<Join> },
    /// Any loop.
    Loop(Box<Loop>),
    /// Where statements that run again in the reverse sweep begin and end, in one block. They bind nothing to themselves.
    Mark(Mark),

    // ---- what differentiation adds ----
    /// `let mut var = init;`
    Mut { var: Var, init: Expr },
    /// `var = expr`, `var += expr`, `var -= expr` of a mutable scalar.
    Update { var: Var, op: StoreOp, expr: Expr },
    /// Hands values to the reverse sweep.
    Save { tape: Var, values: Vec<Saved> },
    /// Takes them back, in the opposite order of saving.
    Restore { tape: Var, values: Vec<Saved> },
    /// `to += from` of whole adjoints.
    Accumulate { to: Path, from: Path },
    /// The pullback of a call made in the forward sweep.
    Pullback(PullbackCall),
    /// The tangent of a call (forward mode): primal and tangent results at once.
    Pushforward(PushforwardCall),
    /// Anything the forward or reverse sweep needs beside these, built by the differentiation from emitted parts.
    Raw(RawStmt),
}

/// See [`StmtKind::Mark`].
#[derive(Clone)]
pub(crate) enum Mark {
    Begin(Checkpoint),
    End,
}

/// How the reverse sweep has again what ran between two marks.
#[derive(Clone)]
pub(crate) enum Checkpoint {
    /// All of it is run again, from what it found.
    Rerun,
    /// The loops in it in segments, of as many iterations as there are segments (only until `analysis::checkpoint`).
    Root,
    /// The loops in it in segments of so many iterations (likewise).
    Every(Expr),
    /// The loops in it from so many copies of what they change, at iterations that the binomial schedule chooses, which the
    /// runtime has under this path.
    Slots(Expr, Box<syn::Path>),
}

impl Checkpoint {
    /// The atom that it was told.
    pub(crate) fn operand(&self) -> Option<&Expr> {
        match self {
            Checkpoint::Rerun | Checkpoint::Root => None,
            Checkpoint::Every(operand) | Checkpoint::Slots(operand, _) => Some(operand),
        }
    }

    pub(crate) fn operand_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Checkpoint::Rerun | Checkpoint::Root => None,
            Checkpoint::Every(operand) | Checkpoint::Slots(operand, _) => Some(operand),
        }
    }
}

impl Mark {
    pub(crate) fn operand(&self) -> Option<&Expr> {
        match self {
            Mark::Begin(how) => how.operand(),
            Mark::End => None,
        }
    }

    pub(crate) fn operand_mut(&mut self) -> Option<&mut Expr> {
        match self {
            Mark::Begin(how) => how.operand_mut(),
            Mark::End => None,
        }
    }
}

/// One value on a tape.
#[derive(Clone)]
pub(crate) enum Saved {
    /// A scalar, or the pullback of a call.
    Value(Var),
    /// The content of a place (or part of it), cloned or moved out.
    Content(Var),
}

#[derive(Clone)]
pub(crate) struct Join {
    pub(crate) var: Var,
    /// One atom an arm; `None` where the arm never ends (`panic!`, `unreachable!`) or the value is never read.
    pub(crate) values: Vec<Option<Expr>>,
}

#[derive(Clone)]
pub(crate) struct Arm {
    /// The pattern as the user wrote it.
    pub(crate) pat: TokenStream,
    /// The inactive scalars it binds (user's name, variable).
    pub(crate) binds: Vec<(Ident, Var)>,
    pub(crate) guard: Option<Inert>,
    pub(crate) body: Block,
}

/// A loop. Iterations are counted in `trips` where the reverse sweep cannot know their number beforehand.
#[derive(Clone)]
pub(crate) struct Loop {
    pub(crate) head: Head,
    pub(crate) carried: Vec<Carried>,
    pub(crate) body: Block,
    /// Leaves the loop behind this iteration (after `next` of the carried values is taken) when true.
    pub(crate) break_if: Option<Expr>,
    /// The number of iterations whose body ran; defined behind the loop. Always there unless `head` is `For` and `break_if` is None.
    pub(crate) trips: Option<Var>,
    #[cfg_attr(not(any(test, debug_assertions)), expect(dead_code, reason = "read by the printer"))]
    pub(crate) label: Option<String>,
}

#[derive(Clone)]
pub(crate) enum Head {
    /// `for index in lo..hi`, `lo..=hi` (`inclusive`), `.step_by(step)`, `.rev()` (applied last, after the step:
    /// the same index values in the opposite order). Bounds are atoms.
    For { index: Var, lo: Expr, hi: Expr, inclusive: bool, step: Option<Expr>, rev: bool },
    /// `while cond { body }`: `test` computes `cond` (pure `Let`s only; nothing outside reads them).
    While { test: Block, cond: Expr },
    /// `loop { body }`, left by `break_if` alone.
    Forever,
}

/// A scalar that changes from iteration to iteration.
#[derive(Clone)]
pub(crate) struct Carried {
    /// Its value at the start of an iteration.
    pub(crate) phi: Var,
    /// Its value before the loop (an atom).
    pub(crate) init: Expr,
    /// Its value at the end of an iteration (an atom).
    pub(crate) next: Expr,
    /// Its value behind the loop.
    pub(crate) out: Var,
}

/// A call that is differentiated by the callee's own generated code.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) callee: Callee,
    pub(crate) args: Vec<Arg>,
    /// What it returns: a tree of fresh `Value`s and `Place`s.
    pub(crate) results: Tree<Var>,
    /// Names the pullback closure in the forward sweep.
    pub(crate) pullback: Var,
    /// Whether the pullback is wanted; without it, and in the primal, the call is the user's own. Lowering says true,
    /// differentiation says false where nothing active goes in or comes out.
    pub(crate) differentiated: bool,
    /// The arguments that the forward sweep keeps for the pullback if they are references, which rustc alone knows:
    /// code that must not run again, and what is moved away and has an unknown type. Differentiation lists them.
    pub(crate) kept: Vec<usize>,
    /// The user's own gives an `Option` or a `Result`, the forward sweep a value and whether there is one.
    pub(crate) fallible: bool,
    /// How often the callee was differentiated forward. Each time, there is behind the arguments a tangent for each of them,
    /// handed over in an `Option`: an [`Arg::Value`], which may be `None`, or a reference. See `diff::primal`.
    pub(crate) order: u32,
}

#[derive(Clone)]
pub(crate) enum Callee {
    /// `path(args)`: through `path::forward`, or (CamelCase or `Self` before the last segment) `Type::name_forward`.
    Function(syn::Path),
    /// A derivative of a function, called in another one (`g::grad(x)`): through `g::grad_forward`.
    Derivative(syn::Path),
    /// `receiver.method::<…>(args)`: through `receiver.method_forward::<…>(args)`; the receiver is the first argument.
    Method(Ident, Option<syn::AngleBracketedGenericArguments>),
    /// An operator on values of unknown type (`add`, `sub`, `mul`, `div`, `neg`, …): through `ops::NAME::forward`.
    Operator(&'static str),
}

impl Callee {
    /// [`Callee::Operator`] by which `on_adjoint(x, f)` goes: the pullback owns the function, and is not given it again.
    pub(crate) const ON_ADJOINT: &'static str = "on_adjoint";

    pub(crate) fn is_on_adjoint(&self) -> bool {
        matches!(self, Callee::Operator(Callee::ON_ADJOINT))
    }
}

/// The type that an associated function is called by: the segment before the last is in CamelCase.
pub(crate) fn owner(path: &syn::Path) -> Option<&Ident> {
    let owner = &path.segments.iter().rev().nth(1)?.ident;
    let text = owner.to_string();
    text.strip_prefix("r#").unwrap_or(&text).starts_with(char::is_uppercase).then_some(owner)
}

/// The derivatives that may be called in another function, longer names first.
pub(crate) const DERIVATIVES: [&str; 4] = ["value_and_grad", "grad", "jvp", "hvp"];

/// Whether a path is taken for a derivative in the companion of a function: `g::grad`.
pub(crate) fn is_derivative(path: &syn::Path) -> bool {
    let last = path.segments.last().map(|last| last.ident.to_string()).unwrap_or_default();
    DERIVATIVES.contains(&last.as_str()) && path.segments.len() > 1 && owner(path).is_none()
}

/// How an argument is handed over, as the user wrote it.
#[derive(Clone)]
pub(crate) enum Arg {
    /// A scalar atom by value.
    Value(Expr),
    /// An aggregate by value. As the receiver of a method one that the method may take by value: its pullback is given a
    /// reference to it all the same.
    Move(Path),
    /// An aggregate by value, to what may be a method that takes it as its receiver (`State::step(state, x)`): rustc alone
    /// knows whether the pullback is given a reference to it.
    Handed(Path),
    /// `&path` (or a variable that is a reference already).
    Ref(Path),
    /// `&mut path`.
    RefMut(Path),
    /// A reference to a scalar value: `&x`.
    RefValue(Expr),
    /// `&mut x` of a scalar variable: version before, version after the call.
    RefMutValue(Expr, Var),
    /// Inactive code handed over as it stands.
    Inert(Inert),
}

/// A tree of results, seeds or gradients.
#[derive(Clone)]
pub(crate) enum Tree<T> {
    Leaf(T),
    Tuple(Vec<Tree<T>>),
}

/// A parameter of the function.
#[derive(Clone)]
pub(crate) struct Param {
    /// The user's name (`self` for receivers); a fresh one for destructured parameters.
    pub(crate) name: Ident,
    pub(crate) ty: Ty,
    pub(crate) passing: Passing,
    /// The variable it enters as: a `Value` for scalars (references to scalars are read at entry), a `Place` otherwise.
    pub(crate) var: Var,
    /// For `&mut` to a scalar: the atom it holds at the end.
    pub(crate) last: Option<Expr>,
    /// Carries a derivative (by type, and not `#[no_diff]`).
    pub(crate) active: bool,
    pub(crate) no_diff: bool,
    /// A tangent: it comes in an `Option`, and none is a zero. See `diff::primal`.
    pub(crate) lent: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Passing {
    Value,
    Ref,
    RefMut,
}

/// One thing that the gradient is asked for, in order.
#[derive(Clone)]
pub(crate) struct Wrt {
    pub(crate) name: Ident,
    pub(crate) target: WrtTarget,
}

impl Wrt {
    /// By all parameters that carry a derivative.
    pub(crate) fn every(params: &[Param]) -> Vec<Wrt> {
        (params.iter().enumerate())
            .filter(|(_, param)| param.active)
            .map(|(index, param)| Wrt { name: param.name.clone(), target: WrtTarget::Param(index) })
            .collect()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WrtTarget {
    /// Index into `params`.
    Param(usize),
    /// A local binding: the value that its name is left with, its place, or a view behind the last write to its place.
    Local(Var),
}

/// A function, lowered.
#[derive(Clone)]
pub(crate) struct Function {
    pub(crate) name: Ident,
    pub(crate) vars: Vars,
    pub(crate) params: Vec<Param>,
    pub(crate) body: Block,
    /// Leaves are atoms or `Whole` paths. `()` is the empty tuple.
    pub(crate) result: Tree<Expr>,
    pub(crate) result_ty: Ty,
    pub(crate) wrt: Vec<Wrt>,
    /// Which derivative it is the primal of: 1 for what the user wrote, one more for each pushforward in each other.
    pub(crate) order: u32,
    /// The variables from this one on are tangents, in a pushforward.
    pub(crate) tangents_from: Option<usize>,
    /// Nested items (`const`, `fn`, `use`, …), to be repeated in generated bodies.
    pub(crate) items: Vec<syn::Item>,
    /// What was taken for the standard library's by its name: generated code has rustc check it.
    pub(crate) assumed: Vec<Assumed>,
    /// What its derivatives are at singular points.
    pub(crate) singular: Singular,
    /// Fields of structs may be marked `#[no_diff]`: one in sight is, or their definitions are not in sight.
    pub(crate) may_mark: bool,
    /// It may be reached again by what it calls: its pullback is of a type that can be named, a boxed one.
    pub(crate) recursive: bool,
    /// The functions that it calls by their names and that give the same again, where something is marked to run again.
    pub(crate) repeatable: BTreeSet<String>,
    /// The optimisations that its derivatives get.
    pub(crate) passes: Passes,
}

/// An assumption about a name.
#[derive(Clone)]
pub(crate) enum Assumed {
    /// A type that carries no derivative.
    Inactive(Box<syn::Type>),
    /// A function, and the path of what it was taken for in `core`.
    Function(Ident, &'static [&'static str]),
}

/// See [`StmtKind::Pullback`].
#[derive(Clone)]
pub(crate) struct PullbackCall {
    pub(crate) call: Call,
    /// The adjoint of each result leaf, in the shape of `call.results` (an atom or a `Whole`).
    pub(crate) seed: Tree<Expr>,
    /// The adjoint that each argument's slot adds to, in order; none where nobody wants it.
    pub(crate) slots: Vec<Option<Path>>,
}

/// See [`StmtKind::Pushforward`].
#[derive(Clone)]
pub(crate) struct PushforwardCall {
    pub(crate) call: Call,
    /// The tangent of each argument, in order.
    pub(crate) tangents: Vec<Tangent>,
    /// Where the result's tangents go, in the shape of `call.results`.
    pub(crate) result_tangents: Tree<Var>,
}

#[derive(Clone)]
pub(crate) enum Tangent {
    Value(Expr),
    Place(Path),
    /// Of a `&mut` scalar: the tangent before the call, and the variable that takes the one behind it.
    InOut(Expr, Var),
    /// Of what carries none, or a zero.
    None,
}

/// Statements with a fixed form that need no structure.
#[derive(Clone)]
pub(crate) enum RawStmt {
    /// `path = content` moved back: the restoring of an overwritten aggregate.
    PutBack { path: Path, from: Var },
    /// `let old = path.clone()`/`to_vec()`, the content before an overwriting.
    Keep { old: Var, path: Path },
    /// `tape.extend_from_slice(path)` on a flat tape, for scalars that are about to be overwritten. Nothing where the path is
    /// a range that does not exist: the loop that it is recorded for runs no iteration, or panics.
    Record { tape: Var, path: Path },
    /// What was recorded comes off the tape and back into the path.
    Replay { tape: Var, path: Path },
    /// `path.pop()`: undoes a push; the popped adjoint is bound to `popped` where there is one.
    Pop { path: Path, popped: Option<Var> },
    /// `var += path.iter().sum()` of a whole float path; then `path` is zeroed.
    SumInto { var: Var, path: Path },
    /// `path.fill(0)` for floats, in place.
    Clear { path: Path },
    /// `path.swap`/`mem::swap`.
    Swap(Path, Path),
}
