//! Constructs in each other: where the interplay of two right rules might be wrong.

use autodiff_runtime::differentiate;

#[differentiate]
fn loop_in_branch_in_loop(x: &[f64], k: usize) -> f64 {
    let mut s = 0.5;
    for i in 0..x.len() {
        let mut t = x[i];
        if i % 2 == k {
            for j in 0..i {
                if x[j] * t > 1.0 {
                    t *= 0.5;
                    continue;
                }
                t += x[j] * s;
            }
            s *= t;
        } else {
            s += t.sin();
        }
    }
    s
}

#[differentiate]
fn return_in_nested_loop_after_writes(x: &mut [f64], limit: f64) -> f64 {
    let mut total = 0.0;
    for i in 0..x.len() {
        let mut j = 0;
        while j < i {
            x[i] += x[j] * x[j];
            total += x[i];
            if total > limit {
                x[0] = total * limit;
                return x[0] + x[i];
            }
            j += 1;
        }
        x[i] *= 0.5;
    }
    total
}

#[differentiate]
fn view_in_closure(x: &[f64], a: f64) -> f64 {
    let mut m = x.to_vec();
    let n = 2;
    let mut scale_row = |i: usize, by: f64| {
        let row = &mut m[i * n..(i + 1) * n];
        for v in row.iter_mut() {
            *v *= by;
        }
        row[0] += row[1] * a;
    };
    scale_row(0, a);
    scale_row(1, 2.0 * a);
    scale_row(0, a * a);
    m[0] * m[2] + m[1] * m[3]
}

#[differentiate]
fn shadowed_vectors(x: &[f64]) -> f64 {
    let v = x.to_vec();
    let mut s = 0.0;
    for i in 0..2 {
        let mut v = v.clone();
        v[i] *= v[1 - i];
        let w = v;
        let mut v = w.clone();
        v[0] += w[1];
        s += v[0] * v[1] * w[i];
    }
    s + v[0]
}

#[differentiate]
fn state_machine(x: &[f64]) -> f64 {
    let mut state = 0;
    let mut memory = [1.0, 0.5];
    let mut out = 0.0;
    for &v in x {
        state = match state {
            0 if v > 0.0 => {
                memory[0] *= v;
                1
            }
            0 => {
                memory[1] -= v;
                2
            }
            1 => {
                out += memory[0] * memory[1];
                if v > 1.0 { 2 } else { 0 }
            }
            _ => {
                memory.swap(0, 1);
                memory[0] = memory[0].sin() + v;
                0
            }
        };
    }
    out + memory[0] * memory[1]
}

#[differentiate]
fn swapped_buffers(x: &[f64], steps: usize) -> f64 {
    let n = x.len();
    let mut now = x.to_vec();
    let mut next = vec![0.0; n];
    for _ in 0..steps {
        for i in 0..n {
            next[i] = now[i] * now[(i + 1) % n] + 0.5 * x[i];
        }
        std::mem::swap(&mut now, &mut next);
    }
    let mut s = 0.0;
    for i in 0..n {
        s += now[i] * next[i];
    }
    s
}

#[differentiate]
fn index_from_state(x: &[f64], moves: &[usize]) -> f64 {
    let mut a = x.to_vec();
    let n = a.len();
    let mut at = 0;
    for &m in moves {
        at = (at + m) % n;
        if at == 0 {
            continue;
        }
        a[at] *= a[at - 1];
        a[0] += a[at];
    }
    a[0] * a[at]
}

#[differentiate]
fn conditional_declaration(x: f64, y: f64) -> f64 {
    let z;
    let mut v = Vec::new();
    if x > y {
        z = x * y;
        v.push(z);
        v.push(x);
    } else {
        let t = y.exp();
        z = t - x;
        v.push(t);
    }
    let mut s = z;
    for k in 0..v.len() {
        s *= v[k];
    }
    s
}

#[differentiate]
fn nested_breaks_with_state(x: f64) -> f64 {
    let mut a = x;
    let mut b = 1.0;
    'outer: for i in 1..6 {
        for j in 1..6 {
            b += a * 0.1;
            if b > 2.0 && j > 2 {
                a *= 0.5;
                continue 'outer;
            }
            if a * b > 6.0 {
                b *= b;
                break 'outer;
            }
            a += b / (i * j) as f64;
        }
        b -= 0.25 * a;
    }
    a * b
}

#[differentiate]
fn while_over_vector(x: &[f64]) -> f64 {
    let mut stack = x.to_vec();
    let mut top = stack.len();
    let mut s = 1.0;
    while top > 1 {
        let a = stack[top - 1];
        let b = stack[top - 2];
        let c = a * b + s;
        top -= 1;
        stack[top - 1] = c.sin();
        s += c;
    }
    s * stack[0]
}

