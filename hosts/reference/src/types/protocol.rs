//! What every object can be asked: truth, hash, comparison, text, length, items, iteration. All of it goes to the special
//! methods of the object's class, builtins included.

use super::{Builtin, hash};
use crate::heap::{Escapes, Obj, Payload, Res, Thread};
use std::cmp::Ordering;

/// A comparison, by CPython's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `<`
    Less = 0,
    /// `<=`
    LessEqual = 1,
    /// `==`
    Equal = 2,
    /// `!=`
    NotEqual = 3,
    /// `>`
    Greater = 4,
    /// `>=`
    GreaterEqual = 5,
}

impl Escapes for Compare {}

impl Compare {
    /// By number.
    pub fn from_number(number: i64) -> Option<Self> {
        use Compare::{Equal, Greater, GreaterEqual, Less, LessEqual, NotEqual};
        [Less, LessEqual, Equal, NotEqual, Greater, GreaterEqual]
            .get(usize::try_from(number).ok()?)
            .copied()
    }

    /// Its special method.
    pub const fn special(self) -> &'static str {
        ["__lt__", "__le__", "__eq__", "__ne__", "__gt__", "__ge__"][self as usize]
    }

    /// As it is written.
    pub const fn symbol(self) -> &'static str {
        ["<", "<=", "==", "!=", ">", ">="][self as usize]
    }

    /// The same question asked from the other side.
    pub const fn swapped(self) -> Self {
        match self {
            Compare::Less => Compare::Greater,
            Compare::LessEqual => Compare::GreaterEqual,
            Compare::Greater => Compare::Less,
            Compare::GreaterEqual => Compare::LessEqual,
            same => same,
        }
    }

    /// The answer for two things in this order.
    pub fn holds(self, order: Ordering) -> bool {
        match self {
            Compare::Less => order.is_lt(),
            Compare::LessEqual => order.is_le(),
            Compare::Equal => order.is_eq(),
            Compare::NotEqual => order.is_ne(),
            Compare::Greater => order.is_gt(),
            Compare::GreaterEqual => order.is_ge(),
        }
    }
}

impl Thread {
    /// `repr(o)`
    pub fn repr(&mut self, obj: &Obj) -> Res {
        self.text_of(obj, "__repr__")
    }

    /// `str(o)`
    pub fn str_of(&mut self, obj: &Obj) -> Res {
        if self.builtin_of(obj) == Some(Builtin::Str) {
            return Ok(obj.clone());
        }
        self.text_of(obj, "__str__")
    }

    fn text_of(&mut self, obj: &Obj, special: &str) -> Res {
        let Some(made) = self.call_special(obj, special, &[])? else {
            let name = self.type_name(obj);
            return Err(self.type_error(format!("'{name}' object has no {special}")));
        };
        if !self.is_instance(&made, Builtin::Str) {
            let given = self.type_name(&made);
            return Err(self.type_error(format!("{special} returned non-string (type {given})")));
        }
        Ok(made)
    }

    /// `repr(o)` as a Rust string.
    pub fn repr_string(&mut self, obj: &Obj) -> Res<String> {
        let made = self.repr(obj)?;
        Ok(self.as_string(&made).unwrap_or_default())
    }

    /// `str(o)` as a Rust string.
    pub fn str_string(&mut self, obj: &Obj) -> Res<String> {
        let made = self.str_of(obj)?;
        Ok(self.as_string(&made).unwrap_or_default())
    }

    /// `hash(o)`
    pub fn hash(&mut self, obj: &Obj) -> Res<i64> {
        if self.builtin_of(obj).is_some() {
            let known = self.read(obj, |object, _| match &object.payload {
                Payload::Str(text) => Some(hash::text(text)),
                Payload::Int(value) => Some(hash::int(value)),
                _ => None,
            });
            if let Some(hash) = known {
                return Ok(hash);
            }
        }
        let class = self.class_of(obj);
        match self.lookup(&class, "__hash__") {
            Some(special) if !self.is_none(&special) => {
                let bound = self.bind(&special, Some(obj), &class)?;
                let made = self.call(&bound, &[])?;
                match self.as_int(&made) {
                    Some(value) => Ok(i64::try_from(&value).unwrap_or_else(|_| hash::int(&value))),
                    None => Err(self.type_error("__hash__ method should return an integer")),
                }
            }
            _ => {
                let name = self.class_name(&class);
                Err(self.type_error(format!("unhashable type: '{name}'")))
            }
        }
    }

    /// The hash of an object by its identity.
    pub fn identity_hash(&mut self, obj: &Obj) -> i64 {
        self.read(obj, |object, _| (object.id << 4) as i64)
    }

    /// `bool(o)`
    pub fn truth(&mut self, obj: &Obj) -> Res<bool> {
        let known = self.read(obj, |object, _| match &object.payload {
            Payload::Bool(value) => Some(*value),
            Payload::None => Some(false),
            _ => None,
        });
        if let Some(value) = known {
            return Ok(value);
        }
        if let Some(made) = self.call_special(obj, "__bool__", &[])? {
            return match self.read(&made, |object, _| match object.payload {
                Payload::Bool(value) => Some(value),
                _ => None,
            }) {
                Some(value) => Ok(value),
                None => {
                    let given = self.type_name(&made);
                    Err(self.type_error(format!("__bool__ should return bool, returned {given}")))
                }
            };
        }
        Ok(match self.len_if_any(obj)? {
            Some(length) => length != 0,
            None => true,
        })
    }

