//! OData options of GET requests: `$select`, `$expand`, and on collections `$top` and `$skip`.
//!
//! Source: [query parameters](https://learn.microsoft.com/graph/query-parameters), and the published OpenAPI description of
//! these paths. A name is accepted with and without `$`, and in any letter case, as Graph does. An option that Graph may
//! have and this service has not is refused; what is no option at all is ignored.

mod option;
mod page;
pub(crate) mod resource;

use callfold::graph::ODataError;
use serde_json::{Map, Value};

use self::option::{option_name, refused};
use self::page::Page;
use self::resource::{Navigation, Reads, Resource};

/// The options of a request. The default is none.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Options {
    select: Option<Vec<&'static str>>,
    expand: Vec<Navigation>,
    page: Page,
}

impl Options {
    /// Reads the options of a query: what follows `?` in a URL. The server answers an error with status 400.
    ///
    /// # Errors
    ///
    /// [`ODataError`] if an option is unknown, is repeated, or has a value that cannot be read. It names the option.
    pub(crate) fn parse(query: &str, reads: Reads) -> Result<Self, ODataError> {
        let mut options = Self::default();
        let mut seen = Vec::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            let Some(name) = option_name(&name) else { continue };
            if seen.contains(&name) {
                return Err(refused(
                    &name,
                    format!("The query option '${name}' may be specified at most once."),
                ));
            }
            options.set(&name, value.trim(), reads)?;
            seen.push(name);
        }
        Ok(options)
    }

    fn set(&mut self, name: &str, value: &str, reads: Reads) -> Result<(), ODataError> {
        match name {
            "select" => self.select = select(value, reads.resource)?,
            "expand" => self.expand = expand(value, reads.resource)?,
            "top" if reads.is_collection => self.page.top = Some(page::top(value)?),
            "skip" if reads.is_collection => self.page.skip = page::skip(value)?,
            _ => return Err(unsupported(name, reads)),
        }
        Ok(())
    }

    /// The members to which `$expand` refers. The server puts each into the value before it calls [`apply`](Self::apply).
    pub(crate) fn expanded(&self) -> &[Navigation] {
        &self.expand
    }

    /// What the request reads of a value: the page of a collection, and the selected members. Members that `$expand` names
    /// and annotations such as `@odata.type` are kept. `url` is the address of the request with its query, as the client
    /// sees it; `@odata.nextLink` is made from it.
    pub(crate) fn apply(&self, mut value: Value, url: &str) -> Value {
        let Some(object) = value.as_object_mut() else { return value };
        match object.get_mut("value") {
            Some(Value::Array(items)) => {
                let next = self.page.cut(items);
                items.iter_mut().filter_map(Value::as_object_mut).for_each(|item| self.keep_selected(item));
                if let Some(skip) = next {
                    object.insert("@odata.nextLink".to_owned(), page::link(url, skip).into());
                }
            }
            _ => self.keep_selected(object),
        }
        value
    }

    fn keep_selected(&self, object: &mut Map<String, Value>) {
        let Some(select) = &self.select else { return };
        let is_expanded = |name: &str| self.expand.iter().any(|one| one.name() == name);
        object.retain(|name, _| {
            let member = name.split('@').next().unwrap_or_default();
            member.is_empty() || select.contains(&member) || is_expanded(member)
        });
    }
}

/// The selected members; `None` for all.
fn select(value: &str, resource: Resource) -> Result<Option<Vec<&'static str>>, ODataError> {
    let mut members = Vec::new();
    let mut has_star = false;
    for name in names("select", value)? {
        if name == "*" {
            has_star = true;
            continue;
        }
        let known = resource.members().find(|known| known.eq_ignore_ascii_case(name));
        members.push(known.ok_or_else(|| unknown("select", name, resource, resource.members()))?);
    }
    Ok((!has_star).then_some(members))
}

fn expand(value: &str, resource: Resource) -> Result<Vec<Navigation>, ODataError> {
    if value.contains('(') {
        let message =
            "Options within $expand are not supported: name the members only, such as $expand=participants.";
        return Err(refused("expand", message.to_owned()));
    }
    let all = resource.navigation();
    let mut members = Vec::new();
    for name in names("expand", value)? {
        if name == "*" {
            members.extend(all);
            continue;
        }
        let known = all.iter().find(|known| known.name().eq_ignore_ascii_case(name));
        let known =
            known.ok_or_else(|| unknown("expand", name, resource, all.iter().map(|one| one.name())))?;
        members.push(*known);
    }
    members.sort_unstable();
    members.dedup();
    Ok(members)
}

/// The names of a list with commas.
fn names<'a>(option: &str, value: &'a str) -> Result<Vec<&'a str>, ODataError> {
    let names: Vec<_> = value.split(',').map(str::trim).collect();
    if names.iter().any(|name| name.is_empty()) {
        let message = format!("Invalid value for the query option '${option}': a name is missing.");
        return Err(refused(option, message));
    }
    Ok(names)
}

fn unknown<'a>(
    option: &str,
    name: &str,
    resource: Resource,
    known: impl Iterator<Item = &'a str>,
) -> ODataError {
    let name: String = name.chars().take(64).collect();
    let kind = resource.name();
    let message = format!(
        "Parsing OData Select and Expand failed: ${option}: Could not find a property named '{name}' on type \
         'microsoft.graph.{kind}'."
    );
    refused(option, message).with("supported", known.collect::<Vec<_>>())
}

fn unsupported(name: &str, reads: Reads) -> ODataError {
    let supported = if reads.is_collection { "$select, $expand, $top, $skip" } else { "$select, $expand" };
    let name: String = name.chars().take(64).collect();
    let message = format!("The query option '${name}' is not supported here. Supported are: {supported}.");
    refused(&name, message)
}

#[cfg(test)]
mod tests;