#[differentiate]
fn loop_value_through_match(x: f64, mode: u8) -> f64 {
    let mut y = x;
    let z = loop {
        y = match mode {
            0 => y * 1.5,
            1 => {
                if y > 2.0 {
                    break y * x;
                }
                y + x
            }
            _ => break x,
        };
        if y > 3.0 {
            break y - x;
        }
    };
    z * y
}

#[differentiate]
fn temporaries_in_conditions(x: f64, y: f64) -> f64 {
    let mut s = x;
    let mut n = 0;
    while {
        let t = s * s;
        t < y
    } && n < 10
    {
        s = s * 1.25 + 0.1;
        n += 1;
    }
    if let (true, k) = (s > 1.0, n) { s * k as f64 } else { s }
}

#[differentiate]
fn in_place_then_alias(x: &mut [f64], y: &[f64]) -> f64 {
    let n = x.len();
    {
        let (head, tail) = x.split_at_mut(n / 2);
        for (h, t) in head.iter_mut().zip(tail.iter()) {
            *h = *h * t;
        }
        for (t, v) in tail.iter_mut().zip(y) {
            *t += v * v;
        }
    }
    let mut s = 0.0;
    for w in x.windows(2) {
        s += w[0] * w[1];
    }
    x[n - 1] = s;
    s * x[0]
}

#[differentiate]
fn max_pooling(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for c in x.chunks(2) {
        let mut best = c[0];
        let mut which = 0;
        for (k, &v) in c.iter().enumerate() {
            if v > best {
                best = v;
                which = k;
            }
        }
        s += best * best * (which + 1) as f64 + c[which];
    }
    s
}

#[differentiate]
fn insertion_sort(x: &[f64], weights: &[f64]) -> f64 {
    let mut a = x.to_vec();
    for i in 1..a.len() {
        let v = a[i];
        let mut j = i;
        while j > 0 && a[j - 1] > v {
            a[j] = a[j - 1];
            j -= 1;
        }
        a[j] = v;
    }
    let mut s = 0.0;
    for i in 0..a.len() {
        s += a[i] * weights[i];
    }
    s
}

#[differentiate]
fn bubble_sort(x: &mut [f64]) {
    let n = x.len();
    for i in 0..n {
        let mut swapped = false;
        for j in 0..n - 1 - i {
            if x[j] > x[j + 1] {
                x.swap(j, j + 1);
                swapped = true;
            }
        }
        if !swapped {
            break;
        }
    }
}

#[differentiate]
fn dynamic_programme(costs: &[f64], width: usize) -> f64 {
    // The soft shortest path through a grid.
    let n = costs.len();
    let mut best = vec![0.0_f64; n];
    for i in 0..n {
        let (r, c) = (i / width, i % width);
        best[i] = costs[i]
            + match (r, c) {
                (0, 0) => 0.0,
                (0, _) => best[i - 1],
                (_, 0) => best[i - width],
                _ => -((-best[i - 1]).exp() + (-best[i - width]).exp()).ln(),
            };
    }
    best[n - 1]
}

#[differentiate]
fn gauss_elimination_with_pivots(a: &[f64], b: &[f64]) -> f64 {
    let n = b.len();
    let mut m = a.to_vec();
    let mut x = b.to_vec();
    for k in 0..n {
        let mut p = k;
        for i in k + 1..n {
            if m[i * n + k].abs() > m[p * n + k].abs() {
                p = i;
            }
        }
        if p != k {
            for j in 0..n {
                m.swap(k * n + j, p * n + j);
            }
            x.swap(k, p);
        }
        for i in k + 1..n {
            let f = m[i * n + k] / m[k * n + k];
            for j in k..n {
                m[i * n + j] -= f * m[k * n + j];
            }
            x[i] -= f * x[k];
        }
    }
    for k in (0..n).rev() {
        for j in k + 1..n {
            x[k] -= m[k * n + j] * x[j];
        }
        x[k] /= m[k * n + k];
    }
    x.iter().map(|v| v * v).sum()
}

#[differentiate]
fn fast_fourier(re: &mut [f64], im: &mut [f64]) {
    // In place, radix 2, of length four: bit reversal, then butterflies.
    re.swap(1, 2);
    im.swap(1, 2);
    let n = re.len();
    let mut len = 2;
    while len <= n {
        let angle = -2.0 * std::f64::consts::PI / len as f64;
        for start in (0..n).step_by(len) {
            for k in 0..len / 2 {
                let (s, c) = (angle * k as f64).sin_cos();
                let (i, j) = (start + k, start + k + len / 2);
                let tr = re[j] * c - im[j] * s;
                let ti = re[j] * s + im[j] * c;
                re[j] = re[i] - tr;
                im[j] = im[i] - ti;
                re[i] += tr;
                im[i] += ti;
            }
        }
        len *= 2;
    }
}

