//! Tangents of trait objects: which type stands behind `dyn Trait` is known only when the program runs, and so is the type of its
//! tangent.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::any::{Any, type_name};
use core::fmt;

use crate::{Differentiable, Tangent};

/// Any tangent: what takes or gives the tangent of a `dyn Trait` by reference.
///
/// The derivatives of a function that takes a `&dyn Trait` ask for one: `f::jvp` is handed the tangent of the type behind the
/// object, `f::value_and_grad_into` a buffer of that type. Every `'static` [`Tangent`] is one, an [`ObjectTangent`] included.
///
/// # Panics
/// Where the tangent is not that of the type that stands behind the object, the derivative panics.
///
/// ```
/// use autodiff_runtime::AnyTangent;
///
/// let buffer: &mut dyn AnyTangent = &mut [1.0, 2.0];
/// assert_eq!(buffer.as_any().downcast_ref(), Some(&[1.0, 2.0]));
/// ```
pub trait AnyTangent {
    /// The tangent, to be asked for its type.
    fn as_any(&self) -> &dyn Any;

    /// The same to write to.
    fn as_any_mut(&mut self) -> &mut dyn Any;

    #[doc(hidden)]
    fn into_any(self: Box<Self>) -> Box<dyn Any>;

    #[doc(hidden)]
    fn cloned(&self) -> Box<dyn AnyTangent>;

    #[doc(hidden)]
    fn zeroed(&self) -> Box<dyn AnyTangent>;

    #[doc(hidden)]
    fn add(&mut self, other: &dyn AnyTangent);

    #[doc(hidden)]
    fn set_numbers(&mut self, value: f64);

    #[doc(hidden)]
    fn zip_numbers(&mut self, other: &dyn AnyTangent, f: &mut dyn FnMut(f64, f64) -> f64);

    #[doc(hidden)]
    fn named(&self) -> &'static str;
}

impl<T: Tangent + 'static> AnyTangent for T {
    fn as_any(&self) -> &dyn Any {
        self
    }
    fn as_any_mut(&mut self) -> &mut dyn Any {
        self
    }
    fn into_any(self: Box<Self>) -> Box<dyn Any> {
        self
    }
    fn cloned(&self) -> Box<dyn AnyTangent> {
        Box::new(self.clone())
    }
    fn zeroed(&self) -> Box<dyn AnyTangent> {
        Box::new(self.zero_tangent())
    }
    fn add(&mut self, other: &dyn AnyTangent) {
        self.accumulate(of::<T>(other));
    }
    fn set_numbers(&mut self, value: f64) {
        self.set_all(value);
    }
    fn zip_numbers(&mut self, other: &dyn AnyTangent, f: &mut dyn FnMut(f64, f64) -> f64) {
        self.zip_with(of::<T>(other), &mut |x, y| f(x, y));
    }
    fn named(&self) -> &'static str {
        type_name::<T>()
    }
}

/// The tangent or gradient of a `dyn Trait`: that of the type behind it, to be asked for by its type.
///
/// `f::grad` of a function that takes a `&dyn Trait` gives one.
///
/// ```
/// use autodiff_runtime::differentiate;
///
/// #[differentiate]
/// mod rates {
///     pub trait Curve {
///         fn rate(&self, t: f64) -> f64;
///     }
///
///     pub struct Sloped {
///         pub level: f64,
///         pub slope: f64,
///     }
///
///     impl Curve for Sloped {
///         fn rate(&self, t: f64) -> f64 {
///             self.level + self.slope * t
///         }
///     }
///
///     pub fn growth(curve: &dyn Curve, t: f64) -> f64 {
///         curve.rate(t) * t
///     }
/// }
///
/// let curve = rates::Sloped { level: 0.02, slope: 0.001 };
/// let (by_curve, by_t) = rates::growth::grad(&curve, 2.0);
/// let by_curve: &rates::SlopedTangent = by_curve.downcast_ref().unwrap();
/// assert_eq!((by_curve.level, by_curve.slope), (2.0, 4.0));
/// assert_eq!(by_t, 0.02 + 2.0 * 0.001 * 2.0);
/// ```
pub struct ObjectTangent(Box<dyn AnyTangent>);

impl ObjectTangent {
    /// The tangent of an object whose type has this one.
    pub fn new<T: Tangent + 'static>(tangent: T) -> ObjectTangent {
        ObjectTangent(Box::new(tangent))
    }

    /// The tangent of the type behind the object, or `None` where another type stands behind it.
    pub fn downcast_ref<T: 'static>(&self) -> Option<&T> {
        self.0.as_any().downcast_ref()
    }

    /// The same to write to.
    pub fn downcast_mut<T: 'static>(&mut self) -> Option<&mut T> {
        self.0.as_any_mut().downcast_mut()
    }

    /// The same by value.
    ///
    /// # Errors
    /// The tangent as it is, where it is of another type.
    pub fn downcast<T: 'static>(self) -> Result<T, ObjectTangent> {
        match self.0.as_any().is::<T>() {
            true => match self.0.into_any().downcast() {
                Ok(tangent) => Ok(*tangent),
                Err(_) => unreachable!("the type was asked for"),
            },
            false => Err(self),
        }
    }
}

/// What is behind an object's tangent, through the boxes around it.
fn find(tangent: &dyn AnyTangent) -> &dyn AnyTangent {
    let any = tangent.as_any();
    if let Some(object) = any.downcast_ref::<ObjectTangent>() {
        find(&*object.0)
    } else if let Some(object) = any.downcast_ref::<Box<ObjectTangent>>() {
        find(&*object.0)
    } else {
        tangent
    }
}

