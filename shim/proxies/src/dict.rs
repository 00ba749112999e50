//! Dicts: a native table while C builds one, the host's dict once it has crossed.
//!
//! A native dict has keys that compare without running Python code: exact strings, bytes, ints and, by identity, None
//! and the like. Any other key turns it into a host dict. The table of a host dict's proxy goes on as the owner of what
//! `PyDict_GetItem` lends: the borrowed value lives until the same key is read again with another value.

use crate::crossing::{self, op_unit};
use crate::state::Locked;
use crate::{
    Obj, Op, PyBytes_Type, PyDict_Type, PyLong_Type, PyObject, PyTypeObject, PyUnicode_Type, arena, err, int,
    modules, new_ref, refcount, seq, text, xdecref, xincref,
};
use hashbrown::HashTable;

/// A longer key is hardly the same in many dicts.
const LONG_KEY: usize = 64;

/// `PyDictObject` and, behind it, what is ours.
#[repr(C)]
pub struct DictBlock {
    ob_base: PyObject,
    /// Number of entries, which C reads in place, too; of a host dict, when it was sent or asked for its length last.
    pub ma_used: isize,
    ma_version_tag: u64,
    ma_keys: *mut u8,
    ma_values: *mut u8,
    /// Native entries, or what a host dict has lent.
    table: *mut Table,
    /// All keys and values of a host dict as they were at `moment`: a native tuple.
    snapshot: Obj,
    moment: u64,
    /// The moment at which the host has sent the snapshot; 0 when it has not said.
    sent: u64,
    /// The moment at which `ma_used` was the number of entries of a host dict.
    measured: u64,
    /// Where keys are in the snapshot; made when one is looked up.
    places: *mut Places,
    /// Lookups since `asked_at` that were not answered from a snapshot.
    asked: u32,
    asked_at: u64,
    /// The handle of the dict that stood behind this one in a list that the host has sent: C may read it next.
    next: i64,
    /// So many that follow are read with this one.
    ahead: usize,
}

/// At most so many dicts are read with another.
const AHEAD: usize = 63;

/// An index over a snapshot.
struct Places {
    index: HashTable<usize>,
    /// A key that is not found is not there: all keys compare without Python code.
    complete: bool,
}

/// Changes whenever Python code may have run. What was read of a host's dict stands until then, as it does on CPython while
/// nobody lets go of the GIL.
static MOMENT: Locked<u64> = Locked::new(1);

/// Python code may have run.
#[inline]
pub unsafe fn outdate() {
    // SAFETY: the lock is held.
    unsafe { *MOMENT.get() += 1 }
}

/// Until it changes no Python code has run.
pub unsafe fn moment() -> u64 {
    // SAFETY: the lock is held.
    unsafe { *MOMENT.get() }
}

/// Insertion-ordered entries and an index over them.
#[derive(Default)]
pub struct Table {
    entries: Vec<Option<(Obj, Obj)>>,
    index: HashTable<usize>,
    live: usize,
}

/// A hash for keys that a native dict may hold; None for others.
unsafe fn key_hash(key: Obj) -> Option<u64> {
    // SAFETY: `key` is an object.
    unsafe {
        let ty: *mut PyTypeObject = (*key).ob_type;
        if ty == &raw mut PyUnicode_Type {
            Some(text::own_hash(key))
        } else if ty == &raw mut PyBytes_Type {
            Some(text::hash_of(text::as_bytes(key)))
        } else if ty == &raw mut PyLong_Type {
            Some((int::as_u64_mask(key) ^ 0x9e37_79b9).wrapping_mul(0x517c_c1b7_2722_0a95))
        } else if key == crate::none() || key == crate::ellipsis() {
            Some((key as u64).wrapping_mul(0x517c_c1b7_2722_0a95))
        } else {
            None
        }
    }
}

unsafe fn key_eq(a: Obj, b: Obj) -> bool {
    // SAFETY: both passed `key_hash`.
    unsafe {
        if a == b {
            return true;
        }
        if (*a).ob_type != (*b).ob_type {
            return false;
        }
        if (*a).ob_type == &raw mut PyUnicode_Type {
            text::eq(a, b)
        } else if (*a).ob_type == &raw mut PyBytes_Type {
            text::as_bytes(a) == text::as_bytes(b)
        } else if (*a).ob_type == &raw mut PyLong_Type {
            int::digits(a) == int::digits(b)
        } else {
            false
        }
    }
}

