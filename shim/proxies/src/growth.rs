//! How much memory the process has come to use since the host looked last.
//!
//! What an extension allocates for its instances - the pixels of an image, the nodes of a document - the host's collector
//! knows nothing of: a wrapper of 100 bytes may be all that keeps 100 MB. So whenever an instance is given to the host, but not more
//! often than [`EVERY`], the memory of the process is looked at, and when it has grown by much a word says so, which the host
//! reads at no cost. After a collection, [`trim`] gives back what has become free.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// The time from one look to the next, at least, in which a process can fill 40 MB; and in times what a look takes: 5 microseconds, and more
/// when `malloc` has many free chunks.
const EVERY: Duration = Duration::from_millis(4);
const TIMES: u32 = 100;

/// Growth that is much: so many bytes, and this part of what there was.
const MUCH: i64 = 16 << 20;
const PART: i64 = 16;

/// When the next look is due, in nanoseconds of the clock.
static NEXT: AtomicU64 = AtomicU64::new(0);
/// Bytes when the host looked last, or the least since then; 0 before the first look.
static BASE: AtomicI64 = AtomicI64::new(0);
/// What [`grown`] shows.
static GROWN: AtomicI64 = AtomicI64::new(0);

/// Where a host reads at any time by how many bytes the memory in use has grown since it last asked for it ([`now`]);
/// 0 while that is little.
pub extern "C" fn grown() -> *const i64 {
    GROWN.as_ptr()
}

/// An instance is given to the host: looks, if it is time.
#[inline]
pub fn note() {
    let now = clock();
    if now >= NEXT.load(Relaxed) {
        look(now);
    }
}

#[cold]
fn look(now: u64) {
    let bytes = sparingly(&NEXT, now, read);
    match BASE.load(Relaxed) {
        0 => BASE.store(bytes, Relaxed),
        base if bytes < base => BASE.store(bytes, Relaxed),
        base if bytes - base > MUCH.max(base / PART) => GROWN.store(bytes - base, Relaxed),
        _ => {}
    }
}

/// Does what may be done again at `due`: when it has kept the processor busy for no more than a hundredth of the time.
fn sparingly<T>(due: &AtomicU64, now: u64, work: impl FnOnce() -> T) -> T {
    let begun = worked();
    let result = work();
    let pause = EVERY.max(TIMES * worked().saturating_sub(begun));
    due.store(now + pause.as_nanos() as u64, Relaxed);
    result
}

/// Bytes in use at this moment, from which growth counts again.
pub fn now() -> i64 {
    let bytes = read();
    BASE.store(bytes, Relaxed);
    GROWN.store(0, Relaxed);
    bytes
}

/// Has `malloc` give free pages back to the system, anywhere in its heap (malloc_trim(3)), unless that was done lately: it takes some 0.1
/// microseconds for each free chunk, of which there may be millions.
pub extern "C" fn trim() {
    static DUE: AtomicU64 = AtomicU64::new(0);
    let now = clock();
    if now < DUE.load(Relaxed) {
        return;
    }
    #[cfg(target_env = "gnu")]
    sparingly(&DUE, now, || {
        // SAFETY: it changes no memory that is in use.
        unsafe { libc::malloc_trim(0) }
    });
}

/// A clock of some milliseconds' resolution, which costs as much as reading memory.
fn clock() -> u64 {
    time(libc::CLOCK_MONOTONIC_COARSE)
}

/// For how long this thread has run. A look in which it had to wait for a processor was no longer for that.
fn worked() -> Duration {
    Duration::from_nanos(time(libc::CLOCK_THREAD_CPUTIME_ID))
}

/// The nanoseconds of one of the kernel's clocks.
fn time(clock: libc::clockid_t) -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: room for one time; the clocks exist on every Linux.
    unsafe { libc::clock_gettime(clock, &raw mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Resident memory as the kernel counts it (proc(5), `statm`), without what `malloc` has there for later; 0 when nobody says. Where
/// `malloc` has more free than is resident, most of that was never touched (large buffers of which little was written), and counts nowhere.
fn read() -> i64 {
    let pages = std::fs::read_to_string("/proc/self/statm")
        .ok()
        .and_then(|text| text.split(' ').nth(1)?.parse::<i64>().ok());
    // SAFETY: asks for a constant.
    let resident = pages.unwrap_or(0) * unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    match free() {
        free if free <= resident => resident - free,
        _ => resident,
    }
}

/// Bytes in free chunks of `malloc`'s; 0 for a C library that does not tell (glibc does since 2.33, which is newer than what we ask for).
fn free() -> i64 {
    type Mallinfo = unsafe extern "C" fn() -> libc::mallinfo2;
    static MALLINFO: OnceLock<Option<Mallinfo>> = OnceLock::new();
    let mallinfo = MALLINFO.get_or_init(|| {
        // SAFETY: looks for a function, whose type is the documented one (mallinfo(3)).
        unsafe {
            let found = libc::dlsym(libc::RTLD_DEFAULT, c"mallinfo2".as_ptr());
            std::mem::transmute::<*mut libc::c_void, Option<Mallinfo>>(found)
        }
    });
    // SAFETY: it takes nothing and changes nothing.
    mallinfo.map_or(0, |f| unsafe { f() }.fordblks as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn growth_is_noticed_and_forgotten() {
        assert!(now() > 0);
        // SAFETY: the word is always there.
        let shown = || unsafe { grown().read_volatile() };
        look(clock());
        assert_eq!(shown(), 0);
        let block = vec![1_u8; (8 * MUCH) as usize];
        look(clock());
        assert!(shown() > MUCH, "{}", shown());
        drop(block);
        now();
        look(clock());
        assert_eq!(shown(), 0);
    }
}
