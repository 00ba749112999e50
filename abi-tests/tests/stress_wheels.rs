//! Real binaries on the host that moves every object at every safepoint: the extension files of wheels from PyPI, driven
//! through the reference host's own functions, because it has no parser. Each prints what its calls return; the answers were got
//! from the same calls on CPython 3.11.
//!
//! The files of cp314t wheels run from two threads at once. Where both kinds of file are at hand, each process is offered the one
//! of the other kind first, with a GIL or without, which it must refuse.
//!
//! Every wheel runs in a process of its own: this program starts itself again with the wheel's name in `GIMBAL_STRESS_WHEEL`.
//!
//! One case: `cargo test -p gimbal-abi-tests --test stress_wheels NAME`.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Duration;

use anyhow::{Result, anyhow, bail, ensure};
use gimbal_abi_tests::{paths, process, report, wheels};
use gimbal_reference::heap::{Obj, Options, Res, Thread};
use gimbal_reference::types::Builtin;
use gimbal_reference::{checks, interface};
use libtest_mimic::{Arguments, Failed, Trial};

/// Names the wheel in the child process.
const WHEEL: &str = "GIMBAL_STRESS_WHEEL";

/// Set in the child process that runs the files of cp314t wheels.
const WITHOUT_GIL: &str = "GIMBAL_STRESS_WITHOUT_GIL";

/// A kind of build: where its libpython and the files of the wheels are.
struct Build {
    name: &'static str,
    library: &'static str,
    suffix: &'static str,
    /// Where a wheel is unpacked: `fetch-wheels` does it.
    site: fn(&str) -> PathBuf,
}

const WITH_GIL: Build = Build {
    name: "3.11",
    library: "3.11/lib/libpython3.11.so.1.0",
    suffix: ".cpython-311-x86_64-linux-gnu.so",
    site: wheels::site,
};

const FREE_THREADED: Build = Build {
    name: "3.14t",
    library: "3.14t/lib/libpython3.14t.so.1.0",
    suffix: ".cpython-314t-x86_64-linux-gnu.so",
    site: wheels::free_threaded_site,
};

/// How long one wheel may take.
const LIMIT: Duration = Duration::from_secs(300);

/// An extension file of a wheel, what is done with it, and what must come out.
struct Wheel {
    /// The package in the lock file.
    package: &'static str,
    /// The module, which is also the file's place in the wheel.
    module: &'static str,
    drive: fn(&mut Driver) -> Res<()>,
    answers: &'static str,
    /// It is run from a cp314t wheel, too.
    without_gil: bool,
}

const WHEELS: [Wheel; 6] = [
    Wheel {
        package: "markupsafe",
        module: "markupsafe._speedups",
        drive: markupsafe,
        without_gil: true,
        answers: "\
'plain'
'&lt;a href=&#34;x&#34;&gt;&amp;&#39;&lt;/a&gt;'
'ž&lt;😀&amp;'
''
",
    },
    Wheel {
        package: "crc32c",
        module: "crc32c._crc32c",
        drive: crc32c,
        without_gil: false,
        answers: "\
3808858755
0
3808858755
",
    },
    Wheel {
        package: "mmh3",
        module: "mmh3",
        drive: mmh3,
        without_gil: true,
        answers: "\
-156908512
2972666014
(-2129773440516405919, 9128664383759220103)
168394135621993849475852668931176482145
b'aE\\xf5\\x01W\\x86q\\xe2\\x87}\\xba+\\xe4\\x87\\xaf~'
-211046128
b' \\xc4\\xa5\\xf6'
-156908512
2764362941
4
",
    },
    Wheel {
        package: "lz4",
        module: "lz4.block._block",
        drive: lz4,
        without_gil: false,
        answers: "\
b'\\x18\\x00\\x00\\x00\\x1ea\\x01\\x00Paaaaa'
33
True
LZ4BlockError: Decompression failed: corrupt input or insufficient space in destination buffer. Error code: 2
",
    },
    Wheel {
        package: "xxhash",
        module: "xxhash._xxhash",
        drive: xxhash,
        without_gil: true,
        answers: "\
'550d7456'
'99aa06d3014798d86001c324468d497f'
'feba48465b833ca1'
4404117719166704687
'78af5f94892f3950'
'a873719c24d5735c'
8
",
    },
    Wheel {
        package: "kiwisolver",
        module: "kiwisolver._cext",
        drive: kiwisolver,
        without_gil: true,
        answers: "\
7.0
3.0
'x'
True
DuplicateConstraint
17.0
3.0
'2 * x + 3'
",
    },
];

