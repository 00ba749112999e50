//! Making values and looking into them.

use super::{Builtin, Single};
use crate::heap::{ByteArray, Obj, Payload, Text, Thread};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

impl Thread {
    /// `None`
    pub fn none(&mut self) -> Obj {
        self.single(Single::None)
    }

    /// "No object": an absent argument, no result.
    pub fn absent(&mut self) -> Obj {
        self.single(Single::Absent)
    }

    /// `NotImplemented`
    pub fn not_implemented(&mut self) -> Obj {
        self.single(Single::NotImplemented)
    }

    /// `True` or `False`
    pub fn bool(&mut self, value: bool) -> Obj {
        self.single(if value { Single::True } else { Single::False })
    }

    /// An int
    pub fn int(&mut self, value: impl Into<BigInt>) -> Obj {
        let value = value.into();
        self.alloc(Builtin::Int, |_| Payload::Int(value))
    }

    /// A float
    pub fn float(&mut self, value: f64) -> Obj {
        self.alloc(Builtin::Float, |_| Payload::Float(value))
    }

    /// A complex
    pub fn complex(&mut self, real: f64, imaginary: f64) -> Obj {
        self.alloc(Builtin::Complex, |_| Payload::Complex(real, imaginary))
    }

    /// A str of a Rust text
    pub fn str(&mut self, text: &str) -> Obj {
        self.text(Text::from(text))
    }

    /// A str
    pub fn text(&mut self, text: Text) -> Obj {
        self.alloc(Builtin::Str, |_| Payload::Str(text))
    }

    /// A bytes
    pub fn bytes(&mut self, data: Vec<u8>) -> Obj {
        self.alloc(Builtin::Bytes, |_| Payload::Bytes(data))
    }

    /// A bytearray
    pub fn bytearray(&mut self, data: Vec<u8>) -> Obj {
        self.alloc(Builtin::ByteArray, |_| {
            Payload::ByteArray(ByteArray {
                data,
                ..ByteArray::default()
            })
        })
    }

    /// A list
    pub fn list(&mut self, items: &[Obj]) -> Obj {
        self.alloc(Builtin::List, |still| Payload::List(still.get_all(items)))
    }

    /// A tuple
    pub fn tuple(&mut self, items: &[Obj]) -> Obj {
        self.alloc(Builtin::Tuple, |still| Payload::Tuple(still.get_all(items)))
    }

    /// An empty dict
    pub fn dict(&mut self) -> Obj {
        self.alloc(Builtin::Dict, |_| Payload::Dict(Box::default()))
    }

    /// An empty set or frozenset
    pub fn set(&mut self, class: Builtin) -> Obj {
        self.alloc(class, |_| Payload::Set(Box::default()))
    }

    /// Is it `None`?
    pub fn is_none(&mut self, obj: &Obj) -> bool {
        self.none().is(obj)
    }

    /// Is it "no object"?
    pub fn is_absent(&mut self, obj: &Obj) -> bool {
        self.absent().is(obj)
    }

    /// The object, or None when it is "no object".
    pub fn present(&mut self, obj: &Obj) -> Option<Obj> {
        (!self.is_absent(obj)).then(|| obj.clone())
    }

    /// The object of an option, or "no object".
    pub fn or_absent(&mut self, obj: Option<Obj>) -> Obj {
        obj.unwrap_or_else(|| self.absent())
    }

    /// The object of an option, or `None`.
    pub fn or_none(&mut self, obj: Option<Obj>) -> Obj {
        obj.unwrap_or_else(|| self.none())
    }

    /// Is it `NotImplemented`?
    pub fn is_not_implemented(&mut self, obj: &Obj) -> bool {
        self.not_implemented().is(obj)
    }

    /// The value of an int, a bool or an instance of a subclass.
    pub fn as_int(&mut self, obj: &Obj) -> Option<BigInt> {
        self.read(obj, |object, _| match &object.payload {
            Payload::Int(value) => Some(value.clone()),
            Payload::Bool(value) => Some(BigInt::from(*value)),
            _ => None,
        })
    }

    /// The same, when it fits.
    pub fn as_i64(&mut self, obj: &Obj) -> Option<i64> {
        self.as_int(obj)?.to_i64()
    }

    /// The value of a float or an instance of a subclass.
    pub fn as_float(&mut self, obj: &Obj) -> Option<f64> {
        self.read(obj, |object, _| match object.payload {
            Payload::Float(value) => Some(value),
            _ => None,
        })
    }

    /// The parts of a complex or an instance of a subclass.
    pub fn as_complex(&mut self, obj: &Obj) -> Option<(f64, f64)> {
        self.read(obj, |object, _| match object.payload {
            Payload::Complex(real, imaginary) => Some((real, imaginary)),
            _ => None,
        })
    }

    /// The value of a str or an instance of a subclass.
    pub fn as_text(&mut self, obj: &Obj) -> Option<Text> {
        self.read(obj, |object, _| match &object.payload {
            Payload::Str(text) => Some(text.clone()),
            _ => None,
        })
    }

    /// The same as a Rust string, surrogates replaced. For names and messages.
    pub fn as_string(&mut self, obj: &Obj) -> Option<String> {
        self.as_text(obj).map(|text| text.lossy())
    }

    /// The contents of a bytes, a bytearray or an instance of a subclass.
    pub fn as_bytes(&mut self, obj: &Obj) -> Option<Vec<u8>> {
        self.read(obj, |object, _| match &object.payload {
            Payload::Bytes(data) => Some(data.clone()),
            Payload::ByteArray(array) => Some(array.data.clone()),
            _ => None,
        })
    }

    /// The items of a list, a tuple or an instance of a subclass.
    pub fn items(&mut self, obj: &Obj) -> Option<Vec<Obj>> {
        self.read(obj, |object, still| match &object.payload {
            Payload::List(items) | Payload::Tuple(items) => Some(still.hold_all(items)),
            _ => None,
        })
    }

    /// Start, stop and step of a slice.
    pub fn slice_parts(&mut self, obj: &Obj) -> Option<[Obj; 3]> {
        self.read(obj, |object, still| match &object.payload {
            Payload::Slice([start, stop, step]) => {
                Some([still.hold(start), still.hold(stop), still.hold(step)])
            }
            _ => None,
        })
    }
}
