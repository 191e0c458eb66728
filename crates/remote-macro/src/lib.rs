//! `#[remote("name")]`: makes of a client trait its remote side and the side that answers.

use proc_macro::TokenStream;
use proc_macro2::TokenStream as Tokens;
use quote::{format_ident, quote};
use syn::{
    Error, FnArg, GenericArgument, Ident, ItemTrait, LitStr, Pat, PathArguments, Result, ReturnType, TraitItem,
    TraitItemFn, Type, parse_macro_input, parse_quote,
};

/// For a trait `XClient` of async functions that return a `Result` of the kernel, makes
///
/// - `RemoteX`: an `XClient` that sends every call over a `Transport`,
/// - `XCalls`: a `Served` that answers such calls with an `XClient`.
///
/// Parameters travel as a JSON array in their order; `&str` and slices arrive as owned values. A function marked
/// `#[idempotent]` may be asked twice: the transport then asks again when no answer comes.
#[proc_macro_attribute]
pub fn remote(attribute: TokenStream, item: TokenStream) -> TokenStream {
    let service = parse_macro_input!(attribute as LitStr);
    let item = parse_macro_input!(item as ItemTrait);
    expand(&service, item).unwrap_or_else(|error| error.to_compile_error()).into()
}

fn expand(service: &LitStr, mut item: ItemTrait) -> Result<Tokens> {
    let name = item.ident.clone();
    let noun = name.to_string();
    let noun = noun.strip_suffix("Client").ok_or_else(|| Error::new(name.span(), "expected a name like BotClient"))?;
    let (remote, calls) = (format_ident!("Remote{noun}"), format_ident!("{noun}Calls"));
    let (mut asking, mut answering) = (Vec::new(), Vec::new());
    for function in &mut item.items {
        let TraitItem::Fn(function) = function else {
            return Err(Error::new_spanned(function, "a client has functions only"));
        };
        let call = Call::read(function)?;
        asking.push(call.asking(service));
        answering.push(call.answering());
    }
    let (remote_docs, calls_docs) =
        (format!("The {} service in another process.", service.value()), format!("Answers calls of [`{remote}`]."));
    let vis = &item.vis;
    Ok(quote! {
        #item

        #[doc = #remote_docs]
        #vis struct #remote(pub ::std::sync::Arc<dyn crate::remote::Transport>);

        #[async_trait::async_trait]
        impl #name for #remote {
            #(#asking)*
        }

        #[doc = #calls_docs]
        #vis struct #calls(pub ::std::sync::Arc<dyn #name>);

        #[async_trait::async_trait]
        impl crate::remote::Served for #calls {
            fn service(&self) -> &'static str {
                #service
            }

            async fn answer(&self, method: &str, arguments: &[u8]) -> lingxi_kernel::Result<Vec<u8>> {
                match method {
                    #(#answering)*
                    other => Err(crate::remote::unknown(#service, other)),
                }
            }
        }
    })
}

/// A function of a client.
struct Call {
    function: TraitItemFn,
    idempotent: bool,
    parameters: Vec<(Ident, Type)>,
    /// What the result holds.
    result: Type,
}

impl Call {
    /// Reads a function and takes our mark off it.
    fn read(function: &mut TraitItemFn) -> Result<Self> {
        let marked = function.attrs.len();
        function.attrs.retain(|attribute| !attribute.path().is_ident("idempotent"));
        let idempotent = function.attrs.len() < marked;
        let mut parameters = Vec::new();
        for input in &function.sig.inputs {
            match input {
                FnArg::Receiver(_) => {}
                FnArg::Typed(typed) => match &*typed.pat {
                    Pat::Ident(name) => parameters.push((name.ident.clone(), (*typed.ty).clone())),
                    other => return Err(Error::new_spanned(other, "expected a name")),
                },
            }
        }
        let result = result_of(&function.sig.output)?;
        Ok(Self { function: function.clone(), idempotent, parameters, result })
    }

    fn asking(&self, service: &LitStr) -> Tokens {
        let signature = &self.function.sig;
        let (method, idempotent) = (signature.ident.to_string(), self.idempotent);
        let names = self.parameters.iter().map(|(name, _)| name);
        let tenant = self
            .parameters
            .iter()
            .find(|(_, ty)| is_ctx(ty))
            .map_or_else(|| quote!(None), |(ctx, _)| quote!(Some(#ctx.tenant)));
        quote! {
            #signature {
                let question = crate::remote::Question {
                    service: #service,
                    method: #method,
                    tenant: #tenant,
                    idempotent: #idempotent,
                    arguments: crate::remote::pack(&(#(&#names,)*))?,
                };
                crate::remote::unpack(&self.0.ask(question).await?)
            }
        }
    }

    fn answering(&self) -> Tokens {
        let (ident, method) = (&self.function.sig.ident, self.function.sig.ident.to_string());
        let names: Vec<_> = self.parameters.iter().map(|(name, _)| name).collect();
        let owned = self.parameters.iter().map(|(_, ty)| owned(ty));
        let passed = self
            .parameters
            .iter()
            .map(|(name, ty)| if let Type::Reference(_) = ty { quote!(&#name) } else { quote!(#name) });
        let result = &self.result;
        quote! {
            #method => {
                let (#(#names,)*): (#(#owned,)*) = crate::remote::unpack(arguments)?;
                let result: #result = self.0.#ident(#(#passed),*).await?;
                crate::remote::pack(&result)
            }
        }
    }
}

/// The `T` of `-> Result<T>`.
fn result_of(output: &ReturnType) -> Result<Type> {
    if let ReturnType::Type(_, ty) = output
        && let Type::Path(path) = &**ty
        && let Some(last) = path.path.segments.last().filter(|last| last.ident == "Result")
        && let PathArguments::AngleBracketed(arguments) = &last.arguments
        && let Some(GenericArgument::Type(inner)) = arguments.args.first()
    {
        return Ok(inner.clone());
    }
    Err(Error::new_spanned(output, "expected a Result"))
}

/// The type as which a parameter arrives.
fn owned(ty: &Type) -> Type {
    let Type::Reference(reference) = ty else { return ty.clone() };
    match &*reference.elem {
        Type::Slice(slice) => {
            let element = &slice.elem;
            parse_quote!(Vec<#element>)
        }
        Type::Path(path) if path.path.is_ident("str") => parse_quote!(String),
        other => other.clone(),
    }
}

fn is_ctx(ty: &Type) -> bool {
    matches!(ty, Type::Reference(reference) if matches!(&*reference.elem, Type::Path(path) if path.path.is_ident("Ctx")))
}
