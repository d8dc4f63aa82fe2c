//! Programs as trees: text with holes, in which other trees stand.
//!
//! A construct is written as a template of the Rust that it is, `$` where a child goes. What a node is (an expression of a
//! type, a statement, …) is all that the shrinker has to know of it.

use crate::types::Ty;

/// What a node is to the shrinker.
#[derive(Clone, Debug, PartialEq)]
pub enum Sort {
    /// An expression of a type: may be replaced by another of the same type.
    Expr(Ty),
    /// May be left out.
    Stmt,
    /// `{ … }`: statements, then perhaps an expression.
    Block,
    /// A function, type or constant: may be left out.
    Item,
    /// The parameter of the differentiated function at this position: may be left out, its argument with it.
    Param(usize),
    /// Stays where it is.
    Fixed,
}

/// Text, or another node.
#[derive(Clone, Debug)]
pub enum Part {
    /// Rust, and [marks](crate::print).
    Text(String),
    /// What stands in a hole.
    Node(Node),
}

/// A piece of a program.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub sort: Sort,
    /// What it is made of.
    pub parts: Vec<Part>,
}

impl Node {
    /// A node from a template, with a child for each `$`.
    pub fn new(sort: Sort, template: &str, children: Vec<Node>) -> Node {
        let mut parts = Vec::new();
        let mut children = children.into_iter();
        for (k, text) in template.split('$').enumerate() {
            if k > 0 {
                parts.push(Part::Node(children.next().expect("a child for each hole")));
            }
            if !text.is_empty() {
                parts.push(Part::Text(text.to_string()));
            }
        }
        assert!(children.next().is_none(), "a hole for each child in `{template}`");
        Node { sort, parts }
    }

    /// The text, with its marks.
    pub fn text(&self) -> String {
        let mut text = String::new();
        self.write(&mut text);
        text
    }

    fn write(&self, text: &mut String) {
        for part in &self.parts {
            match part {
                Part::Text(part) => text.push_str(part),
                Part::Node(node) => node.write(text),
            }
        }
    }

    /// The nodes below, itself first, each with its path.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&[usize], &'a Node)) {
        fn go<'a>(node: &'a Node, path: &mut Vec<usize>, visit: &mut dyn FnMut(&[usize], &'a Node)) {
            visit(path, node);
            for (k, part) in node.parts.iter().enumerate() {
                if let Part::Node(child) = part {
                    path.push(k);
                    go(child, path, visit);
                    path.pop();
                }
            }
        }
        go(self, &mut Vec::new(), visit);
    }

    /// The node at a path.
    pub fn at(&mut self, path: &[usize]) -> &mut Node {
        path.iter().fold(self, |node, &k| match &mut node.parts[k] {
            Part::Node(child) => child,
            Part::Text(_) => unreachable!("paths lead to nodes"),
        })
    }

    /// How many characters it has.
    pub fn len(&self) -> usize {
        self.text().split_whitespace().map(str::len).sum()
    }
}

/// An expression.
pub fn expr(ty: &Ty, template: &str, children: Vec<Node>) -> Node {
    Node::new(Sort::Expr(ty.clone()), template, children)
}

/// A statement (or several that belong together).
pub fn stmt(template: &str, children: Vec<Node>) -> Node {
    Node::new(Sort::Stmt, template, children)
}

/// Statements in a block that other text is part of.
pub fn sequence(statements: Vec<Node>) -> Node {
    let mut node = block(statements, None);
    node.parts.remove(0);
    node.parts.pop();
    node.sort = Sort::Fixed;
    node
}

/// `{ statements tail }`
pub fn block(statements: Vec<Node>, tail: Option<Node>) -> Node {
    let mut parts = vec![Part::Text("{\n".into())];
    for node in statements.into_iter().chain(tail) {
        parts.push(Part::Node(node));
        parts.push(Part::Text("\n".into()));
    }
    parts.push(Part::Text("}".into()));
    Node { sort: Sort::Block, parts }
}