/// How often each wheel's calls are made: what the first round leaves behind must not change the second.
const ROUNDS: usize = 10;

fn markupsafe(d: &mut Driver) -> Res<()> {
    for text in ["plain", "<a href=\"x\">&'</a>", "\u{17e}<\u{1f600}&", ""] {
        let text = d.t.str(text);
        d.say_call("_escape_inner", &[text])?;
    }
    Ok(())
}

fn crc32c(d: &mut Driver) -> Res<()> {
    for data in [b"123456789".as_slice(), b""] {
        let data = d.t.bytes(data.to_vec());
        d.say_call("crc32c", &[data])?;
    }
    let (start, rest) = (d.t.bytes(b"12345".to_vec()), d.t.bytes(b"6789".to_vec()));
    let so_far = d.call("crc32c", &[start])?;
    d.say_call("crc32c", &[rest, so_far])
}

fn mmh3(d: &mut Driver) -> Res<()> {
    let word = d.t.str("foo");
    d.say_call("hash", std::slice::from_ref(&word))?;
    let (seed, unsigned) = (d.t.int(42), d.t.bool(false));
    d.say_call("hash", &[word.clone(), seed, unsigned])?;
    for name in ["hash64", "hash128", "hash_bytes"] {
        d.say_call(name, std::slice::from_ref(&word))?;
    }
    let zeros = d.t.bytes(vec![0; 1000]);
    d.say_call("hash", &[zeros])?;
    let (first, second) = (d.t.bytes(b"foo".to_vec()), d.t.bytes(b"bar".to_vec()));
    let hasher = d.call("mmh3_32", &[first])?;
    d.say_method(&hasher, "digest", &[])?;
    d.say_method(&hasher, "sintdigest", &[])?;
    d.t.call_method(&hasher, "update", &[second])?;
    d.say_method(&hasher, "uintdigest", &[])?;
    let size = d.t.getattr(&hasher, "digest_size")?;
    d.say(&size)
}

fn lz4(d: &mut Driver) -> Res<()> {
    let short = d.t.bytes(vec![b'a'; 24]);
    d.say_call("compress", &[short])?;
    let text = d.t.bytes(b"lz4 ".repeat(1000));
    let packed = d.call("compress", std::slice::from_ref(&text))?;
    let size = d.t.as_bytes(&packed).map_or(0, |data| data.len());
    d.lines.push(size.to_string());
    let whole = d.call("decompress", &[packed])?;
    let same = d.t.as_bytes(&whole) == d.t.as_bytes(&text);
    let same = d.t.bool(same);
    d.say(&same)?;
    let junk = d.t.bytes(b"\x05\0\0\0junk".to_vec());
    let outcome = d.call("decompress", &[junk]);
    let line = d.raised(outcome);
    d.lines.push(line);
    Ok(())
}

fn xxhash(d: &mut Driver) -> Res<()> {
    for (name, data) in [("xxh32", b"a".as_slice()), ("xxh3_128", b"")] {
        let data = d.t.bytes(data.to_vec());
        let hasher = d.call(name, &[data])?;
        d.say_method(&hasher, "hexdigest", &[])?;
    }
    let (xyz, long) = (d.t.bytes(b"xyz".to_vec()), d.t.bytes(b"abc".repeat(100)));
    d.say_call("xxh64_hexdigest", &[xyz])?;
    d.say_call("xxh3_64_intdigest", &[long])?;
    let hasher = d.call("xxh3_64", &[])?;
    let (ab, c) = (d.t.bytes(b"ab".to_vec()), d.t.bytes(b"c".to_vec()));
    d.t.call_method(&hasher, "update", &[ab])?;
    let copy = d.t.call_method(&hasher, "copy", &[])?;
    d.t.call_method(&hasher, "update", &[c])?;
    d.say_method(&hasher, "hexdigest", &[])?;
    d.say_method(&copy, "hexdigest", &[])?;
    let size = d.t.getattr(&copy, "digest_size")?;
    d.say(&size)
}

