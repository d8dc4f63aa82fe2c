//! The environment: what the user's names stand for at the point that is being lowered.

use std::rc::Rc;

use proc_macro2::{Ident, Span};

use super::Lower;
use super::closure::Closure;
use super::iter::Iter;
use super::jump::Slot;
use crate::ir::{Expr, Inert, Init, Path, Proj, Role, StmtKind, Ty, Var, build};
use crate::typing::part_name;

/// A mutable scalar variable: which of its versions is current depends on where we are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Cell(pub(crate) usize);

#[derive(Clone)]
pub(crate) struct CellInfo {
    pub(crate) name: String,
    /// Whether it is a variable of the user's (its versions bear the name), not one that lowering needs.
    pub(crate) named: bool,
    pub(crate) ty: Ty,
    pub(crate) span: Span,
    /// No derivative passes into any of its versions.
    pub(crate) cut: bool,
}

/// What an expression or a name stands for.
#[derive(Clone)]
pub(crate) enum Value {
    /// A scalar.
    Atom(Expr, Ty),
    /// A mutable scalar variable.
    Cell(Cell),
    /// A place or a part of one, not read yet.
    Path(Path),
    Tuple(Vec<Value>),
    /// A struct that borrows, in its parts: no place holds references.
    Record(Vec<(syn::Member, Value)>, Ty),
    /// `&value`, `&mut value`
    Ref {
        to: Box<Value>,
        mutable: bool,
    },
    /// An aggregate that has no place yet.
    Init(Box<Init>, Ty),
    /// Inactive code that is not evaluated yet: constants and what is read from them.
    Code(Inert, Ty),
    Closure(Rc<Closure>),
    /// An iterator that is not run yet.
    Iter(Box<Iter>),
    /// An iterator in a variable that is taken from: its items from an index on.
    Cursor {
        iter: Box<Iter>,
        at: Cell,
    },
    /// `Some(value)` if the condition holds, else `None`.
    Maybe {
        some: Expr,
        value: Box<Value>,
    },
    /// An `Option` that changes: whether there is something, and where that is kept.
    Optional {
        some: Cell,
        kept: Slot,
    },
    /// A variable declared without a value, whose type nothing tells.
    Later,
    /// A nested `fn`, and whether it is differentiated.
    Function(bool),
    /// Control does not come here.
    Never,
    /// What has been complained about already.
    Poison,
}

/// What changes along a path of control.
#[derive(Clone, Default)]
pub(crate) struct State {
    pub(crate) cells: Vec<Option<Expr>>,
    /// The path ends in a panic.
    pub(crate) diverged: bool,
}

impl State {
    pub(crate) fn get(&self, cell: Cell) -> Option<&Expr> {
        self.cells.get(cell.0).and_then(Option::as_ref)
    }

    pub(crate) fn set(&mut self, cell: Cell, atom: Option<Expr>) {
        if self.cells.len() <= cell.0 {
            self.cells.resize(cell.0 + 1, None);
        }
        self.cells[cell.0] = atom;
    }
}

/// Whether two atoms are the same.
pub(crate) fn same(a: &Expr, b: &Expr) -> bool {
    match (a, b) {
        (Expr::Var(a), Expr::Var(b)) => a == b,
        (Expr::Lit(a), Expr::Lit(b)) => a.tokens.to_string() == b.tokens.to_string(),
        _ => false,
    }
}

impl Value {
    pub(crate) fn unit() -> Value {
        Value::Tuple(Vec::new())
    }

    /// `None`
    pub(crate) fn nothing() -> Value {
        Value::Maybe { some: build::boolean(false), value: Box::new(Value::Never) }
    }

    pub(crate) fn reference(self, mutable: bool) -> Value {
        match self {
            Value::Never | Value::Poison => self,
            to => Value::Ref { to: Box::new(to), mutable },
        }
    }

    /// The value behind all references.
    pub(crate) fn peel(self) -> Value {
        match self {
            Value::Ref { to, .. } => to.peel(),
            value => value,
        }
    }
}

pub(crate) type Scope = Vec<(String, Value)>;

/// What a name stands for in the innermost scope that has it.
pub(crate) fn find<'s>(scopes: &'s [Scope], name: &Ident) -> Option<&'s Value> {
    let name = name.to_string();
    scopes.iter().rev().flat_map(|scope| scope.iter().rev()).find(|(n, _)| *n == name).map(|(_, v)| v)
}

