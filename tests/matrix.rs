#![allow(unused_variables, unused_mut, unused_parens, clippy::all)]
//! Every form of argument meets every form of parameter that Rust accepts it for.
//!
//! A cell is a function that hands one argument to one differentiated function. Each is differentiated by reverse mode (both
//! sweeps in one body, and apart) and by forward mode, along two directions in all that is active, against differences.

#[macro_use]
#[path = "matrix/cells.rs"]
mod cells;
#[path = "matrix/callees.rs"]
mod callees;

mod floats {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            literal: (0.75)
            constant: (RATE)
            associated_constant: (Model::RATE)
            global: (SHIFT)
            product_of_constants: (2.0 * RATE)
            element_of_a_table: (TABLE[2])
            part_of_a_tuple_in_a_table: (LEVELS[1].0)
            field_of_a_constant: (LAW.a)
            alias: (OFFSET)
            field_of_data: (k.a)
            element_of_data: (k.v[1])
            part_of_data: (k.p.0)
            call: (one())
            call_of_a_differentiated_function: (scalar(2.0, 3.0))
            call_with_data: (first(&k.v))
            method: (k.norm())
            method_of_a_literal: (2.0_f64.sqrt())
            cast: (k.n as f64)
        }
        active {
            variable: (x)
            field: (s.a)
            element: (s.v[1])
            element_of_an_array: (s.t[1])
            nested_call: (scalar(x, s.a))
        }
        into {
            value: [inactive active] (scalar($($arg)*, $x))
            reference: [inactive active] (by_reference(&($($arg)*), $x))
            reference_to_alias: [inactive active] (real_reference(&($($arg)*), $x))
            generic: [inactive active] (generic($($arg)*, $x))
            marked: [inactive] (marked($($arg)*, $x))
            method: [inactive active] ($s.times($($arg)*, $x))
        }
    }
}

mod arrays {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            constant: (TABLE)
            literal: ([1.0, 0.5, -0.25])
            repeated: ([RATE; 3])
            field_of_a_constant: (LAW.t)
            field_of_data: (k.t)
            call: (three())
            call_with_data: (twice(&k.t))
        }
        active {
            literal: ([x, 0.5, x * x])
            field: (s.t)
            repeated: ([s.a; 3])
            nested_call: (spread(x, s.a))
        }
        into {
            value: [inactive active] (array($($arg)*, $x))
            reference: [inactive active] (array_reference(&($($arg)*), $x))
            slice: [inactive active] (slice(&($($arg)*), $x))
            range: [inactive active] (slice(&($($arg)*)[1..], $x))
            const_generic: [inactive active] (sized($($arg)*, $x))
            generic: [inactive active] (generic_slice(&($($arg)*), $x))
            marked: [inactive] (marked_slice(&($($arg)*), $x))
            to_vec: [inactive active] (vector(($($arg)*).to_vec(), $x))
        }
    }
}

mod vectors {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            list: (vec![1.0, 0.5, RATE])
            repeated: (vec![RATE; 3])
            table: (TABLE.to_vec())
            slice: (COEFFICIENTS.to_vec())
            clone: (k.v.clone())
            call: (make(3))
            call_with_data: (scaled(&k.v))
            collected: (TABLE.iter().map(|t| t * 2.0).collect::<Vec<f64>>())
        }
        active {
            list: (vec![x, 0.5, s.a])
            repeated: (vec![s.a; 3])
            clone: (s.v.clone())
            range: (s.v[..2].to_vec())
            collected: (s.v.iter().map(|v| v * x).collect::<Vec<f64>>())
            nested_call: (grown(&s.v, x))
        }
        into {
            value: [inactive active] (vector($($arg)*, $x))
            reference: [inactive active] (vector_reference(&($($arg)*), $x))
            slice: [inactive active] (slice(&($($arg)*), $x))
            range: [inactive active] (slice(&($($arg)*)[..2], $x))
            marked: [inactive] (marked_vector($($arg)*, $x))
        }
    }
}

