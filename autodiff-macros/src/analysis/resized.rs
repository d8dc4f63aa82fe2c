//! Whether a function may leave what it is lent by `&mut` in another shape than it arrives in.
//!
//! `fn f(x: &mut Vec<f64>) { x.push(1.0); }` does: the adjoint of what `x` holds behind the call has one element more than the
//! gradient. What is not known (a field of a struct, a call that is handed the whole of a `Vec`) may.

use crate::ir::visit::Part;
use crate::ir::{Function, Passing, Role, Stmt, StmtKind, Ty};

pub(crate) fn resizes(function: &Function) -> bool {
    let mut found = false;
    function.body.walk(&mut |stmt| found |= stmt_resizes(function, stmt));
    found
}

fn stmt_resizes(function: &Function, stmt: &Stmt) -> bool {
    let mut found = false;
    stmt.parts(&mut |part| {
        let Part::WritePath(path) = part else { return };
        let root = function.vars.root(path);
        let lent = |param: &&crate::ir::Param| param.active && param.passing == Passing::RefMut;
        if function.vars[root].role != Role::Place
            || !function.params.iter().filter(lent).any(|param| param.var == root)
        {
            return;
        }
        let ty = function.vars.type_of(path);
        let in_place = matches!(stmt.kind, StmtKind::Assign { slice: true, .. } | StmtKind::Fill { .. });
        found |= match ty {
            Ty::Slice(t) => !t.keeps_its_shape(),
            Ty::Vec(t) if in_place => !t.keeps_its_shape(),
            ty => !ty.keeps_its_shape(),
        };
    });
    found
}
