//! `#[derive(Value)]`: a struct or enum of Rust as one of Sumi.
//!
//! What is plain is the same bytes. Anything else has a mirror, laid out as Sumi lays out the type: `#[repr(C)]` for a struct, `#[repr(u8)]`
//! for an enum, whose fields are what Sumi holds for the fields.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote};
use syn::{Data, DataEnum, DataStruct, DeriveInput, Error, Field, Fields, Index, Member, Variant};

/// The most variants that a tag of one byte can tell apart.
const MOST_VARIANTS: usize = 256;

pub(crate) fn derive(input: &DeriveInput) -> syn::Result<TokenStream> {
    if !input.generics.params.is_empty() {
        let message = "a type with parameters has no one type in Sumi";
        return Err(Error::new_spanned(&input.generics, message));
    }
    match &input.data {
        Data::Struct(data) if has_repr(input, "C")? => Ok(plain_struct(&input.ident, data)),
        Data::Struct(data) => Ok(mirrored_struct(&input.ident, data)),
        Data::Enum(data) => {
            check_variants(data)?;
            match has_repr(input, "u8")? {
                true => Ok(plain_enum(&input.ident, data)),
                false => Ok(mirrored_enum(&input.ident, data)),
            }
        }
        Data::Union(_) => Err(Error::new_spanned(
            &input.ident,
            "Sumi has no unions; an enum tells which of its variants is there",
        )),
    }
}

/// `#[derive(Object)]`.
pub(crate) fn object(input: &DeriveInput) -> syn::Result<TokenStream> {
    if !input.generics.params.is_empty() {
        let message = "a type with parameters has no one name in Sumi";
        return Err(Error::new_spanned(&input.generics, message));
    }
    let (name, text) = (&input.ident, input.ident.to_string());
    Ok(quote! {
        impl ::sumi::Object for #name {
            const NAME: &'static str = #text;

            fn described() -> &'static ::std::sync::OnceLock<&'static ::sumi::__private::TypeDesc> {
                static MADE: ::std::sync::OnceLock<&::sumi::__private::TypeDesc> = ::std::sync::OnceLock::new();
                &MADE
            }
        }
    })
}

fn has_repr(input: &DeriveInput, wanted: &str) -> syn::Result<bool> {
    let mut found = false;
    for attribute in &input.attrs {
        if attribute.path().is_ident("repr") {
            attribute.parse_nested_meta(|meta| {
                if meta.path.is_ident("packed") || meta.path.is_ident("align") {
                    return Err(meta.error("Sumi lays fields out as C does, without this"));
                }
                found |= meta.path.is_ident(wanted);
                Ok(())
            })?;
        }
    }
    Ok(found)
}

fn check_variants(data: &DataEnum) -> syn::Result<()> {
    if let Some(excess) = data.variants.iter().nth(MOST_VARIANTS) {
        let message = "an enum of the host has at most 256 variants";
        return Err(Error::new_spanned(excess, message));
    }
    for variant in &data.variants {
        if let Some((_, value)) = &variant.discriminant {
            let message = "Sumi numbers variants from 0 on, in their order";
            return Err(Error::new_spanned(value, message));
        }
    }
    Ok(())
}

/// The parts of a struct or variant: how Rust names each, its name in Sumi, its type.
struct Parts<'a>(Vec<(Member, String, &'a syn::Type)>);