mod slices {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            constant: (COEFFICIENTS)
            reference_to_a_constant: (&TABLE)
            range_of_a_constant: (&COEFFICIENTS[1..3])
            call: (table())
            part_of_data: (&k.v)
            range_of_data: (&k.v[1..])
            array_of_data: (&k.t[..])
            method: (k.weights())
            temporary: (&make(3))
            range_of_a_temporary: (&make(4)[1..])
            as_slice: (k.v.as_slice())
            literal: (&[1.0, 0.5])
            list: (&vec![1.0, 0.5])
        }
        active {
            vector: (&s.v)
            range: (&s.v[1..])
            array: (&s.t)
            literal: (&[x, s.a])
            list: (&vec![x, s.a])
            as_slice: (s.v.as_slice())
            nested_call: (&grown(&s.v, x))
        }
        into {
            slice: [inactive active] (slice($($arg)*, $x))
            generic: [inactive active] (generic_slice($($arg)*, $x))
            marked: [inactive] (marked_slice($($arg)*, $x))
            method: [inactive active] ($s.applied($($arg)*, $x))
        }
    }
}

mod tuples {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            literal: ((0.5, 2))
            constant: (PAIR)
            element_of_a_table: (LEVELS[0])
            field_of_data: (k.p)
            field_of_a_constant: (LAW.p)
            call: (pair())
        }
        active {
            literal: ((x, 2))
            of_data: ((s.a, k.n))
            field: (s.p)
            nested_call: (paired(x, s.n))
        }
        into {
            value: [inactive active] (tuple($($arg)*, $x))
            reference: [inactive active] (tuple_reference(&($($arg)*), $x))
            slice: [inactive active] (tuples(&[$($arg)*], $x))
            vector: [inactive active] (tuple_vector(vec![$($arg)*], $x))
        }
    }
}

mod structs {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            constant: (LAW_PART)
            literal: (Part { b: 0.5, c: [RATE; 2] })
            field_of_a_constant: (LAW.l)
            field_of_data: (k.l)
            clone: (k.l.clone())
            call: (part())
            constructor: (Part::new(0.5))
            update: (Part { b: 0.25, ..k.l })
        }
        active {
            literal: (Part { b: x, c: [s.a, 0.5] })
            field: (s.l)
            clone: (s.l.clone())
            update: (Part { b: x, ..s.l })
            update_of_data: (Part { b: x, ..k.l })
            nested_call: (parted(x, s.a))
        }
        into {
            value: [inactive active] (structure($($arg)*, $x))
            reference: [inactive active] (structure_reference(&($($arg)*), $x))
            slice: [inactive active] (structures(&[$($arg)*], $x))
            marked: [inactive] (marked_structure(&($($arg)*), $x))
            method_by_value: [inactive active] (($($arg)*).eaten($x))
            method_by_reference: [inactive active] (($($arg)*).seen($x))
        }
    }
}

mod others {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            negative_literal: (scalar(-0.75, x))
            constant_of_a_type: (scalar(f64::EPSILON, x))
            block: (scalar({ let two = 2.0; two * RATE }, x))
            choice: (scalar(if k.a > 0.0 { RATE } else { 1.0 }, x))
            first_of_two: (x * scalar(x, RATE))
            by_alias: (real(RATE, x) * real(x, s.a))
            associated: (Model::scaled(RATE, x) * Model::scaled(s.p.0, x))
            method_of_data: (k.times(RATE, x) * k.times(s.l.b, x))
            integer_literal: (raised(2, x))
            integer_constant: (raised(POWER, x))
            integer_field: (raised(k.n, x))
            integer_of_active: (raised(s.n, x))
            integer_length: (raised(s.v.len(), x))
            integer_call: (raised(two(), x))
            integer_reference: (raised_reference(&s.n, x))
            integer_constant_reference: (raised_reference(&POWER, x))
            flag_literal: (flagged(true, x))
            flag_constant: (flagged(FLAG, x))
            flag_comparison: (flagged(x > 0.0, x))
            flag_negated: (flagged(!FLAG, x))
            flag_method: (flagged(k.v.is_empty(), x))
            text_literal: (named("square", x))
            text_constant: (named(NAME, x))
            text_field: (named(&k.name, x))
            text_call: (named(name(), x))
            text_made: (named(&format!("squ{}", "are"), x))
            string_reference: (named_string(&k.name, x))
            option_marked: (optional(k.o, x))
            option_some: (optional(Some(0.5), x))
            option_none: (optional(None, x))
            opaque: (opaque(&k.r, x))
            opaque_constant: (opaque(&RULES, x))
            opaque_made: (opaque(&rules(), x))
            rows: (rows(&[vec![1.0, 2.0], vec![0.5]], x))
            rows_of_data: (rows(&k.m, x))
            rows_of_active: (rows(&s.m, x))
            pairs: (pairs(&[[1.0, 2.0], [0.5, 0.25]], x))
            pairs_constant: (pairs(&PAIRS, x))
            pairs_of_active: (pairs(&[[x, 2.0], [s.a, 0.25]], x))
            two_tables: (two_tables(&TABLE, COEFFICIENTS, x))
            table_and_active: (two_tables(&s.v, COEFFICIENTS, x))
            same_twice: (two_tables(&s.v, &s.v, s.a))
            in_a_loop: ({
                let mut sum = 0.0;
                for i in 0..3 {
                    sum += slice(COEFFICIENTS, x) * scalar(TABLE[i], s.v[i]) + slice(&make(i), sum);
                }
                sum
            })
            in_a_branch: (if x > 0.0 { slice(table(), x) } else { scalar(RATE, x) })
            in_a_closure: ({ let by = |y: f64| scalar(RATE, y) * slice(COEFFICIENTS, y); by(x) + by(s.a) })
        }
        active {}
        into { all: [inactive] ($($arg)*) }
    }
}

