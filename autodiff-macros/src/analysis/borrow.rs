//! Local copies that are only looked at, of places that stay as they are meanwhile: views, which cost nothing to make, to
//! save and to differentiate.
//!
//! Invariant: between a copy and the last statement of its block that reaches it nothing writes to what was copied, nothing
//! ever writes to the copy, and nothing takes it by value.

use crate::ir::visit::Part;
use crate::ir::{
    Arg, Block, CopyHow, Expr, Function, Init, Path, Proj, Role, Stmt, StmtKind, Var, VarMap, VarSet, Vars,
};

/// Turns what copies it can into views.
pub(crate) fn borrow(mut function: Function) -> Function {
    let mut kept = function.locals_apart();
    function.body.stmts.iter().for_each(|stmt| stmt.writes(&function.vars, &mut kept));
    function.body.walk(&mut |stmt| taken(stmt, &function.vars, &mut kept));
    for leaf in function.result.leaves() {
        takes(leaf, &function.vars, &mut kept);
    }
    let mut lent = VarSet::new();
    function.body.walk(&mut |stmt| lent_whole(stmt, &mut lent));
    let mut views = VarMap::new();
    block(&mut function.body, &mut function.vars, (&kept, &lent), &mut views);
    for (place, from) in views.iter() {
        let info = &mut function.vars[*place];
        info.role = Role::View;
        info.view = Some(from.clone());
    }
    function
}

fn block(of: &mut Block, vars: &mut Vars, (kept, lent): (&VarSet, &VarSet), views: &mut VarMap<Path>) {
    for at in 0..of.stmts.len() {
        let source = match &of.stmts[at].kind {
            // Who is lent a `Vec` may insist on one: a view would be a slice.
            StmtKind::Declare { place, init: Init::Copy { how: CopyHow::ToVec, .. } }
                if lent.contains(place) =>
            {
                None
            }
            StmtKind::Declare { place, init: Init::Copy { from, .. } }
                if !kept.contains(place) && !from.proj.iter().any(|proj| matches!(proj, Proj::Deref)) =>
            {
                Some((*place, from.clone()))
            }
            _ => None,
        };
        if let Some((place, from)) = source {
            let behind = &of.stmts[at + 1..];
            let last = behind.iter().rposition(|stmt| stmt.mentions(place, vars)).map_or(0, |last| last + 1);
            let mut written = VarSet::new();
            behind[..last].iter().for_each(|stmt| stmt.writes(vars, &mut written));
            if !written.contains(&vars.resolve(&from).root) {
                if from.proj.is_empty() && vars[from.root].role == Role::Place && !vars[place].named {
                    // Nobody misses the name.
                    of.stmts[at + 1..].iter_mut().for_each(|stmt| rename(stmt, place, from.root, vars));
                }
                of.stmts[at].kind = StmtKind::View { var: place };
                views.insert(place, from);
            }
        }
        for inner in of.stmts[at].blocks_mut() {
            block(inner, vars, (kept, lent), views);
        }
    }
}

/// The places that calls are lent as they are.
fn lent_whole(stmt: &Stmt, lent: &mut VarSet) {
    if let StmtKind::Call(call) = &stmt.kind {
        for arg in &call.args {
            if let Arg::Ref(path) | Arg::RefMut(path) = arg {
                if path.proj.is_empty() {
                    lent.insert(path.root);
                }
            }
        }
    }
}

/// Reaches the elements of a copy in what was copied.
fn rename(stmt: &mut Stmt, copy: Var, original: Var, vars: &mut Vars) {
    let through = |path: &mut Path| {
        if path.root == copy {
            path.root = original;
        }
    };
    stmt.exprs_mut(&mut |expr| {
        if let Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) = expr {
            through(path);
        }
    });
    match &mut stmt.kind {
        StmtKind::Call(call) => call.args.iter_mut().for_each(|arg| {
            if let Arg::Ref(path) | Arg::Move(path) | Arg::Handed(path) = arg {
                through(path);
            }
        }),
        StmtKind::View { var } => vars[*var].view.iter_mut().for_each(through),
        _ => {}
    }
    for block in stmt.blocks_mut() {
        block.stmts.iter_mut().for_each(|stmt| rename(stmt, copy, original, vars));
    }
}

/// The places that a statement takes by value, or a part of them.
fn taken(stmt: &Stmt, vars: &Vars, kept: &mut VarSet) {
    let mut copied = |init: &Init| {
        if let Init::Copy { from: path, .. }
        | Init::Struct { base: Some(path), .. }
        | Init::Zero { like: path } = init
        {
            kept.insert(vars.resolve(path).root);
        }
    };
    match &stmt.kind {
        StmtKind::Declare { init: Init::Stop(init), .. } => copied(init),
        StmtKind::Declare { init, .. } | StmtKind::Assign { init, .. } => copied(init),
        StmtKind::Call(call) => {
            for (at, arg) in call.args.iter().enumerate() {
                // A receiver is cloned for the call.
                if let (Arg::Move(path), false) = (arg, call.is_receiver(at)) {
                    kept.insert(vars.resolve(path).root);
                }
            }
        }
        _ => {}
    }
    stmt.parts(&mut |part| {
        if let Part::Read(expr) = part {
            takes(expr, vars, kept);
        }
    });
}

/// What the user's own code names is bound by reference, anything else that stands for a whole takes it.
fn takes(expr: &Expr, vars: &Vars, kept: &mut VarSet) {
    match expr {
        Expr::Whole(path) | Expr::WholeMut(path) => {
            kept.insert(vars.resolve(path).root);
        }
        Expr::Stop(inner) | Expr::Cast(inner, _) | Expr::Unary(_, inner) => takes(inner, vars, kept),
        _ => {}
    }
}
