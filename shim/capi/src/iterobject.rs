//! `iterobject.h`: iterators over sequences and over calls.

use crate::common::*;
use gimbal_macros::entry;
use gimbal_proxies::*;

/// An iterator that calls `sequence[0]`, `sequence[1]` and so on.
#[entry]
pub unsafe fn PySeqIter_New(sequence: Obj) -> Obj {
    if sequence.is_null() || PySequence_Check(sequence) == 0 {
        return bad_internal_call();
    }
    op(Op::SeqIter, &[sequence])
}

/// `iter(callable, sentinel)`.
#[entry]
pub unsafe fn PyCallIter_New(callable: Obj, sentinel: Obj) -> Obj {
    op(Op::CallIter, &[callable, sentinel])
}