impl<'a> Parts<'a> {
    fn of(fields: &'a Fields) -> Parts<'a> {
        let parts = fields.iter().enumerate().map(|(index, field)| {
            let Field { ident, ty, .. } = field;
            match ident {
                Some(name) => {
                    let text = name.to_string();
                    let text = text.strip_prefix("r#").unwrap_or(&text).to_owned();
                    (Member::Named(name.clone()), text, ty)
                }
                // As those of functions without names.
                None => (
                    Member::Unnamed(Index::from(index)),
                    char::from(b'a' + (index % 26) as u8).to_string(),
                    ty,
                ),
            }
        });
        Parts(parts.collect())
    }

    fn members(&self) -> impl Iterator<Item = &Member> {
        self.0.iter().map(|(member, ..)| member)
    }

    fn types(&self) -> impl Iterator<Item = &syn::Type> {
        self.0.iter().map(|(.., ty)| *ty)
    }

    /// Names for the parts in patterns.
    fn bound(&self) -> Vec<Ident> {
        let names = self.0.iter().enumerate();
        names
            .map(|(index, _)| format_ident!("part_{index}"))
            .collect()
    }

    /// Their descriptions, each at an offset that is given by its number.
    fn described(&self, offset: impl Fn(usize) -> TokenStream) -> TokenStream {
        let fields = self.0.iter().enumerate().map(|(index, (_, name, ty))| {
            let offset = offset(index);
            quote! {
                ::sumi::__private::DescField {
                    name: ::core::option::Option::Some(#name),
                    offset: #offset,
                    ty: <#ty as ::sumi::Value>::desc(),
                }
            }
        });
        quote!(::std::vec![#(#fields),*])
    }
}

fn plain_struct(name: &Ident, data: &DataStruct) -> TokenStream {
    let parts = Parts::of(&data.fields);
    let members: Vec<&Member> = parts.members().collect();
    let fields = parts.described(|index| {
        let member = members[index];
        quote!(::core::mem::offset_of!(#name, #member))
    });
    let text = name.to_string();
    let describe = quote! {
        ::sumi::__private::struct_desc::<#name>(::sumi::__private::Kind::Struct, #text, #fields)
    };
    plain(name, parts.types(), &describe)
}

fn plain_enum(name: &Ident, data: &DataEnum) -> TokenStream {
    let all: Vec<Parts<'_>> = data
        .variants
        .iter()
        .map(|variant| Parts::of(&variant.fields))
        .collect();
    let variants = data.variants.iter().zip(&all).map(|(variant, parts)| {
        let types: Vec<_> = parts.types().cloned().collect();
        variant_desc(variant, parts, &types)
    });
    let describe = enum_desc(name, &quote!(#name), variants);
    plain(name, all.iter().flat_map(Parts::types), &describe)
}

/// By the layout of a struct that begins with the tag, as that of each variant of a `#[repr(u8)]` enum is defined.
fn variant_desc(variant: &Variant, parts: &Parts<'_>, held: &[syn::Type]) -> TokenStream {
    let text = variant.ident.to_string();
    let fields = parts.described(|index| {
        let member = format_ident!("part_{index}");
        quote!(::core::mem::offset_of!(Layout, #member))
    });
    let members = parts.bound();
    quote! {
        {
            #[repr(C)]
            struct Layout {
                tag: u8,
                #(#members: #held),*
            }
            (#text, #fields)
        }
    }
}

fn enum_desc(
    name: &Ident,
    held: &TokenStream,
    variants: impl Iterator<Item = TokenStream>,
) -> TokenStream {
    let text = name.to_string();
    quote! {
        ::sumi::__private::enum_desc::<#held>(
            ::sumi::__private::Kind::Enum, #text, ::std::vec![#(#variants),*],
        )
    }
}

fn plain<'a>(
    name: &Ident,
    types: impl Iterator<Item = &'a syn::Type>,
    describe: &TokenStream,
) -> TokenStream {
    quote! {
        const _: () = {
            // SAFETY: both languages lay it out as C does, and the parts are alike.
            unsafe impl ::sumi::Value for #name {
                ::sumi::__private::plain_value!();
                ::sumi::__private::passed_by_address!();

                #[allow(dead_code)]
                fn desc() -> &'static ::sumi::__private::TypeDesc {
                    ::sumi::__private::described::<Self>(|| #describe)
                }
            }

            // SAFETY: as above.
            unsafe impl ::sumi::Plain for #name {}

            ::sumi::__private::copied_param!(#name);

            #[allow(dead_code)]
            fn parts_are_plain() {
                fn is_plain<T: ::sumi::Plain>() {}
                #(is_plain::<#types>();)*
            }
        };
    }
}

/// What is the same of all that has a mirror.
struct Mirrored {
    mirror: TokenStream,
    describe: TokenStream,
    owns: TokenStream,
    make: TokenStream,
    read: TokenStream,
    release: TokenStream,
}

fn mirrored(name: &Ident, parts: &Mirrored) -> TokenStream {
    let Mirrored {
        mirror,
        describe,
        owns,
        make,
        read,
        release,
    } = parts;
    quote! {
        const _: () = {
            #mirror

            // SAFETY: the mirror is laid out as Sumi lays out the type.
            unsafe impl ::sumi::Value for #name {
                type Sumi = Held;
                type Given<'a> = &'a Self;
                const OWNS: bool = #owns;
                ::sumi::__private::passed_by_address!();

                #[allow(dead_code)]
                fn desc() -> &'static ::sumi::__private::TypeDesc {
                    ::sumi::__private::described::<Self>(|| #describe)
                }
                fn lend(&self) -> &Self {
                    self
                }
                unsafe fn make(given: &Self) -> Held {
                    // SAFETY: the caller's promise.
                    unsafe { #make }
                }
                unsafe fn read(held: Held) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { #read }
                }
                #[allow(unused_variables)]
                unsafe fn release(held: Held) {
                    // SAFETY: the caller's promise.
                    unsafe { #release }
                }
            }

            ::sumi::__private::copied_param!(#name);
        };
    }
}

fn mirrored_struct(name: &Ident, data: &DataStruct) -> TokenStream {
    let parts = Parts::of(&data.fields);
    let (bound, types): (Vec<Ident>, Vec<&syn::Type>) = (parts.bound(), parts.types().collect());
    let members: Vec<&Member> = parts.members().collect();
    let fields = parts.described(|index| {
        let member = &bound[index];
        quote!(::core::mem::offset_of!(Held, #member))
    });
    let text = name.to_string();
    let parts = Mirrored {
        mirror: quote! {
            #[derive(Clone, Copy)]
            #[repr(C)]
            pub struct Held {
                #(#bound: <#types as ::sumi::Value>::Sumi),*
            }
        },
        describe: quote! {
            ::sumi::__private::struct_desc::<Held>(::sumi::__private::Kind::Struct, #text, #fields)
        },
        owns: quote!(false #(|| <#types as ::sumi::Value>::OWNS)*),
        make: quote! {
            Held {
                #(#bound: <#types as ::sumi::Value>::make(::sumi::Value::lend(&given.#members))),*
            }
        },
        read: quote! {
            Self {
                #(#members: <#types as ::sumi::Value>::read(held.#bound)),*
            }
        },
        release: quote!(#(<#types as ::sumi::Value>::release(held.#bound);)*),
    };
    mirrored(name, &parts)
}

fn mirrored_enum(name: &Ident, data: &DataEnum) -> TokenStream {
    let mut owns = quote!(false);
    let (mut mirrors, mut descs) = (Vec::new(), Vec::new());
    let (mut makes, mut reads, mut releases) = (Vec::new(), Vec::new(), Vec::new());
    for variant in &data.variants {
        let parts = Parts::of(&variant.fields);
        let (bound, ident) = (parts.bound(), &variant.ident);
        let types: Vec<&syn::Type> = parts.types().collect();
        let members: Vec<&Member> = parts.members().collect();
        let held = types
            .iter()
            .map(|ty| syn::parse_quote!(<#ty as ::sumi::Value>::Sumi));
        let held: Vec<syn::Type> = held.collect();
        mirrors.push(quote!(#ident { #(#bound: #held),* }));
        descs.push(variant_desc(variant, &parts, &held));
        owns.extend(quote!(#(|| <#types as ::sumi::Value>::OWNS)*));
        makes.push(quote! {
            Self::#ident { #(#members: #bound),* } => Held::#ident {
                #(#bound: <#types as ::sumi::Value>::make(::sumi::Value::lend(#bound))),*
            }
        });
        reads.push(quote! {
            Held::#ident { #(#bound),* } => Self::#ident {
                #(#members: <#types as ::sumi::Value>::read(#bound)),*
            }
        });
        releases.push(quote! {
            Held::#ident { #(#bound),* } => { #(<#types as ::sumi::Value>::release(#bound);)* }
        });
    }
    let parts = Mirrored {
        mirror: quote! {
            #[derive(Clone, Copy)]
            #[repr(u8)]
            pub enum Held {
                #(#mirrors),*
            }
        },
        describe: enum_desc(name, &quote!(Held), descs.into_iter()),
        owns,
        make: quote!(match given { #(#makes),* }),
        read: quote!(match held { #(#reads),* }),
        release: quote!(match held { #(#releases),* }),
    };
    mirrored(name, &parts)
}
