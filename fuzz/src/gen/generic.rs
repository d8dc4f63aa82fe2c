//! Functions and `impl` blocks with parameters of their own, and operators.

use super::*;

/// `fn q<T: Float>(x: T, v: &[T]) -> T`: a language of its own, since literals are no `T`s.
pub fn over_floats(g: &mut Gen) -> Node {
    let name = g.fresh("q");
    let slice = g.rng.chance(60);
    let mut body = String::new();
    if g.rng.chance(70) {
        let value = over(g, &["x", "y"], 2);
        body.push_str(&format!("let mut s = {value};\n"));
    } else {
        body.push_str("let mut s = T::zero();\n");
    }
    if slice {
        let value = over(g, &["x", "y", "s", "v[i]"], 2);
        let update = *g.rng.pick(&["s = s + ~;", "s = (s * ~).sin();", "s = s - ~ * y;"]);
        let head =
            *g.rng.pick(&["for i in 0..v.len()", "for i in (0..v.len()).rev()", "for i in 1..v.len()"]);
        body.push_str(&format!("{head} {{ {} }}\n", update.replace('~', &value)));
    }
    if g.rng.chance(40) {
        let (a, b) = (over(g, &["x", "s"], 1), over(g, &["y", "s"], 2));
        body.push_str(&format!("if {a} > y {{ s = {b}; }}\n"));
    }
    let tail = over(g, &["x", "y", "s", "s"], 2);
    let (list, bounds) = (if slice { "x: T, y: T, v: &[T]" } else { "x: T, y: T" }, g.rng.chance(30));
    let head = if bounds {
        format!("fn {name}<T>({list}) -> T\nwhere\nT: num_traits::Float,\n")
    } else {
        format!("fn {name}<T: num_traits::Float>({list}) -> T ")
    };
    let param = |name: &str, ty: Ty, pass: Pass| Param { name: name.into(), ty, pass, no_diff: false };
    let mut params = vec![param("x", Ty::F, Pass::Value), param("y", Ty::F, Pass::Value)];
    if slice {
        params.push(param("v", Ty::slice(Ty::F), Pass::Ref));
    }
    g.functions.push(Function { name, form: CallForm::Path, params, result: Ty::F });
    Node::new(Sort::Item, &format!("@differentiate()\n{head}{{\n{body}{tail}\n}}"), vec![])
}

/// An expression of type `T`.
fn over(g: &mut Gen, names: &[&str], depth: usize) -> String {
    if depth == 0 {
        return g.rng.pick(names).to_string();
    }
    let (a, b) = (over(g, names, depth - 1), over(g, names, depth - 1));
    match g.rng.below(12) {
        0 => format!("({a}).sin()"),
        1 => format!("({a} + {b})"),
        2 => format!("({a} * {b})"),
        3 => format!("({a} - {b})"),
        4 => format!("({a}).tanh()"),
        5 => format!("{a} / (T::one() + {b} * {b})"),
        6 => format!("({a}).max({b})"),
        7 => format!("(T::from(0.5).unwrap() * {a})"),
        8 => format!("-({a})"),
        9 => format!("({a}).powi(2)"),
        10 => format!("(if {a} < {b} {{ {a} }} else {{ {b} * {a} }})"),
        _ => format!("({a}).cos().exp()"),
    }
}

/// `fn c<const N: usize>(x: &[f64; N], …)`
pub fn over_lengths(g: &mut Gen) -> Node {
    let name = g.fresh("c");
    g.lengths = true;
    let mut params = Vec::new();
    for _ in 0..g.rng.between(1, 2) {
        let item =
            if g.rng.chance(70) { Ty::F } else { Ty::array(Ty::F, if g.rng.chance(50) { 0 } else { 2 }) };
        let pass = *g.rng.pick(&[Pass::Value, Pass::Ref, Pass::Ref, Pass::RefMut]);
        params.push(Param { name: g.fresh("p"), ty: Ty::array(item, 0), pass, no_diff: false });
    }
    if g.rng.chance(60) {
        params.push(Param { name: g.fresh("p"), ty: Ty::F, pass: Pass::Value, no_diff: false });
    }
    let result = if g.rng.chance(40) { Ty::array(Ty::F, 0) } else { Ty::F };
    let body = g.function_body(&params, &result, 5);
    g.lengths = false;
    let list: Vec<String> = params.iter().map(|param| g.param_text(param)).collect();
    let text = result.text(&g.structs);
    for n in 2..=4 {
        let params =
            params.iter().map(|param| Param { ty: with_length(&param.ty, n), ..param.clone() }).collect();
        let result = with_length(&result, n);
        g.functions.push(Function { name: name.clone(), form: CallForm::Path, params, result });
    }
    Node::new(
        Sort::Item,
        &format!("@differentiate()\nfn {name}<const N: usize>({}) -> {text} $", list.join(", ")),
        vec![body],
    )
}

