//! Which `Vec`s of a generated body are buffers of the runtime's pool: tapes, adjoints, and the function's own.
//!
//! A buffer derefs to a `Vec`, so most code cannot tell; it is none where a `Vec` itself is asked for, and all that are
//! exchanged for one another (swapped, moved, put back from a tape) have to be the same. So: a node for each place, and for
//! the elements of each, nodes that are exchanged for one another joined, and what has to be a `Vec` marked. The elements
//! must be `'static` for sure: numbers, or `Vec`s, arrays and tuples of them; on tapes whatever the pullback may own.

use std::collections::{HashMap, HashSet};

use proc_macro2::{Delimiter, Ident, TokenStream, TokenTree};

use super::unit::Unit;
use super::verbatim::is_deref_of;
use crate::diff::{Tape, TapeKind};
use crate::ir::*;

/// A place (0), its elements (1), the elements of those (2), …; the contents on a tape, see [`record`].
type Node = (Var, usize);

/// Levels of nesting that are told apart.
const DEPTH: usize = 4;

/// The node of the content at a position of a tape's records.
pub(super) fn record(tape: Var, at: usize) -> Node {
    (tape, (at + 1) * 2 * DEPTH)
}

/// Of a prepared unit; `entry`: what comes from outside, as it is.
///
/// `concrete`: the function's own pullback captures no type and no lifetime (`use<>`), so that all it is made of is `'static`,
/// what is on the tapes included, whatever it is.
pub(super) fn pooled(
    unit: &Unit,
    vars: &Vars,
    tapes: &[Tape],
    entry: &[Var],
    (float, concrete): (&Float, bool),
) -> HashSet<Node> {
    let places = (0..vars.0.len() as u32).map(Var).filter(|var| vars[*var].role == Role::Place);
    let mut buffers = Buffers {
        vars,
        generic: matches!(float, Float::Param(_)),
        concrete,
        parent: HashMap::new(),
        vecs: HashSet::new(),
        entry: entry.iter().copied().filter(|var| vars[*var].role == Role::Place).collect(),
        borrowing: HashSet::new(),
        open: tapes.iter().filter(|tape| !matches!(tape.kind, TapeKind::Slot)).map(|tape| tape.var).collect(),
    };
    let given: Vec<Var> = buffers.entry.iter().copied().collect();
    given.into_iter().for_each(|var| buffers.keep_root(var));
    for block in [&unit.first, &unit.second] {
        block.walk(&mut |stmt| buffers.stmt(stmt));
    }
    unit.between.iter().chain(&unit.tail).for_each(|e| buffers.expr(e));
    for var in places {
        for depth in 0..DEPTH {
            let node = buffers.find((var, depth));
            if !buffers.is_vec((var, depth)) {
                buffers.vecs.insert(node);
            }
        }
    }
    let nodes: Vec<Node> = buffers.parent.keys().copied().collect();
    let vecs: HashSet<Node> = buffers.vecs.clone().into_iter().map(|node| buffers.find(node)).collect();
    let mut found: HashSet<Node> =
        nodes.into_iter().filter(|node| !vecs.contains(&buffers.find(*node))).collect();
    found.extend(buffers.open.iter().map(|tape| (*tape, 0)));
    found
}

struct Buffers<'a> {
    vars: &'a Vars,
    generic: bool,
    /// All that the forward sweep hands over has types that are `'static`.
    concrete: bool,
    parent: HashMap<Node, Node>,
    /// What has to be a `Vec`.
    vecs: HashSet<Node>,
    entry: HashSet<Var>,
    /// Pullbacks that are kept with references among their arguments.
    borrowing: HashSet<Var>,
    /// Tapes that may be buffers, so far.
    open: HashSet<Var>,
}

