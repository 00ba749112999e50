//! The methods of range and slice.

use super::args::Taken;
use crate::contents;
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Compare, Def, getter, hash, keyword_function, method};
use num_bigint::BigInt;
use num_integer::Integer;
use num_traits::{Signed, ToPrimitive, Zero};

/// The numbers of a range.
#[derive(Clone)]
struct Range {
    start: BigInt,
    stop: BigInt,
    step: BigInt,
}

contents!(Range);

/// What a range's iterator is about to give.
struct Steps {
    next: BigInt,
    step: BigInt,
    left: BigInt,
}

contents!(Steps);

impl crate::heap::Escapes for Range {}

impl Range {
    fn length(&self) -> BigInt {
        let span = if self.step.is_positive() {
            &self.stop - &self.start
        } else {
            &self.start - &self.stop
        };
        if !span.is_positive() {
            return BigInt::zero();
        }
        span.div_ceil(&self.step.abs())
    }

    fn at(&self, index: &BigInt) -> BigInt {
        &self.start + index * &self.step
    }

    /// What tells ranges apart: length, first item, step, as far as there are any.
    fn key(&self) -> (BigInt, Option<BigInt>, Option<BigInt>) {
        let length = self.length();
        let first = (!length.is_zero()).then(|| self.start.clone());
        let step = (length > BigInt::from(1)).then(|| self.step.clone());
        (length, first, step)
    }

    fn place_of(&self, value: &BigInt) -> Option<BigInt> {
        let (index, rest) = (value - &self.start).div_mod_floor(&self.step);
        (rest.is_zero() && !index.is_negative() && index < self.length()).then_some(index)
    }
}

fn range(t: &mut Thread, obj: &Obj) -> Range {
    t.read(obj, |object, _| object.payload.other::<Range>().cloned())
        .unwrap_or_else(|| Range {
            start: BigInt::ZERO,
            stop: BigInt::ZERO,
            step: 1.into(),
        })
}

fn make(t: &mut Thread, range: Range) -> Obj {
    t.alloc(Builtin::Range, |_| Payload::Other(Box::new(range)))
}

fn steps(t: &mut Thread, next: BigInt, step: BigInt, left: BigInt) -> Obj {
    t.alloc(Builtin::RangeIterator, |_| {
        Payload::Other(Box::new(Steps { next, step, left }))
    })
}

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::Range,
        &[
            keyword_function("__new__", |t, a, keywords| {
                t.no_keywords("range", keywords)?;
                t.count_arguments("range", &a[1..], 1, 3)?;
                let mut numbers = Vec::new();
                for arg in &a[1..] {
                    numbers.push(t.index(arg)?);
                }
                let step = numbers.get(2).cloned().unwrap_or_else(|| 1.into());
                if step.is_zero() {
                    return Err(t.value_error("range() arg 3 must not be zero"));
                }
                let (start, stop) = match &numbers[..] {
                    [stop] => (BigInt::ZERO, stop.clone()),
                    [start, stop, ..] => (start.clone(), stop.clone()),
                    [] => (BigInt::ZERO, BigInt::ZERO),
                };
                Ok(make(t, Range { start, stop, step }))
            }),
            method("__repr__", 0, 0, |t, a| {
                let Range { start, stop, step } = range(t, &a[0]);
                Ok(t.str(&if step == 1.into() {
                    format!("range({start}, {stop})")
                } else {
                    format!("range({start}, {stop}, {step})")
                }))
            }),
            method("__len__", 0, 0, |t, a| {
                let length = range(t, &a[0]).length();
                if length.to_isize().is_none() {
                    return Err(t.overflow_error("Python int too large to convert to C ssize_t"));
                }
                Ok(t.int(length))
            }),
            method("__bool__", 0, 0, |t, a| {
                let length = range(t, &a[0]).length();
                Ok(t.bool(!length.is_zero()))
            }),
            method("__iter__", 0, 0, |t, a| {
                let range = range(t, &a[0]);
                let length = range.length();
                Ok(steps(t, range.start, range.step, length))
            }),
            method("__reversed__", 0, 0, |t, a| {
                let range = range(t, &a[0]);
                let length = range.length();
                Ok(steps(t, range.at(&(&length - 1)), -range.step.clone(), length))
            }),
            method("__getitem__", 1, 1, get_item),
            method("__contains__", 1, 1, |t, a| {
                let range = range(t, &a[0]);
                match t.as_int(&a[1]) {
                    Some(value) => Ok(t.bool(range.place_of(&value).is_some())),
                    None => {
                        let found = search(t, a)?;
                        Ok(t.bool(found.is_some()))
                    }
                }
            }),
            method("index", 1, 1, |t, a| match search(t, a)? {
                Some(place) => Ok(t.int(place)),
                None => {
                    let shown = t.repr_string(&a[1])?;
                    Err(t.value_error(format!("{shown} is not in range")))
                }
            }),
            method("count", 1, 1, |t, a| {
                let found = search(t, a)?;
                Ok(t.int(i32::from(found.is_some())))
            }),
            method("__eq__", 1, 1, |t, a| {
                if t.shape_of(&a[1]) != Builtin::Range {
                    return Ok(t.not_implemented());
                }
                let (x, y) = (range(t, &a[0]), range(t, &a[1]));
                Ok(t.bool(x.key() == y.key()))
            }),
            method("__hash__", 0, 0, |t, a| {
                let range = range(t, &a[0]);
                Ok(t.int(hash::of(&range.key())))
            }),
            getter("start", |t, a| {
                let range = range(t, &a[0]);
                Ok(t.int(range.start))
            }),
            getter("stop", |t, a| {
                let range = range(t, &a[0]);
                Ok(t.int(range.stop))
            }),
            getter("step", |t, a| {
                let range = range(t, &a[0]);
                Ok(t.int(range.step))
            }),
        ],
    ),
    (
        Builtin::RangeIterator,
        &[
            method("__iter__", 0, 0, |_, a| Ok(a[0].clone())),
            method("__next__", 0, 0, |t, a| {
                let next = t.write(&a[0], |object, _| {
                    let steps = object.payload.other_mut::<Steps>()?;
                    if steps.left.is_zero() {
                        return None;
                    }
                    let next = steps.next.clone();
                    steps.next += &steps.step;
                    steps.left -= 1;
                    Some(next)
                });
                match next {
                    Some(next) => Ok(t.int(next)),
                    None => Err(t.stop()),
                }
            }),
            method("__length_hint__", 0, 0, |t, a| {
                let left = t.read(&a[0], |object, _| {
                    object.payload.other::<Steps>().map(|steps| steps.left.clone())
                });
                Ok(t.int(left.unwrap_or_default()))
            }),
        ],
    ),
    (
        Builtin::Slice,
        &[
            keyword_function("__new__", |t, a, keywords| {
                t.no_keywords("slice", keywords)?;
                t.count_arguments("slice", &a[1..], 1, 3)?;
                let none = t.none();
                Ok(match &a[1..] {
                    [stop] => slice(t, &none, stop, &none),
                    [start, stop] => slice(t, start, stop, &none),
                    [start, stop, step, ..] => slice(t, start, stop, step),
                    [] => none,
                })
            }),
            method("__repr__", 0, 0, |t, a| {
                let mut shown = Vec::new();
                for part in t.slice_parts(&a[0]).into_iter().flatten() {
                    shown.push(t.repr_string(&part)?);
                }
                Ok(t.str(&format!("slice({})", shown.join(", "))))
            }),
            method("__eq__", 1, 1, |t, a| compare_slices(t, a, Compare::Equal)),
            method("__ne__", 1, 1, |t, a| compare_slices(t, a, Compare::NotEqual)),
            method("__lt__", 1, 1, |t, a| compare_slices(t, a, Compare::Less)),
            method("__le__", 1, 1, |t, a| compare_slices(t, a, Compare::LessEqual)),
            method("__gt__", 1, 1, |t, a| compare_slices(t, a, Compare::Greater)),
            method("__ge__", 1, 1, |t, a| compare_slices(t, a, Compare::GreaterEqual)),
            method("indices", 1, 1, |t, a| {
                let length = t.index_size(&a[1])?;
                let Ok(length) = usize::try_from(length) else {
                    return Err(t.value_error("length should not be negative"));
                };
                let Taken {
                    start, stop, step, ..
                } = t.taken(&a[0], |_| length)?;
                let parts = [start, stop, step].map(|part| t.int(part));
                Ok(t.tuple(&parts))
            }),
            getter("start", |t, a| part(t, a, 0)),
            getter("stop", |t, a| part(t, a, 1)),
            getter("step", |t, a| part(t, a, 2)),
        ],
    ),
];

