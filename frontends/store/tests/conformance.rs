//! The stores of this crate keep the rules of a store.

mod memory {
    callfold_store::conformance!(crate::common::InMemory);
}

mod sqlite {
    callfold_store::conformance!(crate::common::InFiles::new());
}

#[cfg(feature = "postgres")]
mod postgres {
    callfold_store::conformance!(crate::common::InPostgres::new());
}

#[test]
#[ignore = "takes a minute"]
fn a_million_events_come_back_in_order() -> Result<(), callfold_store::testing::Broken> {
    use callfold_store::testing::{check, rules};
    check(
        |subject| Box::pin(rules::many_events_come_back_in_order(subject, 1_000_000)),
        &crate::common::InFiles::new(),
    )
}