impl Buffers<'_> {
    fn find(&mut self, node: Node) -> Node {
        let parent = *self.parent.entry(node).or_insert(node);
        if parent == node {
            return node;
        }
        let root = self.find(parent);
        self.parent.insert(node, root);
        root
    }

    /// The one and the other are exchanged, with all that is in them.
    fn tie(&mut self, a: Node, b: Node) {
        for depth in 0..DEPTH {
            let (a, b) = (self.find((a.0, a.1 + depth)), self.find((b.0, b.1 + depth)));
            self.parent.insert(a, b);
        }
    }

    /// The elements of the one and of the other.
    fn tie_elements(&mut self, a: Option<Node>, b: Option<Node>) {
        self.tie_some(a.map(|(var, depth)| (var, depth + 1)), b.map(|(var, depth)| (var, depth + 1)));
    }

    fn tie_some(&mut self, a: Option<Node>, b: Option<Node>) {
        match (a, b) {
            (Some(a), Some(b)) => self.tie(a, b),
            (Some(node), None) | (None, Some(node)) => self.keep(node),
            (None, None) => {}
        }
    }

    /// This, and all that is in it, has to be `Vec`s.
    fn keep(&mut self, node: Node) {
        for depth in node.1..node.1 + DEPTH {
            let node = self.find((node.0, depth));
            self.vecs.insert(node);
        }
    }

    fn keep_root(&mut self, var: Var) {
        self.keep((var, 0));
    }

    fn keep_path(&mut self, path: &Path) {
        if let Some(node) = self.node(path) {
            self.keep(node);
        }
    }

    fn keep_elements(&mut self, path: &Path) {
        if let Some((var, depth)) = self.node(path) {
            self.keep((var, depth + 1));
        }
    }

    /// The node of what a path shows; none for what is in a struct, which is as the struct says.
    fn node(&self, path: &Path) -> Option<Node> {
        let full = self.vars.resolve(path);
        let mut depth = 0;
        for proj in &full.proj {
            match proj {
                Proj::Index(_) => depth += 1,
                Proj::Range(..) => {}
                Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => return None,
            }
        }
        Some((full.root, depth))
    }

    /// Whether the node is a `Vec` at all, of something whose type is `'static`.
    fn is_vec(&self, (var, depth): Node) -> bool {
        let mut ty = &self.vars[var].ty;
        if self.vars[var].whole {
            return false;
        }
        for _ in 0..depth {
            ty = match ty {
                Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => t,
                _ => return false,
            };
        }
        match ty {
            Ty::Vec(t) => self.is_static(t),
            // The adjoint of a slice, where it is declared.
            Ty::Slice(t) => depth == 0 && self.is_static(t),
            _ => false,
        }
    }

    fn is_static(&self, ty: &Ty) -> bool {
        match ty {
            Ty::Float(Float::F64 | Float::F32 | Float::Alias(_)) | Ty::Int(_) => true,
            Ty::Float(Float::Any) => !self.generic,
            Ty::Array(t, _) | Ty::Vec(t) => self.is_static(t),
            Ty::Tuple(ts) => ts.iter().all(|t| self.is_static(t)),
            Ty::Float(Float::Param(_) | Float::Lanes)
            | Ty::Slice(_)
            | Ty::Inert
            | Ty::Named(_)
            | Ty::Unknown => false,
        }
    }

    /// Whether a pullback may own an argument that is made of references: `(&[f64], &[f64])`. Those of unknown type are
    /// among the ones that are kept.
    fn may_borrow(&self, arg: &Arg) -> bool {
        fn holds_slices(ty: &Ty) -> bool {
            match ty {
                Ty::Slice(_) => true,
                Ty::Tuple(ts) => ts.iter().any(holds_slices),
                Ty::Array(t, _) | Ty::Vec(t) => holds_slices(t),
                Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
            }
        }
        let (Arg::Move(path) | Arg::Handed(path)) = arg else { return false };
        match self.vars.type_of(path) {
            // The list itself is owned.
            Ty::Slice(t) => holds_slices(&t),
            ty => holds_slices(&ty),
        }
    }

    fn stmt(&mut self, stmt: &Stmt) {
        stmt.parts(&mut |part| match part {
            visit::Part::Read(e) => self.inerts(e),
            visit::Part::ReadPath(path) | visit::Part::WritePath(path) => self.indices(path),
            visit::Part::Define(_) | visit::Part::Change(_) | visit::Part::Use(_) => {}
        });
        match &stmt.kind {
            StmtKind::Declare { place, init } => self.init(Some((*place, 0)), init),
            StmtKind::Assign { path, init, slice: false } => self.init(self.node(path), init),
            StmtKind::Assign { path, init: Init::Copy { from, .. }, slice: true } => {
                self.tie_elements(self.node(path), self.node(from));
            }
            // The elements of what is made only to be copied.
            StmtKind::Assign { path, init, slice: true } => {
                self.keep_elements(path);
                self.init(None, init);
            }
            StmtKind::Swap(a, b) | StmtKind::Raw(RawStmt::Swap(a, b)) => {
                self.tie_some(self.node(a), self.node(b));
            }
            StmtKind::Push { path, value } | StmtKind::Fill { path, value } => {
                let element = self.node(path).map(|(var, depth)| (var, depth + 1));
                self.item(element, value);
            }
            StmtKind::Call(call) => {
                self.call(call);
                call.results.leaves().into_iter().for_each(|var| self.keep_root(*var));
                if !call.kept.is_empty() || call.args.iter().any(|arg| self.may_borrow(arg)) {
                    self.borrowing.insert(call.pullback);
                }
            }
            StmtKind::Pullback(pullback) => {
                self.call(&pullback.call);
                pullback.seed.leaves().into_iter().for_each(|seed| self.expr(seed));
                let operator = matches!(pullback.call.callee, Callee::Operator(_));
                for path in pullback.slots.iter().flatten() {
                    if operator { self.keep_path(path) } else { self.keep_elements(path) }
                }
            }
            StmtKind::Pushforward(push) => {
                self.call(&push.call);
                push.call.results.leaves().into_iter().for_each(|var| self.keep_root(*var));
                push.result_tangents.leaves().into_iter().for_each(|var| self.keep_root(*var));
                for tangent in &push.tangents {
                    if let Tangent::Place(path) = tangent {
                        self.keep_path(path);
                    }
                }
            }
            StmtKind::Save { tape, values } => {
                for (at, value) in values.iter().enumerate() {
                    match value {
                        Saved::Value(var) => {
                            let ty = &self.vars[*var].ty;
                            let number = ty.is_scalar() && self.is_static(ty);
                            if (!self.concrete && !number) || self.borrowing.contains(var) {
                                self.open.remove(tape);
                            }
                        }
                        Saved::Content(place) => {
                            let ty = self.vars.type_of(&Path::of(*place));
                            let sequence = matches!(
                                &ty,
                                Ty::Vec(t) | Ty::Slice(t) | Ty::Array(t, _) if self.is_static(t)
                            );
                            if !sequence {
                                self.keep(record(*tape, at));
                            }
                            if !sequence && !self.concrete {
                                self.open.remove(tape);
                            }
                            self.saved(*tape, at, *place);
                        }
                    }
                }
            }
            StmtKind::Restore { tape, values } => {
                for (at, value) in values.iter().enumerate() {
                    if let Saved::Content(place) = value {
                        self.saved(*tape, at, *place);
                    }
                }
            }
            StmtKind::Accumulate { to, from } => {
                let flat = super::place::float_leaf(&self.vars.type_of(to)).is_some();
                if !flat {
                    self.keep_path(to);
                    self.keep_path(from);
                }
            }
            StmtKind::Raw(RawStmt::PutBack { path, from }) => match self.vars.type_of(path) {
                Ty::Slice(_) => self.tie_elements(self.node(path), Some((*from, 0))),
                _ => self.tie_some(self.node(path), Some((*from, 0))),
            },
            StmtKind::Raw(RawStmt::Keep { old, path }) => self.copied(Some((*old, 0)), path),
            // Numbers one behind the other.
            StmtKind::Raw(RawStmt::Record { tape, path } | RawStmt::Replay { tape, path }) => {
                if !self.concrete && !self.is_static(&self.vars.type_of(path).element()) {
                    self.open.remove(tape);
                }
            }
            StmtKind::Raw(RawStmt::Pop { path, popped }) => {
                if let Some(popped) = popped {
                    let element = self.node(path).map(|(var, depth)| (var, depth + 1));
                    self.tie_some(element, Some((*popped, 0)));
                }
            }
            StmtKind::Raw(RawStmt::Clear { path }) => {
                // What has no constant zero is replaced as a whole.
                let ty = self.vars.type_of(path);
                if !ty.is_float() && !is_plain(&ty.element()) {
                    self.keep_path(path);
                }
            }
            StmtKind::View { var } => {
                if let Some(path) = &self.vars[*var].view {
                    self.indices(path);
                }
            }
            StmtKind::Inert { inert, .. } => self.inert(inert),
            StmtKind::Mark(_) => {}
            StmtKind::Match { scrutinee, arms, .. } => {
                self.inert(scrutinee);
                arms.iter().filter_map(|arm| arm.guard.as_ref()).for_each(|guard| self.inert(guard));
            }
            StmtKind::Raw(RawStmt::SumInto { .. })
            | StmtKind::Let { .. }
            | StmtKind::Store { .. }
            | StmtKind::If { .. }
            | StmtKind::Loop(_)
            | StmtKind::Mut { .. }
            | StmtKind::Update { .. } => {}
        }
    }

    /// The content of a place on a tape. That of a slice from outside is copied back, of anything else handed back.
    fn saved(&mut self, tape: Var, at: usize, place: Var) {
        let (content, path) = (record(tape, at), Path::of(place));
        let root = self.vars.resolve(&path).root;
        if matches!(self.vars.type_of(&path), Ty::Slice(_)) && self.entry.contains(&root) {
            self.tie_elements(Some(content), self.node(&path));
        } else {
            self.tie_some(Some(content), self.node(&path));
        }
    }

    fn init(&mut self, to: Option<Node>, init: &Init) {
        let element = to.map(|(var, depth)| (var, depth + 1));
        match init {
            Init::Deferred | Init::EmptyVec(_) => {}
            Init::Stop(inner) => self.init(to, inner),
            Init::List { vec: _, items } => items.iter().for_each(|item| self.item(element, item)),
            Init::Repeat { vec: _, value, len: _ } => self.item(element, value),
            Init::Tuple(items) => items.iter().for_each(|item| self.item(None, item)),
            Init::Struct { path: _, of: _, fields, base } => {
                fields.iter().for_each(|(_, value)| self.item(None, value));
                base.iter().for_each(|base| self.keep_path(base));
            }
            Init::Copy { from, how: CopyHow::Move } => self.tie_some(to, self.node(from)),
            Init::Copy { from, how: CopyHow::Clone | CopyHow::ToVec } => {
                self.copied(to, from);
                // A copy of what the macro does not know is what `clone` makes of it.
                let known = self.vars.type_of(from).is_sequence();
                to.into_iter().filter(|_| !known).for_each(|to| self.keep(to));
            }
            Init::Zero { like } => {
                let ty = self.vars.type_of(like);
                // What has no constant zero has the zero that the runtime gives it.
                if !is_nested(&ty) {
                    to.into_iter().for_each(|to| self.keep(to));
                    self.keep_path(like);
                }
            }
            Init::Inert(_) => to.into_iter().for_each(|to| self.keep(to)),
        }
        match init {
            Init::Inert(inert) => self.inert(inert),
            Init::Tuple(_) | Init::Struct { .. } => to.into_iter().for_each(|to| self.keep(to)),
            _ => {}
        }
    }

    /// Rows of numbers are copied one by one, into what they are to be.
    fn copied(&mut self, to: Option<Node>, from: &Path) {
        if !has_rows(&self.vars.type_of(from)) {
            self.tie_elements(to, self.node(from));
        }
    }

    fn item(&mut self, to: Option<Node>, item: &Expr) {
        match item {
            Expr::Whole(path) => self.tie_some(to, self.node(path)),
            Expr::Inert(_) => to.into_iter().for_each(|to| self.keep(to)),
            _ => {}
        }
    }

    /// A reference to a buffer is a reference to its `Vec` for whoever says which type it takes; elements are as they are.
    fn call(&mut self, call: &Call) {
        let generic = matches!(call.callee, Callee::Operator(_));
        let method = matches!(call.callee, Callee::Method(..));
        for (at, arg) in call.args.iter().enumerate() {
            match arg {
                Arg::Ref(path) | Arg::RefMut(path) if generic || method && at == 0 => self.keep_path(path),
                Arg::Ref(path) | Arg::RefMut(path) => self.keep_elements(path),
                Arg::Move(path) | Arg::Handed(path) => self.keep_path(path),
                Arg::Inert(inert) => self.inert(inert),
                Arg::Value(_) | Arg::RefValue(_) | Arg::RefMutValue(..) => {}
            }
        }
    }

    /// What leaves the body.
    fn expr(&mut self, expr: &Expr) {
        if let Expr::Whole(path) = expr {
            self.keep_path(path);
        }
        self.inerts(expr);
    }

    fn inerts(&mut self, expr: &Expr) {
        expr.walk(&mut |e| {
            if let Expr::Inert(inert) = e {
                self.inert(inert);
            }
        });
    }

    fn indices(&mut self, path: &Path) {
        for proj in &path.proj {
            match proj {
                Proj::Index(index) => self.inerts(index),
                Proj::Range(lo, hi) => lo.iter().chain(hi).for_each(|bound| self.inerts(bound)),
                Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
            }
        }
    }

    /// Code kept as it stands: methods of a `Vec`, and its elements, are those of a buffer too.
    fn inert(&mut self, inert: &Inert) {
        for (name, bind) in &inert.binds {
            match bind {
                Expr::Whole(path) | Expr::WholeMut(path) if any_sequence(&inert.code, name) => {
                    self.keep_elements(path);
                }
                Expr::Whole(path) | Expr::WholeMut(path) => self.keep_path(path),
                _ => {}
            }
        }
    }
}

