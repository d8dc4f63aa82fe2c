//! Calls of differentiated functions: their forward sweep, their pullback, their tangents.

use proc_macro2::{Group, Ident, Literal, Span, TokenStream, TokenTree};
use quote::{ToTokens, quote_spanned};
use syn::Index;

use super::expr::Level;
use super::{Emitter, Form};
use crate::ir::*;
use crate::lower::objects::is_of_object;

/// `path::forward`, or `Type::name_forward`; generic arguments stay at the last segment.
pub(crate) fn derived_path(path: &syn::Path, what: &str) -> syn::Path {
    let mut derived = path.clone();
    let associated = owner(path).is_some();
    if let Some(last) = derived.segments.last_mut() {
        if associated {
            last.ident = derived_name(&last.ident, what);
        } else {
            let arguments = std::mem::replace(&mut last.arguments, syn::PathArguments::None);
            let ident = Ident::new(what, last.ident.span());
            derived.segments.push(syn::PathSegment { ident, arguments });
        }
    }
    derived
}

/// `name_forward`, at the span of `name`.
pub(crate) fn derived_name(name: &Ident, what: &str) -> Ident {
    let text = name.to_string();
    Ident::new(&format!("{}_{what}", text.strip_prefix("r#").unwrap_or(&text)), name.span())
}

/// What is called of a function that was differentiated forward `order` times, which is a primal function then.
fn of_order(order: u32, what: Option<&str>) -> Option<String> {
    match (order, what) {
        (0, what) => what.map(str::to_owned),
        (1, None) => Some("pushforward".into()),
        (order, None) => Some(format!("order_{order}_pushforward")),
        (order, Some(what)) => Some(format!("order_{}_{what}", order + 1)),
    }
}

/// The code with all errors in it pointing to one place.
fn located(code: TokenStream, span: Span) -> TokenStream {
    let here = |tree: TokenTree| {
        let at = tree.span().located_at(span);
        let mut tree = match tree {
            TokenTree::Group(group) => {
                TokenTree::Group(Group::new(group.delimiter(), located(group.stream(), span)))
            }
            tree => tree,
        };
        tree.set_span(at);
        tree
    };
    code.into_iter().map(here).collect()
}

