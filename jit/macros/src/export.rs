//! `#[export]`: the function stays, and a type of its name, which no value can have, says what it is called.

use proc_macro2::TokenStream;
use quote::quote;
use syn::{Error, Expr, ExprLit, FnArg, ItemFn, Lit, Meta, Pat};

pub(crate) fn function(arguments: TokenStream, item: &ItemFn) -> syn::Result<TokenStream> {
    if !arguments.is_empty() {
        return Err(Error::new_spanned(arguments, "`export` takes no arguments"));
    }
    let signature = &item.sig;
    if !signature.generics.params.is_empty() {
        let message = "a script cannot say what these stand for: write one function for each type";
        return Err(Error::new_spanned(&signature.generics, message));
    }
    if let Some(asyncness) = &signature.asyncness {
        let message = "a script waits for its answer: `async` is of no use here";
        return Err(Error::new_spanned(asyncness, message));
    }
    let (vis, name) = (&item.vis, &signature.ident);
    let doc = documentation(item);
    let params = signature.inputs.iter().map(|param| match param {
        FnArg::Receiver(this) => {
            let message = "export a function that takes it as its first parameter";
            Err(Error::new_spanned(this, message))
        }
        FnArg::Typed(param) => Ok(match &*param.pat {
            Pat::Ident(name) => name.ident.to_string().trim_start_matches('_').to_owned(),
            _ => "value".to_owned(),
        }),
    });
    let params: Vec<String> = params.collect::<syn::Result<_>>()?;
    let text = name.to_string();
    let text = text.strip_prefix("r#").unwrap_or(&text);
    Ok(quote! {
        #item

        #[doc(hidden)]
        #[allow(non_camel_case_types)]
        #vis enum #name {}

        impl ::sumi::Exported for #name {
            const NAME: &'static str = #text;
            const DOC: &'static str = #doc;
            const PARAMS: &'static [&'static str] = &[#(#params),*];

            fn function() -> ::sumi::HostFunction {
                ::sumi::IntoHost::into_host(#name)
            }
        }
    })
}

fn documentation(item: &ItemFn) -> String {
    let lines = item
        .attrs
        .iter()
        .filter_map(|attribute| match &attribute.meta {
            Meta::NameValue(pair) if pair.path.is_ident("doc") => match &pair.value {
                Expr::Lit(ExprLit {
                    lit: Lit::Str(text),
                    ..
                }) => Some(text.value()),
                _ => None,
            },
            _ => None,
        });
    lines.collect::<Vec<String>>().join("\n")
}