/// So many entries are searched one by one: making an index costs more.
const FEW: usize = 8;

impl Table {
    unsafe fn find(&self, key: Obj, hash: u64) -> Option<usize> {
        if self.entries.len() <= FEW {
            return self.entries.iter().position(|entry| {
                entry.is_some_and(|(k, _)| {
                    // SAFETY: entries hold objects.
                    unsafe { key_eq(k, key) }
                })
            });
        }
        let matches = |&i: &usize| {
            self.entries[i].is_some_and(|(k, _)| {
                // SAFETY: entries hold objects.
                unsafe { key_eq(k, key) }
            })
        };
        self.index.find(hash, matches).copied()
    }

    /// Takes the reference of `value` over, adds one to a new key.
    unsafe fn insert(&mut self, key: Obj, hash: u64, value: Obj) {
        // SAFETY: entries hold objects.
        unsafe {
            if let Some(i) = self.find(key, hash) {
                if let Some(entry) = &mut self.entries[i] {
                    let old = std::mem::replace(&mut entry.1, value);
                    xdecref(old);
                }
                return;
            }
            let i = self.entries.len();
            self.entries.push(Some((new_ref(key), value)));
            self.live += 1;
            let entries = &self.entries;
            let hash_of = |j: usize| entries[j].and_then(|(k, _)| key_hash(k)).unwrap_or(0);
            if i == FEW {
                for j in (0..FEW).filter(|&j| entries[j].is_some()) {
                    self.index.insert_unique(hash_of(j), j, |&j| hash_of(j));
                }
            }
            if i >= FEW {
                self.index.insert_unique(hash, i, |&j| hash_of(j));
            }
        }
    }

    unsafe fn remove(&mut self, key: Obj, hash: u64) -> Option<(Obj, Obj)> {
        // SAFETY: as `find`.
        let i = unsafe { self.find(key, hash) }?;
        if let Ok(entry) = self.index.find_entry(hash, |&j| j == i) {
            entry.remove();
        }
        self.live -= 1;
        self.entries[i].take()
    }

    unsafe fn clear(&mut self) {
        self.index.clear();
        self.live = 0;
        let mut entries = std::mem::take(&mut self.entries);
        for (key, value) in entries.drain(..).flatten() {
            // SAFETY: the table owned both.
            unsafe {
                xdecref(key);
                xdecref(value);
            }
        }
        if self.entries.capacity() == 0 {
            self.entries = entries;
        }
    }
}

/// Small tables of dead dicts, with the memory of their entries, unless [`arena::KEEPS_LISTS`].
#[expect(clippy::vec_box, reason = "dicts have the addresses of their tables")]
static TABLES: Locked<Vec<Box<Table>>> = Locked::new(Vec::new());
/// As many dicts as documents of some 100 KB have; a megabyte at most.
const TABLES_KEPT: usize = 2048;
const SMALL: usize = 2 * FEW;

/// An empty table.
unsafe fn take_table() -> Box<Table> {
    let kept = if arena::KEEPS_LISTS {
        None
    } else {
        // SAFETY: the lock is held.
        unsafe { TABLES.get() }.pop()
    };
    kept.unwrap_or_default()
}

/// Nobody uses the table any more, nor what is in it.
unsafe fn drop_table(mut table: Box<Table>) {
    // SAFETY: the lock is held where tables are kept.
    unsafe {
        table.clear();
        if !arena::KEEPS_LISTS && table.entries.capacity() <= SMALL && TABLES.get().len() < TABLES_KEPT {
            TABLES.get().push(table);
        }
    }
}

/// The next version of any dict. Cython caches a module's globals as long as `ma_version_tag` stays the same (PEP 509).
static VERSION: Locked<u64> = Locked::new(0);

/// The dict has changed.
pub unsafe fn touch(op: Obj) {
    // SAFETY: the lock is held, `op` is a dict.
    unsafe {
        *VERSION.get() += 1;
        block(op).ma_version_tag = *VERSION.get();
        block(op).moment = 0;
        block(op).measured = 0;
    }
}

