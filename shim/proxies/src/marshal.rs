//! Native to host: a tree of containers of which C holds nothing but the root goes as one stream of Python's `marshal` (version 4), which a
//! host reads without one step of its own for each object in it (docs/adr/0013).

use crate::encode::{LOOKED_FOR, Scratch};
use crate::{
    Obj, PyBool_Type, PyBytes_Type, PyDict_Type, PyFloat_Type, PyFloatObject, PyList_Type, PyLong_Type,
    PyTuple_Type, PyUnicode_Type, crossing, dict, int, refcount, seq, text,
};
use gimbal_host::{Cell, GIMBAL_NOTHING_TO_ADOPT, Tag};
use std::ptr::addr_eq;

/// Hosts read streams by recursion; what is deeper goes as cells.
const DEEP: usize = 500;

/// A stream that is longer is not kept for the next result.
const LONG: usize = 1 << 20;

/// Names are remembered by the low bits of their hash.
const PLACES: usize = 256;

/// Added to the type of an object to which the stream may refer again.
const REFERRED: u8 = 0x80;

/// A string that is in the stream.
#[derive(Clone, Copy)]
struct Name {
    op: Obj,
    /// It is in the stream of this number.
    stream: u32,
    index: u32,
    is_interned: bool,
}

/// A stream that is being written. It is used again.
#[derive(Default)]
pub struct Stream {
    bytes: Vec<u8>,
    names: Vec<Name>,
    /// How many streams have been written with this; 0 before the first one.
    number: u32,
    /// How many objects a reference can name.
    referred: u32,
}

impl Stream {
    /// Allocates nothing.
    pub const fn new() -> Self {
        Stream {
            bytes: Vec::new(),
            names: Vec::new(),
            number: 0,
            referred: 0,
        }
    }

    fn begin(&mut self) {
        self.number = self.number.wrapping_add(1);
        if self.number <= 1 {
            let none = Name {
                op: std::ptr::null_mut(),
                stream: 0,
                index: 0,
                is_interned: false,
            };
            self.number = 1;
            self.names.clear();
            self.names.resize(PLACES, none);
        }
        self.referred = 0;
        self.bytes.clear();
    }

    /// Is nothing in it that the host may read?
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// The host is done with it.
    pub fn end(&mut self) {
        self.bytes.clear();
        if self.bytes.capacity() > LONG {
            self.bytes = Vec::new();
        }
    }

    fn long(&mut self, kind: u8, value: u32) {
        let [a, b, c, d] = value.to_le_bytes();
        self.bytes.extend_from_slice(&[kind, a, b, c, d]);
    }

    /// An object and what is in it. False when it, or its place here, does not let it be written.
    unsafe fn object(&mut self, op: Obj, depth: usize) -> bool {
        // SAFETY: an object or NULL; each arm reads the struct of the type it has checked.
        unsafe {
            if op.is_null() {
                return false;
            }
            let ty = (*op).ob_type;
            if ty == &raw mut PyUnicode_Type {
                let is_name = refcount::count(op) > 1 && text::len(op) as i64 <= LOOKED_FOR;
                return if is_name {
                    self.name(op, true)
                } else {
                    self.text(op, 0)
                };
            }
            if ty == &raw mut PyLong_Type {
                return self.int(op);
            }
            if ty == &raw mut PyFloat_Type {
                let value = (*op.cast::<PyFloatObject>()).ob_fval;
                let [a, b, c, d, e, f, g, h] = value.to_le_bytes();
                self.bytes.extend_from_slice(&[b'g', a, b, c, d, e, f, g, h]);
            } else if addr_eq(op, crate::none()) {
                self.bytes.push(b'N');
            } else if ty == &raw mut PyBool_Type {
                let is_true = addr_eq(op, crate::true_object());
                self.bytes.push(if is_true { b'T' } else { b'F' });
            } else if ty == &raw mut PyBytes_Type {
                return self.block(b's', text::as_bytes(op));
            } else {
                return self.container(op, depth);
            }
            true
        }
    }

    unsafe fn container(&mut self, op: Obj, depth: usize) -> bool {
        // SAFETY: as `object`. The root is the caller's, anything else its parent's alone.
        unsafe {
            let ty = (*op).ob_type;
            if depth > DEEP || seq::is_host(op) || refcount::count(op) > 1 {
                return false;
            }
            if ty == &raw mut PyDict_Type {
                self.bytes.push(b'{');
                for (key, value) in dict::entries(op) {
                    let is_name =
                        (*key).ob_type == &raw mut PyUnicode_Type && text::len(key) as i64 <= LOOKED_FOR;
                    let written = if is_name {
                        self.name(key, refcount::count(key) > 1)
                    } else {
                        self.object(key, depth + 1)
                    };
                    if !written || !self.object(value, depth + 1) {
                        return false;
                    }
                }
                self.bytes.push(b'0');
                return true;
            }
            let (kind, items) = if ty == &raw mut PyList_Type {
                (b'[', seq::list_slice(op))
            } else if ty == &raw mut PyTuple_Type {
                (b'(', seq::tuple_slice(op))
            } else {
                return false;
            };
            let Ok(n) = i32::try_from(items.len()) else {
                return false;
            };
            self.long(kind, n as u32);
            items.iter().all(|&item| self.object(item, depth + 1))
        }
    }

