//! Operators: which special methods each asks, in which order, and what it says when nobody answers.

use crate::heap::{Obj, Res, Thread};
use crate::types::{Builtin, Compare};

/// A binary operator.
pub struct Operator {
    /// The name of the `operator` module's function
    pub name: &'static str,
    /// As it is written in messages
    symbol: &'static str,
    special: &'static str,
    reflected: &'static str,
    in_place: &'static str,
}

macro_rules! operators {
    ($($name:literal $symbol:literal $special:literal;)*) => {
        /// All of them.
        pub const OPERATORS: &[Operator] = &[$(Operator {
            name: $name,
            symbol: $symbol,
            special: concat!("__", $special, "__"),
            reflected: concat!("__r", $special, "__"),
            in_place: concat!("__i", $special, "__"),
        },)*];
    };
}

operators! {
    "add" "+" "add";
    "sub" "-" "sub";
    "mul" "*" "mul";
    "matmul" "@" "matmul";
    "floordiv" "//" "floordiv";
    "truediv" "/" "truediv";
    "mod" "%" "mod";
    "lshift" "<<" "lshift";
    "rshift" ">>" "rshift";
    "and_" "&" "and";
    "or_" "|" "or";
    "xor" "^" "xor";
    "divmod" "divmod()" "divmod";
    "pow" "** or pow()" "pow";
}

/// The operator of this name.
pub fn operator(name: &str) -> Option<&'static Operator> {
    OPERATORS.iter().find(|operator| operator.name == name)
}

/// The operator that `iadd` and the like are in place.
pub fn in_place(name: &str) -> Option<&'static Operator> {
    let name = name.strip_prefix('i')?;
    OPERATORS
        .iter()
        .find(|operator| operator.name.trim_end_matches('_') == name)
}

/// Builtins that concatenate and repeat: what they say comes after what numbers say.
const SEQUENCES: [Builtin; 5] = [
    Builtin::List,
    Builtin::Tuple,
    Builtin::Str,
    Builtin::Bytes,
    Builtin::ByteArray,
];

/// A special method as an operand has it.
struct Found {
    function: Obj,
    /// Is it the concatenation or repetition of a builtin sequence?
    of_sequence: bool,
}

impl Thread {
    fn operand(&mut self, class: &Obj, special: &str) -> Option<Found> {
        let (owner, function) = self.lookup_where(class, special)?;
        if self.is_none(&function) {
            return None;
        }
        let builtin = self.traits(&owner).builtin;
        let joins = ["__add__", "__iadd__", "__mul__", "__rmul__", "__imul__"].contains(&special);
        Some(Found {
            function,
            of_sequence: joins && builtin.is_some_and(|builtin| SEQUENCES.contains(&builtin)),
        })
    }

    fn answer(&mut self, found: &Found, me: &Obj, args: &[Obj]) -> Res<Option<Obj>> {
        let class = self.class_of(me);
        let bound = self.bind(&found.function, Some(me), &class)?;
        let answer = self.call(&bound, args)?;
        Ok((!self.is_not_implemented(&answer)).then_some(answer))
    }

    /// What the operands as numbers say; no answer when they do not know.
    fn as_numbers(&mut self, operator: &Operator, a: &Obj, b: &Obj) -> Res<Option<Obj>> {
        let (left_class, right_class) = (self.class_of(a), self.class_of(b));
        let number = |found: Option<Found>| found.filter(|found| !found.of_sequence);
        let left = number(self.operand(&left_class, operator.special));
        let mut right = None;
        if !left_class.is(&right_class) {
            right = number(self.operand(&right_class, operator.reflected));
        }
        if let Some(found) = &right
            && left.is_some()
            && self.derives(&right_class, &left_class)
        {
            let inherited = self.lookup(&left_class, operator.reflected);
            if !inherited.is_some_and(|inherited| inherited.is(&found.function)) {
                if let Some(answer) = self.answer(found, b, std::slice::from_ref(a))? {
                    return Ok(Some(answer));
                }
                right = None;
            }
        }
        if let Some(found) = &left
            && let Some(answer) = self.answer(found, a, std::slice::from_ref(b))?
        {
            return Ok(Some(answer));
        }
        match &right {
            Some(found) => self.answer(found, b, std::slice::from_ref(a)),
            None => Ok(None),
        }
    }

