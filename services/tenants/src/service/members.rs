//! Members and invitations.

use std::collections::HashMap;

use chrono::TimeDelta;
use lingxi_contracts::tenants::{Invitation, Member, MemberChanged, MemberStatus};
use lingxi_kernel::{Actor, Ctx, Error, ErrorCode, InvitationId, MemberId, Permission, Result, Role};
use lingxi_store::{insert, update};
use serde_json::json;
use uuid::Uuid;

use super::Tenants;
use super::access::end_keys_of;
use super::sign_in::parse_role;
use crate::rules;
use crate::secrets::hash_secret;
use crate::store::{account, audit, end_sessions, invitation, mails, member, newest, tenant};

impl Tenants {
    pub(super) async fn do_members(&self, ctx: &Ctx) -> Result<Vec<Member>> {
        ctx.require(Permission::ReadTenant)?;
        let read = self.deps.db.read(ctx);
        let mut rows = newest::<member::Entity>(&read, member::Column::Id).await?;
        rows.reverse();
        let accounts = account::by_ids(read.conn(), rows.iter().map(|row| row.account_id).collect()).await?;
        let accounts: HashMap<Uuid, account::Model> = accounts.into_iter().map(|row| (row.id, row)).collect();
        rows.into_iter()
            .filter_map(|row| accounts.get(&row.account_id).map(|account| contract(&row, account)))
            .collect()
    }

    pub(super) async fn member(&self, ctx: &Ctx, id: MemberId) -> Result<Member> {
        let read = self.deps.db.read(ctx);
        let row = member::get(&read, id).await?.ok_or_else(|| Error::not_found("member"))?;
        contract(&row, &super::sign_in::own_account(&read, id).await?)
    }

    pub(super) async fn do_update_member(
        &self,
        ctx: &Ctx,
        id: MemberId,
        role: Option<Role>,
        status: Option<MemberStatus>,
    ) -> Result<Member> {
        ctx.require(Permission::ManageMembers)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = member::get(&tx, id).await?.ok_or_else(|| Error::not_found("member"))?;
        let before = (parse_role(&row.role)?, MemberStatus::parse(&row.status)?);
        let after = (role.unwrap_or(before.0), status.unwrap_or(before.1));
        demand_assignable(ctx, before.0)?;
        demand_assignable(ctx, after.0)?;
        let stops_owning = before == (Role::Owner, MemberStatus::Active) && after != before;
        if stops_owning {
            let all = newest::<member::Entity>(&tx, member::Column::Id).await?;
            let owners = all.iter().filter(|row| row.role == "owner" && row.status == "active").count();
            if owners == 1 {
                return Err(Error::conflict("This is the only owner; make somebody else an owner first."));
            }
        }
        row.role = after.0.as_str().to_owned();
        row.status = after.1.as_str().to_owned();
        let name = row.name.clone();
        update(&tx, row).await?;
        if after.1 == MemberStatus::Disabled {
            end_sessions(&tx, id.uuid(), None).await?;
        }
        let may = (after.1 == MemberStatus::Active).then_some(after.0);
        end_keys_of(&tx, id, may).await?;
        tx.emit(&MemberChanged { member: id, name, role: after.0, active: after.1 == MemberStatus::Active })?;
        audit::record(&tx, "member.changed", id, json!({ "before": before, "after": after })).await?;
        tx.commit().await?;
        self.member(ctx, id).await
    }

