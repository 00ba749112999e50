//! `#[entry]`: what every exported C API function has in common.
//!
//! The attribute gives a Rust function its C name and calling convention and puts a panic guard around its body:
//! a panic becomes `SystemError` and the function's error value, and never crosses the C border.
//!
//! * `#[entry]`: the error value follows from the return type (NULL, -1, nothing).
//! * `#[entry(error = 0)]`: another error value, written out.

use proc_macro::TokenStream;
use quote::quote;
use syn::{Expr, ItemFn, MetaNameValue, ReturnType, parse_macro_input, parse_quote};

/// See the crate documentation.
#[proc_macro_attribute]
pub fn entry(attr: TokenStream, item: TokenStream) -> TokenStream {
    let mut function = parse_macro_input!(item as ItemFn);
    let name = function.sig.ident.to_string();
    let on_error: Expr = if attr.is_empty() {
        match &function.sig.output {
            ReturnType::Default => parse_quote!(()),
            ReturnType::Type(_, ty) => parse_quote!(<#ty as ::gimbal_proxies::guard::ErrorValue>::ERROR),
        }
    } else {
        let argument = parse_macro_input!(attr as MetaNameValue);
        if !argument.path.is_ident("error") {
            return syn::Error::new_spanned(argument.path, "expected `error = VALUE`")
                .to_compile_error()
                .into();
        }
        argument.value
    };
    let body = function.block;
    function.sig.abi = Some(parse_quote!(extern "C"));
    function.block = parse_quote!({
        // SAFETY (of the body): the caller keeps the C API's contract for this function, as stated in gimbal-capi.
        ::gimbal_proxies::guard::run(#name, #on_error, move || unsafe { #body })
    });
    quote! {
        #[unsafe(no_mangle)]
        #[allow(unused_unsafe, non_snake_case, clippy::missing_safety_doc, clippy::undocumented_unsafe_blocks,
                reason = "the safety contract of all entries is the crate's # Safety chapter")]
        #function
    }
    .into()
}
