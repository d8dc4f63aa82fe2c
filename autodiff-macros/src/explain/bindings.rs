//! Which names carry a derivative, and why.

use super::Binding;
use super::reach::reached;
use crate::analysis::Activity;
use crate::analysis::activity::varied_by;
use crate::ir::{Function, Path, Role, Var, VarSet, WrtTarget};

/// Something that the gradient is by.
struct Input {
    name: String,
    var: Var,
    /// What depends on it differentiably, and what does in any way.
    varied: VarSet,
    reached: VarSet,
}

/// The bindings in the order of the program; all values that one name is given are one.
pub(super) fn bindings(function: &Function, activity: &Activity) -> Vec<Binding> {
    let inputs: Vec<Input> = function
        .wrt
        .iter()
        .map(|wrt| {
            let var = match wrt.target {
                WrtTarget::Param(index) => function.params[index].var,
                WrtTarget::Local(var) => function.vars.root(&Path::of(var)),
            };
            let varied = varied_by(function, &function.body.stmts, var);
            Input { name: wrt.name.to_string(), var, varied, reached: reached(function, var) }
        })
        .collect();
    let results = results(function);
    let mut found: Vec<(String, Vec<Var>)> = Vec::new();
    for (at, info) in function.vars.0.iter().enumerate() {
        let param = function.params.iter().find(|param| param.var.0 as usize == at);
        let name = match param {
            Some(param) => param.name.to_string(),
            None if info.named && info.role != Role::Tape => info.name.clone(),
            None => continue,
        };
        // Where it stands tells a name from another of the same letters.
        let key = format!("{name} {:?}", info.span);
        match found.iter_mut().find(|(known, _)| *known == key) {
            Some((_, vars)) => vars.push(Var(at as u32)),
            None => found.push((key, vec![Var(at as u32)])),
        }
    }
    let binding = |vars: Vec<Var>| {
        let root = |var: &Var| function.vars.root(&Path::of(*var));
        let info = &function.vars[vars[0]];
        let param = function.params.iter().find(|param| param.var == vars[0]);
        let mut values: Vec<Var> = vars.iter().map(root).filter(|var| activity.active(*var)).collect();
        let active = !values.is_empty();
        if !active {
            values.push(root(&vars[0]));
        }
        Binding {
            name: param.map_or(info.name.clone(), |param| param.name.to_string()),
            span: param.map_or(info.span, |param| param.name.span()),
            active,
            because: match active {
                true => because_active(&inputs, &values),
                false => because_inactive(function, activity, &inputs, &results, values[0]),
            },
        }
    };
    found.into_iter().map(|(_, vars)| binding(vars)).collect()
}

/// What the result is made of, and what is left in `&mut` parameters.
fn results(function: &Function) -> VarSet {
    let mut results = VarSet::new();
    let mut note = |var: Var| {
        results.insert(function.vars.root(&Path::of(var)));
    };
    function.result.leaves().into_iter().for_each(|leaf| leaf.vars(&mut note));
    for param in &function.params {
        match &param.last {
            Some(last) => last.vars(&mut note),
            None if param.passing == crate::ir::Passing::RefMut => note(param.var),
            None => {}
        }
    }
    results
}

/// The inputs of which something holds.
fn names(inputs: &[Input], holds: impl Fn(&Input) -> bool) -> String {
    let names: Vec<String> =
        inputs.iter().filter(|input| holds(input)).map(|input| format!("`{}`", input.name)).collect();
    names.join(", ")
}

fn because_active(inputs: &[Input], values: &[Var]) -> String {
    if inputs.iter().any(|input| input.var == values[0]) {
        return "the gradient is by it, and it reaches the result".into();
    }
    let by = names(inputs, |input| values.iter().any(|var| input.varied.contains(var)));
    format!("depends on {by}")
}

fn because_inactive(
    function: &Function,
    activity: &Activity,
    inputs: &[Input],
    results: &VarSet,
    var: Var,
) -> String {
    let info = &function.vars[var];
    if info.cut {
        return "is cut off by `stop_gradient`, `stop(…)` or `#[no_diff]`".into();
    }
    if !info.ty.may_be_active() {
        return "its type carries no derivative".into();
    }
    if let Some(param) = function.params.iter().find(|param| param.var == var) {
        if param.no_diff {
            return "is marked `#[no_diff]`".into();
        }
        if inputs.iter().all(|input| input.var != var) {
            return "the gradient is not by it".into();
        }
    }
    if activity.varied(var) {
        // Whether it comes to the result at all.
        let onward = reached(function, var);
        return match results.iter().any(|result| onward.contains(&result)) {
            true => "reaches the result through cuts alone".into(),
            false => "reaches no result".into(),
        };
    }
    match names(inputs, |input| input.reached.contains(&var)) {
        by if by.is_empty() => "depends on nothing that the gradient is by".into(),
        by => format!("depends on {by} through cuts alone"),
    }
}