fn kiwisolver(d: &mut Driver) -> Res<()> {
    let (x, y) = (d.t.str("x"), d.t.str("y"));
    let (x, y) = (d.call("Variable", &[x])?, d.call("Variable", &[y])?);
    let solver = d.call("Solver", &[])?;
    let (ten, four, strong) = (d.t.int(10), d.t.int(4), d.t.str("strong"));
    let sum = d.t.call_method(&x, "__add__", std::slice::from_ref(&y))?;
    let first = d.t.call_method(&sum, "__eq__", &[ten])?;
    let difference = d.t.call_method(&x, "__sub__", std::slice::from_ref(&y))?;
    let second = d.t.call_method(&difference, "__eq__", &[four])?;
    let second = d.t.call_method(&second, "__or__", &[strong])?;
    d.t.call_method(&solver, "addConstraint", std::slice::from_ref(&first))?;
    d.t.call_method(&solver, "addConstraint", &[second])?;
    d.t.call_method(&solver, "updateVariables", &[])?;
    d.say_method(&x, "value", &[])?;
    d.say_method(&y, "value", &[])?;
    d.say_method(&x, "name", &[])?;
    d.say_method(&solver, "hasConstraint", std::slice::from_ref(&first))?;
    // The message is the constraint's repr, which has an address in it.
    let outcome = d.t.call_method(&solver, "addConstraint", &[first]);
    let line = d.raised(outcome);
    d.lines
        .push(line.split(':').next().unwrap_or_default().to_owned());
    let (two, three) = (d.t.int(2), d.t.int(3));
    let twice = d.t.call_method(&x, "__rmul__", &[two])?;
    let expression = d.t.call_method(&twice, "__add__", &[three])?;
    d.say_method(&expression, "value", &[])?;
    d.say_method(&expression, "constant", &[])?;
    let text = d.t.str_of(&expression)?;
    d.say(&text)
}

/// A module under test, and what has come out so far.
struct Driver {
    t: Thread,
    module: Obj,
    lines: Vec<String>,
}

impl Driver {
    fn call(&mut self, name: &str, arguments: &[Obj]) -> Res {
        let function = self.t.getattr(&self.module, name)?;
        self.t.call(&function, arguments)
    }

    fn say(&mut self, value: &Obj) -> Res<()> {
        let line = shown(&mut self.t, value);
        self.lines.push(line);
        Ok(())
    }

    /// The line of the exception that a call must end with.
    fn raised(&mut self, outcome: Res) -> String {
        match outcome {
            Ok(value) => format!("no exception but {}", shown(&mut self.t, &value)),
            Err(error) => checks::describe(&mut self.t, &error),
        }
    }

    fn say_call(&mut self, name: &str, arguments: &[Obj]) -> Res<()> {
        let value = self.call(name, arguments)?;
        self.say(&value)
    }

    fn say_method(&mut self, object: &Obj, name: &str, arguments: &[Obj]) -> Res<()> {
        let value = self.t.call_method(object, name, arguments)?;
        self.say(&value)
    }
}

/// What Python's `repr` would print of a value.
fn shown(t: &mut Thread, value: &Obj) -> String {
    match t.builtin_of(value) {
        Some(Builtin::Bool) => if t.as_i64(value) == Some(1) {
            "True"
        } else {
            "False"
        }
        .to_owned(),
        Some(Builtin::Int) => t.as_int(value).map(|value| value.to_string()).unwrap_or_default(),
        Some(Builtin::Float) => format!("{:?}", t.as_float(value).unwrap_or(f64::NAN)),
        Some(Builtin::Str) => format!("'{}'", t.as_string(value).unwrap_or_default()),
        Some(Builtin::Bytes) => {
            let escape = |byte: u8| match byte {
                b' '..=b'~' => char::from(byte).to_string(),
                _ => format!("\\x{byte:02x}"),
            };
            let data = t.as_bytes(value).unwrap_or_default();
            format!("b'{}'", data.into_iter().map(escape).collect::<String>())
        }
        Some(Builtin::Tuple) => {
            let items = t.items(value).unwrap_or_default();
            let items: Vec<String> = items.iter().map(|item| shown(t, item)).collect();
            format!("({})", items.join(", "))
        }
        _ => format!("<{}>", t.type_name(value)),
    }
}

/// Classes that a module imports from Python files of its package.
fn exceptions(t: &mut Thread, module: &str, names: &[&str]) -> Res<()> {
    let made = t.module(module);
    for name in names {
        let (class, base) = (t.class(Builtin::Type), t.class(Builtin::Exception));
        let (title, bases, names) = (t.str(name), t.tuple(&[base]), t.dict());
        let class = t.call(&class, &[title, bases, names])?;
        t.set_in_module(&made, name, &class);
    }
    t.add_module(module, &made);
    Ok(())
}

/// The file of the other kind is refused with the reason, and the process goes on.
fn refuse(t: &mut Thread, file: &Path, module: &str, free_threaded: bool) -> Result<()> {
    let Err(error) = interface::import_file(t, file, module) else {
        bail!("{} came in", file.display());
    };
    let line = checks::describe(t, &error);
    let reason = if free_threaded {
        "it is built for Python with a GIL, and this process is free-threaded"
    } else {
        "it is built for free-threaded Python, and this process has a GIL"
    };
    ensure!(
        line.starts_with("ImportError: ") && line.contains(reason),
        "{line}"
    );
    Ok(())
}

