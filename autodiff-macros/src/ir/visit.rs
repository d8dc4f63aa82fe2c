//! Walking the IR: what a statement reads and writes, in one place for all passes.

use super::{
    Arg, Block, Call, Expr, Head, Inert, Init, Loop, Mark, Path, Proj, RawStmt, Saved, Stmt, StmtKind,
    Tangent, Tree, Var, VarSet, Vars,
};

impl Expr {
    /// Visits this expression and all below it, operands of paths included, outermost first.
    pub(crate) fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        f(self);
        match self {
            Expr::Var(_) | Expr::Lit(_) => {}
            Expr::Rule(_, args) => args.iter().for_each(|arg| arg.walk(f)),
            Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => path.walk(f),
            Expr::Binary(_, a, b) => {
                a.walk(f);
                b.walk(f);
            }
            Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => a.walk(f),
            Expr::Select(c, a, b) => {
                c.walk(f);
                a.walk(f);
                b.walk(f);
            }
            Expr::Inert(inert) => inert.binds.iter().for_each(|(_, bind)| bind.walk(f)),
        }
    }

    /// As [`Expr::walk`], mutably, innermost first.
    pub(crate) fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match self {
            Expr::Var(_) | Expr::Lit(_) => {}
            Expr::Rule(_, args) => args.iter_mut().for_each(|arg| arg.walk_mut(f)),
            Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => path.walk_mut(f),
            Expr::Binary(_, a, b) => {
                a.walk_mut(f);
                b.walk_mut(f);
            }
            Expr::Unary(_, a) | Expr::Cast(a, _) | Expr::Stop(a) => a.walk_mut(f),
            Expr::Select(c, a, b) => {
                c.walk_mut(f);
                a.walk_mut(f);
                b.walk_mut(f);
            }
            Expr::Inert(inert) => inert.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f)),
        }
        f(self);
    }

    /// Every variable read, the roots of paths included.
    pub(crate) fn vars(&self, f: &mut dyn FnMut(Var)) {
        self.walk(&mut |expr| match expr {
            Expr::Var(var) => f(*var),
            Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => f(path.root),
            _ => {}
        });
    }
}

impl Path {
    fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Expr)) {
        for proj in &self.proj {
            match proj {
                Proj::Index(index) => index.walk(f),
                Proj::Range(lo, hi) => lo.iter().chain(hi).for_each(|bound| bound.walk(f)),
                Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
            }
        }
    }

    pub(crate) fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        for proj in &mut self.proj {
            match proj {
                Proj::Index(index) => index.walk_mut(f),
                Proj::Range(lo, hi) => lo.iter_mut().chain(hi).for_each(|bound| bound.walk_mut(f)),
                Proj::Field(_) | Proj::Payload { .. } | Proj::Some | Proj::Deref => {}
            }
        }
    }

    /// The variables of the indices, not the root.
    pub(crate) fn index_vars(&self, f: &mut dyn FnMut(Var)) {
        let mut visit = |expr: &Expr| match expr {
            Expr::Var(var) => f(*var),
            Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) => f(path.root),
            _ => {}
        };
        self.walk(&mut |expr| visit(expr));
    }
}

impl<T> Tree<T> {
    pub(crate) fn leaves(&self) -> Vec<&T> {
        match self {
            Tree::Leaf(leaf) => vec![leaf],
            Tree::Tuple(parts) => parts.iter().flat_map(Tree::leaves).collect(),
        }
    }

    pub(crate) fn leaves_mut(&mut self) -> Vec<&mut T> {
        match self {
            Tree::Leaf(leaf) => vec![leaf],
            Tree::Tuple(parts) => parts.iter_mut().flat_map(Tree::leaves_mut).collect(),
        }
    }

    pub(crate) fn map<U>(&self, f: &mut impl FnMut(&T) -> U) -> Tree<U> {
        match self {
            Tree::Leaf(leaf) => Tree::Leaf(f(leaf)),
            Tree::Tuple(parts) => Tree::Tuple(parts.iter().map(|part| part.map(f)).collect()),
        }
    }
}

