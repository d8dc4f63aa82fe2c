//! `#[cfg]` inside of functions, resolved before anything else looks at them.
//!
//! An attribute is not told which conditions hold. So there is a variant of the function for each way in which those that
//! occur can hold or not, and what is made of it is emitted under exactly these conditions: rustc keeps one of them.
//!
//! Invariant: no `#[cfg]` and no `#[cfg_attr]` is left in a variant, except inside of nested items, which rustc sees as
//! they are. Where one stands that is not understood, it is refused.

use proc_macro2::{Delimiter, TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse::{ParseStream, Parser};
use syn::punctuated::{Pair, Punctuated};
use syn::visit_mut::{self, VisitMut};
use syn::{Attribute, Block, Expr, FnArg, GenericParam, ImplItem, Item, Meta, Pat, Stmt, Token};

/// How many different conditions a function may mention: each doubles the number of its variants.
const MOST: usize = 4;

/// What is left of an item under a condition.
pub(super) struct Variant<T> {
    pub(super) item: T,
    /// `#[cfg(all(a, not(b)))]`; none where the item mentions no condition.
    pub(super) condition: Option<Attribute>,
}

impl<T> Variant<T> {
    /// `attributes` of the item, with the condition of the variant.
    pub(super) fn attributes(&self, attributes: &[Attribute]) -> Vec<Attribute> {
        attributes.iter().chain(&self.condition).cloned().collect()
    }
}

/// An item with code inside, whose own attributes are rustc's.
pub(super) trait Conditional: Clone + ToTokens {
    fn resolve(&mut self, conditions: &mut Conditions);
}

impl Conditional for syn::ItemFn {
    fn resolve(&mut self, conditions: &mut Conditions) {
        conditions.visit_signature_mut(&mut self.sig);
        conditions.visit_block_mut(&mut self.block);
    }
}

impl Conditional for syn::ImplItemFn {
    fn resolve(&mut self, conditions: &mut Conditions) {
        conditions.visit_signature_mut(&mut self.sig);
        conditions.visit_block_mut(&mut self.block);
    }
}

impl Conditional for syn::ItemImpl {
    fn resolve(&mut self, conditions: &mut Conditions) {
        conditions.visit_generics_mut(&mut self.generics);
        self.items.retain_mut(|item| match item {
            ImplItem::Fn(method) => {
                let kept = conditions.keeps(&mut method.attrs);
                method.resolve(conditions);
                kept
            }
            ImplItem::Type(item) => conditions.keeps(&mut item.attrs),
            ImplItem::Const(item) => conditions.keeps(&mut item.attrs),
            _ => true,
        });
    }
}

/// The variants of an item, of which one is compiled.
pub(super) fn variants<T: Conditional>(item: &T) -> syn::Result<Vec<Variant<T>>> {
    if !mentions_conditions(item.to_token_stream()) {
        return Ok(vec![Variant { item: item.clone(), condition: None }]);
    }
    let mut conditions = Conditions { atoms: Vec::new(), holding: None, errors: None };
    item.clone().resolve(&mut conditions);
    let Conditions { atoms, errors, .. } = conditions;
    if let Some(errors) = errors {
        return Err(errors);
    }
    if let Some(one_more) = atoms.get(MOST) {
        let message = format!(
            "more than {MOST} different conditions of `#[cfg]` in one function are not supported: split the function, or \
             ask by `if cfg!(…)`"
        );
        return Err(syn::Error::new_spanned(one_more, message));
    }
    let variant = |holding: usize| {
        let mut item = item.clone();
        item.resolve(&mut Conditions { atoms: atoms.clone(), holding: Some(holding), errors: None });
        let terms = atoms
            .iter()
            .enumerate()
            .map(|(at, atom)| if holds(holding, at) { atom.clone() } else { quote!(not(#atom)) });
        let terms: Vec<TokenStream> = terms.collect();
        let condition = match &terms[..] {
            [] => None,
            [term] => Some(syn::parse_quote!(#[cfg(#term)])),
            terms => Some(syn::parse_quote!(#[cfg(all(#(#terms),*))])),
        };
        Variant { item, condition }
    };
    Ok((0..1 << atoms.len()).map(variant).collect())
}

fn holds(holding: usize, atom: usize) -> bool {
    holding >> atom & 1 == 1
}

/// Whether `#[cfg…` stands anywhere in the tokens.
fn mentions_conditions(tokens: TokenStream) -> bool {
    let mut hash = false;
    tokens.into_iter().any(|token| {
        let attribute = std::mem::replace(&mut hash, matches!(&token, TokenTree::Punct(p) if p.as_char() == '#'));
        match token {
            TokenTree::Group(group) if attribute && group.delimiter() == Delimiter::Bracket => {
                matches!(group.stream().into_iter().next(), Some(TokenTree::Ident(name)) if name == "cfg" || name == "cfg_attr")
            }
            TokenTree::Group(group) => mentions_conditions(group.stream()),
            _ => false,
        }
    })
}

/// What stands in the parentheses of `#[cfg(…)]`.
enum Predicate {
    Known(bool),
    /// Index into the atoms: `feature = "…"`, `debug_assertions`, whatever is no combination of others.
    Atom(usize),
    Not(Box<Predicate>),
    All(Vec<Predicate>),
    Any(Vec<Predicate>),
}

impl Predicate {
    fn parse(input: ParseStream, atoms: &mut Vec<TokenStream>) -> syn::Result<Predicate> {
        if input.peek(syn::LitBool) {
            return Ok(Predicate::Known(input.parse::<syn::LitBool>()?.value));
        }
        let meta: Meta = input.parse()?;
        let parts = |list: &syn::MetaList, atoms: &mut Vec<TokenStream>| {
            let parse = |input: ParseStream| {
                let mut parts = Vec::new();
                while !input.is_empty() {
                    parts.push(Predicate::parse(input, atoms)?);
                    input.parse::<Option<Token![,]>>()?;
                }
                Ok(parts)
            };
            parse.parse2(list.tokens.clone())
        };
        match &meta {
            Meta::List(list) if list.path.is_ident("all") => Ok(Predicate::All(parts(list, atoms)?)),
            Meta::List(list) if list.path.is_ident("any") => Ok(Predicate::Any(parts(list, atoms)?)),
            Meta::List(list) if list.path.is_ident("not") => {
                let mut parts = parts(list, atoms)?;
                match (parts.pop(), parts.is_empty()) {
                    (Some(part), true) => Ok(Predicate::Not(Box::new(part))),
                    _ => Err(syn::Error::new_spanned(list, "`not` takes one condition")),
                }
            }
            atom => {
                let atom = atom.to_token_stream();
                let known = atoms.iter().position(|other| other.to_string() == atom.to_string());
                Ok(Predicate::Atom(known.unwrap_or_else(|| {
                    atoms.push(atom);
                    atoms.len() - 1
                })))
            }
        }
    }

    fn holds(&self, holding: usize) -> bool {
        match self {
            Predicate::Known(value) => *value,
            Predicate::Atom(at) => holds(holding, *at),
            Predicate::Not(part) => !part.holds(holding),
            Predicate::All(parts) => parts.iter().all(|part| part.holds(holding)),
            Predicate::Any(parts) => parts.iter().any(|part| part.holds(holding)),
        }
    }
}

/// A walk that leaves out what its conditions do not hold for.
pub(super) struct Conditions {
    atoms: Vec<TokenStream>,
    /// Which of the atoms hold, a bit each; `None` while they are looked for, when everything is kept.
    holding: Option<usize>,
    errors: Option<syn::Error>,
}

impl Conditions {
    fn complain(&mut self, error: syn::Error) {
        match &mut self.errors {
            Some(errors) => errors.combine(error),
            none => *none = Some(error),
        }
    }

    /// Whether what bears the attributes stays; those about conditions are resolved.
    fn keeps(&mut self, attributes: &mut Vec<Attribute>) -> bool {
        let mut resolved = Vec::new();
        let mut kept = true;
        for attribute in std::mem::take(attributes) {
            kept &= self.resolve(attribute, &mut resolved);
        }
        *attributes = resolved;
        kept
    }

    fn resolve(&mut self, attribute: Attribute, resolved: &mut Vec<Attribute>) -> bool {
        let holding = self.holding;
        let holds = |predicate: &Predicate| holding.is_none_or(|holding| predicate.holds(holding));
        let atoms = &mut self.atoms;
        if attribute.path().is_ident("cfg") {
            match attribute.parse_args_with(|input: ParseStream| {
                let predicate = Predicate::parse(input, atoms)?;
                input.parse::<Option<Token![,]>>()?;
                Ok(predicate)
            }) {
                Ok(predicate) => return holds(&predicate),
                Err(error) => self.complain(error),
            }
            return true;
        }
        if !attribute.path().is_ident("cfg_attr") {
            resolved.push(attribute);
            return true;
        }
        let parsed = attribute.parse_args_with(|input: ParseStream| {
            let predicate = Predicate::parse(input, atoms)?;
            let mut metas = Vec::new();
            while input.parse::<Option<Token![,]>>()?.is_some() && !input.is_empty() {
                metas.push(input.parse::<Meta>()?);
            }
            Ok((predicate, metas))
        });
        match parsed {
            Ok((predicate, metas)) if holds(&predicate) => {
                let mut kept = true;
                for meta in metas {
                    kept &= self.resolve(Attribute { meta, ..attribute.clone() }, resolved);
                }
                kept
            }
            Ok(_) => true,
            Err(error) => {
                self.complain(error);
                true
            }
        }
    }

    /// Leaves elements out of a list.
    fn filter<T, P: Default>(
        &mut self,
        list: &mut Punctuated<T, P>,
        attributes: impl Fn(&mut T) -> Option<&mut Vec<Attribute>>,
    ) {
        let pairs = std::mem::take(list).into_pairs().filter_map(|pair| {
            let (mut item, separator) = pair.into_tuple();
            let kept = attributes(&mut item).is_none_or(|attributes| self.keeps(attributes));
            kept.then(|| Pair::new(item, separator))
        });
        *list = pairs.collect();
    }

    fn statement(&mut self, stmt: &mut Stmt) -> bool {
        let attributes = match stmt {
            Stmt::Local(local) => Some(&mut local.attrs),
            Stmt::Item(item) => item_attributes(item),
            Stmt::Expr(expr, _) => attributes(expr),
            Stmt::Macro(mac) => Some(&mut mac.attrs),
        };
        attributes.is_none_or(|attributes| self.keeps(attributes))
    }
}

impl VisitMut for Conditions {
    fn visit_signature_mut(&mut self, signature: &mut syn::Signature) {
        self.filter(&mut signature.inputs, |input| {
            Some(match input {
                FnArg::Receiver(receiver) => &mut receiver.attrs,
                FnArg::Typed(typed) => &mut typed.attrs,
            })
        });
        visit_mut::visit_signature_mut(self, signature);
    }

    fn visit_generics_mut(&mut self, generics: &mut syn::Generics) {
        self.filter(&mut generics.params, |param| {
            Some(match param {
                GenericParam::Lifetime(param) => &mut param.attrs,
                GenericParam::Type(param) => &mut param.attrs,
                GenericParam::Const(param) => &mut param.attrs,
            })
        });
        visit_mut::visit_generics_mut(self, generics);
    }

    fn visit_block_mut(&mut self, block: &mut Block) {
        block.stmts.retain_mut(|stmt| self.statement(stmt));
        visit_mut::visit_block_mut(self, block);
    }

    /// Items are rustc's.
    fn visit_item_mut(&mut self, _: &mut Item) {}

    fn visit_expr_match_mut(&mut self, expr: &mut syn::ExprMatch) {
        expr.arms.retain_mut(|arm| self.keeps(&mut arm.attrs));
        visit_mut::visit_expr_match_mut(self, expr);
    }

    fn visit_expr_array_mut(&mut self, expr: &mut syn::ExprArray) {
        self.filter(&mut expr.elems, attributes);
        visit_mut::visit_expr_array_mut(self, expr);
    }

    fn visit_expr_tuple_mut(&mut self, expr: &mut syn::ExprTuple) {
        self.filter(&mut expr.elems, attributes);
        visit_mut::visit_expr_tuple_mut(self, expr);
    }

    fn visit_expr_call_mut(&mut self, expr: &mut syn::ExprCall) {
        self.filter(&mut expr.args, attributes);
        visit_mut::visit_expr_call_mut(self, expr);
    }

    fn visit_expr_method_call_mut(&mut self, expr: &mut syn::ExprMethodCall) {
        self.filter(&mut expr.args, attributes);
        visit_mut::visit_expr_method_call_mut(self, expr);
    }

    fn visit_expr_struct_mut(&mut self, expr: &mut syn::ExprStruct) {
        self.filter(&mut expr.fields, |field| Some(&mut field.attrs));
        visit_mut::visit_expr_struct_mut(self, expr);
    }

    fn visit_pat_struct_mut(&mut self, pat: &mut syn::PatStruct) {
        self.filter(&mut pat.fields, |field| Some(&mut field.attrs));
        visit_mut::visit_pat_struct_mut(self, pat);
    }

    fn visit_expr_closure_mut(&mut self, closure: &mut syn::ExprClosure) {
        self.filter(&mut closure.inputs, |input| match input {
            Pat::Ident(pat) => Some(&mut pat.attrs),
            Pat::Type(pat) => Some(&mut pat.attrs),
            Pat::Wild(pat) => Some(&mut pat.attrs),
            Pat::Tuple(pat) => Some(&mut pat.attrs),
            Pat::Reference(pat) => Some(&mut pat.attrs),
            _ => None,
        });
        visit_mut::visit_expr_closure_mut(self, closure);
    }

    /// The arguments of macros that take expressions; what others do with a condition is not seen.
    fn visit_macro_mut(&mut self, mac: &mut syn::Macro) {
        if !mentions_conditions(mac.tokens.clone()) {
            return;
        }
        match Punctuated::<Expr, Token![,]>::parse_terminated.parse2(mac.tokens.clone()) {
            Ok(mut list) => {
                self.filter(&mut list, attributes);
                list.iter_mut().for_each(|expr| self.visit_expr_mut(expr));
                mac.tokens = list.to_token_stream();
            }
            Err(_) => self.complain(syn::Error::new_spanned(
                &mac.path,
                "`#[cfg]` in the arguments of this macro is not understood by `#[differentiate]`: put it on a `let` before it",
            )),
        }
    }

    fn visit_attribute_mut(&mut self, attribute: &mut Attribute) {
        if attribute.path().is_ident("cfg") || attribute.path().is_ident("cfg_attr") {
            self.complain(syn::Error::new_spanned(
                attribute,
                "`#[cfg]` in this position is not understood by `#[differentiate]`: put it on a statement of its own",
            ));
        }
    }
}

macro_rules! attributes_of {
    ($node:expr; $($kind:path)*) => {
        match $node {
            $($kind(node) => Some(&mut node.attrs),)*
            _ => None,
        }
    };
}

fn attributes(expr: &mut Expr) -> Option<&mut Vec<Attribute>> {
    use Expr::*;
    attributes_of!(expr; Array Assign Async Await Binary Block Break Call Cast Closure Const Continue Field ForLoop Group
        If Index Infer Let Lit Loop Macro Match MethodCall Paren Path Range RawAddr Reference Repeat Return Struct Try
        TryBlock Tuple Unary Unsafe While Yield)
}

fn item_attributes(item: &mut Item) -> Option<&mut Vec<Attribute>> {
    use Item::*;
    attributes_of!(item; Const Enum ExternCrate Fn ForeignMod Impl Macro Mod Static Struct Trait TraitAlias Type Union Use)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(item: &str) -> Vec<(String, String)> {
        let item: syn::ItemFn = syn::parse_str(item).unwrap();
        let variants = variants(&item).unwrap_or_else(|error| panic!("{error}"));
        let text = |variant: &Variant<syn::ItemFn>| {
            let condition = variant.condition.as_ref().map(|it| it.meta.to_token_stream().to_string());
            (condition.unwrap_or_default(), variant.item.to_token_stream().to_string().replace(' ', ""))
        };
        variants.iter().map(text).collect()
    }

    #[test]
    fn a_variant_for_each_way_conditions_can_hold() {
        let one = written("fn f() { #[cfg(a)] { 1 } #[cfg(not(a))] { 2 } }");
        assert_eq!(one[0], ("cfg (not (a))".into(), "fnf(){{2}}".into()));
        assert_eq!(one[1], ("cfg (a)".into(), "fnf(){{1}}".into()));
        let two = written("fn f() { #[cfg(all(a, not(b)))] g(); #[cfg(any(a, b))] h(); }");
        let bodies: Vec<&str> = two.iter().map(|(_, body)| &body[..]).collect();
        assert_eq!(bodies, ["fnf(){}", "fnf(){g();h();}", "fnf(){h();}", "fnf(){h();}"]);
        assert_eq!(two[2].0, "cfg (all (not (a) , b))");
    }

    #[test]
    fn every_position() {
        let all = "fn f(#[cfg(a)] x: f64, y: f64) {
            #[cfg(a)] let z = 1;
            #[cfg_attr(a, cfg(any()))] return;
            let l = [#[cfg(a)] 1, 2];
            let v = vec![3, #[cfg(a)] 4];
            g(#[cfg(a)] 5, 6).h(#[cfg(a)] 7);
            let S { #[cfg(a)] p, q } = S { #[cfg(a)] p: 8, q: 9 };
            let c = |#[cfg(a)] r: u8, s| s;
            match l { #[cfg(a)] _ => 10, _ => 11 }
        }";
        let variants = written(all);
        let without =
            "fnf(y:f64){return;letl=[2];letv=vec![3,];g(6).h();letS{q}=S{q:9};letc=|s|s;matchl{_=>11}}";
        assert_eq!(variants[0].1, without);
        assert!(!variants[1].1.contains("cfg") && !variants[1].1.contains("return"), "{}", variants[1].1);
        assert!(variants[1].1.contains("fnf(x:f64,y:f64){letz=1;"), "{}", variants[1].1);
    }

    #[test]
    fn what_holds_always_needs_no_variants() {
        assert_eq!(
            written("fn f() { #[cfg(any())] g(); #[cfg(true)] h(); }"),
            [("".into(), "fnf(){h();}".into())]
        );
        assert_eq!(written("fn f() { #[allow(x)] g(); }").len(), 1);
        // Inside of items they are left to rustc.
        assert_eq!(written("fn f() { struct S { #[cfg(a)] p: u8 } }").len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_refused() {
        for (body, says) in [
            ("m!(x => #[cfg(a)] y);", "in the arguments of this macro"),
            ("let x = (#[cfg(a)] { 1 });", "in this position"),
            ("#[cfg(a)] g(); #[cfg(b)] g(); #[cfg(c)] g(); #[cfg(d)] g(); #[cfg(e)] g();", "more than 4"),
        ] {
            let item: syn::ItemFn = syn::parse_str(&format!("fn f() {{ {body} }}")).unwrap();
            let error = variants(&item).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(error.contains(says), "{body}: {error}");
        }
    }
}
