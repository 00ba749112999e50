//! From C types to the Rust types of `gimbal-abi`, by the names listed in `shim/symbols/types.toml`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::ctype::CType;

/// The known names.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RustTypes {
    /// C names spelled otherwise in Rust.
    rename: BTreeMap<String, String>,
    /// Types that have the same name on both sides.
    same: BTreeSet<String>,
    /// Typedefs of function pointers, nullable as all C pointers are.
    callback: BTreeSet<String>,
}

impl RustTypes {
    /// Reads `types.toml`.
    pub fn load(folder: &Path) -> Result<Self> {
        let path = folder.join("types.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        toml::from_str(&text).with_context(|| format!("in {}", path.display()))
    }

    /// The Rust spelling, or the C name that has none.
    pub fn spell(&self, ty: &CType) -> Result<String, String> {
        match ty {
            CType::Named { name, .. } => {
                if let Some(renamed) = self.rename.get(name) {
                    Ok(renamed.clone())
                } else if self.same.contains(name) {
                    Ok(name.clone())
                } else if self.callback.contains(name) {
                    Ok(format!("Option<{name}>"))
                } else {
                    Err(name.clone())
                }
            }
            CType::Pointer { to, .. } => match &**to {
                function @ CType::Function { .. } => Ok(format!("Option<{}>", self.function(function)?)),
                CType::Named { name, constant } if name == "void" => {
                    Ok(format!("*{} c_void", if *constant { "const" } else { "mut" }))
                }
                target => {
                    let constant = match target {
                        CType::Named { constant, .. } | CType::Pointer { constant, .. } => *constant,
                        _ => false,
                    };
                    Ok(format!(
                        "*{} {}",
                        if constant { "const" } else { "mut" },
                        self.spell(target)?
                    ))
                }
            },
            CType::Function { .. } => self.function(ty),
            CType::Array { of, length } => match length {
                Some(length) => Ok(format!("[{}; {length}]", self.spell(of)?)),
                None => Err(format!("{of}[]")),
            },
        }
    }

    fn function(&self, ty: &CType) -> Result<String, String> {
        let (parameters, ret) = self.parts(ty)?;
        let ret = ret.map_or(String::new(), |ret| format!(" -> {ret}"));
        Ok(format!("unsafe extern \"C\" fn({}){ret}", parameters.join(", ")))
    }

    /// Parameters and result of a function.
    pub fn parts(&self, ty: &CType) -> Result<(Vec<String>, Option<String>), String> {
        let CType::Function {
            ret,
            parameters,
            variadic: false,
        } = ty
        else {
            return Err("...".to_owned());
        };
        let parameters = parameters
            .iter()
            .map(|parameter| self.spell(parameter))
            .collect::<Result<_, _>>()?;
        let ret = if ret.is_void() {
            None
        } else {
            Some(self.spell(ret)?)
        };
        Ok((parameters, ret))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_keep_their_constness_and_callbacks_may_be_null() {
        let types: RustTypes = toml::from_str(
            "same = ['PyObject']\ncallback = ['destructor']\n[rename]\nchar = 'c_char'\nint = 'c_int'",
        )
        .unwrap();
        let spell = |text: &str| types.spell(&CType::parse(text).unwrap());
        assert_eq!(spell("const char *").unwrap(), "*const c_char");
        assert_eq!(spell("PyObject *const *").unwrap(), "*const *mut PyObject");
        assert_eq!(
            spell("int (*)(PyObject *, destructor)").unwrap(),
            "Option<unsafe extern \"C\" fn(*mut PyObject, Option<destructor>) -> c_int>"
        );
        assert_eq!(spell("FILE *").unwrap_err(), "FILE");
    }
}
