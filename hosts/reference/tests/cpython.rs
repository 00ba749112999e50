//! The builtins behave as CPython's: each line of `cpython.txt` is an expression that both evaluate, with everything moving
//! here; what they print must be equal. The evaluator knows literals, calls, attributes, indices, and operators without
//! precedence, from left to right, which the lines must not depend on.

use gimbal_reference::heap::{Obj, Options, Res, Text, Thread};
use gimbal_reference::types::{Builtin, Compare, Single};
use num_bigint::BigInt;
use std::io::Write as _;
use std::process::{Command, Stdio};

const CASES: &str = include_str!("cpython.txt");

/// What CPython runs: the same lines, the same form of the results.
const DRIVER: &str = "
import codecs, sys, warnings
warnings.simplefilter('ignore')
for line in sys.stdin:
    line = line.rstrip('\\n')
    try:
        print(ascii(eval(line)))
    except Exception as error:
        print(ascii(f'{type(error).__name__}: {error}'))
";

/// Positional and keyword arguments.
type Arguments = (Vec<Obj>, Vec<(String, Obj)>);

struct Evaluator<'a> {
    text: &'a str,
}

impl Evaluator<'_> {
    fn skip(&mut self) {
        self.text = self.text.trim_start_matches(' ');
    }

    fn take(&mut self, token: &str) -> bool {
        self.skip();
        let found = self.text.strip_prefix(token);
        self.text = found.unwrap_or(self.text);
        found.is_some()
    }

    fn word(&mut self) -> String {
        self.skip();
        let end = self
            .text
            .find(|c: char| !c.is_alphanumeric() && c != '_')
            .unwrap_or(self.text.len());
        let (word, rest) = self.text.split_at(end);
        self.text = rest;
        word.to_owned()
    }

    fn expression(&mut self, t: &mut Thread) -> Res {
        let mut left = self.operand(t)?;
        let comparisons = ["<=", "<", "==", "!=", ">=", ">"];
        let comparison = [
            Compare::LessEqual,
            Compare::Less,
            Compare::Equal,
            Compare::NotEqual,
            Compare::GreaterEqual,
            Compare::Greater,
        ];
        let operators = [
            ("**", "pow"),
            ("//", "floordiv"),
            ("<<", "lshift"),
            (">>", "rshift"),
            ("+", "add"),
            ("-", "sub"),
            ("*", "mul"),
            ("/", "truediv"),
            ("%", "mod"),
            ("&", "and_"),
            ("|", "or_"),
            ("^", "xor"),
            ("@", "matmul"),
        ];
        'more: loop {
            for (symbol, name) in operators {
                if self.take(symbol) {
                    let right = self.operand(t)?;
                    left = t.operate(name, &left, &right)?;
                    continue 'more;
                }
            }
            for (symbol, op) in comparisons.into_iter().zip(comparison) {
                if self.take(symbol) {
                    let right = self.operand(t)?;
                    left = t.rich_compare(&left, &right, op)?;
                    continue 'more;
                }
            }
            if self.take("in ") {
                let right = self.operand(t)?;
                let found = t.contains(&right, &left)?;
                left = t.bool(found);
                continue;
            }
            return Ok(left);
        }
    }

    fn operand(&mut self, t: &mut Thread) -> Res {
        if self.take("-") {
            let value = self.operand(t)?;
            return t.unary("__neg__", "unary -", &value);
        }
        if self.take("~") {
            let value = self.operand(t)?;
            return t.unary("__invert__", "unary ~", &value);
        }
        let mut value = self.primary(t)?;
        loop {
            if self.text.starts_with('.') {
                self.take(".");
                let name = self.word();
                value = t.getattr(&value, &name)?;
            } else if self.text.starts_with('(') {
                self.take("(");
                let (args, keywords) = self.arguments(t)?;
                value = t.call_with(&value, &args, &keywords)?;
            } else if self.text.starts_with('[') {
                self.take("[");
                let key = self.key(t)?;
                value = t.get_item(&value, &key)?;
            } else {
                return Ok(value);
            }
        }
    }

    fn key(&mut self, t: &mut Thread) -> Res {
        let mut parts = vec![None];
        while !self.take("]") {
            if self.take(":") {
                parts.push(None);
            } else {
                let part = self.expression(t)?;
                *parts.last_mut().expect("there is a part") = Some(part);
            }
        }
        if let [Some(one)] = &parts[..] {
            return Ok(one.clone());
        }
        let parts: Vec<Obj> = parts.into_iter().map(|part| t.or_none(part)).collect();
        let class = t.class(Builtin::Slice);
        t.call(&class, &parts)
    }

    fn arguments(&mut self, t: &mut Thread) -> Res<Arguments> {
        let (mut args, mut keywords) = (Vec::new(), Vec::new());
        while !self.take(")") {
            self.skip();
            let end = self
                .text
                .find(|c: char| !c.is_alphanumeric() && c != '_')
                .unwrap_or(0);
            let rest = &self.text[end..];
            if end > 0 && rest.starts_with('=') && !rest.starts_with("==") {
                let name = self.word();
                self.take("=");
                keywords.push((name, self.expression(t)?));
            } else {
                args.push(self.expression(t)?);
            }
            self.take(",");
        }
        Ok((args, keywords))
    }

    fn items(&mut self, t: &mut Thread, close: &str) -> Res<(Vec<Obj>, bool)> {
        let (mut items, mut comma) = (Vec::new(), false);
        while !self.take(close) {
            items.push(self.expression(t)?);
            comma |= self.take(",");
        }
        Ok((items, comma))
    }

    fn braces(&mut self, t: &mut Thread) -> Res {
        let (dict, set) = (t.dict(), t.class(Builtin::Set));
        let mut members = Vec::new();
        while !self.take("}") {
            let key = self.expression(t)?;
            if self.take(":") {
                let value = self.expression(t)?;
                t.set_item(&dict, &key, &value)?;
            } else {
                members.push(key);
            }
            self.take(",");
        }
        if members.is_empty() {
            return Ok(dict);
        }
        let members = t.list(&members);
        t.call(&set, &[members])
    }

    fn primary(&mut self, t: &mut Thread) -> Res {
        self.skip();
        match self.text.chars().next() {
            Some('[') => {
                self.take("[");
                let (items, _) = self.items(t, "]")?;
                Ok(t.list(&items))
            }
            Some('(') => {
                self.take("(");
                let (items, comma) = self.items(t, ")")?;
                if items.len() == 1 && !comma {
                    Ok(items[0].clone())
                } else {
                    Ok(t.tuple(&items))
                }
            }
            Some('{') => {
                self.take("{");
                self.braces(t)
            }
            Some('\'' | '"') => {
                let points = self.string();
                Ok(t.text(Text(points)))
            }
            Some('b') if self.text[1..].starts_with('\'') => {
                self.take("b");
                let points = self.string();
                Ok(t.bytes(points.into_iter().map(|point| point as u8).collect()))
            }
            Some(c) if c.is_ascii_digit() => Ok(self.number(t)),
            _ => {
                let name = self.word();
                let builtins = t.single(Single::Builtins);
                match t.import(&name) {
                    Ok(module) if name == "codecs" => Ok(module),
                    _ => t.getattr(&builtins, &name),
                }
            }
        }
    }

    fn string(&mut self) -> Vec<u32> {
        let mut rest = self.text.chars();
        let quote = rest.next();
        let mut points = Vec::new();
        while let Some(c) = rest.next() {
            if Some(c) == quote {
                break;
            }
            if c != '\\' {
                points.push(u32::from(c));
                continue;
            }
            let digits = match rest.next() {
                Some('n') => {
                    points.push(10);
                    continue;
                }
                Some('r') => {
                    points.push(13);
                    continue;
                }
                Some('t') => {
                    points.push(9);
                    continue;
                }
                Some('x') => 2,
                Some('u') => 4,
                Some('U') => 8,
                other => {
                    points.extend(other.map(u32::from));
                    continue;
                }
            };
            let code: String = rest.by_ref().take(digits).collect();
            points.push(u32::from_str_radix(&code, 16).expect("an escape"));
        }
        self.text = rest.as_str();
        points
    }

    fn number(&mut self, t: &mut Thread) -> Obj {
        let mut end = 0;
        let bytes = self.text.as_bytes();
        while end < bytes.len()
            && (bytes[end].is_ascii_alphanumeric()
                || bytes[end] == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit)
                || matches!(bytes[end], b'-' | b'+') && bytes[end - 1] == b'e')
        {
            end += 1;
        }
        let (number, rest) = self.text.split_at(end);
        self.text = rest;
        if let Some(imaginary) = number.strip_suffix('j') {
            return t.complex(0.0, imaginary.parse().expect("a float"));
        }
        if let Ok(value) = number.parse::<BigInt>() {
            return t.int(value);
        }
        t.float(number.parse().expect("a float"))
    }
}

