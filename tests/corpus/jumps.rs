//! `break`, `continue`, labels, early `return`.

use autodiff_runtime::differentiate;

#[differentiate]
fn early_return(x: f64, y: f64) -> f64 {
    if x < 0.0 {
        return y * y;
    }
    let z = x * y;
    if z > 1.0 {
        return z.ln();
    }
    z * x
}

#[differentiate]
fn return_from_loop(x: &[f64], limit: f64) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        s += x[i] * x[i];
        if s > limit {
            return s * limit;
        }
    }
    s - limit
}

#[differentiate]
fn return_from_nested_loops(x: &[f64], n: usize) -> f64 {
    let mut s = 1.0;
    for i in 0..n {
        s *= 1.0 + x[i];
        for j in 0..n {
            s += x[i] * x[j];
            if s > 4.0 {
                return s * x[j];
            }
            s *= 0.75;
        }
    }
    s
}

#[differentiate]
fn continues(x: &[f64]) -> f64 {
    let mut s = 0.0;
    for i in 0..x.len() {
        if x[i] < 0.0 {
            continue;
        }
        let r = x[i].sqrt();
        if i % 2 == 1 {
            s -= r;
            continue;
        }
        s += r * s + r;
    }
    s
}

#[differentiate]
fn breaks(x: &[f64]) -> f64 {
    let mut p = 1.0;
    for i in 0..x.len() {
        if x[i] > 2.0 {
            break;
        }
        p *= x[i];
        if p > 1.0 {
            p += 0.5 * x[i];
            break;
        }
    }
    p
}

#[differentiate]
fn break_then_more(x: &[f64]) -> f64 {
    let mut s = x[0];
    let mut i = 0;
    while i < x.len() {
        s += x[i] * s;
        if s > 3.0 {
            s = s.sqrt();
            break;
        }
        i += 1;
    }
    s * i as f64 + s
}

#[differentiate]
fn labelled(x: &[f64]) -> f64 {
    let mut s = 0.0;
    'rows: for i in 0..x.len() {
        for j in 0..x.len() {
            if x[j] < 0.0 {
                continue 'rows;
            }
            if x[i] * x[j] > 3.0 {
                break 'rows;
            }
            if i == j {
                continue;
            }
            s += x[i] * x[j] * (j + 1) as f64;
        }
        s *= x[i];
    }
    s
}

#[differentiate]
fn labelled_block(x: f64, y: f64) -> f64 {
    let mut z = x;
    let w = 'found: {
        z *= y;
        if z > 1.0 {
            break 'found z * 2.0;
        }
        z += y;
        if z > 0.5 {
            break 'found z.sin();
        }
        x
    };
    w * z
}

#[differentiate]
fn return_in_match(x: f64, n: usize) -> f64 {
    let mut y = x;
    for k in 0..4 {
        match (n + k) % 4 {
            0 => y *= x,
            1 => continue,
            2 => y += 1.0,
            _ => {
                if y > 1.0 {
                    return y * y;
                }
                y = y.exp();
            }
        }
        y *= 0.9;
    }
    y
}

#[differentiate]
fn return_as_value(x: f64) -> f64 {
    let k = if x > 1.0 { return x * 3.0 } else { 2.0 };
    let y = x * k;
    y * y
}

#[differentiate]
fn break_value_of_active(x: f64) -> f64 {
    let mut y = 1.0;
    x + loop {
        y *= x;
        if y > 5.0 {
            break y.ln();
        } else if y < 0.01 {
            break x;
        }
    }
}

#[differentiate]
fn bisection(target: f64, lo: f64, hi: f64) -> f64 {
    let (mut a, mut b) = (lo, hi);
    for _ in 0..6 {
        let m = 0.5 * (a + b);
        if m * m < target {
            a = m;
        } else {
            b = m;
        }
        if b - a < 1e-3 {
            break;
        }
    }
    0.5 * (a + b) * target
}

#[differentiate]
fn while_with_continue(x: f64) -> f64 {
    let mut i = 0;
    let mut s = x;
    while i < 8 {
        i += 1;
        if i % 3 == 0 {
            continue;
        }
        s = s * x + i as f64 * 0.1;
        if s > 2.0 {
            s *= 0.25;
            continue;
        }
        s += 0.1;
    }
    s
}

#[differentiate]
fn unconditional_break(x: &[f64]) -> f64 {
    let mut s = 1.0;
    for i in 0..x.len() {
        s *= x[i];
        break;
    }
    s
}

#[differentiate]
fn writes_before_return(x: f64, out: &mut [f64]) -> f64 {
    for i in 0..out.len() {
        out[i] *= x;
        if out[i] > 1.0 {
            out[0] += x;
            return out[i] * x;
        }
    }
    x
}

/// Operands that jump inside of operands that jump.
#[differentiate]
fn jumps_within_jumps(x: f64, y: f64) -> f64 {
    (if x > 1.0 { return y } else { x * y }).sin()
        + (if y < 0.0 { return x * x } else { y }).cos()
            * (1.0 + (if y < 0.1 { return x * y } else { y * 3.0 }).exp())
}