    /// `a OP b`: an object.
    pub fn rich_compare(&mut self, a: &Obj, b: &Obj, op: Compare) -> Res {
        self.deeper(|t| {
            let (left, right) = (t.class_of(a), t.class_of(b));
            let mut tried = false;
            if !left.is(&right)
                && t.derives(&right, &left)
                && t.lookup(&right, op.swapped().special()).is_some()
            {
                tried = true;
                if let Some(answer) = t.compare_one(b, a, op.swapped())? {
                    return Ok(answer);
                }
            }
            if let Some(answer) = t.compare_one(a, b, op)? {
                return Ok(answer);
            }
            if !tried && let Some(answer) = t.compare_one(b, a, op.swapped())? {
                return Ok(answer);
            }
            match op {
                Compare::Equal => Ok(t.bool(a.is(b))),
                Compare::NotEqual => Ok(t.bool(!a.is(b))),
                _ => {
                    let (left, right) = (t.class_name(&left), t.class_name(&right));
                    Err(t.type_error(format!(
                        "'{}' not supported between instances of '{left}' and '{right}'",
                        op.symbol()
                    )))
                }
            }
        })
    }

    fn compare_one(&mut self, a: &Obj, b: &Obj, op: Compare) -> Res<Option<Obj>> {
        let Some(answer) = self.call_special(a, op.special(), std::slice::from_ref(b))? else {
            return Ok(None);
        };
        Ok((!self.is_not_implemented(&answer)).then_some(answer))
    }

    /// `a is b or a == b`, as containers compare their items.
    pub fn equal(&mut self, a: &Obj, b: &Obj) -> Res<bool> {
        if a.is(b) {
            return Ok(true);
        }
        let answer = self.rich_compare(a, b, Compare::Equal)?;
        self.truth(&answer)
    }

    /// `len(o)`, None when its class has no `__len__`.
    pub fn len_if_any(&mut self, obj: &Obj) -> Res<Option<usize>> {
        let Some(made) = self.call_special(obj, "__len__", &[])? else {
            return Ok(None);
        };
        let value = self.index(&made)?;
        match usize::try_from(&value) {
            Ok(length) if isize::try_from(length).is_ok() => Ok(Some(length)),
            _ if value.sign() == num_bigint::Sign::Minus => {
                Err(self.value_error("__len__() should return >= 0"))
            }
            _ => Err(self.overflow_error("cannot fit 'int' into an index-sized integer")),
        }
    }

    /// `len(o)`
    pub fn len(&mut self, obj: &Obj) -> Res<usize> {
        match self.len_if_any(obj)? {
            Some(length) => Ok(length),
            None => {
                let name = self.type_name(obj);
                Err(self.type_error(format!("object of type '{name}' has no len()")))
            }
        }
    }

    /// `operator.index(o)`
    pub fn index(&mut self, obj: &Obj) -> Res<num_bigint::BigInt> {
        if let Some(value) = self.as_int(obj) {
            return Ok(value);
        }
        let Some(made) = self.call_special(obj, "__index__", &[])? else {
            let name = self.type_name(obj);
            return Err(self.type_error(format!("'{name}' object cannot be interpreted as an integer")));
        };
        match self.as_int(&made) {
            Some(value) => Ok(value),
            None => {
                let given = self.type_name(&made);
                Err(self.type_error(format!("__index__ returned non-int (type {given})")))
            }
        }
    }

    /// `iter(o)`
    pub fn iter(&mut self, obj: &Obj) -> Res {
        let class = self.class_of(obj);
        let special = self.lookup(&class, "__iter__");
        if let Some(special) = special
            && !self.is_none(&special)
        {
            let bound = self.bind(&special, Some(obj), &class)?;
            let made = self.call(&bound, &[])?;
            let own = self.class_of(&made);
            if self.lookup(&own, "__next__").is_none() {
                let given = self.class_name(&own);
                return Err(self.type_error(format!("iter() returned non-iterator of type '{given}'")));
            }
            return Ok(made);
        }
        if self.lookup(&class, "__getitem__").is_some() {
            return Ok(crate::ops::container::sequence_iterator(self, obj));
        }
        let name = self.class_name(&class);
        Err(self.type_error(format!("'{name}' object is not iterable")))
    }

    /// `next(o)`, None at the end.
    pub fn next(&mut self, iterator: &Obj) -> Res<Option<Obj>> {
        match self.call_special(iterator, "__next__", &[]) {
            Ok(Some(item)) => Ok(Some(item)),
            Ok(None) => {
                let name = self.type_name(iterator);
                Err(self.type_error(format!("'{name}' object is not an iterator")))
            }
            Err(error) if self.raised(&error, Builtin::StopIteration) => {
                match self.exception_field(&error.0, "value") {
                    Some(value) if !self.is_none(&value) => Err(error),
                    _ => Ok(None),
                }
            }
            Err(error) => Err(error),
        }
    }

    /// Every item of an iterable.
    pub fn collect_items(&mut self, iterable: &Obj) -> Res<Vec<Obj>> {
        if matches!(self.builtin_of(iterable), Some(Builtin::List | Builtin::Tuple)) {
            return Ok(self.items(iterable).unwrap_or_default());
        }
        let iterator = self.iter(iterable)?;
        let mut items = Vec::new();
        while let Some(item) = self.next(&iterator)? {
            items.push(item);
        }
        Ok(items)
    }

    /// A special method that must be there: `what` says what the object is not, for the `TypeError`.
    pub fn need_special(&mut self, obj: &Obj, special: &str, args: &[Obj], what: &str) -> Res {
        match self.call_special(obj, special, args)? {
            Some(result) => Ok(result),
            None => {
                let name = self.type_name(obj);
                Err(self.type_error(format!("'{name}' object {what}")))
            }
        }
    }
}
