//! Objects become cells, and cells objects.

use crate::object::{Object, Ref, class_of, find, int, lock, none, tuple};
use crate::{handles, shim};
use gimbal_host::{Cell, Tag};
use std::sync::{Arc, Mutex};

/// Modules that extensions have made: the wrappers of their structs, which stay for good.
static MODULES: Mutex<Vec<(i64, Ref)>> = Mutex::new(Vec::new());

pub fn add_module(native: i64, module: Ref) {
    lock(&MODULES).push((native, module));
}

/// Fills a cell with an object; its tag.
pub unsafe fn encode(cell: &mut Cell, object: &Ref) -> i32 {
    // SAFETY: the shim's constructors take a cell and the values that they are given.
    unsafe {
        match &**object {
            Object::None => cell.tag = Tag::None as i32,
            Object::Bool(value) => cell.tag = if *value { Tag::True } else { Tag::False } as i32,
            Object::Int(value) => (cell.tag, cell.i) = (Tag::Int as i32, *value),
            Object::Float(value) => (cell.tag, cell.d) = (Tag::Float as i32, *value),
            Object::Str(text) => {
                let points = text.chars().count() as i64;
                (shim().new_str)(cell, text.as_ptr(), text.len() as i64, points);
            }
            Object::Tuple(items) => encode_items(cell, object, items.iter().map(Some)),
            Object::List(items) => {
                // A copy: encoding may call into the shim, which may come back here.
                let items = lock(items).clone();
                encode_items(cell, object, items.iter().map(Some));
            }
            Object::Exception { arguments, .. } => {
                // dict, arguments, notes, traceback, context, cause
                let fields = [None, Some(arguments), None, None, None, None];
                encode_items(cell, object, fields.into_iter());
            }
            Object::Module {
                native: Some(native), ..
            } => (cell.tag, cell.i) = (Tag::Instance as i32, *native),
            _ => encode_handle(cell, object),
        }
    }
    cell.tag
}

fn encode_handle(cell: &mut Cell, object: &Ref) {
    let (handle, fresh) = handles::open(object);
    cell.tag = Tag::Handle as i32;
    cell.i = handle;
    cell.t = if fresh {
        handles::open(&class_of(object)).0
    } else {
        0
    };
}

/// By handle, with what C code reads in place.
unsafe fn encode_items<'a>(cell: &mut Cell, object: &Ref, items: impl Iterator<Item = Option<&'a Ref>>) {
    // SAFETY: as many cells as are said.
    unsafe {
        let mut cells: Vec<Cell> = items
            .map(|item| {
                let mut cell = Cell::new(Tag::Null);
                if let Some(item) = item {
                    encode(&mut cell, item);
                }
                cell
            })
            .collect();
        encode_handle(cell, object);
        (shim().fill_items)(cell, cells.len() as i64, cells.as_mut_ptr());
    }
}

/// The object in a cell; None when there is none. Bytes, complex numbers and big ints are for you to add.
pub unsafe fn decode(cell: &mut Cell) -> Option<Ref> {
    // SAFETY: the shim has filled the cell by the rules of gimbal-host.
    unsafe {
        let is = |tag: Tag| cell.tag == tag as i32;
        if is(Tag::None) {
            Some(none())
        } else if is(Tag::True) || is(Tag::False) {
            Some(Arc::new(Object::Bool(is(Tag::True))))
        } else if is(Tag::Int) {
            Some(int(cell.i))
        } else if is(Tag::Float) {
            Some(Arc::new(Object::Float(cell.d)))
        } else if is(Tag::Str) {
            let bytes = std::slice::from_raw_parts(cell.i as *const u8, cell.n as usize);
            Some(Arc::new(Object::Str(String::from_utf8_lossy(bytes).into_owned())))
        } else if is(Tag::Handle) {
            handles::resolve(cell.i)
        } else if is(Tag::Instance) {
            let address = cell.i;
            lock(&MODULES)
                .iter()
                .find(|(native, _)| *native == address)
                .map(|(_, module)| module.clone())
        } else if is(Tag::Tuple) {
            Some(tuple(decode_all(cell.i as *mut Cell, cell.n)))
        } else if is(Tag::List) || is(Tag::Dict) {
            decode_container(cell)
        } else {
            None
        }
    }
}

pub unsafe fn decode_all(cells: *mut Cell, n: i64) -> Vec<Ref> {
    // SAFETY: as many cells as are said.
    unsafe {
        (0..n.max(0) as usize)
            .map(|i| decode(&mut *cells.add(i)).unwrap_or_else(none))
            .collect()
    }
}

/// A container that C has built. When it stays C's, too, we give it a handle, and from then on ours is the container.
unsafe fn decode_container(cell: &mut Cell) -> Option<Ref> {
    // SAFETY: as `decode`.
    unsafe {
        let cells = cell.i as *mut Cell;
        if cell.n == -1 {
            // another place in the same tree
            return handles::resolve((*cells).t);
        }
        let is_list = cell.tag == Tag::List as i32;
        let container = Arc::new(if is_list {
            Object::List(Mutex::default())
        } else {
            Object::Dict(Mutex::default())
        });
        if cell.aux != 0 {
            // before its items: one of them may be the container itself
            cell.t = handles::open(&container).0;
        }
        let found = decode_all(cells, if is_list { cell.n } else { 2 * cell.n });
        match &*container {
            Object::List(items) => *lock(items) = found,
            Object::Dict(items) => {
                for pair in found.chunks_exact(2) {
                    let mut items = lock(items);
                    match find(&items, &pair[0]) {
                        Some(at) => items[at].1 = pair[1].clone(),
                        None => items.push((pair[0].clone(), pair[1].clone())),
                    }
                }
            }
            _ => {}
        }
        Some(container)
    }
}
