//! Random programs.
//!
//! A construct is a function `fn(&mut Gen) -> Option<Node>` in one of the tables ([`expr::FLOATS`], `values`,
//! [`stmt::STATEMENTS`], …), with a weight; `None` where it does not apply. It draws what it needs from [`Gen`]: names in scope,
//! places, expressions of a type, blocks.
//!
//! What all constructs keep: each `Vec` and slice in scope has two elements or more, values stay of the size of one, names are
//! `mut` unless they are bound by a pattern or loop.

mod calls;
mod closures;
mod enums;
mod expr;
mod fallible;
mod generic;
mod given;
mod iter;
mod loops;
mod options;
mod ordered;
mod owned;
mod recursive;
mod stmt;
mod structs;
mod top;
mod traits;
mod values;
mod vecs;
mod views;

use crate::program::{Param, Pass, Program};
use crate::rng::Rng;
use crate::tree::{Node, Sort, block, expr};
use crate::types::{Struct, Ty};

/// `x` of a place `(*x)`: where a reference does as well.
pub fn referent(place: String) -> String {
    place.strip_prefix("(*").and_then(|p| p.strip_suffix(')')).map(str::to_string).unwrap_or(place)
}

/// The program of a seed. One of which a module has nothing to ask is written with attributes, which do not understand all
/// that a module does.
pub fn program(seed: u64, module: bool) -> Program {
    let program = top::program(seed, module);
    if module && !program.asks_a_module() { top::program(seed, false) } else { program }
}

/// A construct.
pub type Construct = fn(&mut Gen) -> Option<Node>;

/// What an index is known to be below of.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    Const(usize),
    /// The length of what is written so.
    Len(String),
}

/// A name in scope.
#[derive(Clone, Debug)]
pub struct Var {
    pub name: String,
    pub ty: Ty,
    pub pass: Pass,
    pub writable: bool,
    /// The depth of loops where it was bound.
    pub depth: usize,
    pub bound: Option<Bound>,
    /// May not be named at the moment (it is borrowed, or moved out of).
    pub hidden: bool,
    /// Its derivative is cut off: read through a mark, written by one construct alone.
    pub cut: bool,
    /// May not change at the moment: shared borrows of it are alive.
    pub shared: bool,
    /// May not change its length at the moment.
    pub fixed: bool,
}

/// A function that may be called.
#[derive(Clone, Debug)]
pub struct Function {
    /// `f`, `S::f`; the name behind the dot of a method.
    pub name: String,
    pub form: CallForm,
    pub params: Vec<Param>,
    pub result: Ty,
}

/// How a function is called.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum CallForm {
    Path,
    Method,
    /// `a NAME b`, or `NAME a`.
    Operator,
}

/// A closure that may be called.
#[derive(Clone, Debug)]
pub struct Closure {
    pub name: String,
    pub params: Vec<Ty>,
    pub result: Ty,
}

/// A constant at the top of the program.
#[derive(Clone, Debug)]
pub struct Constant {
    pub name: String,
    pub ty: Ty,
    /// `const T: &[f64]`
    pub reference: bool,
}

/// Marks that name a local.
#[derive(Clone, Debug, Default)]
pub struct Marks {
    /// Whether one is to be named.
    pub stop: bool,
    pub wrt: bool,
    /// The local that is.
    pub stopped: Option<String>,
    pub asked: Option<String>,
}

/// The state of generation.
pub struct Gen {
    pub rng: Rng,
    pub structs: Vec<Struct>,
    pub enums: Vec<enums::Enum>,
    pub constants: Vec<Constant>,
    pub functions: Vec<Function>,
    pub fallible: Vec<fallible::Fallible>,
    /// The structs with an `Index`.
    pub indexed: Vec<usize>,
    pub closures: Vec<Closure>,
    pub vars: Vec<Var>,
    /// What the function returns, where a `return` may stand.
    pub result: Option<Ty>,
    /// Of the loops around, those that `break` and `continue` may leave; the label, whether `break` takes no value.
    pub loops: Vec<Option<String>>,
    pub loop_depth: usize,
    /// How deep the expression is.
    pub depth: usize,
    /// How deep blocks are.
    pub nesting: usize,
    /// How many statements may still come.
    pub fuel: i32,
    /// Whether a place to be written is looked for.
    writing: bool,
    /// Another name of the float.
    pub alias: Option<String>,
    /// What the attribute of the function may ask for: a name to stop at, a local to differentiate by.
    pub marks: Marks,
    /// Whether the function has a parameter `N`.
    pub lengths: bool,
    next: usize,
}