/// What a visitor of a statement meets, besides nested blocks.
pub(crate) enum Part<'a> {
    /// An expression that is evaluated.
    Read(&'a Expr),
    /// A path that is read as a whole or through (references handed to calls, accumulation sources).
    ReadPath(&'a Path),
    /// A path whose content the statement writes.
    WritePath(&'a Path),
    /// A variable that is defined here.
    Define(Var),
    /// A mutable scalar that is changed.
    Change(Var),
    /// A value taken from the scope for a tape, or a pullback called.
    Use(Var),
}

impl Stmt {
    /// Visits everything the statement itself (not its blocks) reads, writes and defines.
    pub(crate) fn parts<'a>(&'a self, f: &mut dyn FnMut(Part<'a>)) {
        use Part::{Change, Define, Read, ReadPath, Use, WritePath};
        match &self.kind {
            StmtKind::Let { var, expr } => {
                f(Read(expr));
                f(Define(*var));
            }
            StmtKind::Declare { place, init } => {
                init_parts(init, f);
                f(Define(*place));
            }
            StmtKind::View { var } => f(Define(*var)),
            StmtKind::Store { path, op: _, value } => {
                f(Read(value));
                f(WritePath(path));
            }
            StmtKind::Assign { path, init, slice: _ } => {
                init_parts(init, f);
                f(WritePath(path));
            }
            StmtKind::Swap(a, b) => {
                f(ReadPath(a));
                f(ReadPath(b));
                f(WritePath(a));
                f(WritePath(b));
            }
            StmtKind::Fill { path, value } | StmtKind::Push { path, value } => {
                f(Read(value));
                f(WritePath(path));
            }
            StmtKind::Call(call) => {
                call_args(call, f);
                call.results.leaves().into_iter().for_each(|var| f(Define(*var)));
                for arg in &call.args {
                    if let Arg::RefMutValue(_, after) = arg {
                        f(Define(*after));
                    }
                }
                f(Define(call.pullback));
            }
            StmtKind::Inert { inert, defs, writes } => {
                inert_parts(inert, f);
                for (_, before, after) in defs {
                    before.iter().for_each(|before| f(Read(before)));
                    f(Define(*after));
                }
                // The paths are whole places; there is no `Path` to lend, so they are told as changes.
                writes.iter().for_each(|var| f(Change(*var)));
            }
            StmtKind::If { cond, then: _, otherwise: _, joins } => {
                f(Read(cond));
                for join in joins {
                    join.values.iter().flatten().for_each(|value| f(Read(value)));
                    f(Define(join.var));
                }
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                inert_parts(scrutinee, f);
                for arm in arms {
                    arm.binds.iter().for_each(|(_, var)| f(Define(*var)));
                    arm.guard.iter().for_each(|guard| inert_parts(guard, f));
                }
                for join in joins {
                    join.values.iter().flatten().for_each(|value| f(Read(value)));
                    f(Define(join.var));
                }
            }
            StmtKind::Loop(the_loop) => {
                match &the_loop.head {
                    Head::For { index, lo, hi, inclusive: _, step, rev: _ } => {
                        f(Read(lo));
                        f(Read(hi));
                        step.iter().for_each(|step| f(Read(step)));
                        f(Define(*index));
                    }
                    Head::While { test: _, cond } => f(Read(cond)),
                    Head::Forever => {}
                }
                for carried in &the_loop.carried {
                    f(Read(&carried.init));
                    f(Read(&carried.next));
                    f(Define(carried.phi));
                    f(Define(carried.out));
                }
                the_loop.break_if.iter().for_each(|cond| f(Read(cond)));
                the_loop.trips.iter().for_each(|trips| f(Define(*trips)));
            }
            StmtKind::Mark(mark) => mark.operand().into_iter().for_each(|operand| f(Read(operand))),
            StmtKind::Mut { var, init } => {
                f(Read(init));
                f(Define(*var));
            }
            StmtKind::Update { var, op, expr } => {
                f(Read(expr));
                if *op != super::StoreOp::Set {
                    f(Use(*var));
                }
                f(Change(*var));
            }
            StmtKind::Save { tape, values } => {
                for Saved::Value(var) | Saved::Content(var) in values {
                    f(Use(*var));
                }
                f(Change(*tape));
            }
            StmtKind::Restore { tape, values } => {
                f(Use(*tape));
                for Saved::Value(var) | Saved::Content(var) in values {
                    f(Define(*var));
                }
            }
            StmtKind::Accumulate { to, from } => {
                f(ReadPath(from));
                f(WritePath(to));
            }
            StmtKind::Pullback(pullback) => {
                call_args(&pullback.call, f);
                f(Use(pullback.call.pullback));
                pullback.seed.leaves().into_iter().for_each(|seed| f(Read(seed)));
                for path in pullback.slots.iter().flatten() {
                    f(ReadPath(path));
                    f(WritePath(path));
                }
            }
            StmtKind::Pushforward(push) => {
                call_args(&push.call, f);
                for tangent in &push.tangents {
                    match tangent {
                        Tangent::Value(expr) => f(Read(expr)),
                        Tangent::Place(path) => f(ReadPath(path)),
                        Tangent::InOut(before, after) => {
                            f(Read(before));
                            f(Define(*after));
                        }
                        Tangent::None => {}
                    }
                }
                for (arg, tangent) in push.call.args.iter().zip(&push.tangents) {
                    if let (Arg::RefMut(_), Tangent::Place(path)) = (arg, tangent) {
                        f(WritePath(path));
                    }
                    if let Arg::RefMutValue(_, after) = arg {
                        f(Define(*after));
                    }
                }
                push.call.results.leaves().into_iter().for_each(|var| f(Define(*var)));
                push.result_tangents.leaves().into_iter().for_each(|var| f(Define(*var)));
            }
            StmtKind::Raw(raw) => match raw {
                RawStmt::PutBack { path, from } => {
                    f(Use(*from));
                    f(WritePath(path));
                }
                RawStmt::Keep { old, path } => {
                    f(ReadPath(path));
                    f(Define(*old));
                }
                RawStmt::Record { tape, path } => {
                    f(ReadPath(path));
                    f(Change(*tape));
                }
                RawStmt::Replay { tape, path } => {
                    f(Use(*tape));
                    f(WritePath(path));
                }
                RawStmt::Pop { path, popped } => {
                    f(ReadPath(path));
                    f(WritePath(path));
                    popped.iter().for_each(|var| f(Define(*var)));
                }
                RawStmt::SumInto { var, path } => {
                    f(ReadPath(path));
                    f(WritePath(path));
                    f(Use(*var));
                    f(Change(*var));
                }
                RawStmt::Clear { path } => f(WritePath(path)),
                RawStmt::Swap(a, b) => {
                    f(ReadPath(a));
                    f(ReadPath(b));
                    f(WritePath(a));
                    f(WritePath(b));
                }
            },
        }
    }

    /// Every variable that the statement itself reads: operands, indices, roots of the paths it touches.
    pub(crate) fn reads(&self, f: &mut dyn FnMut(Var)) {
        self.parts(&mut |part| match part {
            Part::Read(expr) => expr.vars(f),
            Part::ReadPath(path) | Part::WritePath(path) => {
                f(path.root);
                path.index_vars(f);
            }
            Part::Use(var) | Part::Change(var) => f(var),
            Part::Define(_) => {}
        });
    }

    /// Whether the statement, or one inside it, names the variable, or a view of it.
    pub(crate) fn mentions(&self, var: Var, vars: &Vars) -> bool {
        let mut found = false;
        let mut look = |named: Var| found |= named == var || vars.root(&Path::of(named)) == var;
        self.reads(&mut look);
        self.defines().into_iter().for_each(look);
        found || self.blocks().iter().any(|block| block.stmts.iter().any(|stmt| stmt.mentions(var, vars)))
    }

    /// The places and mutable variables that the statement, or one inside it, writes to.
    pub(crate) fn writes(&self, vars: &Vars, written: &mut VarSet) {
        self.parts(&mut |part| match part {
            Part::WritePath(path) => {
                written.insert(vars.root(path));
            }
            Part::Change(var) => {
                written.insert(vars.root(&Path::of(var)));
            }
            _ => {}
        });
        for block in self.blocks() {
            block.stmts.iter().for_each(|stmt| stmt.writes(vars, written));
        }
    }

    pub(crate) fn defines(&self) -> Vec<Var> {
        let mut vars = Vec::new();
        self.parts(&mut |part| {
            if let Part::Define(var) = part {
                vars.push(var);
            }
        });
        vars
    }

    /// What can be read behind the statement: without what it binds for its own blocks (indices, loop-carried values, patterns).
    pub(crate) fn defines_behind(&self) -> Vec<Var> {
        let mut vars = self.defines();
        match &self.kind {
            StmtKind::Loop(the_loop) => vars.retain(|var| {
                let index = matches!(the_loop.head, Head::For { index, .. } if index == *var);
                !index && the_loop.carried.iter().all(|carried| carried.phi != *var)
            }),
            StmtKind::Match { arms, .. } => {
                vars.retain(|var| arms.iter().all(|arm| arm.binds.iter().all(|(_, bound)| bound != var)));
            }
            _ => {}
        }
        vars
    }

    /// The blocks inside the statement, in the order they run.
    pub(crate) fn blocks(&self) -> Vec<&Block> {
        match &self.kind {
            StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
            StmtKind::Match { arms, .. } => arms.iter().map(|arm| &arm.body).collect(),
            StmtKind::Loop(the_loop) => match &the_loop.head {
                Head::While { test, .. } => vec![test, &the_loop.body],
                _ => vec![&the_loop.body],
            },
            _ => Vec::new(),
        }
    }

    pub(crate) fn blocks_mut(&mut self) -> Vec<&mut Block> {
        match &mut self.kind {
            StmtKind::If { then, otherwise, .. } => vec![then, otherwise],
            StmtKind::Match { arms, .. } => arms.iter_mut().map(|arm| &mut arm.body).collect(),
            StmtKind::Loop(the_loop) => match &mut the_loop.head {
                Head::While { test, .. } => vec![test, &mut the_loop.body],
                _ => vec![&mut the_loop.body],
            },
            _ => Vec::new(),
        }
    }

    /// Visits each expression of the statement itself, the indices of its paths included, mutably, innermost first.
    pub(crate) fn exprs_mut(&mut self, f: &mut dyn FnMut(&mut Expr)) {
        match &mut self.kind {
            StmtKind::Let { expr, .. } | StmtKind::Mut { init: expr, .. } | StmtKind::Update { expr, .. } => {
                expr.walk_mut(f)
            }
            StmtKind::Declare { init, .. } => init_exprs_mut(init, f),
            StmtKind::View { .. } | StmtKind::Save { .. } | StmtKind::Restore { .. } => {}
            StmtKind::Store { path, value, .. }
            | StmtKind::Fill { path, value }
            | StmtKind::Push { path, value } => {
                path.walk_mut(f);
                value.walk_mut(f);
            }
            StmtKind::Assign { path, init, .. } => {
                path.walk_mut(f);
                init_exprs_mut(init, f);
            }
            StmtKind::Swap(a, b) | StmtKind::Accumulate { to: a, from: b } => {
                a.walk_mut(f);
                b.walk_mut(f);
            }
            StmtKind::Call(call) => call_exprs_mut(call, f),
            StmtKind::Inert { inert, defs, .. } => {
                inert.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f));
                defs.iter_mut()
                    .filter_map(|(_, before, _)| before.as_mut())
                    .for_each(|before| before.walk_mut(f));
            }
            StmtKind::If { cond, joins, .. } => {
                cond.walk_mut(f);
                joins
                    .iter_mut()
                    .flat_map(|join| join.values.iter_mut().flatten())
                    .for_each(|value| value.walk_mut(f));
            }
            StmtKind::Match { scrutinee, arms, joins } => {
                scrutinee.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f));
                for guard in arms.iter_mut().filter_map(|arm| arm.guard.as_mut()) {
                    guard.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f));
                }
                joins
                    .iter_mut()
                    .flat_map(|join| join.values.iter_mut().flatten())
                    .for_each(|value| value.walk_mut(f));
            }
            StmtKind::Loop(the_loop) => {
                match &mut the_loop.head {
                    Head::For { lo, hi, step, .. } => {
                        lo.walk_mut(f);
                        hi.walk_mut(f);
                        step.iter_mut().for_each(|step| step.walk_mut(f));
                    }
                    Head::While { cond, .. } => cond.walk_mut(f),
                    Head::Forever => {}
                }
                for carried in &mut the_loop.carried {
                    carried.init.walk_mut(f);
                    carried.next.walk_mut(f);
                }
                the_loop.break_if.iter_mut().for_each(|cond| cond.walk_mut(f));
            }
            StmtKind::Mark(mark) => mark.operand_mut().into_iter().for_each(|operand| operand.walk_mut(f)),
            StmtKind::Pullback(pullback) => {
                call_exprs_mut(&mut pullback.call, f);
                pullback.seed.leaves_mut().into_iter().for_each(|seed| seed.walk_mut(f));
                pullback.slots.iter_mut().flatten().for_each(|path| path.walk_mut(f));
            }
            StmtKind::Pushforward(push) => {
                call_exprs_mut(&mut push.call, f);
                for tangent in &mut push.tangents {
                    match tangent {
                        Tangent::Value(expr) | Tangent::InOut(expr, _) => expr.walk_mut(f),
                        Tangent::Place(path) => path.walk_mut(f),
                        Tangent::None => {}
                    }
                }
            }
            StmtKind::Raw(raw) => raw.paths_mut(&mut |path| path.walk_mut(f)),
        }
    }

    /// Visits each path that the statement itself accesses, mutably; views are in the arena.
    pub(crate) fn paths_mut(&mut self, f: &mut dyn FnMut(&mut Path)) {
        self.exprs_mut(&mut |expr| expr_path_mut(expr, f));
        match &mut self.kind {
            StmtKind::Declare { init, .. } => init_paths_mut(init, f),
            StmtKind::Store { path, .. } | StmtKind::Fill { path, .. } | StmtKind::Push { path, .. } => {
                f(path)
            }
            StmtKind::Assign { path, init, .. } => {
                init_paths_mut(init, f);
                f(path);
            }
            StmtKind::Swap(a, b) | StmtKind::Accumulate { to: a, from: b } => {
                f(a);
                f(b);
            }
            StmtKind::Call(call) => call_paths_mut(call, f),
            StmtKind::Pullback(pullback) => {
                call_paths_mut(&mut pullback.call, f);
                pullback.slots.iter_mut().flatten().for_each(f);
            }
            StmtKind::Pushforward(push) => {
                call_paths_mut(&mut push.call, f);
                for tangent in &mut push.tangents {
                    if let Tangent::Place(path) = tangent {
                        f(path);
                    }
                }
            }
            StmtKind::Raw(raw) => raw.paths_mut(f),
            StmtKind::Let { .. }
            | StmtKind::View { .. }
            | StmtKind::Inert { .. }
            | StmtKind::If { .. }
            | StmtKind::Match { .. }
            | StmtKind::Loop(_)
            | StmtKind::Mark(_)
            | StmtKind::Mut { .. }
            | StmtKind::Update { .. }
            | StmtKind::Save { .. }
            | StmtKind::Restore { .. } => {}
        }
    }
}

