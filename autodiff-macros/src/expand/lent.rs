//! Types of `ndarray` and `nalgebra` that borrow and do not show it: `ArrayView1<f64>` as `ArrayView1<'_, f64>`, which is the
//! same in a signature, and lets pullbacks name what they borrow.

use syn::visit_mut::{self, VisitMut};

use crate::lower::number_of;

/// Shows the lifetimes in the signatures of an item.
pub(super) fn shown(mut item: syn::Item) -> syn::Item {
    Shown { in_signature: false }.visit_item_mut(&mut item);
    item
}

struct Shown {
    in_signature: bool,
}

impl VisitMut for Shown {
    fn visit_signature_mut(&mut self, signature: &mut syn::Signature) {
        self.in_signature = true;
        visit_mut::visit_signature_mut(self, signature);
        self.in_signature = false;
    }

    fn visit_type_mut(&mut self, ty: &mut syn::Type) {
        visit_mut::visit_type_mut(self, ty);
        if !self.in_signature || number_of(ty).is_none() {
            return;
        }
        let syn::Type::Path(path) = ty else { return };
        let Some(last) = path.path.segments.last_mut() else { return };
        let name = last.ident.to_string();
        if let (true, syn::PathArguments::AngleBracketed(args)) = (borrows(&name), &mut last.arguments) {
            if !args.args.iter().any(|arg| matches!(arg, syn::GenericArgument::Lifetime(_))) {
                args.args.insert(0, syn::parse_quote!('_));
            }
        }
    }
}

/// Whether a type of the name borrows what it shows.
fn borrows(name: &str) -> bool {
    let matrix = name.strip_prefix('D').unwrap_or(name);
    name.starts_with("ArrayView")
        || name == "CowArray"
        || matrix.starts_with("MatrixView")
        || matrix.starts_with("VectorView")
}

#[cfg(test)]
mod tests {
    use quote::ToTokens;

    #[test]
    fn what_borrows_shows_it_in_signatures() {
        let item = syn::parse_quote!(
            fn f(x: ArrayView2<f64>, y: &nd::ArrayViewD<'a, f64>) -> DVectorView<f32> {
                let v: ArrayView1<f64> = x.row(0);
            }
        );
        let shown: syn::Item = syn::parse_quote!(
            fn f(x: ArrayView2<'_, f64>, y: &nd::ArrayViewD<'a, f64>) -> DVectorView<'_, f32> {
                let v: ArrayView1<f64> = x.row(0);
            }
        );
        assert_eq!(super::shown(item).to_token_stream().to_string(), shown.to_token_stream().to_string());
    }
}
