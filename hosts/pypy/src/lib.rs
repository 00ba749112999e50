//! PyPy as a host: the cffi module `_gimbal_pypy`, through which the Python adapter (`adapter/`) and the shim meet.
//!
//! Loading it opens the libpython beside it, attaches the host table below, and offers the shim's functions as `lib`. The
//! entries of the host table are `extern "Python"` call-backs, which PyPy's JIT compiles with the code around them.

mod cffi;
mod embed;

use cffi::{ExternPython, Field, Global, Type};
use gimbal_host::{
    Cell, GIMBAL_HOST_ABI, GIMBAL_HOST_TAKES_INSTANCES, GIMBAL_HOST_TAKES_MARSHAL, GIMBAL_HOST_TAKES_PACKED,
    HostTable, Op, Release, ShimTable,
};
use std::ffi::{CStr, CString, c_char, c_void};
use std::mem::offset_of;
use std::os::unix::ffi::OsStrExt;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicIsize, AtomicPtr, Ordering};

/// cffi modules are found by this symbol; PyPy passes what it offers and takes the version and the tables.
const CFFI_VERSION: usize = 0x2601;

/// PyPy's `_cffi_call_python`.
static CALL_PYTHON: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

static OP: ExternPython = ExternPython::new(c"_gimbal_pypy.op", 4);
static CALL: ExternPython = ExternPython::new(c"_gimbal_pypy.call", 4);
static GETATTR: ExternPython = ExternPython::new(c"_gimbal_pypy.getattr", 4);
static RELEASE: ExternPython = ExternPython::new(c"_gimbal_pypy.release", 0);

/// Calls Python with arguments in words of 8 bytes; the result is in the first.
#[inline]
unsafe fn call_python<const N: usize>(what: &'static ExternPython, mut words: [u64; N]) -> i32 {
    // SAFETY: PyPy gave the function; the words are as many as the declaration of the call-back says.
    unsafe {
        let call: unsafe extern "C" fn(*const ExternPython, *mut u64) =
            std::mem::transmute(CALL_PYTHON.load(Ordering::Relaxed));
        call(what, words.as_mut_ptr());
        words[0] as u32 as i32
    }
}

unsafe extern "C" fn op(code: i32, nargs: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    if code == Op::CheckSignals as i32 {
        look_later();
    }
    // SAFETY: as `call_python`.
    unsafe { call_python(&OP, [code as u64, nargs as u64, args as u64, out as u64]) }
}

unsafe extern "C" fn call(callable: i64, nargs: i32, nkw: i32, args: *mut Cell, out: *mut Cell) -> i32 {
    // SAFETY: as `call_python`.
    unsafe {
        call_python(
            &CALL,
            [callable as u64, nargs as u64, nkw as u64, args as u64, out as u64],
        )
    }
}

unsafe extern "C" fn getattr(object: i64, name: i64, out: *mut Cell) -> i32 {
    // SAFETY: as `call_python`.
    unsafe { call_python(&GETATTR, [object as u64, name as u64, out as u64]) }
}

unsafe extern "C" fn release(n: i32, handles: *const Release) {
    // SAFETY: as `call_python`.
    unsafe {
        call_python(&RELEASE, [n as u64, handles as u64]);
    }
}

static HOST: HostTable = HostTable {
    abi_version: GIMBAL_HOST_ABI,
    flags: GIMBAL_HOST_TAKES_PACKED | GIMBAL_HOST_TAKES_INSTANCES | GIMBAL_HOST_TAKES_MARSHAL,
    size: size_of::<HostTable>(),
    op,
    call,
    getattr,
    release,
};

/// Why the shim could not be attached; empty when it was.
static PROBLEM: OnceLock<CString> = OnceLock::new();

unsafe extern "C" fn problem() -> *const c_char {
    PROBLEM.get().map_or(c"".as_ptr(), |text| text.as_ptr())
}