/// `Vec`s (of `Vec`s …) of what has a constant zero.
fn is_nested(ty: &Ty) -> bool {
    matches!(ty, Ty::Vec(t) | Ty::Slice(t) if is_plain(t) || is_nested(t))
}

/// A sequence of `Vec`s of numbers.
pub(super) fn has_rows(ty: &Ty) -> bool {
    matches!(ty, Ty::Vec(row) | Ty::Slice(row) if matches!(&**row, Ty::Vec(t) if t.is_float()))
}

/// Whether the zero of the type can be written down.
fn is_plain(ty: &Ty) -> bool {
    match ty {
        Ty::Float(_) => true,
        Ty::Array(t, len) => len.is_some() && is_plain(t),
        Ty::Tuple(ts) => ts.iter().all(is_plain),
        ty => !ty.may_be_active(),
    }
}

/// What `Vec`s and slices do without being moved.
const METHODS: &[&str] = &[
    "capacity",
    "chunks",
    "chunks_exact",
    "clear",
    "contains",
    "copy_from_slice",
    "extend_from_slice",
    "fill",
    "first",
    "get",
    "get_mut",
    "is_empty",
    "iter",
    "iter_mut",
    "last",
    "len",
    "pop",
    "push",
    "reserve",
    "sort",
    "sort_by",
    "split_at",
    "swap",
    "to_vec",
    "truncate",
    "windows",
];