impl RawStmt {
    fn paths_mut(&mut self, f: &mut dyn FnMut(&mut Path)) {
        match self {
            RawStmt::PutBack { path, .. }
            | RawStmt::Keep { path, .. }
            | RawStmt::Record { path, .. }
            | RawStmt::Replay { path, .. }
            | RawStmt::Pop { path, .. }
            | RawStmt::SumInto { path, .. }
            | RawStmt::Clear { path } => f(path),
            RawStmt::Swap(a, b) => {
                f(a);
                f(b);
            }
        }
    }
}

impl Loop {
    /// What an iteration defines: the index, what is carried at its start, and everything of the body.
    pub(crate) fn own(&self) -> VarSet {
        let mut own: VarSet = self.carried.iter().map(|carried| carried.phi).collect();
        if let Head::For { index, .. } = self.head {
            own.insert(index);
        }
        own.unite(&defined(&self.body.stmts));
        own
    }
}

impl Block {
    /// Visits every statement, outer ones first, in order.
    pub(crate) fn walk<'a>(&'a self, f: &mut dyn FnMut(&'a Stmt)) {
        for stmt in &self.stmts {
            f(stmt);
            for block in stmt.blocks() {
                block.walk(f);
            }
        }
    }

    /// Visits every statement mutably, inner ones first.
    pub(crate) fn walk_mut(&mut self, f: &mut dyn FnMut(&mut Stmt)) {
        for stmt in &mut self.stmts {
            for block in stmt.blocks_mut() {
                block.walk_mut(f);
            }
            f(stmt);
        }
    }
}