/// The child: drives one wheel and prints what came out, without a GIL from two threads at once.
fn drive(wheel: &Wheel, free_threaded: bool) -> Result<()> {
    gimbal_reference::start(Options {
        stress: true,
        free_threaded,
    });
    let (build, other) = if free_threaded {
        (&FREE_THREADED, &WITH_GIL)
    } else {
        (&WITH_GIL, &FREE_THREADED)
    };
    interface::load(&paths::gimbal_home().join(build.library))?;
    let mut t = Thread::enter();
    let needed = [
        "BadRequiredStrength",
        "DuplicateConstraint",
        "DuplicateEditVariable",
        "UnknownConstraint",
        "UnknownEditVariable",
        "UnsatisfiableConstraint",
    ];
    let file =
        |build: &Build| (build.site)(wheel.package).join(wheel.module.replace('.', "/") + build.suffix);
    let foreign = file(other);
    if foreign.is_file() {
        refuse(&mut t, &foreign, wheel.module, free_threaded)?;
    }
    let module = exceptions(&mut t, "kiwisolver.exceptions", &needed)
        .and_then(|()| interface::import_file(&mut t, &file(build), wheel.module))
        .map_err(|error| anyhow!("import: {}", checks::describe(&mut t, &error)))?;
    let run = |t: Thread, module: Obj| {
        let mut driver = Driver {
            t,
            module,
            lines: Vec::new(),
        };
        for _ in 0..ROUNDS {
            if let Err(error) = (wheel.drive)(&mut driver) {
                let line = checks::describe(&mut driver.t, &error);
                driver.lines.push(format!("raises {line}"));
            }
        }
        driver.lines
    };
    let lines = if free_threaded {
        drop(module);
        let thread = || {
            let mut t = Thread::enter();
            let module = t.get_module(wheel.module);
            module.map_or_else(|| vec!["no module".to_owned()], |module| run(t, module))
        };
        let both = t.outside(|| {
            std::thread::scope(|scope| {
                let threads = [scope.spawn(thread), scope.spawn(thread)];
                threads.map(|thread| thread.join().unwrap_or_else(|_| vec!["panicked".to_owned()]))
            })
        });
        both.concat()
    } else {
        run(t, module)
    };
    lines.iter().for_each(|line| println!("{line}"));
    let collections = gimbal_reference::heap::heap().collections();
    ensure!(
        collections > 100,
        "only {collections} collections: this was no stress"
    );
    Ok(())
}

/// The parent: runs the child and compares.
fn run(wheel: &Wheel, free_threaded: bool) -> Result<(), Failed> {
    let mut child = Command::new(std::env::current_exe()?);
    child.env(WHEEL, wheel.package);
    if free_threaded {
        child.env(WITHOUT_GIL, "1");
    }
    let outcome = process::run(child, LIMIT)?;
    let threads = if free_threaded { 2 } else { 1 };
    let expected = wheel.answers.repeat(ROUNDS * threads);
    if !outcome.success() || outcome.stdout != expected {
        let text = format!(
            "{}\n{}{}",
            outcome.status,
            report::diff(&expected, &outcome.stdout),
            report::tail(&outcome)
        );
        return Err(text.into());
    }
    Ok(())
}

fn main() -> ExitCode {
    if let Some(name) = std::env::var_os(WHEEL) {
        let wheel = WHEELS.iter().find(|wheel| wheel.package == name);
        let free_threaded = std::env::var_os(WITHOUT_GIL).is_some();
        let driven = wheel.map_or_else(
            || Err(anyhow!("unknown wheel")),
            |wheel| drive(wheel, free_threaded),
        );
        return match driven {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("{error:#}");
                ExitCode::FAILURE
            }
        };
    }
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for wheel in &WHEELS {
        for (free_threaded, build) in [(false, &WITH_GIL), (true, &FREE_THREADED)] {
            if free_threaded && !wheel.without_gil {
                continue;
            }
            let library = paths::gimbal_home().join(build.library);
            let missing = !(build.site)(wheel.package).is_dir() || !library.is_file();
            let name = format!("stress_wheels::{}::{}", wheel.package, build.name);
            let trial = Trial::test(name, move || run(wheel, free_threaded));
            trials.push(trial.with_ignored_flag(missing));
        }
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}