impl Lower<'_> {
    // ---- names ----

    pub(crate) fn lookup(&self, name: &Ident) -> Option<&Value> {
        find(&self.scopes, name)
    }

    pub(crate) fn bind(&mut self, name: &Ident, value: Value) {
        self.scopes.last_mut().expect("a scope is open").push((name.to_string(), value));
    }

    pub(crate) fn scoped<R>(&mut self, f: impl FnOnce(&mut Self) -> R) -> R {
        self.open_scope();
        let result = f(self);
        self.close_scope();
        result
    }

    fn open_scope(&mut self) {
        self.scopes.push(Vec::new());
    }

    fn close_scope(&mut self) {
        self.scopes.pop();
    }

    // ---- cells ----

    pub(crate) fn cell(&mut self, name: &str, named: bool, ty: Ty, span: Span, atom: Option<Expr>) -> Cell {
        let cell = Cell(self.cells.len());
        self.cells.push(CellInfo { name: name.to_string(), named, ty, span, cut: false });
        self.state.set(cell, atom);
        cell
    }

    /// The current version of a variable; reading one before it is set is rustc's to complain about.
    pub(crate) fn current(&self, cell: Cell) -> Expr {
        match self.state.get(cell) {
            Some(atom) => atom.clone(),
            None => crate::ir::build::default_atom(&self.cells[cell.0].ty),
        }
    }

    /// A new version of a variable.
    pub(crate) fn assign_cell(&mut self, cell: Cell, atom: Expr, ty: Ty) {
        let info = self.cells[cell.0].clone();
        if matches!(info.ty, Ty::Unknown) || matches!((&info.ty, &ty), (Ty::Int(None), Ty::Int(Some(_)))) {
            self.cells[cell.0].ty = ty;
        }
        let ty = self.cells[cell.0].ty.clone();
        let atom = match atom {
            Expr::Var(_) if info.cut && ty.may_be_active() => {
                self.temp("stopped", ty.clone(), Expr::Stop(Box::new(atom)), info.span)
            }
            atom => atom,
        };
        let atom = if info.named { self.name_atom(atom, &info.name, ty, info.span) } else { atom };
        if let Expr::Var(var) = atom {
            self.note_version(cell, var);
        }
        self.state.set(cell, Some(atom));
    }

    /// Gives a value the user's name: a fresh temporary is renamed, anything else copied.
    pub(crate) fn name_atom(&mut self, atom: Expr, name: &str, ty: Ty, span: Span) -> Expr {
        if let Expr::Var(var) = atom {
            let info = &mut self.vars[var];
            if !info.named && info.role == Role::Value {
                info.name = name.to_string();
                info.named = true;
                info.span = span;
                if !matches!(ty, Ty::Unknown) {
                    info.ty = ty;
                }
                return atom;
            }
        }
        let var = self.vars.fresh(name, ty, Role::Value, span);
        self.vars[var].named = true;
        self.block.push(StmtKind::Let { var, expr: atom }, span);
        Expr::Var(var)
    }

    // ---- values ----

    /// Binds a temporary.
    pub(crate) fn temp(&mut self, hint: &str, ty: Ty, expr: Expr, span: Span) -> Expr {
        let var = self.vars.fresh(hint, ty, Role::Value, span);
        self.block.push(StmtKind::Let { var, expr }, span);
        Expr::Var(var)
    }

    /// Declares a place that lowering needs.
    pub(crate) fn temp_place(&mut self, hint: &str, ty: Ty, init: Init, span: Span) -> Var {
        let place = self.vars.fresh(hint, ty, Role::Place, span);
        self.block.push(StmtKind::Declare { place, init }, span);
        place
    }

    pub(crate) fn ty_of(&self, value: &Value) -> Ty {
        match value {
            Value::Atom(_, ty) | Value::Init(_, ty) | Value::Code(_, ty) | Value::Record(_, ty) => ty.clone(),
            Value::Cell(cell) => self.cells[cell.0].ty.clone(),
            Value::Path(path) => self.path_ty(path),
            Value::Tuple(items) => Ty::Tuple(items.iter().map(|item| self.ty_of(item)).collect()),
            Value::Ref { to, .. } => self.ty_of(to),
            Value::Maybe { value, .. } if !self.ty_of(value).may_be_active() => Ty::Inert,
            Value::Closure(_) | Value::Iter(_) | Value::Maybe { .. } => Ty::Unknown,
            Value::Function(_) => Ty::Inert,
            Value::Optional { .. } | Value::Cursor { .. } | Value::Later | Value::Never | Value::Poison => {
                Ty::Unknown
            }
        }
    }

    /// The type of what a path shows, as far as it is known.
    pub(crate) fn path_ty(&self, path: &Path) -> Ty {
        self.path_site(path).0
    }

    /// The type of what a path shows, and under which name facts about it are kept.
    pub(crate) fn path_site(&self, path: &Path) -> (Ty, String) {
        let info = &self.vars[path.root];
        let (mut ty, mut site) = match &info.view {
            Some(target) => {
                let (ty, site) = self.path_site(target);
                // What a view was said to be (by a written type) counts.
                (if matches!(info.ty, Ty::Unknown) { ty } else { info.ty.clone() }, site)
            }
            None => {
                let site = self.sites.get(&path.root).cloned().unwrap_or_else(|| format!("v{}", path.root.0));
                (self.known(info.ty.clone(), &site), site)
            }
        };
        for proj in &path.proj {
            if let Ty::Named(name) = &ty {
                site = quote::ToTokens::to_token_stream(name).to_string();
            }
            if matches!(proj, Proj::Index(_) | Proj::Range(..)) {
                ty = self.types.behind_pointers(ty);
            }
            let next = match (proj, &ty) {
                (Proj::Index(_), _) => {
                    site.push_str("[]");
                    ty.element()
                }
                (Proj::Range(..), Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t)) => Ty::Slice(t.clone()),
                (Proj::Range(..), _) => ty.clone(),
                (Proj::Field(member), _) => {
                    site.push_str(&part_name(None, member));
                    match (member, &ty) {
                        (syn::Member::Unnamed(index), Ty::Tuple(items)) => {
                            items.get(index.index as usize).cloned().unwrap_or(Ty::Unknown)
                        }
                        (_, Ty::Named(name)) => self.types.field(name, None, member).unwrap_or(Ty::Unknown),
                        (_, Ty::Inert) => Ty::Inert,
                        _ => Ty::Unknown,
                    }
                }
                (Proj::Payload { variant, member }, _) => {
                    site.push_str(&part_name(Some(variant), member));
                    match &ty {
                        Ty::Named(name) => {
                            self.types.field(name, Some(variant), member).unwrap_or(Ty::Unknown)
                        }
                        Ty::Inert => Ty::Inert,
                        _ => Ty::Unknown,
                    }
                }
                (Proj::Some, ty) => {
                    site.push('?');
                    super::types::option_of(ty).map_or(Ty::Unknown, |held| self.types.ty(held))
                }
                // Facts do not tell a `Box` from what it holds.
                (Proj::Deref, Ty::Named(name)) => match &**name {
                    syn::Type::Path(path) => {
                        crate::standard::boxed(path).map_or(Ty::Unknown, |held| self.types.ty(held))
                    }
                    _ => Ty::Unknown,
                },
                (Proj::Deref, Ty::Inert) => Ty::Inert,
                (Proj::Deref, ty) => (*ty).clone(),
            };
            ty = self.known(next, &site);
        }
        (ty, site)
    }

    fn known(&self, ty: Ty, site: &str) -> Ty {
        match ty {
            Ty::Unknown => self.facts.get(site).cloned().unwrap_or(Ty::Unknown),
            ty => ty,
        }
    }

    /// Reads what stands for a variable or a part of a place: scalars are copied out, aggregates stay where they are.
    pub(crate) fn read(&mut self, value: Value, span: Span) -> Value {
        match value {
            Value::Cell(cell) => Value::Atom(self.current(cell), self.cells[cell.0].ty.clone()),
            Value::Path(path) => match self.path_ty(&path) {
                ty if ty.is_scalar() => {
                    let hint = self.path_hint(&path);
                    Value::Atom(self.temp(&hint, ty.clone(), Expr::Load(path), span), ty)
                }
                _ => Value::Path(path),
            },
            Value::Tuple(items) => {
                Value::Tuple(items.into_iter().map(|item| self.read(item, span)).collect())
            }
            Value::Record(parts, ty) => {
                let parts = parts.into_iter().map(|(member, part)| (member, self.read(part, span)));
                Value::Record(parts.collect(), ty)
            }
            Value::Optional { some, kept } => {
                Value::Maybe { some: self.current(some), value: Box::new(self.read_slot(&kept)) }
            }
            Value::Cursor { iter, at } => Value::Iter(Box::new(self.rest(*iter, at))),
            Value::Later => Value::Poison,
            value => value,
        }
    }

    /// A short name for what a path shows.
    pub(crate) fn path_hint(&self, path: &Path) -> String {
        for proj in path.proj.iter().rev() {
            if let Proj::Field(syn::Member::Named(name))
            | Proj::Payload { member: syn::Member::Named(name), .. } = proj
            {
                return name.to_string();
            }
        }
        let name = &self.vars[path.root].name;
        let parts = path.proj.iter().filter(|proj| !matches!(proj, Proj::Range(..) | Proj::Deref)).count();
        if parts == 0 { name.clone() } else { format!("{name}_{}", "i".repeat(parts.min(3))) }
    }
}