impl Gen {
    pub fn new(seed: u64) -> Gen {
        Gen {
            rng: Rng::new(seed),
            structs: Vec::new(),
            enums: Vec::new(),
            constants: Vec::new(),
            functions: Vec::new(),
            fallible: Vec::new(),
            indexed: Vec::new(),
            closures: Vec::new(),
            vars: Vec::new(),
            result: None,
            loops: Vec::new(),
            loop_depth: 0,
            depth: 0,
            nesting: 0,
            fuel: 0,
            writing: false,
            alias: None,
            marks: Marks::default(),
            lengths: false,
            next: 0,
        }
    }

    /// A name of its own, now and then one that shadows another.
    pub fn fresh(&mut self, stem: &str) -> String {
        self.next += 1;
        format!("{stem}{}", self.next)
    }

    /// One of the constructs of a table, by weight; tries others where one does not apply.
    pub fn choose(&mut self, table: &[(usize, Construct)]) -> Option<Node> {
        let total: usize = table.iter().map(|(weight, _)| weight).sum();
        for _ in 0..12 {
            let mut at = self.rng.below(total);
            let construct = table.iter().find(|(weight, _)| {
                let found = at < *weight;
                at = at.saturating_sub(*weight);
                found
            });
            if let Some(node) = construct.and_then(|(_, construct)| construct(self)) {
                return Some(node);
            }
        }
        None
    }

    /// Brings a name into scope.
    pub fn bind(&mut self, name: &str, ty: Ty, pass: Pass, writable: bool) -> &mut Var {
        self.vars.push(Var {
            name: name.to_string(),
            ty,
            pass,
            writable,
            depth: self.loop_depth,
            bound: None,
            hidden: false,
            cut: false,
            shared: false,
            fixed: false,
        });
        self.vars.last_mut().expect("it was pushed")
    }

    /// Runs `f` in a scope of its own.
    pub fn scoped<T>(&mut self, f: impl FnOnce(&mut Gen) -> T) -> T {
        let (vars, closures) = (self.vars.len(), self.closures.len());
        self.nesting += 1;
        let result = f(self);
        self.nesting -= 1;
        self.vars.truncate(vars);
        self.closures.truncate(closures);
        result
    }

    /// The positions of the names that may be read.
    pub fn visible(&self) -> Vec<usize> {
        (0..self.vars.len())
            .filter(|&k| {
                let var = &self.vars[k];
                !var.hidden && self.vars[k + 1..].iter().all(|later| later.name != var.name)
            })
            .collect()
    }

    /// The positions of the names of a kind.
    pub fn vars_where(&self, wanted: impl Fn(&Var) -> bool) -> Vec<usize> {
        self.visible().into_iter().filter(|&k| wanted(&self.vars[k])).collect()
    }

    /// One of them.
    pub fn var_where(&mut self, wanted: impl Fn(&Var) -> bool) -> Option<Var> {
        let found = self.vars_where(wanted);
        if found.is_empty() { None } else { Some(self.vars[*self.rng.pick(&found)].clone()) }
    }

    pub fn var_mut(&mut self, name: &str) -> &mut Var {
        self.vars.iter_mut().rev().find(|var| var.name == name).expect("it is in scope")
    }

    /// Runs `f` while a name may not be read.
    pub fn without<T>(&mut self, name: &str, f: impl FnOnce(&mut Gen) -> T) -> T {
        let before = std::mem::replace(&mut self.var_mut(name).hidden, true);
        let result = f(self);
        self.var_mut(name).hidden = before;
        result
    }

    /// Runs `f` while a name may be read only.
    pub fn sharing<T>(&mut self, name: &str, f: impl FnOnce(&mut Gen) -> T) -> T {
        let before = std::mem::replace(&mut self.var_mut(name).shared, true);
        let result = f(self);
        self.var_mut(name).shared = before;
        result
    }

    /// An index into what is written `container`.
    pub fn index(&mut self, container: &str, ty: &Ty) -> String {
        let known = match ty {
            Ty::Array(_, n) if *n > 0 => *n,
            _ => 2,
        };
        let ints = self.vars_where(|var| var.ty == Ty::Usize && var.pass == Pass::Value);
        if !ints.is_empty() && self.rng.chance(75) {
            let var = self.vars[*self.rng.pick(&ints)].clone();
            let fits = match &var.bound {
                Some(Bound::Const(n)) => *n <= known,
                Some(Bound::Len(of)) => of == container,
                None => false,
            };
            let name = &var.name;
            if fits && self.rng.chance(80) {
                return name.clone();
            }
            // The length of what is borrowed to be written cannot be asked for.
            return match if self.writing { 2 } else { self.rng.below(4) } {
                0 => format!("({name} + 1) % {container}.len()"),
                1 => format!("({name} * 2 + 1) % {container}.len()"),
                2 => format!("{name} % {known}"),
                _ => format!("{name} % {container}.len()"),
            };
        }
        match if self.writing { 2 } else { self.rng.below(10) } {
            0 => format!("{container}.len() - 1"),
            1 => format!("{container}.len() / 2"),
            _ => self.rng.below(known).to_string(),
        }
    }

