//! The macros of the `sumi` crate, which documents them.

mod export;
mod value;

use proc_macro::TokenStream;

/// See the `sumi` crate.
#[proc_macro_derive(Value)]
pub fn derive_value(input: TokenStream) -> TokenStream {
    answer(syn::parse(input).and_then(|input| value::derive(&input)))
}

/// See the `sumi` crate.
#[proc_macro_derive(Object)]
pub fn derive_object(input: TokenStream) -> TokenStream {
    answer(syn::parse(input).and_then(|input| value::object(&input)))
}

/// See the `sumi` crate.
#[proc_macro_attribute]
pub fn export(arguments: TokenStream, item: TokenStream) -> TokenStream {
    answer(syn::parse(item).and_then(|item| export::function(arguments.into(), &item)))
}

fn answer(result: syn::Result<proc_macro2::TokenStream>) -> TokenStream {
    result
        .unwrap_or_else(|error| error.to_compile_error())
        .into()
}
