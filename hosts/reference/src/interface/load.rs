//! Attaching the shim, and importing extension files.

use super::{HOST, attach, call_shim, cells, shim, types};
use crate::heap::{Obj, Payload, Res, Thread};
use crate::types::Builtin;
use anyhow::{Result, bail};
use gimbal_host::{Cell, HostTable, ShimTable, Tag};
use std::ffi::{CStr, CString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

type Attach = unsafe extern "C" fn(*const HostTable) -> *const ShimTable;

/// Opens a libpython and attaches to it.
pub fn load(library: &Path) -> Result<()> {
    let path = CString::new(library.as_os_str().as_bytes())?;
    // SAFETY: plain calls of the dynamic loader; the symbol has this signature.
    unsafe {
        let handle = libc::dlopen(path.as_ptr(), libc::RTLD_NOW | libc::RTLD_GLOBAL);
        if handle.is_null() {
            bail!("{}", CStr::from_ptr(libc::dlerror()).to_string_lossy());
        }
        let symbol = libc::dlsym(handle, c"gimbal_attach".as_ptr());
        if symbol.is_null() {
            bail!("{} is not Gimbal's: it has no gimbal_attach", library.display());
        }
        let attach_host: Attach = std::mem::transmute(symbol);
        match attach_host(&raw const HOST).as_ref() {
            Some(table) => attach(table),
            None => bail!("{} and this host are of different versions", library.display()),
        }
    }
    Ok(())
}

/// Ties the types and exceptions that the shim exports to the builtins.
pub(super) fn bind_builtins(t: &mut Thread) {
    let exported = types::names(shim().builtin_name);
    let bind = |t: &mut Thread, i: usize, class: Option<&Obj>| {
        let mut frame = [Cell::new(Tag::Null); 3];
        if let Some(class) = class {
            frame[0] = cells::cell(t, class);
        }
        let cell = frame.as_mut_ptr();
        t.outside(|| {
            // SAFETY: the cell outlives the call.
            unsafe { (shim().bind_builtin)(i as i32, cell) }
        });
    };
    for exceptions in [false, true] {
        for (i, name) in exported.iter().enumerate() {
            if let Some(builtin) = Builtin::by_exported_name(name)
                && exceptions == name.starts_with("PyExc_")
            {
                let class = t.class(builtin);
                bind(t, i, Some(&class));
            }
        }
        if !exceptions {
            bind(t, exported.len(), None);
        }
    }
}

/// What import machinery tells a module about itself.
fn new_spec(t: &mut Thread, name: &str, path: &str) -> Obj {
    let spec = t.alloc(Builtin::ModuleSpec, |_| Payload::Plain);
    let (title, origin, none, yes) = (t.str(name), t.str(path), t.none(), t.bool(true));
    let parent = t.str(name.rsplit_once('.').map_or("", |(parent, _)| parent));
    for (field, value) in [
        ("name", &title),
        ("loader", &none),
        ("origin", &origin),
        ("submodule_search_locations", &none),
        ("cached", &none),
        ("parent", &parent),
        ("has_location", &yes),
    ] {
        if let Some(dict) = t.instance_dict(&spec) {
            t.dict_set_str(&dict, field, value);
        }
    }
    spec
}

/// Imports an extension file as a module of that name.
pub fn import_file(t: &mut Thread, path: &Path, name: &str) -> Res {
    let text = path.to_string_lossy().into_owned();
    let strings = (CString::new(path.as_os_str().as_bytes()), CString::new(name));
    let (Ok(c_path), Ok(c_name)) = strings else {
        return Err(t.value_error("embedded null byte"));
    };
    let made = call_shim(t, |shim, out| {
        // SAFETY: both strings outlive the call.
        unsafe { (shim.load)(c_path.as_ptr().cast(), c_name.as_ptr().cast(), out) }
    })?;
    let mut module = t.or_none(made);
    let spec = new_spec(t, name, &text);
    let definition = t.as_i64(&module);
    if let Some(definition) = definition {
        // Multi-phase initialisation: the address of the definition.
        let mut argument = cells::cell(t, &spec);
        let start = &raw mut argument;
        let made = call_shim(t, |shim, out| {
            // SAFETY: the definition came from the shim.
            unsafe { (shim.create_module)(definition as *mut u8, start, out) }
        })?;
        module = t.or_none(made);
    }
    let origin = t.str(&text);
    let package = t.getattr(&spec, "parent")?;
    for (field, value) in [
        ("__file__", &origin),
        ("__spec__", &spec),
        ("__package__", &package),
    ] {
        t.setattr(&module, field, Some(value))?;
    }
    t.add_module(name, &module);
    if let Some(definition) = definition {
        let mut argument = cells::cell(t, &module);
        let start = &raw mut argument;
        let done = call_shim(t, |shim, out| {
            // SAFETY: what is passed outlives the call.
            unsafe { (shim.exec_module)(definition as *mut u8, start, out) }
        });
        if let Err(error) = done {
            let modules = t.single(crate::types::Single::Modules);
            t.dict_remove_str(&modules, name);
            return Err(error);
        }
    }
    Ok(module)
}