#[differentiate]
fn left_without_a_value(x: f64) -> f64 {
    let mut n = 0;
    let mut y = x;
    'out: {
        if x > 1.0 {
            break 'out;
        }
        loop {
            n += 1;
            if n > 3 || y > 2.0 {
                break;
            }
            {
                let mut k = 0;
                let (a, b): (f64, f64) = loop {
                    k += 1;
                    if k > n {
                        break (y, x);
                    }
                    if k > 2 {
                        break (x * x, 0.5);
                    }
                };
                y += a * b;
            }
        }
    }
    y
}

#[differentiate]
fn left_from_an_operand_of_an_arm(x: f64, n: usize) -> f64 {
    let s = match n {
        0 => 0.5 * x,
        1 | 2 => x,
        _ => {
            -(0.5 * x)
                + (if x > 1.0 {
                    if x > 2.0 {
                        return x * x;
                    }
                    x * 3.0
                } else {
                    0.3
                })
        }
    };
    let mut t = 0.0;
    for k in 0..n {
        t += match k {
            0 => x,
            _ => x * if t > 2.0 { break } else { t },
        };
    }
    s * s + t
}

#[differentiate]
fn left_from_a_list(x: f64, y: f64) -> f64 {
    let v = vec![x * y, if y > 0.5 { return x.sin() * y } else { y * y }, x];
    v[0] * v[1] + v[2]
}

#[differentiate]
fn loops_in_a_list(x: f64, y: f64) -> f64 {
    let v = vec![x, y, {
        let mut s = x;
        for k in 0..3 {
            s += match k {
                0 => y,
                _ => 0.5 * if s > 1.2 { break } else { s },
            };
        }
        s
    }];
    let w = vec![
        vec![v[2] * y; 2],
        vec![
            {
                let mut t = x;
                loop {
                    if t < 0.3 {
                        break t * v[0];
                    }
                    t *= 0.5;
                }
            };
            3
        ],
    ];
    v[0] * w[0][1] + w[1][2]
}

#[differentiate]
fn returned_list(x: f64, y: f64) -> Vec<f64> {
    let mut z = x;
    vec![
        {
            z *= y;
            z
        },
        {
            if y > 0.5 {
                return vec![z, z * y];
            }
            z * x
        },
        0.5,
    ]
}

checks! {
    left_from_a_list(0.7, 0.9);
    left_from_a_list as stays_in_a_list(0.7, 0.3);
    loops_in_a_list(0.7, 0.9);
    loops_in_a_list as leaves_a_loop_in_a_list(1.1, 0.3);
    returned_list(0.7, 0.9);
    returned_list as whole_list(0.7, 0.3);
    early_return(-0.5, 1.5) => (0.0, 3.0);
    early_return as early_return_second(1.5, 1.5);
    early_return as early_return_none(0.5, 1.5);
    return_from_loop(&[0.5, 1.0, 1.5], 2.0);
    return_from_loop as return_from_loop_end(&[0.5, 1.0, 0.5], 2.0);
    return_from_nested_loops(&[0.5, 1.0, 1.5], @3);
    return_from_nested_loops as return_from_nested_loops_end(&[0.5, 0.25, -0.5], @3);
    continues(&[0.5, 1.0, -1.5, 2.0, 3.0]);
    breaks(&[0.5, 1.0, 1.5]);
    breaks as breaks_first(&[0.5, 3.0, 1.5]);
    breaks as breaks_second(&[0.5, 1.75, 1.5, 1.5]);
    break_then_more(&[0.5, 1.0, 1.5, 2.0]);
    break_then_more as break_then_more_end(&[0.25, 0.5]);
    labelled(&[0.5, 1.0, 1.5, 0.25]);
    labelled as labelled_continue(&[0.5, 1.0, -1.5, 0.25]);
    labelled as labelled_break(&[0.5, 2.5, 1.5, 0.25]);
    labelled_block(1.5, 1.0);
    labelled_block as labelled_block_second(0.5, 0.75);
    labelled_block as labelled_block_end(0.25, 0.1);
    return_in_match(0.75, @0);
    return_in_match as return_in_match_taken(1.75, @1);
    return_as_value(0.5) => 4.0;
    return_as_value as return_as_value_taken(1.5) => 3.0;
    break_value_of_active(1.5);
    break_value_of_active as break_value_of_active_other(0.3) => 2.0;
    bisection(2.0, 0.0, 3.0);
    while_with_continue(0.75);
    unconditional_break(&[1.5, 2.0]) => [1.0, 0.0];
    writes_before_return(1.5, &mut vec![0.25, 0.5, 0.75, 2.0]);
    writes_before_return as writes_before_no_return(0.5, &mut vec![0.25, 0.5, 0.75]);
    jumps_within_jumps(0.3, 0.4);
    jumps_within_jumps as jumps_in_the_first(1.1, 2.0);
    jumps_within_jumps as jumps_in_the_second(0.3, -0.4);
    jumps_within_jumps as jumps_in_the_third(0.3, 0.05);
    left_without_a_value(0.7);
    left_without_a_value as left_at_once(1.7);
    left_from_an_operand_of_an_arm(0.7, @3);
    left_from_an_operand_of_an_arm as left_from_an_arm(2.5, @3);
    left_from_an_operand_of_an_arm as left_a_loop_from_an_arm(1.5, @4);
}
