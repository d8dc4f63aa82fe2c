//! The signature of a function as its companion repeats it: parameters by form, generics with every parameter named.

use proc_macro2::{Ident, Punct, Spacing, Span, TokenStream, TokenTree};
use quote::{ToTokens, format_ident, quote, quote_spanned};

use super::companion::Site;
use super::known::{self, Known};
use super::lanes;
use super::types::{self, owned_tangent, tangent};
use crate::ir::{Float, Function, Passing, Role, Ty};
use crate::lower;
use crate::lower::objects::is_object;

/// One parameter of the function.
#[derive(Clone)]
pub(crate) struct ParamSig {
    pub(crate) name: Ident,
    pub(crate) receiver: bool,
    /// The type as written (`impl Trait` by the name of its generic parameter); of a receiver `Self`, `&Self` or `&mut Self`.
    pub(crate) ty: TokenStream,
    /// The same where it is asked about: see [`Known`].
    asked: TokenStream,
    /// The type behind that reference, or the type itself.
    inner: TokenStream,
    pub(crate) passing: Passing,
    pub(crate) role: Role,
    known: Ty,
    /// A number under another name, which the macro sees through at some places and not at others.
    by_alias: bool,
    /// A `&mut` parameter with the mark `#[no_diff]` that is written to: no derivative passes through what it holds.
    lost: bool,
    /// A `#[no_diff]` parameter of a type that need not be differentiable. A caller cannot see the mark, and hands over an
    /// adjoint all the same.
    unread: bool,
    /// A tangent, see [`crate::ir::Param::lent`]: `ty` is an `Option` of a reference.
    lent: bool,
}

/// What the generated functions have in common.
#[derive(Clone)]
pub(crate) struct Signature {
    pub(crate) runtime: TokenStream,
    pub(crate) params: Vec<ParamSig>,
    pub(crate) result: TokenStream,
    /// The same for those who call from other derivatives: see [`Known`].
    pub(crate) asked_result: TokenStream,
    pub(crate) result_ty: Ty,
    /// The seed of a pushforward: a tangent is its own.
    pushed: Option<TokenStream>,
    /// The constant of which [`Known`] speaks.
    pub(crate) known: TokenStream,
    pub(crate) witness: Option<Witness>,
    /// What nothing connects to the result is `None`, not zero.
    pub(crate) missing_is_none: bool,
    lifetimes: Vec<TokenStream>,
    generics: Vec<TokenStream>,
    /// Names of the type and const parameters, those of the surrounding `impl` first.
    captured: Vec<Ident>,
    own: Vec<Ident>,
    outer_lifetimes: Vec<TokenStream>,
    predicates: TokenStream,
    /// `Self` is any type that has a trait.
    of_trait: bool,
}

/// The second constant of which [`known`] speaks: its name, and the parameters of the closure in it.
#[derive(Clone)]
pub(crate) struct Witness {
    pub(crate) name: Ident,
    pub(crate) args: Vec<TokenStream>,
}