unsafe fn block<'a>(op: Obj) -> &'a mut DictBlock {
    // SAFETY: `op` is a dict made by `new` (all dicts are).
    unsafe { &mut *op.cast::<DictBlock>() }
}

unsafe fn table<'a>(op: Obj) -> &'a mut Table {
    // SAFETY: as `block`; the table is made at first use.
    unsafe {
        let block = block(op);
        if block.table.is_null() {
            block.table = Box::into_raw(take_table());
        }
        &mut *block.table
    }
}

/// A new, empty, native dict.
pub unsafe fn new() -> Obj {
    // SAFETY: the block is written.
    unsafe { allocate(&raw mut PyDict_Type) }
}

/// A dict block of this type (a subclass's proxy has the same shape).
pub unsafe fn allocate(ty: *mut PyTypeObject) -> Obj {
    // SAFETY: all-zero is a valid rest.
    unsafe {
        let op = arena::alloc_zeroed(size_of::<DictBlock>()).cast::<PyObject>();
        if op.is_null() {
            return seq::no_memory();
        }
        refcount::begin(op.cast(), ty);
        touch(op);
        op
    }
}

/// Does the native table hold the truth? Only exact dicts that have not crossed.
pub unsafe fn is_native(op: Obj) -> bool {
    // SAFETY: `op` is an object.
    unsafe { (*op).ob_type == &raw mut PyDict_Type && !seq::is_host(op) }
}

/// Makes the host's dict the truth.
unsafe fn promote(op: Obj) -> bool {
    // SAFETY: any crossing promotes its container arguments.
    unsafe {
        let size = crossing::op_int(Op::DictLen, &[op]);
        size >= 0
    }
}

/// The value, borrowed; NULL without an error when it is absent.
pub unsafe fn get(op: Obj, key: Obj) -> Obj {
    // SAFETY: both are objects, `op` a dict.
    unsafe {
        let Some(hash) = key_hash(key) else {
            if is_native(op) && !promote(op) {
                return std::ptr::null_mut();
            }
            return crossing::lend_to_call(crossing::op(Op::DictGet, &[op, key]));
        };
        if is_native(op) {
            let table = table(op);
            return table
                .find(key, hash)
                .and_then(|i| table.entries[i])
                .map_or(std::ptr::null_mut(), |(_, v)| v);
        }
        if asked_often(op)
            && let Some(answer) = find(op, key, hash)
        {
            return answer;
        }
        let value = crossing::op(Op::DictGet, &[op, key]);
        if value.is_null() {
            return value;
        }
        // Keep the value that was lent before when it is the same one.
        let table = table(op);
        if let Some((_, lent)) = table.find(key, hash).and_then(|i| table.entries[i])
            && same_value(lent, value)
        {
            xdecref(value);
            return lent;
        }
        table.insert(key, hash, value);
        value
    }
}

/// Reads the whole dict of the host, unless that has been done and Python code has not run since. False with an error set.
///
/// Who reads one row of a table often reads the rows behind it. So the second dict of a list is read with the third one, the
/// fourth one with the next three, and so on.
unsafe fn look(op: Obj) -> bool {
    // SAFETY: `op` is the proxy of a host dict, made by `allocate`.
    unsafe {
        let now = *MOMENT.get();
        if is_read(op, now) {
            return true;
        }
        const HEAD: usize = 3;
        let mut words = [0; HEAD + AHEAD];
        let (ahead, sent) = (block(op).ahead, block(op).sent);
        let (mut n, mut next) = (0, following(op));
        while let Some(dict) = next
            && n < ahead
            && !is_read(dict, now)
        {
            words[HEAD + n] = arena::handle(dict);
            n += 1;
            next = following(dict);
        }
        if let Some(dict) = next {
            block(dict).ahead = (2 * ahead + 1).min(AHEAD);
        }
        (words[0], words[1], words[2]) = (now as i64, sent as i64, n as i64);
        let address = int::from_i64(words.as_ptr() as i64);
        let new = crossing::op(Op::DictSnapshot, &[op, address]);
        xdecref(address);
        if new == crate::bool_object(true) {
            xdecref(new);
            let dict = block(op);
            if dict.sent == sent {
                (dict.moment, dict.measured) = (now, now);
            }
        } else if !new.is_null() {
            install(op, new, now);
        } else if !err::occurred().is_null() {
            cool(op);
        }
        is_read(op, now)
    }
}