fn here(line: &str) -> String {
    let mut t = Thread::enter();
    let made = Evaluator { text: line }.expression(&mut t);
    let shown = match made {
        Ok(made) => made,
        Err(error) => {
            let name = t.type_name(&error.0);
            let message = t.str_string(&error.0).unwrap_or_else(|_| "no text".to_owned());
            t.str(&format!("{name}: {message}"))
        }
    };
    let builtins = t.single(Single::Builtins);
    let ascii = t
        .getattr(&builtins, "ascii")
        .and_then(|ascii| t.call(&ascii, &[shown]));
    match ascii {
        Ok(text) => t.as_string(&text).unwrap_or_default(),
        Err(error) => format!("{} in ascii()", t.type_name(&error.0)),
    }
}

#[test]
fn builtins_behave_as_cpythons() {
    let python = std::env::var("GIMBAL_CPYTHON").unwrap_or_else(|_| "/usr/bin/python3.11".to_owned());
    let lines: Vec<&str> = CASES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect();
    let mut oracle = Command::new(python)
        .args(["-c", DRIVER])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("CPython starts");
    let input = lines.join("\n") + "\n";
    let mut stdin = oracle.stdin.take().expect("a pipe");
    let writer = std::thread::spawn(move || stdin.write_all(input.as_bytes()));
    let output = oracle.wait_with_output().expect("CPython ends");
    writer.join().expect("the writer ends").expect("CPython reads");
    let expected: Vec<String> = String::from_utf8(output.stdout)
        .expect("ASCII")
        .lines()
        .map(str::to_owned)
        .collect();
    assert_eq!(expected.len(), lines.len(), "CPython answers every line");

    gimbal_reference::start(Options {
        stress: true,
        free_threaded: false,
    });
    let mut differences = Vec::new();
    for (line, expected) in lines.iter().zip(&expected) {
        let found = here(line);
        if found != *expected {
            differences.push(format!("{line}\n  CPython: {expected}\n  here:    {found}"));
        }
    }
    assert!(
        differences.is_empty(),
        "{} of {} differ:\n{}",
        differences.len(),
        lines.len(),
        differences.join("\n")
    );
}