#[differentiate]
fn long_parameter_list(
    a: f64,
    b: &[f64],
    c: [f64; 2],
    n: usize,
    d: (f64, f64),
    e: &mut [f64],
    f: &Vec<f64>,
) -> f64 {
    let mut s = a;
    for i in 0..n {
        e[i] = e[i] * d.0 + b[i] * f[i];
        s += e[i] * c[i % 2] - d.1 * s * 0.1;
    }
    s
}

#[differentiate]
fn reads_what_it_overwrites(x: &[f64]) -> f64 {
    let mut a = x.to_vec();
    let mut s = 0.0;
    for round in 0..3 {
        for i in 0..a.len() {
            let old = a[i];
            a[i] = old * old + a[(i + round) % x.len()];
            if a[i] > 2.0 {
                a[i] = 1.0 / a[i];
            }
            s += old * a[i];
        }
    }
    s
}

#[differentiate]
fn constants_overwrite(x: f64, y: f64) -> f64 {
    let mut a = [x, y];
    let s = a[0] * a[1];
    a[0] = 0.0;
    let t = a[0] * a[1];
    a[0] += y;
    a[1] = 3.0;
    s + t + a[0] * a[1]
}

#[differentiate]
fn zero_trip_inner_loops(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        let mut p = x[i];
        for j in 1..i {
            p *= x[j] + s;
        }
        s += p;
    }
    s
}

#[differentiate]
fn unused_results(x: f64) -> f64 {
    let mut waste = vec![x; 3];
    let mut junk = x;
    for i in 0..3 {
        waste[i] *= x;
        junk += waste[i];
    }
    x * 2.0
}

checks! {
    loop_in_branch_in_loop(&[0.5, 1.5, -0.75, 2.0], @0);
    loop_in_branch_in_loop as loop_in_other_branch_in_loop(&[0.5, 1.5, -0.75, 2.25], @1);
    return_in_nested_loop_after_writes(&mut vec![0.5, 1.5, -0.75, 2.0], 4.0);
    return_in_nested_loop_after_writes as return_at_the_end(&mut vec![0.5, 1.5, -0.75, 2.0], 40.0);
    view_in_closure(&[0.5, 1.5, -0.75, 2.0], 1.25);
    shadowed_vectors(&[0.5, 1.5]);
    state_machine(&[0.5, 1.5, -0.75, 2.0, -0.5, 0.25]);
    swapped_buffers(&[0.5, 1.5, -0.75], @3);
    index_from_state(&[0.5, 1.5, -0.75], @&[1, 1, 2, 2, 1]);
    conditional_declaration(1.5, 0.5);
    conditional_declaration as conditional_declaration_other(0.5, 1.5);
    nested_breaks_with_state(0.5);
    nested_breaks_with_state as nested_breaks_with_larger_state(1.75);
    while_over_vector(&[0.5, 1.5, -0.75, 2.0]);
    loop_value_through_match(1.25, @0);
    loop_value_through_match as loop_value_through_match_second(1.25, @1);
    loop_value_through_match as loop_value_through_match_last(1.25, @2);
    temporaries_in_conditions(0.5, 4.0);
    temporaries_in_conditions as temporaries_in_conditions_none(0.5, 0.1);
    in_place_then_alias(&mut vec![0.5, 1.5, -0.75, 2.0], &[1.25, 0.25]);
    max_pooling(&[0.5, 1.5, -0.75, -2.0, 3.0]);
    insertion_sort(&[0.5, 1.5, -0.75, 2.0, 0.25], &[1.0, 2.0, 3.0, 4.0, 5.0]);
    bubble_sort(&mut vec![0.5, 1.5, -0.75, 2.0, 0.25]) -> ();
    dynamic_programme(&[0.5, 1.5, 0.75, 2.0, 0.25, 1.0], @3);
    gauss_elimination_with_pivots(&[0.5, 1.5, 0.75, 2.0, 0.25, 1.0, -1.0, 0.5, 3.0], &[1.0, 2.0, 3.0]);
    fast_fourier(&mut vec![0.5, 1.5, -0.75, 2.0], &mut vec![0.25, 1.0, 0.5, -1.5]) -> ();
    long_parameter_list(0.5, &[1.5, 0.25], [2.0, -1.0], @2, (0.75, 1.25), &mut vec![0.5, -0.5], &vec![1.0, 3.0]);
    reads_what_it_overwrites(&[0.5, 1.5, -0.75]);
    constants_overwrite(0.5, 1.5) => (1.5, 0.5 + 3.0);
    zero_trip_inner_loops(&[0.5, 1.5, -0.75, 2.0]);
    unused_results(0.5) => 2.0;
}