impl Emitter<'_> {
    /// In the forward sweep: the result and the pullback; the plain call where nobody pulls back.
    pub(crate) fn call(&mut self, call: &Call) -> TokenStream {
        let mut lent = self.lend(call);
        let read = self.reads(call.pullback);
        let witness = self.witness.as_ref().is_some_and(|called| called.contains(&call.pullback));
        let pulled_back = call.differentiated && (read || witness);
        let mut args: Vec<TokenStream> = self.args(call);
        args.extend(self.lent_args(call, &mut lent));
        if pulled_back {
            self.lend_receiver(call, &mut args);
        }
        let kept = if read && pulled_back { self.keep(call, &mut args, &mut lent) } else { Vec::new() };
        if let (true, false, Callee::Operator(name)) = (pulled_back, read, &call.callee) {
            if call.callee.is_on_adjoint() {
                let results = self.tree_pattern(&call.results);
                let value = args.swap_remove(0);
                return quote_spanned!(self.span=> #lent let #results = #value;);
            }
            return self.checked_operator(name, args, call);
        }
        let value = self.callee(call, pulled_back.then_some("forward"), args);
        let results = self.tree_pattern(&call.results);
        if !pulled_back {
            let value = match &self.checked {
                Some(constant) if self.says_a_type(call) => {
                    super::known::value_on(&value, constant, self.runtime)
                }
                _ if call.fallible => {
                    let runtime = self.runtime;
                    quote_spanned!(self.span=> #runtime::__private::Found::parts(#value))
                }
                _ => value,
            };
            let unit = matches!(&call.results, Tree::Tuple(parts) if parts.is_empty());
            return if unit {
                quote_spanned!(self.span=> #lent #value;)
            } else {
                quote_spanned!(self.span=> #lent let #results = #value;)
            };
        }
        if !read {
            return quote_spanned!(self.span=> #lent let (#results, _) = #value;);
        }
        let pullback = self.pattern(call.pullback);
        let keep = (!kept.is_empty()).then(|| {
            let ident = self.ident(call.pullback);
            quote_spanned!(self.span=> let #pullback = (#ident, #(#kept),*);)
        });
        quote_spanned!(self.span=> #lent let (#results, #pullback) = #value; #keep)
    }

    /// An operator by its rule's own function: where there is no rule, rustc has the least to say of that.
    fn checked_operator(&mut self, name: &str, args: Vec<TokenStream>, call: &Call) -> TokenStream {
        let (runtime, results) = (self.runtime_here(), self.tree_pattern(&call.results));
        let camel: String = name.split('_').map(crate::lower::operator_trait).collect();
        let rule = Ident::new(&format!("{camel}Rule"), self.span);
        let args: Vec<TokenStream> = args.into_iter().map(|arg| located(arg, self.span)).collect();
        let value = match &args[..] {
            // Both at once, else rustc complains before it has seen the second.
            [a, b] => quote_spanned!(self.span=> of_both((#a, #b))),
            args => quote_spanned!(self.span=> value(#(#args),*)),
        };
        quote_spanned!(self.span=> let #results = #runtime::ops::#rule::#value;)
    }

    /// Whether a call that nobody pulls back gives something that no parameter says the type of: see [`super::known`].
    fn says_a_type(&self, call: &Call) -> bool {
        let unknown = |var: Var| matches!(self.vars[var].ty, Ty::Unknown | Ty::Named(_));
        matches!(call.callee, Callee::Function(_)) && matches!(call.results, Tree::Leaf(var) if unknown(var))
    }

    /// What the pullback is given again of arguments that are gone by then, under names of its own: see [`Call::kept`].
    fn keep(&mut self, call: &Call, args: &mut [TokenStream], before: &mut TokenStream) -> Vec<Ident> {
        let mut kept = Vec::new();
        for &at in &call.kept {
            let (runtime, arg) = (self.runtime, &args[at]);
            let keep = self.local("kept");
            if matches!(call.args[at], Arg::Inert(_)) {
                let argument = self.local("argument");
                before.extend(quote_spanned!(self.span=> let #argument = #arg;));
                args[at] = argument.to_token_stream();
            }
            let arg = &args[at];
            before.extend(quote_spanned!(self.span=> let #keep = #runtime::__private::keep(&#arg);));
            kept.push(keep);
        }
        kept
    }

    pub(crate) fn pushforward(&mut self, pushforward: &PushforwardCall) -> TokenStream {
        let PushforwardCall { call, tangents, result_tangents } = pushforward;
        let mut lent = self.lend(call);
        for (arg, tangent) in call.args.iter().zip(tangents) {
            if let Tangent::InOut(before, after) = tangent {
                let float = match self.wide {
                    Some(_) => Some(Float::Lanes),
                    None => self.float_of_arg(arg),
                };
                lent.extend(self.lend_one(before, *after, float));
            }
        }
        let mut args = self.args(call);
        self.lend_receiver(call, &mut args);
        args.extend(self.lent_args(call, &mut lent));
        let after: Vec<Var> = (tangents.iter())
            .filter_map(|tangent| match tangent {
                Tangent::InOut(_, after) => Some(*after),
                _ => None,
            })
            .collect();
        let changes = call.args.iter().any(|arg| matches!(arg, Arg::RefMut(_) | Arg::RefMutValue(..)));
        for (arg, tangent) in call.args.iter().zip(tangents) {
            args.push(match tangent {
                // A part of what is lent mutably beside it is read before.
                Tangent::Value(value) if changes && !self.lies_apart(value, &after) => {
                    let value = self.expr(value, self.float_of(value).as_ref());
                    self.read_before(value, &mut lent)
                }
                Tangent::Place(path) if changes && matches!(arg, Arg::Move(_) | Arg::Handed(_)) => {
                    let value = self.whole(path).tokens;
                    self.read_before(value, &mut lent)
                }
                tangent => self.tangent_arg(arg, tangent),
            });
        }
        let what = if self.wide.is_some() { "pushforward_lanes" } else { "pushforward" };
        let value = self.callee(call, Some(what), args);
        let (results, tangents) = (self.tree_pattern(&call.results), self.tree_pattern(result_tangents));
        quote_spanned!(self.span=> #lent let (#results, #tangents) = #value;)
    }

    /// The tangents among the arguments of a pushforward.
    fn lent_args(&mut self, call: &Call, before: &mut TokenStream) -> Vec<TokenStream> {
        let tangents = &call.args[call.plain()..];
        let after: Vec<Var> = (tangents.iter())
            .filter_map(|arg| match arg {
                Arg::RefMutValue(_, after) => Some(*after),
                _ => None,
            })
            .collect();
        let changes = tangents.iter().any(|arg| matches!(arg, Arg::RefMut(_) | Arg::RefMutValue(..)));
        tangents
            .iter()
            .map(|arg| match arg {
                Arg::Value(value) if changes && !self.lies_apart(value, &after) => {
                    let value = self.expr(value, self.float_of(value).as_ref());
                    self.read_before(value, before)
                }
                arg => self.lent_arg(arg),
            })
            .collect()
    }

    /// Whether a tangent can be lent beside those that are lent mutably: it is no part of one, and none of these scalars.
    fn lies_apart(&self, value: &Expr, lent: &[Var]) -> bool {
        match value {
            Expr::Var(var) => lent.iter().all(|lent| self.flow.class(*lent) != self.flow.class(*var)),
            Expr::Lit(_) => true,
            _ => false,
        }
    }

    fn read_before(&mut self, value: TokenStream, before: &mut TokenStream) -> TokenStream {
        let dot = self.local("dot");
        before.extend(quote_spanned!(self.span=> let #dot = #value;));
        quote_spanned!(self.span=> ::core::option::Option::Some(&#dot))
    }

    /// `pullback(arguments again…, seed, slots…);`
    pub(crate) fn pullback(&mut self, pullback: &PullbackCall) -> TokenStream {
        let PullbackCall { call, seed, slots } = pullback;
        let (runtime, name) = (self.runtime, self.ident(call.pullback));
        let pullback = match call.kept.is_empty() {
            true => name.to_token_stream(),
            false => quote_spanned!(self.span=> (#name.0)),
        };
        let again = call.args.iter().enumerate().map(|(at, arg)| {
            if let Some(field) = call.kept.iter().position(|&kept| kept == at) {
                let field = Index::from(field + 1);
                return quote_spanned!(self.span=> #runtime::__private::given(&#name.#field));
            }
            match arg {
                arg if at >= call.plain() => match arg {
                    Arg::RefMutValue(_, after) => {
                        let after = self.ident(*after);
                        quote_spanned!(self.span=> ::core::option::Option::Some(&mut { #after }))
                    }
                    // It holds what it was given by value itself.
                    Arg::Value(_) => quote_spanned!(self.span=> ::core::option::Option::None),
                    arg => self.lent_arg(arg),
                },
                Arg::Handed(path) => {
                    let receiver = self.reference(path, false);
                    quote_spanned!(self.span=> #runtime::__private::again(&#receiver))
                }
                Arg::Value(_) | Arg::Move(_) => quote_spanned!(self.span=> ()),
                Arg::RefMutValue(_, after) => {
                    let after = self.ident(*after);
                    quote_spanned!(self.span=> &mut { #after })
                }
                Arg::Inert(inert) => {
                    let code = self.inert(inert).at(Level::Unary);
                    quote_spanned!(self.span=> #runtime::__private::again(&#code))
                }
                // A box would be taken for an object itself.
                Arg::Ref(path)
                    if at == 0 && matches!(&call.callee, Callee::Method(name, _) if is_of_object(name)) =>
                {
                    let receiver = self.reference(path, false);
                    quote_spanned!(self.span=> #runtime::__private::again(&#receiver))
                }
                // Beside a reference into the same place, a receiver was lent no other way.
                Arg::RefMut(path) if at == 0 && self.is_shared(call, path) => self.reference(path, false),
                arg => self.arg(arg),
            }
        });
        let slots = slots.iter().map(|slot| match slot {
            Some(path) => self.lent_part(path, true).unwrap_or_else(|| {
                let adjoint = self.lent(path, true);
                quote_spanned!(self.span=> ::core::option::Option::Some(#adjoint))
            }),
            None => quote_spanned!(self.span=> ::core::option::Option::None),
        });
        let args = again.chain([self.tree(seed)]).chain(slots);
        quote_spanned!(self.span=> #pullback(#(#args),*);)
    }

    /// A derivative has a receiver by value lent.
    fn lend_receiver(&self, call: &Call, args: &mut [TokenStream]) {
        if let Some(Arg::Handed(path)) = call.args.first() {
            let (runtime, receiver) = (self.runtime, self.reference(path, false));
            args[0] = quote_spanned!(self.span=> #runtime::__private::handed(#receiver));
        }
    }

    /// Whether a method has a reference into the place of its receiver.
    fn is_shared(&self, call: &Call, receiver: &Path) -> bool {
        let root = self.vars.root(receiver);
        matches!(call.callee, Callee::Method(..))
            && call.args.iter().any(|arg| matches!(arg, Arg::Ref(path) if self.vars.root(path) == root))
    }

    /// An adjoint or a tangent for a callee, which may ask for no more than some type of known size.
    fn lent(&self, path: &Path, mutable: bool) -> TokenStream {
        let reference = self.reference(path, mutable);
        match (self.type_of(path), mutable) {
            (Ty::Slice(t), true) if !t.is_scalar() => {
                quote_spanned!(self.span=> &mut &mut (#reference)[..])
            }
            (Ty::Slice(t), false) if !t.is_scalar() => quote_spanned!(self.span=> &&(#reference)[..]),
            _ => reference,
        }
    }

    /// Scalars lent mutably get storage of their own where they do not have it.
    fn lend(&mut self, call: &Call) -> TokenStream {
        let mut tokens = TokenStream::new();
        for arg in &call.args {
            if let Arg::RefMutValue(before, after) = arg {
                let float = self.scalar_float(*after, before);
                tokens.extend(self.lend_one(before, *after, float));
            }
        }
        tokens
    }

    fn lend_one(&mut self, before: &Expr, after: Var, float: Option<Float>) -> TokenStream {
        if self.is_bound(after) {
            return self.assign(after, before);
        }
        let value = self.expr(before, float.as_ref());
        let ident = self.bind(after, Form::Owned);
        quote_spanned!(self.span=> let mut #ident = #value;)
    }

    fn float_of_arg(&self, arg: &Arg) -> Option<Float> {
        match arg {
            Arg::Value(value) | Arg::RefValue(value) | Arg::RefMutValue(value, _) => self.float_of(value),
            Arg::Move(_) | Arg::Handed(_) | Arg::Ref(_) | Arg::RefMut(_) | Arg::Inert(_) => None,
        }
    }

    /// The arguments; of a method the receiver first, as the left side of the dot.
    fn args(&self, call: &Call) -> Vec<TokenStream> {
        let method = matches!(call.callee, Callee::Method(..));
        let arg = |(at, arg): (usize, &Arg)| match arg {
            Arg::Ref(path) if method && at == 0 => self.receiver(path),
            Arg::RefMut(path) if method && at == 0 => self.receiver_mut(path),
            Arg::Move(path) if method && at == 0 => self.whole(path).at(Level::Postfix),
            Arg::Value(value) | Arg::RefValue(value) if method && at == 0 => {
                self.code(value, None).at(Level::Postfix)
            }
            Arg::RefMutValue(_, after) if method && at == 0 => self.ident(*after).into_token_stream(),
            Arg::Inert(inert) if method && at == 0 => self.inert(inert).at(Level::Postfix),
            arg => self.arg(arg),
        };
        call.args[..call.plain()].iter().enumerate().map(arg).collect()
    }

    fn arg(&self, arg: &Arg) -> TokenStream {
        match arg {
            Arg::Value(value) => self.expr(value, self.float_of(value).as_ref()),
            Arg::Move(path) | Arg::Handed(path) => self.whole(path).tokens,
            Arg::Ref(path) => self.reference(path, false),
            Arg::RefMut(path) => self.reference(path, true),
            Arg::RefValue(value) => {
                let value = self.code(value, None).at(Level::Unary);
                quote_spanned!(self.span=> &#value)
            }
            Arg::RefMutValue(_, after) => {
                let after = self.ident(*after);
                quote_spanned!(self.span=> &mut #after)
            }
            Arg::Inert(inert) => self.inert(inert).tokens,
        }
    }

    /// A tangent among the arguments of a pushforward.
    fn lent_arg(&self, arg: &Arg) -> TokenStream {
        let lent = match arg {
            Arg::Value(Expr::Lit(lit)) if !lit.ty.is_float() => {
                return quote_spanned!(self.span=> ::core::option::Option::None);
            }
            Arg::Value(value) => {
                let value = self.code(value, self.float_of(value).as_ref()).at(Level::Unary);
                quote_spanned!(self.span=> &#value)
            }
            Arg::Ref(path) | Arg::RefMut(path) => {
                let mutable = matches!(arg, Arg::RefMut(_));
                if let Some(part) = self.lent_part(path, mutable) {
                    return part;
                }
                self.lent(path, mutable)
            }
            arg => self.arg(arg),
        };
        quote_spanned!(self.span=> ::core::option::Option::Some(#lent))
    }

    fn tangent_arg(&self, arg: &Arg, tangent: &Tangent) -> TokenStream {
        let tangent = match tangent {
            Tangent::InOut(_, after) => {
                let after = self.ident(*after);
                quote_spanned!(self.span=> &mut #after)
            }
            Tangent::Value(value) => {
                let value = self.code(value, self.float_of(value).as_ref()).at(Level::Unary);
                quote_spanned!(self.span=> &#value)
            }
            Tangent::Place(path) => {
                let mutable = matches!(arg, Arg::RefMut(_));
                if let Some(part) = self.lent_part(path, mutable) {
                    return part;
                }
                self.lent(path, mutable)
            }
            Tangent::None => return quote_spanned!(self.span=> ::core::option::Option::None),
        };
        quote_spanned!(self.span=> ::core::option::Option::Some(#tangent))
    }

    /// The call itself; `what`: which function of the companion, `None` for the primal.
    fn callee(&self, call: &Call, what: Option<&str>, mut args: Vec<TokenStream>) -> TokenStream {
        let what = of_order(call.order, what);
        let what = what.as_deref();
        match &call.callee {
            Callee::Function(path) | Callee::Derivative(path) => {
                let path = match what {
                    Some(what) => self.derived(call, path, what),
                    None => path.to_token_stream(),
                };
                quote_spanned!(self.span=> #path(#(#args),*))
            }
            Callee::Method(name, generics) => {
                let name = what.map_or_else(|| name.clone(), |what| derived_name(name, what));
                let receiver = if args.is_empty() { TokenStream::new() } else { args.remove(0) };
                quote_spanned!(self.span=> #receiver.#name #generics(#(#args),*))
            }
            Callee::Operator(name) => {
                let runtime = self.runtime_here();
                let name = Ident::new(name, self.span);
                // The operator is what has no rule: it has to be said at one place.
                if !call.callee.is_on_adjoint() {
                    args.iter_mut().for_each(|arg| *arg = located(std::mem::take(arg), self.span));
                }
                match what {
                    Some(what) => {
                        let what = Ident::new(what, self.span);
                        quote_spanned!(self.span=> #runtime::ops::#name::#what(#(#args),*))
                    }
                    None if call.callee.is_on_adjoint() => args.swap_remove(0),
                    None => {
                        let has_rule = matches!(&name.to_string()[..], "as_f64" | "as_f32");
                        if has_rule {
                            return quote_spanned!(self.span=> #runtime::ops::#name::forward(#(#args),*).0);
                        }
                        quote_spanned!(self.span=> #runtime::__private::plain!(#name, #(#args),*))
                    }
                }
            }
        }
    }

    /// The function that `what` says of the one called `path`. Whether there are derivatives beyond the first is asked by a
    /// trait, in whose words rustc says that there are none.
    fn derived(&self, call: &Call, path: &syn::Path, what: &str) -> TokenStream {
        if what == "pushforward_lanes" && owner(path).is_none() {
            let (mut companion, runtime) = (path.clone(), self.runtime_here());
            if let Some(last) = companion.segments.last_mut() {
                last.arguments = syn::PathArguments::None;
            }
            let is = quote_spanned!(self.span=> <#companion as #runtime::__private::HasLanes>::IS);
            let name = Ident::new(what, self.span);
            return quote_spanned!(self.span=> <#runtime::__private::Known<#companion, { #is }>>::#name);
        }
        let nested = matches!(call.callee, Callee::Derivative(_));
        if !nested && (call.order == 0 || owner(path).is_some()) {
            let derived = derived_path(path, what);
            return match &self.checked {
                Some(constant) if self.is_said(path) => {
                    super::known::owner_on(derived, constant, self.runtime)
                }
                _ => derived.into_token_stream(),
            };
        }
        let (mut companion, what) = (path.clone(), Ident::new(what, self.span));
        let Some(last) = companion.segments.last_mut() else { return path.to_token_stream() };
        let arguments = std::mem::replace(&mut last.arguments, syn::PathArguments::None);
        let (mut of, mut beyond) = (quote_spanned!(self.span=> Order), 0);
        let mut name = what;
        if nested {
            name = derived_name(&last.ident, &name.to_string());
            beyond = if last.ident == "hvp" { 2 } else { 1 };
            of = quote_spanned!(self.span=> GradientOrder);
            companion.segments.pop();
            companion.segments.pop_punct();
        }
        let runtime = self.runtime_here();
        let order = Literal::usize_unsuffixed(call.order as usize + 1 + beyond);
        let turbofish = (!arguments.is_empty()).then(|| quote_spanned!(self.span=> #arguments));
        let is = quote_spanned!(self.span=> <#companion as #runtime::__private::#of<#order>>::IS);
        quote_spanned!(self.span=> <#runtime::__private::Known<#companion, { #is }>>::#name #turbofish)
    }

    /// Whether the path is that of an associated function of a type that the signature names: without generic arguments, then.
    fn is_said(&self, path: &syn::Path) -> bool {
        let of = crate::typing::owner_path(path).map(|of| of.to_token_stream().to_string());
        of.is_some_and(|of| self.said.contains(&of))
    }

    /// A pattern that binds every leaf.
    pub(crate) fn tree_pattern(&mut self, tree: &Tree<Var>) -> TokenStream {
        match tree {
            Tree::Leaf(var) => self.pattern(*var),
            Tree::Tuple(parts) => {
                let parts: Vec<TokenStream> = parts.iter().map(|part| self.tree_pattern(part)).collect();
                match &parts[..] {
                    [part] => quote_spanned!(self.span=> (#part,)),
                    parts => quote_spanned!(self.span=> (#(#parts),*)),
                }
            }
        }
    }

    /// A tuple of values in the shape of the tree.
    pub(crate) fn tree(&self, tree: &Tree<Expr>) -> TokenStream {
        match tree {
            Tree::Leaf(leaf) => self.expr(leaf, self.float_of(leaf).as_ref()),
            Tree::Tuple(parts) => {
                let parts: Vec<TokenStream> = parts.iter().map(|part| self.tree(part)).collect();
                match &parts[..] {
                    [part] => quote_spanned!(self.span=> (#part,)),
                    parts => quote_spanned!(self.span=> (#(#parts),*)),
                }
            }
        }
    }
}