    /// All ways to a place of a type (or of one that `wanted` takes) from the names in scope.
    pub fn places(&mut self, write: bool, wanted: &dyn Fn(&Ty) -> bool) -> Vec<(String, Ty, String)> {
        let mut found = Vec::new();
        self.writing = write;
        for k in self.visible() {
            let var = self.vars[k].clone();
            if write && (!var.writable || var.shared) {
                continue;
            }
            let base = if var.pass == Pass::Value || matches!(var.ty, Ty::Slice(_)) {
                var.name.clone()
            } else {
                format!("(*{})", var.name)
            };
            if wanted(&var.ty) {
                let base = if var.cut { format!("@cut({base})") } else { base };
                found.push((base, var.ty.clone(), var.name.clone()));
            }
            self.inside(&var.name, &var.ty, 3, wanted, &var.name, &mut found);
        }
        self.writing = false;
        found
    }

    fn inside(
        &mut self,
        text: &str,
        ty: &Ty,
        depth: usize,
        wanted: &dyn Fn(&Ty) -> bool,
        root: &str,
        found: &mut Vec<(String, Ty, String)>,
    ) {
        if depth == 0 {
            return;
        }
        let parts: Vec<(String, Ty)> = match ty {
            Ty::Array(item, _) | Ty::Vec(item) | Ty::Slice(item) => {
                let index = self.index(text, ty);
                vec![(format!("{text}[{index}]"), (**item).clone())]
            }
            Ty::Tuple(items) => {
                items.iter().enumerate().map(|(k, item)| (format!("{text}.{k}"), item.clone())).collect()
            }
            Ty::Struct(k) => {
                let fields = self.structs[*k].fields.clone();
                fields.into_iter().map(|(name, ty)| (format!("{text}.{name}"), ty)).collect()
            }
            _ => Vec::new(),
        };
        for (text, ty) in parts {
            if wanted(&ty) {
                found.push((text.clone(), ty.clone(), root.to_string()));
            }
            self.inside(&text, &ty, depth - 1, wanted, root, found);
        }
    }

    /// A place of a type: its text, and the name that it starts from.
    pub fn place(&mut self, ty: &Ty, write: bool) -> Option<(String, String)> {
        let found = self.places(write, &|found| found == ty);
        if found.is_empty() {
            return None;
        }
        let (text, _, root) = self.rng.pick(&found).clone();
        Some((text, root))
    }

    /// Whether a place of this type, in this variable, has to keep its size.
    pub fn keeps_size(&self, root: &str, ty: &Ty) -> bool {
        ty.grows(&self.structs) && self.vars.iter().rev().any(|var| var.name == root && var.fixed)
    }

    /// What stands in a place, copied or cloned.
    pub fn read(&mut self, ty: &Ty) -> Option<Node> {
        let (text, _) = self.place(ty, false)?;
        let text = if ty.copy(&self.structs) { text } else { format!("{text}.clone()") };
        Some(expr(ty, &text, vec![]))
    }

    /// An expression of a type.
    pub fn expr(&mut self, ty: &Ty) -> Node {
        self.depth += 1;
        let node = match ty {
            Ty::F => self.float(),
            _ => self.value(ty),
        };
        self.depth -= 1;
        node
    }

    /// A block of statements: the body of a loop or branch.
    pub fn body(&mut self, most: usize) -> Node {
        self.scoped(|g| {
            let statements = g.statements(most);
            block(statements, None)
        })
    }

    /// A block with a value.
    pub fn block_of(&mut self, ty: &Ty, most: usize) -> Node {
        self.scoped(|g| {
            let statements = g.statements(most);
            let tail = g.expr(ty);
            let mut node = block(statements, Some(tail));
            node.sort = Sort::Block;
            node
        })
    }

    /// Up to so many statements.
    pub fn statements(&mut self, most: usize) -> Vec<Node> {
        let n = self.rng.between(1, most.max(1));
        let mut statements = Vec::new();
        for _ in 0..n {
            if self.fuel <= 0 {
                break;
            }
            self.fuel -= 1;
            let depth = std::mem::take(&mut self.depth);
            statements.extend(self.choose(stmt::STATEMENTS));
            self.depth = depth;
        }
        statements
    }
}
