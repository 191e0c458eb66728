//! Mails of the service, in both languages. They are stored with the change and leave by the mail job.

use lingxi_kernel::{MailId, Result};
use lingxi_store::{Tx, insert};

use crate::store::mail;

/// The words of a mail: subject and body.
type Words = (String, String);

pub(crate) fn verification(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        ("请验证您的灵犀邮箱".into(), format!("您好：\n\n请打开下面的链接完成验证（48 小时内有效）：\n{link}\n"))
    } else {
        (
            "Please confirm your address for Lingxi".into(),
            format!("Hello,\n\nplease open this link within 48 hours to confirm your address:\n{link}\n"),
        )
    }
}

pub(crate) fn password_reset(locale: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            "重设您的灵犀密码".into(),
            format!(
                "您好：\n\n请打开下面的链接设置新密码（48 小时内有效）：\n{link}\n\n如果不是您本人操作，请忽略此邮件。\n"
            ),
        )
    } else {
        (
            "Set a new password for Lingxi".into(),
            format!(
                "Hello,\n\nopen this link within 48 hours to set a new password:\n{link}\n\n\
                If you did not ask for it, ignore this mail.\n"
            ),
        )
    }
}

pub(crate) fn welcome(locale: &str, firm: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            format!("{firm} 的灵犀已开通"),
            format!("您好：\n\n{firm} 的智能客服已开通。请打开下面的链接设置密码并登录（48 小时内有效）：\n{link}\n"),
        )
    } else {
        (
            format!("{firm} is ready at Lingxi"),
            format!(
                "Hello,\n\n{firm} is ready. Open this link within 48 hours to set your password and sign in:\n{link}\n"
            ),
        )
    }
}

pub(crate) fn invitation(locale: &str, firm: &str, link: &str) -> Words {
    if locale == "zh-CN" {
        (
            format!("{firm} 邀请您加入灵犀"),
            format!("您好：\n\n{firm} 邀请您加入客服团队，请在 7 天内打开链接接受邀请：\n{link}\n"),
        )
    } else {
        (
            format!("{firm} invites you to Lingxi"),
            format!("Hello,\n\n{firm} invites you to its service team. Accept within 7 days:\n{link}\n"),
        )
    }
}

pub(crate) fn spend_limit(locale: &str, limit: &str, total: &str) -> Words {
    match (locale, limit) {
        ("zh-CN", "cap") => (
            "灵犀：本月费用已达上限".into(),
            format!("本月费用已达 {total}，达到您设置的上限。机器人将直接转人工，直到您提高上限或进入下月。\n"),
        ),
        ("zh-CN", _) => ("灵犀：本月费用提醒".into(), format!("本月费用已达 {total}，达到您设置的提醒线。\n")),
        (_, "cap") => (
            "Lingxi: this month's cap is reached".into(),
            format!("This month's bill is {total} and has reached your cap. The bot hands over until you raise it.\n"),
        ),
        _ => ("Lingxi: spend alert".into(), format!("This month's bill is {total} and has reached your alert.\n")),
    }
}

/// Writes a mail, to be sent after the commit.
pub(crate) async fn queue(tx: &Tx, receiver: &str, (subject, body): Words) -> Result<()> {
    let row = mail::Model {
        tenant_id: tx.tenant(),
        id: tx.id::<MailId>().uuid(),
        receiver: receiver.to_owned(),
        subject,
        body,
        created_at: tx.now(),
        sent_at: None,
    };
    Ok(insert(tx, row).await?)
}