mod changes {
    cells! {
        ($arg $x $s $k) (x, s, k)
        inactive {
            variable: ({ let mut y = x * x; let r = bump(&mut y, x); r + y })
            inactive_variable: ({ let mut y = 0.5; let r = bump(&mut y, x); r + y })
            never_read_again: ({ let mut y = x; bump(&mut y, s.a) })
            element: ({ let mut a = [x, 0.5, s.a]; let r = bump(&mut a[1], x); r + a[1] * a[0] })
            element_of_a_vector: ({ let mut v = s.v.clone(); let r = bump(&mut v[1], x); let w: f64 = v[1]; r + w })
            field: ({ let mut t = s.l; let r = bump(&mut t.b, x); let (b, c): (f64, f64) = (t.b, t.c[0]); r + b * c })
            twice: ({ let mut y = x; let r = bump(&mut y, s.a) + bump(&mut y, 0.5); r * y })
            by_a_constant: ({ let mut y = s.a; bump(&mut y, RATE) * y })
            in_a_loop: ({ let mut y = x; let mut r = 0.0; for i in 0..3 { r += bump(&mut y, s.v[i]); } r * y })
            array: ({ let mut a = [x, 0.5, s.a]; bump_all(&mut a, x) + a[0] * a[1] })
            inactive_array: ({ let mut a = [1.0, 0.5, 2.0]; bump_all(&mut a, x) + a[0] * a[1] })
            array_by_its_type: ({ let mut a = [1.0, x, 2.0]; bump_array(&mut a, x) + a[0] * a[1] })
            vector: ({ let mut v = s.v.clone(); bump_all(&mut v, x) + v[0] * v[1] })
            range: ({ let mut v = s.v.clone(); bump_all(&mut v[1..], x) + v[0] * v[1] })
            field_array: ({ let mut t = s.l; let r = bump_all(&mut t.c, x); let c: f64 = t.c[0]; r + c * t.b })
            inactive_vector: ({ let mut v = make(3); bump_all(&mut v, x) + v[0] * v[1] })
            whole: ({ let mut t = s.l; bump_part(&mut t, x) + t.c[0] * t.b })
            inactive_whole: ({ let mut t = LAW_PART; bump_part(&mut t, x) + t.c[0] * t.b })
            pushed: ({ let mut v = s.v.clone(); push(&mut v, x); v[3] * v[0] })
            method: ({ let mut t = s.l; t.bump(x) + t.b })
            method_with_a_field: ({ let mut t = s.l; t.bump(t.c[0]) + t.b })
            method_by_a_constant: ({ let mut t = s.l; t.bump(RATE) * t.b })
        }
        active {}
        into { all: [inactive] ($($arg)*) }
    }
}
