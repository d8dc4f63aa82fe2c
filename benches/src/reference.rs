//! Reads the input and reference files under `benches/data`.

/// The whitespace-separated numbers of a file.
pub fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().map(|word| word.parse().expect("a number")).collect()
}

/// The block called `name` of a reference file: `name count`, then `count` numbers.
pub fn block(text: &str, name: &str) -> Vec<f64> {
    let mut words = text.split_whitespace();
    while let Some(word) = words.next() {
        let count: usize = words.next().and_then(|count| count.parse().ok()).expect("a count");
        let values = words.by_ref().take(count);
        if word == name {
            return values.map(|word| word.parse().expect("a number")).collect();
        }
        values.for_each(drop);
    }
    panic!("no block called {name}");
}
