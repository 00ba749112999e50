//! `#[exported]` and `#[entry]`: what exported C API symbols have in common.
//!
//! `#[exported]` gives a function or static its C name in the flavours whose symbol table has it; elsewhere the item
//! stays an ordinary one. So which version has a symbol is data only.
//!
//! `#[entry]` does that, gives a Rust function C's calling convention and puts a panic guard around its body:
//! a panic becomes `SystemError` and the function's error value, and never crosses the C border.
//!
//! * `#[entry]`: the error value follows from the return type (NULL, -1, nothing).
//! * `#[entry(error = 0)]`: another error value, written out.
//! * `#[entry(unlocked)]`: without a GIL an entry takes the lock; this one leaves that to what it calls (docs/adr/0007).

use std::collections::HashSet;
use std::sync::OnceLock;

use proc_macro::TokenStream;
use quote::{ToTokens, quote};
use syn::punctuated::Punctuated;
use syn::{Expr, Item, ItemFn, Meta, ReturnType, Token, parse_macro_input, parse_quote};

/// The exports of each flavour, from the symbol table.
const EXPORTS: [(&str, &str); 4] = [
    ("3.9", include_str!("../../symbols/exports/3.9.tsv")),
    ("3.11", include_str!("../../symbols/exports/3.11.tsv")),
    ("3.14", include_str!("../../symbols/exports/3.14.tsv")),
    ("3.14t", include_str!("../../symbols/exports/3.14t.tsv")),
];

/// Whether the flavour being built has the symbol.
fn has(name: &str) -> bool {
    static NAMES: OnceLock<HashSet<&str>> = OnceLock::new();
    let names = NAMES.get_or_init(|| {
        let built = std::env::var("GIMBAL_FLAVOUR").unwrap_or_default();
        let rows = EXPORTS.iter().find(|(flavour, _)| *flavour == built);
        let (_, rows) = rows.unwrap_or_else(|| panic!("GIMBAL_FLAVOUR names no flavour: {built:?}"));
        rows.lines().filter_map(|row| row.split('\t').next()).collect()
    });
    names.contains(name)
}

/// The item under its C name, where the flavour has that.
fn export(name: &str, item: impl ToTokens) -> TokenStream {
    if has(name) {
        quote!(#[unsafe(no_mangle)] #item).into()
    } else {
        quote!(#[allow(dead_code, reason = "other flavours export it")] #item).into()
    }
}

/// See the crate documentation.
#[proc_macro_attribute]
pub fn exported(_: TokenStream, item: TokenStream) -> TokenStream {
    match parse_macro_input!(item as Item) {
        Item::Fn(function) => export(&function.sig.ident.to_string(), &function),
        Item::Static(object) => export(&object.ident.to_string(), &object),
        other => syn::Error::new_spanned(other, "expected a function or a static")
            .to_compile_error()
            .into(),
    }
}

/// See the crate documentation.
#[proc_macro_attribute]
pub fn entry(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = parse_macro_input!(item as ItemFn);
    let name = function.sig.ident.to_string();
    let mut on_error: Expr = match &function.sig.output {
        ReturnType::Default => parse_quote!(()),
        ReturnType::Type(_, ty) => parse_quote!(<#ty as ::gimbal_proxies::guard::ErrorValue>::ERROR),
    };
    let mut run = quote!(run);
    let arguments = parse_macro_input!(attr with Punctuated::<Meta, Token![,]>::parse_terminated);
    for argument in arguments {
        match argument {
            Meta::NameValue(argument) if argument.path.is_ident("error") => on_error = argument.value,
            Meta::Path(path) if path.is_ident("unlocked") => run = quote!(run_unlocked),
            other => {
                return syn::Error::new_spanned(other, "expected `error = VALUE` or `unlocked`")
                    .to_compile_error()
                    .into();
            }
        }
    }
    let body = function.block;
    function.sig.abi = Some(parse_quote!(extern "C"));
    function.block = parse_quote!({
        // SAFETY (of the body): the caller keeps the C API's contract for this function, as stated in gimbal-capi.
        ::gimbal_proxies::guard::#run(#name, #on_error, move || unsafe { #body })
    });
    let function = quote! {
        #[allow(unused_unsafe, non_snake_case, clippy::missing_safety_doc, clippy::undocumented_unsafe_blocks,
                reason = "the safety contract of all entries is the crate's # Safety chapter")]
        #function
    };
    export(&name, function)
}
