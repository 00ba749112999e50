//! Modules and the table of imports.

use super::{Builtin, Def, Single};
use crate::heap::{Obj, Payload, Res, Thread};

impl Thread {
    /// A new module with a name and a namespace.
    pub fn module(&mut self, name: &str) -> Obj {
        let module = self.alloc(Builtin::Module, |_| Payload::Module);
        let dict = self.dict();
        self.set_instance_dict(&module, &dict);
        let title = self.str(name);
        let none = self.none();
        self.dict_set_str(&dict, "__name__", &title);
        for field in ["__doc__", "__package__", "__loader__", "__spec__"] {
            self.dict_set_str(&dict, field, &none);
        }
        module
    }

    /// A module of the object space, in `sys.modules`.
    pub fn builtin_module(&mut self, name: &str, functions: &'static [Def]) -> Obj {
        let module = self.module(name);
        for def in functions {
            let function = self.native(def, None);
            self.set_in_module(&module, def.name, &function);
        }
        self.add_module(name, &module);
        module
    }

    /// Sets an attribute of a module.
    pub fn set_in_module(&mut self, module: &Obj, name: &str, value: &Obj) {
        if let Some(dict) = self.instance_dict(module) {
            self.dict_set_str(&dict, name, value);
        }
    }

    /// `sys.modules[name] = module`
    pub fn add_module(&mut self, name: &str, module: &Obj) {
        let modules = self.single(Single::Modules);
        self.dict_set_str(&modules, name, module);
    }

    /// `sys.modules.get(name)`
    pub fn get_module(&mut self, name: &str) -> Option<Obj> {
        let modules = self.single(Single::Modules);
        self.dict_get_str(&modules, name)
    }

    /// The module of that name; there is no finder, so it is in `sys.modules` or it is missing.
    pub fn import(&mut self, name: &str) -> Res {
        match self.get_module(name) {
            Some(module) if !self.is_none(&module) => Ok(module),
            _ => {
                let message = self.str(&format!("No module named '{name}'"));
                let error = self.raise_with(Builtin::ModuleNotFoundError, &[message]);
                let title = self.str(name);
                self.set_exception_field(&error.0, "name", &title);
                Err(error)
            }
        }
    }
}
