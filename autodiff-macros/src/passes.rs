//! The optimisations, each of which can be switched off: what is wrong with one is right without it.
//!
//! `AUTODIFF_WITHOUT=all` or `AUTODIFF_WITHOUT=fuse,windows`, set while this crate is compiled, leaves passes out. The tests
//! differentiate random programs with each pass left out, and the whole corpus with all of them.

/// An optimisation.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Small functions of a module are written out where they are called.
    Inline,
    /// Loops that count are `for` loops.
    Count,
    /// Integers that grow with the index are said by it.
    Induction,
    /// A `Vec` that a loop pushes to is made at its length.
    Fill,
    /// Lengths are said by what they are made of.
    Lengths,
    /// Short loops are written out.
    Unroll,
    /// Sums in elements are taken in scalars.
    Sums,
    /// A `Vec` moved into another is exchanged with it.
    Exchange,
    /// Running extremes are those of one iteration.
    Extremes,
    /// Copies that are only read become views.
    Borrow,
    /// What is computed or loaded twice is computed once.
    Share,
    /// What a loop does not change leaves it.
    Hoist,
    /// The adjoint uses functions that the primal evaluated.
    Reuse,
    /// Values that are still where they were stored are loaded instead of saved.
    Reload,
    /// Elements that nothing writes to any more are loaded where they are.
    Settled,
    /// Stores that nothing reads again record nothing.
    Record,
    /// A loop records what it overwrites in one go.
    Bulk,
    /// Iterations run forward and backward at once.
    Fuse,
    /// Divisions by one value share its reciprocal.
    Reciprocals,
    /// Reversed stencils gather instead of scattering.
    Gather,
    /// Reversed stencils run in strips.
    Strips,
    /// Elements of parts of adjoints are reached through the whole.
    Flat,
    /// Bounds that are chosen are computed before the loop.
    Bounds,
    /// Each sum of the reverse sweep in a nest of its own, along rows.
    Nests,
    /// Neighbouring contributions are carried in scalars.
    Rotate,
    /// What is added to one element is summed in a scalar.
    Accumulate,
    /// The index of a row is computed before the loop along the row.
    Lift,
    /// Sums and updates of rows in loops of their own.
    Distribute,
    /// One sum in eight parts at once.
    Lanes,
    /// Four sums at a time.
    Jam,
    /// Reversed loops whose iterations do not meet run forwards.
    Forwards,
    /// The rows that a loop reaches are sliced before it.
    Windows,
}

/// All of them, by the names under which they are left out.
pub(crate) const ALL: &[(&str, Pass)] = &[
    ("inline", Pass::Inline),
    ("count", Pass::Count),
    ("induction", Pass::Induction),
    ("fill", Pass::Fill),
    ("lengths", Pass::Lengths),
    ("unroll", Pass::Unroll),
    ("sums", Pass::Sums),
    ("exchange", Pass::Exchange),
    ("extremes", Pass::Extremes),
    ("borrow", Pass::Borrow),
    ("share", Pass::Share),
    ("hoist", Pass::Hoist),
    ("reuse", Pass::Reuse),
    ("reload", Pass::Reload),
    ("settled", Pass::Settled),
    ("record", Pass::Record),
    ("bulk", Pass::Bulk),
    ("fuse", Pass::Fuse),
    ("reciprocals", Pass::Reciprocals),
    ("gather", Pass::Gather),
    ("strips", Pass::Strips),
    ("flat", Pass::Flat),
    ("bounds", Pass::Bounds),
    ("nests", Pass::Nests),
    ("rotate", Pass::Rotate),
    ("accumulate", Pass::Accumulate),
    ("lift", Pass::Lift),
    ("distribute", Pass::Distribute),
    ("lanes", Pass::Lanes),
    ("jam", Pass::Jam),
    ("forwards", Pass::Forwards),
    ("windows", Pass::Windows),
];

/// The optimisations that run.
#[derive(Clone, Copy)]
pub(crate) struct Passes(u32);

impl Passes {
    /// All but those that were named when this crate was compiled.
    pub(crate) fn chosen() -> Passes {
        Passes::without(option_env!("AUTODIFF_WITHOUT").unwrap_or_default())
    }

    /// All but those that are named; `all` names all.
    pub(crate) fn without(names: &str) -> Passes {
        let mut passes = Passes(u32::MAX);
        for name in names.split(',') {
            for (known, pass) in ALL {
                if name == *known || name == "all" {
                    passes = passes.but(*pass);
                }
            }
        }
        passes
    }

    /// All of these but one.
    pub(crate) fn but(self, pass: Pass) -> Passes {
        Passes(self.0 & !(1 << pass as u32))
    }

    pub(crate) fn has(self, pass: Pass) -> bool {
        self.0 & (1 << pass as u32) != 0
    }
}