/// The address of the counter that makes PyPy look for signals; it is negative when one has arrived. 0 when there is none.
extern "C" fn signal_word() -> i64 {
    static WORD: OnceLock<usize> = OnceLock::new();
    // SAFETY: a lookup by name.
    *WORD.get_or_init(|| unsafe { libc::dlsym(libc::RTLD_DEFAULT, c"pypysig_counter".as_ptr()) as usize })
        as i64
}

/// PyPy would run handlers at the first bytecode of a call-back, where nothing catches what they raise. `CheckSignals` makes it look
/// again, where something does.
fn look_later() {
    const BYTECODES: isize = 1 << 20;
    // SAFETY: PyPy's own counter, which its signal handler writes at any time.
    let word = unsafe { (signal_word() as *const AtomicIsize).as_ref() };
    if let Some(word) = word {
        word.store(BYTECODES, Ordering::Relaxed);
    }
}

/// Attaches to the libpython that has started us, or else opens the one two folders up from this file.
unsafe fn attach() -> Result<&'static ShimTable, String> {
    // SAFETY: plain calls of the dynamic loader; the table is a static.
    unsafe {
        let attach = match embed::attach() {
            Some(attach) => attach,
            None => open_libpython()?,
        };
        attach(&raw const HOST)
            .as_ref()
            .ok_or_else(|| "libpython and _gimbal_pypy.so are of different versions".into())
    }
}

/// Opens the libpython two folders up from this file.
unsafe fn open_libpython() -> Result<embed::Attach, String> {
    let here = embed::own_folder()?;
    let folder = here.ancestors().nth(2).ok_or("unexpected folder layout")?;
    let library = folder.join(concat!("libpython", env!("GIMBAL_FLAVOUR"), ".so.1.0"));
    let path = CString::new(library.as_os_str().as_bytes()).map_err(|e| e.to_string())?;
    // SAFETY: plain calls of the dynamic loader; the symbol has this type in our library.
    unsafe {
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
        if handle.is_null() {
            return Err(CStr::from_ptr(libc::dlerror()).to_string_lossy().into_owned());
        }
        let symbol = libc::dlsym(handle, c"gimbal_attach".as_ptr());
        if symbol.is_null() {
            return Err(format!(
                "{} is not Gimbal's: it has no gimbal_attach",
                library.display()
            ));
        }
        Ok(std::mem::transmute::<*mut c_void, embed::Attach>(symbol))
    }
}

