//! The names of tenants and apps.

use callfold::uuid::Uuid;

/// The id of the app of a service that checks no tokens.
pub(crate) const DEFAULT_APP: &str = "ca11f01d-0000-4000-8000-000000000001";

/// The id of the tenant of a service that checks no tokens, and of a token that names no tenant.
pub(crate) const DEFAULT_TENANT: &str = "ca11f01d-0000-4000-8000-000000000002";

/// The names that stand for no tenant in particular.
const UNSPECIFIC: &[&str] = &["", "common", "organizations", "consumers"];

/// The id of a tenant in the path of a token request: a GUID, a domain such as `contoso.onmicrosoft.com`, or a name such
/// as `common`. The id of a domain is computed from it (UUID of version 5).
pub(crate) fn tenant_id(tenant: &str) -> String {
    let tenant = tenant.to_ascii_lowercase();
    if UNSPECIFIC.contains(&tenant.as_str()) {
        return DEFAULT_TENANT.to_owned();
    }
    let id = Uuid::try_parse(&tenant);
    id.unwrap_or_else(|_| Uuid::new_v5(&Uuid::NAMESPACE_DNS, tenant.as_bytes())).to_string()
}
