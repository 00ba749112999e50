//! Dicts and sets as the object space uses them: looking up and storing, with Python's equality.

use crate::heap::{Entry, Obj, Object, Payload, Ref, Res, Still, Table, Text, Thread};

/// What a table knows of a key without running any code.
enum Found {
    At(usize),
    /// Nothing with this hash, or nothing that could be equal.
    Nowhere,
    /// Entries whose keys have to be asked.
    Perhaps(Vec<(usize, Obj)>),
}

impl crate::heap::Escapes for Found {}

fn table(object: &Object) -> &Table {
    match &object.payload {
        Payload::Dict(table) | Payload::Set(table) => table,
        _ => unreachable!("a dict or a set has a table"),
    }
}

fn table_mut(object: &mut Object) -> &mut Table {
    match &mut object.payload {
        Payload::Dict(table) | Payload::Set(table) => table,
        _ => unreachable!("a dict or a set has a table"),
    }
}

/// Are two keys with the same hash equal? None when that takes code of theirs.
fn same(a: &Ref, b: &Ref, still: &Still) -> Option<bool> {
    if a.is(b) {
        return Some(true);
    }
    let (a, b) = (a.peek(still), b.peek(still));
    if !(is_exact(a, still) && is_exact(b, still)) {
        return None;
    }
    match (&a.payload, &b.payload) {
        (Payload::Str(a), Payload::Str(b)) => Some(a == b),
        (Payload::Int(a), Payload::Int(b)) => Some(a == b),
        (Payload::Bytes(a), Payload::Bytes(b)) => Some(a == b),
        (Payload::Str(_), Payload::Int(_) | Payload::Bytes(_))
        | (Payload::Int(_) | Payload::Bytes(_), Payload::Str(_)) => Some(false),
        _ => None,
    }
}

/// Is it an instance of a builtin class itself, whose equality is known?
fn is_exact(object: &Object, still: &Still) -> bool {
    match &object.class.peek(still).payload {
        Payload::Class(class) => class.traits.builtin.is_some(),
        _ => false,
    }
}

fn look(table: &Table, hash: i64, key: &Ref, still: &Still) -> Found {
    let mut unsure = Vec::new();
    for (at, entry) in table.candidates(hash) {
        match same(&entry.key, key, still) {
            Some(true) => return Found::At(at),
            Some(false) => {}
            None => unsure.push((at, still.hold(&entry.key))),
        }
    }
    if unsure.is_empty() {
        Found::Nowhere
    } else {
        Found::Perhaps(unsure)
    }
}

fn find_str(table: &Table, key: &Text, still: &Still) -> Option<usize> {
    table.candidates(super::hash::text(key)).find_map(|(at, entry)| {
        let object = entry.key.peek(still);
        matches!(&object.payload, Payload::Str(text) if text == key).then_some(at)
    })
}

impl Thread {
    /// Asks the keys that only they themselves can compare.
    fn ask(&mut self, d: &Obj, key: &Obj, unsure: Vec<(usize, Obj)>) -> Res<Option<usize>> {
        for (at, candidate) in unsure {
            if self.equal(&candidate, key)? {
                let there = candidate.clone();
                let still_there = self.read(d, |object, _| {
                    table(object).entry(at).is_some_and(|e| e.key.is_obj(&there))
                });
                if still_there {
                    return Ok(Some(at));
                }
            }
        }
        Ok(None)
    }

    /// The place of a key in a dict or set.
    pub fn table_find(&mut self, d: &Obj, key: &Obj) -> Res<Option<usize>> {
        let hash = self.hash(key)?;
        match self.read(d, |object, still| {
            look(table(object), hash, &still.get(key), still)
        }) {
            Found::At(at) => Ok(Some(at)),
            Found::Nowhere => Ok(None),
            Found::Perhaps(unsure) => self.ask(d, key, unsure),
        }
    }

    /// Stores a key with a value in a dict or set. True when it is new.
    pub fn table_set(&mut self, d: &Obj, key: &Obj, value: &Obj) -> Res<bool> {
        let hash = self.hash(key)?;
        let mut known = None;
        loop {
            let found = self.write(d, |object, still| {
                let table = table_mut(object);
                let found = match known {
                    Some(found) => found,
                    None => look(table, hash, &still.get(key), still),
                };
                match found {
                    Found::At(at) => {
                        if let Some(entry) = table.entry_mut(at) {
                            entry.value = still.get(value);
                        }
                    }
                    Found::Nowhere => table.insert(hash, still.get(key), still.get(value)),
                    Found::Perhaps(_) => {}
                }
                found
            });
            match found {
                Found::At(_) => return Ok(false),
                Found::Nowhere => return Ok(true),
                Found::Perhaps(unsure) => {
                    known = Some(self.ask(d, key, unsure)?.map_or(Found::Nowhere, Found::At));
                }
            }
        }
    }

