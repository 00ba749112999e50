//! Containers: the section "containers" of the operations.

use super::Operation;
use super::args::clip;
use super::dict::{self, Override};
use super::{iteration, list, number::call_builtin, range, set};
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::Builtin;
use gimbal_host::Op;

pub use super::iteration::sequence_iterator;

pub(super) const OPS: &[(Op, Operation)] = &[
    (Op::TupleOf, |t, a| iteration::tuple_of(t, &a[0])),
    (Op::ListAppend, |t, a| {
        let length = list::change(t, &a[0], |items, still| {
            items.push(still.get(&a[1]));
            items.len()
        });
        Ok(t.int(length))
    }),
    (Op::ListInsert, |t, a| {
        let at = clip(&t.index(&a[1])?);
        list::insert(t, &a[0], at, &a[2]);
        let length = list::length(t, &a[0]);
        Ok(t.int(length))
    }),
    (Op::ListSetItem, |t, a| {
        let at = clip(&t.index(&a[1])?);
        let done = list::change(t, &a[0], |items, still| {
            let place = usize::try_from(at).ok().and_then(|at| items.get_mut(at));
            place.map(|place| *place = still.get(&a[2])).is_some()
        });
        if done {
            Ok(t.none())
        } else {
            Err(t.index_error("list assignment index out of range"))
        }
    }),
    (Op::ListSetSlice, |t, a| {
        let (low, high) = (clip(&t.index(&a[1])?), clip(&t.index(&a[2])?));
        let new = t.present(&a[3]);
        list::set_slice(t, &a[0], low, high, new.as_ref())?;
        Ok(t.none())
    }),
    (Op::ListSort, |t, a| list_method(t, &a[0], "sort")),
    (Op::ListReverse, |t, a| list_method(t, &a[0], "reverse")),
    (Op::GetSlice, |t, a| {
        let none = t.none();
        let slice = range::slice(t, &a[1], &a[2], &none);
        t.get_item(&a[0], &slice)
    }),
    (Op::SetSlice, |t, a| {
        let none = t.none();
        let slice = range::slice(t, &a[1], &a[2], &none);
        match t.present(&a[3]) {
            Some(new) => t.set_item(&a[0], &slice, &new)?,
            None => t.delete_item(&a[0], &slice)?,
        }
        Ok(none)
    }),
    (Op::NewSlice, |t, a| Ok(range::slice(t, &a[0], &a[1], &a[2]))),
    (Op::DictGet, |t, a| {
        let found = t.dict_get(&a[0], &a[1])?;
        Ok(t.or_absent(found))
    }),
    (Op::DictSet, |t, a| {
        t.dict_set(&a[0], &a[1], &a[2])?;
        Ok(t.none())
    }),
    (Op::DictDel, |t, a| {
        dict::delete(t, &a[0], &a[1])?;
        Ok(t.none())
    }),
    (Op::DictContains, |t, a| {
        let found = t.table_find(&a[0], &a[1])?;
        Ok(t.bool(found.is_some()))
    }),
    (Op::DictLen, |t, a| {
        let length = t.table_len(&a[0]);
        Ok(t.int(length))
    }),
    (Op::DictClear, |t, a| {
        t.table_clear(&a[0]);
        Ok(t.none())
    }),
    (Op::DictCopy, |t, a| dict::copy(t, &a[0])),
    (Op::DictKeys, |t, a| {
        let keys = t.table_keys(&a[0]);
        Ok(t.list(&keys))
    }),
    (Op::DictValues, |t, a| {
        let values: Vec<Obj> = t.dict_items(&a[0]).into_iter().map(|(_, value)| value).collect();
        Ok(t.list(&values))
    }),
    (Op::DictItems, |t, a| {
        let mut pairs = Vec::new();
        for (key, value) in t.dict_items(&a[0]) {
            pairs.push(t.tuple(&[key, value]));
        }
        Ok(t.list(&pairs))
    }),
    (Op::DictSnapshot, |t, a| {
        let flat: Vec<Obj> = t
            .dict_items(&a[0])
            .into_iter()
            .flat_map(|(key, value)| [key, value])
            .collect();
        Ok(t.tuple(&flat))
    }),
    (Op::DictMerge, |t, a| {
        let how = match t.as_i64(&a[2]) {
            Some(0) => Override::No,
            Some(2) => Override::Refuse,
            _ => Override::Yes,
        };
        if t.truth(&a[3])? {
            dict::merge_pairs(t, &a[0], &a[1], how)?;
        } else {
            dict::merge(t, &a[0], &a[1], how)?;
        }
        Ok(t.none())
    }),
    (Op::DictPop, |t, a| {
        let value = t.table_remove(&a[0], &a[1])?;
        Ok(t.or_absent(value))
    }),
    (Op::MappingProxy, |t, a| dict::proxy(t, &a[0])),
    (Op::NewSet, |t, a| new_set(t, Builtin::Set, &a[0])),
    (Op::NewFrozenSet, |t, a| new_set(t, Builtin::FrozenSet, &a[0])),
    (Op::SetAdd, |t, a| {
        set::add(t, &a[0], &a[1])?;
        Ok(t.none())
    }),
    (Op::SetDiscard, |t, a| {
        let was_there = set::discard(t, &a[0], &a[1])?;
        Ok(t.bool(was_there))
    }),
    (Op::SetPop, |t, a| set::pop(t, &a[0])),
    (Op::SetClear, |t, a| {
        t.table_clear(&a[0]);
        Ok(t.none())
    }),
    (Op::CallIter, |t, a| Ok(iteration::call_iterator(t, &a[0], &a[1]))),
];

/// A new set with the items of an iterable, or empty.
fn new_set(t: &mut Thread, kind: Builtin, from: &Obj) -> Res {
    match t.present(from) {
        Some(from) => call_builtin(t, kind, &[from]),
        // one that C is going to fill: a new object, also of frozensets
        None => Ok(t.alloc(kind, |_| Payload::Set(Box::default()))),
    }
}

/// A method of list, whatever a subclass says.
fn list_method(t: &mut Thread, list: &Obj, name: &str) -> Res {
    let class = t.class(Builtin::List);
    let method = t.getattr(&class, name)?;
    t.call(&method, std::slice::from_ref(list))
}