fn globals(shim: Option<&'static ShimTable>) -> Vec<Global> {
    use Type::{CellPtr, CharPtr, Double, DoublePtr, Int, Int64, Int64Ptr, Void, VoidPtr};
    let own = |name, types, address| Global {
        name,
        types,
        address,
        extern_python: None,
    };
    let mut list = vec![
        own("problem", &[CharPtr], problem as *const c_void),
        own("signal_word", &[Int64], signal_word as *const c_void),
    ];
    macro_rules! callbacks {
        ($($name:literal $extern_python:ident $f:ident [$($ty:ident)*];)*) => {
            $(list.push(Global { name: $name, types: &[$($ty),*], address: $f as *const c_void, extern_python: Some(&raw const $extern_python) });)*
        };
    }
    callbacks! {
        "op" OP op [Int Int Int CellPtr CellPtr];
        "call" CALL call [Int Int64 Int Int CellPtr CellPtr];
        "getattr" GETATTR getattr [Int Int64 Int64 CellPtr];
        "release" RELEASE release [Void Int Int64Ptr];
    }
    let Some(shim) = shim else { return list };
    macro_rules! functions {
        ($($name:ident [$($ty:ident)*];)*) => {
            $(list.push(Global {
                name: stringify!($name),
                types: &[$($ty),*],
                address: shim.$name as *const c_void,
                extern_python: None,
            });)*
        };
    }
    functions! {
        calln [Int Int Int64 Int64 Int Int CellPtr CellPtr];
        direct [Int Int Int64 Int64 Int64 Int64 CellPtr Double Double Int64];
        direct_int [Int64 Int Int64 Int64 Int64 Int64 Double Double Int64];
        fetch [Int Int64 CellPtr];
        text [Int64 CharPtr Int64 Int64];
        slot [Int Int Int64 Int CellPtr CellPtr];
        incref [Void VoidPtr];
        decref [Void VoidPtr];
        refer [Void VoidPtr Int64];
        drop [Void Int64 Int64Ptr];
        next_number [Int64];
        lists [Int64Ptr];
        grown [Int64Ptr];
        trim [Void];
        refcount [Int64 VoidPtr];
        new_str [Void CellPtr CharPtr Int64 Int64];
        new_bytes [Void CellPtr CharPtr Int64];
        new_int [Void CellPtr CharPtr Int64];
        new_complex [Void CellPtr Double Double];
        new_tuple [Void CellPtr Int64 CellPtr];
        fill_items [Void CellPtr Int64 CellPtr];
        fill_ints [Void CellPtr Int64 Int64Ptr];
        fill_floats [Void CellPtr Int64 DoublePtr];
        fill_value [Void CellPtr CellPtr];
        adopt [Void CellPtr];
        load [Int CharPtr CharPtr CellPtr];
        create_module [Int VoidPtr CellPtr CellPtr];
        exec_module [Int VoidPtr CellPtr CellPtr];
        op_name [CharPtr Int];
        dunder_name [CharPtr Int];
        builtin_name [CharPtr Int];
        bind_builtin [Void Int CellPtr];
        forget [Void CellPtr];
        collect [Int64];
        survey [Int64Ptr Int64 Int64Ptr Int64Ptr];
        finalize [Void Int64 Int64Ptr];
        clear [Void Int64 Int64Ptr];
        touch [Void Int64];
        stat [Int64 Int];
        flush [Void Int];
        fill_tree [Void CellPtr Int64 CellPtr CharPtr Int64 Int64 Int64];
    }
    list
}

/// The entry point by which PyPy recognises a cffi module.
///
/// # Safety
/// Called once by PyPy's importer with its exchange array.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn _cffi_pypyinit__gimbal_pypy(exchange: *mut *const c_void) -> *mut c_void {
    // SAFETY: the array holds the export version and, from 0x0A03 on, `_cffi_call_python`.
    unsafe {
        if *exchange as usize >= 0x0A03 {
            CALL_PYTHON.store((*exchange.add(1)).cast_mut(), Ordering::Relaxed);
        }
        let shim = match attach() {
            Ok(shim) => Some(shim),
            Err(problem) => {
                PROBLEM.get_or_init(|| CString::new(problem).unwrap_or_default());
                None
            }
        };
        // `p`, `u`, `q`, `w` and `f` read the word of `i` as a pointer, `m` that of `d`.
        let fields = [
            Field("tag", offset_of!(Cell, tag), Type::Int),
            Field("aux", offset_of!(Cell, aux), Type::Int),
            Field("i", offset_of!(Cell, i), Type::Int64),
            Field("p", offset_of!(Cell, i), Type::CharPtr),
            Field("q", offset_of!(Cell, i), Type::CellPtr),
            Field("u", offset_of!(Cell, i), Type::VoidPtr),
            Field("w", offset_of!(Cell, i), Type::Int64Ptr),
            Field("f", offset_of!(Cell, i), Type::DoublePtr),
            Field("d", offset_of!(Cell, d), Type::Double),
            Field("m", offset_of!(Cell, d), Type::VoidPtr),
            Field("n", offset_of!(Cell, n), Type::Int64),
            Field("t", offset_of!(Cell, t), Type::Int64),
        ];
        *exchange.add(1) = cffi::context(globals(shim), &fields, size_of::<Cell>());
        *exchange = CFFI_VERSION as *const c_void;
    }
    std::ptr::null_mut()
}
