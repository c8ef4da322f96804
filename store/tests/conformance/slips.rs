//! Slips and their issuers.

use domain::id::UnitId;
use store::intake::{NewResponse, Recorded};
use store::slips::{CodeState, Issued, Issuer, Slip};
use time::macros::date;

use crate::world::{World, campaign_id, uuid};

fn slip(field: &str) -> Slip {
    Slip {
        handled_by: Some(UnitId(uuid(7))),
        field: Some(field.to_owned()),
        expires_on: Some(date!(2026 - 12 - 31)),
    }
}

async fn state(world: &World, hash: u8) -> CodeState {
    world.store.code_state(campaign_id(), &[hash; 32]).await.unwrap()
}

pub(crate) async fn a_dossier_has_one_slip(world: &World) {
    let store = &world.store;
    assert!(!store.slip_campaigns().await.unwrap().contains(&campaign_id()));
    let issue = async |slips: &[([u8; 32], Slip)]| store.issue_slips(campaign_id(), slips).await.unwrap();
    let issued = issue(&[([9; 32], slip("land")), ([1; 32], slip("land"))]).await;
    assert_eq!(issued, [Issued::New, Issued::New]);
    assert!(store.slip_campaigns().await.unwrap().contains(&campaign_id()));
    assert_eq!(state(world, 1).await, CodeState::Open(slip("land")));
    // It is issued again, knowing better, beside a new one.
    let issued = issue(&[([1; 32], slip("business")), ([2; 32], Slip::default())]).await;
    assert_eq!(issued, [Issued::Renewed, Issued::New]);
    assert_eq!(state(world, 1).await, CodeState::Open(slip("business")));
    assert_eq!(state(world, 2).await, CodeState::Open(Slip::default()));
    assert_eq!(state(world, 3).await, CodeState::Unknown);
    let elsewhere = domain::id::CampaignId(uuid(70));
    let state = store.code_state(elsewhere, &[1; 32]).await.unwrap();
    assert_eq!(state, CodeState::Unknown, "a slip holds in its campaign");
}

pub(crate) async fn a_used_slip_leaves_nothing_of_what_it_knew(world: &World) {
    let store = &world.store;
    let slips = [([1; 32], slip("land"))];
    store.issue_slips(campaign_id(), &slips).await.unwrap();
    let first = NewResponse {
        code: Some([1; 32]),
        ..world.response(1)
    };
    let recorded = store.record(std::slice::from_ref(&first)).await.unwrap();
    assert!(matches!(recorded[..], [Recorded::New { .. }]), "{recorded:?}");
    assert_eq!(state(world, 1).await, CodeState::Used);
    // The dossier does not rate again, not with the same slip and not with one that is issued again.
    let second = NewResponse {
        code: Some([1; 32]),
        ..world.response(2)
    };
    assert_eq!(
        store.issue_slips(campaign_id(), &slips).await.unwrap(),
        [Issued::Used]
    );
    assert_eq!(store.record(&[second]).await.unwrap(), [Recorded::CodeUsed]);
    assert_eq!(state(world, 1).await, CodeState::Used);
    let repeat = store.record(&[first]).await.unwrap();
    assert!(matches!(repeat[..], [Recorded::Same { .. }]), "{repeat:?}");
}

pub(crate) async fn expired_slips_are_forgotten_and_stay_issued(world: &World) {
    let store = &world.store;
    let plain = [7; 32];
    store.issue_codes(campaign_id(), &[plain]).await.unwrap();
    let slips = [([1; 32], slip("land"))];
    store.issue_slips(campaign_id(), &slips).await.unwrap();
    assert_eq!(store.drop_expired_slips(date!(2026 - 12 - 31)).await.unwrap(), 0);
    assert_eq!(store.drop_expired_slips(date!(2027 - 01 - 01)).await.unwrap(), 1);
    assert_eq!(state(world, 1).await, CodeState::Used);
    assert_eq!(state(world, 7).await, CodeState::Open(Slip::default()));
    assert_eq!(
        store.issue_slips(campaign_id(), &slips).await.unwrap(),
        [Issued::Used]
    );
}

pub(crate) async fn issuers_are_known_by_their_token(world: &World) {
    let store = &world.store;
    let issuer = Issuer {
        token_hash: [4; 32],
        campaign: campaign_id(),
        label: "Cổng dịch vụ công của tỉnh".to_owned(),
        revoked_on: None,
    };
    store.put_issuer(&issuer).await.unwrap();
    assert_eq!(
        store.issuer_by_token(&[4; 32]).await.unwrap(),
        Some(issuer.clone())
    );
    assert_eq!(store.issuer_by_token(&[5; 32]).await.unwrap(), None);
    let revoked = Issuer {
        revoked_on: Some(date!(2026 - 11 - 22)),
        ..issuer
    };
    store.put_issuer(&revoked).await.unwrap();
    assert_eq!(store.issuers().await.unwrap(), [revoked]);
}