impl Init {
    /// Whether content is taken from a place.
    pub(crate) fn reads_place(&self, root: Var, vars: &Vars) -> bool {
        let mut found = false;
        init_parts(self, &mut |part| match part {
            Part::Read(expr) => expr.walk(&mut |expr| {
                if let Expr::Whole(path) = expr {
                    found |= vars.root(path) == root;
                }
            }),
            Part::ReadPath(path) => found |= vars.root(path) == root,
            _ => {}
        });
        found
    }
}

fn init_parts<'a>(init: &'a Init, f: &mut dyn FnMut(Part<'a>)) {
    match init {
        Init::Deferred | Init::EmptyVec(None) => {}
        Init::List { items, .. } | Init::Tuple(items) => items.iter().for_each(|item| f(Part::Read(item))),
        Init::Repeat { value, len, .. } => {
            f(Part::Read(value));
            f(Part::Read(len));
        }
        Init::EmptyVec(Some(capacity)) => f(Part::Read(capacity)),
        Init::Struct { fields, base, .. } => {
            fields.iter().for_each(|(_, value)| f(Part::Read(value)));
            base.iter().for_each(|base| f(Part::ReadPath(base)));
        }
        Init::Copy { from: path, .. } | Init::Zero { like: path } => f(Part::ReadPath(path)),
        Init::Inert(inert) => inert_parts(inert, f),
        Init::Stop(inner) => init_parts(inner, f),
    }
}

