//! Whole programs, for the tests.

use std::fmt::Write as _;

use super::{Printer, Type, list};
use crate::diff::{Adjoint, ParamAdjoint, Pushforward, Tape, TapeKind};
use crate::ir::{Function, Param, Passing, Wrt, WrtTarget};

/// A primal program.
pub(crate) fn function(function: &Function) -> String {
    let Function {
        name,
        vars,
        params,
        body,
        result,
        result_ty,
        wrt,
        order: _,
        tangents_from: _,
        items: _,
        assumed: _,
        singular: _,
        recursive: _,
        may_mark: _,
        repeatable: _,
        passes: _,
    } = function;
    let mut p = Printer::new(vars);
    let params_text = list(params, |param| p.param(param));
    p.line(format!("fn {name}({params_text}) -> {} {{", Type(result_ty)));
    p.nested(|p| {
        p.stmts(body);
        let result = p.tree(result, |p, leaf| p.expr(leaf));
        p.line(format!("return {result}"));
        for param in params {
            if let Some(last) = &param.last {
                let text = format!("leaves {} = {}", param.name, p.expr(last));
                p.line(text);
            }
        }
        for Wrt { name, target } in wrt {
            let target = match target {
                WrtTarget::Param(index) => format!("parameter {index}"),
                WrtTarget::Local(var) => format!("local {}", p.var(*var)),
            };
            p.line(format!("wrt {name}: {target}"));
        }
    });
    p.line("}");
    p.out
}

/// A differentiated program: both sweeps.
pub(crate) fn adjoint(function: &Function, adjoint: &Adjoint) -> String {
    let Adjoint {
        vars,
        tapes,
        forward,
        reverse,
        seed,
        params,
        wrt,
        captures,
        rolled_back,
        private: _,
        explained: _,
    } = adjoint;
    let mut p = Printer::new(vars);
    p.line(format!("adjoint of {} {{", function.name));
    p.nested(|p| {
        for Tape { var, kind } in tapes {
            let kind = match kind {
                TapeKind::Slot => "slot",
                TapeKind::Stack => "stack",
                TapeKind::Flat => "flat",
                TapeKind::Snapshots => "snapshots",
            };
            p.line(format!("tape {}: {kind}", p.var(*var)));
        }
        p.line("forward {");
        p.nested(|p| p.stmts(forward));
        p.line("}");
        p.line(format!("captures {}", list(captures, |var| p.var(*var))));
        p.line(format!("seed {}", p.tree(seed, |p, leaf| leaf.map_or("()".into(), |var| p.var(var)))));
        p.line("reverse {");
        p.nested(|p| p.stmts(reverse));
        p.line("}");
        for (param, adjoint) in function.params.iter().zip(params) {
            let text = match adjoint {
                None => "inactive".into(),
                Some(ParamAdjoint::Scalar(var)) => format!("scalar {}", p.var(*var)),
                Some(ParamAdjoint::ScalarInOut(var)) => format!("in-out scalar {}", p.var(*var)),
                Some(ParamAdjoint::Place(var)) => format!("place {}", p.var(*var)),
            };
            p.line(format!("slot of {}: {text}", param.name));
        }
        for index in rolled_back {
            p.line(format!("rolled back: parameter {index}"));
        }
        let wrt = list(wrt, |entry| entry.as_ref().map_or("unconnected".into(), |expr| p.expr(expr)));
        p.line(format!("gradient ({wrt})"));
    });
    p.line("}");
    p.out
}

/// A forward-mode program.
pub(crate) fn pushforward(function: &Function, pushforward: &Pushforward) -> String {
    let Pushforward { vars, body, params, result } = pushforward;
    let mut p = Printer::new(vars);
    p.line(format!("pushforward of {} {{", function.name));
    p.nested(|p| {
        for (param, tangent) in function.params.iter().zip(params) {
            let text = match tangent {
                None => "inactive".into(),
                Some((var, None)) => p.var(*var),
                Some((var, Some(last))) => format!("{}, leaves {}", p.var(*var), p.expr(last)),
            };
            p.line(format!("tangent of {}: {text}", param.name));
        }
        p.stmts(body);
        let tangents = p.tree(result, |p, leaf| leaf.as_ref().map_or("()".into(), |expr| p.expr(expr)));
        p.line(format!("return {}, {tangents}", p.tree(&function.result, |p, leaf| p.expr(leaf))));
    });
    p.line("}");
    p.out
}

impl Printer<'_> {
    fn param(&self, param: &Param) -> String {
        let Param { name, ty, passing, var, last: _, active, no_diff, lent: _ } = param;
        let mut text = String::new();
        if *no_diff {
            text += "#[no_diff] ";
        }
        text += &name.to_string();
        if self.var(*var) != *name.to_string() {
            write!(text, " as {}", self.var(*var)).expect("a String takes everything");
        }
        text += match passing {
            Passing::Value => ": ",
            Passing::Ref => ": &",
            Passing::RefMut => ": &mut ",
        };
        text += &Type(ty).to_string();
        if !active && !no_diff {
            text += " (inactive)";
        }
        text
    }
}

/// What was made of the loops of a differentiated program.
pub(crate) fn explained(adjoint: &Adjoint) -> String {
    let mut text = String::new();
    for explained in &adjoint.explained {
        let index = explained.index.map_or("without an index", |index| &adjoint.vars[index].name);
        let class = format!("{:?}", explained.class).to_lowercase();
        let fused = if explained.fused { ", fused" } else { "" };
        let _ = writeln!(text, "loop {index}: {class}{fused}");
        for kept in &explained.saved {
            let bytes = kept.bytes.map_or("unknown".into(), |bytes| bytes.to_string());
            let _ = writeln!(text, "    {}: {bytes} bytes, {}", adjoint.vars[kept.var].name, kept.reason);
        }
    }
    text
}
