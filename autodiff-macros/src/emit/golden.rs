//! The whole expansion of small functions against files: `tests/expand/NAME.rs` and what becomes of it, `NAME.out.rs`.
//!
//! `UPDATE_EXPAND=1 cargo test -p autodiff-macros` writes the latter; the difference is for reading.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::TokenStream;
use quote::ToTokens;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expand")
}

/// Expands every item that bears the attribute, and keeps the others.
pub(crate) fn expanded(source: &str) -> syn::Result<String> {
    let file = syn::parse_file(source)?;
    let mut tokens = TokenStream::new();
    for mut item in file.items {
        let attributes = match &mut item {
            syn::Item::Fn(item) => Some(&mut item.attrs),
            syn::Item::Impl(item) => Some(&mut item.attrs),
            syn::Item::Mod(item) => Some(&mut item.attrs),
            _ => None,
        };
        let at =
            attributes.as_ref().and_then(|all| all.iter().position(|a| a.path().is_ident("differentiate")));
        let (Some(attributes), Some(at)) = (attributes, at) else {
            item.to_tokens(&mut tokens);
            continue;
        };
        let args = match attributes.remove(at).meta {
            syn::Meta::List(list) => list.tokens,
            _ => TokenStream::new(),
        };
        tokens.extend(crate::expand::expand(args, item.into_token_stream()));
    }
    let text = tokens.to_string();
    match syn::parse2(tokens) {
        Ok(file) => Ok(prettyplease::unparse(&file)),
        Err(error) => Err(syn::Error::new(error.span(), format!("{error} in {text}"))),
    }
}

#[test]
fn expansions_are_as_they_were() {
    let update = std::env::var_os("UPDATE_EXPAND").is_some();
    let mut sources: Vec<PathBuf> = fs::read_dir(folder())
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.to_str().is_some_and(|name| name.ends_with(".rs") && !name.ends_with(".out.rs")))
        .collect();
    sources.sort();
    let mut changed = Vec::new();
    for source in sources {
        let text = fs::read_to_string(&source).unwrap_or_default();
        let expanded = expanded(&text).unwrap_or_else(|error| format!("{error}"));
        let golden = source.with_extension("out.rs");
        if fs::read_to_string(&golden).unwrap_or_default() == expanded {
            continue;
        }
        if update {
            fs::write(&golden, &expanded).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
        } else {
            changed.push(format!("{}:\n{expanded}", source.display()));
        }
    }
    assert!(
        changed.is_empty(),
        "the expansion changed (UPDATE_EXPAND=1 accepts it):\n{}",
        changed.join("\n")
    );
}

/// Prints the expansion of the file that `EXPAND` names: to look at what a function becomes.
#[test]
#[ignore = "prints the expansion of a file of one's own"]
fn expand_a_file() {
    let Some(path) = std::env::var_os("EXPAND") else { return };
    let text = fs::read_to_string(path).unwrap_or_default();
    println!("{}", expanded(&text).unwrap_or_else(|error| error.to_string()));
}
