//! Declarations without a value. Ensures: what an assignment to such a place overwrites is known. Either it holds nothing
//! yet, or it surely holds something, which a reverse sweep can keep and put back.

use super::Lower;
use crate::ir::{Block, Init, Path, Stmt, StmtKind, Var, VarMap, VarSet, Vars};

impl Lower<'_> {
    /// Moves declarations to where they are needed, and gives content to those that need some.
    pub(crate) fn settle_deferred(&mut self) {
        if self.later.is_empty() {
            return;
        }
        let mut body = std::mem::take(&mut self.block);
        sink(&mut body, &self.later, &self.vars);
        let mut fill = Fill::new(&self.vars);
        fill.block(&body);
        let open: VarMap<Init> = (fill.open.into_iter())
            .filter(|place| self.later.contains(place))
            .map(|place| (place, crate::ir::build::default_init(&self.vars[place].ty)))
            .collect();
        body.walk_mut(&mut |stmt| {
            let StmtKind::Declare { place, init: init @ Init::Deferred } = &mut stmt.kind else { return };
            match open.get(place) {
                None => {}
                Some(Init::Deferred) => {
                    let name = &self.vars[*place].name;
                    self.diag.error_at(
                        stmt.span,
                        format!("whether `{name}` holds something where it is assigned anew is not known: give it a first value at its `let`"),
                    );
                }
                Some(first) => *init = first.clone(),
            }
        });
        self.block = body;
    }
}

/// Moves declarations into the loop that alone names what they declare: each iteration assigns it before it reads it.
fn sink(block: &mut Block, later: &VarSet, vars: &Vars) {
    let mut at = 0;
    while at < block.stmts.len() {
        let place = match &block.stmts[at].kind {
            StmtKind::Declare { place, init: Init::Deferred } if later.contains(place) => *place,
            _ => {
                at += 1;
                continue;
            }
        };
        let behind = at + 1..block.stmts.len();
        let mut users = behind.filter(|&other| names(&block.stmts[other], place, vars));
        match (users.next(), users.next()) {
            (Some(only), None) if matches!(block.stmts[only].kind, StmtKind::Loop(_)) => {
                let declaration = block.stmts.remove(at);
                if let StmtKind::Loop(the_loop) = &mut block.stmts[only - 1].kind {
                    the_loop.body.stmts.insert(0, declaration);
                }
            }
            _ => at += 1,
        }
    }
    for stmt in &mut block.stmts {
        for inner in stmt.blocks_mut() {
            sink(inner, later, vars);
        }
    }
}

/// Whether a statement mentions a place, or shows it by a view.
fn names(stmt: &Stmt, place: Var, vars: &Vars) -> bool {
    let mut found = false;
    let mut look = |var: Var| found |= vars.root(&Path::of(var)) == place;
    stmt.reads(&mut look);
    stmt.defines().into_iter().for_each(look);
    found || stmt.blocks().iter().any(|block| block.stmts.iter().any(|stmt| names(stmt, place, vars)))
}

/// Which places hold something on some path of control, and which on every one.
struct Fill<'a> {
    vars: &'a Vars,
    perhaps: VarSet,
    surely: VarSet,
    /// Assigned where they might hold something, and might not.
    open: Vec<Var>,
}

impl<'a> Fill<'a> {
    fn new(vars: &'a Vars) -> Fill<'a> {
        Fill { vars, perhaps: VarSet::new(), surely: VarSet::new(), open: Vec::new() }
    }

    fn block(&mut self, block: &Block) {
        for stmt in &block.stmts {
            match &stmt.kind {
                StmtKind::Assign { path, .. } if path.proj.is_empty() => {
                    let root = path.root;
                    if self.perhaps.contains(&root) && !self.surely.contains(&root) {
                        self.open.push(root);
                    }
                    self.perhaps.insert(root);
                    self.surely.insert(root);
                }
                StmtKind::Loop(_) => {
                    let mut written = VarSet::new();
                    stmt.writes(self.vars, &mut written);
                    self.perhaps.unite(&written);
                    let surely = self.surely.clone();
                    stmt.blocks().into_iter().for_each(|block| self.block(block));
                    self.surely = surely;
                }
                StmtKind::Declare { place, .. } => {
                    self.perhaps.remove(place);
                    self.surely.remove(place);
                }
                _ => self.branches(&stmt.blocks()),
            }
        }
    }

    fn branches(&mut self, arms: &[&Block]) {
        let before = self.surely.clone();
        let mut behind: Option<VarSet> = None;
        let perhaps = self.perhaps.clone();
        for arm in arms {
            let others = std::mem::replace(&mut self.perhaps, perhaps.clone());
            self.surely = before.clone();
            self.block(arm);
            self.perhaps.unite(&others);
            let here = self.surely.clone();
            behind = Some(match behind {
                None => here,
                Some(all) => all.into_iter().filter(|var| here.contains(var)).collect(),
            });
        }
        self.surely = behind.unwrap_or(before);
    }
}
