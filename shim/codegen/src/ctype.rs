//! C types as far as the C API uses them: read from a declaration, printed in one canonical spelling.
//!
//! The table keeps signatures without parameter names (`PyObject *(PyObject *, Py_ssize_t)`); the same reader takes
//! the declarations of preprocessed headers when the table is seeded.

use anyhow::{Context, Result, bail, ensure};

/// A C type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CType {
    /// A basic type, a typedef's name, or `struct X`.
    Named { name: String, constant: bool },
    /// A pointer; `constant` speaks of the pointer itself.
    Pointer { to: Box<CType>, constant: bool },
    /// A function.
    Function {
        ret: Box<CType>,
        parameters: Vec<CType>,
        variadic: bool,
    },
    /// An array, of unknown length where the C source leaves it out.
    Array { of: Box<CType>, length: Option<String> },
}

/// One declaration: `name` has type `ty`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declaration {
    /// The declared name; empty for an abstract type.
    pub name: String,
    /// Its type.
    pub ty: CType,
}

impl CType {
    /// Reads a type written without a name.
    pub fn parse(text: &str) -> Result<Self> {
        let declaration =
            Declaration::parse(&lex(text)).with_context(|| format!("in the C type `{text}`"))?;
        ensure!(
            declaration.name.is_empty(),
            "`{text}` declares the name {}",
            declaration.name
        );
        Ok(declaration.ty)
    }

    fn named(name: &str) -> Self {
        Self::Named {
            name: name.to_owned(),
            constant: false,
        }
    }

    /// A pointer that may change.
    pub fn pointer(to: CType) -> Self {
        Self::Pointer {
            to: Box::new(to),
            constant: false,
        }
    }

    /// The type with what makes no difference to a caller left out: constness, and what a word is called.
    pub fn abi(&self) -> Self {
        let same = |ty: &Self| Box::new(ty.abi());
        match self {
            Self::Named { name, .. } => match name.as_str() {
                "Py_ssize_t" | "size_t" | "int64_t" | "uint64_t" => Self::named("word"),
                other => Self::named(other),
            },
            Self::Pointer { to, .. } => Self::pointer(to.abi()),
            Self::Function {
                ret,
                parameters,
                variadic,
            } => Self::Function {
                ret: same(ret),
                parameters: parameters.iter().map(Self::abi).collect(),
                variadic: *variadic,
            },
            Self::Array { of, length } => Self::Array {
                of: same(of),
                length: length.clone(),
            },
        }
    }

    /// Whether this is `void`.
    pub fn is_void(&self) -> bool {
        matches!(self, Self::Named { name, .. } if name == "void")
    }

    /// What a parameter of this type really is: arrays and functions decay to pointers, and a constant parameter is
    /// no business of the caller.
    fn decayed(self) -> Self {
        match self {
            Self::Array { of, .. } => Self::pointer(*of),
            function @ Self::Function { .. } => Self::pointer(function),
            Self::Named { name, .. } => Self::Named {
                name,
                constant: false,
            },
            Self::Pointer { to, .. } => Self::Pointer { to, constant: false },
        }
    }

    /// The canonical spelling around a declarator.
    fn spell(&self, inner: &str) -> String {
        match self {
            Self::Named { name, constant } => {
                let constant = if *constant { "const " } else { "" };
                let gap = if inner.is_empty() { "" } else { " " };
                format!("{constant}{name}{gap}{inner}")
            }
            Self::Pointer { to, constant } => {
                let constant = if *constant { "const" } else { "" };
                let gap = if constant.is_empty() || inner.is_empty() {
                    ""
                } else {
                    " "
                };
                let star = format!("*{constant}{gap}{inner}");
                match **to {
                    Self::Function { .. } | Self::Array { .. } => to.spell(&format!("({star})")),
                    _ => to.spell(&star),
                }
            }
            Self::Function {
                ret,
                parameters,
                variadic,
            } => {
                let mut list: Vec<String> = parameters.iter().map(ToString::to_string).collect();
                if *variadic {
                    list.push("...".to_owned());
                }
                if list.is_empty() {
                    list.push("void".to_owned());
                }
                ret.spell(&format!("{inner}({})", list.join(", ")))
            }
            Self::Array { of, length } => of.spell(&format!("{inner}[{}]", length.as_deref().unwrap_or(""))),
        }
    }
}