    /// Removes a key from a dict or set; its value when it was there.
    pub fn table_remove(&mut self, d: &Obj, key: &Obj) -> Res<Option<Obj>> {
        let Some(at) = self.table_find(d, key)? else {
            return Ok(None);
        };
        Ok(self.write(d, |object, still| {
            let entry = table_mut(object).remove(at)?;
            Some(still.hold(&entry.value))
        }))
    }

    /// `d[key]`, None when it is absent. By dict's own rules, whatever a subclass says.
    pub fn dict_get(&mut self, d: &Obj, key: &Obj) -> Res<Option<Obj>> {
        let Some(at) = self.table_find(d, key)? else {
            return Ok(None);
        };
        Ok(self.read(d, |object, still| {
            table(object).entry(at).map(|e| still.hold(&e.value))
        }))
    }

    /// `d[key] = value`
    pub fn dict_set(&mut self, d: &Obj, key: &Obj, value: &Obj) -> Res<()> {
        self.table_set(d, key, value).map(drop)
    }

    /// `d[name]` for a text.
    pub fn dict_get_str(&mut self, d: &Obj, name: &str) -> Option<Obj> {
        let key = Text::from(name);
        self.read(d, |object, still| {
            let table = table(object);
            let at = find_str(table, &key, still)?;
            table.entry(at).map(|e| still.hold(&e.value))
        })
    }

    /// `d[name] = value` for a text.
    pub fn dict_set_str(&mut self, d: &Obj, name: &str, value: &Obj) {
        let key = self.intern(name);
        let text = Text::from(name);
        self.write(d, |object, still| {
            let table = table_mut(object);
            match find_str(table, &text, still).and_then(|at| table.entry_mut(at)) {
                Some(entry) => entry.value = still.get(value),
                None => table.insert(super::hash::text(&text), still.get(&key), still.get(value)),
            }
        });
    }

    /// `del d[name]` for a text; true when it was there.
    pub fn dict_remove_str(&mut self, d: &Obj, name: &str) -> bool {
        let key = Text::from(name);
        self.write(d, |object, still| {
            let table = table_mut(object);
            find_str(table, &key, still)
                .and_then(|at| table.remove(at))
                .is_some()
        })
    }

    /// Number of entries of a dict or set.
    pub fn table_len(&mut self, d: &Obj) -> usize {
        self.read(d, |object, _| table(object).len())
    }

    /// Keys and values of a dict, in order.
    pub fn dict_items(&mut self, d: &Obj) -> Vec<(Obj, Obj)> {
        self.read(d, |object, still| {
            let entries = table(object).iter();
            entries
                .map(|(_, e)| (still.hold(&e.key), still.hold(&e.value)))
                .collect()
        })
    }

    /// Keys of a dict, or members of a set, in order.
    pub fn table_keys(&mut self, d: &Obj) -> Vec<Obj> {
        self.read(d, |object, still| {
            table(object).iter().map(|(_, e)| still.hold(&e.key)).collect()
        })
    }

    /// The first entry at a place or behind it: where, key and value. For iterations.
    pub fn table_next(&mut self, d: &Obj, from: usize) -> Option<(usize, Obj, Obj)> {
        self.read(d, |object, still| {
            let (at, Entry { key, value, .. }) = table(object).next(from)?;
            Some((at, still.hold(key), still.hold(value)))
        })
    }

    /// The last entry before a place: where, key and value. For iterations backwards.
    pub fn table_before(&mut self, d: &Obj, before: usize) -> Option<(usize, Obj, Obj)> {
        self.read(d, |object, still| {
            let mut entries = table(object).iter();
            let (at, Entry { key, value, .. }) = entries.rfind(|(at, _)| *at < before)?;
            Some((at, still.hold(key), still.hold(value)))
        })
    }

    /// Changes with every insertion and removal.
    pub fn table_changes(&mut self, d: &Obj) -> u64 {
        self.read(d, |object, _| table(object).changes)
    }

    /// Removes everything.
    pub fn table_clear(&mut self, d: &Obj) {
        self.write(d, |object, _| table_mut(object).clear());
    }
}
