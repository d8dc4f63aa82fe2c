//! Under which name the crate that is compiled knows the runtime.
//!
//! Cargo tells macros where the manifest is. Where a dependency is renamed (`ad = { package = "autodiff-runtime" }`), the
//! generated code names it so; where nothing can be read, it is called what it is called.

use std::path::Path;

use quote::format_ident;

const PACKAGE: &str = "autodiff-runtime";

/// The path of the runtime.
pub(crate) fn runtime() -> syn::Path {
    thread_local! {
        // One process compiles one crate.
        static NAME: Option<String> = renamed_here();
    }
    match NAME.with(Clone::clone) {
        Some(name) => {
            let name = format_ident!("{}", name);
            syn::parse_quote!(::#name)
        }
        None => syn::parse_quote!(::autodiff_runtime),
    }
}

fn renamed_here() -> Option<String> {
    let folder = std::env::var_os("CARGO_MANIFEST_DIR")?;
    let read = |folder: &Path| std::fs::read_to_string(folder.join("Cargo.toml")).ok();
    let own = read(Path::new(&folder))?;
    let workspace = Path::new(&folder)
        .ancestors()
        .skip(1)
        .filter_map(read)
        .find(|text| text.lines().any(|line| line.trim_start().starts_with("[workspace")));
    let name = renamed(&own, workspace.as_deref())?.replace('-', "_");
    syn::parse_str::<syn::Ident>(&name).ok().map(|_| name)
}

/// The name of the dependency in a manifest, if it is another than the package's.
fn renamed(own: &str, workspace: Option<&str>) -> Option<String> {
    let all = dependencies(own, "dependencies");
    let inherited = workspace.map(|text| dependencies(text, "workspace.dependencies")).unwrap_or_default();
    let is_runtime = |(name, content): &(String, String)| {
        let inherits = content.contains("workspace") && content.contains("true");
        let theirs = inherited.iter().find(|(other, _)| inherits && other == name);
        names_package(content) || theirs.is_some_and(|(_, content)| names_package(content))
    };
    if all.iter().any(|(name, content)| name == PACKAGE && !content.contains("package")) {
        return None;
    }
    all.into_iter().find(is_runtime).map(|(name, _)| name)
}

fn names_package(content: &str) -> bool {
    let mut words =
        content.split(|c: char| c.is_whitespace() || "={},\"'".contains(c)).filter(|w| !w.is_empty());
    words.any(|word| word == "package") && words.next() == Some(PACKAGE)
}

/// The dependencies of a manifest with what is written of each: `name = …`, `name.key = …`, `[dependencies.name]`.
fn dependencies(text: &str, table: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut section = String::new();
    for line in text.lines() {
        let line = line.split(" #").next().unwrap_or(line).trim();
        if let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = header.trim().to_string();
            continue;
        }
        let Some((key, value)) = line.split_once('=') else { continue };
        let (key, inside) = match section.find(table) {
            // Also `dev-dependencies` and those of a target.
            Some(at) if section[at + table.len()..].is_empty() => match key.trim().split_once('.') {
                Some((name, rest)) => (name.to_string(), format!("{rest} = {value}")),
                None => (key.trim().to_string(), value.to_string()),
            },
            Some(at) => {
                let name = section[at + table.len()..].trim_start_matches('.').to_string();
                (name, format!("{} = {value}", key.trim()))
            }
            None => continue,
        };
        let name = key.trim_matches(['"', '\'']).to_string();
        match found.iter_mut().find(|(other, _)| *other == name) {
            Some((_, content)) => content.push_str(&format!(" {inside}")),
            None => found.push((name, inside)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_renamed_dependency_is_found() {
        for (manifest, name) in [
            ("[dependencies]\nautodiff-runtime = \"0.1\"", None),
            ("[dependencies]\nad = { package = \"autodiff-runtime\", version = \"0.1\" }", Some("ad")),
            ("[dependencies]\nad.package = \"autodiff-runtime\"\nad.path = \"x\"", Some("ad")),
            ("[dependencies.my-ad]\npath = \"..\"\npackage = 'autodiff-runtime'", Some("my-ad")),
            ("[dev-dependencies]\nad = { version = \"1\", package=\"autodiff-runtime\" }", Some("ad")),
            ("[package]\nname = \"ad\"\n[dependencies]\nother = { package = \"another\" }", None),
            ("[dependencies]\nad = { package = \"autodiff-runtime\" }\nautodiff-runtime = \"0.1\"", None),
        ] {
            assert_eq!(renamed(manifest, None).as_deref(), name, "{manifest}");
        }
        let workspace =
            "[workspace]\n[workspace.dependencies]\nad = { package = \"autodiff-runtime\", path = \"r\" }";
        assert_eq!(renamed("[dependencies]\nad.workspace = true", Some(workspace)).as_deref(), Some("ad"));
        assert_eq!(
            renamed("[dependencies]\nad = { workspace = true }", Some(workspace)).as_deref(),
            Some("ad")
        );
        assert_eq!(renamed("[dependencies]\nother = { workspace = true }", Some(workspace)), None);
    }
}
