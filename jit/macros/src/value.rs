//! `#[derive(Value)]`: a struct or enum of Rust as one of Sumi.
//!
//! What is plain is the same bytes. Anything else has a mirror, laid out as Sumi lays out the type: `#[repr(C)]` for a struct, `#[repr(u8)]`
//! for an enum, whose fields are what Sumi holds for the fields.
//!
//! What the parts have to be is asked for by bounds of the impls, at the place of each part: the same bound at the same place is told once if
//! it does not hold, and all code in the impls takes it for granted. So the mirror has type parameters instead of the parts' types.

use proc_macro2::{Ident, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::spanned::Spanned;
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

    fn types(&self) -> impl Iterator<Item = &'a syn::Type> {
        self.0.iter().map(|(.., ty)| *ty)
    }

    /// Names for the parts in patterns.
    fn bound(&self) -> Vec<Ident> {
        let names = self.0.iter().enumerate();
        names
            .map(|(index, _)| format_ident!("part_{index}"))
            .collect()
    }

    /// Their descriptions, each at an offset that is given by its number, by the trait that all of them have.
    fn described(&self, by: &TokenStream, offset: impl Fn(usize) -> TokenStream) -> TokenStream {
        let fields = self.0.iter().enumerate().map(|(index, (_, name, ty))| {
            let offset = offset(index);
            quote! {
                ::sumi::__private::DescField {
                    name: ::core::option::Option::Some(#name),
                    offset: #offset,
                    ty: <#ty as #by>::desc(),
                }
            }
        });
        quote!(::std::vec![#(#fields),*])
    }
}

fn plain_struct(name: &Ident, data: &DataStruct) -> TokenStream {
    let parts = Parts::of(&data.fields);
    let members: Vec<&Member> = parts.members().collect();
    let fields = parts.described(&plain_part(), |index| {
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
        let types: Vec<_> = parts.types().map(|ty| quote!(#ty)).collect();
        variant_desc(variant, parts, &plain_part(), &types)
    });
    let describe = enum_desc(name, &quote!(#name), variants);
    plain(name, all.iter().flat_map(Parts::types), &describe)
}

/// What parts of plain types are.
fn plain_part() -> TokenStream {
    quote!(::sumi::__private::PlainPart)
}

/// What parts of other types are.
fn any_part() -> TokenStream {
    quote!(::sumi::Value)
}

/// Of each type, at its place, that it has the trait.
fn bounds<'a>(types: impl Iterator<Item = &'a syn::Type>, of: &TokenStream) -> TokenStream {
    let bounds = types.map(|ty| {
        let of = of.clone().into_iter().map(|mut token| {
            token.set_span(ty.span());
            token
        });
        let of: TokenStream = of.collect();
        quote_spanned!(ty.span()=> #ty: #of,)
    });
    bounds.collect()
}

/// By the layout of a struct that begins with the tag, as that of each variant of a `#[repr(u8)]` enum is defined.
fn variant_desc(
    variant: &Variant,
    parts: &Parts<'_>,
    by: &TokenStream,
    held: &[TokenStream],
) -> TokenStream {
    let text = variant.ident.to_string();
    let fields = parts.described(by, |index| {
        let member = format_ident!("part_{index}");
        quote!(::core::mem::offset_of!(Layout<#(#held),*>, #member))
    });
    let members = parts.bound();
    let params: Vec<Ident> = (0..held.len()).map(|n| format_ident!("P{n}")).collect();
    quote! {
        {
            #[repr(C)]
            struct Layout<#(#params),*> {
                tag: u8,
                #(#members: #params),*
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
    let parts = bounds(types, &plain_part());
    let bounds = quote_spanned!(name.span()=> #parts #name: ::core::marker::Copy);
    quote! {
        const _: () = {
            // SAFETY: both languages lay it out as C does, and the parts are alike.
            unsafe impl ::sumi::Value for #name where #bounds {
                ::sumi::__private::plain_value!();
                ::sumi::__private::passed_by_address!();

                #[allow(dead_code)]
                fn desc() -> &'static ::sumi::__private::TypeDesc {
                    ::sumi::__private::described::<Self>(|| #describe)
                }
            }

            // SAFETY: as above.
            unsafe impl ::sumi::Plain for #name where #bounds {}

            ::sumi::__private::copied_param!(where { #bounds } [] #name);
        };
    }
}

/// What is the same of all that has a mirror.
struct Mirrored {
    bounds: TokenStream,
    mirror: TokenStream,
    /// The mirror with what Sumi holds for the parts.
    held: TokenStream,
    describe: TokenStream,
    owns: TokenStream,
    make: TokenStream,
    read: TokenStream,
    release: TokenStream,
}

fn mirrored(name: &Ident, parts: &Mirrored) -> TokenStream {
    let Mirrored {
        bounds,
        mirror,
        held,
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
            unsafe impl ::sumi::Value for #name where #bounds {
                type Sumi = #held;
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
                unsafe fn make(given: &Self) -> #held {
                    // SAFETY: the caller's promise.
                    unsafe { #make }
                }
                unsafe fn read(held: #held) -> Self {
                    // SAFETY: the caller's promise.
                    unsafe { #read }
                }
                #[allow(unused_variables)]
                unsafe fn release(held: #held) {
                    // SAFETY: the caller's promise.
                    unsafe { #release }
                }
            }

            ::sumi::__private::copied_param!(where { #bounds } [] #name);
        };
    }
}

fn mirrored_struct(name: &Ident, data: &DataStruct) -> TokenStream {
    let parts = Parts::of(&data.fields);
    let (bound, types): (Vec<Ident>, Vec<&syn::Type>) = (parts.bound(), parts.types().collect());
    let members: Vec<&Member> = parts.members().collect();
    let params: Vec<Ident> = (0..types.len()).map(|n| format_ident!("P{n}")).collect();
    let held = quote!(Held<#(<#types as ::sumi::Value>::Sumi),*>);
    let fields = parts.described(&any_part(), |index| {
        let member = &bound[index];
        quote!(::core::mem::offset_of!(#held, #member))
    });
    let text = name.to_string();
    let parts = Mirrored {
        bounds: bounds(parts.types(), &any_part()),
        mirror: quote! {
            #[derive(Clone, Copy)]
            #[repr(C)]
            pub struct Held<#(#params),*> {
                #(#bound: #params),*
            }
        },
        describe: quote! {
            ::sumi::__private::struct_desc::<#held>(::sumi::__private::Kind::Struct, #text, #fields)
        },
        held,
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
    let (mut params, mut all_held) = (Vec::new(), Vec::new());
    let mut asked = TokenStream::new();
    for variant in &data.variants {
        let parts = Parts::of(&variant.fields);
        asked.extend(bounds(parts.types(), &any_part()));
        let (bound, ident) = (parts.bound(), &variant.ident);
        let types: Vec<&syn::Type> = parts.types().collect();
        let members: Vec<&Member> = parts.members().collect();
        let held = types.iter().map(|ty| quote!(<#ty as ::sumi::Value>::Sumi));
        let held: Vec<TokenStream> = held.collect();
        let first = params.len();
        let own: Vec<Ident> = (0..held.len())
            .map(|n| format_ident!("P{}", first + n))
            .collect();
        mirrors.push(quote!(#ident { #(#bound: #own),* }));
        descs.push(variant_desc(variant, &parts, &any_part(), &held));
        params.extend(own);
        all_held.extend(held);
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
    let held = quote!(Held<#(#all_held),*>);
    let parts = Mirrored {
        bounds: asked,
        mirror: quote! {
            #[derive(Clone, Copy)]
            #[repr(u8)]
            pub enum Held<#(#params),*> {
                #(#mirrors),*
            }
        },
        describe: enum_desc(name, &held, descs.into_iter()),
        held,
        owns,
        make: quote!(match given { #(#makes),* }),
        read: quote!(match held { #(#reads),* }),
        release: quote!(match held { #(#releases),* }),
    };
    mirrored(name, &parts)
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    /// What is derived for a type with a part that is none of Sumi's, without the impls, which ask for that by a bound.
    fn beside_impls(input: &DeriveInput) -> String {
        let made = derive(input).expect("it is derived").to_string();
        let impls = made.matches(":: sumi :: Value for").count();
        let bounds = made.matches("where Wrong : ").count();
        assert!(impls == 1 && bounds >= 1, "{made}");
        // The bound of the parameter's impl, for which there is a macro.
        assert!(made.contains("copied_param ! (where { Wrong : "), "{made}");
        let first = made.find("unsafe impl").expect("there is an impl");
        made[..first].to_owned()
    }

    /// Else each of them would be one more error for the same mistake.
    #[test]
    fn a_part_is_named_by_bounds_and_under_them_alone() {
        for input in [
            parse_quote! { struct Player { held: Wrong } },
            parse_quote! { #[repr(C)] struct Spot { held: Wrong } },
            parse_quote! { enum Mood { Calm, Angry(Wrong) } },
            parse_quote! { #[repr(u8)] enum Small { A { held: Wrong } } },
        ] {
            let beside = beside_impls(&input);
            assert!(!beside.contains("Wrong"), "{beside}");
        }
    }

    #[test]
    fn what_has_no_counterpart_is_refused_with_the_reason() {
        let told = |input: DeriveInput| derive(&input).expect_err("it is derived").to_string();
        let generic = told(parse_quote! { struct P<T> { x: T } });
        assert_eq!(generic, "a type with parameters has no one type in Sumi");
        let numbered = told(parse_quote! { enum E { A = 3 } });
        assert_eq!(numbered, "Sumi numbers variants from 0 on, in their order");
        let packed = told(parse_quote! { #[repr(C, packed)] struct P { x: i64 } });
        assert_eq!(packed, "Sumi lays fields out as C does, without this");
        let union = told(parse_quote! { union U { x: i64 } });
        assert!(union.starts_with("Sumi has no unions"), "{union}");
    }
}