    /// One of 32 bits, or digits of 15 bits.
    unsafe fn int(&mut self, op: Obj) -> bool {
        // SAFETY: `op` is an exact int.
        let (value, (digits, is_negative)) = unsafe { (int::as_i64(op), int::digits(op)) };
        if let Some(small) = value.and_then(|value| i32::try_from(value).ok()) {
            self.long(b'i', small as u32);
            return true;
        }
        let Ok(n) = i32::try_from(2 * digits.len()) else {
            return false;
        };
        let ends_low = digits.last().is_some_and(|&digit| digit >> 15 == 0);
        let n = n - i32::from(ends_low);
        self.long(b'l', if is_negative { -n } else { n } as u32);
        let halves = digits.iter().flat_map(|&digit| [digit & 0x7fff, digit >> 15]);
        for half in halves.take(n as usize) {
            self.bytes.extend_from_slice(&(half as u16).to_le_bytes());
        }
        true
    }

    fn block(&mut self, kind: u8, bytes: &[u8]) -> bool {
        let Ok(n) = i32::try_from(bytes.len()) else {
            return false;
        };
        self.long(kind, n as u32);
        self.bytes.extend_from_slice(bytes);
        true
    }

    unsafe fn text(&mut self, op: Obj, referred: u8) -> bool {
        // SAFETY: `op` is an exact string.
        unsafe {
            let bytes = text::utf8(op);
            match u8::try_from(bytes.len()) {
                Ok(n) if text::is_ascii(op) => {
                    self.bytes.extend_from_slice(&[b'z' | referred, n]);
                    self.bytes.extend_from_slice(bytes);
                    true
                }
                _ => self.block(b'u' | referred, bytes),
            }
        }
    }

    /// A string that may come again: then it is referred to.
    unsafe fn name(&mut self, op: Obj, is_interned: bool) -> bool {
        // SAFETY: strings that are remembered of this stream are in the tree.
        unsafe {
            let place = text::own_hash(op) as usize % PLACES;
            let known = self.names[place];
            if known.stream == self.number
                && (known.is_interned || !is_interned)
                && (known.op == op || text::eq(known.op, op))
            {
                self.long(b'r', known.index);
                return true;
            }
            self.names[place] = Name {
                op,
                stream: self.number,
                index: self.referred,
                is_interned,
            };
            self.referred += 1;
            if is_interned {
                self.block(b't' | REFERRED, text::utf8(op))
            } else {
                self.text(op, REFERRED)
            }
        }
    }
}

/// Is there a container in this one? What is flat is as fast in cells.
unsafe fn is_tree(op: Obj) -> bool {
    // SAFETY: `op` is an object, and so is what is in it, or NULL.
    unsafe {
        let is_container = |item: Obj| {
            !item.is_null()
                && ((*item).ob_type == &raw mut PyDict_Type
                    || (*item).ob_type == &raw mut PyList_Type
                    || (*item).ob_type == &raw mut PyTuple_Type)
        };
        let ty = (*op).ob_type;
        if ty == &raw mut PyDict_Type {
            !seq::is_host(op) && dict::entries(op).any(|(_, value)| is_container(value))
        } else if ty == &raw mut PyList_Type {
            seq::list_slice(op).iter().any(|&item| is_container(item))
        } else {
            ty == &raw mut PyTuple_Type && seq::tuple_slice(op).iter().any(|&item| is_container(item))
        }
    }
}

/// Describes a result as a stream; false when it has to go as cells.
pub unsafe fn encode(op: Obj, cell: &mut Cell, scratch: &mut Scratch) -> bool {
    // SAFETY: `op` is an object.
    unsafe {
        if !crossing::takes_marshal() || !is_tree(op) {
            return false;
        }
        let stream = &mut scratch.stream;
        stream.begin();
        if !stream.object(op, 0) {
            stream.end();
            return false;
        }
        cell.tag = Tag::Marshalled as i32;
        cell.aux = GIMBAL_NOTHING_TO_ADOPT;
        cell.i = stream.bytes.as_ptr() as i64;
        cell.n = stream.bytes.len() as i64;
        true
    }
}