/// Has the whole dict been read, and has no Python code run since?
unsafe fn is_read(op: Obj, now: u64) -> bool {
    // SAFETY: as `look`.
    unsafe {
        let dict = block(op);
        dict.moment == now && !dict.snapshot.is_null()
    }
}

/// The dict behind this one, when its proxy is still used.
unsafe fn following(op: Obj) -> Option<Obj> {
    // SAFETY: as `look`; an open handle has a whole proxy.
    unsafe {
        let handle = block(op).next;
        if handle == 0 {
            return None;
        }
        crossing::peek(handle)
            .filter(|&dict| (*dict).ob_type == &raw mut PyDict_Type && refcount::count(dict) > 0)
    }
}

/// These stand beside each other: remembers it for the dicts among them.
pub unsafe fn note_neighbours(items: &[Obj]) {
    // SAFETY: items are objects or NULL.
    unsafe {
        let mut last: Option<Obj> = None;
        for &item in items {
            let is_dict = !item.is_null() && (*item).ob_type == &raw mut PyDict_Type && seq::is_host(item);
            if is_dict && let Some(last) = last.replace(item) {
                block(last).next = arena::handle(item);
            }
        }
    }
}

/// Gives the proxy of a host dict its keys and values as they were at `moment`, in turn; takes the reference of `new` over.
pub unsafe fn install(op: Obj, new: Obj, moment: u64) {
    // SAFETY: as `look`; `new` is a tuple.
    unsafe {
        let dict = block(op);
        if !dict.places.is_null() {
            drop(Box::from_raw(std::mem::replace(
                &mut dict.places,
                std::ptr::null_mut(),
            )));
        }
        let old = std::mem::replace(&mut dict.snapshot, new);
        dict.ma_used = seq::size(new) as isize / 2;
        dict.moment = moment;
        dict.sent = moment;
        dict.measured = moment;
        if !old.is_null() {
            // C may have borrowed a value: one that is still there stays.
            let places = std::slice::from_raw_parts_mut(seq::tuple_items(new), seq::size(new));
            for (place, &before) in places.iter_mut().zip(seq::tuple_slice(old)) {
                if *place != before && same_value(before, *place) {
                    xdecref(std::mem::replace(place, new_ref(before)));
                }
            }
            xdecref(old);
        }
        refcount::note_items(op, seq::tuple_slice(new));
    }
}

/// Is it worth to read the whole dict for one more lookup, or has it been read?
unsafe fn asked_often(op: Obj) -> bool {
    // SAFETY: as `look`.
    unsafe {
        let now = *MOMENT.get();
        if is_read(op, now) {
            return true;
        }
        let dict = block(op);
        if dict.asked_at != now {
            dict.asked_at = now;
            dict.asked = 0;
        }
        dict.asked += 1;
        dict.asked > 3 && dict.asked as isize * 16 > dict.ma_used && look(op)
    }
}

/// Looks a key up in the snapshot: the value, borrowed, NULL when it is certain that there is none, or None.
unsafe fn find(op: Obj, key: Obj, hash: u64) -> Option<Obj> {
    // SAFETY: the dict has a snapshot, a tuple of keys and values.
    unsafe {
        let dict = block(op);
        let items = seq::tuple_slice(dict.snapshot);
        if dict.places.is_null() {
            let mut places = Places {
                index: HashTable::with_capacity(items.len() / 2),
                complete: true,
            };
            for (i, &key) in items.iter().enumerate().step_by(2) {
                match key_hash(key) {
                    Some(hash) => {
                        places
                            .index
                            .insert_unique(hash, i, |&j| key_hash(items[j]).unwrap_or(0));
                    }
                    None => places.complete = false,
                }
            }
            dict.places = Box::into_raw(Box::new(places));
        }
        let places = &*dict.places;
        match places.index.find(hash, |&i| key_eq(items[i], key)) {
            Some(&i) => Some(items[i + 1]),
            None if places.complete => Some(std::ptr::null_mut()),
            None => None,
        }
    }
}

