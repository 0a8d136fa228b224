//! Who may do what at all: decided before anything else of a request is looked at.

use std::collections::BTreeSet;

use inspection_register::access::{Permission, permission_of};
use inspection_register::access::role::Role;

use crate::support::Register;
use crate::support::keys::{key, secret};
use crate::support::operations::all;
use crate::support::rows::authority;

#[actix_web::test]
async fn each_operation_is_open_to_the_roles_that_its_description_names_before_anything_is_said_of_the_request() {
    let register = Register::empty().await;
    let council = authority(&register).await;
    let mut keys = Vec::new();
    for role in Role::ALL {
        let name = format!("of the {role}");
        let bound = if role.needs_authorities() { vec![&council] } else { Vec::new() };
        keys.push((role, key(&register, &name, role.as_str(), &bound).await));
    }
    let (mut open, mut closed) = (0, 0);
    for operation in all() {
        let about = operation.about["description"].as_str().unwrap();
        let named = about.rsplit_once("\n\nRoles: ").map(|(_, roles)| roles.trim_end_matches('.').split(", "));
        let named = named.map(Iterator::collect::<BTreeSet<_>>);
        assert_eq!(named.is_some(), operation.needs_key(), "{}", operation.id);
        // What is wrong with the rest is told to those alone who may do it.
        let wrong = || register.request(operation.method.clone(), &format!("{}?unknown=1", operation.path()));
        let anonymous = wrong().anonymous().untyped("{").send().await;
        match &named {
            None => assert_eq!(anonymous.refused(&[400]).places(), ["unknown"], "{}", operation.id),
            Some(_) => assert_eq!(anonymous.refused(&[401]).code(), "unauthenticated", "{}", operation.id),
        }
        for (role, key) in &keys {
            let answer = wrong().key(secret(key)).untyped("{").send().await;
            if named.as_ref().is_none_or(|named| named.contains(role.as_str())) {
                open += 1;
                assert_eq!(answer.refused(&[400]).places(), ["unknown"], "{}: {role}", operation.id);
            } else {
                closed += 1;
                assert_eq!(answer.refused(&[403]).code(), "forbidden", "{}: {role}", operation.id);
            }
        }
    }
    assert!(open > 200 && closed > 100, "{open} open, {closed} closed");
}

#[test]
fn an_operation_that_changes_something_is_never_open_to_all() {
    for operation in all() {
        let permission = permission_of(&operation.method, operation.path).unwrap();
        assert!(operation.is_read() || permission != Permission::Read, "{}", operation.id);
    }
}