    pub(super) async fn do_invite(&self, ctx: &Ctx, email: &str, role: Role) -> Result<Invitation> {
        ctx.require(Permission::ManageMembers)?;
        demand_assignable(ctx, role)?;
        let email = rules::email(email)
            .ok_or_else(|| Error::field("email", "This is no mail address; it looks like name@example.com."))?;
        if self.do_members(ctx).await?.iter().any(|member| member.email == email) {
            return Err(Error::field("email", "This person is a member already."));
        }
        let tx = self.deps.db.begin(ctx).await?;
        let known = newest::<invitation::Entity>(&tx, invitation::Column::Id).await?;
        let hour = known.iter().filter(|row| row.created_at + TimeDelta::hours(1) > tx.now()).count();
        let most = self.deps.limits.invitations_per_hour;
        if hour >= usize::try_from(most)? {
            let message = format!("A firm sends at most {most} invitations in an hour; go on later.");
            return Err(Error::new(ErrorCode::LimitExceeded, message));
        }
        for mut older in known.into_iter().filter(|row| row.email == email && waits(row)) {
            older.withdrawn_at = Some(tx.now());
            update(&tx, older).await?;
        }
        let firm = tenant::own(&tx).await?;
        let secret = tx.env().secret();
        let row = invitation::Model {
            tenant_id: tx.tenant(),
            id: tx.id::<InvitationId>().uuid(),
            email: email.clone(),
            role: role.as_str().to_owned(),
            secret_hash: hash_secret(&secret),
            created_at: tx.now(),
            expires_at: tx.now() + TimeDelta::days(rules::INVITATION_DAYS),
            accepted_at: None,
            withdrawn_at: None,
        };
        insert(&tx, row.clone()).await?;
        let link = format!("{}/join?token={}.{secret}", self.deps.public_url, ctx.tenant);
        mails::queue(&tx, &email, crate::mail::invitation(&firm.locale, &firm.name, &link)).await?;
        audit::record(&tx, "member.invited", &email, json!({ "role": role })).await?;
        tx.commit().await?;
        invitation_contract(row)
    }

    pub(super) async fn do_withdraw_invitation(&self, ctx: &Ctx, id: InvitationId) -> Result<Invitation> {
        ctx.require(Permission::ManageMembers)?;
        let tx = self.deps.db.begin(ctx).await?;
        let mut row = invitation::get(&tx, id).await?.ok_or_else(|| Error::not_found("invitation"))?;
        demand_assignable(ctx, parse_role(&row.role)?)?;
        if row.accepted_at.is_some() {
            return Err(Error::conflict("This invitation is accepted already; disable the member instead."));
        }
        row.withdrawn_at = row.withdrawn_at.or(Some(tx.now()));
        let row = update(&tx, row).await?;
        audit::record(&tx, "member.invitation_withdrawn", &row.email, json!({ "role": row.role })).await?;
        tx.commit().await?;
        invitation_contract(row)
    }

    pub(super) async fn do_invitations(&self, ctx: &Ctx) -> Result<Vec<Invitation>> {
        ctx.require(Permission::ManageMembers)?;
        let rows = newest::<invitation::Entity>(&self.deps.db.read(ctx), invitation::Column::Id).await?;
        rows.into_iter().map(invitation_contract).collect()
    }
}

/// Whether nobody has accepted or withdrawn an invitation.
fn waits(row: &invitation::Model) -> bool {
    row.accepted_at.is_none() && row.withdrawn_at.is_none()
}

fn demand_assignable(ctx: &Ctx, role: Role) -> Result<()> {
    let allowed = match ctx.actor {
        Actor::Member { role: own, .. } => rules::may_assign(own, role),
        Actor::ApiKey { .. } => rules::may_assign(Role::Admin, role),
        Actor::System { .. } => true,
        Actor::Visitor { .. } => false,
    };
    if allowed { Ok(()) } else { Err(Error::new(ErrorCode::Forbidden, "Only an owner can do this with an owner.")) }
}

fn contract(row: &member::Model, account: &account::Model) -> Result<Member> {
    Ok(Member {
        id: row.id.into(),
        email: account.email.clone(),
        name: row.name.clone(),
        role: parse_role(&row.role)?,
        status: MemberStatus::parse(&row.status)?,
        totp_enabled: account.totp_enabled,
        email_verified: account.email_verified,
        created_at: row.created_at,
    })
}

fn invitation_contract(row: invitation::Model) -> Result<Invitation> {
    Ok(Invitation {
        id: row.id.into(),
        role: parse_role(&row.role)?,
        email: row.email,
        created_at: row.created_at,
        expires_at: row.expires_at,
        accepted_at: row.accepted_at,
        withdrawn_at: row.withdrawn_at,
    })
}