/// The type where `N` is `n`.
fn with_length(ty: &Ty, n: usize) -> Ty {
    match ty {
        Ty::Array(item, 0) => Ty::array(with_length(item, n), n),
        Ty::Array(item, k) => Ty::array(with_length(item, n), *k),
        ty => ty.clone(),
    }
}

/// `struct Grid<const N: usize>`, or `struct Grid<T>`, and methods in an `impl` with the same parameters.
pub fn struct_with_parameters(g: &mut Gen) -> Node {
    let name = g.fresh("Grid");
    let copy = g.rng.chance(40);
    let derives = if copy { "Copy" } else { "" };
    if g.rng.chance(50) {
        let fields = vec![("a".to_string(), Ty::array(Ty::F, 0)), ("b".to_string(), Ty::F)];
        let inner = g.structs.len();
        let described = |name: &str, fields, generics: &str| Struct {
            name: name.into(),
            fields,
            copy,
            generics: generics.into(),
            variants: Vec::new(),
        };
        g.structs.push(described(&name, fields, "<N>"));
        let method = g.fresh("m");
        let pass = *g.rng.pick(&[Pass::Ref, Pass::Ref, Pass::RefMut]);
        let mut params = vec![Param { name: "self".into(), ty: Ty::Struct(inner), pass, no_diff: false }];
        params.push(Param { name: g.fresh("p"), ty: Ty::F, pass: Pass::Value, no_diff: false });
        let result = if g.rng.chance(30) { Ty::array(Ty::F, 0) } else { Ty::F };
        let body = g.function_body(&params, &result, 4);
        let receiver = if pass == Pass::Ref { "&self" } else { "&mut self" };
        let head = format!("{receiver}, {}", g.param_text(&params[1]));
        let text = result.text(&g.structs);
        // Outside of the `impl` there is one length.
        g.structs[inner] =
            described(&name, vec![("a".into(), Ty::array(Ty::F, 3)), ("b".into(), Ty::F)], "<3>");
        let result = with_length(&result, 3);
        g.functions.push(Function { name: method.clone(), form: CallForm::Method, params, result });
        return Node::new(
            Sort::Item,
            &format!(
                "@derive({derives})\npub struct {name}<const N: usize> {{\npub a: [@F; N],\npub b: @F,\n}}\n@differentiate()\n\
                 impl<const N: usize> {name}<N> {{\npub fn {method}({head}) -> {text} $\n}}"
            ),
            vec![body],
        );
    }
    let fields = vec![("a".to_string(), Ty::F), ("b".to_string(), Ty::F)];
    let at = g.structs.len();
    g.structs.push(Struct {
        name: name.clone(),
        fields,
        copy,
        generics: "<@F>".into(),
        variants: Vec::new(),
    });
    let method = g.fresh("m");
    let body = over(g, &["self.a", "self.b", "x"], 2);
    let param = |name: &str, ty: Ty, pass: Pass| Param { name: name.into(), ty, pass, no_diff: false };
    let params = vec![param("self", Ty::Struct(at), Pass::Ref), param("x", Ty::F, Pass::Value)];
    g.functions.push(Function { name: method.clone(), form: CallForm::Method, params, result: Ty::F });
    Node::new(
        Sort::Item,
        &format!(
            "@derive({derives})\npub struct {name}<T> {{\npub a: T,\npub b: T,\n}}\n@differentiate()\nimpl<T: num_traits::Float> \
             {name}<T> {{\npub fn {method}(&self, x: T) -> T {{ {body} }}\n}}"
        ),
        vec![],
    )
}

/// Whether `impl`s of this struct can be written as they are for all.
fn is_plain(s: &Struct) -> bool {
    s.variants.is_empty() && s.generics.is_empty() && s.fields.iter().all(|(_, ty)| *ty != Ty::Fixed)
}

