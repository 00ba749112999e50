//! A way to find out who uses memory that was freed: with `GIMBAL_DEBUG=quarantine` in the environment a freed block is filled with
//! [`FREED`] and stays out of use for long. A second `free` of it, or anything that is written to it meanwhile, stops the program
//! with a report of who freed it; an address that is read from it makes the reader fault. Memory that is used for the first time is
//! filled with [`FRESH`].
//!
//! A block must also be nobody's any more when it is freed: no wrapper counts on it, no handle leads to it.

use crate::state::{self, Locked};
use crate::{Obj, arena, crossing};
use std::collections::{HashSet, VecDeque};
use std::ffi::{c_int, c_void};
use std::sync::LazyLock;

/// What fills a freed block; as an address it is none.
pub const FREED: u8 = 0xdb;
/// What fills memory that was never used.
pub const FRESH: u8 = 0xcd;
/// The block is in quarantine: a flag in its prefix.
const INSIDE: u16 = 1 << 10;
/// Bytes in quarantine at most; beyond that the oldest block may be used again.
const ROOM: usize = 256 << 20;
/// Callers that a report names.
const DEPTH: usize = 16;

/// A block in quarantine.
struct Freed {
    block: *mut u8,
    size: usize,
    /// The return addresses of who freed it.
    callers: [*mut c_void; DEPTH],
    count: c_int,
}

#[derive(Default)]
struct Quarantine {
    blocks: VecDeque<Freed>,
    /// Those that have no prefix which says so.
    without_prefix: HashSet<usize>,
    bytes: usize,
}

static QUARANTINE: Locked<Option<Quarantine>> = Locked::new(None);

/// Is it switched on? The environment is read once.
pub fn is_on() -> bool {
    static ON: LazyLock<bool> = LazyLock::new(|| match std::env::var_os("GIMBAL_DEBUG") {
        None => false,
        Some(value) if value.is_empty() => false,
        Some(value) if value == "quarantine" => {
            // SAFETY: `check_all` is safe to call at any time.
            unsafe { libc::atexit(check_all) };
            true
        }
        Some(value) => {
            eprintln!("Gimbal: GIMBAL_DEBUG is {value:?}; what there is is \"quarantine\"");
            std::process::abort();
        }
    });
    *ON
}

/// Puts a block into quarantine instead of freeing it. NULL is allowed.
pub unsafe fn put(block: *mut c_void) {
    if block.is_null() {
        return;
    }
    // SAFETY: the lock is held; the block came from the arena or from `malloc` and its owner gives it up.
    unsafe {
        let quarantine = QUARANTINE.get().get_or_insert_default();
        let op: Obj = block.cast();
        let size = if let Some(size) = arena::size(block) {
            if arena::flags(op) & INSIDE != 0 {
                report(quarantine, block, "is freed again");
            }
            check_unused(op);
            arena::mark(op, INSIDE);
            size
        } else {
            if !quarantine.without_prefix.insert(block as usize) {
                report(quarantine, block, "is freed again");
            }
            libc::malloc_usable_size(block)
        };
        std::ptr::write_bytes(block.cast::<u8>(), FREED, size);
        let mut callers = [std::ptr::null_mut(); DEPTH];
        let count = libc::backtrace(callers.as_mut_ptr(), DEPTH as c_int);
        quarantine.blocks.push_back(Freed {
            block: block.cast(),
            size,
            callers,
            count,
        });
        quarantine.bytes += size;
        while quarantine.bytes > ROOM
            && let Some(oldest) = quarantine.blocks.pop_front()
        {
            quarantine.bytes -= oldest.size;
            check(&oldest);
            if arena::size(oldest.block.cast()).is_some() {
                arena::recycle(oldest.block.cast());
            } else {
                quarantine.without_prefix.remove(&(oldest.block as usize));
                libc::free(oldest.block.cast());
            }
        }
    }
}

/// Nothing leads to a block of the range that is about to be freed.
unsafe fn check_unused(op: Obj) {
    // SAFETY: the block has a prefix; the lock is held.
    unsafe {
        let handle = arena::handle(op);
        let problem = if handle != arena::NO_HANDLE && crossing::peek(handle) == Some(op) {
            "is freed although a handle leads to it"
        } else if arena::number(op) != 0 {
            "is freed although a wrapper counts on it or it is a mirrored list"
        } else if arena::flags(op) & arena::QUEUED != 0 {
            "is freed although it waits for its handle to be closed"
        } else {
            return;
        };
        eprintln!("Gimbal: the block at {op:p} {problem}");
        stop();
    }
}

/// Does the block hold what was put there when it was freed?
unsafe fn check(freed: &Freed) {
    // SAFETY: the block is in quarantine, so the memory is ours.
    unsafe {
        let bytes = std::slice::from_raw_parts(freed.block, freed.size);
        let op: Obj = freed.block.cast();
        if let Some(at) = bytes.iter().position(|&byte| byte != FREED) {
            let word = freed.block.add(at & !7).cast::<u64>().read_unaligned();
            eprintln!(
                "Gimbal: the block at {op:p} of {} bytes was written to after it was freed: {word:#x} at byte {}",
                freed.size,
                at & !7
            );
        } else if arena::size(op.cast()).is_some()
            && (arena::flags(op), arena::handle(op), arena::number(op)) != (INSIDE, arena::NO_HANDLE, 0)
        {
            eprintln!("Gimbal: the block at {op:p} got a handle or a flag after it was freed");
        } else {
            return;
        }
        tell_callers(freed);
        stop();
    }
}

/// Looks at all that is in quarantine when the program ends.
extern "C" fn check_all() {
    let entered = state::enter(state::mine());
    // SAFETY: the lock is held.
    if let Some(quarantine) = unsafe { QUARANTINE.get() } {
        // SAFETY: as stated there.
        quarantine.blocks.iter().for_each(|freed| unsafe { check(freed) });
    }
    drop(entered);
}

#[cold]
unsafe fn report(quarantine: &Quarantine, block: *mut c_void, problem: &str) -> ! {
    eprintln!("Gimbal: the block at {block:p} {problem}");
    if let Some(freed) = quarantine
        .blocks
        .iter()
        .rfind(|freed| freed.block == block.cast())
    {
        tell_callers(freed);
    }
    stop()
}

fn tell_callers(freed: &Freed) {
    eprintln!("It was freed by");
    // SAFETY: the addresses come from `backtrace`.
    unsafe { libc::backtrace_symbols_fd(freed.callers.as_ptr(), freed.count, libc::STDERR_FILENO) };
}

/// Tells who has found out, and ends the program.
fn stop() -> ! {
    eprintln!("This was noticed by");
    let mut callers = [std::ptr::null_mut(); 2 * DEPTH];
    // SAFETY: the array has room for as many.
    unsafe {
        let count = libc::backtrace(callers.as_mut_ptr(), callers.len() as c_int);
        libc::backtrace_symbols_fd(callers.as_ptr(), count, libc::STDERR_FILENO);
    }
    std::process::abort()
}
