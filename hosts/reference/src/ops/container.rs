//! Containers: the section "containers" of the operations, and the methods of list, tuple, dict, set, slice, range and
//! bytearray, with their iterators.

use super::Operation;
use crate::contents;
use crate::heap::{Obj, Payload, Ref, Res, Thread};
use crate::types::{Builtin, Def, method};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::DictGet, |t, a| {
        let found = t.dict_get(&a[0], &a[1])?;
        Ok(t.or_absent(found))
    }),
    (Op::DictLen, |t, a| {
        let length = t.table_len(&a[0]);
        Ok(t.int(length))
    }),
];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[
    (
        Builtin::List,
        &[
            method("__len__", 0, 0, sequence_len),
            method("append", 1, 1, list_append),
            method("__iter__", 0, 0, |t, a| {
                Ok(iterator(t, Builtin::ListIterator, &a[0]))
            }),
        ],
    ),
    (
        Builtin::ListIterator,
        &[
            method("__iter__", 0, 0, |_, a| Ok(a[0].clone())),
            method("__next__", 0, 0, iterator_next),
        ],
    ),
    (
        Builtin::SeqIterator,
        &[
            method("__iter__", 0, 0, |_, a| Ok(a[0].clone())),
            method("__next__", 0, 0, iterator_next),
        ],
    ),
];

fn sequence_len(t: &mut Thread, a: &[Obj]) -> Res {
    let length = t.read(&a[0], |object, _| match &object.payload {
        Payload::List(items) | Payload::Tuple(items) => items.len(),
        _ => 0,
    });
    Ok(t.int(length))
}

fn list_append(t: &mut Thread, a: &[Obj]) -> Res {
    t.write(&a[0], |object, still| {
        if let Payload::List(items) = &mut object.payload {
            items.push(still.get(&a[1]));
        }
    });
    Ok(t.none())
}

/// An iterator over a sequence by index.
struct Iteration {
    sequence: Option<Ref>,
    at: usize,
}

contents!(Iteration, sequence);

fn iterator(t: &mut Thread, class: Builtin, sequence: &Obj) -> Obj {
    t.alloc(class, |still| {
        let sequence = Some(still.get(sequence));
        Payload::Other(Box::new(Iteration { sequence, at: 0 }))
    })
}

/// An iterator over `o[0]`, `o[1]` and so on.
pub fn sequence_iterator(t: &mut Thread, sequence: &Obj) -> Obj {
    iterator(t, Builtin::SeqIterator, sequence)
}

fn iterator_next(t: &mut Thread, a: &[Obj]) -> Res {
    let state = t.write(&a[0], |object, still| {
        let state = object.payload.other_mut::<Iteration>()?;
        state.at += 1;
        Some((still.hold(state.sequence.as_ref()?), state.at - 1))
    });
    let Some((sequence, at)) = state else {
        return Err(t.raise_with(Builtin::StopIteration, &[]));
    };
    let index = t.int(at);
    match t.call_special(&sequence, "__getitem__", &[index]) {
        Ok(Some(item)) => Ok(item),
        Err(error) if !t.raised(&error, Builtin::IndexError) => Err(error),
        _ => {
            t.write(&a[0], |object, _| {
                if let Some(state) = object.payload.other_mut::<Iteration>() {
                    state.sequence = None;
                }
            });
            Err(t.raise_with(Builtin::StopIteration, &[]))
        }
    }
}
