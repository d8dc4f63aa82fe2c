//! From trees to text: the one place that knows how attributes are written.
//!
//! Templates hold marks, which differ between the forms in which a program is printed:
//!
//! | mark | |
//! |---|---|
//! | `@F` | the float of the program |
//! | `@single` | `f32`, but `f64` where differences are taken |
//! | `@derive(…)` | a derived struct; the derives beside `Clone`, `Debug` and `Differentiable` |
//! | `@differentiate(…)` | the attribute on functions and `impl` blocks |
//! | `@no_diff ` | the mark on parameters and bindings |
//! | `@checkpoint(…)` | the mark on what runs again in the reverse sweep |
//! | `@cut(…)` | what a mark elsewhere makes a constant of |
//! | `@plain(…)` | what stands in the forms without attributes alone |
//! | `@dollar` | `$`, which stands for a child in templates |
//! | `@seen(…)` | what a derivative is asked by, where that is no parameter |

/// How a program is printed.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    /// With an attribute on each function.
    Attributed,
    /// With one attribute on a module around all of it.
    Module,
    /// The same, with second derivatives.
    Second,
    /// Without attributes, cuts as calls of `cut`: what values are compared with.
    Plain,
    /// The same in `f64` throughout: what derivatives are compared with.
    Fine,
}

/// Replaces the marks.
pub fn print(text: &str, form: Form, float: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('@') {
        out.push_str(&rest[..at]);
        rest = &rest[at + 1..];
        let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
        let (mark, behind) = rest.split_at(name);
        rest = behind;
        let attributed = !matches!(form, Form::Plain | Form::Fine);
        match mark {
            "F" => out.push_str(if form == Form::Fine { "f64" } else { float }),
            "single" => out.push_str(if form == Form::Fine { "f64" } else { "f32" }),
            "cut" | "seen" => out.push_str(if attributed { "" } else { mark }),
            "no_diff" if attributed => out.push_str("#[no_diff]"),
            "no_diff" => {}
            "checkpoint" => {
                let told = argument(&mut rest);
                if attributed {
                    out.push_str(&if told.is_empty() {
                        "#[checkpoint]".to_string()
                    } else {
                        format!("#[checkpoint({told})]")
                    });
                }
            }
            "dollar" => out.push('$'),
            "plain" => {
                let text = argument(&mut rest);
                out.push_str(if attributed { "" } else { text });
            }
            "derive" => {
                let derives = argument(&mut rest);
                out.push_str("#[derive(Clone, Debug");
                if !derives.is_empty() {
                    out.push_str(&format!(", {derives}"));
                }
                out.push_str(if attributed { ", Differentiable)]" } else { ")]" });
            }
            "differentiate" => {
                let marks = print(argument(&mut rest), form, float);
                match form {
                    Form::Attributed if marks.is_empty() => out.push_str("#[differentiate]"),
                    Form::Attributed => out.push_str(&format!("#[differentiate({marks})]")),
                    // Inside of the module only what a function asks for on its own is left.
                    Form::Module | Form::Second if !marks.is_empty() => {
                        out.push_str(&format!("#[differentiate({marks})]"))
                    }
                    _ => {}
                }
            }
            // `n @ 1..=2`
            "" => out.push('@'),
            _ => unreachable!("`@{mark}` is no mark"),
        }
    }
    out.push_str(rest);
    out
}

/// `(…)` at the start of what is left.
fn argument<'a>(rest: &mut &'a str) -> &'a str {
    let Some(inner) = rest.strip_prefix('(') else { return "" };
    let mut depth = 1;
    for (at, c) in inner.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 {
            *rest = &inner[at + 1..];
            return &inner[..at];
        }
    }
    inner
}

/// Indents by the depth of the braces.
pub fn indented(text: &str) -> String {
    let mut out = String::new();
    let mut depth: usize = 0;
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let closes = line.chars().take_while(|c| matches!(c, '}' | ')' | ']')).count();
        out.push_str(&"    ".repeat(depth.saturating_sub(closes)));
        out.push_str(line);
        out.push('\n');
        for c in line.chars() {
            match c {
                '{' | '(' | '[' => depth += 1,
                '}' | ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
    }
    out
}