/// `impl Mul for V` and its like, for a struct that is copied.
pub fn operator(g: &mut Gen) -> Option<Node> {
    let found: Vec<usize> =
        (0..g.structs.len()).filter(|&k| g.structs[k].copy && is_plain(&g.structs[k])).collect();
    if found.is_empty() {
        return None;
    }
    let k = *g.rng.pick(&found);
    let Struct { name, fields, .. } = g.structs[k].clone();
    let (of, method, sign) =
        *g.rng.pick(&[("Mul", "mul", "*"), ("Add", "add", "+"), ("Sub", "sub", "-"), ("Neg", "neg", "-")]);
    let unary = of == "Neg";
    let right = if g.rng.chance(35) { Ty::F } else { Ty::Struct(k) };
    if g.functions.iter().any(|f| f.form == CallForm::Operator && f.params[0].ty == Ty::Struct(k)) {
        return None;
    }
    let result = if g.rng.chance(20) && !unary { Ty::F } else { Ty::Struct(k) };
    let param = |name: &str, ty: Ty| Param { name: name.into(), ty, pass: Pass::Value, no_diff: false };
    let mut params = vec![param("self", Ty::Struct(k))];
    if !unary {
        params.push(param("other", right.clone()));
    }
    let _ = fields;
    let body = g.function_body(&params, &result, 3);
    let (text, output) = (right.text(&g.structs), result.text(&g.structs));
    g.functions.push(Function { name: sign.into(), form: CallForm::Operator, params, result });
    let head = if unary {
        format!("impl std::ops::Neg for {name} {{\ntype Output = {output};\nfn neg(mut self) -> {output}")
    } else {
        format!(
            "impl std::ops::{of}<{text}> for {name} {{\ntype Output = {output};\nfn {method}(mut self, mut other: {text}) -> {output}"
        )
    };
    Some(Node::new(Sort::Item, &format!("@differentiate()\n{head} $\n}}"), vec![body]))
}

/// `impl From<[f64; 2]> for S`; in a module a struct may have several.
pub fn conversion(g: &mut Gen, module: bool) -> Option<Node> {
    let from = g.rng.pick(&[Ty::F, Ty::tuple(vec![Ty::F, Ty::F]), Ty::array(Ty::F, 2)]).clone();
    let name_of = |g: &Gen, k: usize| format!("{}::from", g.structs[k].name);
    let found: Vec<usize> = (0..g.structs.len())
        .filter(|&k| {
            let name = name_of(g, k);
            let mut others = g.functions.iter().filter(|f| f.name == name);
            let free = if module { others.all(|f| f.params[0].ty != from) } else { others.next().is_none() };
            free && is_plain(&g.structs[k])
        })
        .collect();
    if found.is_empty() {
        return None;
    }
    let k = *g.rng.pick(&found);
    let (name, result) = (name_of(g, k), Ty::Struct(k));
    let params = vec![Param { name: "given".into(), ty: from.clone(), pass: Pass::Value, no_diff: false }];
    let body = g.function_body(&params, &result, 3);
    let (text, of) = (from.text(&g.structs), g.structs[k].name.clone());
    g.functions.push(Function { name, form: CallForm::Path, params, result });
    let head = format!("impl From<{text}> for {of} {{\nfn from(mut given: {text}) -> {of}");
    Some(Node::new(Sort::Item, &format!("@differentiate()\n{head} $\n}}"), vec![body]))
}

/// `enum Mode { … }` without data.
pub fn enumeration(g: &mut Gen) -> Node {
    let name = g.fresh("Mode");
    let variants: Vec<String> =
        ["Plain", "Double", "Skip"].iter().take(g.rng.between(2, 3)).map(|v| v.to_string()).collect();
    g.structs.push(Struct {
        name: name.clone(),
        fields: Vec::new(),
        copy: true,
        generics: String::new(),
        variants: variants.clone(),
    });
    Node::new(
        Sort::Item,
        &format!("@derive(Copy, PartialEq)\npub enum {name} {{ {} }}", variants.join(", ")),
        vec![],
    )
}

/// `match mode { … }`
pub fn match_variants(g: &mut Gen) -> Option<Node> {
    let found = g.places(false, &|ty| matches!(ty, Ty::Struct(_)));
    let structs = g.structs.clone();
    let mut enums = found
        .into_iter()
        .filter(|(_, ty, _)| matches!(ty, Ty::Struct(k) if !structs[*k].variants.is_empty()));
    let (place, ty, _) = enums.next()?;
    let Ty::Struct(k) = ty else { return None };
    let Struct { name, variants, .. } = &structs[k];
    let mut arms = Vec::new();
    let mut children = Vec::new();
    for (at, variant) in variants.iter().enumerate() {
        children.push(g.expr(&Ty::F));
        let pattern = if at + 1 == variants.len() && g.rng.chance(40) {
            "_".into()
        } else {
            format!("{name}::{variant}")
        };
        arms.push(format!("{pattern} => $"));
    }
    if g.rng.chance(30) {
        children.truncate(2);
        return Some(expr(
            &Ty::F,
            &format!("(if {place} == {name}::{} {{ $ }} else {{ $ }})", variants[0]),
            children,
        ));
    }
    Some(expr(&Ty::F, &format!("(match {place} {{ {} }})", arms.join(", ")), children))
}