fn init_exprs_mut(init: &mut Init, f: &mut dyn FnMut(&mut Expr)) {
    match init {
        Init::Deferred | Init::EmptyVec(None) => {}
        Init::List { items, .. } | Init::Tuple(items) => items.iter_mut().for_each(|item| item.walk_mut(f)),
        Init::Repeat { value, len, .. } => {
            value.walk_mut(f);
            len.walk_mut(f);
        }
        Init::EmptyVec(Some(capacity)) => capacity.walk_mut(f),
        Init::Struct { fields, base, .. } => {
            fields.iter_mut().for_each(|(_, value)| value.walk_mut(f));
            base.iter_mut().for_each(|base| base.walk_mut(f));
        }
        Init::Copy { from: path, .. } | Init::Zero { like: path } => path.walk_mut(f),
        Init::Inert(inert) => inert.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f)),
        Init::Stop(inner) => init_exprs_mut(inner, f),
    }
}

fn inert_parts<'a>(inert: &'a Inert, f: &mut dyn FnMut(Part<'a>)) {
    inert.binds.iter().for_each(|(_, bind)| f(Part::Read(bind)));
}

fn call_args<'a>(call: &'a Call, f: &mut dyn FnMut(Part<'a>)) {
    for arg in &call.args {
        match arg {
            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => f(Part::Read(expr)),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) => f(Part::ReadPath(path)),
            Arg::RefMut(path) => {
                f(Part::ReadPath(path));
                f(Part::WritePath(path));
            }
            Arg::Inert(inert) => inert_parts(inert, f),
        }
    }
}