/// A reference to a tangent as that of the type that an object has.
///
/// # Panics
/// When it is of another type.
#[track_caller]
pub fn of<T: 'static>(tangent: &dyn AnyTangent) -> &T {
    let found = find(tangent);
    let any = found.as_any();
    match any.downcast_ref::<T>().or_else(|| any.downcast_ref::<Box<T>>().map(|inside| &**inside)) {
        Some(tangent) => tangent,
        None => other_type::<T>(found.named()),
    }
}

/// The same to write to.
///
/// # Panics
/// When it is of another type.
#[track_caller]
pub fn of_mut<T: 'static>(tangent: &mut dyn AnyTangent) -> &mut T {
    let (name, any) = (find(tangent).named(), tangent.as_any());
    if any.is::<T>() {
        if let Some(tangent) = tangent.as_any_mut().downcast_mut::<T>() {
            return tangent;
        }
    } else if any.is::<Box<T>>() {
        if let Some(tangent) = tangent.as_any_mut().downcast_mut::<Box<T>>() {
            return tangent;
        }
    } else if any.is::<ObjectTangent>() {
        if let Some(object) = tangent.as_any_mut().downcast_mut::<ObjectTangent>() {
            return of_mut(&mut *object.0);
        }
    } else if any.is::<Box<ObjectTangent>>() {
        if let Some(object) = tangent.as_any_mut().downcast_mut::<Box<ObjectTangent>>() {
            return of_mut(&mut *object.0);
        }
    }
    other_type::<T>(name)
}

#[cold]
#[track_caller]
fn other_type<T>(given: &str) -> ! {
    panic!("a tangent of type `{given}` meets an object whose type has the tangent `{}`", type_name::<T>())
}

impl Clone for ObjectTangent {
    fn clone(&self) -> ObjectTangent {
        ObjectTangent(self.0.cloned())
    }
}

/// Its type and its numbers.
impl fmt::Debug for ObjectTangent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut numbers = Vec::new();
        self.0.cloned().zip_numbers(&*self.0, &mut |number, _| {
            numbers.push(number);
            number
        });
        write!(f, "ObjectTangent<{}>({numbers:?})", find(&*self.0).named())
    }
}

#[diagnostic::do_not_recommend]
impl Differentiable for ObjectTangent {
    type Tangent = ObjectTangent;
    fn zero_tangent(&self) -> ObjectTangent {
        ObjectTangent(self.0.zeroed())
    }
}

#[diagnostic::do_not_recommend]
impl Tangent for ObjectTangent {
    fn accumulate(&mut self, other: &ObjectTangent) {
        self.0.add(&*other.0);
    }
    fn set_all(&mut self, value: f64) {
        self.0.set_numbers(value);
    }
    fn zip_with(&mut self, other: &ObjectTangent, f: &mut impl FnMut(f64, f64) -> f64) {
        self.0.zip_numbers(&*other.0, f);
    }
}

/// A pullback that a method of a trait object has put into a box. `make`, which is never called, says of which type it is.
pub fn recalled<A, R, P: 'static>(kept: Box<dyn Any>, _make: impl FnOnce(A) -> (R, P)) -> P {
    match kept.downcast() {
        Ok(pullback) => *pullback,
        Err(_) => unreachable!("the object is that of the forward sweep"),
    }
}

/// An argument of what is never called.
pub fn argument<T>() -> T {
    unreachable!("this is here for its type")
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, vec};

    #[test]
    fn objects_are_vectors_of_what_is_behind_them() {
        let mut sum = ObjectTangent::new((1.0, vec![2.0]));
        sum.accumulate(&ObjectTangent::new((0.5, vec![10.0])));
        assert_eq!(sum.downcast_ref(), Some(&(1.5, vec![12.0])));
        assert_eq!(sum.zero_tangent().downcast::<(f64, Vec<f64>)>().unwrap(), (0.0, vec![0.0]));
        let mut copy = sum.clone();
        copy.zip_with(&sum, &mut |x, y| x * y);
        assert_eq!(copy.downcast_mut(), Some(&mut (2.25, vec![144.0])));
        copy.set_all(1.0);
        assert_eq!(copy.downcast_ref(), Some(&(1.0, vec![1.0])));
        assert!(copy.downcast_ref::<f64>().is_none());
        assert!(copy.downcast::<f64>().is_err());
        assert_eq!(format!("{:?}", ObjectTangent::new([1.0, 2.0])), "ObjectTangent<[f64; 2]>([1.0, 2.0])");
    }

    #[test]
    fn boxes_around_tangents_are_seen_through() {
        let mut tangents: [Box<dyn AnyTangent>; 4] = [
            Box::new(2.0),
            Box::new(Box::new(2.0)),
            Box::new(ObjectTangent::new(2.0)),
            Box::new(Box::new(ObjectTangent::new(Box::new(ObjectTangent::new(2.0))))),
        ];
        for tangent in &mut tangents {
            *of_mut::<f64>(&mut **tangent) += 1.0;
            assert_eq!(*of::<f64>(&**tangent), 3.0);
        }
    }

    #[test]
    #[should_panic(expected = "a tangent of type `f32` meets an object whose type has the tangent `f64`")]
    fn tangents_of_another_type_are_told() {
        of_mut::<f64>(&mut ObjectTangent::new(1.0_f32));
    }
}
