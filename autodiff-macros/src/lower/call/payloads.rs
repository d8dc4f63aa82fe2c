//! What several payloads of one enum are to a statement that changes one of them.
//!
//! Invariant: where a payload is lent to be changed, no other part of the same place is lent beside it. A method of the enum
//! reaches it, which has the whole enum borrowed meanwhile.
//!
//! ```text
//! Pair::Both(a, b) => mix(a, b)        let mut argument = b.clone(); mix(a, &mut argument); *b = argument;
//! ```

use proc_macro2::Span;

use crate::ir::{Arg, CopyHow, Init, Path, Proj, Ty, Var};
use crate::lower::Lower;
use crate::lower::env::Value;

impl Lower<'_> {
    /// Payloads of one enum are reached by methods of it, of which one at a time may have it borrowed where one changes what it
    /// is handed: the others are handed copies, which are put back.
    pub(crate) fn part_ways(&mut self, mut args: Vec<Arg>, span: Span) -> Vec<Arg> {
        let full = |lower: &Self, arg: &Arg| match arg {
            Arg::Ref(path) | Arg::RefMut(path) | Arg::Move(path) | Arg::Handed(path) => {
                let full = lower.vars.resolve(path);
                let payload = full.proj.iter().any(Proj::is_opened);
                payload.then_some(full.root)
            }
            _ => None,
        };
        let roots: Vec<Option<Var>> = args.iter().map(|arg| full(self, arg)).collect();
        for at in 0..args.len() {
            let lent = |other: &usize| matches!(args[*other], Arg::RefMut(_)) && roots[*other] == roots[at];
            let first = (0..args.len()).find(lent);
            if roots[at].is_none() || first.is_none_or(|first| first == at) {
                continue;
            }
            let (Arg::Ref(path) | Arg::RefMut(path) | Arg::Move(path) | Arg::Handed(path)) = &args[at] else {
                continue;
            };
            let (path, mutable) = (path.clone(), matches!(args[at], Arg::RefMut(_)));
            let (ty, how) = match self.path_ty(&path) {
                Ty::Slice(_) if mutable => {
                    self.refuse_at(
                        span,
                        "two parts of one variant that a call changes are supported as wholes: hand over the `Vec`s or arrays",
                    );
                    continue;
                }
                Ty::Slice(item) => (Ty::Vec(item), CopyHow::ToVec),
                ty => (ty, CopyHow::Clone),
            };
            let init = Init::Copy { from: path.clone(), how };
            let place = Path::of(self.temp_place("argument", ty, init, span));
            args[at] = match &args[at] {
                Arg::RefMut(_) => {
                    self.mark_mutable(&place);
                    self.lent.push((Value::Path(path), place.clone()));
                    Arg::RefMut(place)
                }
                Arg::Move(_) => Arg::Move(place),
                Arg::Handed(_) => Arg::Handed(place),
                _ => Arg::Ref(place),
            };
        }
        args
    }

    /// Whether two paths show parts of one enum, which methods of it reach one at a time.
    pub(super) fn shares_payloads(&self, a: &Path, b: &Path) -> bool {
        let (a, b) = (self.vars.resolve(a), self.vars.resolve(b));
        let payload = |path: &Path| path.proj.iter().any(Proj::is_opened);
        a.root == b.root && (payload(&a) || payload(&b))
    }
}