fn call_exprs_mut(call: &mut Call, f: &mut dyn FnMut(&mut Expr)) {
    for arg in &mut call.args {
        match arg {
            Arg::Value(expr) | Arg::RefValue(expr) | Arg::RefMutValue(expr, _) => expr.walk_mut(f),
            Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) => path.walk_mut(f),
            Arg::Inert(inert) => inert.binds.iter_mut().for_each(|(_, bind)| bind.walk_mut(f)),
        }
    }
}

fn expr_path_mut(expr: &mut Expr, f: &mut dyn FnMut(&mut Path)) {
    if let Expr::Load(path) | Expr::Len(path) | Expr::Whole(path) | Expr::WholeMut(path) = expr {
        f(path);
    }
}

fn init_paths_mut(init: &mut Init, f: &mut dyn FnMut(&mut Path)) {
    match init {
        Init::Copy { from: path, .. } | Init::Zero { like: path } | Init::Struct { base: Some(path), .. } => {
            f(path)
        }
        Init::Stop(inner) => init_paths_mut(inner, f),
        _ => {}
    }
}

fn call_paths_mut(call: &mut Call, f: &mut dyn FnMut(&mut Path)) {
    for arg in &mut call.args {
        if let Arg::Move(path) | Arg::Handed(path) | Arg::Ref(path) | Arg::RefMut(path) = arg {
            f(path);
        }
    }
}
/// Everything that statements and those inside them bind.
pub(crate) fn defined(stmts: &[Stmt]) -> VarSet {
    let mut found = VarSet::new();
    for stmt in stmts {
        found.extend(stmt.defines());
        stmt.blocks().into_iter().for_each(|block| found.unite(&defined(&block.stmts)));
    }
    found
}

/// How many of the statements behind a begin there are before its end.
pub(crate) fn end_of_marked(stmts: &[Stmt]) -> usize {
    let mut open = 1;
    for (at, stmt) in stmts.iter().enumerate() {
        match &stmt.kind {
            StmtKind::Mark(Mark::Begin(_)) => open += 1,
            StmtKind::Mark(Mark::End) if open == 1 => return at,
            StmtKind::Mark(Mark::End) => open -= 1,
            _ => {}
        }
    }
    stmts.len()
}