/// Whether code says a name only as that of a sequence: `v[i]`, `v.len()`, `(*v).iter()`.
fn any_sequence(code: &TokenStream, name: &Ident) -> bool {
    let trees: Vec<TokenTree> = code.clone().into_iter().collect();
    (0..trees.len()).all(|at| {
        let named = match &trees[at] {
            TokenTree::Ident(ident) => {
                let field = at > 0 && matches!(&trees[at - 1], TokenTree::Punct(p) if p.as_char() == '.');
                ident == name && !field
            }
            TokenTree::Group(group) if is_deref_of(group, name) => true,
            TokenTree::Group(group) => return any_sequence(&group.stream(), name),
            TokenTree::Literal(literal) => return !literal.to_string().contains(&format!("{{{name}")),
            TokenTree::Punct(_) => false,
        };
        !named
            || match (trees.get(at + 1), trees.get(at + 2)) {
                (Some(TokenTree::Group(group)), _) => group.delimiter() == Delimiter::Bracket,
                (Some(TokenTree::Punct(dot)), Some(TokenTree::Ident(method))) => {
                    dot.as_char() == '.' && METHODS.contains(&&method.to_string()[..])
                }
                _ => false,
            }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use quote::{format_ident, quote};

    #[test]
    fn sequences_are_told_from_vecs() {
        let any = |code: TokenStream| any_sequence(&code, &format_ident!("v"));
        assert!(any(quote!(assert!((*v).len() == n && v[0] > 0.0 && w.v == 1))));
        assert!(any(quote!(x.iter().zip(v.iter()).map(|(a, b)| a * b))));
        for code in
            [quote!(f(&v)), quote!(v.clone()), quote!((*v) == w), quote!(println!("{v:?}")), quote!(v)]
        {
            assert!(!any(code.clone()), "{code}");
        }
    }
}
