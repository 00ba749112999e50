//! Reading arguments: keywords by name, indices that fit, and the words in which CPython complains.

use crate::heap::{Obj, Raised, Res, Thread};
use crate::types::{Builtin, Keywords};
use num_bigint::{BigInt, Sign};
use num_traits::ToPrimitive;

impl Thread {
    /// Positional and keyword arguments by these names; the first `required` must be there.
    pub fn arguments<const N: usize>(
        &mut self,
        function: &str,
        names: [&str; N],
        required: usize,
        args: &[Obj],
        keywords: &Keywords,
    ) -> Res<[Option<Obj>; N]> {
        let given = args.len() + keywords.len();
        if given > N {
            let plural = if N == 1 { "" } else { "s" };
            let limit = if required == N { "exactly" } else { "at most" };
            let kind = if args.is_empty() { "keyword " } else { "" };
            let message = match N {
                0 => format!("{function}() takes no arguments ({given} given)"),
                _ => format!("{function}() takes {limit} {N} {kind}argument{plural} ({given} given)"),
            };
            return Err(self.type_error(message));
        }
        let mut found: [Option<Obj>; N] = std::array::from_fn(|i| args.get(i).cloned());
        for (name, value) in keywords {
            let Some(at) = names.iter().position(|known| known == name) else {
                return Err(self.type_error(format!(
                    "'{name}' is an invalid keyword argument for {function}()"
                )));
            };
            if found[at].is_some() {
                return Err(self.type_error(format!(
                    "argument for {function}() given by name ('{name}') and position ({})",
                    at + 1
                )));
            }
            found[at] = Some(value.clone());
        }
        if let Some(at) = found[..required].iter().position(Option::is_none) {
            return Err(self.type_error(format!(
                "{function}() missing required argument '{}' (pos {})",
                names[at],
                at + 1
            )));
        }
        Ok(found)
    }

    /// Refuses keyword arguments.
    pub fn no_keywords(&mut self, function: &str, keywords: &Keywords) -> Res<()> {
        if keywords.is_empty() {
            return Ok(());
        }
        Err(self.type_error(format!("{function}() takes no keyword arguments")))
    }

    /// Between `min` and `max` positional arguments?
    pub fn count_arguments(&mut self, function: &str, args: &[Obj], min: usize, max: usize) -> Res<()> {
        let given = args.len();
        if (min..=max).contains(&given) {
            return Ok(());
        }
        let (limit, wanted) = match given < min {
            _ if min == max => ("", min),
            true => ("at least ", min),
            false => ("at most ", max),
        };
        let plural = if wanted == 1 { "" } else { "s" };
        Err(self.type_error(format!(
            "{function} expected {limit}{wanted} argument{plural}, got {given}"
        )))
    }

    /// An index into a sequence; what is too large is an `IndexError`.
    pub fn index_size(&mut self, obj: &Obj) -> Res<isize> {
        let value = self.index(obj)?;
        match value.to_isize() {
            Some(value) => Ok(value),
            None => {
                let name = self.type_name(obj);
                Err(self.index_error(format!("cannot fit '{name}' into an index-sized integer")))
            }
        }
    }

    /// A count; what is too large is an `OverflowError`.
    pub fn size(&mut self, obj: &Obj) -> Res<isize> {
        match self.index(obj)?.to_isize() {
            Some(value) => Ok(value),
            None => Err(self.overflow_error("Python int too large to convert to C ssize_t")),
        }
    }

    /// A C int.
    pub fn c_int(&mut self, obj: &Obj) -> Res<i32> {
        let value = self.index(obj)?;
        match (value.to_i32(), value.to_i64()) {
            (Some(value), _) => Ok(value),
            (None, Some(value)) if value > 0 => {
                Err(self.overflow_error("signed integer is greater than maximum"))
            }
            (None, Some(_)) => Err(self.overflow_error("signed integer is less than minimum")),
            (None, None) => Err(self.overflow_error("Python int too large to convert to C int")),
        }
    }

    /// A bound of a slice: None for `None`, clipped when it is too large.
    pub fn bound_of(&mut self, obj: &Obj) -> Res<Option<isize>> {
        if self.is_none(obj) {
            return Ok(None);
        }
        let class = self.class_of(obj);
        if self.as_int(obj).is_none() && self.lookup(&class, "__index__").is_none() {
            return Err(self.type_error("slice indices must be integers or None or have an __index__ method"));
        }
        let value = self.index(obj)?;
        Ok(Some(clip(&value)))
    }

    /// Start and stop among the arguments of methods like `find`, put into the range of a length.
    pub fn range_arguments(&mut self, args: &[Obj], length: usize) -> Res<(usize, usize)> {
        let mut bounds = [0, isize::MAX];
        for (bound, arg) in bounds.iter_mut().zip(args) {
            if let Some(value) = self.bound_of(arg)? {
                *bound = value;
            }
        }
        let length = length as isize;
        let place = |bound: isize| if bound < 0 { (bound + length).max(0) } else { bound };
        Ok((place(bounds[0]) as usize, place(bounds[1]).min(length) as usize))
    }

    /// `StopIteration`
    pub fn stop(&mut self) -> Raised {
        self.raise_with(Builtin::StopIteration, &[])
    }
}

/// The nearest value of a size.
pub fn clip(value: &BigInt) -> isize {
    value.to_isize().unwrap_or(if value.sign() == Sign::Minus {
        isize::MIN
    } else {
        isize::MAX
    })
}

/// First index, step and number of the items that a slice takes from a sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    /// Index of the first item
    pub start: isize,
    /// Behind the last item
    pub stop: isize,
    /// From item to item
    pub step: isize,
    /// How many
    pub count: usize,
}

impl crate::heap::Escapes for Taken {}

impl Taken {
    /// The indices in order.
    pub fn indices(self) -> impl DoubleEndedIterator<Item = usize> {
        (0..self.count as isize).map(move |i| (self.start + i * self.step) as usize)
    }

    /// By CPython's rules for a sequence of this length.
    pub fn new(start: Option<isize>, stop: Option<isize>, step: isize, length: usize) -> Self {
        let length = length as isize;
        let (low, high) = if step < 0 { (-1, length - 1) } else { (0, length) };
        let place = |bound: Option<isize>, default: isize| match bound {
            None => default,
            Some(bound) if bound < 0 => bound.saturating_add(length).max(low),
            Some(bound) => bound.min(high),
        };
        let (start, stop) = if step < 0 {
            (place(start, high), place(stop, low))
        } else {
            (place(start, low), place(stop, high))
        };
        let count = if step < 0 {
            if stop < start {
                (start - stop - 1) / -step + 1
            } else {
                0
            }
        } else if start < stop {
            (stop - start - 1) / step + 1
        } else {
            0
        };
        Taken {
            start,
            stop,
            step,
            count: count as usize,
        }
    }
}

impl Thread {
    /// What a slice object takes from a sequence, whose length is asked after the bounds (they may run code).
    pub fn taken(&mut self, slice: &Obj, length: impl FnOnce(&mut Thread) -> usize) -> Res<Taken> {
        let Some([start, stop, step]) = self.slice_parts(slice) else {
            return Err(self.type_error("slice expected"));
        };
        let step = self.bound_of(&step)?.unwrap_or(1).max(-isize::MAX);
        if step == 0 {
            return Err(self.value_error("slice step cannot be zero"));
        }
        let (start, stop) = (self.bound_of(&start)?, self.bound_of(&stop)?);
        let length = length(self);
        Ok(Taken::new(start, stop, step, length))
    }
}
