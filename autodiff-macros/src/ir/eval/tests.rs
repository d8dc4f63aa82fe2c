use super::*;
use crate::tests::sketch;

#[test]
fn a_loop_carries_its_sum() {
    let function = sketch::sum_of_squares();
    let x: Value<f64> = Value::floats([1.0, 2.0, 3.0]);
    let (value, args) = primal(&Library::new(), &function, vec![x.clone()]).unwrap();
    assert_eq!(value, Value::Float(14.0));
    assert_eq!(args, [x]);
}

#[test]
fn dual_numbers_give_directional_derivatives() {
    let function = sketch::sum_of_squares();
    let mut dots = [1.0, 0.0, 0.5].into_iter();
    let x = Value::<f64>::floats([1.0, 2.0, 3.0]).over(|value| Dual { value, dot: dots.next().unwrap() });
    let (value, _) = primal(&Library::new(), &function, vec![x]).unwrap();
    assert_eq!(value, Value::Float(Dual { value: 14.0, dot: 2.0 + 3.0 }));
}

#[test]
fn stores_are_seen_by_later_loads() {
    let function = sketch::overwrite();
    let (value, args) =
        primal(&Library::new(), &function, vec![Value::<f64>::floats([2.0, 3.0, 5.0])]).unwrap();
    assert_eq!(value, Value::Unit);
    assert_eq!(args, [Value::floats([2.0, 6.0, 30.0])]);
}

#[test]
fn inactive_code_is_interpreted_or_refused() {
    let mut scope =
        inert::Scope::<f64>::from([("n".to_string(), Value::Int(7)), ("x".to_string(), Value::Float(0.5))]);
    let value = |code: &str, scope: &_| inert::code(&code.parse().unwrap(), scope);
    assert_eq!(value("(n - 3).min(2) % 2 == 0 && x < 1.0", &scope), Ok(Value::Bool(true)));
    assert_eq!(value("if n > 3 { n as f64 } else { x }", &scope), Ok(Value::Float(7.0)));
    assert!(value("unheard_of(n)", &scope).is_err());
    inert::statements(&"n += 1; println!(\"{n}\"); assert!(n > 0);".parse().unwrap(), &mut scope).unwrap();
    assert_eq!(scope["n"], Value::Int(8));
}