/// A new slice.
pub(super) fn slice(t: &mut Thread, start: &Obj, stop: &Obj, step: &Obj) -> Obj {
    t.alloc(Builtin::Slice, |still| {
        Payload::Slice([still.get(start), still.get(stop), still.get(step)])
    })
}

fn part(t: &mut Thread, a: &[Obj], at: usize) -> Res {
    let parts = t.slice_parts(&a[0]);
    Ok(t.or_none(parts.map(|parts| parts[at].clone())))
}

fn compare_slices(t: &mut Thread, a: &[Obj], op: Compare) -> Res {
    match (t.slice_parts(&a[0]), t.slice_parts(&a[1])) {
        (Some(x), Some(y)) => {
            let (x, y) = (t.tuple(&x), t.tuple(&y));
            t.rich_compare(&x, &y, op)
        }
        _ => Ok(t.not_implemented()),
    }
}

fn search(t: &mut Thread, a: &[Obj]) -> Res<Option<BigInt>> {
    if let Some(value) = t.as_int(&a[1]) {
        return Ok(range(t, &a[0]).place_of(&value));
    }
    let iterator = t.iter(&a[0])?;
    let mut place = BigInt::ZERO;
    while let Some(item) = t.next(&iterator)? {
        if t.equal(&item, &a[1])? {
            return Ok(Some(place));
        }
        place += 1;
    }
    Ok(None)
}

fn get_item(t: &mut Thread, a: &[Obj]) -> Res {
    let range = range(t, &a[0]);
    let length = range.length();
    if t.slice_parts(&a[1]).is_some() {
        let length = length.to_usize().unwrap_or(isize::MAX as usize);
        let taken = t.taken(&a[1], |_| length)?;
        let [start, stop] = [taken.start, taken.stop].map(|bound| range.at(&bound.into()));
        return Ok(make(
            t,
            Range {
                start,
                stop,
                step: range.step * taken.step,
            },
        ));
    }
    let class = t.class_of(&a[1]);
    if t.as_int(&a[1]).is_none() && t.lookup(&class, "__index__").is_none() {
        let given = t.class_name(&class);
        return Err(t.type_error(format!("range indices must be integers or slices, not {given}")));
    }
    let index = t.index(&a[1])?;
    let index = if index.is_negative() {
        index + &length
    } else {
        index
    };
    if index.is_negative() || index >= length {
        return Err(t.index_error("range object index out of range"));
    }
    Ok(t.int(range.at(&index)))
}