    /// Concatenation and repetition.
    fn as_sequences(&mut self, operator: &Operator, a: &Obj, b: &Obj, in_place: bool) -> Res<Option<Obj>> {
        let (left, right) = (self.class_of(a), self.class_of(b));
        let sequence = |found: Option<Found>| found.filter(|found| found.of_sequence);
        let mut joins = None;
        if in_place {
            joins = sequence(self.operand(&left, operator.in_place));
        }
        if joins.is_none() {
            joins = sequence(self.operand(&left, operator.special));
        }
        match (operator.name, joins) {
            ("add", Some(found)) => self.answer(&found, a, std::slice::from_ref(b)),
            ("mul", Some(found)) => {
                self.must_count(b)?;
                self.answer(&found, a, std::slice::from_ref(b))
            }
            ("mul", None) => match sequence(self.operand(&right, operator.reflected)) {
                Some(found) => {
                    self.must_count(a)?;
                    self.answer(&found, b, std::slice::from_ref(a))
                }
                None => Ok(None),
            },
            _ => Ok(None),
        }
    }

    fn must_count(&mut self, times: &Obj) -> Res<()> {
        let class = self.class_of(times);
        if self.lookup(&class, "__index__").is_some() {
            return Ok(());
        }
        let name = self.class_name(&class);
        Err(self.type_error(format!("can't multiply sequence by non-int of type '{name}'")))
    }

    /// `a OP b`
    pub fn binary(&mut self, operator: &Operator, a: &Obj, b: &Obj) -> Res {
        if let Some(answer) = self.as_numbers(operator, a, b)? {
            return Ok(answer);
        }
        if let Some(answer) = self.as_sequences(operator, a, b, false)? {
            return Ok(answer);
        }
        Err(self.unsupported(operator.symbol, &[a, b]))
    }

    /// `a OP= b`
    pub fn binary_in_place(&mut self, operator: &Operator, a: &Obj, b: &Obj) -> Res {
        let class = self.class_of(a);
        if let Some(found) = self.operand(&class, operator.in_place)
            && !found.of_sequence
            && let Some(answer) = self.answer(&found, a, std::slice::from_ref(b))?
        {
            return Ok(answer);
        }
        if let Some(answer) = self.as_numbers(operator, a, b)? {
            return Ok(answer);
        }
        if let Some(answer) = self.as_sequences(operator, a, b, true)? {
            return Ok(answer);
        }
        let symbol = if operator.name == "pow" {
            "**"
        } else {
            operator.symbol
        };
        Err(self.unsupported(&format!("{symbol}="), &[a, b]))
    }

    /// `a OP b` by the operator's name.
    pub fn operate(&mut self, name: &str, a: &Obj, b: &Obj) -> Res {
        match operator(name) {
            Some(operator) => self.binary(operator, a, b),
            None => Err(self.system_error(format!("there is no operator '{name}'"))),
        }
    }

    /// `pow(a, b, modulus)`
    pub fn power(&mut self, a: &Obj, b: &Obj, modulus: &Obj) -> Res {
        if self.is_none(modulus) {
            return self.operate("pow", a, b);
        }
        let (left, right) = (self.class_of(a), self.class_of(b));
        let known = self.operand(&left, "__pow__");
        if let Some(found) = known
            && let Some(answer) = self.answer(&found, a, &[b.clone(), modulus.clone()])?
        {
            return Ok(answer);
        }
        if !left.is(&right)
            && let Some(found) = self.operand(&right, "__rpow__")
            && let Some(answer) = self.answer(&found, b, &[a.clone(), modulus.clone()])?
        {
            return Ok(answer);
        }
        Err(self.unsupported("** or pow()", &[a, b, modulus]))
    }

    fn unsupported(&mut self, symbol: &str, operands: &[&Obj]) -> crate::heap::Raised {
        let names: Vec<String> = operands
            .iter()
            .map(|operand| format!("'{}'", self.type_name(operand)))
            .collect();
        let between = if names.len() == 2 { " and " } else { ", " };
        self.type_error(format!(
            "unsupported operand type(s) for {symbol}: {}",
            names.join(between)
        ))
    }

    /// `-a`, `+a`, `~a`, `abs(a)` by the special method.
    pub fn unary(&mut self, special: &str, symbol: &str, a: &Obj) -> Res {
        if let Some(answer) = self.call_special(a, special, &[])? {
            return Ok(answer);
        }
        let name = self.type_name(a);
        Err(self.type_error(format!("bad operand type for {symbol}: '{name}'")))
    }

    /// `a OP b` as a truth.
    pub fn compare(&mut self, a: &Obj, b: &Obj, op: Compare) -> Res<bool> {
        let answer = self.rich_compare(a, b, op)?;
        self.truth(&answer)
    }
}
