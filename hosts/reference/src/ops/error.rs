//! Errors: the section "errors" of the operations, and the methods of exceptions, tracebacks and code objects.

use super::Operation;
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::{Builtin, Def, method, property};
use gimbal_host::Op;

pub(super) const OPS: &[(Op, Operation)] = &[(Op::GetTraceback, |t, a| {
    let traceback = t.read(&a[0], |object, still| match &object.payload {
        Payload::Exception(state) => state.traceback.as_ref().map(|r| still.hold(r)),
        _ => None,
    });
    Ok(t.or_absent(traceback))
})];

pub(super) const METHODS: &[(Builtin, &[Def])] = &[(
    Builtin::BaseException,
    &[
        method("__str__", 0, 0, |t, a| {
            let args = arguments(t, &a[0])?;
            match &args[..] {
                [] => Ok(t.str("")),
                [one] => t.str_of(one),
                _ => {
                    let args = t.tuple(&args);
                    t.repr(&args)
                }
            }
        }),
        property(
            "args",
            |t, a| {
                let args = arguments(t, &a[0])?;
                Ok(t.tuple(&args))
            },
            |t, a| {
                let items = t.collect_items(&a[1])?;
                let args = t.tuple(&items);
                t.write(&a[0], |object, still| {
                    if let Payload::Exception(state) = &mut object.payload {
                        state.args = still.get(&args);
                    }
                });
                Ok(t.none())
            },
        ),
    ],
)];

/// The arguments of an exception.
fn arguments(t: &mut Thread, exception: &Obj) -> Res<Vec<Obj>> {
    let args = t.read(exception, |object, still| match &object.payload {
        Payload::Exception(state) => Some(still.hold(&state.args)),
        _ => None,
    });
    match args {
        Some(args) => Ok(t.items(&args).unwrap_or_default()),
        None => Err(t.type_error("an exception was expected")),
    }
}
