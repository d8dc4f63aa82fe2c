use autodiff_runtime::differentiate;

fn noise() -> f64 {
    0.5
}

struct Tool(u64);

impl Tool {
    fn draw(&mut self) -> f64 {
        self.0 += 1;
        self.0 as f64
    }
}

#[differentiate]
fn of_unknown_code(x: f64, n: usize) -> f64 {
    let mut y = x;
    #[checkpoint]
    for _ in 0..n {
        y = y.sin() * noise();
    }
    y
}

#[differentiate]
fn with_a_tool(x: f64, n: usize, #[no_diff] tool: &mut Tool) -> f64 {
    let mut y = x;
    #[checkpoint(slots = 3)]
    for _ in 0..n {
        let factor = tool.draw();
        y = y.sin() * factor;
    }
    y
}

#[differentiate]
fn noting(x: f64, n: usize, seen: &mut std::collections::HashSet<usize>) -> f64 {
    let mut y = x;
    #[checkpoint]
    for i in 0..n {
        seen.insert(i);
        y = y.sin() * i as f64;
    }
    y
}

#[differentiate]
fn asking(x: f64, n: usize, seen: &mut std::collections::HashSet<usize>) -> f64 {
    let mut y = x;
    #[checkpoint]
    for i in 0..n {
        let fresh = seen.insert(i);
        y = if fresh { y.sin() } else { y * y };
    }
    y
}

fn main() {}