impl std::fmt::Display for CType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.spell(""))
    }
}

/// Splits C text into tokens; strings and comments are not needed in what we read.
pub fn lex(text: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let word = |c: char| c == '_' || c.is_ascii_alphanumeric();
        let length = if word(first) {
            rest.find(|c| !word(c)).unwrap_or(rest.len())
        } else if first == '"' {
            rest[1..].find('"').map_or(rest.len(), |end| end + 2)
        } else if rest.starts_with("...") {
            3
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

impl Declaration {
    /// Reads a declaration from its tokens, `;` left out.
    pub fn parse(tokens: &[&str]) -> Result<Self> {
        let mut parser = Parser { tokens, at: 0 };
        let declaration = parser.declaration()?;
        ensure!(
            parser.at == tokens.len(),
            "unexpected `{}`",
            tokens[parser.at..].join(" ")
        );
        Ok(declaration)
    }
}

struct Parser<'a> {
    tokens: &'a [&'a str],
    at: usize,
}

/// A step from a declared name outwards.
enum Step {
    Pointer { constant: bool },
    Array { length: Option<String> },
    Function { parameters: Vec<CType>, variadic: bool },
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.tokens.get(self.at).copied()
    }

    fn accept(&mut self, token: &str) -> bool {
        let found = self.peek() == Some(token);
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, token: &str) -> Result<()> {
        ensure!(
            self.accept(token),
            "expected `{token}` before `{}`",
            self.tokens[self.at..].join(" ")
        );
        Ok(())
    }

    fn word(&self) -> Option<&'a str> {
        self.peek()
            .filter(|token| token.starts_with(|c: char| c == '_' || c.is_ascii_alphabetic()))
    }

    /// Steps over what says nothing about the type.
    fn skip_noise(&mut self) -> Result<()> {
        while let Some(token) = self.peek() {
            match token {
                "extern" | "__extension__" | "inline" | "__inline" | "__restrict" | "restrict"
                | "volatile" | "_Noreturn" | "register" => self.at += 1,
                "__attribute__" | "__asm__" => {
                    self.at += 1;
                    self.skip_parentheses()?;
                }
                _ => break,
            }
        }
        Ok(())
    }

    fn skip_parentheses(&mut self) -> Result<()> {
        self.expect("(")?;
        let mut depth = 1;
        while depth > 0 {
            match self.peek().context("unbalanced parentheses")? {
                "(" => depth += 1,
                ")" => depth -= 1,
                _ => {}
            }
            self.at += 1;
        }
        Ok(())
    }

    fn declaration(&mut self) -> Result<Declaration> {
        let base = self.specifiers()?;
        let (name, steps) = self.declarator()?;
        self.skip_noise()?;
        let ty = steps.into_iter().rev().fold(base, |ty, step| match step {
            Step::Pointer { constant } => CType::Pointer {
                to: Box::new(ty),
                constant,
            },
            Step::Array { length } => CType::Array {
                of: Box::new(ty),
                length,
            },
            Step::Function { parameters, variadic } => CType::Function {
                ret: Box::new(ty),
                parameters,
                variadic,
            },
        });
        Ok(Declaration { name, ty })
    }

    fn specifiers(&mut self) -> Result<CType> {
        let mut constant = false;
        let mut words: Vec<&str> = Vec::new();
        loop {
            self.skip_noise()?;
            let basic = |word: &str| {
                matches!(
                    word,
                    "void"
                        | "char"
                        | "short"
                        | "int"
                        | "long"
                        | "float"
                        | "double"
                        | "signed"
                        | "unsigned"
                        | "_Bool"
                )
            };
            match self.word() {
                Some("const") => constant = true,
                Some("struct" | "union" | "enum") if words.is_empty() => {
                    words.push(self.tokens[self.at]);
                    self.at += 1;
                    words.push(self.word().context("a struct without a name")?);
                }
                Some(word) if basic(word) && words.iter().all(|earlier| basic(earlier)) => words.push(word),
                Some(word) if words.is_empty() => words.push(word),
                _ => break,
            }
            self.at += 1;
        }
        ensure!(
            !words.is_empty(),
            "no type before `{}`",
            self.tokens[self.at..].join(" ")
        );
        let name = match words.as_slice() {
            ["unsigned"] => "unsigned int".to_owned(),
            ["long", "int"] => "long".to_owned(),
            ["long", "unsigned", "int"] => "unsigned long".to_owned(),
            _ => words.join(" "),
        };
        Ok(CType::Named { name, constant })
    }

    /// The declared name and the steps outwards from it, nearest first.
    fn declarator(&mut self) -> Result<(String, Vec<Step>)> {
        self.skip_noise()?;
        if self.accept("*") {
            self.skip_noise()?;
            let mut constant = false;
            while self.accept("const") {
                constant = true;
                self.skip_noise()?;
            }
            let (name, mut steps) = self.declarator()?;
            steps.push(Step::Pointer { constant });
            return Ok((name, steps));
        }
        let grouped = self.peek() == Some("(")
            && matches!(self.tokens.get(self.at + 1), Some(&("*" | "(" | "__attribute__")));
        let (name, mut steps) = if grouped {
            self.at += 1;
            let inner = self.declarator()?;
            self.expect(")")?;
            inner
        } else if let Some(name) = self.word() {
            self.at += 1;
            (name.to_owned(), Vec::new())
        } else {
            (String::new(), Vec::new())
        };
        loop {
            if self.accept("[") {
                let start = self.at;
                while self.peek().context("unbalanced brackets")? != "]" {
                    self.at += 1;
                }
                let length = (self.at > start).then(|| self.tokens[start..self.at].join(" "));
                self.at += 1;
                steps.push(Step::Array { length });
            } else if self.accept("(") {
                steps.push(self.parameters()?);
            } else {
                return Ok((name, steps));
            }
        }
    }

    fn parameters(&mut self) -> Result<Step> {
        let mut parameters = Vec::new();
        let mut variadic = false;
        while !self.accept(")") {
            if self.accept("...") {
                variadic = true;
            } else {
                parameters.push(self.declaration()?.ty.decayed());
            }
            if !self.accept(",") && self.peek() != Some(")") {
                bail!(
                    "expected `,` or `)` before `{}`",
                    self.tokens[self.at..].join(" ")
                );
            }
        }
        if parameters == [CType::named("void")] {
            parameters.clear();
        }
        Ok(Step::Function { parameters, variadic })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn declared(text: &str) -> (String, String) {
        let declaration = Declaration::parse(&lex(text)).unwrap();
        (declaration.name, declaration.ty.to_string())
    }

    #[test]
    fn a_declaration_loses_its_names_and_attributes() {
        let text = "extern __attribute__ ((visibility (\"default\"))) PyObject * PyList_GetItem(PyObject *op, Py_ssize_t i)";
        assert_eq!(
            declared(text),
            (
                "PyList_GetItem".into(),
                "PyObject *(PyObject *, Py_ssize_t)".into()
            )
        );
    }

    #[test]
    fn function_pointers_arrays_and_constness_survive() {
        let text = "void (*PyCapsule_GetDestructor(PyObject *c))(PyObject *)";
        assert_eq!(declared(text).1, "void (*(PyObject *))(PyObject *)");
        let text =
            "int f(const char * const kw[], char *const *v, unsigned n, long int l, int (*)(void), ...)";
        assert_eq!(
            declared(text).1,
            "int (const char *const *, char *const *, unsigned int, long, int (*)(void), ...)"
        );
    }

    #[test]
    fn the_canonical_spelling_reads_back_as_itself() {
        for text in [
            "int (void)",
            "void (*(PyObject *))(PyObject *)",
            "const char *(int)",
            "const char *const [256]",
        ] {
            assert_eq!(CType::parse(text).unwrap().to_string(), text);
        }
    }
}