/// The item that `o[key]` finds, a new reference, or NULL: with an error set, or because there is none. None when the host has to
/// be asked, since Python code may run. For exact dicts.
pub unsafe fn item(op: Obj, key: Obj) -> Option<Obj> {
    // SAFETY: both are objects, `op` an exact dict that is the host's.
    unsafe {
        let hash = key_hash(key)?;
        if asked_often(op)
            && let Some(value) = find(op, key, hash)
        {
            xincref(value);
            return Some(value);
        }
        Some(crossing::op(Op::DictGet, &[op, key]))
    }
}

/// The dict of the host has so many entries.
pub unsafe fn set_length(op: Obj, length: isize) {
    // SAFETY: `op` is a dict made by `allocate`.
    unsafe { block(op).ma_used = length }
}

/// Lets go of what was read of a host's dict, which nobody uses.
pub unsafe fn cool(op: Obj) {
    // SAFETY: as `set_length`.
    unsafe {
        let dict = block(op);
        (dict.moment, dict.sent) = (0, 0);
        if !dict.places.is_null() {
            drop(Box::from_raw(std::mem::replace(
                &mut dict.places,
                std::ptr::null_mut(),
            )));
        }
        xdecref(std::mem::replace(&mut dict.snapshot, std::ptr::null_mut()));
    }
}

unsafe fn same_value(a: Obj, b: Obj) -> bool {
    // SAFETY: both are objects.
    unsafe { a == b || key_hash(a).is_some() && key_eq(a, b) }
}

/// `d[key] = value`; false with an error set.
pub unsafe fn set(op: Obj, key: Obj, value: Obj) -> bool {
    // SAFETY: all are objects, `op` a dict.
    unsafe {
        let hash = key_hash(key);
        touch(op);
        if is_native(op) {
            if let Some(hash) = hash {
                let table = table(op);
                table.insert(key, hash, new_ref(value));
                block(op).ma_used = table.live as isize;
                return true;
            }
            if !promote(op) {
                return false;
            }
        }
        if !op_unit(Op::DictSet, &[op, key, value]) {
            return false;
        }
        modules::keep_global(op, key, value);
        if let Some(hash) = hash
            && !block(op).table.is_null()
        {
            table(op).insert(key, hash, new_ref(value));
        }
        true
    }
}

/// `del d[key]`; 1 when it was there, 0 when it was not, -1 with an error set.
pub unsafe fn remove(op: Obj, key: Obj) -> i32 {
    // SAFETY: as `set`.
    unsafe {
        touch(op);
        if is_native(op) {
            if let Some(hash) = key_hash(key) {
                let table = table(op);
                let Some((k, v)) = table.remove(key, hash) else {
                    return 0;
                };
                block(op).ma_used = table.live as isize;
                xdecref(k);
                xdecref(v);
                return 1;
            }
            if !promote(op) {
                return -1;
            }
        }
        let gone = crossing::op(Op::DictPop, &[op, key]);
        if gone.is_null() {
            return if err::occurred().is_null() { 0 } else { -1 };
        }
        xdecref(gone);
        1
    }
}

/// Number of entries, -1 with an error set.
pub unsafe fn len(op: Obj) -> isize {
    // SAFETY: `op` is a dict.
    unsafe {
        if is_native(op) || block(op).measured == moment() {
            block(op).ma_used
        } else {
            measure(op)
        }
    }
}

/// Asks the host for the number of entries of its dict and puts it where C reads it; -1 with an error set.
pub unsafe fn measure(op: Obj) -> isize {
    // SAFETY: `op` is the proxy of a host dict, made by `allocate`.
    unsafe {
        let now = moment();
        let len = crossing::op_int(Op::DictLen, &[op]) as isize;
        if len >= 0 {
            block(op).ma_used = len;
            block(op).measured = now;
        }
        len
    }
}