impl Signature {
    pub(crate) fn new(
        function: &Function,
        signature: &syn::Signature,
        site: Site<'_>,
        scope: &crate::typing::Scope,
        runtime: TokenStream,
    ) -> Signature {
        // The generics of the surrounding `impl` block.
        let outer = match site {
            Site::Companion => None,
            Site::Impl(outer) => outer,
        };
        let (mut lifetimes, mut generics, mut own) = (Vec::new(), Vec::new(), Vec::new());
        for param in &signature.generics.params {
            match param {
                syn::GenericParam::Lifetime(param) => lifetimes.push(param.to_token_stream()),
                syn::GenericParam::Type(param) => {
                    // Defaults are not allowed on functions; attributes neither make sense twice.
                    let (name, bounds) = (&param.ident, &param.bounds);
                    generics.push(if bounds.is_empty() { quote!(#name) } else { quote!(#name: #bounds) });
                    own.push(name.clone());
                }
                syn::GenericParam::Const(param) => {
                    let (name, ty) = (&param.ident, &param.ty);
                    generics.push(quote!(const #name: #ty));
                    own.push(name.clone());
                }
            }
        }
        let mut params = Vec::new();
        for (param, input) in function.params.iter().zip(&signature.inputs) {
            let first = lifetimes.len();
            let (receiver, ty, inner) = match input {
                syn::FnArg::Receiver(receiver) => {
                    let this = Ident::new("Self", receiver.self_token.span);
                    match param.passing {
                        Passing::Value => (true, quote!(#this), quote!(#this)),
                        Passing::Ref => (true, quote!(&#this), quote!(#this)),
                        Passing::RefMut => (true, quote!(&mut #this), quote!(#this)),
                    }
                }
                syn::FnArg::Typed(typed) => {
                    let mut fresh = || {
                        let lifetime =
                            syn::Lifetime::new(&format!("'of{}", lifetimes.len()), Span::mixed_site());
                        lifetimes.push(lifetime.to_token_stream());
                        lifetime
                    };
                    let ty = named_impl(&typed.ty, &mut generics, &mut own);
                    // The result's type has to say it as well.
                    let named = name_lifetimes(ty.to_token_stream(), false, &mut fresh);
                    let ty = syn::parse2(named).unwrap_or(ty);
                    let inner = match lower::bare(&ty) {
                        syn::Type::Reference(reference) => reference.elem.to_token_stream(),
                        ty => ty.to_token_stream(),
                    };
                    (false, ty.to_token_stream(), inner)
                }
            };
            let unread = param.no_diff && names_types(&param.ty);
            let known = match &with_lifetimes(&param.ty, &mut lifetimes[first..].iter()) {
                _ if unread => Ty::Inert,
                ty => as_written(ty, syn::parse2(inner.clone()).ok().as_ref()),
            };
            let by_alias = is_by_alias(&param.ty, &inner);
            params.push(ParamSig {
                name: param.name.clone(),
                receiver,
                asked: ty.clone(),
                ty,
                inner,
                passing: param.passing,
                role: function.vars[param.var].role,
                by_alias,
                known,
                lost: super::marked::is_lost(function, param),
                unread,
                lent: false,
            });
        }
        let mut captured = Vec::new();
        let mut outer_lifetimes = Vec::new();
        for param in outer.iter().flat_map(|outer| &outer.params) {
            match param {
                syn::GenericParam::Type(param) => captured.push(param.ident.clone()),
                syn::GenericParam::Const(param) => captured.push(param.ident.clone()),
                syn::GenericParam::Lifetime(param) => outer_lifetimes.push(param.lifetime.to_token_stream()),
            }
        }
        captured.extend(own.iter().cloned());
        let result = match &signature.output {
            syn::ReturnType::Default => quote!(()),
            syn::ReturnType::Type(_, ty) => ty.to_token_stream(),
        };
        let known = Known::new(&function.name, site, &captured, scope, &runtime);
        let checked = known.checked(&function.name, site).filter(|_| {
            let named = params.iter().any(|param| known::has_lifetime(param.ty.clone()));
            // What may call itself would have to be checked before it can be checked.
            function.order == 1
                && !function.recursive
                && known::calls_unknown(function, scope)
                && !named
                && !known::has_lifetime(result.clone())
        });
        let witness = checked.as_ref().map(|checked| {
            let closure = params.iter().cloned().map(|mut param| {
                param.ask(&known);
                param.closure_arg()
            });
            Witness { name: checked.name().clone(), args: closure.collect() }
        });
        match &checked {
            Some(checked) => params.iter_mut().for_each(|param| {
                param.ask(checked);
                param.ask_all(checked);
            }),
            None => params.iter_mut().for_each(|param| param.ask(&known)),
        }
        let result_ty = as_written(
            value_type(function),
            match &signature.output {
                syn::ReturnType::Type(_, ty) => Some(&**ty),
                syn::ReturnType::Default => None,
            },
        );
        let on = checked.as_ref().unwrap_or(&known);
        let asked_result = match syn::parse2(result.clone()) {
            Ok(mut written) => {
                on.written(&mut written, &result_ty);
                written.to_token_stream()
            }
            Err(_) => result.clone(),
        };
        known.ty(&result_ty);
        let result_ty = on.ty(&result_ty);
        let known = known.question();
        let predicates = predicates(function, signature, outer, scope, &runtime);
        let mut this = Signature {
            runtime,
            params,
            result,
            asked_result,
            result_ty,
            pushed: None,
            known,
            witness,
            missing_is_none: false,
            lifetimes,
            generics,
            captured,
            own,
            outer_lifetimes,
            predicates,
            of_trait: scope.this().is_some_and(|this| scope.is_of_trait(this)),
        };
        (1..function.order).for_each(|_| this.push_forward(function));
        this
    }

    /// Makes it that of the pushforward: a tangent for each parameter, and one of the result.
    fn push_forward(&mut self, function: &Function) {
        let count = self.params.len();
        let tangents = self.params.iter().zip(&function.params[count..]).map(|(sig, dot)| {
            let ty = sig.lent_tangent(&self.runtime);
            ParamSig {
                name: dot.name.clone(),
                receiver: false,
                asked: ty.clone(),
                ty,
                inner: sig.slot(&self.runtime),
                passing: dot.passing,
                role: function.vars[dot.var].role,
                known: crate::diff::primal::tangent(&sig.known, &self.runtime),
                by_alias: false,
                lost: false,
                unread: sig.unread,
                lent: true,
            }
        });
        let tangents: Vec<ParamSig> = tangents.collect();
        self.params.extend(tangents);
        let tangent = self.seed();
        for result in [&mut self.result, &mut self.asked_result] {
            *result = quote!((#result, #tangent));
        }
        let of_tangent = crate::diff::primal::tangent(&self.result_ty, &self.runtime);
        self.result_ty = Ty::Tuple(vec![self.result_ty.clone(), of_tangent]);
        self.pushed = Some(quote!((#tangent, #tangent)));
    }

    /// `fn name<…>(args) -> output where …`; `lifetimes`: named beside the user's own.
    pub(crate) fn header(
        &self,
        name: &Ident,
        lifetimes: &[TokenStream],
        args: &[TokenStream],
        output: &TokenStream,
        bounds: &[syn::WherePredicate],
    ) -> TokenStream {
        // How many lanes there are comes behind all lifetimes.
        let is_lanes = |param: &&TokenStream| param.to_string().starts_with("const ");
        let (lanes, lifetimes): (Vec<_>, Vec<_>) = lifetimes.iter().partition(is_lanes);
        let params: Vec<&TokenStream> =
            lifetimes.into_iter().chain(&self.lifetimes).chain(&self.generics).chain(lanes).collect();
        let generics = if params.is_empty() { TokenStream::new() } else { quote!(<#(#params),*>) };
        let mut predicates = self.predicates.clone();
        if !bounds.is_empty() {
            let mut all = syn::Generics { where_clause: syn::parse2(predicates).ok(), ..Default::default() };
            all.make_where_clause().predicates.extend(bounds.iter().cloned());
            predicates = all.where_clause.to_token_stream();
        }
        let nothing = output.to_string() == "()";
        let output = (!nothing).then(|| quote!(-> #output));
        // Where the name is taken, rustc says so at the name of the function.
        quote_spanned!(name.span()=> fn #name #generics(#(#args),*) #output #predicates)
    }

    /// Whether the pullback captures no type and no lifetime.
    pub(crate) fn is_concrete(&self) -> bool {
        let mut named = Vec::new();
        self.params.iter().for_each(|param| lifetimes_in(param.ty.clone(), &mut named));
        lifetimes_in(self.result.clone(), &mut named);
        named.is_empty() && self.captured.is_empty() && !self.of_trait
    }

    /// `::<T, N>`: what inference could not find where a parameter occurs in no argument.
    pub(crate) fn turbofish(&self) -> TokenStream {
        let own = &self.own;
        if own.is_empty() { TokenStream::new() } else { quote!(::<#(#own),*>) }
    }

    /// The bound of a closure that borrows the arguments. (That of one that borrows nothing has none: see the edition of
    /// this crate.)
    pub(crate) fn borrowing(&self, lifetimes: &[TokenStream]) -> TokenStream {
        let own = self.own_lifetimes();
        let captured = self.captured.iter().map(ToTokens::to_token_stream);
        let all =
            lifetimes.iter().cloned().chain(own).chain(self.outer_lifetimes.iter().cloned()).chain(captured);
        quote!(use<#(#all),*>)
    }

    /// The same where the generics of the `impl` block around the function are not seen: it captures them by itself, and the
    /// lifetimes that are mentioned.
    pub(crate) fn borrowing_unseen(&self, lifetimes: &[TokenStream]) -> TokenStream {
        let (runtime, own) = (&self.runtime, self.own_lifetimes());
        let all = lifetimes.iter().cloned().chain(own);
        quote!(#runtime::__private::Captures<(*const Self, #(&#all (),)*)>)
    }

    fn own_lifetimes(&self) -> impl Iterator<Item = TokenStream> + '_ {
        self.lifetimes.iter().filter_map(|param| {
            let param: syn::LifetimeParam = syn::parse2(param.clone()).ok()?;
            Some(param.lifetime.to_token_stream())
        })
    }

    /// The seed of the result.
    pub(crate) fn seed(&self) -> TokenStream {
        self.pushed.clone().unwrap_or_else(|| types::seed(&self.result_ty, &self.runtime))
    }

    pub(crate) fn returns_nothing(&self) -> bool {
        matches!(&self.result_ty, Ty::Tuple(parts) if parts.is_empty())
    }
}

impl ParamSig {
    /// Asks whether anything is known of the derivatives of its types.
    fn ask(&mut self, known: &Known<'_>) {
        if self.unread {
            return;
        }
        for ty in [&mut self.asked, &mut self.inner] {
            if let Ok(mut written) = syn::parse2(ty.clone()) {
                known.written(&mut written, &self.known);
                *ty = written.to_token_stream();
            }
        }
        self.known = known.ty(&self.known);
    }

    /// Has the whole type hang on a constant, where the code is. That of numbers is left: rustc needs it to say no more.
    fn ask_all(&mut self, known: &Known<'_>) {
        if self.asked.to_string() != self.ty.to_string() || types::is_of_numbers(&self.known) {
            return;
        }
        self.inner = known.whole(&self.inner);
        let inner = &self.inner;
        self.asked = match self.passing {
            Passing::Value => quote!(#inner),
            Passing::Ref => quote!(&#inner),
            Passing::RefMut => quote!(&mut #inner),
        };
    }

    /// `name: T` of a closure, where a receiver is called `this`.
    fn closure_arg(&self) -> TokenStream {
        let (ty, name) = (&self.asked, &self.name);
        match self.receiver {
            true => {
                let this = this();
                quote!(#this: #ty)
            }
            false => quote!(#name: #ty),
        }
    }

    /// `name: T` of a signature; receivers as they are written.
    pub(crate) fn arg(&self) -> TokenStream {
        self.arg_as(&self.ty)
    }

    /// The same where the code is.
    pub(crate) fn asked_arg(&self) -> TokenStream {
        self.arg_as(&self.asked)
    }

    fn arg_as(&self, ty: &TokenStream) -> TokenStream {
        let name = &self.name;
        match (self.receiver, self.passing) {
            (true, Passing::Value) => quote!(self),
            (true, Passing::Ref) => quote!(&self),
            (true, Passing::RefMut) => quote!(&mut self),
            (false, _) => quote!(#name: #ty),
        }
    }

    /// The same for `forward` and `pushforward`. A caller that writes `state.step(x)` does not see that the method takes its
    /// receiver by value, and gives the pullback a reference to it again: it must not be moved away.
    pub(crate) fn lent_arg(&self) -> TokenStream {
        match (self.receiver, self.passing) {
            (true, Passing::Value) => quote!(&self),
            _ => self.asked_arg(),
        }
    }

    /// The same with every lifetime that is left out named; the names are added to `lifetimes`. `one`: by one name.
    pub(crate) fn arg_with_lifetimes(&self, lifetimes: &mut Vec<TokenStream>, one: bool) -> TokenStream {
        let mut fresh = || {
            if one {
                lifetimes.clear();
            }
            let lifetime = syn::Lifetime::new(&format!("'ad{}", lifetimes.len()), Span::mixed_site());
            lifetimes.push(quote!(#lifetime));
            lifetime
        };
        match (self.receiver, self.passing) {
            (true, Passing::Value) => quote!(self),
            (true, Passing::Ref) => {
                let lifetime = fresh();
                quote!(&#lifetime self)
            }
            (true, Passing::RefMut) => {
                let lifetime = fresh();
                quote!(&#lifetime mut self)
            }
            (false, _) => {
                let (name, ty) = (&self.name, self.ty_with_lifetimes(&mut fresh));
                quote!(#name: #ty)
            }
        }
    }

    /// The type with every lifetime that is left out named.
    pub(crate) fn ty_with_lifetimes(&self, fresh: &mut dyn FnMut() -> syn::Lifetime) -> TokenStream {
        name_lifetimes(self.ty.clone(), true, fresh)
    }

    /// Whether it is handed over by value and borrows from elsewhere: `(&[f64], &[f64])`, `View<'_>`.
    pub(crate) fn holds_references(&self) -> bool {
        let mut named = Vec::new();
        lifetimes_in(self.ty_with_lifetimes(&mut || syn::parse_quote!('any)), &mut named);
        self.passing == Passing::Value && !self.lent && !self.receiver && !named.is_empty()
    }

    /// The type behind the reference, where it is asked about, or would be if all generics were in sight.
    pub(crate) fn asked_about(&self) -> Option<&TokenStream> {
        let open = !self.unread && names_types(&self.known);
        (open || self.asked.to_string() != self.ty.to_string()).then_some(&self.inner)
    }

    /// How a generated function hands its own parameter on.
    pub(crate) fn pass(&self) -> TokenStream {
        let name = &self.name;
        match self.passing {
            Passing::RefMut if !self.lent => quote!(&mut *#name),
            _ => quote!(#name),
        }
    }

    /// The same to `forward` and `pushforward`.
    pub(crate) fn pass_lent(&self) -> TokenStream {
        match (self.receiver, self.passing) {
            (true, Passing::Value) => quote!(&self),
            _ => self.pass(),
        }
    }

    /// The type in which the pullback is given the parameter again. How a method takes its receiver, its caller cannot see.
    pub(crate) fn again(&self) -> TokenStream {
        let inner = &self.inner;
        if self.lent {
            return self.ty.clone();
        }
        match self.passing {
            Passing::Value if self.receiver => quote!(&Self),
            Passing::Value => quote!(()),
            Passing::Ref => quote!(&#inner),
            Passing::RefMut => quote!(&mut #inner),
        }
    }

    /// The type of the adjoint slot in the pullback.
    pub(crate) fn lent_adjoint(&self, runtime: &TokenStream) -> TokenStream {
        let adjoint = self.slot(runtime);
        quote!(::core::option::Option<&mut #adjoint>)
    }

    /// The type of the tangent in `pushforward`.
    pub(crate) fn lent_tangent(&self, runtime: &TokenStream) -> TokenStream {
        let tangent = self.slot(runtime);
        let mutable = (self.passing == Passing::RefMut).then(|| quote!(mut));
        quote!(::core::option::Option<&#mutable #tangent>)
    }

    /// The type of the tangents in `pushforward_lanes`.
    pub(crate) fn lent_lanes(&self, runtime: &TokenStream) -> TokenStream {
        let width = lanes::width();
        let tangent = match (self.unread, self.receiver && !matches!(self.known, Ty::Named(_))) {
            (true, _) => self.slot(runtime),
            (_, true) => {
                let (tangent, lanes) = (self.slot(runtime), lanes::lanes(runtime, &quote!(#width)));
                quote!(<#tangent as #runtime::jacobian::Numbers>::Of<#lanes>)
            }
            _ => lanes::wide_tangent(&self.known, runtime, &quote!(#width)),
        };
        let mutable = (self.passing == Passing::RefMut).then(|| quote!(mut));
        quote!(::core::option::Option<&#mutable #tangent>)
    }

    /// The type behind the adjoint slot.
    pub(crate) fn slot(&self, runtime: &TokenStream) -> TokenStream {
        if self.unread {
            let any = if self.lost { quote!(Lost) } else { quote!(Unread) };
            return quote!(dyn #runtime::__private::#any);
        }
        if is_object(&self.known) {
            return quote!(dyn #runtime::AnyTangent);
        }
        if self.receiver && !matches!(self.known, Ty::Named(_)) {
            // As the trait says it, of whatever it is for.
            return quote!(<Self as #runtime::Differentiable>::Tangent);
        }
        tangent(&self.known, runtime)
    }

    pub(crate) fn owned(&self, runtime: &TokenStream) -> TokenStream {
        owned_tangent(&self.known, runtime)
    }

    /// The tangent in the parameter's own form.
    pub(crate) fn dot(&self, runtime: &TokenStream) -> TokenStream {
        if !self.known.may_be_active() {
            return quote!(());
        }
        let slot = self.slot(runtime);
        match self.passing {
            Passing::RefMut => quote!(&mut #slot),
            _ if self.dot_is_reference() => quote!(&#slot),
            _ => slot,
        }
    }

    /// Whether [`ParamSig::dot`] is a reference: the signature says it, and nothing that is found out about names in it.
    pub(crate) fn dot_is_reference(&self) -> bool {
        match self.passing {
            Passing::Value => self.receiver,
            Passing::Ref => self.role != Role::Value || self.by_alias,
            Passing::RefMut => true,
        }
    }

    pub(crate) fn may_be_active(&self) -> bool {
        self.known.may_be_active()
    }

    /// Whether an adjoint or tangent that a caller hands over for it is to be cleared.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }

    /// Whether the slot is one that anything fits into.
    pub(crate) fn is_unread(&self) -> bool {
        self.unread
    }
}

/// The type of the result of what the user wrote.
fn value_type(function: &Function) -> &Ty {
    (1..function.order).fold(&function.result_ty, |ty, _| match ty {
        Ty::Tuple(parts) => &parts[0],
        ty => ty,
    })
}

/// A receiver where it is a variable.
pub(crate) fn this() -> Ident {
    Ident::new("this", Span::mixed_site())
}

/// The type as signatures name it: an alias of a number of which nobody knows which one it is goes by its name.
fn as_written(ty: &Ty, written: Option<&syn::Type>) -> Ty {
    let Some(written) = written.map(lower::bare).filter(|_| holds_any_float(ty)) else { return ty.clone() };
    let element = |t: &Ty, written: &syn::Type| Box::new(as_written(t, Some(written)));
    match (ty, written) {
        (ty, syn::Type::Reference(reference)) => as_written(ty, Some(&reference.elem)),
        (Ty::Array(t, len), syn::Type::Array(array)) => Ty::Array(element(t, &array.elem), len.clone()),
        (Ty::Slice(t), syn::Type::Slice(slice)) => Ty::Slice(element(t, &slice.elem)),
        (Ty::Tuple(ts), syn::Type::Tuple(tuple)) if ts.len() == tuple.elems.len() => {
            Ty::Tuple(ts.iter().zip(&tuple.elems).map(|(t, written)| as_written(t, Some(written))).collect())
        }
        (Ty::Vec(t), syn::Type::Path(path)) => {
            let arguments = path.path.segments.last().map(lower::arguments).unwrap_or_default();
            match arguments.first() {
                Some(written) => Ty::Vec(element(t, written)),
                None => Ty::Named(Box::new(syn::Type::Path(path.clone()))),
            }
        }
        (_, written) => Ty::Named(Box::new(written.clone())),
    }
}

/// Whether there is a number in the type of which nobody knows which one it is.
fn holds_any_float(ty: &Ty) -> bool {
    match ty {
        Ty::Float(float) => *float == Float::Any,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => holds_any_float(t),
        Ty::Tuple(ts) => ts.iter().any(holds_any_float),
        Ty::Int(_) | Ty::Inert | Ty::Named(_) | Ty::Unknown => false,
    }
}

/// Whether the type of a number is written by another name than the number's own.
fn is_by_alias(ty: &Ty, written: &TokenStream) -> bool {
    let primitive = match syn::parse2(written.clone()) {
        Ok(syn::Type::Path(path)) => crate::standard::primitive(&path).is_some(),
        _ => true,
    };
    matches!(ty, Ty::Float(Float::F64 | Float::F32 | Float::Alias(_) | Float::Any)) && !primitive
}

/// Whether only rustc knows the type or one inside of it, and whether that is differentiable.
fn names_types(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) | Ty::Unknown | Ty::Inert => true,
        Ty::Float(_) | Ty::Int(_) => false,
        Ty::Array(t, _) | Ty::Slice(t) | Ty::Vec(t) => names_types(t),
        Ty::Tuple(ts) => ts.iter().any(names_types),
    }
}

/// What is asked of the type parameters: that of a float is its own tangent, wherever it may stand in a type whose tangent is
/// looked up.
/// The rules of the operators that bounds ask for.
pub(crate) fn rules(bounds: &[syn::Path], this: &TokenStream, runtime: &TokenStream) -> Vec<TokenStream> {
    let rule = |path: &syn::Path| {
        let last = path.segments.last()?;
        let name = last.ident.to_string();
        let binary = ["Add", "Sub", "Mul", "Div", "Rem"].contains(&&name[..]);
        if !binary && name != "Neg" {
            return None;
        }
        let (mut other, mut output) = (this.clone(), None);
        let itself = |ty: &syn::Type| match ty {
            syn::Type::Path(path) if path.path.is_ident("Self") => this.clone(),
            ty => ty.to_token_stream(),
        };
        if let syn::PathArguments::AngleBracketed(arguments) = &last.arguments {
            for argument in &arguments.args {
                match argument {
                    syn::GenericArgument::Type(ty) => other = itself(ty),
                    syn::GenericArgument::AssocType(of) if of.ident == "Output" => {
                        output = Some(itself(&of.ty))
                    }
                    _ => {}
                }
            }
        }
        let (rule, output) = (format_ident!("{name}Rule"), output?);
        let other = binary.then(|| quote!(#other,));
        Some(quote!(#runtime::ops::#rule<#other Output = #output>))
    };
    bounds.iter().filter_map(rule).collect()
}

/// What is asked of type parameters of which a trait of the module alone is known: they have a derivative, and so have the
/// operators that the trait builds on.
pub(crate) fn asked_of_traits(
    generics: &syn::Generics,
    scope: &crate::typing::Scope,
    runtime: &TokenStream,
) -> Vec<(Ident, syn::WherePredicate)> {
    let types = lower::Types::new(generics, scope);
    let asked = generics.type_params().filter_map(|param| {
        let name = &param.ident;
        let bounds = types.bounds_of(&syn::parse_quote!(#name))?;
        if types.is_float_param(name) || !bounds.iter().any(|path| scope.has_trait(path)) {
            return None;
        }
        let rules = rules(&scope.with_supertraits(bounds), &name.to_token_stream(), runtime);
        Some((name.clone(), syn::parse_quote!(#name: #runtime::Differentiable #(+ #rules)*)))
    });
    asked.collect()
}

fn predicates(
    function: &Function,
    signature: &syn::Signature,
    outer: Option<&syn::Generics>,
    scope: &crate::typing::Scope,
    runtime: &TokenStream,
) -> TokenStream {
    let mut own = signature.generics.clone();
    for generics in outer.into_iter().chain([&signature.generics]) {
        for (name, asked) in asked_of_traits(generics, scope, runtime) {
            let mentioned = function.params.iter().zip(&signature.inputs).filter(|(_, input)| match input {
                syn::FnArg::Receiver(_) => !std::ptr::eq(generics, &signature.generics),
                syn::FnArg::Typed(typed) => {
                    crate::expand::names_in(typed.ty.to_token_stream()).contains(&name.to_string())
                }
            });
            let mentioned: Vec<bool> = mentioned.map(|(of, _)| of.active).collect();
            if mentioned.is_empty() || mentioned.contains(&true) {
                own.make_where_clause().predicates.push(asked);
            }
        }
    }
    if function.vars.0.iter().any(|info| is_looked_up(&info.ty)) || is_looked_up(&function.result_ty) {
        let floats = outer.into_iter().chain([&own]).flat_map(|of| lower::float_params(of, scope)).collect();
        types::bound_floats(&mut own, floats, runtime);
    }
    own.where_clause.to_token_stream()
}

/// Whether rustc alone knows the tangent of a type.
fn is_looked_up(ty: &Ty) -> bool {
    match ty {
        Ty::Named(_) | Ty::Unknown => true,
        Ty::Array(element, _) | Ty::Slice(element) | Ty::Vec(element) => is_looked_up(element),
        Ty::Tuple(parts) => parts.iter().any(is_looked_up),
        Ty::Float(_) | Ty::Int(_) | Ty::Inert => false,
    }
}

/// `impl Trait` by the name of a generic parameter, since `use<…>` has to name it.
fn named_impl(ty: &syn::Type, generics: &mut Vec<TokenStream>, own: &mut Vec<Ident>) -> syn::Type {
    match ty {
        syn::Type::ImplTrait(bound) => {
            let name = format_ident!("Arg{}", own.len(), span = Span::mixed_site());
            let bounds = &bound.bounds;
            generics.push(quote!(#name: #bounds));
            own.push(name.clone());
            syn::parse_quote!(#name)
        }
        syn::Type::Reference(reference) => {
            let mut reference = reference.clone();
            reference.elem = Box::new(named_impl(&reference.elem, generics, own));
            syn::Type::Reference(reference)
        }
        syn::Type::Group(group) => named_impl(&group.elem, generics, own),
        // What is in parentheses may need them behind a `&`.
        syn::Type::Paren(paren) if !matches!(*paren.elem, syn::Type::TraitObject(_)) => {
            named_impl(&paren.elem, generics, own)
        }
        ty => ty.clone(),
    }
}

/// Names the lifetimes that a type leaves out: `'_`, and of references if asked. Not those of function types, which are bound
/// there.
fn name_lifetimes(
    ty: TokenStream,
    references: bool,
    fresh: &mut dyn FnMut() -> syn::Lifetime,
) -> TokenStream {
    let mut named = TokenStream::new();
    let mut trees = ty.into_iter().peekable();
    let mut after_name = false;
    while let Some(tree) = trees.next() {
        let was_name = std::mem::replace(&mut after_name, matches!(&tree, TokenTree::Ident(_)));
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '&' => {
                named.extend([TokenTree::Punct(punct)]);
                let written = matches!(trees.peek(), Some(TokenTree::Punct(next)) if next.as_char() == '\'');
                if references && !written {
                    named.extend(fresh().to_token_stream());
                }
            }
            TokenTree::Punct(punct) if punct.as_char() == '\'' => match trees.next() {
                Some(TokenTree::Ident(name)) if name == "_" => named.extend(fresh().to_token_stream()),
                name => {
                    named.extend([TokenTree::Punct(Punct::new('\'', Spacing::Joint))]);
                    named.extend(name);
                }
            },
            TokenTree::Group(group) if !was_name => {
                let mut inner = proc_macro2::Group::new(
                    group.delimiter(),
                    name_lifetimes(group.stream(), references, fresh),
                );
                inner.set_span(group.span());
                named.extend([TokenTree::Group(inner)]);
            }
            tree => named.extend([tree]),
        }
    }
    named
}

/// A type with its lifetimes `'_` named, in their order.
fn with_lifetimes(ty: &Ty, names: &mut std::slice::Iter<'_, TokenStream>) -> Ty {
    match ty {
        Ty::Array(t, len) => Ty::Array(Box::new(with_lifetimes(t, names)), len.clone()),
        Ty::Slice(t) => Ty::Slice(Box::new(with_lifetimes(t, names))),
        Ty::Vec(t) => Ty::Vec(Box::new(with_lifetimes(t, names))),
        Ty::Tuple(ts) => Ty::Tuple(ts.iter().map(|t| with_lifetimes(t, names)).collect()),
        Ty::Named(named) => {
            let mut next = || {
                let name = names.next().and_then(|name| syn::parse2(name.clone()).ok());
                name.unwrap_or_else(|| syn::Lifetime::new("'_", Span::mixed_site()))
            };
            let tokens = name_lifetimes(named.to_token_stream(), false, &mut next);
            syn::parse2(tokens).map_or_else(|_| ty.clone(), |named| Ty::Named(Box::new(named)))
        }
        Ty::Float(_) | Ty::Int(_) | Ty::Inert | Ty::Unknown => ty.clone(),
    }
}

/// The named lifetimes in a type, each once.
fn lifetimes_in(tokens: TokenStream, found: &mut Vec<String>) {
    let mut trees = tokens.into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Punct(punct) if punct.as_char() == '\'' => {
                if let Some(TokenTree::Ident(name)) = trees.peek() {
                    let name = format!("'{name}");
                    if name != "'_" && name != "'static" && !found.contains(&name) {
                        found.push(name);
                    }
                }
            }
            TokenTree::Group(group) => lifetimes_in(group.stream(), found),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_that_are_left_out_get_names() {
        let mut count = 0;
        let mut fresh = || {
            count += 1;
            syn::Lifetime::new(&format!("'f{count}"), Span::call_site())
        };
        let named = name_lifetimes(quote!(&[&'a mut Foo<'_, f64>]), true, &mut fresh);
        assert_eq!(named.to_string(), quote!(&'f1 [&'a mut Foo<'f2, f64>]).to_string());
        let function = name_lifetimes(quote!(&dyn Fn(&f64) -> f64), true, &mut fresh);
        assert_eq!(function.to_string(), quote!(&'f3 dyn Fn(&f64) -> f64).to_string());
    }
}