/// The next entry at or after `pos`, borrowed; None at the end (or on error).
pub unsafe fn next(op: Obj, pos: &mut isize) -> Option<(Obj, Obj)> {
    // SAFETY: `op` is a dict.
    unsafe {
        if is_native(op) {
            let entries = &table(op).entries;
            let start = usize::try_from(*pos).ok()?;
            let (i, entry) = entries
                .iter()
                .enumerate()
                .skip(start)
                .find_map(|(i, e)| e.map(|e| (i, e)))?;
            *pos = i as isize + 1;
            return Some(entry);
        }
        if *pos == 0 {
            look(op);
        }
        let block = block(op);
        if block.snapshot.is_null() {
            return None;
        }
        let items = seq::tuple_slice(block.snapshot);
        let i = usize::try_from(*pos).ok()? * 2;
        let entry = (*items.get(i)?, *items.get(i + 1)?);
        *pos += 1;
        Some(entry)
    }
}

/// The number of entries of a native dict.
pub unsafe fn native_len(op: Obj) -> usize {
    // SAFETY: `op` is a native dict.
    unsafe { table(op).live }
}

/// The keys of a native dict, each ended by a NUL, when all are ASCII strings without one.
pub unsafe fn joined_keys(op: Obj) -> Option<Vec<u8>> {
    // SAFETY: `op` is a native dict, keys are objects.
    unsafe {
        let mut joined = Vec::with_capacity(16 * native_len(op));
        for (key, _) in entries(op) {
            if (*key).ob_type != &raw mut PyUnicode_Type || !text::is_ascii(key) || text::len(key) > LONG_KEY
            {
                return None;
            }
            joined.extend_from_slice(text::utf8(key));
            joined.push(0);
        }
        let ends = joined.iter().filter(|&&byte| byte == 0).count();
        (ends > 0 && ends == native_len(op)).then_some(joined)
    }
}

/// Entries of a native dict, in order.
pub unsafe fn entries(op: Obj) -> impl Iterator<Item = (Obj, Obj)> {
    // SAFETY: `op` is a native dict.
    unsafe { table(op) }.entries.iter().copied().flatten()
}

/// Adds what the block refers to: its entries, or what a host dict has lent.
pub unsafe fn children(op: Obj, list: &mut Vec<Obj>) {
    // SAFETY: `op` is a dict.
    unsafe {
        let block = block(op);
        if let Some(table) = block.table.as_ref() {
            list.extend(table.entries.iter().flatten().flat_map(|&(k, v)| [k, v]));
        }
        list.push(block.snapshot);
    }
}

/// Drops what the block refers to; the host's dict stays as it is.
pub unsafe fn forget(op: Obj) {
    // SAFETY: `op` is a dict.
    unsafe {
        let block = block(op);
        block.ma_used = 0;
        cool(op);
        if let Some(table) = block.table.as_mut() {
            table.clear();
        }
    }
}

/// Removes everything.
pub unsafe fn clear(op: Obj) {
    // SAFETY: `op` is a dict.
    unsafe {
        if !is_native(op) && !op_unit(Op::DictClear, &[op]) {
            err::clear();
        }
        table(op).clear();
        touch(op);
        block(op).ma_used = 0;
    }
}

/// `tp_dealloc` of dicts. An extension type over `dict` calls it, too: its instance has only the head of a dict, and where ours
/// has its table, fields of its own.
pub unsafe extern "C" fn dealloc(op: Obj) {
    let _held = crate::hold();
    // SAFETY: the count is zero.
    unsafe {
        if seq::is_host(op) {
            refcount::retire(op);
        } else if (*op).ob_type != &raw mut PyDict_Type {
            match (*(*op).ob_type).tp_free {
                Some(free) => crate::outside(|| free(op.cast())),
                None => arena::free(op.cast()),
            }
        } else {
            refcount::free_container(op, free);
        }
    }
}

/// Frees the block and what it holds.
pub unsafe fn free(op: Obj) {
    // SAFETY: nobody uses the dict any more.
    unsafe {
        let block = block(op);
        if !block.table.is_null() {
            let table = Box::from_raw(block.table);
            block.table = std::ptr::null_mut();
            drop_table(table);
        }
        cool(op);
        arena::free(op.cast());
    }
}
